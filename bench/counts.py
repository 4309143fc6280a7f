"""Exact counts and the summary against their own SQL.

The read models of the summary and the exact counts of the office's views are called as pages call
them, and the statements that they sent are then sent again as
they are on the driver's cursor: turn by turn, each with rows fetched. The goal says how much the
calls may take over the statements. Both are also told in milliseconds: where the statements
themselves are slow, no code above them can help.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.floor import send, statements_sent
from bench.places import EMAIL, Place
from bench.results import Line, at_most
from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
from ptm_participation.observations import filters
from ptm_participation.observations.queries import Filter
from ptm_participation.procedure.queries import get_procedure
from ptm_participation.reporting import queries

MOST = 1.5


def _calls() -> dict[str, Callable[[], Any]]:
    procedure, everything = get_procedure(), Filter()
    reader = db.session.query(User).filter_by(email=EMAIL).one()
    return {
        "totals and tables of the summary": lambda: (
            queries.totals(procedure, everything),
            queries.tables(procedure, everything),
        ),
        "the office's views": lambda: filters.views(procedure, reader),
    }


def measure(place: Place, rounds: int) -> Iterator[Line]:
    """Each call against the statements that it sends."""
    with place.application() as app, app.test_request_context("/"):
        for name, call in _calls().items():
            pairs = _compare(call, rounds)
            ours, bare = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
            yield Line(
                f"counts: {name}",
                place.engine,
                place.observations,
                None,
                f"{ours:.1f} ms, its statements {bare:.1f} ms",
                **at_most(MOST, statistics.median(mine / theirs for mine, theirs in pairs)),
            )


def _compare(call: Callable[[], Any], rounds: int) -> list[tuple[float, float]]:
    """Seconds of the call and of its statements, round by round."""
    call()  # what is done once a process is done here
    with statements_sent() as statements:
        call()

    def resend() -> None:
        send(db.session.connection().connection.cursor(), statements)

    return [(_seconds(call), _seconds(resend)) for _ in range(rounds)]


def _seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
