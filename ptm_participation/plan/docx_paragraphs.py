"""The paragraphs of a Word document as they are printed: with labels, without what was deleted."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from ptm_participation.plan.docx_numbering import Numbering
from ptm_participation.plan.docx_parts import Parts, child, is_on, local, value, whole_number
from ptm_participation.plan.docx_signs import UNKNOWN, sign_of
from ptm_participation.plan.paragraphs import (
    BOXED,
    CHUNK,
    COMMENTED,
    DELETED,
    DRAWN,
    EMBEDDED,
    FOOTNOTED,
    FORMULA,
    HIDDEN,
    INSERTED,
    UNKNOWN_SIGN,
    UNREAD,
    BlockCollector,
    Paragraph,
    Place,
)
from ptm_participation.plan.reading import Doubt

_HEADING_STYLE = re.compile(
    r"(?:heading|titolo|titre|título|titulo|überschrift|kop)\s*([1-9])", re.IGNORECASE
)
_CONTENTS_STYLE = re.compile(
    r"(?:toc|sommario|indice|contents)\s*(?:[1-9]|heading)?", re.IGNORECASE
)
_LONGEST_CHAIN = 20  # of styles, each based on the next
_FIRST_SIGNS = 20  # as much of a field's instruction as holds its name

# What stands in a paragraph and says nothing by itself; what is in it is read.
_INSERTED = {"ins", "moveTo"}
_DELETED = {"del", "moveFrom"}
_BLOCKS = {"sdt", "sdtContent", "customXml", "smartTag", "body", *_INSERTED}
_SIGNS = {"tab": "\t", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\u00ad", "ptab": "\t"}

_NOTICED = {
    "commentReference": COMMENTED,
    "txbxContent": BOXED,
    "drawing": DRAWN,
    "pict": DRAWN,
    "object": EMBEDDED,
}


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


@dataclasses.dataclass(frozen=True, slots=True)
class _OwnStyle(_Style):
    """What a style says itself, and the key of the one that says the rest."""

    based_on: str = ""


class _Styles:
    """The styles of a document, each with what it takes from those that it is based on."""

    def __init__(self, root: Element | None) -> None:
        styles = (e for e in (root if root is not None else ()) if local(e) == "style")
        # Each is taken apart once, however many are based on it.
        self._own = {value(element, "styleId"): _own_style(element) for element in styles}
        self._read: dict[str, _Style] = {}

    def get(self, key: str) -> _Style:
        if key not in self._read:
            self._read[key] = self._style(key)
        return self._read[key]

    def _chain(self, key: str) -> Iterator[_OwnStyle]:
        for _turn in range(_LONGEST_CHAIN):
            style = self._own.get(key)
            if style is None:
                return
            yield style
            key = style.based_on

    def _style(self, key: str) -> _Style:
        chain = list(self._chain(key))
        placed = next((style for style in chain if style.list_level is not None), _Style())
        numbered = next((style for style in chain if style.number), placed)
        return _Style(
            next((style.level for style in chain if style.level is not None), None),
            numbered.number,
            numbered.list_level,
            any(style.is_hidden for style in chain),
            any(style.is_contents for style in chain),
        )


def _own_style(element: Element) -> _OwnStyle:
    name = value(child(element, "name"))
    properties = child(element, "pPr")
    outline = child(properties, "outlineLvl")
    level: int | None = None
    if outline is not None:
        level = whole_number(value(outline), 9)
    elif match := _HEADING_STYLE.fullmatch(name):
        level = int(match.group(1)) - 1
    at = child(properties, "numPr", "ilvl")
    return _OwnStyle(
        level,
        value(child(properties, "numPr", "numId")),
        None if at is None else whole_number(value(at)),
        is_on(child(element, "rPr", "vanish")),
        _CONTENTS_STYLE.fullmatch(name) is not None,
        value(child(element, "basedOn")),
    )


class _Reader(BlockCollector):
    """Walks the body, and remembers what Word remembers from one paragraph to the next."""

    def __init__(self, parts: Parts) -> None:
        super().__init__()
        self._styles = _Styles(parts.styles)
        self._numbering = Numbering(parts.numbering)
        self._notes = {
            "footnoteReference": _notes_in(parts.footnotes),
            "endnoteReference": _notes_in(parts.endnotes),
        }
        self._noted = dict.fromkeys(self._notes, 0)
        self._fields = _Fields()
        # Of paragraphs whose end was deleted, and which the next one goes on:
        self._before: list[str] = []
        self._noticed_before: list[object] = []
        self._notes_before: list[tuple[str, str]] = []
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
            self.read_table([list(_inside(row, "tc")) for row in _inside(element, "tr")])
        elif name == "altChunk":
            self.add(Paragraph(0, "…"), [CHUNK])
        elif name in _BLOCKS:
            for inner in element:
                self.read_block(inner)
        elif name == "AlternateContent":
            for inner in _branch(element):
                self.read_block(inner)
        elif _has_words(element):
            self.say_beside([DELETED if name in _DELETED else UNREAD])

    def end(self) -> None:
        """Keep what was still waiting for the paragraph after it."""
        text = "".join(self._before)
        if text.strip() or self._notes_before:
            noticed = [DELETED, *self._noticed_before] if text.strip() else []
            self.add(Paragraph(0, text, notes=tuple(self._notes_before)), noticed)

    # -- paragraphs ----------------------------------------------------------------------

    def _read_paragraph(self, element: Element) -> None:
        properties = child(element, "pPr")
        key = value(child(properties, "pStyle"))
        style = self._styles.get(key)
        self._before.append(self._text_of(element, style))
        self._noticed_before += self._noticed
        self._notes_before += self._own_notes
        mark = child(properties, "rPr")
        if child(mark, "del") is not None or child(mark, "moveFrom") is not None:
            # The end of the paragraph was deleted: its words run on into the next one.
            return
        text, noticed, notes = "".join(self._before), self._noticed_before, self._notes_before
        self._before, self._noticed_before, self._notes_before = [], [], []
        label, place = self._label(properties, key, style) if text.strip() else ("", None)
        if not text.strip():
            label, place = self._label_alone(properties, key, style)
        if not text.strip() and not label:
            self.say_beside(noticed)
            self._notes_before = notes
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
            notes=tuple(notes),
        )
        self.add(paragraph, noticed)

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
        self._noticed, self._own_notes = [], []
        self._is_contents = self._fields.list_contents
        self._is_hidden = style.is_hidden
        text = "".join(self._strings(element))
        return re.sub(r"[\u2010\u2011]", "-", text).replace("\u00a0", " ")

    # -- words ---------------------------------------------------------------------------

    def _strings(self, elements: Iterable[Element]) -> Iterator[str]:
        for inner in elements:
            name = local(inner)
            if name in _DELETED:
                if _has_words(inner):
                    self._noticed.append(DELETED)
                continue
            if name in _INSERTED:
                self._noticed.append(INSERTED)
            if name == "r":
                yield from self._run(inner)
            elif name == "oMath":
                self._noticed.append(FORMULA)
                yield "".join(part.text or "" for part in inner.iter() if local(part) == "t")
            elif name == "AlternateContent":
                yield from self._strings(_branch(inner))
            elif name not in ("pPr", "sdtPr", "rPr"):
                yield from self._strings(inner)

    def _run(self, run: Element) -> Iterator[str]:
        key = value(child(run, "rPr", "rStyle"))
        own = child(run, "rPr", "vanish")
        hidden = (
            is_on(own) if own is not None else self._is_hidden or self._styles.get(key).is_hidden
        )
        yield from self._run_strings(run, hidden=hidden)

    def _run_strings(self, elements: Iterable[Element], *, hidden: bool) -> Iterator[str]:
        for inner in elements:
            name = local(inner)
            if name in ("fldChar", "instrText"):
                self._follow_field(inner)
            elif name in self._notes:
                self._note(name, value(inner, "id"))
            elif hidden:
                if name == "t":
                    self._noticed.append(HIDDEN)
            elif name == "t":
                self._is_contents = self._is_contents or self._fields.list_contents
                yield inner.text or ""
            elif name in _SIGNS:
                yield _SIGNS[name]
            elif name == "br":
                yield " " if value(inner, "type") in ("page", "column") else "\n"
            elif name == "sym":
                sign = sign_of(inner)
                if sign == UNKNOWN:
                    self._noticed.append(UNKNOWN_SIGN)
                yield sign
            elif name == "AlternateContent":
                yield from self._run_strings(_branch(inner), hidden=hidden)
            else:
                self._notice(inner)

    def _notice(self, element: Element) -> None:
        names = {local(inner) for inner in element.iter()}
        if "txbxContent" in names:
            self._noticed.append(BOXED)
            return
        said = [said for name, said in _NOTICED.items() if name in names]
        self._noticed += said or ([UNREAD] if "t" in names else [])

    def _follow_field(self, element: Element) -> None:
        if local(element) == "instrText":
            self._fields.say(element.text or "")
        elif value(element, "fldCharType") == "begin":
            self._fields.begin()
        elif value(element, "fldCharType") == "end":
            self._fields.end()

    def _note(self, kind: str, key: str) -> None:
        # A note has one place: named again, it would stand in the text once more each time.
        words = self._notes[kind].pop(key, "")
        self._noted[kind] += 1
        if words:
            number = str(self._noted[kind])
            self._own_notes.append((number if kind == "footnoteReference" else f"e{number}", words))
            self._noticed.append(FOOTNOTED)


class _Fields:
    """The fields that are open. Contents are what a field says they are, over many paragraphs."""

    def __init__(self) -> None:
        self._said: list[str] = []
        self._of_contents = 0

    @property
    def list_contents(self) -> bool:
        return self._of_contents > 0

    def begin(self) -> None:
        self._said.append("")

    def say(self, words: str) -> None:
        """More of the instruction of the innermost field; its first word tells what it is."""
        if self._said:
            said = self.end() + words
            self._said.append(said.lstrip()[:_FIRST_SIGNS])
            self._of_contents += _lists_contents(self._said[-1])

    def end(self) -> str:
        said = self._said.pop() if self._said else ""
        self._of_contents -= _lists_contents(said)
        return said


def _lists_contents(instruction: str) -> bool:
    return instruction.split()[:1] == ["TOC"]


def _inside(elements: Iterable[Element], name: str) -> Iterator[Element]:
    """The rows of a table, or the cells of a row; whatever wraps them, for forms or changes."""
    for inner in elements:
        if local(inner) == name:
            yield inner
        elif local(inner) == "AlternateContent":
            yield from _inside(_branch(inner), name)
        elif local(inner) not in _DELETED:
            yield from _inside(inner, name)


def _branch(alternatives: Element) -> Iterable[Element]:
    """Of the ways in which one thing is written, for newer and older programs, one with words."""
    first: Iterable[Element] = next(iter(alternatives), ())
    return next((branch for branch in alternatives if _has_words(branch)), first)


def _has_words(element: Element) -> bool:
    return any(local(part) in ("t", "delText", "sym") for part in element.iter())


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
