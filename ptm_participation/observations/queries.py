"""What pages read of one observation. Every query names its reader."""

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import InstanceState, aliased, contains_eager, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader, User
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import codes
from ptm_participation.observations.models import (
    Observation,
    ObservationAnchor,
    ObservationParty,
    Request,
    RequestAnchor,
    Submission,
    SubmissionFile,
    WorkingText,
)
from ptm_participation.plan.models import (
    Anchor,
    Document,
    Edition,
    SectionVersion,
)
from ptm_participation.procedure.models import Register
from ptm_participation.territory.models import Municipality


def visible_to(reader: Reader) -> sa.ColumnElement[bool]:
    """Which observations a person may know of: staff all, an author its own, anybody the
    published ones."""
    if reader.can(Permission.REGISTER):
        return sa.true()
    published = Observation.published_at.is_not(None)
    if isinstance(reader, User):
        own = sent_by(reader)
        return sa.or_(published, own)
    return published


def sent_by(author: User) -> sa.ColumnElement[bool]:
    """Which observations an account has sent."""
    sent = aliased(Submission)
    return Observation.submission_id.in_(sa.select(sent.id).where(sent.user_id == author.id))


def get_observation(register: str, number: int, *, seen_by: Reader) -> Observation:
    """An observation by its address (the register's slug and the number), with all that its
    page shows. Raises NotFound if the reader may not."""
    query = _BY_NUMBER
    if not seen_by.can(Permission.REGISTER):
        query = query.where(visible_to(seen_by))
    return _whole(query, register=register, number=number)


def get_by_code(code: str) -> Observation:
    """The observation of a tracking code, whole. Raises NotFound."""
    return _whole(_BY_CODE, code=codes.digest(code))


_OBSERVATION = (
    sa.select(Observation)
    .join(Observation.submission)
    .join(Observation.register)
    .options(
        contains_eager(Observation.submission),
        contains_eager(Observation.register).joinedload(Register.procedure),
        joinedload(Observation.window),
        joinedload(Observation.municipality).joinedload(Municipality.zone),
        joinedload(Observation.assigned_to),
    )
)
_BY_NUMBER = _OBSERVATION.where(
    Register.slug == sa.bindparam("register"),
    Observation.number == sa.bindparam("number"),
)
_BY_CODE = _OBSERVATION.where(Submission.code_sha256 == sa.bindparam("code"))

Page = aliased(SectionVersion)

# What hangs on one observation. SQLAlchemy's own way of loading collections puts each of these
# questions together anew, which takes four times as long as asking them.
_PARTIES = (
    sa.select(ObservationParty)
    .options(joinedload(ObservationParty.municipality), joinedload(ObservationParty.stakeholder))
    .where(ObservationParty.observation_id == sa.bindparam("id"))
    .order_by(ObservationParty.id)
)
_TEXTS = (
    sa.select(WorkingText)
    .options(joinedload(WorkingText.written_by))
    .where(WorkingText.observation_id == sa.bindparam("id"))
    .order_by(WorkingText.version)
)
_FILED = (
    sa.select(
        Document.slug,
        Page.slug,
        Edition.label,
        SectionVersion.slug,
        SectionVersion.citation,
        SectionVersion.heading,
        Anchor.exact,
    )
    .select_from(ObservationAnchor)
    .join(Anchor, Anchor.id == ObservationAnchor.anchor_id)
    .join(SectionVersion, SectionVersion.id == Anchor.section_version_id)
    .join(Page, Page.id == SectionVersion.unit_id)
    .join(Document, Document.id == SectionVersion.document_id)
    .join(Edition, Edition.id == SectionVersion.edition_id)
    .where(ObservationAnchor.observation_id == sa.bindparam("id"))
    .order_by(ObservationAnchor.anchor_id)
)
_FILES = (
    sa.select(SubmissionFile)
    .options(joinedload(SubmissionFile.file))
    .where(SubmissionFile.submission_id == sa.bindparam("id"))
    .order_by(SubmissionFile.position)
)
_REQUESTS = (
    sa.select(Request).where(Request.submission_id == sa.bindparam("id")).order_by(Request.position)
)
_REQUEST_ANCHORS = (
    sa.select(RequestAnchor.request_id, Anchor)
    .join(Anchor, Anchor.id == RequestAnchor.anchor_id)
    .join(Request, Request.id == RequestAnchor.request_id)
    .options(
        joinedload(Anchor.section_version).options(
            joinedload(SectionVersion.document),
            joinedload(SectionVersion.edition),
            joinedload(SectionVersion.unit),
        )
    )
    .where(Request.submission_id == sa.bindparam("id"))
    .order_by(Anchor.id)
)


def _whole(query: sa.Select[Any], **values: Any) -> Observation:
    """The observation that the query finds, with what hangs on it. Raises NotFound."""
    found: Observation | None = db.session.scalar(query, values)
    if found is None:
        raise NotFound()
    _load(found, "parties", _PARTIES)
    _load(found, "texts", _TEXTS)
    _load(found.submission, "files", _FILES)
    return found


def load_requests(submission: Submission) -> None:
    """Bring what was asked, with the sections of each request, for a page that shows it."""
    _load(submission, "requests", _REQUESTS)
    anchors: dict[int, list[Anchor]] = {}
    for request_id, anchor in db.session.execute(_REQUEST_ANCHORS, {"id": submission.id}):
        anchors.setdefault(request_id, []).append(anchor)
    for request in submission.requests:
        set_committed_value(request, "anchors", anchors.get(request.id, []))


def _load(parent: Observation | Submission, collection: str, query: sa.Select[Any]) -> None:
    """Load a collection, unless this transaction has done so."""
    state: InstanceState[Any] = sa.inspect(parent, raiseerr=True)
    if collection in state.unloaded:
        rows = db.session.scalars(query, {"id": parent.id}).all()
        set_committed_value(parent, collection, list(rows))


class Filed(NamedTuple):
    """A section under which the office counts an observation, with its page in the plan."""

    document: str
    page: str
    edition: str
    slug: str
    citation: str
    heading: str
    exact: str


def filed_under(observation: Observation) -> list[Filed]:
    """The sections of an observation; none if it speaks of the whole plan."""
    return [Filed._make(row) for row in ask(_FILED, id=observation.id)]


def observation_by_token(token_sha256: str) -> Observation | None:
    """What a form already made, for one that comes again after its draft is gone."""
    return db.session.scalar(
        sa.select(Observation)
        .join(Submission, Submission.id == Observation.submission_id)
        .where(Submission.token_sha256 == token_sha256)
    )


def get_file(register: Register, number: int, file_id: int, *, seen_by: Reader) -> SubmissionFile:
    """A file of an observation. Staff alone read files. Raises NotFound."""
    row = db.session.scalar(
        sa.select(SubmissionFile)
        .options(joinedload(SubmissionFile.file))
        .join(Observation, Observation.submission_id == SubmissionFile.submission_id)
        .where(
            SubmissionFile.id == file_id,
            Observation.register_id == register.id,
            Observation.number == number,
        )
    )
    if row is None or not seen_by.can(Permission.REGISTER):
        raise NotFound()
    return row


_SAME_PROTOCOL = (
    sa.select(Observation.number)
    .where(
        Observation.register_id == sa.bindparam("register"),
        Observation.protocol_number == sa.bindparam("protocol"),
        Observation.protocol_on.between(sa.bindparam("first"), sa.bindparam("last")),
        Observation.id != sa.bindparam("id"),
        Observation.annulled_at.is_(None),
    )
    .order_by(Observation.number)
    .limit(20)
)


def same_protocol(observation: Observation) -> list[int]:
    """The other observations of the register with this protocol number and year.

    Several may have come in one document; more often one of the numbers is mistyped.
    """
    if not observation.protocol_number or observation.protocol_on is None:
        return []
    first = dt.date(observation.protocol_on.year, 1, 1)
    found = ask(
        _SAME_PROTOCOL,
        register=observation.register_id,
        protocol=observation.protocol_number,
        first=first,
        last=dt.date(first.year, 12, 31),
        id=observation.id,
    )
    return [number for (number,) in found]


def _beside(end: Any, than: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    registered = Observation.register_id == sa.bindparam("register")
    return sa.select(end(Observation.number)).where(registered, than).scalar_subquery()


_NEIGHBOURS = sa.select(
    _beside(sa.func.max, Observation.number < sa.bindparam("number")),
    _beside(sa.func.min, Observation.number > sa.bindparam("number")),
)


def neighbours(observation: Observation) -> tuple[int | None, int | None]:
    """The numbers before and after in the same register."""
    found = ask(_NEIGHBOURS, register=observation.register_id, number=observation.number)
    previous, following = found[0]
    return previous, following
