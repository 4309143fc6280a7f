"""What a process of its own does in the tests of concurrency. Run as a module, with its
configuration in the environment, so that engines, locks and sessions are really apart."""

import contextlib
import datetime as dt
import sys

import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock, form_tokens
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.annulment import annul
from ptm_participation.observations.models import Observation
from ptm_participation.observations.service import check_observation
from ptm_participation.observations.standing import fingerprint, flips, move_terms
from ptm_participation.procedure.service import change_term
from ptm_participation.procedure.terms import Term, changed_by_term
from tests import factories
from wsgi import create


class ChangedItsMind(Exception):
    """Undoes a submission that had already taken its number."""


@use_case
def _submit_and_undo(turn: int) -> None:
    factories.observation(name=f"Undone {turn}")
    raise ChangedItsMind


def submit_many(app: Flask, count: int, seed: int) -> None:
    """Submit `count` times; every third one is rolled back after it had its number."""
    with app.app_context(), clock.at("2020-10-20T10:00"):
        for turn in range(count):
            if turn % 3 == seed % 3:
                with contextlib.suppress(ChangedItsMind):
                    _submit_and_undo(turn)
            else:
                factories.observation(name=f"Process {seed}, turn {turn}")


def submit_same(app: Flask, token: str) -> Observation:
    """Submit the form of that token, like a second click would."""
    with app.app_context(), clock.at("2020-10-20T10:00"):
        made = factories.observation(token=token, name="Once only")
        print(made.number, form_tokens.digest(token)[:8], flush=True)
        return made


def move_term(app: Flask, last_day: str) -> None:
    """Move the term to that day; says when it holds the register, and takes its time."""
    with app.app_context(), clock.at("2020-11-10T10:00"):
        window = factories.window()
        term = Term(dt.date(2020, 9, 2), last_day=dt.date.fromisoformat(last_day))
        change = changed_by_term(window, term)

        def make() -> None:
            change_term(SYSTEM, window, term, act="DCM 20/2020")
            print("moving", flush=True)
            sys.stdin.readline()

        seen = fingerprint(change, flips(change))
        move_terms(SYSTEM, window.procedure, make, act="DCM 20/2020", seen=seen)


@use_case
def _annul_slowly() -> None:
    annul(SYSTEM, _first(), because="Registrata due volte")
    print("annulling", flush=True)
    sys.stdin.readline()


def annul_slowly(app: Flask) -> None:
    """Annul n. 1; says when it has done so, and takes its time to commit."""
    with app.app_context(), clock.at("2020-10-20T11:00"):
        _annul_slowly()


def check(app: Flask) -> None:
    """Mark n. 1 as checked, and print why not."""
    with app.app_context(), clock.at("2020-10-20T11:00"):
        one = _first()
        print("checking", flush=True)
        try:
            check_observation(SYSTEM, one)
        except DomainError as error:
            print(type(error).__name__, flush=True)


def _first() -> Observation:
    return db.session.scalars(sa.select(Observation).filter_by(number=1)).one()


def submit_late(app: Flask) -> None:
    """Submit after the term of old."""
    with app.app_context(), clock.at("2020-11-10T10:00"):
        print("sending", flush=True)
        factories.observation(name="While the term is moved")


if __name__ == "__main__":
    application = create()
    if sys.argv[1] == "many":
        submit_many(application, int(sys.argv[2]), int(sys.argv[3]))
    elif sys.argv[1] == "move":
        move_term(application, sys.argv[2])
    elif sys.argv[1] == "annul":
        annul_slowly(application)
    elif sys.argv[1] == "check":
        check(application)
    elif sys.argv[1] == "late":
        submit_late(application)
    else:
        submit_same(application, sys.argv[2])
