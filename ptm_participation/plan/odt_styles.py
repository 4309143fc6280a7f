"""What the styles of an OpenDocument text say, and the labels that its lists count."""

import dataclasses
import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from ptm_participation.plan.docx_numbering import written
from ptm_participation.plan.docx_parts import local, value, whole_number
from ptm_participation.plan.paragraphs import Place

LEVELS = 10
_LONGEST_CHAIN = 20  # of styles, each based on the next
_CONTENTS_STYLE = re.compile(r"(?:contents|sommario|indice)[\s_].*", re.IGNORECASE)
_OUTLINE = "outline"  # the list that headings are counted by
_FORMATS = {"I": "upperRoman", "i": "lowerRoman", "A": "upperLetter", "a": "lowerLetter"}


@dataclasses.dataclass(frozen=True, slots=True)
class Style:
    """What a style says of the paragraphs and words that have it. `list` is None if it says
    nothing of lists, and empty if it takes them off."""

    based_on: str = ""
    list: str | None = None
    is_hidden: bool = False
    is_contents: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class _Level:
    format: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown: int = 1
    is_bullet: bool = False


class Styles:
    """The styles of a document, each with what it takes from those that it is based on."""

    def __init__(self, roots: Iterable[Element | None]) -> None:
        self._own: dict[tuple[str, str], Style] = {}
        self.lists: dict[str, dict[int, _Level]] = {}
        for root in roots:
            for element in root.iter() if root is not None else ():
                if local(element) == "style":
                    self._own[value(element, "family"), value(element, "name")] = _style(element)
                elif local(element) == "list-style":
                    self.lists[value(element, "name")] = dict(_levels(element))
                elif local(element) == "outline-style":
                    self.lists[_OUTLINE] = dict(_levels(element))

    def get(self, family: str, name: str) -> Style:
        """What holds for whatever has the style."""
        chain = list(self._chain(family, name))
        return Style(
            list=next((style.list for style in chain if style.list is not None), None),
            is_hidden=any(style.is_hidden for style in chain),
            is_contents=any(style.is_contents for style in chain),
        )

    def _chain(self, family: str, name: str) -> Iterator[Style]:
        for _turn in range(_LONGEST_CHAIN):
            style = self._own.get((family, name))
            if style is None:
                return
            yield style
            name = style.based_on


def _style(element: Element) -> Style:
    names = (value(element, "name"), value(element, "display-name"))
    lists = [text for key, text in element.attrib.items() if key.endswith("}list-style-name")]
    return Style(
        based_on=value(element, "parent-style-name"),
        list=lists[0] if lists else None,
        is_hidden=any(value(inner, "display") == "none" for inner in element),
        is_contents=any(_CONTENTS_STYLE.fullmatch(name) for name in names),
    )


def _levels(element: Element) -> Iterator[tuple[int, _Level]]:
    for inner in element:
        at = whole_number(value(inner, "level")) - 1
        if 0 <= at < LEVELS:
            start = whole_number(value(inner, "start-value"), 1)
            shown = whole_number(value(inner, "display-levels"), 1)
            yield (
                at,
                _Level(
                    value(inner, "num-format"),
                    value(inner, "num-prefix")[:40],
                    value(inner, "num-suffix")[:40],
                    start,
                    max(1, min(shown, at + 1)),
                    local(inner) == "list-level-style-bullet",
                ),
            )


class Counter:
    """How far each list has counted."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._counts: dict[str, list[int | None]] = {}
        self._last_of_style: dict[str, str] = {}
        self._key_of: dict[str, str] = {}

    def key_of_list(self, element: Element, style: str) -> str:
        """The list that a `text:list` goes on with, or a new one."""
        continued = self._key_of.get(value(element, "continue-list"))
        if continued is None and value(element, "continue-numbering") == "true":
            continued = self._last_of_style.get(style)
        key = continued or f"{style} {len(self._key_of)}"
        self._key_of[value(element, "id") or f" {len(self._key_of)}"] = key
        self._last_of_style[style] = key
        return key

    def heading(self, level: int) -> tuple[str, Place | None]:
        """Count a heading that stands in no list."""
        style = self._styles.lists.get(_OUTLINE, {}).get(level)
        return self.next(_OUTLINE, _OUTLINE, level) if style and style.format else ("", None)

    def next(
        self, key: str, style: str, at: int, start: int | None = None
    ) -> tuple[str, Place | None]:
        """Count one more item; returns its label and its place."""
        levels = self._styles.lists.get(style)
        if levels is None or not 0 <= at < LEVELS:
            return "", None
        counts = self._counts.setdefault(key, [None] * LEVELS)
        present = counts[at]
        if start is not None:
            counts[at] = start
        else:
            counts[at] = levels.get(at, _Level()).start if present is None else present + 1
        counts[at + 1 :] = [None] * (LEVELS - at - 1)
        for upper in range(at):
            if counts[upper] is None:
                counts[upper] = levels.get(upper, _Level()).start
        return _label(levels, counts, at), Place(key, at)


def _label(levels: dict[int, _Level], counts: list[int | None], at: int) -> str:
    level = levels.get(at, _Level())
    if level.is_bullet:
        return "•"
    if not level.format:
        return ""
    shown = range(at - level.shown + 1, at + 1)
    numbers = [
        written(counts[other] or 0, _FORMATS.get(levels.get(other, _Level()).format, "decimal"))
        for other in shown
        if levels.get(other, _Level()).format
    ]
    return f"{level.prefix}{'.'.join(numbers)}{level.suffix}".strip()
