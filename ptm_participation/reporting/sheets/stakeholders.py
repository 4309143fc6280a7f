"""Every stakeholder with what it attended and sent. Contacts are not in it."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.consultations.models import Attendance, AttendanceRole, Consultation
from ptm_participation.core.db import db
from ptm_participation.observations.models import ObservationParty
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting.exports import Column, Kind
from ptm_participation.reporting.exports.sheet import BATCH, Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.territory.models import Municipality, Zone


def make(wanted: Wanted) -> Content:
    count = db.session.scalar(sa.select(sa.func.count(Stakeholder.id))) or 0
    columns = [
        Column("name", _("Name"), width=48),
        Column("type", _("Type of subject")),
        Column("group", _("Group")),
        Column("municipality", _("Comune")),
        Column("zone", _("Homogeneous zone")),
        Column("certified_email", _("PEC"), width=36),
        Column("must_be_consulted", _("To be consulted by law"), Kind.YES_NO),
        Column("consultations", _("Consultations attended"), Kind.NUMBER),
        Column("last_consultation_at", _("Last consultation"), Kind.INSTANT),
        Column("observations", _("Observations"), Kind.NUMBER),
        Column("verification", _("Checked against the source")),
    ]
    return Content(columns, _rows(wanted.procedure), count)


def _rows(procedure: Procedure) -> Iterator[Row]:
    attended = (
        sa.select(Attendance.stakeholder_id, sa.func.count(), sa.func.max(Consultation.starts_at))
        .join(Consultation, Consultation.id == Attendance.consultation_id)
        .where(
            Attendance.role == AttendanceRole.PRESENT,
            Consultation.procedure_id == procedure.id,
        )
        .group_by(Attendance.stakeholder_id)
    )
    heard = {number: (count, last) for number, count, last in db.session.execute(attended)}
    sent = dict(
        db.session.execute(
            sa.select(
                ObservationParty.stakeholder_id,
                sa.func.count(sa.distinct(ObservationParty.observation_id)),
            )
            .where(ObservationParty.stakeholder_id.is_not(None))
            .group_by(ObservationParty.stakeholder_id)
        ).all()
    )
    query = (
        sa.select(
            Stakeholder.id,
            Stakeholder.name,
            Stakeholder.type,
            Municipality.name,
            Zone.name,
            Stakeholder.pec,
            Stakeholder.must_be_consulted,
            Stakeholder.verification,
        )
        .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .order_by(Stakeholder.sort_key, Stakeholder.id)
        .execution_options(yield_per=BATCH)
    )
    for number, name, type_, *place, pec, consulted, verification in db.session.execute(query):
        yield (
            name,
            str(type_.label),
            str(type_.group.label),
            *place,
            pec,
            consulted,
            *heard.get(number, (0, None)),
            sent.get(number, 0),
            str(verification.label),
        )
