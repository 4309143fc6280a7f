"""What is done to stakeholders and their contacts."""

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification, fold
from ptm_participation.core.transaction import use_case
from ptm_participation.stakeholders.models import Contact, Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType


class NameTaken(DomainError):
    """Two entries for one body would split its history."""

    message = _l("There is already a stakeholder with this name: %(name)s.")


@use_case
def add_stakeholder(
    actor: Actor,
    *,
    token: str,
    name: str,
    type: SubjectType,
    municipality_id: int | None = None,
    pec: str = "",
    website: str = "",
    must_be_consulted: bool = False,
    note: str = "",
) -> Stakeholder:
    """Register a stakeholder; the same form twice makes one. Raises NameTaken."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Stakeholder, int(made))
    _refuse_same_name(name, None)
    stakeholder = Stakeholder(
        name=name,
        sort_key=fold(name),
        type=type,
        municipality_id=municipality_id,
        pec=pec,
        website=website,
        must_be_consulted=must_be_consulted,
        note=note,
        source="",
        verification=Verification.VERIFIED,
        created_at=clock.now(),
        corrected_at=clock.now(),
    )
    db.session.add(stakeholder)
    db.session.flush()
    form_tokens.made(token, stakeholder.id)
    audit.record(actor, "stakeholder.added", stakeholder, name=name, type=type)
    return stakeholder


@use_case
def change_stakeholder(
    actor: Actor,
    stakeholder: Stakeholder,
    *,
    name: str,
    type: SubjectType,
    municipality_id: int | None,
    pec: str,
    website: str,
    must_be_consulted: bool,
    note: str,
) -> None:
    """Correct what is known of a stakeholder. Raises NameTaken."""
    _refuse_same_name(name, stakeholder.id)
    values = {
        "name": name,
        "type": type,
        "municipality_id": municipality_id,
        "pec": pec,
        "website": website,
        "must_be_consulted": must_be_consulted,
        "note": note,
    }
    before = {key: getattr(stakeholder, key) for key in values}
    for key, value in values.items():
        setattr(stakeholder, key, value)
    stakeholder.sort_key = fold(name)
    stakeholder.corrected_at = clock.now()
    audit.record(actor, "stakeholder.changed", stakeholder, before=before, after=values)


def _refuse_same_name(name: str, own_id: int | None) -> None:
    same = db.session.execute(
        sa.select(Stakeholder.id, Stakeholder.name).where(Stakeholder.sort_key == fold(name))
    ).first()
    if same is not None and same.id != own_id:
        raise NameTaken(name=same.name)


@use_case
def add_contact(
    actor: Actor,
    stakeholder: Stakeholder,
    *,
    token: str,
    name: str,
    capacity: str,
    email: str,
    phone: str,
    note: str,
) -> Contact:
    """Write down a person to reach; the same form twice makes one."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Contact, int(made))
    contact = Contact(
        stakeholder_id=stakeholder.id,
        name=name,
        capacity=capacity,
        email=email,
        phone=phone,
        note=note,
    )
    db.session.add(contact)
    db.session.flush()
    form_tokens.made(token, contact.id)
    audit.record(
        actor,
        "contact.added",
        contact,
        stakeholder=stakeholder.id,
        name=name,
        capacity=capacity,
        email=email,
        phone=phone,
    )
    return contact


@use_case
def change_contact(
    actor: Actor,
    contact: Contact,
    *,
    name: str,
    capacity: str,
    email: str,
    phone: str,
    note: str,
    ended: bool,
) -> None:
    """Correct a contact, or say that it is no longer good: it is kept, and shown as such."""
    values = {"name": name, "capacity": capacity, "email": email, "phone": phone, "note": note}
    before = {key: getattr(contact, key) for key in values}
    for key, value in values.items():
        setattr(contact, key, value)
    if ended != (contact.ended_on is not None):
        contact.ended_on = clock.today() if ended else None
    audit.record(actor, "contact.changed", contact, before=before, after=values, ended=ended)
