"""The printed lines of a PDF, without what is printed on every page."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

_EDGE = 3  # lines at the top and at the bottom of a page that may be repeated
_FEWEST_PAGES = 3  # on which a line is printed that belongs to all
_SHARE_OF_PAGES = 0.25
_NEAR = 3.0  # points within which two lines stand in the same place
_PAGE_NUMBER = re.compile(
    r"(?:pag(?:ina)?\.?\s*)?[-–—]?\s*(?:\d{1,4}|[ivxlc]{1,6})\s*(?:(?:di|/|su)\s*\d{1,4})?\s*[-–—]?",
    re.IGNORECASE,
)
_MARGIN = 0.1  # of the page's height, where a page's number stands
_SMALLER = 0.88  # of the body's size: the print of a note


@dataclasses.dataclass(frozen=True, slots=True)
class Printed:
    """A line as printed: its page from 1, its words, and where and how large they stand."""

    page: int
    text: str
    left: float
    right: float
    base: float
    size: float
    heavy: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Pages:
    """The lines of the text, the notes by the page that they stand on, and what was left out."""

    lines: list[Printed]
    notes: dict[int, list[Printed]]
    repeated: list[Printed]
    without_text: list[int]


def pages_of(pages: Sequence[dict[str, Any]]) -> Pages:
    """Part what was read of each page into text, notes, and what every page repeats."""
    printed = [_lines(number, page["lines"]) for number, page in enumerate(pages, 1)]
    running = _running(printed, [page.get("height", 0.0) for page in pages])
    body = body_size(line for lines in printed for line in lines)
    text: list[Printed] = []
    notes: dict[int, list[Printed]] = {}
    repeated: list[Printed] = []
    for number, lines in enumerate(printed, 1):
        kept = [line for line in lines if id(line) not in running]
        repeated += [line for line in lines if id(line) in running]
        start = _start_of_notes(kept, body)
        text += kept[:start]
        if start < len(kept):
            notes[number] = kept[start:]
    empty = [
        number
        for number, (page, lines) in enumerate(zip(pages, printed, strict=True), 1)
        if page.get("broken") or (not lines and page.get("images"))
    ]
    return Pages(text, notes, repeated, empty)


def body_size(lines: Iterable[Printed]) -> float:
    """The size that most of the text is printed in."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _lines(number: int, found: Iterable[dict[str, Any]]) -> list[Printed]:
    """The lines of a page; what stands on one line in several pieces is one."""
    lines: list[Printed] = []
    for item in found:
        place = (item["left"], item["right"], item["base"])
        line = Printed(number, item["text"].strip(), *place, item["size"], item["heavy"])
        before = lines[-1] if lines else None
        if before and abs(before.base - line.base) < 2 and before.right <= line.left + 1:
            text = f"{before.text} {line.text}"
            lines[-1] = dataclasses.replace(before, text=text, right=line.right)
        else:
            lines.append(line)
    return lines


def _running(pages: Sequence[Sequence[Printed]], heights: Sequence[float]) -> set[int]:
    """The lines that stand at the edge of many pages, and the numbers of pages."""
    seen: Counter[tuple[str, int]] = Counter()
    for lines in pages:
        edges = {id(line): line for line in (*lines[:_EDGE], *lines[-_EDGE:])}
        seen.update({_key(line) for line in edges.values()})
    few = max(2, min(_FEWEST_PAGES, len(pages)))
    least = max(few, _SHARE_OF_PAGES * len(pages))
    found: set[int] = set()
    for lines, height in zip(pages, heights, strict=True):
        for edge in (lines[:_EDGE], lines[::-1][:_EDGE]):
            for line in edge:
                is_number = _PAGE_NUMBER.fullmatch(line.text) and _is_at_margin(line, height)
                if not (is_number or seen[_key(line)] >= least):
                    break
                found.add(id(line))
    return found


def _key(line: Printed) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.base / _NEAR)


def _is_at_margin(line: Printed, height: float) -> bool:
    return line.base < _MARGIN * height or line.base > (1 - _MARGIN) * height


def _start_of_notes(lines: Sequence[Printed], body: float) -> int:
    """Where the small print at the foot of a page begins; its length if there is none."""
    start = len(lines)
    while start and lines[start - 1].size < _SMALLER * body:
        start -= 1
    while start < len(lines) and not re.match(r"[(\[]?[\d*]", lines[start].text):
        start += 1
    return start if start else len(lines)
