"""How long `ptm synth` takes.

The time of the command that made a place's observations in an empty database, from its start to
its end: the schema and the reference data are in it. It is kept beside the place, so a run that
uses the place again tells the time of its making; `--fresh` makes it again.
"""

from collections.abc import Iterator

from bench.places import Place
from bench.results import Line, at_most

JUDGED, MOST_SECONDS = 100_000, 180.0


def measure(place: Place) -> Iterator[Line]:
    seconds = place.seconds_to_make
    goal = at_most(MOST_SECONDS, seconds, " s") if place.observations == JUDGED else {}
    yield Line(
        "ptm synth",
        place.engine,
        place.observations,
        None,
        f"{seconds:.0f} s, {place.observations / seconds:.0f} observations/s",
        **goal,
    )
