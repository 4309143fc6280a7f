"""The machine and the programs on which something was measured."""

import os
import platform
import sqlite3
from pathlib import Path


def describe(postgresql: str = "") -> list[tuple[str, str]]:
    """What a reader must know to judge the figures; `postgresql` is its server's version."""
    return [
        ("processor", _processor()),
        ("cores", str(len(os.sched_getaffinity(0)))),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"),
        ("Python", platform.python_version()),
        ("SQLite", sqlite3.sqlite_version),
        *([("PostgreSQL", postgresql)] if postgresql else []),
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
