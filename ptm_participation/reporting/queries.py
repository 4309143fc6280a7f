"""The process in figures: read models that the summary, its exports and `ptm export` share.

Every table counts observations, and beside them the consultations that touch the same thing.
An observation on two articles counts in both rows, so those columns need not add up.
"""

import dataclasses
import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationAnchor,
)
from ptm_participation.consultations.queries import ConsultationFilter, count_consultations
from ptm_participation.core import clock, formats
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation, ObservationAnchor
from ptm_participation.observations.queries import Filter
from ptm_participation.plan.models import Anchor, Document, ProvisionTheme, SectionVersion, Theme
from ptm_participation.procedure.models import Procedure
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone

WEEK = dt.timedelta(days=7)
MOST_EMPTY_WEEKS = 12  # in a row, each with a line of its own


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A row of a summary. `arguments` is the filter that opens its list; `note` stands beside
    the label (a zone, a heading); `opens` says whether consultations can be listed by it."""

    label: str
    arguments: dict[str, str]
    in_time: int = 0
    late: int = 0
    consultations: int = 0
    note: str = ""

    @property
    def total(self) -> int:
        return self.in_time + self.late


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A summary by one thing. `adds_up` says whether each observation counts once."""

    key: str
    title: str
    heading: str
    lines: list[Line]
    adds_up: bool = True


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


Counts = dict[Any, tuple[int, int]]


def of_consultations(filter_: Filter) -> ConsultationFilter:
    """As much of a filter of observations as can be asked of consultations."""
    return ConsultationFilter(
        type=filter_.type,
        group=filter_.group,
        municipality=filter_.municipality,
        zone=filter_.zone,
        document=filter_.document,
        provision=filter_.provision,
        theme=filter_.theme,
        since=filter_.since,
        until=filter_.until,
    )


def _counts(procedure: Procedure, filter_: Filter, key: Any, *joins: Any) -> Counts:
    """In time and late, by `key`; each observation once a key."""
    query = sa.select(
        key,
        sa.func.count(sa.distinct(sa.case((Observation.in_time, Observation.id)))),
        sa.func.count(sa.distinct(sa.case((sa.not_(Observation.in_time), Observation.id)))),
    ).select_from(Observation)
    for target, condition in joins:
        query = query.join(target, condition)
    query = query.where(*filter_.conditions(procedure)).group_by(key)
    return {name: (in_time, late) for name, in_time, late in db.session.execute(query)}


def totals(procedure: Procedure, filter_: Filter) -> Totals:
    """The figures of the process under a filter."""
    by_type = _counts(procedure, filter_, Observation.subject_type)
    in_time = sum(pair[0] for pair in by_type.values())
    late = sum(pair[1] for pair in by_type.values())

    def of(*types: SubjectType) -> int:
        return sum(sum(by_type.get(type_, (0, 0))) for type_ in types)

    associations = of(*(t for t in SubjectType if t.group is SubjectGroup.ASSOCIATION))
    municipalities = of(SubjectType.MUNICIPALITY)
    wrote = db.session.scalar(
        sa.select(sa.func.count(sa.distinct(Observation.municipality_id))).where(
            *filter_.conditions(procedure), Observation.subject_type == SubjectType.MUNICIPALITY
        )
    )
    consultations = count_consultations(procedure, of_consultations(filter_))
    return Totals(
        observations=in_time + late,
        in_time=in_time,
        late=late,
        municipalities=wrote or 0,
        from_municipalities=municipalities,
        from_associations=associations,
        from_others=in_time + late - municipalities - associations,
        consultations=consultations,
        not_consulted=len(not_consulted(procedure)),
    )


def tables(procedure: Procedure, filter_: Filter) -> list[Table]:
    """Every summary of the process, in the order of the page."""
    return [
        by_zone(procedure, filter_),
        by_group(procedure, filter_),
        by_type(procedure, filter_),
        by_document(procedure, filter_),
        by_section(procedure, filter_),
        by_theme(procedure, filter_),
        by_week(procedure, filter_),
        by_municipality(procedure, filter_),
    ]


# -- territory ---------------------------------------------------------------------------


def by_municipality(procedure: Procedure, filter_: Filter) -> Table:
    """All the Comuni, those without any included, then whoever is from elsewhere."""
    counts = _counts(procedure, filter_, Observation.municipality_id)
    heard = _attended_by(procedure, filter_, Stakeholder.municipality_id)
    rows = db.session.execute(
        sa.select(Municipality.id, Municipality.name, Zone.name)
        .join(Zone, Zone.id == Municipality.zone_id)
        .order_by(Municipality.sort_key)
    )
    lines = [
        Line(name, {"comune": str(number)}, *counts.get(number, (0, 0)), heard.get(number, 0), zone)
        for number, name, zone in rows
    ]
    if sum(counts.get(None, (0, 0))):
        outside = _("Outside Città metropolitana")
        lines.append(Line(outside, {"comune": "fuori"}, *counts[None]))
    return Table("municipalities", _("By Comune"), _("Comune"), lines)


def by_zone(procedure: Procedure, filter_: Filter) -> Table:
    counts = _counts(
        procedure,
        filter_,
        Municipality.zone_id,
        (Municipality, Municipality.id == Observation.municipality_id),
    )
    heard = _attended_by(procedure, filter_, Municipality.zone_id)
    zones = db.session.execute(sa.select(Zone.id, Zone.name).order_by(Zone.position))
    lines = [
        Line(name, {"zona": str(number)}, *counts.get(number, (0, 0)), heard.get(number, 0))
        for number, name in zones
    ]
    outside = _counts(
        procedure,
        dataclasses.replace(filter_, without_municipality=True),
        Observation.municipality_id,
    ).get(None)
    if outside and filter_.zone is None and filter_.municipality is None:
        lines.append(Line(_("Outside Città metropolitana"), {"comune": "fuori"}, *outside))
    return Table("zones", _("By homogeneous zone"), _("Zone"), lines)


def _attended_by(procedure: Procedure, filter_: Filter, key: Any) -> dict[Any, int]:
    """How many consultations had somebody present, by a fact of the stakeholder."""
    query = (
        sa.select(key, sa.func.count(sa.distinct(Attendance.consultation_id)))
        .select_from(Attendance)
        .join(Consultation, Consultation.id == Attendance.consultation_id)
        .join(Stakeholder, Stakeholder.id == Attendance.stakeholder_id)
        .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
        .where(
            *of_consultations(filter_).conditions(procedure),
            Attendance.role == AttendanceRole.PRESENT,
        )
        .group_by(key)
    )
    return dict(db.session.execute(query).all())


# -- subjects ----------------------------------------------------------------------------


def by_type(procedure: Procedure, filter_: Filter) -> Table:
    counts = _counts(procedure, filter_, Observation.subject_type)
    heard = _attended_by(procedure, filter_, Stakeholder.type)
    lines = [
        Line(
            str(type_.label),
            {"tipo": type_.value},
            *counts.get(type_, (0, 0)),
            heard.get(type_, 0),
            str(type_.group.label),
        )
        for type_ in SubjectType
        if type_ in counts or type_ in heard
    ]
    return Table("types", _("By type of subject"), _("Type"), lines)


def by_group(procedure: Procedure, filter_: Filter) -> Table:
    """The groups that the PTM's own register counts: Comuni, associations, others."""
    counts = _counts(procedure, filter_, Observation.subject_type)
    of_group = sa.case({type_: type_.group.value for type_ in SubjectType}, value=Stakeholder.type)
    heard = _attended_by(procedure, filter_, of_group)
    groups: dict[SubjectGroup, tuple[int, int]] = {}
    for type_, (in_time, late) in counts.items():
        before = groups.get(type_.group, (0, 0))
        groups[type_.group] = (before[0] + in_time, before[1] + late)
    lines = [
        Line(
            str(group.label),
            {"gruppo": group.value},
            *groups.get(group, (0, 0)),
            heard.get(group.value, 0),
        )
        for group in SubjectGroup
    ]
    return Table("groups", _("By group of subjects"), _("Group"), lines)


# -- plan --------------------------------------------------------------------------------


def by_document(procedure: Procedure, filter_: Filter) -> Table:
    counts = _counts(
        procedure,
        filter_,
        ObservationAnchor.document_id,
        (ObservationAnchor, ObservationAnchor.observation_id == Observation.id),
    )
    heard = _discussed_by(procedure, filter_, SectionVersion.document_id)
    documents = db.session.execute(
        sa.select(Document.id, Document.title)
        .where(Document.plan_id == procedure.plan_id)
        .order_by(Document.position)
    )
    lines = [
        Line(title, {"documento": str(number)}, *counts.get(number, (0, 0)), heard.get(number, 0))
        for number, title in documents
    ]
    return Table("documents", _("By document"), _("Document"), lines, adds_up=False)


_Unit = aliased(SectionVersion)
_TO_UNIT = (
    (ObservationAnchor, ObservationAnchor.observation_id == Observation.id),
    (Anchor, Anchor.id == ObservationAnchor.anchor_id),
    (SectionVersion, SectionVersion.id == Anchor.section_version_id),
    (_Unit, _Unit.id == SectionVersion.unit_id),
)


def by_section(procedure: Procedure, filter_: Filter) -> Table:
    """The articles, maps and headings spoken of; a comma counts in its article."""
    counts = _counts(procedure, filter_, _Unit.provision_id, *_TO_UNIT)
    heard = _discussed_by(procedure, filter_, _Unit.provision_id)
    rows = db.session.execute(
        sa.select(SectionVersion.provision_id, SectionVersion.citation, SectionVersion.heading)
        .join(Document, Document.id == SectionVersion.document_id)
        .where(
            SectionVersion.edition_id == procedure.edition_id,
            SectionVersion.provision_id.in_(counts.keys() | heard.keys()),
        )
        .order_by(Document.position, SectionVersion.position)
    )
    lines = [
        Line(
            citation,
            {"articolo": str(number)},
            *counts.get(number, (0, 0)),
            heard.get(number, 0),
            heading,
        )
        for number, citation, heading in rows
    ]
    return Table("sections", _("By article and map"), _("Section"), lines, adds_up=False)


def by_theme(procedure: Procedure, filter_: Filter) -> Table:
    counts = _counts(
        procedure,
        filter_,
        ProvisionTheme.theme_id,
        *_TO_UNIT,
        (ProvisionTheme, ProvisionTheme.provision_id == _Unit.provision_id),
    )
    heard = _discussed_by(
        procedure,
        filter_,
        ProvisionTheme.theme_id,
        (ProvisionTheme, ProvisionTheme.provision_id == _Unit.provision_id),
    )
    themes = db.session.execute(
        sa.select(Theme.id, Theme.name)
        .where(Theme.plan_id == procedure.plan_id)
        .order_by(Theme.position)
    )
    lines = [
        Line(name, {"tema": str(number)}, *counts.get(number, (0, 0)), heard.get(number, 0))
        for number, name in themes
    ]
    return Table("themes", _("By theme"), _("Theme"), lines, adds_up=False)


def _discussed_by(procedure: Procedure, filter_: Filter, key: Any, *joins: Any) -> dict[Any, int]:
    """How many consultations discussed something, by a fact of the section."""
    query = (
        sa.select(key, sa.func.count(sa.distinct(Consultation.id)))
        .select_from(Consultation)
        .join(ConsultationAnchor, ConsultationAnchor.consultation_id == Consultation.id)
        .join(Anchor, Anchor.id == ConsultationAnchor.anchor_id)
        .join(SectionVersion, SectionVersion.id == Anchor.section_version_id)
        .join(_Unit, _Unit.id == SectionVersion.unit_id)
    )
    for target, condition in joins:
        query = query.join(target, condition)
    query = query.where(*of_consultations(filter_).conditions(procedure)).group_by(key)
    return dict(db.session.execute(query).all())


# -- time --------------------------------------------------------------------------------


def by_week(procedure: Procedure, filter_: Filter) -> Table:
    """Weeks from Monday, by the day that counts. Weeks without anything stand there too, many in
    a row as one line, so that neighbours on the page are neighbours in time."""
    weeks: dict[dt.date, list[int]] = {}
    for day, (in_time, late) in _counts(procedure, filter_, Observation.counts_on).items():
        week = weeks.setdefault(_monday(day), [0, 0, 0])
        week[0] += in_time
        week[1] += late
    for instant in db.session.scalars(
        sa.select(Consultation.starts_at).where(*of_consultations(filter_).conditions(procedure))
    ):
        weeks.setdefault(_monday(clock.rome(instant).date()), [0, 0, 0])[2] += 1
    lines: list[Line] = []
    expected = min(weeks, default=None)
    for monday, figures in sorted(weeks.items()):
        lines += _empty_weeks(expected or monday, monday)
        lines.append(_week(monday, *figures))
        expected = monday + WEEK
    return Table("weeks", _("By week"), _("Week"), lines)


def _week(monday: dt.date, in_time: int = 0, late: int = 0, consultations: int = 0) -> Line:
    label = formats.elide(_("from %(day)s", day=formats.day(monday)))
    return Line(label, _days(monday, monday + WEEK), in_time, late, consultations)


def _days(first: dt.date, end: dt.date) -> dict[str, str]:
    return {"dal": first.isoformat(), "al": (end - dt.timedelta(days=1)).isoformat()}


def _empty_weeks(first: dt.date, end: dt.date) -> list[Line]:
    """The weeks from `first` up to `end`, in which nothing came."""
    count = (end - first) // WEEK
    if count <= MOST_EMPTY_WEEKS:
        return [_week(first + WEEK * number) for number in range(count)]
    last = formats.day(end - dt.timedelta(days=1))
    label = _("none between %(first)s and %(last)s", first=formats.day(first), last=last)
    return [Line(label, _days(first, end))]


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


# -- whom nobody has heard ---------------------------------------------------------------


@dataclasses.dataclass(frozen=True, slots=True)
class Unheard:
    """A body that the law wants heard and that attended nothing."""

    id: int
    name: str
    type: SubjectType
    zone: str | None


def not_consulted(procedure: Procedure) -> list[Unheard]:
    """Bodies to be consulted that were present at no consultation of the procedure."""
    heard = (
        sa.select(Attendance.stakeholder_id)
        .join(Consultation, Consultation.id == Attendance.consultation_id)
        .where(
            Consultation.procedure_id == procedure.id,
            Attendance.role == AttendanceRole.PRESENT,
        )
    )
    rows = db.session.execute(
        sa.select(Stakeholder.id, Stakeholder.name, Stakeholder.type, Zone.name)
        .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .where(Stakeholder.must_be_consulted, Stakeholder.id.not_in(heard))
        .order_by(Stakeholder.sort_key)
    )
    return [Unheard(*row) for row in rows]
