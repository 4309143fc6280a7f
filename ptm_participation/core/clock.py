"""What time it is.

Instants are kept in UTC (names end in `_at`); days (`_on`) and the terms of law are those of
Rome. Nothing else in the program asks the machine for the time, so that a demonstration, a
test or a rehearsal of a term can run at another one.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from contextvars import ContextVar
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
UTC = dt.UTC
YEARS = range(1900, 2201)

_offset = dt.timedelta()
_fixed: ContextVar[dt.datetime | None] = ContextVar("fixed_instant", default=None)


def now() -> dt.datetime:
    """The present instant, in UTC."""
    fixed = _fixed.get()
    return fixed if fixed is not None else dt.datetime.now(UTC) + _offset


def today() -> dt.date:
    """The present day in Rome."""
    return now().astimezone(ROME).date()


def rome(instant: dt.datetime) -> dt.datetime:
    """The same instant on the clocks of Rome."""
    return instant.astimezone(ROME)


def start_of_day(day: dt.date) -> dt.datetime:
    """The instant at which `day` begins in Rome, in UTC."""
    return dt.datetime.combine(day, dt.time(), ROME).astimezone(UTC)


def end_of_day(day: dt.date) -> dt.datetime:
    """The first instant after `day` in Rome: what «ore 24:00» means, in UTC."""
    return start_of_day(day + dt.timedelta(days=1))


def parse_instant(text: str) -> dt.datetime:
    """An ISO instant; without a zone it is read on the clocks of Rome. ValueError if malformed."""
    instant = dt.datetime.fromisoformat(text)
    try:
        return (instant if instant.tzinfo else instant.replace(tzinfo=ROME)).astimezone(UTC)
    except OverflowError as error:  # at the very ends of the calendar
        raise ValueError(text) from error


def parse_day(text: str) -> dt.date:
    """An ISO day of a year that a procedure can speak of. ValueError if it is none."""
    day = dt.date.fromisoformat(text)
    if day.year not in YEARS:
        raise ValueError(text)
    return day


def run_from(instant_text: str) -> None:
    """Let the process's clock run from another instant (PTM_CLOCK); empty leaves it alone."""
    global _offset
    _offset = parse_instant(instant_text) - dt.datetime.now(UTC) if instant_text else dt.timedelta()


@contextlib.contextmanager
def at(instant: dt.datetime | str) -> Iterator[None]:
    """Within the block it is `instant`, for this thread of work only."""
    moment = parse_instant(instant) if isinstance(instant, str) else instant.astimezone(UTC)
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
