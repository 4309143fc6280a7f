"""The process in figures: read models that the dashboard, the summary, its exports and
`ptm export` share.

An observation on two articles counts in both rows, so those columns need not add up.
"""

import dataclasses
from collections.abc import Callable

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationKind,
)
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import Channel
from ptm_participation.plan.models import Document, ProvisionTheme, SectionVersion, Theme
from ptm_participation.reporting import inflow
from ptm_participation.reporting.tables import (
    Attended,
    Counts,
    Line,
    Page,
    Pair,
    Table,
    Tally,
    sum_of,
)
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone

NONE: Pair = (0, 0)


@dataclasses.dataclass(frozen=True, slots=True)
class Totals:
    """The figures above the tables."""

    observations: int
    in_time: int
    late: int
    municipalities: int
    from_municipalities: int
    from_associations: int
    from_others: int
    consultations: int
    not_consulted: int


def totals(tally: Tally) -> Totals:
    """The figures of the process under a filter."""
    in_time, late = sum_of(tally.by_type.values())

    def of(*types: SubjectType) -> int:
        return sum(sum(tally.by_type.get(type_, NONE)) for type_ in types)

    associations = of(*(t for t in SubjectType if t.group is SubjectGroup.ASSOCIATION))
    municipalities = of(SubjectType.MUNICIPALITY)
    wrote = sa.exists().where(
        *tally.filter.conditions(tally.procedure),
        Observation.municipality_id == Municipality.id,
        Observation.subject_type == SubjectType.MUNICIPALITY,
    )
    consultations = db.session.scalar(
        sa.select(sa.func.count(Consultation.id)).where(*tally.consultations)
    )
    return Totals(
        observations=in_time + late,
        in_time=in_time,
        late=late,
        municipalities=db.session.scalar(sa.select(sa.func.count(Municipality.id)).where(wrote))
        or 0,
        from_municipalities=municipalities,
        from_associations=associations,
        from_others=in_time + late - municipalities - associations,
        consultations=consultations or 0,
        not_consulted=len(tally.unheard),
    )


def tables(tally: Tally) -> list[Table]:
    """Every summary of the process, in the order of the page."""
    return [make(tally) for make in _TABLES.values()]


def table(tally: Tally, key: str) -> Table:
    """The summary of that key. Raises NotFound."""
    if key not in _TABLES:
        raise NotFound()
    return _TABLES[key](tally)


# -- territory ---------------------------------------------------------------------------


def by_municipality(tally: Tally) -> Table:
    """The Comuni that the filter asks about, those without any included, then whoever is from
    elsewhere."""
    counts = tally.by_municipality
    heard = tally.attended_by(Stakeholder.municipality_id)
    rows = ask(
        sa.select(Municipality.id, Municipality.name, Zone.name)
        .join(Zone, Zone.id == Municipality.zone_id)
        .where(*_asked_about(tally))
        .order_by(Municipality.sort_key)
    )
    lines = [
        Line(name, {"comune": str(number)}, *counts.get(number, NONE), heard.get(number, 0), zone)
        for number, name, zone in rows
    ]
    return Table("municipalities", _("Comune"), lines + _outside(tally))


def _asked_about(tally: Tally) -> list[sa.ColumnElement[bool]]:
    """A zero says that nobody wrote from there, not that the filter leaves the place out."""
    filter_ = tally.filter
    found: list[sa.ColumnElement[bool]] = []
    if filter_.zone is not None:
        found.append(Municipality.zone_id == filter_.zone)
    if filter_.municipality is not None:
        found.append(Municipality.id == filter_.municipality)
    return found


def by_zone(tally: Tally) -> Table:
    zone_of = dict(ask(sa.select(Municipality.id, Municipality.zone_id)))
    counts: dict[int, Pair] = {}
    for number, pair in tally.by_municipality.items():
        if number is not None:
            zone = zone_of[number]
            counts[zone] = sum_of((counts.get(zone, NONE), pair))
    heard = tally.attended_by(Municipality.zone_id)
    zones = ask(sa.select(Zone.id, Zone.name).order_by(Zone.position))
    lines = [
        Line(name, {"zona": str(number)}, *counts.get(number, NONE), heard.get(number, 0))
        for number, name in zones
    ]
    return Table("zones", _("Zone"), lines + _outside(tally))


def _outside(tally: Tally) -> list[Line]:
    if None not in tally.by_municipality:
        return []
    label = _("Outside Città metropolitana")
    return [Line(label, {"comune": "fuori"}, *tally.by_municipality[None])]


# -- subjects ----------------------------------------------------------------------------


def by_type(tally: Tally) -> Table:
    counts = tally.by_type
    heard = tally.attended_by(Stakeholder.type)
    lines = [
        Line(
            str(type_.label),
            {"tipo": type_.value},
            *counts.get(type_, NONE),
            heard.get(type_, 0),
            str(type_.group.label),
        )
        for type_ in SubjectType
        if type_ in counts or type_ in heard
    ]
    return Table("types", _("Type"), lines)


def by_group(tally: Tally) -> Table:
    """The groups that the PTM's own register counts: Comuni, associations, others."""
    of_group = sa.case({type_: type_.group.value for type_ in SubjectType}, value=Stakeholder.type)
    heard = tally.attended_by(of_group)
    lines = [
        Line(
            str(group.label),
            {"gruppo": group.value},
            *sum_of(pair for type_, pair in tally.by_type.items() if type_.group is group),
            heard.get(group.value, 0),
        )
        for group in SubjectGroup
    ]
    return Table("groups", _("Group"), lines)


def by_channel(tally: Tally) -> Table:
    lines = [
        Line(str(channel.label), {"canale": channel.value}, *tally.by_channel[channel])
        for channel in Channel
        if channel in tally.by_channel
    ]
    return Table("channels", _("Way in"), lines, consultations=False)


# -- plan --------------------------------------------------------------------------------


def by_document(tally: Tally) -> Table:
    heard = tally.discussed_by(SectionVersion.document_id)
    documents = ask(
        sa.select(Document.id, Document.title)
        .where(Document.plan_id == tally.procedure.plan_id)
        .order_by(Document.position)
    )
    lines = [
        _of_plan("documento", number, title, tally.by_document, heard)
        for number, title in documents
    ]
    return Table("documents", _("Document"), lines, adds_up=False)


def by_section(tally: Tally) -> Table:
    """The articles, maps and headings spoken of; a comma counts in its article."""
    counts, heard = tally.by_page, tally.discussed_by(Page.provision_id)
    rows = ask(
        sa.select(
            SectionVersion.provision_id,
            SectionVersion.citation,
            SectionVersion.heading,
            SectionVersion.brief,
        )
        .join(Document, Document.id == SectionVersion.document_id)
        .where(
            SectionVersion.edition_id == tally.procedure.edition_id,
            SectionVersion.provision_id.in_(counts.keys() | heard.keys()),
        )
        .order_by(Document.position, SectionVersion.position)
    )
    lines = [
        dataclasses.replace(
            _of_plan("articolo", number, citation, counts, heard), note=heading, brief=brief
        )
        for number, citation, heading, brief in rows
    ]
    return Table("sections", _("Section"), lines, adds_up=False)


def by_theme(tally: Tally) -> Table:
    heard = tally.discussed_by(
        ProvisionTheme.theme_id,
        (ProvisionTheme, ProvisionTheme.provision_id == Page.provision_id),
    )
    themes = ask(
        sa.select(Theme.id, Theme.name)
        .where(Theme.plan_id == tally.procedure.plan_id)
        .order_by(Theme.position)
    )
    lines = [_of_plan("tema", number, name, tally.by_theme, heard) for number, name in themes]
    return Table("themes", _("Theme"), lines, adds_up=False)


def _of_plan(argument: str, number: int, label: str, counts: Counts, heard: dict[int, int]) -> Line:
    in_time, late = counts.get(number, NONE)
    return Line(label, {argument: str(number)}, in_time, late, heard.get(number, 0))


_TABLES: dict[str, Callable[[Tally], Table]] = {
    "zones": by_zone,
    "groups": by_group,
    "types": by_type,
    "channels": by_channel,
    "documents": by_document,
    "sections": by_section,
    "themes": by_theme,
    "weeks": inflow.by_week,
    "days": inflow.by_day,
    "hours": inflow.by_hour,
    "term": inflow.around_term,
    "municipalities": by_municipality,
}


# -- consultations -------------------------------------------------------------------------


def attended(tally: Tally) -> list[Attended]:
    """Consultations by kind, with how many bodies were there and how many were missed."""
    present = Attendance.role == AttendanceRole.PRESENT
    rows = ask(
        sa.select(
            Consultation.kind,
            sa.func.count(sa.distinct(Consultation.id)),
            sa.func.count(sa.case((present, 1))),
            sa.func.count(Attendance.id),
        )
        .outerjoin(Attendance, Attendance.consultation_id == Consultation.id)
        .where(*tally.consultations)
        .group_by(Consultation.kind)
    )
    found = {kind: figures for kind, *figures in rows}
    return [
        Attended(
            str(kind.label),
            {"tipologia": kind.value},
            found[kind][0],
            found[kind][1],
            found[kind][2] - found[kind][1],
        )
        for kind in ConsultationKind
        if kind in found
    ]
