"""When things are written: a use case is one transaction, and nothing else writes.

Outside a use case every transaction is read-only, and reads one state of the database from its
first statement to its last, on both engines: what an export counts is what it holds. On SQLite
a writer waits its turn at a file lock before BEGIN IMMEDIATE: the engine's own busy timeout
starves writers (24,646 commits against 2, 1 and 6 in four seconds), and a deferred transaction
that has read fails at once when another process commits between its read and its write.
"""

import contextlib
import fcntl
import functools
import os
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from ptm_participation.core.db import db
from ptm_participation.core.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

WRITES = "ptm_writes"
LOCK_SECONDS = 10.0
LOCK_POLL_SECONDS = 0.001

_notes: ContextVar[dict[str, Any] | None] = ContextVar("transaction_notes", default=None)
_before_commit: list[Callable[[], None]] = []


def before_commit(function: Callable[[], None]) -> Callable[[], None]:
    """Have `function` called last in every use case: the audit takes its locks there."""
    _before_commit.append(function)
    return function


def use_case(function: Callable[P, T]) -> Callable[P, T]:
    """One verb of the procedure in one transaction.

    Commits on return, rolls back on any exception, joins the transaction of a use case that
    calls it. Objects read before are read again inside. Raises Busy if its turn never comes.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if is_writing():
            return function(*args, **kwargs)
        with _write_transaction():
            return function(*args, **kwargs)

    run.is_use_case = True  # type: ignore[attr-defined]
    return run


@contextlib.contextmanager
def _write_transaction() -> Iterator[None]:
    session = db.session
    session.rollback()  # ends the read, so that what is decided on is read inside the lock
    token = _notes.set({})
    try:
        with _turn_to_write(db.engine):
            try:
                session.connection(execution_options={WRITES: True})
                yield
                for function in _before_commit:
                    function()
                session.commit()
            except OperationalError as error:
                session.rollback()
                if "locked" in str(error.orig):
                    raise Busy() from error
                raise
            except BaseException:
                session.rollback()
                raise
    finally:
        _notes.reset(token)


def is_writing() -> bool:
    """Whether a use case is running."""
    return _notes.get() is not None


def notes() -> dict[str, Any]:
    """What the running use case keeps until its commit; RuntimeError outside of one."""
    kept = _notes.get()
    if kept is None:
        raise RuntimeError("Only a use case writes.")
    return kept


@contextlib.contextmanager
def _turn_to_write(engine: Engine) -> Iterator[None]:
    """Hold the writers' lock of an SQLite file; PostgreSQL needs none."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait_for_lock(descriptor)
        yield
    finally:
        os.close(descriptor)  # closing releases the lock


def _wait_for_lock(descriptor: int) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise Busy() from None
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return


def prepare_engine(engine: Engine) -> None:
    """Teach an engine to begin read-only transactions, unless a use case asks to write."""
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    else:
        sa.event.listen(engine, "begin", _begin_postgresql)


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours to say
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "synchronous=FULL",
        # What REPLACE takes away is taken away before the triggers' eyes.
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    record = connection.connection.record_info
    if record is not None and record.get(WRITES) != writes:
        connection.exec_driver_sql(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        record[WRITES] = writes
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    writes = connection.get_execution_options().get(WRITES, False)
    driver.read_only = not writes
    driver.isolation_level = None if writes else psycopg.IsolationLevel.REPEATABLE_READ
