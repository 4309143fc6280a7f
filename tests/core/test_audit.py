"""The log proves that nothing was changed, deleted, swapped or cut."""

import contextlib
import datetime as dt
import sqlite3

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import SYSTEM, AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from tests.conftest import Database

STREAM = "procedure/ptm"
PROTECTED = ("audit_entry_no_update", "audit_entry_no_delete")


@use_case
def _record(number: int, purge_after: dt.date | None = None) -> None:
    audit.record(
        SYSTEM,
        "thing.done",
        ("thing", number),
        stream=STREAM,
        purge_after=purge_after,
        value=number,
        said="però «così»",
    )


@use_case
def _tamper(*statements: str) -> None:
    """What somebody with the database's own password could do."""
    for statement in statements:
        db.session.connection().exec_driver_sql(statement)


def _unprotect() -> None:
    if db.engine.dialect.name == "postgresql":
        _tamper(*(f"DROP TRIGGER {name} ON audit_entry" for name in PROTECTED))
    else:
        _tamper(*(f"DROP TRIGGER {name}" for name in PROTECTED))


@pytest.fixture
def chain(app: Flask) -> list[AuditEntry]:
    """Five entries that hold."""
    for number in range(1, 6):
        _record(number)
    entries = list(
        db.session.scalars(
            sa.select(AuditEntry).where(AuditEntry.action == "thing.done").order_by(AuditEntry.seq)
        )
    )
    assert audit.verify() == []
    return entries


def _problems() -> list[str]:
    return [str(finding) for finding in audit.verify()]


def test_a_changed_entry_is_named(chain: list[AuditEntry]) -> None:
    _unprotect()
    _tamper(f"UPDATE audit_entry SET actor = 'somebody else' WHERE id = {chain[2].id}")

    assert any("entry 3: changed" in problem for problem in _problems())


def test_a_record_rewritten_with_its_hash_breaks_the_next_link(chain: list[AuditEntry]) -> None:
    _unprotect()
    forged = chain[2].record.replace("thing.done", "thing.undone")
    _tamper(
        f"UPDATE audit_entry SET record = '{forged}', hash = '{audit.sha256(forged)}', "
        f"action = 'thing.undone' WHERE id = {chain[2].id}"
    )

    assert any("entry 4: swapped or replaced" in problem for problem in _problems())


@pytest.mark.parametrize(
    "record",
    ["garbage", "[]", "{}", "1", "[" * 100_000, '{"purge_after": 1}', '{"purge_after": "x"}'],
)
def test_a_record_that_is_none_is_named(chain: list[AuditEntry], record: str) -> None:
    """Also where its payload was blanked, and its hash made to fit."""
    _unprotect()
    _tamper(
        f"UPDATE audit_entry SET record = '{record}', hash = '{audit.sha256(record)}' "
        f"WHERE id IN ({chain[1].id}, {chain[2].id})",
        f"UPDATE audit_payload SET text = NULL WHERE entry_id = {chain[2].id}",
    )

    problems = _problems()
    for number in (2, 3):
        assert any(f"entry {number}: changed or swapped" in problem for problem in problems)
        assert any(f"entry {number}: changed: the payload" in problem for problem in problems)


def test_an_instant_that_is_none_is_named(chain: list[AuditEntry], engine: str) -> None:
    """SQLite keeps what it is given; PostgreSQL refuses what is no instant."""
    _unprotect()
    instant = {"sqlite": "garbage", "postgresql": "1999-01-01"}[engine]
    _tamper(
        f"UPDATE audit_entry SET at = '{instant}' WHERE id = {chain[1].id}",
        f"UPDATE audit_payload SET text = NULL, purged_at = '{instant}' "
        f"WHERE entry_id = {chain[2].id}",
    )

    problems = _problems()
    assert any("entry 2: changed or swapped" in problem for problem in problems)
    assert any("entry 3: changed: the payload" in problem for problem in problems)


def test_an_entry_of_no_stream_is_named(chain: list[AuditEntry], database: Database) -> None:
    _unprotect()
    statement = f"UPDATE audit_entry SET stream_id = 999 WHERE id = {chain[-1].id}"
    if database.engine == "postgresql":
        _tamper(
            "ALTER TABLE audit_entry DROP CONSTRAINT fk_audit_entry_stream_id_audit_stream",
            statement,
        )
    else:
        with contextlib.closing(sqlite3.connect(database.folder / "test.sqlite")) as connection:
            connection.execute(statement)
            connection.commit()
        db.session.rollback()  # to read what was written beside it

    assert "stream 999, entry 5: added: there is no such stream" in _problems()


def test_a_changed_payload_is_named(chain: list[AuditEntry]) -> None:
    _tamper(f"UPDATE audit_payload SET text = '{{}}' WHERE entry_id = {chain[1].id}")

    assert any("entry 2: changed: the payload" in problem for problem in _problems())


def test_a_deleted_entry_is_named(chain: list[AuditEntry]) -> None:
    _unprotect()
    _tamper(
        f"DELETE FROM audit_payload WHERE entry_id = {chain[2].id}",
        f"DELETE FROM audit_entry WHERE id = {chain[2].id}",
    )

    assert any("entry 4: deleted: 1 before it" in problem for problem in _problems())


def test_two_swapped_entries_are_named(chain: list[AuditEntry]) -> None:
    _unprotect()
    _tamper(
        f"UPDATE audit_entry SET seq = 999 WHERE id = {chain[1].id}",
        f"UPDATE audit_entry SET seq = 2 WHERE id = {chain[2].id}",
        f"UPDATE audit_entry SET seq = 3 WHERE id = {chain[1].id}",
    )

    problems = _problems()
    assert any("entry 2: changed or swapped" in problem for problem in problems)
    assert any("entry 3: changed or swapped" in problem for problem in problems)


def test_a_chain_cut_at_its_end_is_whole_in_itself_and_shown_by_an_exported_head(
    chain: list[AuditEntry],
) -> None:
    exported = audit.heads()
    _unprotect()
    last = chain[-1]
    _tamper(
        f"DELETE FROM audit_payload WHERE entry_id = {last.id}",
        f"DELETE FROM audit_entry WHERE id = {last.id}",
        f"UPDATE audit_stream SET seq = 4, hash = '{chain[-2].hash}' WHERE key = '{STREAM}'",
    )

    assert audit.verify() == []
    assert [str(finding) for finding in audit.verify(exported)] == [
        f"{STREAM}, entry 5: the exported head names an entry that is no longer there"
    ]


def test_the_database_itself_refuses_to_alter_an_entry(chain: list[AuditEntry]) -> None:
    with pytest.raises(sa.exc.DBAPIError):
        _tamper(f"UPDATE audit_entry SET actor = 'x' WHERE id = {chain[0].id}")
    with pytest.raises(sa.exc.DBAPIError):
        _tamper(f"DELETE FROM audit_entry WHERE id = {chain[0].id}")


def test_a_payload_may_be_blanked_when_its_time_is_over_and_not_before(app: Flask) -> None:
    _record(1, purge_after=clock.today())
    entry = db.session.scalars(sa.select(AuditEntry).filter_by(action="thing.done")).one()

    @use_case
    def blank(at: dt.datetime) -> None:
        payload = db.session.get_one(AuditPayload, entry.id)
        payload.text, payload.purged_at = None, at

    blank(clock.now())
    assert audit.verify() == []

    blank(clock.now() - dt.timedelta(days=1))
    assert any("the payload no longer has its digest" in problem for problem in _problems())
