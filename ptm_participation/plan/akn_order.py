"""The order of legal numbers: 1, 1-bis, 1-ter, 2; a, b, …, z, aa; 01 and 0a before the first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ptm_participation.plan.kinds import LATIN_SUFFIXES

SUFFIX_RANKS = {"": 0, "nonies": 8} | {
    suffix: rank for rank, suffix in enumerate(LATIN_SUFFIXES, 1)
}
_ITALIAN_ALPHABET = "abcdefghilmnopqrstuvz"
_NUMBER = re.compile(
    r"(?P<base>\d{1,4}|0?([a-z])\2?)(?:-(?P<suffix>[a-z]+))?(?:\.(?P<sub>\d{1,4}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Where a number stands: «01» and «0a» before «1» and «a», then «-bis», «-ter», …"""

    lettered: bool
    plain: bool
    base: int
    suffix: int
    sub: int


def rank_of(number: str) -> Rank | None:
    """The rank of a number, or ``None`` for one that is not in the Italian legal order."""
    match = _NUMBER.fullmatch(number)
    suffix = SUFFIX_RANKS.get((match and match.group("suffix")) or "")
    if match is None or suffix is None:
        return None
    base = match.group("base")
    lettered = base[-1].isalpha()
    plain = not base.startswith("0")
    letters = base.lstrip("0")
    value = (ord(letters[0]) - ord("a") + 26 * (len(letters) - 1)) if lettered else int(base)
    return Rank(lettered, plain, value, suffix, int(match.group("sub") or 0))


def is_first(rank: Rank) -> bool:
    first = 0 if rank.lettered else 1
    return (rank.base, rank.suffix, rank.sub) == (first, 0, 0)


def follows(rank: Rank, previous: Rank) -> bool:
    """Whether a number is the very next one in the legal order after another."""
    if rank.lettered != previous.lettered or rank <= previous:
        return False
    if (rank.plain, rank.base) == (previous.plain, previous.base):
        if rank.suffix == previous.suffix:
            return rank.sub == previous.sub + 1
        return (rank.suffix, rank.sub) == (previous.suffix + 1, 0)
    if (rank.suffix, rank.sub) != (0, 0):
        return False
    if rank.plain != previous.plain:
        return is_first(rank)
    return rank.base in _next_bases(previous)


def _next_bases(previous: Rank) -> Iterator[int]:
    """The number after, or the letter after; j, k, w, x and y may be there or not."""
    base = previous.base + 1
    while previous.lettered and chr(ord("a") + base % 26) not in _ITALIAN_ALPHABET:
        yield base
        base += 1
    yield base
