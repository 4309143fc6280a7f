"""What an officer keeps of the worklist: filters and a selection."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.accounts.models import User
from ptm_participation.core.db import Model, ordered_text


class SavedFilter(Model):
    """A filter of the worklist that an officer keeps under a name, alone or for the whole office.

    `arguments` is the filter as an address has it. It belongs to a procedure, whose documents and
    sections it may name by their numbers.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        sa.UniqueConstraint("user_id", "procedure_id", "name"),
        sa.CheckConstraint("name <> ''", name="named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"))
    procedure_id: Mapped[int] = mapped_column(sa.ForeignKey("procedure.id"), index=True)
    name: Mapped[str] = mapped_column(ordered_text(60))
    arguments: Mapped[str] = mapped_column(sa.Text)
    shared: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[dt.datetime]

    user: Mapped[User] = relationship()


class Selected(Model):
    """An observation that an officer has picked from the worklist, to do something with it."""

    __tablename__ = "selected_observation"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), primary_key=True)
    observation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("observation.id"), primary_key=True, index=True
    )
