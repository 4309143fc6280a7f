"""When observations arrive, and by which way: most at the very end, some after it."""

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator

from ptm_participation.core import clock
from ptm_participation.observations.workflow import Channel

# How the 79 of the demonstration came; and of those of the PTM, 56 in time and 23 late.
CHANNELS = (Channel.PEC, Channel.WEB, Channel.REGISTERED_MAIL, Channel.HAND)
CHANNEL_WEIGHTS = (47, 22, 7, 3)
IN_TIME = 56 / 79
LATE_WEEKS = (9, 5, 4, 3, 2)
DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Moment:
    """An arrival; `sent_on` is the postmark's day."""

    at: dt.datetime
    turn: int
    channel: Channel
    sent_on: dt.date | None


def moments(
    chance: random.Random, count: int, opens_at: dt.datetime, closes_at: dt.datetime
) -> list[Moment]:
    """The arrivals of a window, in the order in which they arrive."""
    return sorted(_moments(chance, count, clock.rome(opens_at), clock.rome(closes_at)))


def _moments(
    chance: random.Random, count: int, opens: dt.datetime, closes: dt.datetime
) -> Iterator[Moment]:
    last = closes - dt.timedelta(seconds=1)
    channels = chance.choices(CHANNELS, CHANNEL_WEIGHTS, k=count)
    for turn, channel in enumerate(channels):
        in_time = chance.random() < IN_TIME
        day = _day_in_time(chance, opens, last) if in_time else _day_late(chance, closes)
        at = dt.datetime.combine(day, _hour(chance, channel), clock.ROME)
        at = min(max(at, opens), last) if in_time else max(at, closes)
        if in_time and channel in {Channel.WEB, Channel.PEC} and chance.random() < 0.12:
            at = last - dt.timedelta(seconds=int(chance.expovariate(1 / 5400)))
        sent_on = None
        if channel is Channel.REGISTERED_MAIL:
            sent_on = at.date()
            at += DAY * chance.randint(2, 9)
        yield Moment(at.astimezone(clock.UTC), turn, channel, sent_on)


def _day_in_time(chance: random.Random, opens: dt.datetime, last: dt.datetime) -> dt.date:
    """A day of the window: a third of them spread, the others close to its end."""
    days = (last.date() - opens.date()).days
    if chance.random() < 0.33:
        before = chance.randint(0, days)
    else:
        before = min(days, int(chance.expovariate(1 / 2.5)))
    return _working_day(chance, last.date() - DAY * before, opens.date())


def _day_late(chance: random.Random, closes: dt.datetime) -> dt.date:
    [week] = chance.choices(range(len(LATE_WEEKS)), LATE_WEEKS)
    return _working_day(chance, closes.date() + DAY * (7 * week + chance.randint(1, 6)))


def _working_day(chance: random.Random, day: dt.date, first: dt.date | None = None) -> dt.date:
    """A day of the week, mostly: who would write on a Sunday writes on the Friday before."""
    weekend = max(0, day.weekday() - 4)
    moved = day - DAY * weekend if chance.random() < 0.8 else day
    return moved if first is None or moved >= first else day


def _hour(chance: random.Random, channel: Channel) -> dt.time:
    """Offices write in office hours, people in the evening; the counter is open until noon."""
    if channel is Channel.HAND:
        hour = chance.uniform(9, 12.5)
    elif channel is Channel.WEB and chance.random() < 0.65:
        hour = chance.triangular(17, 24, 21.5)
    else:
        hour = chance.triangular(8, 19, 11.5)
    seconds = min(int(hour * 3600), 24 * 3600 - 1)
    return dt.time(seconds // 3600, seconds // 60 % 60, seconds % 60)
