"""Zones and municipalities."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import Model, ordered_text
from ptm_participation.core.reference import Sourced


class Zone(Sourced, Model):
    """A homogeneous zone (zona omogenea), or Milano, which is a zone of its own here.

    Source: statute of Città metropolitana di Milano; LR Lombardia 32/2015.
    """

    __tablename__ = "zone"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    position: Mapped[int]

    municipalities: Mapped[list["Municipality"]] = relationship(
        back_populates="zone", order_by="Municipality.sort_key"
    )


class Municipality(Sourced, Model):
    """A Comune. `boundary` is a GeoJSON MultiPolygon in WGS 84, kept as text.

    `population` counts residents at the end of `population_year`; `area_km2` is measured on
    the boundary.
    """

    __tablename__ = "municipality"
    __table_args__ = (
        sa.CheckConstraint("population >= 0", name="population"),
        sa.CheckConstraint("length(istat) = 6", name="istat"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    istat: Mapped[str] = mapped_column(sa.String(6), unique=True)
    belfiore: Mapped[str] = mapped_column(sa.String(4), unique=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    sort_key: Mapped[str] = mapped_column(ordered_text(80), index=True)
    zone_id: Mapped[int] = mapped_column(sa.ForeignKey("zone.id"), index=True)
    population: Mapped[int]
    population_year: Mapped[int]
    area_km2: Mapped[float]
    latitude: Mapped[float]
    longitude: Mapped[float]
    postcode: Mapped[str] = mapped_column(sa.String(20))
    boundary: Mapped[str] = mapped_column(sa.Text, deferred=True)

    zone: Mapped[Zone] = relationship(back_populates="municipalities")
    # Set when the Comune was merged into another: it stays, since observations name it.
    merged_on: Mapped[dt.date | None]
