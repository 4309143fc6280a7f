"""The paragraphs of a Word document as they are printed: with labels, without what was deleted."""

import dataclasses
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_xml import UnreadableText
from ptm_participation.plan.docx_numbering import Numbering, Place
from ptm_participation.plan.docx_parts import Parts, child, is_on, local, value, whole_number
from ptm_participation.plan.reading import Doubt

MOST_PARAGRAPHS = 20_000
_HEADING_STYLE = re.compile(
    r"(?:heading|titolo|titre|título|titulo|überschrift|kop)\s*([1-9])", re.IGNORECASE
)
_CONTENTS_STYLE = re.compile(
    r"(?:toc|sommario|indice|contents)\s*(?:[1-9]|heading)?", re.IGNORECASE
)
_LONGEST_CHAIN = 20  # of styles, each based on the next

# What stands in a paragraph and says nothing by itself; what is in it is read.
_INSERTED = {"ins", "moveTo"}
_DELETED = {"del", "moveFrom"}
_BLOCKS = {"sdt", "sdtContent", "customXml", "smartTag", "body", *_INSERTED}
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "ptab": "\t"}

INSERTED = _l("It holds tracked insertions: they are read as accepted.")
DELETED = _l("It holds tracked deletions: what was deleted is left out.")
HIDDEN = _l("It holds hidden text, which is left out.")
COMMENTED = _l("It carries a comment, which is not read.")
BOXED = _l("It holds a text box, whose words are left out.")
DRAWN = _l("It holds an image, which is left out.")
EMBEDDED = _l("It holds something that is not text, which is left out.")
FORMULA = _l("It holds a formula, which is read as plain signs.")
FOOTNOTED = _l("It has a footnote, which is kept as a note of its section.")
TABLE = _l("A table was read as text, one line for each row.")
CHUNK = _l("Another file is embedded in the document here: its words are left out.")
_NOTICED = {
    "commentReference": COMMENTED,
    "txbxContent": BOXED,
    "drawing": DRAWN,
    "pict": DRAWN,
    "object": EMBEDDED,
}


class TooManyParagraphs(UnreadableText):
    """More paragraphs than any plan has."""

    message = _l("The document has more than %(most)d paragraphs: divide it.")

    def __init__(self) -> None:
        super().__init__(most=MOST_PARAGRAPHS)


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as printed. `level` is that of a heading, from 0; `place` that of a list."""

    number: int
    text: str
    label: str = ""
    level: int | None = None
    place: Place | None = None
    is_contents: bool = False
    is_row: bool = False
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def printed(self) -> str:
        return f"{self.label} {self.text}".strip()


def paragraphs_of(parts: Parts) -> tuple[list[Paragraph], list[Doubt]]:
    """The paragraphs in their order, and what was left out or taken as accepted."""
    reader = _Reader(parts)
    body = child(parts.document, "body")
    for element in body if body is not None else ():
        reader.read_block(element)
    reader.end()
    return reader.paragraphs, reader.doubts


@dataclasses.dataclass(frozen=True, slots=True)
class _Style:
    """What a style says of the paragraphs and words that have it."""

    level: int | None = None
    number: str = ""
    list_level: int | None = None
    is_hidden: bool = False
    is_contents: bool = False


class _Styles:
    """The styles of a document, each with what it takes from those that it is based on."""

    def __init__(self, root: Element | None) -> None:
        styles = (e for e in (root if root is not None else ()) if local(e) == "style")
        self._elements = {value(element, "styleId"): element for element in styles}
        self._read: dict[str, _Style] = {}

    def get(self, key: str) -> _Style:
        if key not in self._read:
            self._read[key] = self._style(key)
        return self._read[key]

    def _chain(self, key: str) -> Iterator[Element]:
        for _turn in range(_LONGEST_CHAIN):
            element = self._elements.get(key)
            if element is None:
                return
            yield element
            key = value(child(element, "basedOn"))

    def _style(self, key: str) -> _Style:
        level: int | None = None
        number, list_level, hidden, contents = "", None, False, False
        for element in self._chain(key):
            name = value(child(element, "name"))
            contents = contents or _CONTENTS_STYLE.fullmatch(name) is not None
            hidden = hidden or is_on(child(element, "rPr", "vanish"))
            outline = child(element, "pPr", "outlineLvl")
            if level is None and outline is not None:
                level = whole_number(value(outline), 9)
            elif level is None and (match := _HEADING_STYLE.fullmatch(name)):
                level = int(match.group(1)) - 1
            own = child(element, "pPr", "numPr")
            if own is not None and not number:
                number = value(child(own, "numId"))
                at = child(own, "ilvl")
                list_level = None if at is None else whole_number(value(at))
        return _Style(level, number, list_level, hidden, contents)


class _Reader:
    """Walks the body, and remembers what Word remembers from one paragraph to the next."""

    def __init__(self, parts: Parts) -> None:
        self.paragraphs: list[Paragraph] = []
        self.doubts: list[Doubt] = []
        self._styles = _Styles(parts.styles)
        self._numbering = Numbering(parts.numbering)
        self._notes = {
            "footnoteReference": _notes_in(parts.footnotes),
            "endnoteReference": _notes_in(parts.endnotes),
        }
        self._noted = dict.fromkeys(self._notes, 0)
        self._fields: list[str] = []
        self._before = ""  # the words of a paragraph whose end was deleted
        # Of the paragraph that is being read:
        self._noticed: list[object] = []
        self._own_notes: list[tuple[str, str]] = []
        self._is_contents = False
        self._is_hidden = False

    def read_block(self, element: Element) -> None:
        """A paragraph, a table, or what only wraps some."""
        name = local(element)
        if name == "p":
            self._read_paragraph(element)
        elif name == "tbl":
            self._read_table(element)
        elif name == "altChunk":
            self._add(Paragraph(0, "…"), [CHUNK])
        elif name in _BLOCKS:
            for inner in element:
                self.read_block(inner)

    def end(self) -> None:
        """Keep what was still waiting for the paragraph after it."""
        if self._before.strip():
            self._add(Paragraph(0, self._before), [DELETED])

    def _add(self, paragraph: Paragraph, noticed: list[object]) -> None:
        number = len(self.paragraphs) + 1
        if number > MOST_PARAGRAPHS:
            raise TooManyParagraphs
        self.paragraphs.append(dataclasses.replace(paragraph, number=number))
        self.doubts.extend(Doubt(number, sentence) for sentence in dict.fromkeys(noticed))

    # -- paragraphs ----------------------------------------------------------------------

    def _read_paragraph(self, element: Element) -> None:
        properties = child(element, "pPr")
        key = value(child(properties, "pStyle"))
        style = self._styles.get(key)
        text = self._before + self._text_of(element, style)
        mark = child(properties, "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            # The end of the paragraph was deleted: its words run on into the next one.
            self._before = text
            return
        self._before = ""
        label, place = self._label(properties, key, style) if text.strip() else ("", None)
        if not text.strip():
            label, place = self._label_alone(properties, key, style)
        if not text.strip() and not label:
            self._carry_over()
            return
        outline = child(properties, "outlineLvl")
        level = style.level if outline is None else whole_number(value(outline), 9)
        paragraph = Paragraph(
            0,
            text,
            label,
            level if level is not None and level < 9 else None,
            place,
            is_contents=self._is_contents or style.is_contents,
            notes=tuple(self._own_notes),
        )
        self._add(paragraph, self._noticed)

    def _carry_over(self) -> None:
        """Say of an empty paragraph what stands in it, beside the one before."""
        if self._noticed:
            number = max(1, len(self.paragraphs))
            self.doubts.extend(Doubt(number, said) for said in dict.fromkeys(self._noticed))

    def _label(
        self, properties: Element | None, key: str, style: _Style
    ) -> tuple[str, Place | None]:
        own = child(properties, "numPr")
        number = value(child(own, "numId")) or style.number
        if not number or number == "0":
            return "", None
        at = child(own, "ilvl")
        if at is not None:
            level = whole_number(value(at))
        elif style.list_level is not None:
            level = style.list_level
        else:
            level = self._numbering.level_of_style(number, key)
        return self._numbering.next_label(number, level)

    def _label_alone(
        self, properties: Element | None, key: str, style: _Style
    ) -> tuple[str, Place | None]:
        """The label of a paragraph without words, which Word counts; a bullet is none."""
        label, place = self._label(properties, key, style)
        return (label, place) if re.search(r"\w", label) else ("", None)

    def _text_of(self, element: Element, style: _Style) -> str:
        self._noticed, self._own_notes, self._is_contents = [], [], self._in_contents()
        self._is_hidden = style.is_hidden
        text = "".join(self._strings(element))
        return re.sub(r"[\u2010\u2011]", "-", text).replace("\u00a0", " ")

    # -- words ---------------------------------------------------------------------------

    def _strings(self, element: Element) -> Iterator[str]:
        for inner in element:
            name = local(inner)
            if name in _DELETED:
                if any(local(part) in ("t", "delText") for part in inner.iter()):
                    self._noticed.append(DELETED)
                continue
            if name in _INSERTED:
                self._noticed.append(INSERTED)
            if name == "r":
                yield from self._run(inner)
            elif name == "oMath":
                self._noticed.append(FORMULA)
                yield "".join(part.text or "" for part in inner.iter() if local(part) == "t")
            elif name not in ("pPr", "sdtPr", "rPr"):
                yield from self._strings(inner)

    def _run(self, run: Element) -> Iterator[str]:
        key = value(child(run, "rPr", "rStyle"))
        own = child(run, "rPr", "vanish")
        hidden = (
            is_on(own) if own is not None else self._is_hidden or self._styles.get(key).is_hidden
        )
        for inner in run:
            name = local(inner)
            if name in ("fldChar", "instrText"):
                self._follow_field(inner)
            elif name in self._notes:
                self._note(name, value(inner, "id"))
            elif hidden:
                if name == "t":
                    self._noticed.append(HIDDEN)
            elif name == "t":
                self._is_contents = self._is_contents or self._in_contents()
                yield inner.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield " " if value(inner, "type") in ("page", "column") else "\n"
            elif name == "sym":
                yield "•"
            else:
                self._notice(inner)

    def _notice(self, element: Element) -> None:
        names = {local(inner) for inner in element.iter()}
        if "txbxContent" in names:
            self._noticed.append(BOXED)
            return
        self._noticed.extend(said for name, said in _NOTICED.items() if name in names)

    def _follow_field(self, element: Element) -> None:
        """A table of contents is what a field says it is, over many paragraphs."""
        if local(element) == "instrText":
            if self._fields:
                self._fields[-1] += element.text or ""
        elif value(element, "fldCharType") == "begin":
            self._fields.append("")
        elif value(element, "fldCharType") == "end" and self._fields:
            self._fields.pop()

    def _in_contents(self) -> bool:
        return any(field.split()[:1] == ["TOC"] for field in self._fields)

    def _note(self, kind: str, key: str) -> None:
        words = self._notes[kind].get(key, "")
        self._noted[kind] += 1
        if words:
            number = str(self._noted[kind])
            self._own_notes.append((number if kind == "footnoteReference" else f"e{number}", words))
            self._noticed.append(FOOTNOTED)

    # -- tables --------------------------------------------------------------------------

    def _read_table(self, table: Element) -> None:
        """A table of one column only frames its paragraphs; any other becomes a line a row."""
        rows = [inner for inner in table.iter() if local(inner) == "tr"]
        first = len(self.paragraphs) + 1
        if all(sum(local(cell) == "tc" for cell in row.iter()) == 1 for row in rows):
            for row in rows:
                for cell in (inner for inner in row if local(inner) == "tc"):
                    for block in cell:
                        self.read_block(block)
        else:
            for row in (inner for inner in table if local(inner) == "tr"):
                self._read_row(row)
        if len(self.paragraphs) >= first:
            self.doubts.append(Doubt(first, TABLE))

    def _read_row(self, row: Element) -> None:
        noticed: list[object] = []
        notes: list[tuple[str, str]] = []
        cells: list[str] = []
        for cell in (inner for inner in row if local(inner) == "tc"):
            words: list[str] = []
            for element in (inner for inner in cell.iter() if local(inner) == "p"):
                words.append(self._text_of(element, _Style()))
                noticed += self._noticed
                notes += self._own_notes
            cells.append(" ".join(" ".join(words).split()))
        if any(cells):
            text = " | ".join(cells)
            self._add(Paragraph(0, text, is_row=True, notes=tuple(notes)), noticed)


def _notes_in(root: Element | None) -> dict[str, str]:
    """The words of each note by its key; separators are no notes."""
    notes: dict[str, str] = {}
    for note in root if root is not None else ():
        if value(note, "type") in ("", "normal"):
            lines = (
                "".join(part.text or "" for part in line.iter() if local(part) == "t")
                for line in note.iter()
                if local(line) == "p"
            )
            notes[value(note, "id")] = "\f".join(filter(None, lines)).strip()
    return notes
