"""One use case, one transaction; nothing else writes."""

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.core.audit import SYSTEM, AuditEntry
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case


def _emails() -> list[str]:
    return list(db.session.scalars(sa.select(User.email).order_by(User.email)))


def _open_account(name: str) -> User:
    return accounts.add_user(SYSTEM, email=f"{name}@example.org", name=name, role=Role.STAFF)


def test_what_a_use_case_writes_is_there_when_it_returns(app: Flask) -> None:
    _open_account("anna")

    db.session.rollback()
    assert _emails() == ["anna@example.org"]


def test_an_error_undoes_the_use_case_and_those_that_it_called(app: Flask) -> None:
    @use_case
    def open_two_and_fail() -> None:
        _open_account("anna")
        _open_account("bruno")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        open_two_and_fail()

    assert _emails() == []
    assert not db.session.scalar(
        sa.select(sa.func.count()).select_from(AuditEntry).filter_by(action="account.opened")
    )


def test_nothing_is_written_outside_a_use_case(app: Flask) -> None:
    account = _open_account("anna")

    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(User).values(name="Somebody else"))
    db.session.rollback()

    assert db.session.get_one(User, account.id).name == "anna"


def test_a_use_case_reads_again_what_was_read_before_it(app: Flask) -> None:
    account = _open_account("anna")
    assert account.name == "anna"

    @use_case
    def rename_and_read(user: User) -> str:
        db.session.execute(sa.update(User).values(name="Anna B."))
        db.session.expire(user)
        return user.name

    assert rename_and_read(account) == "Anna B."
