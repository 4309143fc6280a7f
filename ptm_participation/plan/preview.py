"""A text that was read, as a page shows it: each paragraph of the source beside its sections."""

import dataclasses
from collections import Counter
from collections.abc import Iterator

from ptm_participation.plan.kinds import SectionKind, brief
from ptm_participation.plan.reading import Doubt, Reading, SourceParagraph
from ptm_participation.plan.tree import Node


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A section of the tree; `paragraph` is the first of the source that it was read from."""

    place: int
    depth: int
    kind: SectionKind
    number: str
    heading: str
    text: str
    paragraph: int | None = None

    @property
    def cited(self) -> str:
        return brief(self.kind, self.number) or str(self.kind.label)


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph, the sections that begin in it or the one that it goes on, and the doubts."""

    paragraph: SourceParagraph
    begins: tuple[Shown, ...]
    continues: Shown | None
    doubts: tuple[Doubt, ...]


def sections_of(reading: Reading) -> list[Shown]:
    """The tree as a list, in reading order."""
    first: dict[int, int] = {}
    for paragraph in reading.paragraphs:
        if paragraph.node is not None:
            first.setdefault(paragraph.node, paragraph.number)
    shown: list[Shown] = []
    at: int | None = None
    for place, (node, depth) in enumerate(_walk(reading.tree, 0)):
        # What was parted from the words of another section begins where that one does.
        at = first.get(place, at)
        own = (node.kind, node.number, node.heading, node.text)
        shown.append(Shown(place, depth, *own, paragraph=at if reading.paragraphs else None))
    return shown


def _walk(nodes: tuple[Node, ...], depth: int) -> Iterator[tuple[Node, int]]:
    for node in nodes:
        yield node, depth
        yield from _walk(node.children, depth + 1)


def pairs_of(reading: Reading) -> list[Pair]:
    """The source with its sections beside it, paragraph by paragraph."""
    shown = sections_of(reading)
    begins: dict[int | None, list[Shown]] = {}
    for section in shown:
        begins.setdefault(section.paragraph, []).append(section)
    doubts: dict[int, list[Doubt]] = {}
    for doubt in reading.doubts:
        doubts.setdefault(doubt.paragraph, []).append(doubt)
    return [
        Pair(
            paragraph,
            tuple(begins.get(paragraph.number, ())),
            None if paragraph.node is None else shown[paragraph.node],
            tuple(doubts.get(paragraph.number, ())),
        )
        for paragraph in reading.paragraphs
    ]


def counts_of(reading: Reading) -> list[tuple[SectionKind, int]]:
    """How many sections of each kind, outermost first."""
    counted = Counter(node.kind for root in reading.tree for node in root.walk())
    return [(kind, counted[kind]) for kind in SectionKind if counted[kind]]
