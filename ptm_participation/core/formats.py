"""Dates, numbers and citations as the reader's language writes them.

Terms of law are said with weekday, hour and the clocks of Rome; «ore 24:00» is the end of the
day that people know, not the beginning of the next.
"""

import datetime as dt
import enum
import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar, cast

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _

from ptm_participation.core import clock
from ptm_participation.core.reference import slugify

NO_BREAK = "\u00a0"
NOTHING = "–"
W = TypeVar("W", bound=Callable[..., str])


def language() -> str:
    """The language being written, «it» or «en»."""
    try:
        # Where flask-babel keeps it: `get_locale` takes three times as long to come here.
        locale = g.get("_flask_babel").babel_locale
    except (AttributeError, RuntimeError):  # not asked for yet, or outside of an application
        locale = None
    if locale is None:
        locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "it"


def _remembered(write: W) -> W:
    """Write the same thing in the same language once: lists repeat a few days and numbers."""

    @functools.lru_cache(maxsize=4096)
    def written(_language: str, *args: Any) -> str:
        return write(*args)

    @functools.wraps(write)
    def remembered(*args: Any) -> str:
        return written(language(), *args)

    return cast(W, remembered)


def labels(values: type[enum.Enum]) -> list[tuple[str, str]]:
    """An enumeration as a choice offers it: each value, and its label."""
    return list(_labels(language(), values))


@functools.lru_cache(maxsize=64)
def _labels(_language: str, values: type[enum.Enum]) -> tuple[tuple[str, str], ...]:
    return tuple((value.value, str(value.label)) for value in values)  # type: ignore[attr-defined]


def _locale() -> str:
    return "en_GB" if language() == "en" else "it"


def elide(text: str) -> str:
    """Italian articles before 8 and 11: «dall’11 gennaio», «dell’8 maggio»."""
    if language() != "it":
        return text
    return re.sub(r"\b([Dd]al|[Dd]el|[Aa]l|[Ii]l) (?=(?:8|11)\b)", _elided, text)


def _elided(found: re.Match[str]) -> str:
    word = found[1]
    return {"il": "l’", "Il": "L’"}.get(word, f"{word}l’")


def upfirst(text: Any) -> str:
    """The text with a capital first letter, the others as they are."""
    said = str(text)
    return said[:1].upper() + said[1:]


@_remembered
def day(value: dt.date | dt.datetime | None) -> str:
    """«19 ottobre 2020»."""
    if value is None:
        return NOTHING
    return format_date(_rome_day(value), "d MMMM y", locale=_locale())


@_remembered
def span(first: dt.date, last: dt.date | None) -> str:
    """«19 ottobre 2020», «2 – 30 …» as two days, «aprile 2021» for a whole month."""
    if last is None or last == first:
        return day(first)
    next_month = (first.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    if first.day == 1 and last == next_month - dt.timedelta(days=1):
        return format_date(first, "MMMM y", locale=_locale())
    return f"{day(first)} – {day(last)}"


@_remembered
def weekday(value: dt.date | dt.datetime) -> str:
    """«lunedì 19 ottobre 2020»."""
    return format_date(_rome_day(value), "EEEE d MMMM y", locale=_locale())


def short_day(value: dt.date | dt.datetime | None) -> str:
    """«18 feb», with the year if it is not the present one: for tables."""
    if value is None:
        return NOTHING
    date = _rome_day(value)
    return _short_day(date, "d MMM" if date.year == clock.today().year else "d MMM y")


@_remembered
def _short_day(date: dt.date, pattern: str) -> str:
    return format_date(date, pattern, locale=_locale()).replace(" ", NO_BREAK)


@_remembered
def hour(value: dt.datetime) -> str:
    """«16:42», on the clocks of Rome."""
    return format_datetime(clock.rome(value), "HH:mm", locale=_locale())


@_remembered
def weekday_of_table(value: dt.date) -> str:
    """«lun 2 nov 2020»: a day of a table where weekends must be told from other days."""
    return format_date(value, "EEE d MMM y", locale=_locale())


def hour_span(first: int) -> str:
    """«14:00–15:00»: one of the hours of a day."""
    return f"{first:02}:00–{first + 1:02}:00"


@_remembered
def instant(value: dt.datetime | None) -> str:
    """«19 ottobre 2020, ore 16:42»."""
    if value is None:
        return NOTHING
    return _("%(day)s, at %(hour)s", day=day(value), hour=hour(value))


@_remembered
def exact_instant(value: dt.datetime) -> str:
    """«lunedì 2 novembre 2020, ore 23:48:07»: to the second, for receipts."""
    second = format_datetime(clock.rome(value), "HH:mm:ss", locale=_locale())
    return _("%(day)s, at %(hour)s", day=weekday(value), hour=second)


@_remembered
def term(closes_at: dt.datetime) -> str:
    """«lunedì 2 novembre 2020, ore 24:00» for a first late instant of 3 November, 0:00."""
    last = closes_at - dt.timedelta(microseconds=1)
    return _("%(day)s, at %(hour)s", day=weekday(last), hour=term_hour(closes_at))


def term_hour(closes_at: dt.datetime) -> str:
    """The hour of a term: «24:00» for the end of a day."""
    return "24:00" if clock.rome(closes_at).time() == dt.time() else hour(closes_at)


def term_day(closes_at: dt.datetime) -> str:
    """The day of a term alone: «2 novembre 2020»."""
    return day(closes_at - dt.timedelta(microseconds=1))


def days_left(closes_at: dt.datetime) -> int:
    """Whole days of Rome from today to the day of the term; 0 on the last day."""
    last = clock.rome(closes_at - dt.timedelta(microseconds=1)).date()
    return (last - clock.today()).days


@_remembered
def number(value: float | None) -> str:
    """«1.456» or «3,5»; absence is a dash, zero is 0."""
    if value is None:
        return NOTHING
    return format_decimal(value, format="#,##0.##", locale=_locale())


def percent(part: int, whole: int) -> str:
    """«84 %», rounded to whole; a dash of nothing."""
    return f"{round(100 * part / whole)}{NO_BREAK}%" if whole else NOTHING


def size(octets: int) -> str:
    """«1,2 MB», «340 kB»."""
    if octets >= 1_000_000:
        return f"{format_decimal(octets / 1_000_000, format='#,##0.#', locale=_locale())} MB"
    return f"{max(1, round(octets / 1000))} kB"


def cite(text: Any) -> str:
    """A citation whose numbers do not part from their words at the end of a line."""
    return re.sub(r" (?=[\dIVXLC]+\b|[a-z]+\))", NO_BREAK, str(text or ""))


def iso(value: dt.date | dt.datetime) -> str:
    """For the `datetime` of a `<time>`."""
    return (
        clock.rome(value).isoformat(timespec="seconds")
        if isinstance(value, dt.datetime)
        else value.isoformat()
    )


def _rome_day(value: dt.date | dt.datetime) -> dt.date:
    return clock.rome(value).date() if isinstance(value, dt.datetime) else value


FILTERS: dict[str, Any] = {
    "day": day,
    "span": span,
    "weekday": weekday,
    "short_day": short_day,
    "hour": hour,
    "instant": instant,
    "exact_instant": exact_instant,
    "term": term,
    "term_day": term_day,
    "term_hour": term_hour,
    "days_left": days_left,
    "number": number,
    "percent": percent,
    "size": size,
    "cite": cite,
    "iso": iso,
    "elide": elide,
    "upfirst": upfirst,
    "slug": slugify,
}
