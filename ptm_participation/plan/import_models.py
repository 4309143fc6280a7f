"""A text on its way into the plan: the file, and what the office has changed in its reading."""

import datetime as dt
import enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core.db import Json, Model, one_of
from ptm_participation.plan.models import Document


class ImportState(enum.StrEnum):
    """Open until it is written; what is given up is deleted."""

    OPEN = "open"
    WRITTEN = "written"


class TextImport(Model):
    """An import that one may leave and come back to.

    `edits` are made over the reading of the file, whose digest is `reading_sha256`. `version`
    counts what was done, so that of two who edit at once the second is told. What was written
    stays: with its file it makes the same text again.
    """

    __tablename__ = "text_import"
    __table_args__ = (
        sa.Index(
            "ix_text_import_open",
            "document_id",
            "label",
            "file_sha256",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"))
    label: Mapped[str] = mapped_column(sa.String(40))
    source: Mapped[str] = mapped_column(sa.String(500))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    reading_sha256: Mapped[str] = mapped_column(sa.String(64))
    state: Mapped[ImportState] = mapped_column(
        one_of(ImportState, "state"), default=ImportState.OPEN
    )
    edits: Mapped[list[dict[str, Any]]] = mapped_column(Json(), default=list)
    version: Mapped[int] = mapped_column(default=1)
    started_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    started_at: Mapped[dt.datetime]
    changed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    changed_at: Mapped[dt.datetime]

    document: Mapped[Document] = relationship()
    changed_by: Mapped[User | None] = relationship(foreign_keys=[changed_by_id])
