"""Counts what Word counts: the labels of automatic numbering, which are not in the text."""

import dataclasses
import re
from xml.etree.ElementTree import Element

from ptm_participation.plan.docx_parts import child, is_on, local, value, whole_number
from ptm_participation.plan.paragraphs import Place

LEVELS = 9
_ROMAN = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")]
_ROMAN += [(40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
# What a field may count to; a number beyond it is damage, and words would grow with it.
_MOST = 30_000


@dataclasses.dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list counts."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclasses.dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    counts: list[int | None] = dataclasses.field(default_factory=lambda: [None] * LEVELS)


class Numbering:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._list_of: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._own_levels: dict[tuple[str, int], Level] = {}
        links: dict[str, str] = {}
        named: dict[str, str] = {}
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                key = value(element, "abstractNumId")
                self._lists[key] = _List(_levels(element))
                links[key] = value(child(element, "numStyleLink"))
                named[value(child(element, "styleLink"))] = key
            elif local(element) == "num":
                self._add(element)
        for number, key in self._list_of.items():  # a list that only names another's style
            self._list_of[number] = named.get(links.get(key) or " ", key)

    def _add(self, element: Element) -> None:
        number = value(element, "numId")
        self._list_of[number] = value(child(element, "abstractNumId"))
        for override in element:
            if local(override) != "lvlOverride":
                continue
            at = whole_number(value(override, "ilvl"))
            start = child(override, "startOverride")
            own = child(override, "lvl")
            if start is not None:
                self._starts[number, at] = whole_number(value(start))
            if own is not None:
                self._own_levels[number, at] = _level(own)

    def level_of_style(self, number: str, style: str) -> int:
        """The level that a style has in a list that its paragraphs are numbered by."""
        found = self._lists.get(self._list_of.get(number, ""))
        levels = found.levels if found else {}
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def next_label(self, number: str, at: int) -> tuple[str, Place | None]:
        """Count one more paragraph of a list; returns its label and its place."""
        key = self._list_of.get(number, "")
        counted = self._lists.get(key)
        if counted is None or not 0 <= at < LEVELS:
            return "", None
        counts = counted.counts
        restarted = self._starts.pop((number, at), None)
        present = counts[at]
        if restarted is not None:
            counts[at] = restarted
        elif present is None:
            counts[at] = self._level(number, counted, at).start
        else:
            counts[at] = present + 1
        for upper in range(at):
            if counts[upper] is None:
                counts[upper] = self._level(number, counted, upper).start
        for deeper in range(at + 1, LEVELS):
            restart = self._level(number, counted, deeper).restart
            if restart is None or at < restart:
                counts[deeper] = None
        return self._label(number, counted, at), Place(key, at)

    def _level(self, number: str, counted: _List, at: int) -> Level:
        return self._own_levels.get((number, at)) or counted.levels.get(at) or Level()

    def _label(self, number: str, counted: _List, at: int) -> str:
        level = self._level(number, counted, at)
        if level.format == "bullet":
            return "•"

        def shown(match: re.Match[str]) -> str:
            other = int(match.group(1)) - 1
            style = self._level(number, counted, other).format
            return written(counted.counts[other] or 0, "decimal" if level.legal else style)

        return re.sub(r"%([1-9])", shown, level.text).strip()


def _levels(element: Element) -> dict[int, Level]:
    levels = (inner for inner in element if local(inner) == "lvl")
    placed = ((whole_number(value(inner, "ilvl")), inner) for inner in levels)
    return {at: _level(inner) for at, inner in placed if at < LEVELS}


def _level(element: Element) -> Level:
    restart = child(element, "lvlRestart")
    return Level(
        start=whole_number(value(child(element, "start")), 1),
        format=value(child(element, "numFmt")) or "decimal",
        text=value(child(element, "lvlText"))[:100],
        restart=None if restart is None else whole_number(value(restart)),
        legal=is_on(child(element, "isLgl")),
        style=value(child(element, "pStyle")),
    )


def written(count: int, style: str) -> str:
    """A number in letters, in Roman or in plain figures, as a list counts."""
    if style == "none":
        return ""
    if style in ("upperRoman", "lowerRoman"):
        roman = _roman(min(count, _MOST))
        return roman if style == "upperRoman" else roman.lower()
    if style in ("upperLetter", "lowerLetter") and 0 < count <= _MOST:
        turn, letter = divmod(count - 1, 26)
        written = chr(ord("a") + letter) * min(turn + 1, 10)
        return written.upper() if style == "upperLetter" else written
    return f"{count:02d}" if style == "decimalZero" else str(count)


def _roman(count: int) -> str:
    written = []
    for size, letters in _ROMAN:
        written.append(letters * (count // size))
        count %= size
    return "".join(written)
