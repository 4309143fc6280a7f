"""Stakeholders grouped for choosing many at once: «all the Comuni of Sud Est»."""

import dataclasses

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.core.db import db
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """A group with its members, as (id, name)."""

    name: str
    members: list[tuple[int, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Choices:
    """All that can be chosen, in groups."""

    groups: list[Group]

    @property
    def ids(self) -> set[int]:
        return {number for group in self.groups for number, _name in group.members}


def consultable(also: set[int] | None = None) -> Choices:
    """Bodies, associations and companies by zone or kind; private people only if in `also`."""
    private = [t for t in SubjectType if t.is_private_person]
    rows = db.session.execute(
        sa.select(Stakeholder.id, Stakeholder.name, Stakeholder.type, Zone.name, Zone.position)
        .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .where(sa.or_(Stakeholder.type.not_in(private), Stakeholder.id.in_(also or set())))
        .order_by(Stakeholder.sort_key)
    )
    zones: dict[tuple[int, str], list[tuple[int, str]]] = {}
    kinds: dict[SubjectGroup, list[tuple[int, str]]] = {}
    for number, name, type_, zone, position in rows:
        if type_ is SubjectType.MUNICIPALITY and zone is not None:
            zones.setdefault((position, zone), []).append((number, name))
        else:
            kinds.setdefault(type_.group, []).append((number, name))
    by_zone = [
        Group(_("Comuni of %(zone)s", zone=zone), zones[position, zone])
        for position, zone in sorted(zones)
    ]
    return Choices(by_zone + [Group(str(g.label), kinds[g]) for g in SubjectGroup if g in kinds])
