"""What is done to consultations."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationAnchor,
    ConsultationFile,
    ConsultationKind,
)
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.core.storage import Kept, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.service import draw_anchor
from ptm_participation.procedure.models import Procedure, StepKind


@dataclasses.dataclass(frozen=True, slots=True)
class Attended:
    """A stakeholder at a consultation, and who spoke for it."""

    stakeholder_id: int
    role: AttendanceRole = AttendanceRole.PRESENT
    represented_by: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """What is told of a consultation. Times are instants in UTC."""

    kind: ConsultationKind
    phase: StepKind
    title: str
    starts_at: dt.datetime
    hour_known: bool = True
    ends_at: dt.datetime | None = None
    place: str = ""
    municipality_id: int | None = None
    zone_id: int | None = None
    agenda: str = ""
    minutes: str = ""
    attended: tuple[Attended, ...] = ()
    section_ids: tuple[int, ...] = ()


@use_case
def log_consultation(
    actor: Actor, procedure: Procedure, account: Account, *, token: str
) -> Consultation:
    """Write down a consultation; the same form twice makes one."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Consultation, int(made))
    consultation = Consultation(
        procedure_id=procedure.id, created_at=clock.now(), version=1, **_facts(account)
    )
    db.session.add(consultation)
    db.session.flush()
    _set_attendance(consultation, account.attended)
    _set_sections(consultation, account.section_ids)
    form_tokens.made(token, consultation.id)
    audit.record(
        actor, "consultation.logged", consultation, stream=procedure.stream, **_payload(account)
    )
    return consultation


@use_case
def change_consultation(
    actor: Actor, consultation: Consultation, account: Account, *, base_version: int
) -> None:
    """Correct or complete a consultation. Raises ChangedMeanwhile."""
    if consultation.version != base_version:
        raise ChangedMeanwhile()
    before = {name: getattr(consultation, name) for name in _facts(account)}
    for name, value in _facts(account).items():
        setattr(consultation, name, value)
    consultation.version += 1
    _set_attendance(consultation, account.attended)
    _set_sections(consultation, account.section_ids)
    audit.record(
        actor,
        "consultation.changed",
        consultation,
        stream=consultation.procedure.stream,
        before=before,
        **_payload(account),
    )


@use_case
def record_attendance(
    actor: Actor, consultation: Consultation, attended: Sequence[Attended], *, base_version: int
) -> None:
    """Say who came, who excused itself, and who spoke for each. Raises ChangedMeanwhile."""
    if consultation.version != base_version:
        raise ChangedMeanwhile()
    _set_attendance(consultation, attended)
    consultation.version += 1
    audit.record(
        actor,
        "consultation.attendance_recorded",
        consultation,
        stream=consultation.procedure.stream,
        attended=[dataclasses.asdict(item) for item in attended],
    )


@use_case
def add_file(actor: Actor, consultation: Consultation, name: str, kept: Kept) -> None:
    """Put a file (signed minutes, slides, the attendance sheet) beside the consultation."""
    db.session.add(
        ConsultationFile(consultation_id=consultation.id, file_sha256=name_file(kept), name=name)
    )
    audit.record(
        actor,
        "consultation.file_added",
        consultation,
        stream=consultation.procedure.stream,
        name=name,
        sha256=kept.sha256,
    )


def _facts(account: Account) -> dict[str, Any]:
    return {
        "kind": account.kind,
        "phase": account.phase,
        "title": account.title,
        "starts_at": account.starts_at,
        "hour_known": account.hour_known,
        "ends_at": account.ends_at,
        "place": account.place,
        "municipality_id": account.municipality_id,
        "zone_id": account.zone_id,
        "agenda": account.agenda,
        "minutes": account.minutes,
    }


def _payload(account: Account) -> dict[str, Any]:
    return {
        **_facts(account),
        "attended": [dataclasses.asdict(attended) for attended in account.attended],
        "sections": list(account.section_ids),
    }


def _set_attendance(consultation: Consultation, attended: Sequence[Attended]) -> None:
    wanted = {item.stakeholder_id: item for item in attended}
    for row in list(consultation.attendances):
        item = wanted.pop(row.stakeholder_id, None)
        if item is None:
            db.session.delete(row)
        else:
            row.role, row.represented_by = item.role, item.represented_by
    for item in wanted.values():
        db.session.add(
            Attendance(
                consultation_id=consultation.id,
                stakeholder_id=item.stakeholder_id,
                role=item.role,
                represented_by=item.represented_by,
            )
        )
    db.session.flush()
    db.session.expire(consultation, ["attendances"])


def _set_sections(consultation: Consultation, section_ids: Sequence[int]) -> None:
    wanted = set(section_ids)
    for anchor in list(consultation.anchors):
        if anchor.section_version_id in wanted:
            wanted.discard(anchor.section_version_id)
        else:
            consultation.anchors.remove(anchor)
    for section_id in sorted(wanted):
        anchor = draw_anchor(db.session.get_one(SectionVersion, section_id))
        db.session.add(ConsultationAnchor(consultation_id=consultation.id, anchor_id=anchor.id))
    db.session.flush()
    db.session.expire(consultation, ["anchors"])
