"""A filter in words: each condition with the address of the list without it."""

import dataclasses
from collections.abc import Mapping

from ptm_participation.core import clock

# What an address may ask of a list, a summary or a map.
CONDITIONS = frozenset(
    (
        *("annullata", "articolo", "assegnata", "canale", "comune", "documento", "fase", "gruppo"),
        *("leggibile", "natura", "nei-termini", "ora", "procedimento", "pubblicata", "q"),
        *("registro", "regolarita", "regolarizzazione", "scelta", "soggetto", "stato"),
        *("tema", "tipo", "tipologia", "zona", "dal", "al", "misura", "ordine"),
    )
)
SPAN = {"dal": max, "al": min}  # days in ISO form: in the order of time


@dataclasses.dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the filter in words, and the address without it."""

    words: str
    without: dict[str, str]


def without_paging(arguments: Mapping[str, str]) -> dict[str, str]:
    """The address's filter alone: links carry it on, and nothing else that somebody added."""
    return {name: value for name, value in arguments.items() if value and name in CONDITIONS}


def narrowed(address: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str] | None:
    """The address under further conditions; None if it already asks for something else.

    Of two spans of days it is what they have in common. What is no day is left out, and days the
    wrong way round are exchanged, as lists do.
    """
    wanted = {name: value for name, value in address.items() if name not in SPAN}
    days = {name: day for name in SPAN if (day := _day(address.get(name, "")))}
    if len(days) == len(SPAN):
        days["dal"], days["al"] = sorted(days.values())
    wanted |= days
    for name, value in more.items():
        known = wanted.get(name)
        if known is None or known == value:
            wanted[name] = value
        elif name in SPAN:
            wanted[name] = SPAN[name](known, value)
        else:
            return None
    return wanted


def _day(text: str) -> str:
    """The day in its one ISO form, in whichever it was written; "" for what is none."""
    try:
        return clock.parse_day(text).isoformat()
    except ValueError:
        return ""


def chips(said: Mapping[str, str], arguments: Mapping[str, str]) -> list[Chip]:
    """A chip for each argument of the address that `said` has words for."""
    kept = without_paging(arguments)
    return [
        Chip(words, {other: value for other, value in kept.items() if other != name})
        for name, words in said.items()
        if name in kept and words
    ]
