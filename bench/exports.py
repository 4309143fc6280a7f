"""Exports against the libraries that write the same files.

The workbook of 100,000 × 20 cells (text, whole numbers, days, instants) is written by
`reporting.exports.to_xlsx` and by its library alone, in constant memory, with the same cells told
their types by hand. The CSV is written by `to_csv` and by Python's `csv`, both reading the rows
from one SQLite file. Each turn is a process of its own, one after the other and twice over; what
is compared is the time from the first row to the finished file. Memory is the process's highest
(`getrusage`), for as many rows and for twice as many: what grows with the rows is the difference.
"""

import csv
import datetime as dt
import io
import json
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench import FOLDER
from bench.results import Line, at_most
from config import ROOT

ROWS, COLUMNS = 100_000, 20
MOST_XLSX, MOST_CSV, MOST_GROWTH_MB = 1.3, 2.0, 20.0
TURNS = 2

DAY = dt.date(2020, 9, 2)
INSTANT = dt.datetime(2020, 9, 2, 8, 30, tzinfo=dt.UTC)
# The kinds of the twenty cells of a row: text, number, day, instant.
KINDS = "ntttttddittttttntntn"


def rows(count: int) -> Iterator[Sequence[Any]]:
    """Rows as the register's export has them: mostly text, all different."""
    for number in range(count):
        day = DAY + dt.timedelta(days=number % 60)
        moment = INSTANT + dt.timedelta(minutes=number % 86_400)
        values = {"n": number, "d": day, "i": moment}
        yield [
            values.get(kind, f"Testo {number} della colonna {column}")
            for column, kind in enumerate(KINDS)
        ]


def measure(
    count: int = ROWS, folder: Path = FOLDER / "exports", turns: int = TURNS
) -> Iterator[Line]:
    """Both formats against their libraries, and what memory they take."""
    folder.mkdir(parents=True, exist_ok=True)
    _table(folder / "rows.sqlite", count)
    for name, most in (("xlsx", MOST_XLSX), ("csv", MOST_CSV)):
        pairs = [
            (
                _child(folder, name, count)["seconds"],
                _child(folder, f"{name}_alone", count)["seconds"],
            )
            for _ in range(turns)
        ]
        ours, alone = (statistics.median(times) for times in zip(*pairs, strict=True))
        yield Line(
            f"export: {name.upper()} of {count:,} × {COLUMNS}",
            measured=f"{ours:.1f} s, the library alone {alone:.1f} s",
            **at_most(most, statistics.median(mine / bare for mine, bare in pairs)),
        )
    for title, name in (("XLSX", "xlsx"), ("CSV", "csv_made")):
        least, most_memory = (_child(folder, name, many)["memory"] for many in (count, 2 * count))
        yield Line(
            f"export: memory of {title}, {count:,} and {2 * count:,} rows",
            measured=f"{least:.0f} MB and {most_memory:.0f} MB",
            **at_most(MOST_GROWTH_MB, most_memory - least, " MB"),
        )


def _table(path: Path, count: int) -> None:
    """The rows in an SQLite file, as text and numbers."""
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as database:
        columns = ", ".join(f"c{number}" for number in range(COLUMNS))
        marks = ", ".join("?" * COLUMNS)
        database.execute(f"CREATE TABLE cells ({columns})")
        database.executemany(
            f"INSERT INTO cells VALUES ({marks})",  # noqa: S608 - question marks
            ([_plain(value) for value in row] for row in rows(count)),
        )
    database.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _child(folder: Path, name: str, count: int) -> dict[str, float]:
    done = subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-m", "bench.exports", name, str(count), str(folder / "rows.sqlite")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


# -- within a process of its own ---------------------------------------------------------


def xlsx(count: int, _source: str, file: Any) -> None:
    from ptm_participation.reporting.exports import to_xlsx

    file.writelines(to_xlsx(_sheet(rows(count))))


def xlsx_alone(count: int, _source: str, file: Any) -> None:
    from rustpy_xlsxwriter import Format, write_worksheets

    formats = {"d": "dd/mm/yyyy", "i": "dd/mm/yyyy hh:mm:ss"}
    columns = [
        Format().set_num_format(formats[kind]) if kind in formats else Format() for kind in KINDS
    ]
    names = [f"Colonna {number}" for number in range(COLUMNS)]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as made:
        records = (dict(zip(names, row, strict=True)) for row in rows(count))
        write_worksheets([("Prova", records)], made.name, column_formats={"Prova": columns})
        shutil.copyfileobj(made, file)


def csv_made(count: int, _source: str, file: Any) -> None:
    """Ours from rows that are made as they are read: what it takes of memory is its own."""
    from ptm_participation.reporting.exports import to_csv

    file.writelines(to_csv(_sheet(rows(count))))


def csv_ours(count: int, source: str, file: Any) -> None:
    from ptm_participation.reporting.exports import to_csv

    file.writelines(to_csv(_sheet(_read(source, count), as_text=True)))


def csv_alone(count: int, source: str, file: Any) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="")
    csv.writer(text).writerows(_read(source, count))
    text.flush()
    text.detach()


def _read(source: str, count: int) -> Iterator[Sequence[Any]]:
    yield from sqlite3.connect(source).execute("SELECT * FROM cells LIMIT ?", (count,))


def _sheet(content: Iterator[Sequence[Any]], *, as_text: bool = False) -> Any:
    from ptm_participation.reporting.exports import Column, Kind, Note, Sheet

    kinds = {"n": Kind.NUMBER} if as_text else {"n": Kind.NUMBER, "d": Kind.DAY, "i": Kind.INSTANT}
    columns = [
        Column(f"column_{number}", f"Colonna {number}", kinds.get(kind, Kind.TEXT))
        for number, kind in enumerate(KINDS)
    ]
    return Sheet("Prova", "Prova", columns, content, [Note("filter", "Filtro", "Nessuno")])


MAKERS = {
    "xlsx": xlsx,
    "xlsx_alone": xlsx_alone,
    "csv": csv_ours,
    "csv_alone": csv_alone,
    "csv_made": csv_made,
}


def main(name: str, count: int, source: str) -> None:
    make = MAKERS[name]
    with tempfile.TemporaryFile() as file:
        make(1, source, file)  # what is imported or opened once is so now
    with tempfile.TemporaryFile() as file:
        start = time.perf_counter()
        make(count, source, file)
        seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
