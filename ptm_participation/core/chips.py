"""A filter in words: each condition with the address of the list without it."""

import dataclasses
from collections.abc import Mapping

PAGING = ("dopo", "prima")


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter in words, and the address without it."""

    words: str
    without: dict[str, str]


def without_paging(arguments: Mapping[str, str]) -> dict[str, str]:
    """The address's filter alone, without what `url_for` would take for an order to itself."""
    return {
        name: value
        for name, value in arguments.items()
        if value and name not in PAGING and name != "endpoint" and not name.startswith("_")
    }


def chips(said: Mapping[str, str], arguments: Mapping[str, str]) -> list[Chip]:
    """A chip for each argument of the address that `said` has words for."""
    kept = without_paging(arguments)
    return [
        Chip(words, {other: value for other, value in kept.items() if other != name})
        for name, words in said.items()
        if name in kept and words
    ]
