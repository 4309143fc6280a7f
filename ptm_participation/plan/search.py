"""Full-text search over the plan: numbers first, then the words, in the order of reading."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.core import search as core
from ptm_participation.core.db import ask, db
from ptm_participation.core.numbers import whole
from ptm_participation.core.search import Piece, Term
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition, ProvisionTheme, SectionVersion
from ptm_participation.plan.queries import SectionRow, resolve_references, section_query

PAGE = 30
COUNT_CAP = 1001
MOST_ASKED = 200  # characters of a question
MOST_NUMBERS = 5
# What a page of the plan can be, as a filter; its commi are found with it.
KINDS = (SectionKind.ARTICLE, SectionKind.HEADING, SectionKind.MAP, SectionKind.STRATEGY)
_NAMES = {"art.": "articolo", "artt.": "articoli", "Tav.": "tavola", "par.": "paragrafo"}


def search_text(citation: str, heading: str, text: str) -> str:
    """The stems by which a section is found: of its words, of how it is cited, and of the name
    that is shortened there."""
    name = _NAMES.get(citation.partition(" ")[0], "")
    return core.indexed(f"{name} {citation} {heading} {text}")


@dataclasses.dataclass(frozen=True, slots=True)
class Narrowed:
    """Where in an edition is looked: in one document, one kind of page, one theme."""

    document_id: int | None = None
    kind: SectionKind | None = None
    theme_id: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Hit:
    """A section that was found: its title, and as much of its text as shows why."""

    row: SectionRow
    title: list[Piece]
    excerpt: list[Piece]


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found; `total` goes no further than COUNT_CAP, and `after` names the
    place from which the next page goes on."""

    hits: list[Hit]
    total: int
    after: str | None


NOTHING = Found([], 0, None)
_Unit = aliased(SectionVersion)


def search(edition: Edition, words: str, narrowed: Narrowed, *, after: str = "") -> Found:
    """The sections of an edition that hold all the words, or are of the theme where there are no
    words. Sections that the words name by their number come first."""
    terms = core.read(words)
    if not terms and narrowed.theme_id is None:
        return NOTHING
    numbered = _named(edition, words)
    within = _within(edition, narrowed, has_words=bool(terms))
    by_number = SectionVersion.id.in_(numbered)
    by_words = core.holds(SectionVersion.search_text, terms) if terms else sa.true()
    first = _read([*within, by_number]) if numbered and not after else []
    first.sort(key=lambda row: numbered.index(row.id))
    rest = [*within, by_words, sa.not_(by_number)]
    rows, last = _page(rest, _place(after), PAGE - len(first))
    total = _count([*within, sa.or_(by_words, by_number) if numbered else by_words])
    return Found([_hit(row, terms) for row in first + rows], total, last)


def _named(edition: Edition, words: str) -> list[int]:
    """The sections that the question names by number, if it is no more than that."""
    parts = words.count(";") + words.count(",")
    return resolve_references(edition, words)[0] if parts < MOST_NUMBERS else []


def _within(
    edition: Edition, narrowed: Narrowed, *, has_words: bool
) -> list[sa.ColumnElement[bool]]:
    found = [SectionVersion.edition_id == edition.id]
    if narrowed.document_id is not None:
        found.append(SectionVersion.document_id == narrowed.document_id)
    if narrowed.kind is not None:
        found.append(_Unit.kind == narrowed.kind)
    if narrowed.theme_id is not None:
        of_theme = sa.select(ProvisionTheme.provision_id).where(
            ProvisionTheme.theme_id == narrowed.theme_id
        )
        itself = SectionVersion.provision_id.in_(of_theme)
        # A theme is tied to an article and its words stand in the commi.
        found.append(sa.or_(itself, _Unit.provision_id.in_(of_theme)) if has_words else itself)
    return found


def _query(conditions: Sequence[sa.ColumnElement[bool]]) -> Any:
    return section_query().join(_Unit, _Unit.id == SectionVersion.unit_id).where(*conditions)


def _read(conditions: Sequence[sa.ColumnElement[bool]]) -> list[SectionRow]:
    return [SectionRow._make(row) for row in ask(_query(conditions))]


_PLACE = (Document.position, SectionVersion.position)


def _page(
    conditions: Sequence[sa.ColumnElement[bool]], after: tuple[int, int] | None, size: int
) -> tuple[list[SectionRow], str | None]:
    query = _query(conditions).add_columns(*_PLACE).order_by(*_PLACE).limit(size + 1)
    if after is not None:
        query = query.where(sa.tuple_(*_PLACE) > sa.tuple_(*map(sa.literal, after)))
    rows = ask(query)
    shown = [SectionRow._make(row[:-2]) for row in rows[:size]]
    return shown, "{}-{}".format(*rows[size - 1][-2:]) if len(rows) > size else None


def _place(after: str) -> tuple[int, int] | None:
    document, _dash, position = after.partition("-")
    first, second = whole(document), whole(position)
    return None if first is None or second is None else (first, second)


def _count(conditions: Sequence[sa.ColumnElement[bool]]) -> int:
    some = _query(conditions).with_only_columns(SectionVersion.id).limit(COUNT_CAP).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def _hit(row: SectionRow, terms: tuple[Term, ...]) -> Hit:
    return Hit(row, core.marked(row.title, terms), core.excerpt(row.text, terms))
