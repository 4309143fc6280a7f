"""When a term ends: real cases, and an independent count, day by day."""

import datetime as dt
import itertools

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from ptm_participation.core import clock
from ptm_participation.procedure.deadline import (
    Deadline,
    Extension,
    NotATerm,
    ReasonKind,
    Suspension,
    SuspensionReversed,
    TermOutOfTime,
    deadline,
)
from ptm_participation.procedure.holidays import NotAFeastDay, feasts, national
from tests.commands import ptm

D = dt.date
EMERGENCY = (
    Suspension(D(2020, 2, 23), D(2020, 4, 15), "DL 18/2020, art. 103"),
    Suspension(D(2020, 4, 16), D(2020, 5, 15), "DL 23/2020, art. 37"),
)


@pytest.mark.parametrize(
    ("start", "days", "suspensions", "last_day"),
    [
        (D(2020, 9, 2), 60, (), D(2020, 11, 2)),  # the PTM: Sunday, which is also All Saints'
        (D(2009, 6, 24), 60, (), D(2009, 8, 24)),  # the PTCP of Sondrio: Sunday
        (D(2008, 2, 29), 30, (), D(2008, 3, 31)),  # the PGT of Besana: Sunday 30 March
        (D(2020, 2, 10), 60, EMERGENCY, D(2020, 7, 2)),
        (D(2020, 3, 1), 60, EMERGENCY, D(2020, 7, 14)),
    ],
)
def test_terms_whose_end_is_known(
    start: D, days: int, suspensions: tuple[Suspension, ...], last_day: D
) -> None:
    assert deadline(start, days, suspensions=suspensions).last_day == last_day


# -- the same, counted by hand: holidays written out, one day after another -------------------

EASTER_MONDAYS = """
2000-04-24 2001-04-16 2002-04-01 2003-04-21 2004-04-12 2005-03-28 2006-04-17 2007-04-09 2008-03-24
2009-04-13 2010-04-05 2011-04-25 2012-04-09 2013-04-01 2014-04-21 2015-04-06 2016-03-28 2017-04-17
2018-04-02 2019-04-22 2020-04-13 2021-04-05 2022-04-18 2023-04-10 2024-04-01 2025-04-21 2026-04-06
2027-03-29 2028-04-17 2029-04-02 2030-04-22 2031-04-14 2032-03-29 2033-04-18 2034-04-10 2035-03-26
2036-04-14 2037-04-06 2038-04-26 2039-04-11 2040-04-02
"""
EVERY_YEAR = {"01-01", "01-06", "04-25", "05-01", "08-15", "11-01", "12-08", "12-25", "12-26"}


def _no_term_ends_on(day: D) -> bool:
    month_day = f"{day:%m-%d}"
    return (
        day.isoweekday() == 7
        or month_day in EVERY_YEAR
        or day.isoformat() in EASTER_MONDAYS
        or (month_day == "06-02" and day.year >= 2001)
        or (month_day == "10-04" and day.year >= 2026)
        or day == D(2011, 3, 17)
    )


def _counted_by_hand(start: D, days: int, suspensions: list[Suspension]) -> D:
    def stands_still(day: D) -> bool:
        return any(stop.first <= day <= stop.last for stop in suspensions)

    day = start
    while days:
        day += dt.timedelta(days=1)
        days -= not stands_still(day)
    while stands_still(day) or _no_term_ends_on(day):
        day += dt.timedelta(days=1)
    return day


starts = st.dates(D(2000, 1, 1), D(2039, 6, 1))
spans = st.builds(
    lambda first, length: Suspension(first, first + dt.timedelta(days=length)),
    st.dates(D(2000, 1, 1), D(2040, 1, 1)),
    st.integers(0, 120),
)
near = st.builds(
    lambda start, offsets: (
        start,
        [
            Suspension(
                start + dt.timedelta(days=offset), start + dt.timedelta(days=offset + length)
            )
            for offset, length in offsets
        ],
    ),
    starts,
    st.lists(st.tuples(st.integers(-40, 120), st.integers(0, 60)), max_size=4),
)


@given(near, st.integers(1, 150))
@example((D(2020, 2, 10), list(EMERGENCY)), 12)  # the last day before a suspension
@example((D(2020, 2, 10), list(EMERGENCY)), 13)  # and the first after it
def test_it_ends_where_a_count_by_hand_ends(
    start_and_stops: tuple[D, list[Suspension]], days: int
) -> None:
    start, stops = start_and_stops

    assert deadline(start, days, suspensions=stops).last_day == _counted_by_hand(start, days, stops)


def test_each_holiday_of_forty_years_moves_the_term() -> None:
    day, end = D(2000, 1, 1), D(2040, 12, 31)
    while day <= end:
        moved = deadline(day - dt.timedelta(days=1), 1).last_day
        assert (moved > day) == _no_term_ends_on(day), day
        assert not _no_term_ends_on(moved)
        day += dt.timedelta(days=1)


@given(st.permutations(EMERGENCY), starts, st.integers(1, 90))
def test_the_order_in_which_suspensions_are_known_does_not_matter(
    stops: list[Suspension], start: D, days: int
) -> None:
    assert deadline(start, days, suspensions=stops) == deadline(start, days, suspensions=EMERGENCY)


@given(starts, st.integers(1, 120))
def test_its_end_is_midnight_of_rome_in_summer_and_winter(start: D, days: int) -> None:
    end = deadline(start, days)

    local = clock.rome(end.closes_at)
    assert local.time() == dt.time()
    assert local.date() == end.last_day + dt.timedelta(days=1)
    assert clock.rome(end.closes_at - dt.timedelta(seconds=1)).date() == end.last_day


def _closing(end: Deadline) -> str:
    return clock.rome(end.closes_at).strftime("%d.%m %H:%M %z")


def test_an_hour_closes_the_day_before_its_end_also_when_clocks_change() -> None:
    assert _closing(deadline(D(2019, 5, 16), 60, hour=dt.time(12))) == "15.07 12:00 +0200"
    # 25 October 2026 is a Sunday; of an hour that comes twice, the second is meant.
    autumn = deadline(D(2020, 8, 27), 60, hour=dt.time(2, 30))
    assert autumn.last_day == D(2020, 10, 26)
    assert _closing(autumn) == "26.10 02:30 +0100"


def test_more_days_are_counted_with_the_others_and_a_day_named_by_an_act_is_kept() -> None:
    longer = deadline(D(2020, 9, 2), 60, extensions=[Extension("DCM 20/2020", days=30)])
    named = deadline(D(2020, 9, 2), 60, extensions=[Extension("DCM 20/2020", until=D(2020, 12, 8))])
    earlier = deadline(D(2020, 9, 2), 60, extensions=[Extension("x", until=D(2020, 10, 1))])

    assert longer.last_day == deadline(D(2020, 9, 2), 90).last_day == D(2020, 12, 1)
    assert named.last_day == D(2020, 12, 9)  # 8 December is a holiday
    assert earlier.last_day == D(2020, 11, 2)  # an extension never shortens


def test_a_local_feast_day_counts_where_it_is_set() -> None:
    milano = national().with_feasts(feasts("07-12 Sant'Ambrogio"))

    assert deadline(D(2020, 10, 8), 60).last_day == D(2020, 12, 7)
    assert deadline(D(2020, 10, 8), 60, calendar=milano).last_day == D(2020, 12, 9)


@pytest.mark.parametrize("text", ["31-02 Mai", "07-12", "Sant'Ambrogio", "7 dicembre"])
def test_a_feast_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotAFeastDay):
        feasts(text)


def test_what_is_no_term_is_refused() -> None:
    with pytest.raises(NotATerm):
        deadline(D(2020, 9, 2), 0)
    with pytest.raises(TermOutOfTime):
        deadline(D(2200, 12, 1), 60)
    with pytest.raises(TermOutOfTime):
        deadline(D(9999, 12, 1), 60)
    with pytest.raises(SuspensionReversed):
        Suspension(D(2020, 5, 15), D(2020, 2, 23))


@given(near, st.integers(1, 150))
def test_its_reasons_lead_to_its_end(
    start_and_stops: tuple[D, list[Suspension]], days: int
) -> None:
    """Each reason is a day after the one before it, and those counted add up."""
    start, stops = start_and_stops

    end = deadline(start, days, suspensions=stops)

    kinds = [reason.kind for reason in end.reasons]
    assert kinds[0] is ReasonKind.STARTS
    assert kinds[-1] is ReasonKind.CLOSES
    assert kinds.count(ReasonKind.COUNTED) == 1
    days_named = [reason.last or reason.first for reason in end.reasons[1:]]
    assert all(a is None or b is None or a <= b for a, b in itertools.pairwise(days_named))
    assert end.reasons[-1].last == end.last_day


# -- on the command line ----------------------------------------------------------------------


def test_the_command_says_the_day_first_and_then_why(app: Flask) -> None:
    said = ptm(app, "term", "2020-09-02", "60").output.splitlines()

    assert said == [
        "2020-11-02",
        "L’avviso è di mercoledì 2 settembre 2020: quel giorno non si conta, il primo che si conta "
        "è giovedì 3 settembre 2020.",
        "Il giorno 60 è domenica 1 novembre 2020.",
        "Domenica 1 novembre 2020 è festivo (domenica, Ognissanti): il termine passa al giorno "
        "dopo.",
        "Il termine scade lunedì 2 novembre 2020, alle ore 24:00 di Roma.",
    ]


def test_the_command_knows_suspensions_an_hour_and_a_feast_day(app: Flask) -> None:
    stopped = ptm(app, "term", "2020-02-10", "60", "--suspend", "2020-02-23:2020-05-15").output
    closed = ptm(
        app, "term", "2020-10-08", "60", "--hour", "12:00", "--feast", "07-12 Sant'Ambrogio"
    ).output

    assert stopped.startswith("2020-07-02\n")
    assert "Dopo 12 giorni il conto resta fermo dal 23 febbraio 2020 al 15 maggio 2020." in stopped
    assert closed.startswith("2020-12-09\n")
    assert "Sant'Ambrogio" in closed
    assert "alle ore 12:00" in closed


@pytest.mark.parametrize(
    "arguments",
    [
        ("ieri", "60"),
        ("2020-13-01", "60"),
        ("2020-09-02", "0"),
        ("2020-09-02", "tanti"),
        ("2020-09-02", "60", "--suspend", "2020-05-15:2020-02-23"),
        ("2020-09-02", "60", "--suspend", "marzo"),
        ("2020-09-02", "60", "--hour", "25:00"),
        ("2020-09-02", "60", "--feast", "31-02 Mai"),
    ],
)
def test_the_command_refuses_nonsense_with_a_sentence(
    app: Flask, arguments: tuple[str, ...]
) -> None:
    done = ptm(app, "term", *arguments)

    assert done.exit_code != 0
    assert "Error:" in done.output
    assert "Traceback" not in done.output
