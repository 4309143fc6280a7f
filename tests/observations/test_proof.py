"""Whoever falsifies the register under the program's back is found out by the log."""

import pytest
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import service
from tests import factories


@use_case
def _tamper(*statements: str) -> None:
    """What somebody with the database's own password could do."""
    for statement in statements:
        db.session.connection().exec_driver_sql(statement)


def _unprotect(table: str) -> None:
    on = f" ON {table}" if db.engine.dialect.name == "postgresql" else ""
    _tamper(f"DROP TRIGGER {table}_no_update{on}", f"DROP TRIGGER {table}_no_delete{on}")


@pytest.fixture
def worked_on(staff: User) -> None:
    """Two observations, of which the second was worked on."""
    factories.observation()
    second = factories.protocolled(staff)
    service.write_working_text(staff, second, text="Riassunto.", base_version=1)
    service.count_from(staff, second, counts_at=clock.now(), reason="Consegnata oggi.")
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("submission", "UPDATE submission SET raw = '{}' WHERE id = 2", "no longer has its digest"),
        ("submission", "UPDATE submission SET text = 'Altro' WHERE id = 2", "text_sha256"),
        ("working_text", "UPDATE working_text SET text = 'Altro' WHERE version = 2", "version 2"),
        ("", "UPDATE observation SET in_time = NOT in_time WHERE id = 2", "in_time"),
        ("", "UPDATE observation SET number = 7 WHERE id = 2", "number"),
        ("", "UPDATE register SET next_number = 9 WHERE slug = 'ptm'", "ptm: 2 of 2 numbers"),
    ],
)
def test_a_falsified_register_is_named(
    app: Flask, worked_on: None, table: str, change: str, said: str
) -> None:
    if table:
        _unprotect(table)

    _tamper(change)

    db.session.expire_all()
    found = [str(finding) for finding in audit.verify()]
    assert any(said in problem for problem in found), found
