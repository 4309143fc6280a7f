"""What pages and exports read of consultations."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationAnchor,
    ConsultationFile,
    ConsultationKind,
)
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.plan.models import Anchor, ProvisionTheme, SectionVersion
from ptm_participation.procedure.models import Procedure, StepKind
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality

PAGE = 25


@dataclasses.dataclass(frozen=True, slots=True)
class ConsultationFilter:
    """Which consultations a list shows; days are days of Rome, both included."""

    kind: ConsultationKind | None = None
    phase: StepKind | None = None
    stakeholder: int | None = None
    municipality: int | None = None
    zone: int | None = None
    type: SubjectType | None = None
    group: SubjectGroup | None = None
    document: int | None = None
    provision: int | None = None
    theme: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None

    def conditions(self, procedure: Procedure) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = [Consultation.procedure_id == procedure.id]
        if self.kind is not None:
            found.append(Consultation.kind == self.kind)
        if self.phase is not None:
            found.append(Consultation.phase == self.phase)
        if self.since is not None:
            found.append(Consultation.starts_at >= clock.start_of_day(self.since))
        if self.until is not None:
            found.append(Consultation.starts_at < clock.end_of_day(self.until))
        return found + self._attended() + self._discussed()

    def of_attendee(self) -> list[sa.ColumnElement[bool]]:
        """What one `Stakeholder` (of a `Municipality`) who was present must be, all at once."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.stakeholder is not None:
            conditions.append(Stakeholder.id == self.stakeholder)
        if self.type is not None:
            conditions.append(Stakeholder.type == self.type)
        if self.group is not None:
            types = [t for t in SubjectType if t.group is self.group]
            conditions.append(Stakeholder.type.in_(types))
        if self.municipality is not None:
            conditions.append(Stakeholder.municipality_id == self.municipality)
        if self.zone is not None:
            conditions.append(Municipality.zone_id == self.zone)
        return conditions

    def _attended(self) -> list[sa.ColumnElement[bool]]:
        """Who was present: by stakeholder, type, group, Comune or zone."""
        conditions = self.of_attendee()
        if not conditions:
            return []
        return [
            Consultation.id.in_(
                sa.select(Attendance.consultation_id)
                .join(Stakeholder, Stakeholder.id == Attendance.stakeholder_id)
                .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
                .where(Attendance.role == AttendanceRole.PRESENT, *conditions)
            )
        ]

    def of_section(self, unit: Any) -> list[sa.ColumnElement[bool]]:
        """What one `SectionVersion` that was spoken of must be, on the page of `unit`."""
        conditions: list[sa.ColumnElement[bool]] = []
        if self.document is not None:
            conditions.append(SectionVersion.document_id == self.document)
        if self.provision is not None:
            conditions.append(
                sa.or_(
                    SectionVersion.provision_id == self.provision,
                    unit.provision_id == self.provision,
                )
            )
        if self.theme is not None:
            conditions.append(
                unit.provision_id.in_(
                    sa.select(ProvisionTheme.provision_id).where(
                        ProvisionTheme.theme_id == self.theme
                    )
                )
            )
        return conditions

    def _discussed(self) -> list[sa.ColumnElement[bool]]:
        """What was spoken of: a section (with what stands on its page), a document, a theme."""
        unit = aliased(SectionVersion)
        conditions = self.of_section(unit)
        if not conditions:
            return []
        return [
            Consultation.id.in_(
                sa.select(ConsultationAnchor.consultation_id)
                .join(Anchor, Anchor.id == ConsultationAnchor.anchor_id)
                .join(SectionVersion, SectionVersion.id == Anchor.section_version_id)
                .join(unit, unit.id == SectionVersion.unit_id)
                .where(*conditions)
            )
        ]


@dataclasses.dataclass(frozen=True, slots=True)
class ConsultationRow:
    """A consultation in a list."""

    id: int
    kind: ConsultationKind
    phase: StepKind
    title: str
    starts_at: dt.datetime
    hour_known: bool
    place: str
    present: int
    has_minutes: bool


def list_consultations(
    procedure: Procedure, filter_: ConsultationFilter, *, before: str = "", size: int = PAGE
) -> tuple[list[ConsultationRow], str | None]:
    """A page, latest first, and the cursor of the next one."""
    present = (
        sa.select(sa.func.count())
        .where(
            Attendance.consultation_id == Consultation.id,
            Attendance.role == AttendanceRole.PRESENT,
        )
        .scalar_subquery()
    )
    query = sa.select(
        Consultation.id,
        Consultation.kind,
        Consultation.phase,
        Consultation.title,
        Consultation.starts_at,
        Consultation.hour_known,
        Consultation.place,
        present,
        Consultation.minutes != "",
    ).where(*filter_.conditions(procedure))
    mark = _mark(before)
    if mark is not None:
        query = query.where(sa.tuple_(Consultation.starts_at, Consultation.id) < mark)
    result = db.session.execute(
        query.order_by(Consultation.starts_at.desc(), Consultation.id.desc()).limit(size + 1)
    )
    rows = [ConsultationRow(*row) for row in result]
    page = rows[:size]
    more = len(rows) > size
    return page, f"{page[-1].starts_at.isoformat()}~{page[-1].id}" if more else None


def _mark(cursor: str) -> sa.Tuple | None:
    """Where the page before ended, None for a cursor that is none of ours."""
    instant, _sep, last_id = cursor.partition("~")
    number = whole(last_id)
    try:
        moment = clock.parse_instant(instant)
    except ValueError:
        return None
    if number is None:
        return None
    return sa.tuple_(sa.literal(moment, Consultation.starts_at.type), sa.literal(number))


def count_consultations(procedure: Procedure, filter_: ConsultationFilter) -> int:
    query = sa.select(sa.func.count(Consultation.id)).where(*filter_.conditions(procedure))
    return db.session.scalar(query) or 0


def get_consultation(consultation_id: int) -> Consultation:
    """One consultation with all that its page shows. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Consultation)
        .options(
            joinedload(Consultation.procedure),
            joinedload(Consultation.municipality),
            joinedload(Consultation.zone),
            selectinload(Consultation.attendances)
            .joinedload(Attendance.stakeholder)
            .joinedload(Stakeholder.municipality),
            selectinload(Consultation.anchors)
            .joinedload(Anchor.section_version)
            .joinedload(SectionVersion.document),
        )
        .where(Consultation.id == consultation_id)
    )
    if row is None:
        raise NotFound()
    return row


def files_of(consultation: Consultation) -> Sequence[ConsultationFile]:
    return db.session.scalars(
        sa.select(ConsultationFile)
        .filter_by(consultation_id=consultation.id)
        .order_by(ConsultationFile.id)
    ).all()


def get_file(consultation: Consultation, file_id: int) -> ConsultationFile:
    """A file of the consultation. Raises NotFound."""
    row = db.session.scalar(
        sa.select(ConsultationFile).filter_by(id=file_id, consultation_id=consultation.id)
    )
    if row is None:
        raise NotFound()
    return row


def consultations_of(stakeholder_id: int) -> Sequence[tuple[Consultation, AttendanceRole]]:
    """Where a stakeholder was expected, latest first, and whether it came."""
    rows = db.session.execute(
        sa.select(Consultation, Attendance.role)
        .join(Attendance, Attendance.consultation_id == Consultation.id)
        .where(Attendance.stakeholder_id == stakeholder_id)
        .order_by(Consultation.starts_at.desc())
    )
    return [(consultation, role) for consultation, role in rows]
