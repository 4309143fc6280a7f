"""`python -m bench`: measure everything, print one table, write docs/performance.md."""

import argparse
import contextlib
import datetime as dt
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlalchemy as sa

from bench import FOLDER, counts, editions, exports, growth, machine, pages, report, synth, writers
from bench.places import Place, place, postgresql
from bench.results import Line, as_table, in_sum
from config import ROOT

ENGINES = ("sqlite", "postgresql")
SIZES = (10_000, 100_000)
LEAST = 50  # with fewer, some pages have nothing to show
PARTS = ("synth", "pages", "growth", "counts", "writers", "editions", "exports")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="both if not given")
    parser.add_argument("--sizes", type=_numbers, default=SIZES, metavar="N,N")
    parser.add_argument("--only", choices=PARTS, action="append", help="all if not given")
    parser.add_argument("--page", action="append", help="only pages whose name holds this")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each side of a round")
    parser.add_argument("--fresh", action="store_true", help="make the databases again")
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(sorted(int(part) for part in text.split(",")))
    if numbers[0] < LEAST:
        raise argparse.ArgumentTypeError(f"measured are {LEAST} observations or more")
    return numbers


def _say(text: str) -> None:
    print(f"{dt.datetime.now():%H:%M:%S}  {text}", flush=True)  # noqa: DTZ005 - a clock on the wall


def _measured(lines: Iterable[Line], kept: list[Line]) -> None:
    """Keep the lines as they come, and show each."""
    for line in lines:
        kept.append(line)
        _say("  ".join(cell for cell in line.cells if cell))


def _on_engine(options: argparse.Namespace, places: list[Place]) -> Iterator[Line]:
    """Everything that is measured on the databases of one engine."""
    wanted = set(options.only or PARTS)
    shown = tuple(
        page
        for page in pages.PAGES
        if not options.page or any(part in page.name for part in options.page)
    )
    for one in places:
        _say(f"{one.engine}, {one.observations:,} observations: making ready")
        one.ready(seed=options.seed, fresh=options.fresh)
        if "synth" in wanted:
            yield from synth.measure(one)
        if "counts" in wanted:
            yield from counts.measure(one, options.rounds)
        if "pages" in wanted:
            yield from pages.measure(one, options.rounds, options.seconds, shown)
    if "growth" in wanted and len(places) > 1:
        yield from growth.measure(places[0], places[-1], options.rounds, options.seconds)
    if "writers" in wanted and places[0].engine == "sqlite":
        yield from writers.measure(places[0], 4 * options.seconds)
    if "editions" in wanted:
        yield from editions.measure(_for_editions(places[0]), options.rounds)


def _for_editions(of: Place) -> Place:
    """An installation for texts alone, empty each time: those of the pages keep their plan."""
    made = place(of.engine, 0, of.url if of.engine == "postgresql" else "")
    made.empty()
    return made


def main() -> int:
    options = _options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    # However it is ended, the servers that it started end too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    kept: list[Line] = []
    server_version = ""
    try:
        for engine in options.engine or ENGINES:
            with postgresql() if engine == "postgresql" else contextlib.nullcontext("") as url:
                server_version = _version(url) if url else server_version
                places = [place(engine, size, url) for size in options.sizes]
                _measured(_on_engine(options, places), kept)
        if "exports" in (options.only or PARTS):
            _measured(exports.measure(), kept)
    except KeyboardInterrupt:
        _say("Interrupted: what was measured until now follows.")
        print(as_table(kept))
        return 130
    print(f"\n{as_table(kept)}\n\n{in_sum(kept)}")
    path = _page(options)
    path.write_text(report.page(kept, machine.describe(server_version), dt.date.today()))  # noqa: DTZ011
    print(f"Written to {path.relative_to(ROOT)}")
    return 0


def _version(url: str) -> str:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        version = str(connection.exec_driver_sql("SHOW server_version").scalar())
    engine.dispose()
    return version


def _page(options: argparse.Namespace) -> Path:
    """The documentation's page for a whole run; for part of one, a file beside the databases."""
    whole = not (options.engine or options.only or options.page) and options.sizes == SIZES
    return ROOT / "docs" / "performance.md" if whole else FOLDER / "performance.md"


if __name__ == "__main__":
    sys.exit(main())
