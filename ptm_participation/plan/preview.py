"""A text that was read, as a page shows it: each paragraph of the source beside its sections."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator

from ptm_participation.plan.edits import Edited, Piece
from ptm_participation.plan.kinds import SectionKind, brief
from ptm_participation.plan.reading import Doubt, SourceParagraph
from ptm_participation.plan.structure import ARTICLE_EMPTY, ARTICLE_TWICE

MOST_DOUBTS = 300  # listed first; all stand beside their paragraphs
ON_A_PAGE = 300  # paragraphs, or sections of a text that has none
_SENTENCE = re.compile(r"\n|(?<=[.;:»])[^\S\n]+(?=\S)")
_MOST_PLACES = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A section of the tree; `paragraph` is the first of the source that it was read from."""

    key: str
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
class Said:
    """A doubt, its place among all, and whether somebody has settled it."""

    place: int
    doubt: Doubt
    where: str
    words: str
    is_settled: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Pair:
    """A paragraph, the sections that begin in it or the one that it goes on, and the doubts."""

    paragraph: SourceParagraph | None
    begins: tuple[Shown, ...]
    continues: Shown | None
    doubts: tuple[Said, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a text can be parted: after how many signs, and the words that follow."""

    at: int
    words: str


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """The section that is being changed, and what stands around it."""

    piece: Piece
    shown: Shown
    outer: str
    older: str
    before: str
    places: tuple[Place, ...]
    page: int


class Preview:
    """A reading with its edits, by pages of the source."""

    def __init__(self, edited: Edited) -> None:
        self.edited = edited
        reading = edited.reading
        self.sections = _sections_of(edited)
        self._by_key = {section.key: section for section in self.sections}
        articles = [piece for piece in edited.walk() if piece.kind is SectionKind.ARTICLE]
        numbers = Counter(piece.number for piece in articles)
        empty = {p.number for p in articles if not (p.text or p.children)}
        self.doubts = [
            Said(
                place,
                doubt,
                reading.place_of(doubt),
                reading.paragraphs[doubt.paragraph - 1].text if reading.paragraphs else "",
                place in edited.settled,
            )
            for place, doubt in enumerate(reading.doubts)
            if not _is_moot(doubt, numbers, empty)
        ]
        self.left_out = [p for p in reading.paragraphs if p.node is None]

    @property
    def listed(self) -> list[Said]:
        """The doubts that are listed before the text: the open ones first, if they are many."""
        if len(self.doubts) <= MOST_DOUBTS:
            return self.doubts
        return sorted(self.doubts, key=lambda said: said.is_settled)[:MOST_DOUBTS]

    @property
    def open_doubts(self) -> int:
        return sum(not said.is_settled for said in self.doubts)

    @property
    def pages(self) -> int:
        shown = len(self.edited.reading.paragraphs) or len(self.sections)
        return max(1, -(-shown // ON_A_PAGE))

    def page_of(self, paragraph: int | None) -> int:
        """The page that shows a paragraph."""
        return ((paragraph or 1) - 1) // ON_A_PAGE + 1

    def present(self, key: str) -> str:
        """The section that holds the words of another by now."""
        while key in self.edited.joined:
            key = self.edited.joined[key]
        return key

    def page_of_section(self, key: str) -> int:
        """The page that shows a section, or the one that it was joined to; the first if none."""
        section = self._by_key.get(self.present(key))
        if section is None:
            return 1
        if self.edited.reading.paragraphs:
            return self.page_of(section.paragraph)
        return self.sections.index(section) // ON_A_PAGE + 1

    def pairs(self, page: int) -> list[Pair]:
        """A page of the source with its sections beside it."""
        shown = slice((page - 1) * ON_A_PAGE, page * ON_A_PAGE)
        if not self.edited.reading.paragraphs:
            return [Pair(None, (section,), None, ()) for section in self.sections[shown]]
        begins: dict[int | None, list[Shown]] = {}
        for section in self.sections:
            begins.setdefault(section.paragraph, []).append(section)
        doubts: dict[int, list[Said]] = {}
        for said in self.doubts:
            doubts.setdefault(said.doubt.paragraph, []).append(said)
        return [
            Pair(
                paragraph,
                tuple(begins.get(paragraph.number, ())),
                self._section_of(paragraph),
                tuple(doubts.get(paragraph.number, ())),
            )
            for paragraph in self.edited.reading.paragraphs[shown]
        ]

    def _section_of(self, paragraph: SourceParagraph) -> Shown | None:
        if paragraph.node is None:
            return None
        return self._by_key.get(self.present(str(paragraph.node)))

    def counts(self) -> list[tuple[SectionKind, int]]:
        """How many sections of each kind, outermost first."""
        counted = Counter(section.kind for section in self.sections)
        return [(kind, counted[kind]) for kind in SectionKind if counted[kind]]

    def chosen(self, key: str) -> Chosen | None:
        """The section of a key, if it is there."""
        shown = self._by_key.get(key)
        if shown is None:
            return None
        piece = self.edited.find(key)
        siblings = self.edited.siblings(piece)
        at = siblings.index(piece)
        before = self.edited.before(piece)
        return Chosen(
            piece,
            shown,
            outer=piece.parent.named if piece.parent else "",
            older=siblings[at - 1].named if at else "",
            before=self._full_name(before) if before else "",
            places=_places_in(piece.text),
            page=self.page_of_section(key),
        )

    @staticmethod
    def _full_name(piece: Piece) -> str:
        """A section with the one that holds it, where its number alone would not tell it."""
        within = (SectionKind.COMMA, SectionKind.LETTER, SectionKind.NOTE)
        names = [piece.named]
        while piece.kind in within and piece.parent:
            piece = piece.parent
            names.append(piece.named)
        return ", ".join(reversed(names))


def _is_moot(doubt: Doubt, numbers: Counter[str], empty: set[str]) -> bool:
    """Whether the tree has been corrected so that nothing is left to be looked at. Of the order of
    the numbers that is not known: it is ticked off by hand."""
    if doubt.sentence == ARTICLE_TWICE:
        return numbers[doubt.facts["number"]] < 2
    return bool(doubt.sentence == ARTICLE_EMPTY and doubt.facts["number"] not in empty)


def _sections_of(edited: Edited) -> list[Shown]:
    """The tree as a list, in reading order."""
    first: dict[str, int] = {}
    for paragraph in edited.reading.paragraphs:
        if paragraph.node is not None:
            first.setdefault(str(paragraph.node), paragraph.number)
    shown: list[Shown] = []
    at: int | None = None
    for piece, depth in _walk(edited.roots, 0):
        # What was parted from the words of another section begins where that one does.
        at = first.get(piece.key, at)
        own = (piece.kind, piece.number, piece.heading, piece.text)
        shown.append(Shown(piece.key, depth, *own, at if edited.reading.paragraphs else None))
    return shown


def _walk(pieces: list[Piece], depth: int) -> Iterator[tuple[Piece, int]]:
    for piece in pieces:
        yield piece, depth
        yield from _walk(piece.children, depth + 1)


def _places_in(text: str) -> tuple[Place, ...]:
    """Where lines and sentences begin."""
    starts = [match.end() for match in _SENTENCE.finditer(text)][:_MOST_PLACES]
    return tuple(Place(at, text[at : at + 90].partition("\n")[0]) for at in starts)
