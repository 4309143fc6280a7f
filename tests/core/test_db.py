"""Asking the database."""

from flask import Flask
from sqlalchemy import select

from ptm_participation.core import clock
from ptm_participation.core.db import ask, db
from ptm_participation.core.form_tokens import FormToken
from ptm_participation.core.transaction import use_case


def test_what_a_use_case_has_not_yet_sent_is_among_what_it_asks_for(app: Flask) -> None:
    @use_case
    def look() -> list[str]:
        db.session.add(FormToken(token_sha256="a" * 64, used_at=clock.now(), made="1"))
        return [made for (made,) in ask(select(FormToken.made))]

    assert look() == ["1"]
