"""When a term ends, and why: a function of its arguments alone.

The day of the notice is not counted; each day after it is, holidays included; a day within a
suspension is not; a last day that is a Sunday or a holiday moves to the next that is neither.
Sources: art. 155 c.p.c. and art. 2963 c.c., as practice applies them to the terms of plans;
suspensions and extensions by the act that each of them names.

Every step leaves a reason, which `procedure/reasoning.py` says in words.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Sequence

from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError
from ptm_participation.procedure.holidays import Calendar, national

MOST_DAYS = 3650


class NotATerm(DomainError):
    message = _l("A term has from 1 to %(most)d days.")


class TermOutOfTime(DomainError):
    message = _l("A term starts and ends between the years %(first)d and %(last)d.")


class SuspensionReversed(DomainError):
    message = _l("A suspension ends after it begins.")


@dataclasses.dataclass(frozen=True, slots=True)
class Suspension:
    """Days that are not counted, both ends included, by an act."""

    first: dt.date
    last: dt.date
    act: str = ""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise SuspensionReversed()


@dataclasses.dataclass(frozen=True, slots=True)
class Extension:
    """More days to count, or a day before which the term does not end, by an act."""

    act: str
    days: int = 0
    until: dt.date | None = None


class ReasonKind(enum.Enum):
    STARTS = enum.auto()  # first: the day of the notice; last: the first day counted
    STANDS_STILL = enum.auto()  # first to last: a suspension; days: counted before it
    EXTENDED = enum.auto()  # days: how many more
    EXTENDED_UNTIL = enum.auto()  # last: the day that the act names
    COUNTED = enum.auto()  # last: the day on which the count ends; days: all of them
    HOLIDAY = enum.auto()  # first: a day on which no term ends; name: what it is
    CLOSES = enum.auto()  # last: the last day; hour: of it, None at its end


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One step of the count. Which fields say something hangs on the kind."""

    kind: ReasonKind
    first: dt.date | None = None
    last: dt.date | None = None
    days: int = 0
    name: str = ""
    act: str = ""
    hour: dt.time | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a term: its last day, the first instant that is late (UTC), and why."""

    last_day: dt.date
    closes_at: dt.datetime
    reasons: tuple[Reason, ...]


def deadline(
    start: dt.date,
    days: int,
    *,
    hour: dt.time | None = None,
    suspensions: Iterable[Suspension] = (),
    extensions: Sequence[Extension] = (),
    calendar: Calendar | None = None,
) -> Deadline:
    """The end of a term of `days` after the notice of `start`, on the clocks of Rome.

    `hour` closes the last day before its end. Suspensions may overlap. Extensions add to the
    one term, before it is asked whether its last day is a holiday. Raises NotATerm and
    TermOutOfTime.
    """
    if not 1 <= days <= MOST_DAYS:
        raise NotATerm(most=MOST_DAYS)
    try:
        reasons = list(_count(start, days, suspensions, extensions, calendar or national()))
        last_day = reasons[-1].last
        assert last_day is not None
        if not {start.year, last_day.year} <= set(clock.YEARS):
            raise OverflowError(last_day)
    except OverflowError:
        raise TermOutOfTime(first=clock.YEARS[0], last=clock.YEARS[-1]) from None
    reasons[-1] = dataclasses.replace(reasons[-1], hour=hour)
    return Deadline(last_day, closing(last_day, hour), tuple(reasons))


def closing(last_day: dt.date, hour: dt.time | None) -> dt.datetime:
    """The first instant that is late: the end of the day, or its hour.

    Of an hour that comes twice in the night when clocks go back, the second.
    """
    if hour is None:
        return clock.end_of_day(last_day)
    return dt.datetime.combine(last_day, hour.replace(fold=1), clock.ROME).astimezone(dt.UTC)


def _count(
    start: dt.date,
    days: int,
    suspensions: Iterable[Suspension],
    extensions: Sequence[Extension],
    calendar: Calendar,
) -> Iterator[Reason]:
    stops = _apart(suspensions)
    yield Reason(ReasonKind.STARTS, first=start, last=_after(start, stops), days=days)
    for extension in extensions:
        if extension.days:
            days += extension.days
            yield Reason(ReasonKind.EXTENDED, days=extension.days, act=extension.act)
    day, left = start, days
    for stop in stops:
        before = max(0, (stop.first - day).days - 1)
        if stop.last <= day or left <= before:
            continue
        left -= before
        day = stop.last
        counted = days - left
        yield Reason(ReasonKind.STANDS_STILL, stop.first, stop.last, counted, act=stop.act)
    day += dt.timedelta(days=left)
    yield Reason(ReasonKind.COUNTED, last=day, days=days)
    for extension in extensions:
        if extension.until is not None and extension.until > day:
            day = extension.until
            yield Reason(ReasonKind.EXTENDED_UNTIL, last=day, act=extension.act)
    yield from _moved(day, stops, calendar)


def _moved(day: dt.date, stops: Sequence[Suspension], calendar: Calendar) -> Iterator[Reason]:
    """From the day on which the count ends to the first on which a term may end."""
    while True:
        stop = next((stop for stop in stops if stop.first <= day <= stop.last), None)
        if stop is not None:
            yield Reason(ReasonKind.STANDS_STILL, day, stop.last, act=stop.act)
            day = stop.last + dt.timedelta(days=1)
        elif name := calendar.name_of(day):
            yield Reason(ReasonKind.HOLIDAY, first=day, name=name)
            day += dt.timedelta(days=1)
        else:
            break
    yield Reason(ReasonKind.CLOSES, last=day)


def _apart(suspensions: Iterable[Suspension]) -> list[Suspension]:
    """The same days, in order, none of them twice: those that overlap or touch are one."""
    found: list[Suspension] = []
    for stop in sorted(suspensions, key=lambda stop: (stop.first, stop.last)):
        if found and (stop.first - found[-1].last).days <= 1:
            acts = dict.fromkeys(filter(None, (*found[-1].act.split("; "), stop.act)))
            last = max(found[-1].last, stop.last)
            found[-1] = Suspension(found[-1].first, last, "; ".join(acts))
        else:
            found.append(stop)
    return found


def _after(start: dt.date, stops: Sequence[Suspension]) -> dt.date:
    """The first day that is counted."""
    day = start + dt.timedelta(days=1)
    stop = next((stop for stop in stops if stop.first <= day <= stop.last), None)
    return stop.last + dt.timedelta(days=1) if stop else day
