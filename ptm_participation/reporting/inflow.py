"""When observations came: by day, by week, by hour, and hour by hour around the term.

Always by the instant that counts, on the clocks of Rome.
"""

import datetime as dt
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.consultations.models import Consultation
from ptm_participation.core import clock, formats
from ptm_participation.core.db import db
from ptm_participation.procedure.models import Window
from ptm_participation.reporting.tables import Line, Pair, Table, Tally, sum_of

DAY, WEEK = dt.timedelta(days=1), dt.timedelta(days=7)
# Empty ones in a row that still have a line each.
MOST_EMPTY = {DAY: 31, WEEK: 12}
AROUND = (-1, 0, 1)  # days, about that of the term

Days = dict[dt.date, tuple[int, int, int]]  # in time, late, consultations


def by_day(tally: Tally) -> Table:
    """From the first day on which something came to the last, empty days included."""
    lines = _periods(_days(tally), DAY, formats.weekday_of_table, tally.window)
    return Table("days", _("Day"), lines)


def by_week(tally: Tally) -> Table:
    """Weeks from Monday. Weeks without anything stand there too, many in a row as one line, so
    that neighbours on the page are neighbours in time."""
    weeks: Days = {}
    for day, figures in _days(tally).items():
        monday = day - dt.timedelta(days=day.weekday())
        before = weeks.get(monday, (0, 0, 0))
        weeks[monday] = tuple(a + b for a, b in zip(before, figures, strict=True))  # type: ignore[assignment]
    lines = _periods(weeks, WEEK, _from_day, tally.window)
    return Table("weeks", _("Week"), lines)


def by_hour(tally: Tally) -> Table:
    """The 24 hours of a day, of all days together."""
    hours: dict[int | None, Pair] = {}
    for (_day, hour), pair in tally.by_hour_of_day.items():
        hours[hour] = sum_of((hours.get(hour, (0, 0)), pair))
    lines = [
        Line(formats.hour_span(hour), {"ora": str(hour)}, *hours.get(hour, (0, 0)), brief=str(hour))
        for hour in range(24)
    ]
    return Table(
        "hours",
        _("Hour"),
        lines if any(line.total for line in lines) else [],
        note=_without_hour(sum(hours.get(None, (0, 0)))),
        consultations=False,
    )


def around_term(tally: Tally) -> Table:
    """Hour by hour, the day of the term with that before and that after."""
    lines: list[Line] = []
    alone = 0
    window = tally.window
    if window is not None:
        last = _last_day(window)
        for day in (last + DAY * offset for offset in AROUND):
            lines += _hours_of(tally, day, window)
            alone += sum(tally.by_hour_of_day.get((day, None), (0, 0)))
    return Table(
        "term",
        _("Hour"),
        lines if any(line.total for line in lines) else [],
        note=_without_hour(alone),
        consultations=False,
    )


def _hours_of(tally: Tally, day: dt.date, window: Window) -> Iterator[Line]:
    last = clock.rome(window.closes_at - dt.timedelta(microseconds=1))
    for hour in range(24):
        closing = (last.date(), last.hour) == (day, hour)
        yield Line(
            f"{formats.weekday_of_table(day)}, {formats.hour_span(hour)}",
            {"dal": day.isoformat(), "al": day.isoformat(), "ora": str(hour)},
            *tally.by_hour_of_day.get((day, hour), (0, 0)),
            brief=formats.short_day(day) if hour == 0 else f"{hour:02}:00",
            ends=formats.term(window.closes_at) if closing else "",
        )


def _without_hour(count: int) -> str:
    if not count:
        return ""
    return _("Of %(count)s, that came by post, only the day is known.", count=formats.number(count))


def _days(tally: Tally) -> Days:
    days: dict[dt.date, list[int]] = {}
    for (day, _hour), (in_time, late) in tally.by_hour_of_day.items():
        figures = days.setdefault(day, [0, 0, 0])
        figures[0] += in_time
        figures[1] += late
    meetings = sa.select(Consultation.starts_at).where(*tally.consultations)
    for instant in db.session.scalars(meetings):
        days.setdefault(clock.rome(instant).date(), [0, 0, 0])[2] += 1
    return {day: (a, b, c) for day, (a, b, c) in days.items()}


def _last_day(window: Window) -> dt.date:
    """The day that the term ends with."""
    return clock.rome(window.closes_at - dt.timedelta(microseconds=1)).date()


def _periods(
    figures: Days, step: dt.timedelta, label: Callable[[dt.date], str], window: Window | None
) -> list[Line]:
    """A line for each period from the first to the last, a long empty time as one."""
    lines: list[Line] = []
    expected = min(figures, default=None)
    for first in sorted(figures):
        empty = (first - (expected or first)) // step
        if empty > MOST_EMPTY[step]:
            lines.append(_nothing_between(expected or first, first))
        else:
            lines += [
                _period(first - step * number, step, label, window)
                for number in range(empty, 0, -1)
            ]
        lines.append(_period(first, step, label, window, *figures[first]))
        expected = first + step
    return lines


def _period(
    first: dt.date,
    step: dt.timedelta,
    label: Callable[[dt.date], str],
    window: Window | None,
    in_time: int = 0,
    late: int = 0,
    consultations: int = 0,
) -> Line:
    ends = ""
    if window is not None and first <= _last_day(window) < first + step:
        ends = formats.term(window.closes_at)
    return Line(
        label(first),
        _between(first, first + step),
        in_time,
        late,
        consultations,
        brief=formats.short_day(first),
        ends=ends,
    )


def _nothing_between(first: dt.date, end: dt.date) -> Line:
    last = formats.day(end - DAY)
    said = _("none between %(first)s and %(last)s", first=formats.day(first), last=last)
    label = formats.elide(said)
    return Line(label, _between(first, end), brief="…")


def _between(first: dt.date, end: dt.date) -> dict[str, str]:
    return {"dal": first.isoformat(), "al": (end - DAY).isoformat()}


def _from_day(monday: dt.date) -> str:
    return formats.elide(_("from %(day)s", day=formats.day(monday)))
