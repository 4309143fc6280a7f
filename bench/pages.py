"""Pages against their floors.

Each page is asked in turn with its floor (`bench/floor.py`) on the server that `ptm serve` would
run, over 1 and 16 connections that stay open (`bench/load.py`); the office's pages by somebody
signed in, the public ones by a visitor. The goal is a share of the floor's throughput, the median
over rounds in which both were asked. Beside them stand a bare Flask page of the same process and
our empty pages: what these take over it is what each of our pages pays before it says anything.
"""

import dataclasses
from collections.abc import Generator, Iterator, Sequence

import sqlalchemy as sa

from bench import floor, load, texts
from bench.places import Place, Server
from bench.results import Line, at_least, at_most
from bench.serving import BARE
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from ptm_participation.procedure.models import Register

LEAST_SHARE = 0.6
MOST_TAX_MS = 2.0
CONNECTIONS = (1, 16)


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page to be measured. `{middle}` is an observation's address, `{published}` one that
    anybody may read."""

    name: str
    path: str
    signed_in: bool = True


WORKLIST = Page("worklist, filtered", "/ufficio/osservazioni?nei-termini=si")
PAGES = (
    Page("section", "/piano/nda/art-18", signed_in=False),
    Page("section of 10,000", f"/piano/rep/art-{texts.SECTIONS // 16}?ed=misura", signed_in=False),
    Page("plan search", "/piano?q=consumo+suolo", signed_in=False),
    Page("plan search of 10,000", "/piano?q=consumo+suolo&ed=misura", signed_in=False),
    Page("published observation", "/osservazioni/{published}", signed_in=False),
    WORKLIST,
    Page("observation in the office", "/ufficio/osservazioni/{middle}"),
    Page("dashboard", "/ufficio/sintesi"),
    Page("summary", "/ufficio/sintesi/tabelle"),
)


def addresses(place: Place) -> dict[str, str]:
    """What stands for the names in the pages' paths, on the data of a place."""
    with place.application():
        address = sa.select(Register.slug, Observation.number).join(
            Register, Register.id == Observation.register_id
        )
        middle = db.session.execute(
            address.where(Observation.number >= max(1, place.observations // 2))
            .order_by(Observation.number)
            .limit(1)
        ).one()
        published = db.session.execute(
            address.where(Observation.published_at.is_not(None))
            .order_by(Observation.number)
            .limit(1)
        ).one()
        return {"middle": "{}/{}".format(*middle), "published": "{}/{}".format(*published)}


def measure(
    place: Place,
    rounds: int,
    seconds: float,
    pages: Sequence[Page] = PAGES,
    connections: Sequence[int] = CONNECTIONS,
) -> Iterator[Line]:
    """Every page of a place against its floor."""
    known = addresses(place)
    with place.served() as server:
        server.sign_in()
        for at_once in connections:
            kept = (place.engine, place.observations, at_once)
            bare = yield from _tax(server, kept, rounds, seconds)
            for page in pages:
                path = page.path.format(**known)
                sides = [
                    server.side(path, signed_in=page.signed_in),
                    server.side(path, signed_in=page.signed_in, **{floor.HEADER: "1"}),
                ]
                try:
                    ours, under = load.run(
                        sides, connections=at_once, rounds=rounds, seconds=seconds
                    )
                except load.NoAnswer as error:
                    yield Line(f"page: {page.name}", *kept, str(error), met=False)
                    continue
                measured = (
                    f"{_speed(ours)}; floor {_speed(under)}; by CPU "
                    f"{_part(under, ours):.2f} × the floor, {_part(bare, ours):.3f} × bare Flask"
                )
                share = at_least(LEAST_SHARE, load.ratio(ours, under))
                yield Line(f"page: {page.name}", *kept, measured, **share)


def _tax(
    server: Server, kept: tuple[str, int, int], rounds: int, seconds: float
) -> Generator[Line, None, load.Served]:
    """The empty pages against bare Flask; returns how bare Flask did."""
    bare, office, public = load.run(
        [
            server.side(BARE, signed_in=False),
            server.side("/bench/office"),
            server.side("/bench/public", signed_in=False),
        ],
        connections=kept[2],
        rounds=rounds,
        seconds=seconds,
    )
    yield Line("bare Flask page", *kept, _speed(bare))
    for name, served in (("office", office), ("public", public)):
        # With one connection, what an answer takes is work; with more, it is mostly waiting.
        goal = at_most(MOST_TAX_MS, served.p50 - bare.p50, " ms") if kept[2] == 1 else {}
        measured = f"{_speed(served)}; by CPU {served.cpu - bare.cpu:.2f} ms over bare Flask"
        yield Line(f"tax: empty page, {name} layout", *kept, measured, **goal)
    return bare


def _part(of: load.Served, whole: load.Served) -> float:
    """The processor's time of one in that of the other; nothing where too little was counted."""
    return of.cpu / whole.cpu if whole.cpu else 0.0


def _speed(served: load.Served) -> str:
    return (
        f"{served.rate:.1f}/s, p50 {served.p50:.1f} ms, p99 {served.p99:.1f} ms, "
        f"CPU {served.cpu:.1f} ms"
    )
