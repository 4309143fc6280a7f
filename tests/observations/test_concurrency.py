"""Several processes at once, on each engine."""

import os
import subprocess
import sys
from collections.abc import Sequence

import sqlalchemy as sa
from flask import Flask

from config import ROOT
from ptm_participation.core import audit, form_tokens
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from ptm_participation.procedure.models import Register
from tests.conftest import Database


def _run_together(database: Database, commands: Sequence[Sequence[str]]) -> list[str]:
    """Start the processes at the same time and return what each printed."""
    database.dirty = True
    environment = {
        **os.environ,
        "PTM_HOME": str(database.folder),
        "PTM_DATABASE_URL": database.url,
        "PTM_SECRET_KEY": "a key for tests",
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.observations.processes", *command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    answers = [process.communicate(timeout=120) for process in running]
    for process, (_out, error) in zip(running, answers, strict=True):
        assert process.returncode == 0, error
    return [out for out, _error in answers]


def test_four_processes_of_which_a_third_is_rolled_back_leave_no_gap(
    app: Flask, database: Database
) -> None:
    _run_together(database, [("many", "30", str(seed)) for seed in range(4)])

    db.session.rollback()
    numbers = list(db.session.scalars(sa.select(Observation.number).order_by(Observation.number)))
    assert numbers == list(range(1, 81))
    assert db.session.scalar(sa.select(Register.next_number).filter_by(slug="ptm")) == 81
    assert audit.verify() == []


def test_one_form_sent_at_once_by_two_processes_is_one_observation(
    app: Flask, database: Database
) -> None:
    token = form_tokens.new_token()

    answers = _run_together(database, [("same", token), ("same", token)])

    db.session.rollback()
    assert answers[0] == answers[1] == f"1 {form_tokens.digest(token)[:8]}\n"
    assert db.session.scalar(sa.select(sa.func.count(Observation.id))) == 1
