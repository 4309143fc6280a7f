"""What the office tells the public: pages, news, events and materials."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core.db import Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.procedure.models import Procedure


class ContentKind(enum.StrEnum):
    """What a content is; its value is also its place in public addresses."""

    NEWS = "notizie"
    EVENT = "incontri"
    MATERIAL = "documenti"
    PAGE = "pagine"

    @property
    def label(self) -> Any:
        return {
            ContentKind.NEWS: _l("News item"),
            ContentKind.EVENT: _l("Event"),
            ContentKind.MATERIAL: _l("Document to download"),
            ContentKind.PAGE: _l("Page"),
        }[self]

    @property
    def plural(self) -> Any:
        return {
            ContentKind.NEWS: _l("News"),
            ContentKind.EVENT: _l("Events"),
            ContentKind.MATERIAL: _l("Documents to download"),
            ContentKind.PAGE: _l("Pages"),
        }[self]


class Content(Model):
    """Something to read. Contributors draft it; until staff publish it, only the house sees it.

    An event has its instant and place, a material its file.
    """

    __tablename__ = "content"
    __table_args__ = (
        sa.Index("ix_content_published", "procedure_id", "kind", "published_at"),
        sa.CheckConstraint(
            f"(kind = '{ContentKind.EVENT.value}') = (starts_at IS NOT NULL)",
            name="event_has_instant",
        ),
        sa.CheckConstraint(
            f"(kind = '{ContentKind.MATERIAL.value}') = (file_sha256 IS NOT NULL)",
            name="material_has_file",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    kind: Mapped[ContentKind] = mapped_column(one_of(ContentKind, "kind"))
    title: Mapped[str] = mapped_column(sa.String(160))
    body: Mapped[str] = mapped_column(sa.Text)
    starts_at: Mapped[dt.datetime | None]
    place: Mapped[str] = mapped_column(sa.String(200), default="")
    file_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    file_name: Mapped[str] = mapped_column(sa.String(200), default="")
    version: Mapped[int] = mapped_column(default=1)
    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]

    procedure: Mapped[Procedure] = relationship()
    drafted_by: Mapped[User | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()
