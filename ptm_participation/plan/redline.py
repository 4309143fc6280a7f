"""Two texts, word by word: what stays, what is put in, what is taken out."""

import enum
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")
_FEW_SIGNS = 3


class Op(enum.StrEnum):
    """What becomes of a stretch of words."""

    SAME = "same"
    TAKEN_OUT = "taken-out"
    PUT_IN = "put-in"


class Piece(NamedTuple):
    """A stretch of words with one lot."""

    op: Op
    text: str


class _Stretch(NamedTuple):
    """The same stretch of both texts: alike, or one in the place of the other."""

    before: str
    after: str

    @property
    def same(self) -> bool:
        return self.before == self.after


def redline(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces that make both texts: all but PUT_IN is the one before, all but TAKEN_OUT the
    one after. What is taken out stands before what comes in its place.

    Words count as wholes. Where two rewritten stretches share only a sign or a short word between
    them, they are shown as one: a reader follows whole phrases, not the letters left in common.
    """
    if before == after:
        return (Piece(Op.SAME, before),) if before else ()
    return tuple(_pieces(_readable(_stretches(before, after))))


def without(op: Op, pieces: Iterable[Piece]) -> str:
    """One of the two texts: the one before is what was not put in."""
    return "".join(piece.text for piece in pieces if piece.op is not op)


def _stretches(before: str, after: str) -> list[_Stretch]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    stretches: list[_Stretch] = []
    waiting = _Stretch("", "")
    for code in LCSseq.opcodes(old, new):
        stretch = _Stretch(
            "".join(old[code.src_start : code.src_end]),
            "".join(new[code.dest_start : code.dest_end]),
        )
        if code.tag == "equal":
            if any(waiting):
                stretches.append(waiting)
                waiting = _Stretch("", "")
            stretches.append(stretch)
        else:
            waiting = _joined([waiting, stretch])
    if any(waiting):
        stretches.append(waiting)
    return stretches


def _readable(stretches: list[_Stretch]) -> list[_Stretch]:
    """Take into the changes around it what is too little to be read as the same words."""
    kept: list[_Stretch] = []
    for number, stretch in enumerate(stretches):
        following = stretches[number + 1 : number + 2]
        if (
            kept
            and not kept[-1].same
            and (
                not stretch.same or (following and _is_too_little(stretch, kept[-1], following[0]))
            )
        ):
            kept[-1] = _joined([kept[-1], stretch])
        else:
            kept.append(stretch)
    return kept


def _is_too_little(same: _Stretch, left: _Stretch, right: _Stretch) -> bool:
    """Whether a stretch that stays is lost between two that change more than it holds."""
    held = len(same.before.strip())
    if held <= _FEW_SIGNS and "\n" not in same.before:
        return _is_a_replacement(left) or _is_a_replacement(right)
    return held <= min(_weight(left), _weight(right)) and len(same.before.split()) < _FEW_SIGNS


def _is_a_replacement(stretch: _Stretch) -> bool:
    return bool(stretch.before.strip() and stretch.after.strip())


def _weight(stretch: _Stretch) -> int:
    return max(len(stretch.before), len(stretch.after))


def _joined(stretches: list[_Stretch]) -> _Stretch:
    return _Stretch("".join(s.before for s in stretches), "".join(s.after for s in stretches))


def _pieces(stretches: list[_Stretch]) -> Iterator[Piece]:
    for stretch in stretches:
        if stretch.same:
            yield Piece(Op.SAME, stretch.before)
            continue
        if stretch.before:
            yield Piece(Op.TAKEN_OUT, stretch.before)
        if stretch.after:
            yield Piece(Op.PUT_IN, stretch.after)
