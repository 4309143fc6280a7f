"""A file on its way: one state of the database, and nothing left behind by a reader who goes."""

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.models import Observation, ObservationParty, Submission
from ptm_participation.procedure import queries as procedures
from ptm_participation.reporting import exports, sheets
from tests import factories
from tests.conftest import NOW, PASSWORD, Database
from tests.pages import Browser
from tests.reporting.export_files import FOLDER, read_csv, read_json, read_xlsx
from tests.serving.server import Served, serve, worker_pids

READERS = {"csv": read_csv, "xlsx": read_xlsx}


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_what_comes_while_a_file_is_made_is_not_in_it(app: Flask, manager: User, form: str) -> None:
    """Neither in the count, which is read first, nor in the rows, which are read last."""
    factories.observation()
    sheet = sheets.make("register", procedures.get_procedure(), {}, seen_by=manager)
    with app.app_context(), clock.at("2020-10-20T10:01"):
        factories.observation(name="Arrivata dopo")

    content = b"".join(exports.write(sheet, form))

    if form == "json":
        found = read_json(content)
        assert (found["notes"]["rows"], len(found["rows"])) == (1, 1)
    else:
        notes, rows = READERS[form](content)
        assert (int(notes["Righe"]), len(rows) - 1) == (1, 1)
    assert db.session.scalar(sa.select(sa.func.count(Observation.id))) == 2


def test_the_last_row_ends_the_reading(app: Flask, manager: User) -> None:
    factories.observation()
    sheet = sheets.make("register", procedures.get_procedure(), {}, seen_by=manager)

    pieces = exports.write(sheet, "csv")
    next(pieces)
    reading = db.session().in_transaction()
    list(pieces)

    assert reading
    assert not db.session().in_transaction()


@pytest.mark.parametrize(("patience", "made_for_the_second"), [(0.0, 4), (1000.0, 2)])
def test_for_a_slow_reader_the_rest_is_made_at_once(
    patience: float, made_for_the_second: int
) -> None:
    made = []

    def pieces() -> Iterator[bytes]:
        for piece in (b"a", b"b", b"c", b"d"):
            made.append(piece)
            yield piece

    stream = exports.at_the_readers_pace(pieces(), patience)
    beginning = next(stream)
    assert len(made) == 1
    beginning += next(stream)
    assert len(made) == made_for_the_second
    assert beginning + b"".join(stream) == b"abcd"


@use_case
def _multiply(count: int) -> None:
    """As many copies of the one observation, for a file that no buffer on the way can hold."""
    first = db.session.scalars(sa.select(Observation)).one()
    kept = {
        model: [dict(row._mapping) for row in db.session.execute(sa.select(model.__table__)).all()]
        for model in (Submission, Observation, ObservationParty)
    }
    for model, (row, *_more) in kept.items():
        for key in ("token_sha256", "code_sha256"):
            row.pop(key, None)
        rows = [_copy(model, row, first.id, number) for number in range(1, count + 1)]
        db.session.execute(sa.insert(model), rows)


def _copy(model: type, row: dict[str, object], first: int, number: int) -> dict[str, object]:
    copied = row | {"id": 1_000 + number}
    if model is Submission:
        return copied | {"token_sha256": f"t{number}", "code_sha256": f"c{number}"}
    if model is ObservationParty:
        return copied | {"observation_id": 1_000 + number, "name": "N" * 190}
    return copied | {
        "submission_id": 1_000 + number,
        "number": 1_000 + number,
        "title": "T" * 190,
        "reason": "R" * 490,
    }


@pytest.fixture
def served(app: Flask, database: Database, tmp_path: Path) -> Iterator[Served]:
    factories.observation()
    _multiply(12_000)
    user = accounts.add_user(SYSTEM, email="dirigente@example.org", name="D", role=Role.MANAGER)
    accounts.give_password(SYSTEM, user, PASSWORD)
    db.session.remove()
    with serve(
        database, PTM_WORKERS="1", PTM_THREADS="2", PTM_CLOCK=NOW, TMPDIR=str(tmp_path)
    ) as running:
        yield running


def _cookie(app: Flask) -> str:
    browser = Browser(app.test_client())
    browser.sign_in("dirigente@example.org", PASSWORD)
    cookie = browser.client.get_cookie("ptm")
    assert cookie is not None
    return f"ptm={cookie.value}"


def _hang_up_within(served: Served, cookie: str, form: str) -> bytes:
    """Ask for a file, read its beginning, and go."""
    with socket.create_connection(("127.0.0.1", served.port)) as line:
        request = f"GET {FOLDER}/register.{form} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}"
        line.sendall(f"{request}\r\n\r\n".encode())
        beginning = line.recv(2000)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # at once
    return beginning


def _open_files(served: Served) -> list[str]:
    """The files that lie in no folder any more and are still held."""
    held = []
    for pid in worker_pids(served):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                held.append(os.readlink(descriptor))
    return [name for name in held if name.endswith((".xlsx", "(deleted)"))]


def _transactions(database: Database) -> int:
    """How many transactions are open on PostgreSQL beside the one that asks."""
    if database.engine == "sqlite":
        return 0
    open_ones = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
    )
    return db.session.scalar(sa.text(open_ones)) or 0


def _log_is_written_back(database: Database) -> bool:
    """Whether nobody reads an old state, which would keep SQLite's log from being emptied."""
    if database.engine != "sqlite":
        return True
    with contextlib.closing(db.engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=OFF")
        busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    db.engine.dispose()
    return bool(busy == 0)


def test_a_reader_who_hangs_up_leaves_nothing_behind(
    app: Flask, database: Database, served: Served, tmp_path: Path
) -> None:
    cookie = _cookie(app)
    workers = worker_pids(served)

    for form in ("csv", "json", "xlsx", "csv", "json"):
        assert _hang_up_within(served, cookie, form).startswith(b"HTTP/1.1 200")

    deadline = time.monotonic() + 60
    while _open_files(served) or _transactions(database):
        db.session.remove()
        assert time.monotonic() < deadline, (_open_files(served), _transactions(database))
        time.sleep(0.2)
    db.session.remove()
    assert _log_is_written_back(database)
    factories.observation(name="Scritta dopo")
    assert [served.get("/", timeout=20)[0] for _turn in range(4)] == [200] * 4
    assert worker_pids(served) == workers
    assert list(tmp_path.iterdir()) == []
