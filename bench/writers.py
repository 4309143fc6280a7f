"""Four processes that write to one SQLite file at once.

Each writes a new version of the working text of an observation of its own: a small use case with
its entry in the log, as the office's clicks are. They begin together and go on for some seconds
without a pause, on a copy of the database, so that what is measured elsewhere stays as it is. A
process that got less than half of what the four had on average was starved; the wait is the whole
time of a use case, from call to commit, the disk's included.
"""

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import FOLDER
from bench.places import EMAIL, Place
from bench.results import Line, at_least, at_most
from config import ROOT

WRITERS = 4
LEAST_SHARE = 0.5
MOST_WAIT_MS = 100.0


def measure(place: Place, seconds: float, folder: Path = FOLDER / "writers") -> Iterator[Line]:
    """How the writers share a copy of the place's database, and how long each waits."""
    copy = _copied(place, folder)
    running = [
        subprocess.Popen(  # noqa: S603 - this module
            [sys.executable, "-m", "bench.writers", str(number), str(seconds)],
            cwd=ROOT,
            env=copy.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(1, WRITERS + 1)
    ]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # it is ready
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    waits = [json.loads(process.communicate()[0]) for process in running]
    mean = sum(len(of_one) for of_one in waits) / WRITERS
    everything = sorted(wait for of_one in waits for wait in of_one)
    p99 = 1000 * everything[len(everything) * 99 // 100]
    kept = (place.engine, place.observations, WRITERS)
    commits = ", ".join(str(len(of_one)) for of_one in waits)
    least = min(len(of_one) for of_one in waits) / mean
    yield Line(
        "writers: the least share of the mean",
        *kept,
        f"{sum(map(len, waits)) / seconds:.0f} commits/s ({commits})",
        **at_least(LEAST_SHARE, least),
    )
    yield Line(
        "writers: wait, p99",
        *kept,
        f"p50 {1000 * everything[len(everything) // 2]:.1f} ms, "
        f"longest {1000 * everything[-1]:.0f} ms",
        **at_most(MOST_WAIT_MS, p99, " ms"),
    )


def _copied(place: Place, folder: Path) -> Place:
    """The same installation on a copy of its database."""
    copy = Place(
        place.engine,
        place.observations,
        f"sqlite:///{folder / f'sqlite-{place.observations}' / 'ptm.sqlite'}",
        folder,
    )
    shutil.rmtree(folder, ignore_errors=True)
    copy.home.mkdir(parents=True)
    source = sqlite3.connect(place.url.removeprefix("sqlite:///"))
    target = sqlite3.connect(copy.home / "ptm.sqlite")
    source.backup(target)
    source.close()
    target.close()
    return copy


# -- within a writer ---------------------------------------------------------------------


def _write(number: int, seconds: float) -> list[float]:
    """Write for so long, once told to; how long each use case took."""
    import sqlalchemy as sa

    from ptm_participation.accounts.models import User
    from ptm_participation.core.db import db
    from ptm_participation.observations import service
    from ptm_participation.observations.models import Observation
    from wsgi import create

    waits: list[float] = []
    with create().app_context():
        officer = db.session.scalars(sa.select(User).filter_by(email=EMAIL)).one()
        observation = db.session.scalars(
            sa.select(Observation).order_by(Observation.id).offset(number).limit(1)
        ).one()
        version = observation.working_text.version
        db.session.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        end = time.perf_counter() + seconds
        while (start := time.perf_counter()) < end:
            written = service.write_working_text(
                officer, observation, text=f"Testo {version}", base_version=version
            )
            waits.append(time.perf_counter() - start)
            version = written.version
    return waits


if __name__ == "__main__":
    print(json.dumps(_write(int(sys.argv[1]), float(sys.argv[2]))))
