"""An observation while it is written."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import Json, Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.observations.workflow import (
    FileClass,
)
from ptm_participation.procedure.models import Window


class Draft(Model):
    """An observation being written. Whoever holds its key may read and change it.

    `content` is what was typed, valid or not, so that nothing is lost; `revision` grows with
    each save.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    window_id: Mapped[int] = mapped_column(sa.ForeignKey("submission_window.id"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(index=True)

    window: Mapped[Window] = relationship()
    files: Mapped[list["DraftFile"]] = relationship(
        order_by="DraftFile.id", cascade="all, delete-orphan"
    )


class DraftFile(Model):
    """A file put beside a draft."""

    __tablename__ = "draft_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(sa.ForeignKey("draft.id"), index=True)
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    file_class: Mapped[FileClass] = mapped_column(one_of(FileClass, "file_class"))

    file: Mapped[StoredFile] = relationship()
