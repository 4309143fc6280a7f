"""News: drafted by contributors, published by staff."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core.db import Model
from ptm_participation.procedure.models import Procedure


class News(Model):
    """A piece of news. Unpublished ones are seen by contributors and staff alone."""

    __tablename__ = "news"
    __table_args__ = (sa.Index("ix_news_published", "procedure_id", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"))
    title: Mapped[str] = mapped_column(sa.String(160))
    body: Mapped[str] = mapped_column(sa.Text)
    drafted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    drafted_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]

    procedure: Mapped[Procedure] = relationship()
    drafted_by: Mapped[User | None] = relationship()
