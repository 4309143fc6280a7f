"""The register: one row an observation, in the order of the numbers. No file is in it."""

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from ptm_participation.core.db import db
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.models import (
    Observation,
    ObservationAnchor,
    ObservationParty,
    Submission,
    SubmissionFile,
)
from ptm_participation.observations.queries import visible_to
from ptm_participation.observations.workflow import (
    Basis,
    Capacity,
    Channel,
    FileClass,
    ObservationState,
    PartyRole,
    Purpose,
    Regularity,
)
from ptm_participation.plan.models import Anchor, Document, SectionVersion
from ptm_participation.procedure.models import IdentityLevel, Procedure, Register
from ptm_participation.reporting.exports import Column, Kind
from ptm_participation.reporting.exports.sheet import BATCH, Cells, Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality, Zone

Conditions = Sequence[sa.ColumnElement[bool]]


def make(wanted: Wanted) -> Content:
    filter_ = wanted.filter
    if filter_ == Filter(register=filter_.register):
        # The whole register has no gaps: what was annulled stands in its place, and says so.
        filter_ = dataclasses.replace(filter_, annulled=None)
    conditions = [*filter_.conditions(wanted.procedure), visible_to(wanted.reader)]
    count = db.session.scalar(sa.select(sa.func.count(Observation.id)).where(*conditions)) or 0
    return Content(_columns(), _rows(conditions), count)


def _columns() -> list[Column]:
    return [
        Column("register", _("Register"), width=12),
        Column("number", _("Number"), Kind.NUMBER),
        Column("protocol_number", _("Protocol number"), width=18),
        Column("protocol_date", _("Protocol date"), Kind.DAY),
        Column("protocol_registry", _("Registry")),
        Column("case_file", _("Case file"), width=16),
        Column("sender_protocol", _("Protocol number of the sender"), width=18),
        Column("sender_protocol_date", _("Date of the sender’s protocol"), Kind.DAY),
        Column("sender_registry", _("Registry of the sender")),
        Column("channel", _("Way in")),
        Column("sent_on", _("Sent on"), Kind.DAY),
        Column("received_at", _("Received at"), Kind.INSTANT),
        Column("counts_at", _("Counts at"), Kind.INSTANT),
        Column("basis", _("Why this date")),
        Column("in_time", _("In time"), Kind.YES_NO),
        Column("reason", _("Reason of the office")),
        Column("purpose", _("Purpose")),
        Column("submitter", _("Submitter"), width=36),
        Column("subject_type", _("Type of subject")),
        Column("subject_group", _("Group")),
        Column("municipality", _("Comune")),
        Column("zone", _("Homogeneous zone")),
        Column("representative", _("Representative")),
        Column("capacity", _("Capacity")),
        Column("title", _("Subject"), width=60),
        Column("sections", _("Articles and maps"), width=36),
        Column("attachments", _("Attachments"), Kind.NUMBER),
        Column("identification", _("Identification")),
        Column("author", _("Author")),
        Column("state", _("State")),
        Column("checked_at", _("Under review since"), Kind.INSTANT),
        Column("decided_on", _("Decided on"), Kind.DAY),
        Column("decided_act", _("Act of the decision")),
        Column("published_at", _("Published at"), Kind.INSTANT),
        Column("annulled_at", _("Annulled at"), Kind.INSTANT),
        Column("annulled_because", _("Why it is annulled")),
    ]


def _rows(conditions: Conditions) -> Iterator[Row]:
    """The rows, read and put into words a batch at a time and a column at a time."""
    order = [column.key for column in _columns()]
    words, in_reading_order = _words(), _in_reading_order()
    # Of the session's transaction, without the session between: it makes each row twice.
    result = db.session.connection().execute(
        _query(conditions), execution_options={"yield_per": BATCH}
    )
    keys = list(result.keys())
    for part in result.partitions():
        cells: dict[str, Cells] = dict(zip(keys, zip(*part, strict=True), strict=True))
        cells["sections"] = [cell and in_reading_order(cell) for cell in cells["sections"]]
        cells["subject_group"] = cells["subject_type"]
        for key, said in words.items():
            cells[key] = [said.get(cell) for cell in cells[key]]
        yield from zip(*(cells[key] for key in order), strict=True)


def _query(conditions: Conditions) -> sa.Select[Any]:
    """The cells by the keys of their columns, and as they are kept where they have words."""
    submitter, spokesman = aliased(ObservationParty), aliased(ObservationParty)
    cells: list[sa.ColumnElement[Any]] = [
        Register.slug.label("register"),
        Observation.number.label("number"),
        Observation.protocol_number.label("protocol_number"),
        Observation.protocol_on.label("protocol_date"),
        Observation.protocol_registry.label("protocol_registry"),
        sa.func.coalesce(
            sa.func.nullif(Observation.protocol_case_file, ""), Procedure.case_file
        ).label("case_file"),
        Observation.sender_protocol_number.label("sender_protocol"),
        Observation.sender_protocol_on.label("sender_protocol_date"),
        Observation.sender_protocol_registry.label("sender_registry"),
        _as_kept(Observation.channel).label("channel"),
        Submission.sent_on.label("sent_on"),
        Observation.received_at.label("received_at"),
        Observation.counts_at.label("counts_at"),
        _as_kept(Observation.basis).label("basis"),
        Observation.in_time.label("in_time"),
        Observation.reason.label("reason"),
        _as_kept(Observation.purpose).label("purpose"),
        submitter.name.label("submitter"),
        _as_kept(Observation.subject_type).label("subject_type"),
        Municipality.name.label("municipality"),
        Zone.name.label("zone"),
        spokesman.name.label("representative"),
        _as_kept(spokesman.capacity).label("capacity"),
        Observation.title.label("title"),
        _sections().label("sections"),
        _attachments().label("attachments"),
        _as_kept(Submission.identity_level).label("identification"),
        _as_kept(Observation.regularity).label("author"),
        _as_kept(Observation.state).label("state"),
        Observation.checked_at.label("checked_at"),
        Observation.decided_on.label("decided_on"),
        Observation.decided_act.label("decided_act"),
        Observation.published_at.label("published_at"),
        Observation.annulled_at.label("annulled_at"),
        Observation.annulled_because.label("annulled_because"),
    ]
    return (
        sa.select(*cells)
        .join(Register, Register.id == Observation.register_id)
        .join(Procedure, Procedure.id == Observation.procedure_id)
        .join(Submission, Submission.id == Observation.submission_id)
        .join(
            submitter,
            sa.and_(
                submitter.observation_id == Observation.id,
                submitter.role == PartyRole.SUBMITTER,
            ),
        )
        .outerjoin(spokesman, spokesman.id == _first_representative())
        .outerjoin(Municipality, Municipality.id == Observation.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
        .where(*conditions)
        .order_by(Observation.register_id, Observation.number)
    )


def _as_kept(column: Any) -> sa.ColumnElement[str]:
    return sa.type_coerce(column, sa.String)


def _attachments() -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(
            SubmissionFile.submission_id == Observation.submission_id,
            SubmissionFile.file_class.in_((FileClass.ATTACHMENT, FileClass.SCAN)),
        )
        .scalar_subquery()
    )


def _sections() -> sa.ScalarSelect[str]:
    """The numbers of the sections that an observation is about; SQLite cannot put them in order."""
    return (
        sa.select(sa.func.aggregate_strings(sa.cast(Anchor.section_version_id, sa.String), ","))
        .join(ObservationAnchor, ObservationAnchor.anchor_id == Anchor.id)
        .where(ObservationAnchor.observation_id == Observation.id)
        .correlate(Observation)
        .scalar_subquery()
    )


def _first_representative() -> sa.ScalarSelect[int]:
    representative = aliased(ObservationParty)
    return (
        sa.select(sa.func.min(representative.id))
        .where(
            representative.observation_id == Observation.id,
            representative.role == PartyRole.REPRESENTATIVE,
        )
        .scalar_subquery()
    )


def _words() -> dict[str, dict[str, str]]:
    """The words for what a column keeps as one of few, looked up once for all the rows."""
    kept: dict[str, Iterable[Any]] = {
        "channel": Channel,
        "basis": Basis,
        "purpose": Purpose,
        "subject_type": SubjectType,
        "capacity": Capacity,
        "identification": IdentityLevel,
        "author": Regularity,
        "state": ObservationState,
    }
    words = {
        key: {member.value: str(member.label) for member in members}
        for key, members in kept.items()
    }
    groups = {type_.value: str(type_.group.label) for type_ in SubjectType}
    return words | {"subject_group": groups}


def _in_reading_order() -> Callable[[str], str]:
    """From the numbers of sections in the database to «art. 18 c. 2; Tav. 6»."""
    rows = db.session.execute(
        sa.select(SectionVersion.id, SectionVersion.brief)
        .join(Document, Document.id == SectionVersion.document_id)
        .order_by(Document.position, SectionVersion.position)
    )
    places = {str(number): (place, brief) for place, (number, brief) in enumerate(rows)}

    @functools.lru_cache(maxsize=10_000)
    def cite(numbers: str) -> str:
        cited = sorted(places[number] for number in numbers.split(","))
        return "; ".join(dict.fromkeys(brief for _place, brief in cited))

    return cite
