"""What the office asks to regularise, and what senders add afterwards."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.db import Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import (
    FileClass,
)


class RegularisationRequest(Model):
    """The office asks a sender to make itself known, until the end of a day. Immutable."""

    __tablename__ = "regularisation_request"
    __table_args__ = (
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name="days"),
        sa.Index("ix_regularisation_request_due", "observation_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"))
    asked_at: Mapped[dt.datetime]
    days: Mapped[int]
    due_on: Mapped[dt.date]
    words: Mapped[str] = mapped_column(sa.String(2000), default="")
    asked_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))

    observation: Mapped[Observation] = relationship()
    asked_by: Mapped[User] = relationship()

    @property
    def due_at(self) -> dt.datetime:
        """The first instant that is late."""
        return clock.end_of_day(self.due_on)

    @property
    def is_over(self) -> bool:
        return clock.now() >= self.due_at


class Supplement(Model):
    """What a sender added afterwards to be regularised; the submission stays as it is. Immutable.

    `request` is the office's last one when it came; there may be none.
    """

    __tablename__ = "supplement"

    id: Mapped[int] = mapped_column(primary_key=True)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"), index=True)
    request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regularisation_request.id"))
    received_at: Mapped[dt.datetime]
    token_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))

    request: Mapped[RegularisationRequest | None] = relationship()
    files: Mapped[list["SupplementFile"]] = relationship(order_by="SupplementFile.position")

    @property
    def in_time(self) -> bool:
        """Whether it came within the term of the request; within none, if none was made."""
        return self.request is not None and self.received_at < self.request.due_at


class SupplementFile(Model):
    """A file of what was added. Immutable."""

    __tablename__ = "supplement_file"
    __table_args__ = (sa.UniqueConstraint("supplement_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    supplement_id: Mapped[int] = mapped_column(sa.ForeignKey("supplement.id"))
    position: Mapped[int]
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    file_class: Mapped[FileClass] = mapped_column(one_of(FileClass, "file_class"))

    file: Mapped[StoredFile] = relationship()
