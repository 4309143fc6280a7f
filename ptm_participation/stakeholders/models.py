"""Stakeholders as the office knows them, apart from the parties that submissions declare."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ptm_participation.core.db import Model, one_of, ordered_text
from ptm_participation.core.reference import Sourced
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality


class Stakeholder(Sourced, Model):
    """A body, an association or a person with a stake in the plan.

    `must_be_consulted` marks those whom the law wants heard while the plan is drafted.
    Source: LR Lombardia 12/2005, art. 17 c. 1.
    """

    __tablename__ = "stakeholder"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The key of a stakeholder that came from the reference data.
    code: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    sort_key: Mapped[str] = mapped_column(ordered_text(200), index=True)
    type: Mapped[SubjectType] = mapped_column(one_of(SubjectType, "type"), index=True)
    municipality_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("municipality.id"), index=True
    )
    pec: Mapped[str] = mapped_column(sa.String(254), default="")
    website: Mapped[str] = mapped_column(sa.String(300), default="")
    must_be_consulted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime]

    municipality: Mapped[Municipality | None] = relationship()
    contacts: Mapped[list["Contact"]] = relationship(
        back_populates="stakeholder", order_by="Contact.id"
    )


class Contact(Model):
    """A person to reach at a stakeholder. Personal data: only the office reads it."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    stakeholder_id: Mapped[int] = mapped_column(sa.ForeignKey("stakeholder.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    capacity: Mapped[str] = mapped_column(sa.String(120), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.Text, default="")
    # A contact that is no longer good is kept, and shown as such.
    ended_on: Mapped[dt.date | None]

    stakeholder: Mapped[Stakeholder] = relationship(back_populates="contacts")
