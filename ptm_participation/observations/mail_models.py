"""Messages that came in."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import Json, Model, one_of
from ptm_participation.core.storage import StoredFile
from ptm_participation.mail.message import CountsBy
from ptm_participation.mail.receipts import Kind
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import (
    Channel,
    MailState,
)


class IncomingMail(Model):
    """A message that came in: as received in the store, and what was read of it.

    The same bytes are one record, and so is the same message come again with other headers.
    `same_as` is one that bears the same identifier or Message-ID with another content: both are
    to be looked at. `content` is the reading that pages show (`mail/report.py`); of the raw
    message it may be made again.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        sa.Index("ix_incoming_mail_state", "state", "id"),
        sa.CheckConstraint("(state = 'entered') = (observation_id IS NOT NULL)", name="entered"),
        sa.CheckConstraint("(state = 'set-aside') = (reason <> '')", name="set_aside"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_sha256: Mapped[str] = mapped_column(sa.ForeignKey("stored_file.sha256"), unique=True)
    original_sha256: Mapped[str] = mapped_column(sa.String(64), default="")
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    certified: Mapped[bool]
    identifier: Mapped[str] = mapped_column(sa.String(300), default="", index=True)
    message_id: Mapped[str] = mapped_column(sa.String(500), default="", index=True)
    refers_to: Mapped[str] = mapped_column(sa.String(500), default="", index=True)
    sender: Mapped[str] = mapped_column(sa.String(320), default="")
    subject: Mapped[str] = mapped_column(sa.String(500), default="")
    taken_at: Mapped[dt.datetime]
    counts_at: Mapped[dt.datetime | None]
    counts_by: Mapped[CountsBy | None] = mapped_column(one_of(CountsBy, "counts_by"))
    delivered_at: Mapped[dt.datetime | None]
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    problems: Mapped[list[str]] = mapped_column(Json)
    state: Mapped[MailState] = mapped_column(one_of(MailState, "state"))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    same_as_id: Mapped[int | None] = mapped_column(sa.ForeignKey("incoming_mail.id"))
    observation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("observation.id"), index=True)
    # The observation whose receipt, sent from here, this notice of a provider tells of.
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey("observation.id"), index=True)

    file: Mapped[StoredFile] = relationship()
    observation: Mapped[Observation | None] = relationship(foreign_keys=[observation_id])
    about: Mapped[Observation | None] = relationship(foreign_keys=[about_id])

    @property
    def channel(self) -> Channel:
        """Only what a provider certifies counts as certified mail."""
        return Channel.PEC if self.kind is Kind.CERTIFIED and self.certified else Channel.EMAIL

    @property
    def arrived_at(self) -> dt.datetime:
        """When it came, as well as it is known."""
        return self.delivered_at or self.counts_at or self.taken_at
