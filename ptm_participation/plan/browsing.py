"""Going through a plan of any size: a branch of its tree at a time, and what stands beside.

A page shows the branches that lead to where the reader is. The rest of the tree is asked for when
it is opened, and nothing here reads the whole of a document but to print it.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.core.db import ask
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.plan.models import Document, Edition, SectionVersion
from ptm_participation.plan.queries import SectionRow, section_query

SMALL = 150  # sections of an index that is shown whole
WIDEST = 200  # sections of one branch that are shown, around where the reader is
PRINTED_AT_ONCE = 500


@dataclasses.dataclass(slots=True)
class Node:
    """A section of the tree. `branch` is what stands in it, where that is open."""

    row: SectionRow
    holds_more: bool
    branch: "Branch | None" = None


@dataclasses.dataclass(frozen=True, slots=True)
class More:
    """How many sections of a branch are not shown, and the nearest of them."""

    count: int
    row: SectionRow


@dataclasses.dataclass(slots=True)
class Branch:
    """What one section holds, or the outermost sections."""

    nodes: list[Node]
    before: More | None = None
    after: More | None = None

    def walk(self) -> Iterator[Node]:
        """All that is shown, in reading order."""
        for node in self.nodes:
            yield node
            if node.branch is not None:
                yield from node.branch.walk()


_IN_DOCUMENT = (
    SectionVersion.edition_id == sa.bindparam("edition"),
    SectionVersion.document_id == sa.bindparam("document"),
)
_PAGES = SectionVersion.kind.not_in(WITHIN_A_PAGE)


def _places() -> Any:
    """The keys of what stands outermost, and in some sections: read off an index."""
    columns = (SectionVersion.parent_id, SectionVersion.id, SectionVersion.position)
    held = (
        SectionVersion.parent_id.is_(None),
        SectionVersion.parent_id.in_(sa.bindparam("parents", expanding=True)),
    )
    parts = [sa.select(*columns).where(*_IN_DOCUMENT, _PAGES, within) for within in held]
    return sa.union_all(*parts).order_by("position")


def _shown() -> Any:
    """The rows of sections by their keys, and whether they hold others with a page."""
    inner = aliased(SectionVersion)
    holds_more = sa.exists().where(
        inner.parent_id == SectionVersion.id, inner.kind.not_in(WITHIN_A_PAGE)
    )
    wanted = SectionVersion.id.in_(sa.bindparam("ids", expanding=True))
    return section_query().add_columns(holds_more).where(wanted)


def _beside() -> Any:
    """The sections of the same kind before and after one, in reading order."""
    itself = aliased(SectionVersion)
    here = (
        sa.select(itself.position)
        .where(itself.id == sa.bindparam("section"))
        .correlate(None)
        .scalar_subquery()
    )
    place = SectionVersion.position
    same = (*_IN_DOCUMENT, SectionVersion.kind == sa.bindparam("kind", type_=_KIND))
    sides = [
        sa.select(SectionVersion.id).where(*same, place < here).order_by(place.desc()).limit(1),
        sa.select(SectionVersion.id).where(*same, place > here).order_by(place).limit(1),
    ]
    keys = [side.scalar_subquery() for side in sides]
    return section_query().add_columns(place < here).where(SectionVersion.id.in_(keys))


# The keys of an index, as far as tells whether it is small.
_INDEX = sa.select(SectionVersion.id).where(*_IN_DOCUMENT, _PAGES).limit(SMALL + 1)
_KIND = SectionVersion.kind.type
# Put together once: that costs more than asking them.
_PLACES, _SHOWN, _BESIDE = _places(), _shown(), _beside()
_PRINTED = (
    section_query()
    .add_columns(SectionVersion.position)
    .where(*_IN_DOCUMENT, SectionVersion.position > sa.bindparam("after"))
    .order_by(SectionVersion.position)
    .limit(PRINTED_AT_ONCE)
)


def open_tree(edition: Edition, document: Document, path: Sequence[SectionRow] = ()) -> Branch:
    """The outermost sections, and the branches that lead along a path, from the outermost section
    to the one where the reader is."""
    return _Grown(edition, document, [row.id for row in path]).branch(None)


def index_of(edition: Edition, document: Document) -> Branch:
    """A document's index: the whole of a small one, of others the outermost sections."""
    keys = [key for (key,) in ask(_INDEX, edition=edition.id, document=document.id)]
    return _Grown(edition, document, keys if len(keys) <= SMALL else []).branch(None)


def branch_of(edition: Edition, document: Document, section: SectionRow) -> Branch:
    """What one section holds."""
    return _Grown(edition, document, [section.id]).branch(section.id)


class _Grown:
    """The open branches of a tree: which sections each holds, and the rows of those shown."""

    def __init__(self, edition: Edition, document: Document, opened: list[int]) -> None:
        self.opened = set(opened)
        self.held: dict[int | None, list[int]] = {parent: [] for parent in (None, *opened)}
        asked = {"edition": edition.id, "document": document.id, "parents": opened}
        for parent_id, section_id, _place in ask(_PLACES, **asked):
            self.held[parent_id].append(section_id)
        ids = [key for parent in self.held for key in self._with_nearest(parent)]
        self.rows = {row[0]: Node(SectionRow._make(row[:-1]), row[-1]) for row in _asked(ids)}

    def _window(self, parent: int | None) -> tuple[int, int]:
        """The places of the first section that is shown, and of the first beyond."""
        ids = self.held[parent]
        here = next((place for place, key in enumerate(ids) if key in self.opened), 0)
        first = max(0, min(here - WIDEST // 2, len(ids) - WIDEST))
        return first, min(len(ids), first + WIDEST)

    def _with_nearest(self, parent: int | None) -> list[int]:
        first, beyond = self._window(parent)
        return self.held[parent][max(0, first - 1) : beyond + 1]

    def branch(self, parent: int | None) -> Branch:
        ids = self.held[parent]
        first, beyond = self._window(parent)
        branch = Branch([self.rows[key] for key in ids[first:beyond]])
        if first:
            branch.before = More(first, self.rows[ids[first - 1]].row)
        if beyond < len(ids):
            branch.after = More(len(ids) - beyond, self.rows[ids[beyond]].row)
        for node in branch.nodes:
            if self.held.get(node.row.id):
                node.branch = self.branch(node.row.id)
        return branch


def _asked(ids: list[int]) -> Sequence[Any]:
    return ask(_SHOWN, ids=ids) if ids else []


def neighbours(
    edition: Edition, document: Document, section: SectionRow
) -> tuple[SectionRow | None, SectionRow | None]:
    """The sections of the same kind before and after, in reading order."""
    asked = {"edition": edition.id, "document": document.id, "kind": section.kind}
    found = {
        row[-1]: SectionRow._make(row[:-1]) for row in ask(_BESIDE, section=section.id, **asked)
    }
    return found.get(True), found.get(False)


def whole_text(edition: Edition, document: Document) -> Iterator[SectionRow]:
    """All sections in reading order, some at a time, however many there are."""
    place = 0
    while rows := ask(_PRINTED, edition=edition.id, document=document.id, after=place):
        yield from (SectionRow._make(row[:-1]) for row in rows)
        place = rows[-1][-1]
