"""What an officer sees of a mapping: its ties, those that are open first."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.plan.mapping import TieSeen
from ptm_participation.plan.models import (
    Document,
    Edition,
    SectionVersion,
    Succession,
    SuccessionKind,
)
from ptm_participation.plan.queries import get_version
from ptm_participation.plan.redline import Piece, redline
from ptm_participation.plan.references import resolve_references

PAGE = 40


class TieGroup(enum.StrEnum):
    """Ties that are looked at in one way, the surest first."""

    ALIKE = "alike"
    SAME = "same"
    MOVED = "moved"
    SPLIT = "split"
    JOINED = "joined"
    NEW = "new"
    DROPPED = "dropped"

    @property
    def label(self) -> Any:
        return {
            TieGroup.ALIKE: _l("Same words"),
            TieGroup.SAME: _l("Same number, other words"),
            TieGroup.MOVED: _l("Other number, other words"),
            TieGroup.SPLIT: _l("Split sections"),
            TieGroup.JOINED: _l("Joined sections"),
            TieGroup.NEW: _l("New sections"),
            TieGroup.DROPPED: _l("Dropped sections"),
        }[self]

    @property
    def one(self) -> Any:
        """What a single tie of the group is."""
        kinds = set(SuccessionKind)
        return SuccessionKind(self.value).label if self.value in kinds - _AS_A_GROUP else self.label

    @property
    def is_sure(self) -> bool:
        """Whether it is proposed to be confirmed without a second look."""
        return self in {TieGroup.ALIKE, TieGroup.SAME}


_AS_A_GROUP = {SuccessionKind.SAME, SuccessionKind.MOVED}


class TieRow(NamedTuple):
    """A tie with what stands at its two ends; an end that is not there has no citation."""

    seen: TieSeen
    group: TieGroup
    confirmed_at: dt.datetime | None
    before: str | None
    before_heading: str | None
    before_text: str | None
    after: str | None
    after_heading: str | None
    after_text: str | None

    @property
    def id(self) -> int:
        return self.seen.id

    @property
    def differs(self) -> bool:
        """Whether the one is set against the other word by word: a half is no whole."""
        return self.group in {TieGroup.SAME, TieGroup.MOVED}

    @property
    def heading(self) -> tuple[Piece, ...]:
        return redline(self.before_heading or "", self.after_heading or "")

    @property
    def words(self) -> tuple[Piece, ...]:
        return redline(self.before_text or "", self.after_text or "")


@dataclasses.dataclass(frozen=True, slots=True)
class Progress:
    """How far the mapping of a document has come: the ties of each group, and those still open."""

    document: Document
    counts: dict[TieGroup, tuple[int, int]]  # of all, open

    @property
    def total(self) -> int:
        return sum(total for total, _open in self.counts.values())

    @property
    def open(self) -> int:
        return sum(open_ for _total, open_ in self.counts.values())


_Old, _New = aliased(SectionVersion), aliased(SectionVersion)
_GROUP = sa.case(
    (
        sa.and_(
            Succession.kind.in_([SuccessionKind.SAME, SuccessionKind.MOVED]),
            _Old.sha256 == _New.sha256,
        ),
        TieGroup.ALIKE.value,
    ),
    else_=sa.cast(Succession.kind, sa.String),
)
_SEEN = (
    Succession.id,
    Succession.kind,
    Succession.from_version_id,
    Succession.to_version_id,
)
_DOCUMENT = sa.func.coalesce(_New.document_id, _Old.document_id)


def _joined(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(Succession)
        .outerjoin(_Old, _Old.id == Succession.from_version_id)
        .outerjoin(_New, _New.id == Succession.to_version_id)
    )


def progress_of(edition: Edition) -> list[Progress]:
    """The mapping of each document of an edition that follows an earlier one."""
    open_ = sa.func.sum(sa.case((Succession.confirmed_at.is_(None), 1), else_=0))
    rows = ask(
        _joined(_DOCUMENT, _GROUP, sa.func.count(), open_)
        .where(Succession.edition_id == edition.id)
        .group_by(_DOCUMENT, _GROUP)
    )
    counts: dict[int, dict[TieGroup, tuple[int, int]]] = {}
    for document_id, group, total, waiting in rows:
        counts.setdefault(document_id, {})[TieGroup(group)] = (total, waiting)
    documents = db.session.scalars(
        sa.select(Document).where(Document.id.in_(counts)).order_by(Document.position)
    )
    return [
        Progress(
            document, {g: counts[document.id][g] for g in TieGroup if g in counts[document.id]}
        )
        for document in documents
    ]


def list_ties(
    edition: Edition, document: Document, group: TieGroup | None, *, open_only: bool, after: int = 0
) -> list[TieRow]:
    """Ties from the one after `after`, a page and one more."""
    query = _joined(
        *_SEEN,
        _GROUP,
        Succession.confirmed_at,
        _Old.brief,
        _Old.heading,
        _Old.text,
        _New.brief,
        _New.heading,
        _New.text,
    ).where(*_wanted(edition, document, group, open_only=open_only), Succession.id > after)
    rows = ask(query.order_by(Succession.id).limit(PAGE + 1))
    return [TieRow(TieSeen(*row[:4]), TieGroup(row[4]), *row[5:]) for row in rows]


def open_ties(edition: Edition, document: Document, group: TieGroup) -> Sequence[TieSeen]:
    """All the ties of one group that nobody has confirmed."""
    query = _joined(*_SEEN).where(*_wanted(edition, document, group, open_only=True))
    return [TieSeen(*row) for row in ask(query)]


def _wanted(
    edition: Edition, document: Document, group: TieGroup | None, *, open_only: bool
) -> list[sa.ColumnElement[bool]]:
    wanted: list[Any] = [Succession.edition_id == edition.id, document.id == _DOCUMENT]
    if group is not None:
        wanted.append(group.value == _GROUP)
    if open_only:
        wanted.append(Succession.confirmed_at.is_(None))
    return wanted


def get_tie(tie_id: int) -> Succession:
    """One tie. Raises NotFound."""
    tie = db.session.get(Succession, tie_id)
    if tie is None:
        raise NotFound()
    return tie


def source_ids(section: SectionVersion) -> list[int]:
    """The sections of the edition before that one follows."""
    query = sa.select(Succession.from_version_id).where(
        Succession.to_version_id == section.id, Succession.from_version_id.is_not(None)
    )
    return [id_ for (id_,) in ask(query)]


def sections_named(
    edition: Edition, document: Document, text: str
) -> tuple[list[SectionVersion], list[str]]:
    """The sections that «art. 7 c. 2; Capo II» names in an edition, and the pieces that name none.

    A piece is a section's own citation first, as pages print it, else whatever a search reads.
    """
    found: list[SectionVersion] = []
    unknown: list[str] = []
    for piece in filter(None, map(str.strip, text.split(";"))):
        named = db.session.scalars(
            sa.select(SectionVersion)
            .where(
                SectionVersion.edition_id == edition.id,
                SectionVersion.document_id == document.id,
                sa.func.lower(SectionVersion.brief) == piece.lower(),
            )
            .limit(1)
        ).all()
        ids, strange = ([], []) if named else resolve_references(edition, piece)
        found += named or [get_version(id_) for id_ in ids]
        unknown += strange
    return list(dict.fromkeys(found)), unknown


def get_plan_edition(edition_id: int) -> Edition:
    """An edition of any plan, for the office. Raises NotFound."""
    edition = db.session.get(Edition, edition_id)
    if edition is None:
        raise NotFound()
    return edition
