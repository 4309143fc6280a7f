"""What a summary is made of: a table of lines, and the counts from which lines are written.

Every table counts observations, and beside them the consultations that touch the same thing.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationAnchor,
)
from ptm_participation.consultations.queries import ConsultationFilter
from ptm_participation.core.db import ask
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.models import Observation, ObservationAnchor
from ptm_participation.observations.workflow import Purpose
from ptm_participation.plan.models import Anchor, ProvisionTheme, SectionVersion
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Procedure, Window
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality, Zone


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A row of a summary. `arguments` is the filter that opens its list; `note` stands beside
    the label (a zone, a heading); `brief` is the label where there is little room; `ends` says
    which term ends within a line of time."""

    label: str
    arguments: dict[str, str]
    in_time: int = 0
    late: int = 0
    consultations: int = 0
    note: str = ""
    brief: str = ""
    ends: str = ""

    @property
    def total(self) -> int:
        return self.in_time + self.late


TITLES: dict[str, Any] = {
    "municipalities": _l("By Comune"),
    "zones": _l("By homogeneous zone"),
    "types": _l("By type of subject"),
    "groups": _l("By group of subjects"),
    "channels": _l("By way in"),
    "documents": _l("By document"),
    "sections": _l("By article and map"),
    "themes": _l("By theme"),
    "days": _l("By day"),
    "weeks": _l("By week"),
    "hours": _l("By hour of the day"),
    "term": _l("Around the term"),
    "attended": _l("Consultations and attendance"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """A summary by one thing. `adds_up` says whether each observation counts once, `note` what
    is left out; `consultations` whether they can be told by this thing."""

    key: str
    heading: str
    lines: list[Line]
    adds_up: bool = True
    note: str = ""
    consultations: bool = True

    @property
    def title(self) -> str:
        return str(TITLES[self.key])


@dataclasses.dataclass(frozen=True, slots=True)
class Unheard:
    """A body that the law wants heard and that attended nothing."""

    id: int
    name: str
    type: SubjectType
    zone: str | None


# In time and late.
Pair = tuple[int, int]
Counts = dict[Any, Pair]


def sum_of(pairs: Iterable[Pair]) -> Pair:
    """In time and late, of several lines together."""
    in_time = late = 0
    for pair in pairs:
        in_time, late = in_time + pair[0], late + pair[1]
    return in_time, late


def listed(wanted: Mapping[str, str]) -> dict[str, str]:
    """The address of the list that a figure counts: of observations, unless it says otherwise."""
    return {**wanted, "natura": wanted.get("natura", Purpose.OBSERVATION.value)}


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


@dataclasses.dataclass(frozen=True, slots=True)
class Attended:
    """How consultations of one kind were attended; `arguments` opens their list."""

    label: str
    arguments: dict[str, str]
    consultations: int
    present: int
    missing: int


# The section that has a page and holds the one discussed.
Page = aliased(SectionVersion)


class Tally:
    """What a filter finds in a procedure, counted once by each thing, when first asked.

    One reading of an index each: tables and totals are made from these in Python. Observations
    alone count, unless the filter asks for another purpose: neither an answer without
    observations nor a withdrawal is one.
    """

    def __init__(self, procedure: Procedure, filter_: Filter) -> None:
        purpose = filter_.purpose or Purpose.OBSERVATION
        self.procedure, self.filter = procedure, dataclasses.replace(filter_, purpose=purpose)

    @cached_property
    def window(self) -> Window | None:
        """The window whose term time is told by."""
        return procedures.public_window(self.procedure)

    # -- observations, by what stands beside each --------------------------------------

    @cached_property
    def by_municipality(self) -> Counts:
        return self._counts(Observation.municipality_id)

    @cached_property
    def by_type(self) -> Counts:
        return self._counts(Observation.subject_type)

    @cached_property
    def by_channel(self) -> Counts:
        return self._counts(Observation.channel)

    @cached_property
    def by_hour_of_day(self) -> Counts:
        """By day and hour of Rome: days, weeks and hours come from this one."""
        return self._counts(Observation.counts_on, Observation.counts_hour)

    def _counts(self, *keys: Any) -> Counts:
        """By one column, or by two."""
        rows = ask(
            sa.select(
                *keys,
                sa.func.count(sa.case((Observation.in_time, 1))),
                sa.func.count(),
            )
            .where(*self.filter.conditions(self.procedure))
            .group_by(*keys)
        )
        if len(keys) == 1:
            return {key: (in_time, every - in_time) for key, in_time, every in rows}
        return {(a, b): (in_time, every - in_time) for a, b, in_time, every in rows}

    # -- observations, by what they speak of -------------------------------------------

    @cached_property
    def by_document(self) -> Counts:
        return self._spoken_of(ObservationAnchor.document_id)

    @cached_property
    def by_page(self) -> Counts:
        """By provision of an article, map or heading: a comma counts in its article."""
        return self._spoken_of(ObservationAnchor.page_id)

    @cached_property
    def by_theme(self) -> Counts:
        return self._spoken_of(
            ProvisionTheme.theme_id,
            (ProvisionTheme, ProvisionTheme.provision_id == ObservationAnchor.page_id),
        )

    def _spoken_of(self, key: Any, *joins: Any) -> Counts:
        """Each observation once a key, however often it names it."""
        once = sa.select(key.label("key"), Observation.id, Observation.in_time).join_from(
            Observation, ObservationAnchor, ObservationAnchor.observation_id == Observation.id
        )
        for target, condition in joins:
            once = once.join(target, condition)
        pairs = once.where(*self.filter.conditions(self.procedure)).distinct().subquery()
        rows = ask(
            sa.select(
                pairs.c.key, sa.func.count(sa.case((pairs.c.in_time, 1))), sa.func.count()
            ).group_by(pairs.c.key)
        )
        return {key: (in_time, every - in_time) for key, in_time, every in rows}

    # -- consultations -----------------------------------------------------------------

    @cached_property
    def _of_consultations(self) -> ConsultationFilter:
        return of_consultations(self.filter)

    @property
    def consultations(self) -> list[sa.ColumnElement[bool]]:
        """The conditions of the consultations that the filter can be asked of."""
        return self._of_consultations.conditions(self.procedure)

    @cached_property
    def unheard(self) -> list[Unheard]:
        """Bodies to be consulted that were present at no consultation of the procedure,
        whatever the filter."""
        heard = (
            sa.select(Attendance.stakeholder_id)
            .join(Consultation, Consultation.id == Attendance.consultation_id)
            .where(
                Consultation.procedure_id == self.procedure.id,
                Attendance.role == AttendanceRole.PRESENT,
            )
        )
        rows = ask(
            sa.select(Stakeholder.id, Stakeholder.name, Stakeholder.type, Zone.name)
            .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
            .outerjoin(Zone, Zone.id == Municipality.zone_id)
            .where(Stakeholder.must_be_consulted, Stakeholder.id.not_in(heard))
            .order_by(Stakeholder.sort_key)
        )
        return [Unheard(*row) for row in rows]

    def attended_by(self, key: Any) -> dict[Any, int]:
        """How many consultations had somebody present, by a fact of the stakeholder; of those
        whom the filter asks about, as the list that the figure opens does."""
        rows = ask(
            sa.select(key, sa.func.count(sa.distinct(Attendance.consultation_id)))
            .select_from(Attendance)
            .join(Consultation, Consultation.id == Attendance.consultation_id)
            .join(Stakeholder, Stakeholder.id == Attendance.stakeholder_id)
            .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
            .where(
                *self.consultations,
                *self._of_consultations.of_attendee(),
                Attendance.role == AttendanceRole.PRESENT,
            )
            .group_by(key)
        )
        return dict(rows)

    def discussed_by(self, key: Any, *joins: Any) -> dict[Any, int]:
        """How many consultations discussed something, by a fact of a section or of its `Page`;
        of those that the filter asks about."""
        query = (
            sa.select(key, sa.func.count(sa.distinct(Consultation.id)))
            .select_from(Consultation)
            .join(ConsultationAnchor, ConsultationAnchor.consultation_id == Consultation.id)
            .join(Anchor, Anchor.id == ConsultationAnchor.anchor_id)
            .join(SectionVersion, SectionVersion.id == Anchor.section_version_id)
            .join(Page, Page.id == SectionVersion.unit_id)
        )
        for target, condition in joins:
            query = query.join(target, condition)
        asked = (*self.consultations, *self._of_consultations.of_section(Page))
        return dict(ask(query.where(*asked).group_by(key)))
