"""The calendar of consultations with attendance, oldest first."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from ptm_participation.consultations.models import Attendance, AttendanceRole, Consultation
from ptm_participation.core import clock, formats
from ptm_participation.core.db import db
from ptm_participation.plan.models import Anchor
from ptm_participation.reporting.exports import Column, Kind
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.stakeholders.models import Stakeholder


def make(wanted: Wanted) -> Content:
    consultations = db.session.scalars(
        sa.select(Consultation)
        .options(selectinload(Consultation.anchors).joinedload(Anchor.section_version))
        .filter_by(procedure_id=wanted.procedure.id)
        .order_by(Consultation.starts_at, Consultation.id)
    ).all()
    present: dict[int, list[str]] = {}
    for number, name in db.session.execute(
        sa.select(Attendance.consultation_id, Stakeholder.name)
        .join(Stakeholder, Stakeholder.id == Attendance.stakeholder_id)
        .where(Attendance.role == AttendanceRole.PRESENT)
        .order_by(Stakeholder.sort_key)
    ):
        present.setdefault(number, []).append(name)
    columns = [
        Column("day", _("Day"), Kind.DAY),
        Column("from_hour", _("From"), width=8),
        Column("kind", _("Kind")),
        Column("phase", _("Phase")),
        Column("title", _("Title"), width=48),
        Column("place", _("Place")),
        Column("present", _("Number present"), Kind.NUMBER),
        Column("attended_by", _("Who attended"), width=60),
        Column("sections", _("Articles and maps"), width=36),
        Column("has_minutes", _("Minutes"), Kind.YES_NO),
    ]

    def rows() -> Iterator[Row]:
        for item in consultations:
            names = present.get(item.id, [])
            cited = [a.section_version.brief for a in item.anchors]
            yield (
                clock.rome(item.starts_at).date(),
                formats.hour(item.starts_at) if item.hour_known else "",
                str(item.kind.label),
                str(item.phase.label),
                item.title,
                item.place,
                len(names),
                "; ".join(names),
                "; ".join(cited),
                bool(item.minutes),
            )

    return Content(columns, rows(), len(consultations))
