"""Exact counts and the summary against SQL.

Two comparisons, each turn by turn on the same connection, with the rows fetched. The read models
of the summary and the counts of the office's views are called as pages call them, and the
statements that they sent are then sent again as they are on the driver's cursor: that is what our
code takes over its own SQL. Single counts of the summary are then set against the shortest
statement that counts the same thing over the same index: that is what our SQL takes over what it
could be. (A whole table also asks which consultations were attended; that is in the first of the
two.) The goal is the same for both.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.floor import Statement, send, statements_sent
from bench.places import EMAIL, Place
from bench.results import Line, at_most
from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
from ptm_participation.observations import filters
from ptm_participation.observations.lists import Filter
from ptm_participation.procedure.queries import get_procedure
from ptm_participation.reporting import queries
from ptm_participation.reporting.tables import Tally

MOST = 1.5

# A count of the summary, and the columns by which an index counts it.
COUNTS: tuple[tuple[str, Callable[[Tally], Any], str], ...] = (
    ("by type", lambda tally: tally.by_type, "subject_type"),
    ("by Comune", lambda tally: tally.by_municipality, "municipality_id"),
    ("by day and hour", lambda tally: tally.by_hour_of_day, "counts_on, counts_hour"),
)


def _calls() -> dict[str, Callable[[], Any]]:
    procedure, everything = get_procedure(), Filter()
    reader = db.session.query(User).filter_by(email=EMAIL).one()
    return {
        "totals and tables of the summary": lambda: (
            queries.totals(tally := Tally(procedure, everything)),
            queries.tables(tally),
        ),
        "the office's views": lambda: filters.views(procedure, reader),
    }


def measure(place: Place, rounds: int) -> Iterator[Line]:
    """Each call against the statements that it sends, each count against the bare one."""
    with place.application() as app, app.test_request_context("/"):
        for name, call in _calls().items():
            call()  # what is done once a process is done here
            with statements_sent() as statements:
                call()
            pairs = _compare(call, statements, rounds)
            yield _line(place, name, "its statements", pairs)
        procedure = get_procedure()
        for name, count, columns in COUNTS:
            statement = (
                f"SELECT {columns}, count(CASE WHEN in_time THEN 1 END), count(*) "  # noqa: S608
                f"FROM observation WHERE procedure_id = {procedure.id} GROUP BY {columns}"
            )
            pairs = _compare(
                lambda make=count: make(Tally(procedure, Filter())), [(statement, ())], rounds
            )
            yield _line(place, f"summary {name}", "a bare count", pairs)


def _line(place: Place, name: str, against: str, pairs: list[tuple[float, float]]) -> Line:
    ours, bare = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    return Line(
        f"counts: {name}",
        place.engine,
        place.observations,
        measured=f"{ours:.1f} ms, {against} {bare:.1f} ms",
        **at_most(MOST, statistics.median(mine / theirs for mine, theirs in pairs)),
    )


def _compare(
    call: Callable[[], Any], statements: list[Statement], rounds: int
) -> list[tuple[float, float]]:
    """Seconds of the call and of the statements, round by round."""

    def send_them() -> None:
        send(db.session.connection().connection.cursor(), statements)

    send_them()
    call()
    return [(_seconds(call), _seconds(send_them)) for _ in range(rounds)]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
