"""The worklist as the register grows.

The same page is asked on two servers, one with few and one with many observations, in turn over
the same number of connections: only the data differ. The goal says how much longer it may take on
the many than on the few.
"""

from collections.abc import Iterator, Sequence

from bench import load
from bench.pages import CONNECTIONS, WORKLIST
from bench.places import Place
from bench.results import Line, at_most

MOST = 1.3


def measure(
    few: Place,
    many: Place,
    rounds: int,
    seconds: float,
    connections: Sequence[int] = CONNECTIONS,
) -> Iterator[Line]:
    """How many times as long the worklist takes on the many."""
    with few.served() as small, many.served() as large:
        for server in (small, large):
            server.sign_in()
        for at_once in connections:
            on_few, on_many = load.run(
                [small.side(WORKLIST.path), large.side(WORKLIST.path)],
                connections=at_once,
                rounds=rounds,
                seconds=seconds,
            )
            yield Line(
                f"growth: {WORKLIST.name}, against {few.observations:,}",
                many.engine,
                many.observations,
                at_once,
                f"{on_many.rate:.1f}/s against {on_few.rate:.1f}/s; CPU {on_many.cpu:.1f} and "
                f"{on_few.cpu:.1f} ms",
                **at_most(MOST, load.ratio(on_few, on_many)),
            )
