"""The sheets of a map, with their pictures, their legends and their places on the ground."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.audit import canonical_json, sha256
from ptm_participation.core.db import Json, Model
from ptm_participation.core.storage import StoredFile
from ptm_participation.plan.georeference import ControlPoint, Fit, fit
from ptm_participation.plan.models import Edition, Provision


class MapSheet(Model):
    """A sheet of a map in one edition.

    It hangs on the map's identity and not on its text, which may be imported again. The picture
    is what is shown and marked; the original is what staff brought. Once an observation has
    marked it (`marked_at`), picture and control points are those that it was marked on, and
    change no more.
    """

    __tablename__ = "map_sheet"
    __table_args__ = (
        sa.UniqueConstraint("edition_id", "provision_id", "number"),
        sa.CheckConstraint("number <> ''", name="numbered"),
        sa.CheckConstraint("width > 0 AND height > 0", name="size"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(sa.ForeignKey("edition.id"))
    provision_id: Mapped[int] = mapped_column(sa.ForeignKey("provision.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(200), default="")
    position: Mapped[int]
    picture_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    width: Mapped[int]
    height: Mapped[int]
    original_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    original_name: Mapped[str] = mapped_column(sa.String(200))
    control_points: Mapped[list[Any]] = mapped_column(Json, default=list)
    marked_at: Mapped[dt.datetime | None]

    edition: Mapped[Edition] = relationship()
    provision: Mapped[Provision] = relationship()
    picture: Mapped[StoredFile] = relationship(foreign_keys=[picture_sha256])
    original: Mapped[StoredFile] = relationship(foreign_keys=[original_sha256])
    legend: Mapped[list["LegendItem"]] = relationship(
        order_by="LegendItem.position", cascade="all, delete-orphan"
    )

    @property
    def points(self) -> list[ControlPoint]:
        return [ControlPoint(*point) for point in self.control_points]

    @property
    def fit(self) -> Fit | None:
        """How its pixels lie on the ground; None until it has control points."""
        return fit(self.points, self.width, self.height) if self.control_points else None

    @property
    def mark(self) -> str:
        """Tells whether picture and control points are still those that somebody marked on."""
        return sha256(canonical_json([self.picture_sha256, self.control_points]))


class LegendItem(Model):
    """An entry of a sheet's legend."""

    __tablename__ = "legend_item"

    sheet_id: Mapped[int] = mapped_column(sa.ForeignKey("map_sheet.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(sa.String(300))
