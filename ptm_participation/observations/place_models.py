"""The places that are asked about: as received, and which of them the office keeps to itself."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column

from ptm_participation.core.db import Json, Model, one_of
from ptm_participation.territory.places import PlaceKind


class WithheldPlace(Model):
    """A place that its sender let the public see, and that the office keeps to itself."""

    __tablename__ = "withheld_place"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["request_id", "position"], ["request_place.request_id", "request_place.position"]
        ),
        sa.CheckConstraint("reason <> ''", name="reason"),
    )

    request_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(sa.String(300))


class RequestPlace(Model):
    """A place that a request is about: drawn, or a parcel of the land register. Immutable.

    `geometry` is GeoJSON in WGS 84, `sheet_id` the map's sheet that it was drawn on, `comuni` the
    ISTAT codes of those that it falls in. What is not `public` only the office reads, nor what is
    `withheld`, which says why.
    """

    __tablename__ = "request_place"
    __table_args__ = (
        sa.CheckConstraint("(kind = 'parcel') = (geometry IS NULL)", name="drawn"),
        sa.CheckConstraint(
            "(kind = 'parcel') = (cadastral_sheet IS NOT NULL)"
            " AND (kind = 'parcel') = (parcel IS NOT NULL)",
            name="named",
        ),
        sa.CheckConstraint("sheet_id IS NULL OR kind <> 'parcel'", name="on_a_sheet"),
        sa.CheckConstraint("cadastral_sheet BETWEEN 1 AND 9999", name="cadastral_sheet"),
        sa.CheckConstraint("parcel BETWEEN 1 AND 99999", name="parcel"),
    )

    request_id: Mapped[int] = mapped_column(sa.ForeignKey("request.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[PlaceKind] = mapped_column(one_of(PlaceKind, "kind"))
    public: Mapped[bool]
    comuni: Mapped[list[str]] = mapped_column(Json)
    geometry: Mapped[str | None] = mapped_column(sa.Text)
    sheet_id: Mapped[int | None] = mapped_column(sa.ForeignKey("map_sheet.id"), index=True)
    cadastral_sheet: Mapped[int | None]
    parcel: Mapped[int | None]

    withheld: Mapped[str | None] = column_property(
        sa.select(WithheldPlace.reason)
        .where(WithheldPlace.request_id == request_id, WithheldPlace.position == position)
        .correlate_except(WithheldPlace)
        .scalar_subquery()
    )
