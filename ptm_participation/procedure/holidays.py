"""The days on which no term ends: Sundays, national holidays, a place's own feast days.

National holidays are data (`data/holidays.toml`), each with the days between which it counts as
one: a term that ended on 2 June 2000 was not moved, one that ended on 2 June 2001 was.
"""

import dataclasses
import datetime as dt
import functools
import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from typing import Any

from dateutil.easter import easter
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError

SUNDAY = 6


class NotAFeastDay(DomainError):
    message = _l("«%(text)s» is not a feast day: write it as 07-12 Sant’Ambrogio (day-month name).")


@dataclasses.dataclass(frozen=True, slots=True)
class Holiday:
    """A day of each year: a date, or so many days after Easter; `since` and `until` included."""

    name: str
    month: int = 0
    day: int = 0
    after_easter: int | None = None
    since: dt.date = dt.date.min
    until: dt.date = dt.date.max
    source: str = ""

    def falls_on(self, day: dt.date) -> bool:
        if not self.since <= day <= self.until:
            return False
        if self.after_easter is not None:
            return day == easter(day.year) + dt.timedelta(days=self.after_easter)
        return (day.month, day.day) == (self.month, self.day)


@dataclasses.dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays that count in a place."""

    holidays: tuple[Holiday, ...]

    def name_of(self, day: dt.date) -> str | None:
        """What is kept on that day, by name; None if a term may end on it."""
        named = next((holiday.name for holiday in self.holidays if holiday.falls_on(day)), None)
        if day.weekday() == SUNDAY:
            return _("Sunday, %(name)s", name=named) if named else _("Sunday")
        return named

    def with_feasts(self, feasts: Iterable[Holiday]) -> "Calendar":
        return Calendar((*self.holidays, *feasts))


@functools.cache
def national() -> Calendar:
    """The calendar of the Republic."""
    file = resources.files("ptm_participation") / "data" / "holidays.toml"
    known = tomllib.loads(file.read_text(encoding="utf-8"))["holiday"]
    return Calendar(tuple(_holiday(entry) for entry in known))


def _holiday(entry: dict[str, Any]) -> Holiday:
    month, day = map(int, entry["day"].split("-")) if "day" in entry else (0, 0)
    kept = {name: entry[name] for name in ("after_easter", "since", "until") if name in entry}
    return Holiday(entry["name"], month, day, source=entry["source"], **kept)


def feasts(text: str) -> tuple[Holiday, ...]:
    """Local feast days, one a line: «07-12 Sant’Ambrogio». Raises NotAFeastDay."""
    return tuple(_feast(line.strip()) for line in text.splitlines() if line.strip())


def _feast(line: str) -> Holiday:
    found = re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})\s+(.+)", line)
    try:
        if found is None:
            raise ValueError(line)
        day, month = int(found[1]), int(found[2])
        dt.date(2000, month, day)  # a leap year: 29 February may be kept
    except ValueError:
        raise NotAFeastDay(text=line[:60]) from None
    return Holiday(found[3], month, day)
