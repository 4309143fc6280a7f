"""Full-text search over the plan: numbers first, then the words, in the order of reading."""

import dataclasses
import functools
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.core import search as core
from ptm_participation.core.db import ask
from ptm_participation.core.numbers import whole
from ptm_participation.core.search import Piece, Term
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition, ProvisionTheme, SectionVersion
from ptm_participation.plan.queries import SectionRow, section_query
from ptm_participation.plan.references import resolve_references

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
    numbered, place = _named(edition, words), _place(after)
    dialect = core.engine()
    shape = _Shape(
        dialect=dialect,
        words=bool(terms),
        numbered=bool(numbered),
        later=place is not None,
        document=narrowed.document_id is not None,
        kind=narrowed.kind is not None,
        theme=narrowed.theme_id is not None,
    )
    questions = _questions(shape)
    values = {
        "edition": edition.id,
        "asked": core.asked(terms, dialect),
        "numbered": numbered,
        "document": narrowed.document_id,
        "kind": narrowed.kind,
        "theme": narrowed.theme_id,
        "outer": place[0] if place else 0,
        "inner": place[1] if place else 0,
    }
    first = ask(questions.by_number, **values) if numbered and not place else []
    first = sorted(map(SectionRow._make, first), key=lambda row: numbered.index(row.id))
    size = PAGE - len(first)
    rows = ask(questions.by_words, **values, most=size + 1)
    shown = first + [SectionRow._make(row[:-2]) for row in rows[:size]]
    ((total,),) = ask(questions.total, **values)
    going_on = "{}-{}".format(*rows[size - 1][-2:]) if len(rows) > size else None
    return Found([_hit(row, terms) for row in shown], total, going_on)


def _named(edition: Edition, words: str) -> list[int]:
    """The sections that the question names by number, if it is no more than that."""
    parts = words.count(";") + words.count(",")
    return resolve_references(edition, words)[0] if parts < MOST_NUMBERS else []


def _place(after: str) -> tuple[int, int] | None:
    """The document's and the section's place after which a page goes on."""
    document, _dash, position = after.partition("-")
    first, second = whole(document), whole(position)
    return None if first is None or second is None else (first, second)


def _hit(row: SectionRow, terms: tuple[Term, ...]) -> Hit:
    return Hit(row, core.marked(row.title, terms), core.excerpt(row.text, terms))


class _Shape(NamedTuple):
    """What a question is made of, whatever it asks for."""

    dialect: str
    words: bool
    numbered: bool
    later: bool
    document: bool
    kind: bool
    theme: bool


class _Questions(NamedTuple):
    by_number: Any
    by_words: Any
    total: Any


@functools.cache
def _questions(shape: _Shape) -> _Questions:
    """The questions of a shape, put together once: that costs more than asking them."""
    holding = core.holds(SectionVersion.search_text, shape.dialect) if shape.words else sa.true()
    by_number = SectionVersion.id.in_(sa.bindparam("numbered", expanding=True))
    sections = section_query()
    if shape.kind or (shape.theme and shape.words):
        sections = sections.join(_Unit, _Unit.id == SectionVersion.unit_id)
    sections = sections.where(*_within(shape))
    either = sa.or_(holding, by_number) if shape.numbered else holding
    some = sections.where(either).with_only_columns(SectionVersion.id).limit(COUNT_CAP)
    return _Questions(
        sections.where(by_number),
        _in_order(sections.where(holding, *([~by_number] if shape.numbered else [])), shape.later),
        sa.select(sa.func.count()).select_from(some.subquery()),
    )


def _in_order(sections: Any, later: bool) -> Any:
    place = (Document.position, SectionVersion.position)
    if later:
        after = sa.tuple_(sa.bindparam("outer"), sa.bindparam("inner"))
        sections = sections.where(sa.tuple_(*place) > after)
    return sections.add_columns(*place).order_by(*place).limit(sa.bindparam("most"))


def _within(shape: _Shape) -> list[sa.ColumnElement[bool]]:
    edition: Any = SectionVersion.edition_id
    if shape.words and shape.dialect == "sqlite":
        edition = edition + 0  # else it goes through the edition, and not by what has the words
    found = [edition == sa.bindparam("edition")]
    if shape.document:
        found.append(SectionVersion.document_id == sa.bindparam("document"))
    if shape.kind:
        found.append(_Unit.kind == sa.bindparam("kind", type_=SectionVersion.kind.type))
    if shape.theme:
        of_theme = sa.select(ProvisionTheme.provision_id).where(
            ProvisionTheme.theme_id == sa.bindparam("theme")
        )
        itself = SectionVersion.provision_id.in_(of_theme)
        # A theme is tied to an article and its words stand in the commi.
        of_page = sa.or_(itself, _Unit.provision_id.in_(of_theme))
        found.append(of_page if shape.words else itself)
    return found
