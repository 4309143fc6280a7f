"""The paragraphs of a text as they are printed, whatever the file that they come in.

A reader of each format makes them; `plan/structure.py` reads the articles in them.
"""

import abc
import dataclasses
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_xml import UnreadableText
from ptm_participation.plan.reading import Doubt

MOST_PARAGRAPHS = 20_000

# What is said of a paragraph that holds more than words.
INSERTED = _l("It holds tracked insertions: they are read as accepted.")
DELETED = _l("It holds tracked deletions: what was deleted is left out.")
HIDDEN = _l("It holds hidden text, which is left out.")
COMMENTED = _l("It carries a comment, which is not read.")
BOXED = _l("It holds a text box, whose words are left out.")
DRAWN = _l("It holds an image, which is left out.")
EMBEDDED = _l("It holds something that is not text, which is left out.")
FORMULA = _l("It holds a formula, which is read as plain signs.")
UNKNOWN_SIGN = _l("It holds a sign of a font that is not text: it stands here as «�».")
UNREAD = _l("Something here is written in a way that is not read: its words are left out.")
FOOTNOTED = _l("It has a footnote, which is kept as a note of its section.")
TABLE = _l("A table was read as text, one line for each row.")
CHUNK = _l("Another file is embedded in the document here: its words are left out.")


class TooManyParagraphs(UnreadableText):
    """More paragraphs than any plan has."""

    message = _l("The document has more than %(most)d paragraphs: divide it.")

    def __init__(self) -> None:
        super().__init__(most=MOST_PARAGRAPHS)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a numbered paragraph stands: in which list, at which level."""

    list: str
    level: int


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as printed. `level` is that of a heading, from 0; `place` that of a list.

    `label` is what the format counts and does not write among the words; `page` and `line` are
    where the paragraph begins in a file that has them, from 1; `file` is which of several.
    """

    number: int
    text: str
    label: str = ""
    level: int | None = None
    place: Place | None = None
    is_contents: bool = False
    is_row: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    page: int = 0
    line: int = 0
    file: str = ""

    @property
    def printed(self) -> str:
        return f"{self.label} {self.text}".strip()


class Collector:
    """Gathers the paragraphs of a document, and what is to be said of each."""

    def __init__(self) -> None:
        self.paragraphs: list[Paragraph] = []
        self.doubts: list[Doubt] = []

    def add(self, paragraph: Paragraph, noticed: Iterable[object] = ()) -> None:
        """One more paragraph, which is given its number."""
        number = len(self.paragraphs) + 1
        if number > MOST_PARAGRAPHS:
            raise TooManyParagraphs
        self.paragraphs.append(dataclasses.replace(paragraph, number=number))
        self.doubts.extend(Doubt(number, sentence) for sentence in dict.fromkeys(noticed))

    def say_beside(self, noticed: Iterable[object]) -> None:
        """Say of what becomes no paragraph what stands in it, beside the one before."""
        number = max(1, len(self.paragraphs))
        self.doubts.extend(Doubt(number, said) for said in dict.fromkeys(noticed))


class BlockCollector(Collector, abc.ABC):
    """Gathers those of a document of blocks, which tables and wrappers nest.

    Whoever knows the format says in `read_block` what a block is.
    """

    @abc.abstractmethod
    def read_block(self, element: Element) -> None:
        """A paragraph, a table, or what only wraps some."""

    def read_table(self, rows: Sequence[Sequence[Iterable[Element]]]) -> None:
        """A table of one column only frames its blocks; any other becomes a line a row."""
        first, said_before = len(self.paragraphs) + 1, len(self.doubts)
        if all(len(cells) == 1 for cells in rows):
            for (cell,) in rows:
                for block in cell:
                    self.read_block(block)
        else:
            for cells in rows:
                self._read_row(cells)
        said = any(
            doubt.paragraph == first and doubt.sentence is TABLE
            for doubt in self.doubts[said_before:]
        )
        if len(self.paragraphs) >= first and not said:
            self.doubts.append(Doubt(first, TABLE))

    def _read_row(self, cells: Iterable[Iterable[Element]]) -> None:
        """Read the blocks of each cell, and make one paragraph of them all."""
        before, said_before = len(self.paragraphs), len(self.doubts)
        words: list[str] = []
        notes: list[tuple[str, str]] = []
        for cell in cells:
            for block in cell:
                self.read_block(block)
            read = self.paragraphs[before:]
            del self.paragraphs[before:]
            words.append(" ".join(" ".join(paragraph.printed for paragraph in read).split()))
            notes += [note for paragraph in read for note in paragraph.notes]
        noticed = [doubt.sentence for doubt in self.doubts[said_before:]]
        del self.doubts[said_before:]
        noticed = [sentence for sentence in noticed if sentence is not TABLE]
        if any(words):
            row = Paragraph(0, " | ".join(words), is_row=True, notes=tuple(notes))
            self.add(row, noticed)
        else:
            self.say_beside(noticed)
