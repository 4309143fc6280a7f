"""Reads a plan's norms from an OpenDocument text: its paragraphs as they are printed.

Labels that lists count are counted again, tracked changes are read as accepted, and what is no
text is named.
"""

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from ptm_participation.plan.docx_parts import child, local, value, whole_number
from ptm_participation.plan.odt_parts import OdtParts, open_odt
from ptm_participation.plan.odt_styles import Counter, Style, Styles
from ptm_participation.plan.paragraphs import (
    BOXED,
    COMMENTED,
    DELETED,
    DRAWN,
    EMBEDDED,
    FOOTNOTED,
    HIDDEN,
    INSERTED,
    UNREAD,
    BlockCollector,
    Paragraph,
    Place,
)
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.structure import structured

_INDEXES = {
    *("table-of-content", "illustration-index", "table-index", "object-index", "user-index"),
    *("alphabetical-index", "bibliography"),
}
_NO_TEXT = {
    *("sequence-decls", "variable-decls", "user-field-decls", "forms", "tracked-changes"),
    *("soft-page-break", "change", "change-start", "change-end", "index-title-template", "number"),
    *("annotation-end", "ruby-text", "dde-connection-decls", "alphabetical-index-auto-mark-file"),
}
_MOST_SPACES = 100  # that one element may stand for


def read_odt(data: bytes, name: str) -> Reading:
    """Read an OpenDocument text. Raises FileRefused or UnreadableText."""
    reader = _Reader(open_odt(data, name))
    reader.read()
    return structured(reader.paragraphs, reader.doubts)


class _Reader(BlockCollector):
    """Walks the body, and remembers what the lists have counted."""

    def __init__(self, parts: OdtParts) -> None:
        super().__init__()
        self._body = child(parts.content, "body", "text")
        self._styles = Styles((parts.styles, parts.content))
        self._counter = Counter(self._styles)
        self._changes = _changes_in(self._body)
        self._notes_read = 0
        # Of what is open: the list, its style and depth, and the label of the item's first block.
        self._list = ("", "", -1)
        self._label: tuple[str, Place | None] = ("", None)
        self._of_contents = 0
        # Of the paragraph that is being read:
        self._noticed: list[object] = []
        self._own_notes: list[tuple[str, str]] = []

    def read(self) -> None:
        for element in self._body if self._body is not None else ():
            self.read_block(element)

    def read_block(self, element: Element) -> None:
        name = local(element)
        if name in ("p", "h"):
            self._read_paragraph(element)
        elif name in ("list", "numbered-paragraph"):
            self._read_list(element)
        elif name == "table":
            self.read_table([list(_inside(row, "table-cell")) for row in _inside(element)])
        elif name in _INDEXES:
            self._of_contents += 1
            for inner in inside(element, "index-body"):
                self.read_block(inner)
            self._of_contents -= 1
        elif name in ("change", "change-start"):
            self.say_beside(self._change(element))
        elif name in ("section", "index-title", "table-header-rows"):
            if value(element, "display") == "none":
                self.say_beside([HIDDEN])
                return
            for inner in element:
                self.read_block(inner)
        elif name == "frame":
            self.say_beside([_framed(element)])
        elif name not in _NO_TEXT and "".join(element.itertext()).strip():
            self.say_beside([UNREAD])

    # -- lists ---------------------------------------------------------------------------

    def _read_list(self, element: Element) -> None:
        before = self._list
        key, style, depth = before
        own = value(element, "style-name") or style
        if depth < 0 or own != style:
            key = self._counter.key_of_list(element, own)
        self._list = (key, own, depth + 1)
        if local(element) == "numbered-paragraph":
            self._list = (key, own, max(0, whole_number(value(element, "level"), 1) - 1))
            self._read_item(element)
        else:
            for item in element:
                if local(item) in ("list-item", "list-header"):
                    self._read_item(item)
        self._list = before

    def _read_item(self, item: Element) -> None:
        is_counted = local(item) != "list-header"
        key, style, depth = self._list
        start = value(item, "start-value")
        blocks = [block for block in item if local(block) not in _NO_TEXT]
        if is_counted and blocks and local(blocks[0]) in ("p", "h"):
            style = style or self._styles.get("paragraph", _style_of(blocks[0])).list or ""
            first = whole_number(start) if start else None
            self._label = self._counter.next(key, style, depth, first)
        for block in blocks:
            self.read_block(block)
            self._label = ("", None)

    # -- paragraphs ----------------------------------------------------------------------

    def _read_paragraph(self, element: Element) -> None:
        style = self._styles.get("paragraph", _style_of(element))
        label, place = self._label
        self._noticed, self._own_notes = [], []
        is_heading = local(element) == "h"
        level = whole_number(value(element, "outline-level"), 1) - 1 if is_heading else None
        text = "".join(self._strings(element))
        text = re.sub(r"[\u2010\u2011]", "-", text).replace("\u00a0", " ")
        if style.is_hidden:
            text, self._noticed = "", [HIDDEN] if text.strip() else []
        if is_heading and not label and text.strip() and self._is_counted(element, style):
            label, place = self._counter.heading(level or 0)
        if not text.strip() and not re.search(r"\w", label):
            self.say_beside(self._noticed)
            return
        paragraph = Paragraph(
            0,
            text,
            label,
            level,
            place,
            is_contents=self._of_contents > 0 or style.is_contents,
            notes=tuple(self._own_notes),
        )
        self.add(paragraph, self._noticed)

    def _is_counted(self, element: Element, style: Style) -> bool:
        return self._list[2] < 0 and style.list != "" and value(element, "is-list-header") != "true"

    def _change(self, element: Element) -> list[object]:
        return self._changes.get(value(element, "change-id"), [])

    # -- words ---------------------------------------------------------------------------

    def _strings(self, element: Element) -> Iterator[str]:
        yield _squeezed(element.text)
        for inner in element:
            yield from self._inner_strings(inner)
            yield _squeezed(inner.tail)

    def _inner_strings(self, inner: Element) -> Iterator[str]:
        name = local(inner)
        if name == "s":
            yield " " * min(whole_number(value(inner, "c"), 1), _MOST_SPACES)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name in ("change", "change-start"):
            self._noticed += self._change(inner)
        elif name == "note":
            self._note(inner)
        elif name == "annotation":
            self._noticed.append(COMMENTED)
        elif name in ("frame", "custom-shape", "rect", "line", "g", "path", "polygon"):
            self._noticed.append(_framed(inner))
        elif name in ("hidden-text", "hidden-paragraph") or self._is_hidden(inner):
            self._noticed.append(HIDDEN)
        elif name not in _NO_TEXT:
            yield from self._strings(inner)

    def _is_hidden(self, element: Element) -> bool:
        named = local(element) == "span"
        return named and self._styles.get("text", _style_of(element)).is_hidden

    def _note(self, note: Element) -> None:
        self._notes_read += 1
        lines = ("".join(line.itertext()).strip() for line in inside(note, "note-body"))
        words = "\f".join(filter(None, lines))
        citation = child(note, "note-citation")
        number = "".join(citation.itertext()).strip() if citation is not None else ""
        if words:
            kind = "e" if value(note, "note-class") == "endnote" else ""
            self._own_notes.append((f"{kind}{number or self._notes_read}", words))
            self._noticed.append(FOOTNOTED)


def inside(element: Element | None, name: str) -> Iterable[Element]:
    """What an inner element holds, if it is there."""
    inner = child(element, name)
    return inner if inner is not None else ()


def _style_of(element: Element) -> str:
    return value(element, "style-name")


def _squeezed(text: str | None) -> str:
    """Words as the format shows them: however many spaces and lines they are written with."""
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""


def _framed(frame: Element) -> object:
    names = {local(inner) for inner in frame.iter()}
    if names & {"text-box", "p"}:
        return BOXED
    return DRAWN if "object" not in names else EMBEDDED


def _changes_in(body: Element | None) -> dict[str, list[object]]:
    """What each tracked change is, where it has words."""
    changes: dict[str, list[object]] = {}
    for region in inside(body, "tracked-changes"):
        kinds = {local(inner): inner for inner in region}
        if "insertion" in kinds:
            said: list[object] = [INSERTED]
        elif "deletion" in kinds:
            said = [DELETED]
        else:
            continue
        changes[value(region, "id")] = said
    return changes


def _inside(elements: Iterable[Element], name: str = "table-row") -> Iterator[Element]:
    """The rows of a table, or the cells of a row, whatever wraps them."""
    for inner in elements:
        if local(inner) == name:
            yield inner
        elif local(inner) in ("table-header-rows", "table-rows", "table-row-group"):
            yield from _inside(inner, name)
