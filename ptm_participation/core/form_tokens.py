"""A form sent twice is handled once.

A form carries a token; the first transaction that claims it goes on, any other that brings
the same token finds what the first one made. A double click, a reload and a repeat after a
lost connection are the same case.
"""

import datetime as dt
import hashlib
import secrets

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import clock
from ptm_participation.core.db import Model, db, insert_or_ignore
from ptm_participation.core.errors import DomainError

LEAST_LETTERS = 16


class FormToken(Model):
    """A token that was used, by its hash, and the key of what it made."""

    __tablename__ = "form_token"

    token_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    used_at: Mapped[dt.datetime]
    made: Mapped[str | None] = mapped_column(sa.String(80))


def new_token() -> str:
    """128 random bits for a form that is about to be shown."""
    return secrets.token_hex(16)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


class NoToken(DomainError):
    message = _l("This page is not whole: open the form again.")


def claim(token: str) -> str | None:
    """Take the token for the running use case. Raises NoToken for what never was one.

    Returns None to the first that claims it, and to every other the key that the first one
    left with `made`. On PostgreSQL the second waits here until the first has committed.
    """
    if len(token) < LEAST_LETTERS:
        raise NoToken()
    if insert_or_ignore(FormToken, token_sha256=digest(token), used_at=clock.now()):
        return None
    return db.session.scalars(
        sa.select(FormToken.made).where(FormToken.token_sha256 == digest(token))
    ).one()


def made(token: str, key: object) -> None:
    """Leave word of what the token's form made."""
    db.session.execute(
        sa.update(FormToken).where(FormToken.token_sha256 == digest(token)).values(made=str(key))
    )
