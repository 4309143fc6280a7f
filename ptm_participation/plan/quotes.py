"""Words quoted from a section, and where they stand in a text (W3C Web Annotation, text quote).

A quotation is the exact words and what stands just before and after them. It is looked for in the
text that it was made on, and again in that of a later edition: words that are there once are
found wherever they have moved to, words that are not there are orphaned, and among words that are
there more than once only what stands around them decides. Nothing is ever guessed.
"""

import dataclasses
import enum
from itertools import takewhile

AROUND = 32  # characters kept before and after quoted words
ENOUGH = 12  # characters of one side that tell an occurrence from another


class Standing(enum.StrEnum):
    """What has become of quoted words in a text."""

    FOUND = "found"
    ORPHANED = "orphaned"  # they are not there
    REPEATED = "repeated"  # they are there more than once, and nothing tells which are meant


@dataclasses.dataclass(frozen=True, slots=True)
class Quotation:
    """Words with their surroundings, each on one line. A side of None is not known; an empty one
    says that nothing stands there."""

    exact: str
    prefix: str | None = None
    suffix: str | None = None
    repeated: bool = False  # the words stood more than once in the text that they were taken from


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where quoted words stand in a text, counted in its characters on one line."""

    standing: Standing
    start: int = -1
    end: int = -1


def one_line(text: str) -> str:
    """A text as quotations see it: one space wherever it has any."""
    return " ".join(text.split())


def quote(text: str, start: int, end: int) -> Quotation:
    """The quotation of a stretch of a text that is on one line."""
    exact = text[start:end]
    return Quotation(
        exact,
        text[max(0, start - AROUND) : start],
        text[end : end + AROUND],
        repeated=is_repeated(text, exact),
    )


def is_repeated(text: str, exact: str) -> bool:
    """Whether words stand more than once in a text: then only what stands around them tells."""
    return len(_occurrences(one_line(text), exact)) > 1


def find(text: str, quotation: Quotation) -> Place:
    """Where quoted words stand in a text."""
    text = one_line(text)
    starts = _occurrences(text, quotation.exact)
    if not starts:
        return Place(Standing.ORPHANED)
    if len(starts) == 1 and not quotation.repeated:
        return _at(starts[0], quotation)
    sides = {start: _agreeing(text, start, quotation) for start in starts}
    for wanted in (_both, _either):
        agreeing = [start for start, (before, after) in sides.items() if wanted(before, after)]
        if len(agreeing) == 1:
            return _at(agreeing[0], quotation)
        if agreeing:
            return Place(Standing.REPEATED)
    # What was one of several is gone, if nothing of what stood around it is left.
    return Place(Standing.ORPHANED if quotation.repeated else Standing.REPEATED)


def _at(start: int, quotation: Quotation) -> Place:
    return Place(Standing.FOUND, start, start + len(quotation.exact))


def _occurrences(text: str, exact: str) -> list[int]:
    found: list[int] = []
    start = text.find(exact) if exact else -1
    while start >= 0:
        found.append(start)
        start = text.find(exact, start + 1)
    return found


def _agreeing(text: str, start: int, quotation: Quotation) -> tuple[int | None, int | None]:
    """How many characters of each side are as quoted, from the words outwards: None for a side
    that is another, or that is not known."""
    end = start + len(quotation.exact)
    before = text[max(0, start - AROUND - 1) : start].rstrip()[::-1]
    after = text[end : end + AROUND + 1].lstrip()
    prefix, suffix = quotation.prefix, quotation.suffix
    return (
        _side(before, None if prefix is None else one_line(prefix)[::-1]),
        _side(after, None if suffix is None else one_line(suffix)),
    )


def _side(stands: str, wanted: str | None) -> int | None:
    if wanted is None:
        return None
    if not wanted:
        return None if stands else ENOUGH
    pairs = zip(stands, wanted, strict=False)
    alike = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    return alike if alike == len(wanted) or alike >= ENOUGH else None


def _both(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None


def _either(before: int | None, after: int | None) -> bool:
    return max(before or 0, after or 0) >= ENOUGH
