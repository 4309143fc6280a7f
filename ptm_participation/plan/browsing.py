"""Going through a plan of any size: a branch of its tree at a time, and what stands beside.

A page shows the branches that lead to where the reader is. The rest of the tree is asked for when
it is opened, and nothing here reads the whole of a document but to print it.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.core.db import ask
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.plan.models import Document, Edition, SectionVersion
from ptm_participation.plan.queries import SectionRow, path_to, section_query

SMALL = 150  # sections of an index that is shown whole
WIDEST = 200  # sections of one branch that are shown, around where the reader is
AT_ONCE = 600  # sections of the open branches that are read together, windows or not
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


def _nodes() -> Any:
    """Sections, and whether they hold others with a page."""
    inner = aliased(SectionVersion)
    holds_more = sa.exists().where(
        inner.parent_id == SectionVersion.id, inner.kind.not_in(WITHIN_A_PAGE)
    )
    return section_query().add_columns(holds_more)


def _open() -> Any:
    """What stands outermost, in what holds a section, and in the section."""
    chain = (
        sa.select(SectionVersion.id, SectionVersion.parent_id)
        .where(SectionVersion.id == sa.bindparam("section"))
        .cte(recursive=True)
    )
    outer = aliased(SectionVersion)
    chain = chain.union_all(
        sa.select(outer.id, outer.parent_id).join(chain, outer.id == chain.c.parent_id)
    )
    # Each way in by itself is read off an index; both in one condition are looked for in all rows.
    held = (SectionVersion.parent_id.is_(None), SectionVersion.parent_id.in_(sa.select(chain.c.id)))
    keys = [sa.select(SectionVersion.id).where(*_IN_DOCUMENT, _PAGES, within) for within in held]
    opened = SectionVersion.id.in_(sa.union_all(*keys))
    return _nodes().where(opened).order_by(SectionVersion.position).limit(AT_ONCE + 1)


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
_PLACES, _OPEN, _BESIDE = _places(), _open(), _beside()
_SHOWN = _nodes().where(SectionVersion.id.in_(sa.bindparam("ids", expanding=True)))
_PRINTED = (
    section_query()
    .add_columns(SectionVersion.position)
    .where(*_IN_DOCUMENT, SectionVersion.position > sa.bindparam("after"))
    .order_by(SectionVersion.position)
    .limit(PRINTED_AT_ONCE)
)


def open_tree(edition: Edition, section: SectionRow) -> tuple[Branch, list[SectionRow]]:
    """The outermost sections and the branches that lead to one of them or open in it; and the
    sections that hold it, outermost first."""
    asked = {"edition": edition.id, "document": section.document_id}
    rows = ask(_OPEN, section=section.id, **asked)
    if len(rows) > AT_ONCE:
        path = path_to(section)
        opened = [row.id for row in [*path, section]]
        return _branches(edition, section.document_id, opened), path
    nodes = {row[0]: Node(SectionRow._make(row[:-1]), row[-1]) for row in rows}
    path = _holders(nodes, section)
    held: Held = {}
    for key, node in nodes.items():
        held.setdefault(node.row.parent_id, []).append(key)
    return _Grown(held, nodes, {section.id, *(row.id for row in path)}).branch(None), path


def _holders(nodes: dict[int, Node], section: SectionRow) -> list[SectionRow]:
    path: list[SectionRow] = []
    outer = section.parent_id
    while outer is not None:
        path.insert(0, nodes[outer].row)
        outer = path[0].parent_id
    return path


def index_of(edition: Edition, document: Document) -> Branch:
    """A document's index: the whole of a small one, of others the outermost sections."""
    keys = [key for (key,) in ask(_INDEX, edition=edition.id, document=document.id)]
    return _branches(edition, document.id, keys if len(keys) <= SMALL else [])


def branch_of(edition: Edition, section: SectionRow) -> Branch:
    """What one section holds."""
    return _branches(edition, section.document_id, [section.id], section.id)


Held = dict[int | None, list[int]]  # the keys of what each section holds, in reading order


def _branches(
    edition: Edition, document_id: int, opened: list[int], root: int | None = None
) -> Branch:
    """The branch of a section, with those that are opened in it: first the keys of all that they
    hold, then the rows of those that are shown."""
    held: Held = {}
    asked = {"edition": edition.id, "document": document_id, "parents": opened}
    for parent_id, section_id, _place in ask(_PLACES, **asked):
        held.setdefault(parent_id, []).append(section_id)
    grown = _Grown(held, {}, set(opened))
    if ids := [key for parent in held for key in grown.with_nearest(parent)]:
        rows = ask(_SHOWN, ids=ids)
        grown.nodes = {row[0]: Node(SectionRow._make(row[:-1]), row[-1]) for row in rows}
    return grown.branch(root)


@dataclasses.dataclass(slots=True)
class _Grown:
    """The open branches of a tree: which sections each holds, and those that are shown."""

    held: Held
    nodes: dict[int, Node]
    opened: set[int]

    def window(self, parent: int | None) -> tuple[int, int]:
        """The places of the first section that is shown, and of the first beyond."""
        ids = self.held.get(parent, [])
        here = next((place for place, key in enumerate(ids) if key in self.opened), 0)
        first = max(0, min(here - WIDEST // 2, len(ids) - WIDEST))
        return first, min(len(ids), first + WIDEST)

    def with_nearest(self, parent: int | None) -> list[int]:
        """The keys of what is shown of a branch, and of the nearest that is not."""
        first, beyond = self.window(parent)
        return self.held[parent][max(0, first - 1) : beyond + 1]

    def branch(self, parent: int | None) -> Branch:
        """A branch as it is shown."""
        ids = self.held.get(parent, [])
        first, beyond = self.window(parent)
        branch = Branch([self.nodes[key] for key in ids[first:beyond]])
        if first:
            branch.before = More(first, self.nodes[ids[first - 1]].row)
        if beyond < len(ids):
            branch.after = More(len(ids) - beyond, self.nodes[ids[beyond]].row)
        for node in branch.nodes:
            if node.row.id in self.held:
                node.branch = self.branch(node.row.id)
        return branch


def neighbours(
    edition: Edition, section: SectionRow, tree: Branch
) -> tuple[SectionRow | None, SectionRow | None]:
    """The sections of the same kind before and after, in reading order. Most stand in the branch
    that is shown; at its ends they are asked for."""
    same = [
        node.row
        for node in tree.walk()
        if node.row.parent_id == section.parent_id and node.row.kind is section.kind
    ]
    place = same.index(section) if section in same else 0
    if 0 < place < len(same) - 1:
        return same[place - 1], same[place + 1]
    asked = {"edition": edition.id, "document": section.document_id, "kind": section.kind}
    rows = ask(_BESIDE, section=section.id, **asked)
    found = {bool(row[-1]): SectionRow._make(row[:-1]) for row in rows}
    return found.get(True), found.get(False)


def whole_text(edition: Edition, document: Document) -> Iterator[SectionRow]:
    """All sections in reading order, some at a time, however many there are."""
    place = 0
    while rows := ask(_PRINTED, edition=edition.id, document=document.id, after=place):
        yield from (SectionRow._make(row[:-1]) for row in rows)
        place = rows[-1][-1]
