"""What lists and exports read of observations: the filter, its pages, its counts."""

import dataclasses
import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader, User
from ptm_participation.core import clock
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.jobs import Job, JobState
from ptm_participation.core.numbers import whole
from ptm_participation.core.reference import fold
from ptm_participation.observations.links import withdrawal_of
from ptm_participation.observations.models import Observation, ObservationAnchor, ObservationParty
from ptm_participation.observations.queries import sent_by, visible_to
from ptm_participation.observations.supplement_models import RegularisationRequest
from ptm_participation.observations.workflow import (
    Channel,
    ObservationState,
    PartyRole,
    Purpose,
    Regularity,
)
from ptm_participation.observations.worklist_models import Selected
from ptm_participation.plan import queries as plan
from ptm_participation.plan.models import (
    Anchor,
    Document,
    ProvisionTheme,
    SectionVersion,
)
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure.models import Procedure, Register
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality, Zone

PAGE = 25
COUNT_CAP = 1001  # beyond it a list says «oltre 1.000»


@dataclasses.dataclass(frozen=True, slots=True)
class Filter:
    """Which observations a list shows. Every field narrows; none means all that stand.

    `annulled` ones are shown alone, or with all the others where it is None.

    Dates are days of Rome, both included, and `hour` is one of its hours (14 for 14:00 to
    14:59), of the instant that counts.
    """

    register: str = ""
    state: ObservationState | None = None
    in_time: bool | None = None
    regularity: Regularity | None = None
    # Asked to be regularised by a day before this one, and not regularised yet.
    overdue_on: dt.date | None = None
    published: bool | None = None
    type: SubjectType | None = None
    group: SubjectGroup | None = None
    municipality: int | None = None
    without_municipality: bool = False
    zone: int | None = None
    document: int | None = None
    provision: int | None = None
    theme: int | None = None
    channel: Channel | None = None
    purpose: Purpose | None = None
    assigned_to: int | None = None
    unassigned: bool = False
    readable: bool | None = None
    selected_by: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    hour: int | None = None
    words: str = ""
    annulled: bool | None = False

    def conditions(self, procedure: Procedure) -> list[sa.ColumnElement[bool]]:
        """The same filter in SQL: lists, counts, summaries and exports all use it."""
        return [*self._stored(procedure.id), *self._said(procedure)]

    def _stored(self, procedure_id: int) -> list[sa.ColumnElement[bool]]:
        """All but the words, whose meaning hangs on the plan's text."""
        found = _of_procedure(procedure_id, self.register)
        for column, value in (
            (Observation.state, self.state),
            (Observation.in_time, self.in_time),
            (Observation.regularity, self.regularity),
            (Observation.subject_type, self.type),
            (Observation.municipality_id, self.municipality),
            (Observation.channel, self.channel),
            (Observation.purpose, self.purpose),
            (Observation.counts_hour, self.hour),
            (Observation.assigned_to_id, self.assigned_to),
        ):
            if value is not None:
                found.append(column == value)
        if self.annulled is not None:
            standing = Observation.annulled_at.is_(None)
            found.append(Observation.annulled_at.is_not(None) if self.annulled else standing)
        if self.published is not None:
            published = Observation.published_at.is_not(None)
            found.append(published if self.published else Observation.published_at.is_(None))
        if self.group is not None:
            types = [t for t in SubjectType if t.group is self.group]
            found.append(Observation.subject_type.in_(types))
        if self.overdue_on is not None:
            found += _overdue(self.overdue_on)
        return [*found, *self._worked_on(), *self._places(), *self._sections(), *self._times()]

    def _worked_on(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.unassigned:
            found.append(Observation.assigned_to_id.is_(None))
        if self.readable is not None:
            # Spelled out, not bound: a prepared statement of PostgreSQL finds the partial index
            # by these very words.
            nothing: sa.ColumnElement[str] = sa.literal_column("''")
            unreadable = Observation.unreadable
            found.append(unreadable == nothing if self.readable else unreadable != nothing)
        if self.selected_by is not None:
            selected = sa.select(Selected.observation_id).filter_by(user_id=self.selected_by)
            found.append(Observation.id.in_(selected))
        return found

    def _places(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.without_municipality:
            found.append(Observation.municipality_id.is_(None))
        if self.zone is not None:
            found.append(
                Observation.municipality_id.in_(
                    sa.select(Municipality.id).where(Municipality.zone_id == self.zone)
                )
            )
        return found

    def _sections(self) -> list[sa.ColumnElement[bool]]:
        link = ObservationAnchor
        found: list[sa.ColumnElement[bool]] = []
        if self.document is not None:
            found.append(_linked(link.document_id == self.document))
        if self.provision is not None:
            found.append(_linked(on_page(self.provision)))
        if self.theme is not None:
            of_theme = sa.select(ProvisionTheme.provision_id).where(
                ProvisionTheme.theme_id == self.theme
            )
            found.append(_linked(link.page_id.in_(of_theme)))
        return found

    def _times(self) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self.since is not None:
            found.append(Observation.counts_on >= self.since)
        if self.until is not None:
            found.append(Observation.counts_on <= self.until)
        return found

    def _said(self, procedure: Procedure) -> list[sa.ColumnElement[bool]]:
        """All the words, each in the text, a name or the Comune; or the sections they cite."""
        words = fold(self.words).split()
        if not words:
            return []
        said = sa.and_(*(_says(word) for word in words))
        cited = [] if self.words.strip().isdigit() else _cited(procedure, self.words)
        return [sa.or_(said, *cited)]


def _says(word: str) -> sa.ColumnElement[bool]:
    if (number := whole(word)) is not None:
        return Observation.number == number
    pattern = "%" + word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") + "%"
    named = sa.select(Municipality.id).where(Municipality.sort_key.like(pattern, escape="\\"))
    return sa.or_(
        Observation.search_text.like(pattern, escape="\\"), Observation.municipality_id.in_(named)
    )


def _cited(procedure: Procedure, words: str) -> list[sa.ColumnElement[bool]]:
    """Filed under one of the sections that the words name, if they name sections alone."""
    found, unknown = resolve_references(procedure.edition, words)
    if unknown:
        return []
    return [_linked(on_page(section.provision_id)) for section in plan.sections(found).values()]


def _of_procedure(procedure_id: int, register: str) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [Observation.procedure_id == procedure_id]
    if register:
        registers = sa.select(Register.id).where(Register.slug == register)
        found.append(Observation.register_id.in_(registers))
    return found


def _overdue(day: dt.date) -> list[sa.ColumnElement[bool]]:
    asked = sa.exists().where(RegularisationRequest.observation_id == Observation.id)
    return [
        Observation.regularity == Regularity.TO_REGULARISE,
        asked,
        ~asked.where(RegularisationRequest.due_on >= day),
    ]


def _linked(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Observation.id.in_(sa.select(ObservationAnchor.observation_id).where(condition))


def on_page(provision_id: int) -> sa.ColumnElement[bool]:
    """Filed under a provision, or under what stands on its page (a comma of the article)."""
    return sa.or_(
        ObservationAnchor.page_id == provision_id, ObservationAnchor.provision_id == provision_id
    )


class ObservationRow(NamedTuple):
    """A line of the worklist."""

    id: int
    register: str
    number: int
    title: str
    submitter: str
    type: SubjectType
    municipality: str | None
    zone: str | None
    counts_at: dt.datetime
    in_time: bool
    state: ObservationState
    regularity: Regularity
    protocol_number: str
    published: bool
    channel: Channel
    annulled: bool
    purpose: Purpose
    withdrawn: bool
    assigned_to: str | None
    unreadable: bool
    sections: tuple[str, ...] = ()

    @property
    def cursor(self) -> str:
        """Where the next page begins after this row."""
        return f"{self.counts_at.isoformat()}~{self.id}"


@dataclasses.dataclass(frozen=True, slots=True)
class PageOf:
    """A page of a list, with the cursors of its neighbours (None at an end)."""

    rows: list[ObservationRow]
    after: str | None
    before: str | None


Submitter = aliased(ObservationParty)


def with_submitter(query: Any) -> Any:
    """Join an observation's register, submitter (`Submitter`), Comune and zone."""
    return (
        query.join(Register, Register.id == Observation.register_id)
        .join(
            Submitter,
            sa.and_(
                Submitter.observation_id == Observation.id,
                Submitter.role == PartyRole.SUBMITTER,
            ),
        )
        .outerjoin(Municipality, Municipality.id == Observation.municipality_id)
        .outerjoin(Zone, Zone.id == Municipality.zone_id)
    )


_ROWS: sa.Select[Any] = with_submitter(
    sa.select(
        Observation.id,
        Register.slug,
        Observation.number,
        Observation.title,
        Submitter.name,
        Observation.subject_type,
        Municipality.name,
        Zone.name,
        Observation.counts_at,
        Observation.in_time,
        Observation.state,
        Observation.regularity,
        Observation.protocol_number,
        Observation.published_at.is_not(None),
        Observation.channel,
        Observation.annulled_at.is_not(None),
        Observation.purpose,
        withdrawal_of(Observation.id),
        User.name,
        Observation.unreadable != "",
    )
).outerjoin(User, User.id == Observation.assigned_to_id)


def _rows(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """The lines of a list, projected to what it shows."""
    return _ROWS.where(*conditions)


def list_observations(
    procedure: Procedure,
    filter_: Filter,
    *,
    seen_by: Reader,
    after: str = "",
    before: str = "",
    size: int = PAGE,
) -> PageOf:
    """A page of the list, newest first by the instant that counts; walked by cursors."""
    query = _rows(*filter_.conditions(procedure), visible_to(seen_by))
    key = sa.tuple_(Observation.counts_at, Observation.id)
    backwards = bool(before) and not after
    mark = _cursor(before if backwards else after)
    if mark is not None:
        query = query.where(key > sa.tuple_(*mark) if backwards else key < sa.tuple_(*mark))
    order = (
        (Observation.counts_at.asc(), Observation.id.asc())
        if backwards
        else (Observation.counts_at.desc(), Observation.id.desc())
    )
    found = ask(query.order_by(*order).limit(size + 1))
    more = len(found) > size
    rows = _with_sections(found[:size][::-1] if backwards else found[:size])
    if not rows:
        return PageOf([], None, None)
    has_after = more if not backwards else True
    has_before = more if backwards else mark is not None
    return PageOf(
        rows,
        rows[-1].cursor if has_after else None,
        rows[0].cursor if has_before else None,
    )


def _cursor(text: str) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]] | None:
    """The place that a cursor names; one that cannot be read means the beginning."""
    instant, _sep, digits = text.partition("~")
    number = whole(digits)
    try:
        moment = clock.parse_instant(instant)
    except (ValueError, OverflowError):
        return None
    if number is None:
        return None
    return sa.literal(moment, Observation.counts_at.type), sa.literal(number, sa.Integer())


_BRIEFS = (
    sa.select(ObservationAnchor.observation_id, SectionVersion.brief)
    .join(Anchor, Anchor.id == ObservationAnchor.anchor_id)
    .join(SectionVersion, SectionVersion.id == Anchor.section_version_id)
    .join(Document, Document.id == SectionVersion.document_id)
    .where(ObservationAnchor.observation_id.in_(sa.bindparam("observations", expanding=True)))
    .order_by(Document.position, SectionVersion.position)
)


def section_briefs(observation_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """The sections of each observation («art. 18 c. 2»), in reading order: one query."""
    found = ask(_BRIEFS, observations=observation_ids)
    briefs: dict[int, dict[str, None]] = {}
    for observation_id, brief in found:
        briefs.setdefault(observation_id, {})[brief] = None
    return {observation_id: tuple(cited) for observation_id, cited in briefs.items()}


def _with_sections(rows: Sequence[Any]) -> list[ObservationRow]:
    briefs = section_briefs([row[0] for row in rows])
    return [ObservationRow._make((*row, briefs.get(row[0], ()))) for row in rows]


def count_observations(procedure: Procedure, filter_: Filter, *, seen_by: Reader) -> int:
    """How many the filter finds, counted no further than COUNT_CAP."""
    capped = _capped([*filter_.conditions(procedure), visible_to(seen_by)])
    counted: int = ask(sa.select(sa.func.count()).select_from(capped))[0][0]
    return counted


def _capped(conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Subquery:
    return sa.select(Observation.id).where(*conditions).limit(COUNT_CAP).subquery()


def count_views(
    procedure: Procedure, views: dict[str, Filter], *, seen_by: Reader
) -> dict[str, int]:
    """How many each of the views holds, counted no further than COUNT_CAP: one query.

    A view names no words. Staff alone have views: raises NotFound for anybody else.
    """
    if not seen_by.can(Permission.REGISTER):
        raise NotFound()
    query = _count_views(procedure.id, tuple(views.items()))
    return dict(ask(query)[0]._mapping)


@functools.lru_cache(maxsize=64)
def _count_views(procedure_id: int, views: tuple[tuple[str, Filter], ...]) -> Any:
    """The question of `count_views`, the same for every page of an officer's worklist."""
    counted = [
        sa.select(sa.func.count())
        .select_from(_capped(view._stored(procedure_id)))
        .scalar_subquery()
        .label(name)
        for name, view in views
    ]
    return sa.select(*counted)


def own_observations(author: User) -> list[ObservationRow]:
    """What an account has submitted, newest first."""
    newest = (Observation.counts_at.desc(), Observation.id.desc())
    return _with_sections(ask(_rows(sent_by(author)).order_by(*newest)))


def under_review(
    procedure: Procedure, filter_: Filter, *, seen_by: Reader
) -> Sequence[Observation]:
    """What the filter finds that is under review and not withdrawn, in the register's order."""
    return db.session.scalars(
        sa.select(Observation)
        .options(
            joinedload(Observation.register).joinedload(Register.procedure),
            selectinload(Observation.parties),
        )
        .where(
            *filter_.conditions(procedure),
            visible_to(seen_by),
            Observation.state == ObservationState.CHECKED,
            Observation.purpose == Purpose.OBSERVATION,
            ~withdrawal_of(Observation.id),
        )
        .order_by(Observation.register_id, Observation.number)
    ).all()


def publishable(procedure: Procedure, filter_: Filter, *, seen_by: Reader) -> Sequence[Observation]:
    """What the filter finds that was checked and is not public."""
    return db.session.scalars(
        sa.select(Observation)
        .options(joinedload(Observation.register).joinedload(Register.procedure))
        .options(
            selectinload(Observation.texts),
            selectinload(Observation.parties),
            selectinload(Observation.anchors),
        )
        .where(
            *filter_.conditions(procedure),
            visible_to(seen_by),
            Observation.state.in_((ObservationState.CHECKED, ObservationState.DECIDED)),
            Observation.published_at.is_(None),
        )
        .order_by(Observation.register_id, Observation.number)
    ).all()


def observations_of_stakeholder(stakeholder_id: int) -> list[ObservationRow]:
    """The observations of which a stakeholder is a party, and that stand, newest first."""
    tied = Observation.id.in_(
        sa.select(ObservationParty.observation_id).where(
            ObservationParty.stakeholder_id == stakeholder_id
        )
    )
    newest = (Observation.counts_at.desc(), Observation.id.desc())
    stands = Observation.annulled_at.is_(None)
    return _with_sections(ask(_rows(tied, stands).order_by(*newest)))


@dataclasses.dataclass(frozen=True, slots=True)
class MailRow:
    """A receipt on its way, or sent."""

    job: Job
    register: str
    number: int
    name: str


def mail_jobs(limit: int = 200) -> list[MailRow]:
    """The receipts, those still waiting first."""
    key = sa.literal("observation:") + sa.cast(Observation.id, sa.String)
    rows = db.session.execute(
        sa.select(Job, Register.slug, Observation.number, Submitter.name)
        .join(Observation, Job.about == key)
        .join(Register, Register.id == Observation.register_id)
        .join(
            Submitter,
            sa.and_(
                Submitter.observation_id == Observation.id,
                Submitter.role == PartyRole.SUBMITTER,
            ),
        )
        .where(Job.kind.in_(("observation.receipt", "observation.regularise")))
        .order_by((Job.state == JobState.DONE).asc(), Job.id.desc())
        .limit(limit)
    )
    return [MailRow(*row) for row in rows]
