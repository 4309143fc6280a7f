"""The exports by name: which rows, under which headings, with which notes."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, selectinload

from ptm_participation.accounts.models import Reader
from ptm_participation.consultations.models import Attendance, AttendanceRole, Consultation
from ptm_participation.core import clock, formats
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.reference import Verification
from ptm_participation.observations import filters
from ptm_participation.observations.models import (
    Observation,
    ObservationParty,
    Submission,
    SubmissionFile,
)
from ptm_participation.observations.queries import Filter, section_briefs, visible_to
from ptm_participation.observations.workflow import FileClass, PartyRole
from ptm_participation.plan.models import Anchor, Document, ProvisionTheme, SectionVersion, Theme
from ptm_participation.procedure.models import Procedure, Register
from ptm_participation.reporting import queries
from ptm_participation.reporting.exports import Sheet
from ptm_participation.reporting.tables import Tally
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.territory.models import Municipality, Zone

BATCH = 500
Rows = Iterator[Sequence[Any]]
Maker = Callable[[Procedure, Filter, Reader], tuple[list[str], Rows, int]]


def make(
    name: str, procedure: Procedure, arguments: Mapping[str, str], *, seen_by: Reader
) -> Sheet:
    """The export of that name under the filter of an address. Raises NotFound for no name."""
    if name not in EXPORTS:
        raise NotFound()
    export = EXPORTS[name]
    filter_, _problems = filters.read(arguments if export.filtered else {})
    columns, rows, count = export.maker(procedure, filter_, seen_by)
    in_words = filters.in_words(procedure, arguments) if export.filtered else _("None: all rows")
    notes = [
        (_("Procedure"), f"{procedure.title}, {procedure.case_file}"),
        (_("Filter"), in_words),
        (_("Situation at"), formats.exact_instant(clock.now())),
        (_("Rows"), str(count)),
        (_("Made by"), seen_by.name or _("command line")),
    ]
    if export.private:
        notes.append((_("Attention"), _("Reserved: it holds personal data.")))
    title = str(export.title)
    return Sheet(title, f"{title}, {procedure.title}", columns, rows, notes)


def _register(procedure: Procedure, filter_: Filter, reader: Reader) -> tuple[list[str], Rows, int]:
    """One row an observation, in the order of the numbers. No file is in it."""
    conditions = [*filter_.conditions(procedure), visible_to(reader)]
    count = db.session.scalar(sa.select(sa.func.count(Observation.id)).where(*conditions)) or 0
    columns = [
        _("Register"),
        _("Number"),
        _("Protocol number"),
        _("Protocol date"),
        _("Way in"),
        _("Sent on"),
        _("Received at"),
        _("Counts at"),
        _("Why this date"),
        _("In time"),
        _("Reason of the office"),
        _("Submitter"),
        _("Type of subject"),
        _("Group"),
        _("Comune"),
        _("Homogeneous zone"),
        _("Representative"),
        _("Capacity"),
        _("Subject"),
        _("Articles and maps"),
        _("Attachments"),
        _("Identification"),
        _("Author"),
        _("State"),
        _("Published at"),
    ]
    return columns, _register_rows(conditions), count


def _register_rows(conditions: list[sa.ColumnElement[bool]]) -> Rows:
    submitter, representative = aliased(ObservationParty), aliased(ObservationParty)
    attachments = (
        sa.select(sa.func.count())
        .where(
            SubmissionFile.submission_id == Observation.submission_id,
            SubmissionFile.file_class.in_((FileClass.ATTACHMENT, FileClass.SCAN)),
        )
        .scalar_subquery()
    )
    first_representative = (
        sa.select(sa.func.min(representative.id))
        .where(
            representative.observation_id == Observation.id,
            representative.role == PartyRole.REPRESENTATIVE,
        )
        .scalar_subquery()
    )
    spokesman = aliased(ObservationParty)
    query = (
        sa.select(
            Observation,
            Register.slug,
            Submission.sent_on,
            Submission.identity_level,
            submitter.name,
            Municipality.name,
            Zone.name,
            spokesman.name,
            spokesman.capacity,
            attachments,
        )
        .join(Register, Register.id == Observation.register_id)
        .join(Submission, Submission.id == Observation.submission_id)
        .join(
            submitter,
            sa.and_(
                submitter.observation_id == Observation.id,
                submitter.role == PartyRole.SUBMITTER,
            ),
        )
        .outerjoin(spokesman, spokesman.id == first_representative)
        .outerjoin(Municipality, Municipality.id == Observation.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .where(*conditions)
        .order_by(Observation.register_id, Observation.number)
    )
    for part in db.session.execute(query.execution_options(yield_per=BATCH)).partitions():
        briefs = section_briefs([row[0].id for row in part])
        for row in part:
            yield _register_row(row, briefs.get(row[0].id, ()))


def _register_row(row: Any, briefs: tuple[str, ...]) -> Sequence[Any]:
    observation = row[0]
    return (
        row[1],
        observation.number,
        observation.protocol_number,
        observation.protocol_on,
        str(observation.channel.label),
        row[2],
        observation.received_at,
        observation.counts_at,
        str(observation.basis.label),
        _("yes") if observation.in_time else _("no"),
        observation.reason,
        row[4],
        str(observation.subject_type.label),
        str(observation.subject_type.group.label),
        row[5],
        row[6],
        row[7],
        str(row[8].label) if row[8] else "",
        observation.title,
        "; ".join(briefs),
        row[9],
        str(row[3].label),
        str(observation.regularity.label),
        str(observation.state.label),
        observation.published_at,
    )


def _municipalities(
    procedure: Procedure, filter_: Filter, _reader: Reader
) -> tuple[list[str], Rows, int]:
    """All 133, those without any observation included."""
    facts = {
        str(row.id): row
        for row in db.session.execute(
            sa.select(
                Municipality.id,
                Municipality.istat,
                Municipality.population,
                Municipality.verification,
            )
        )
    }
    lines = queries.by_municipality(Tally(procedure, filter_)).lines
    columns = [
        _("ISTAT code"),
        _("Comune"),
        _("Homogeneous zone"),
        _("Zone to verify"),
        _("Residents"),
        _("Observations"),
        _("In time"),
        _("Late ones"),
        _("Consultations attended"),
    ]

    def rows() -> Rows:
        for line in lines:
            fact = facts.get(line.arguments["comune"])
            to_verify = fact is not None and fact.verification is Verification.TO_VERIFY
            yield (
                fact.istat if fact else "",
                line.label,
                line.note,
                _("yes") if to_verify else "",
                fact.population if fact else None,
                line.total,
                line.in_time,
                line.late,
                line.consultations,
            )

    return columns, rows(), len(lines)


def _stakeholders(
    procedure: Procedure, _filter: Filter, _reader: Reader
) -> tuple[list[str], Rows, int]:
    """Every stakeholder with what it attended and sent. Contacts are not in it."""
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
    count = db.session.scalar(sa.select(sa.func.count(Stakeholder.id))) or 0
    columns = [
        _("Name"),
        _("Type of subject"),
        _("Group"),
        _("Comune"),
        _("Homogeneous zone"),
        _("PEC"),
        _("To be consulted by law"),
        _("Consultations attended"),
        _("Last consultation"),
        _("Observations"),
        _("Checked against the source"),
    ]

    def rows() -> Rows:
        query = (
            sa.select(Stakeholder, Municipality.name, Zone.name)
            .outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)
            .outerjoin(Zone, Zone.id == Municipality.zone_id)
            .order_by(Stakeholder.sort_key, Stakeholder.id)
            .execution_options(yield_per=BATCH)
        )
        for stakeholder, municipality, zone in db.session.execute(query):
            count, last = heard.get(stakeholder.id, (0, None))
            yield (
                stakeholder.name,
                str(stakeholder.type.label),
                str(stakeholder.type.group.label),
                municipality,
                zone,
                stakeholder.pec,
                _("yes") if stakeholder.must_be_consulted else _("no"),
                count,
                last,
                sent.get(stakeholder.id, 0),
                str(stakeholder.verification.label),
            )

    return columns, rows(), count


def _consultations(
    procedure: Procedure, _filter: Filter, _reader: Reader
) -> tuple[list[str], Rows, int]:
    """The calendar of consultations with attendance, oldest first."""
    consultations = db.session.scalars(
        sa.select(Consultation)
        .options(selectinload(Consultation.anchors).joinedload(Anchor.section_version))
        .filter_by(procedure_id=procedure.id)
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
        _("Day"),
        _("From"),
        _("Kind"),
        _("Phase"),
        _("Title"),
        _("Place"),
        _("Number present"),
        _("Who attended"),
        _("Articles and maps"),
        _("Minutes"),
    ]

    def rows() -> Rows:
        for item in consultations:
            names = present.get(item.id, [])
            cited = [a.section_version.brief for a in item.anchors if a.section_version]
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
                _("yes") if item.minutes else _("no"),
            )

    return columns, rows(), len(consultations)


def _sections(
    procedure: Procedure, filter_: Filter, _reader: Reader
) -> tuple[list[str], Rows, int]:
    """The sections of the edition under observation, each with what speaks of it."""
    counted = queries.by_section(Tally(procedure, filter_))
    lines = {line.arguments["articolo"]: line for line in counted.lines}
    themes: dict[int, list[str]] = {}
    for provision_id, name in db.session.execute(
        sa.select(ProvisionTheme.provision_id, Theme.name)
        .join(Theme, Theme.id == ProvisionTheme.theme_id)
        .order_by(Theme.position)
    ):
        themes.setdefault(provision_id, []).append(name)
    sections = db.session.execute(
        sa.select(SectionVersion, Document.title)
        .join(Document, Document.id == SectionVersion.document_id)
        .where(
            SectionVersion.edition_id == procedure.edition_id,
            SectionVersion.unit_id == SectionVersion.id,
        )
        .order_by(Document.position, SectionVersion.position)
    ).all()
    columns = [
        _("Document"),
        _("Section"),
        _("Heading"),
        _("Checked against the source"),
        _("Themes"),
        _("Observations"),
        _("In time"),
        _("Late ones"),
        _("Consultations"),
    ]

    def rows() -> Rows:
        for section, document in sections:
            line = lines.get(str(section.provision_id))
            yield (
                document,
                section.citation,
                section.heading,
                str(section.verification.label),
                "; ".join(themes.get(section.provision_id, [])),
                line.total if line else 0,
                line.in_time if line else 0,
                line.late if line else 0,
                line.consultations if line else 0,
            )

    return columns, rows(), len(sections)


def _summary(procedure: Procedure, filter_: Filter, _reader: Reader) -> tuple[list[str], Rows, int]:
    """The tables of the summary page, one after another, each with its total where it adds up."""
    columns = [
        _("Table"),
        _("Entry"),
        _("Observations"),
        _("In time"),
        _("Late ones"),
        _("Consultations"),
    ]
    tally = Tally(procedure, filter_)
    totals = queries.totals(tally)
    rows: list[Sequence[Any]] = [
        (
            _("Whole process"),
            _("Total"),
            totals.observations,
            totals.in_time,
            totals.late,
            totals.consultations,
        )
    ]
    for table in queries.tables(tally):
        rows += [
            (table.title, line.label, line.total, line.in_time, line.late, line.consultations)
            for line in table.lines
        ]
    rows += [
        (_("Bodies not yet consulted"), body.name, None, None, None, 0) for body in tally.unheard
    ]
    return columns, iter(rows), len(rows)


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """A file that can be had: `filtered` says whether the filter of observations narrows it."""

    title: Any
    maker: Maker
    private: bool = False
    filtered: bool = True


EXPORTS = {
    "register": Export(_l("Register of observations"), _register, private=True),
    "summary": Export(_l("Summary of the process"), _summary),
    "municipalities": Export(_l("Observations by Comune"), _municipalities),
    "sections": Export(_l("Sections of the plan"), _sections),
    "consultations": Export(_l("Consultations"), _consultations, filtered=False),
    "stakeholders": Export(_l("Stakeholders"), _stakeholders, private=True, filtered=False),
}
