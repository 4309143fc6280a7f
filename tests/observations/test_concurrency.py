"""Several processes at once, on each engine."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from config import ROOT
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, form_tokens
from ptm_participation.core.db import db
from ptm_participation.models import metadata
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import ObservationState
from ptm_participation.procedure.models import Register
from tests import factories
from tests.commands import ptm
from tests.conftest import Database


def _start(database: Database, commands: Sequence[Sequence[str]]) -> list[subprocess.Popen[str]]:
    """Start the processes at the same time."""
    database.dirty = True
    environment = {
        **os.environ,
        "PTM_HOME": str(database.folder),
        "PTM_DATABASE_URL": database.url,
        "PTM_SECRET_KEY": "a key for tests",
    }
    return [
        subprocess.Popen(
            [sys.executable, "-m", "tests.observations.processes", *command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]


def _run_together(database: Database, commands: Sequence[Sequence[str]]) -> list[str]:
    """Start the processes at the same time and return what each printed."""
    return _finish(_start(database, commands))


def _finish(running: list[subprocess.Popen[str]]) -> list[str]:
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


def test_what_is_sent_while_a_term_is_moved_stands_as_the_new_term_says(
    app: Flask, database: Database
) -> None:
    [moving] = _start(database, [("move", "2020-12-02")])
    assert moving.stdout is not None
    assert moving.stdout.readline() == "moving\n"
    [sending] = _start(database, [("late",)])
    assert sending.stdout is not None
    assert sending.stdout.readline() == "sending\n"
    time.sleep(1)  # long enough for it to be registered, if nothing kept it waiting
    _finish([moving, sending])

    db.session.rollback()
    sent = db.session.scalars(sa.select(Observation)).one()
    assert sent.in_time
    assert audit.verify() == []


def test_of_two_verbs_at_once_on_one_entry_the_second_learns_what_the_first_has_done(
    app: Flask, staff: User, database: Database
) -> None:
    factories.protocolled(staff)
    [annulling] = _start(database, [("annul",)])
    assert annulling.stdout is not None
    assert annulling.stdout.readline() == "annulling\n"
    [checking] = _start(database, [("check",)])
    assert checking.stdout is not None
    assert checking.stdout.readline() == "checking\n"
    time.sleep(1)  # long enough for it to be checked, if nothing kept it waiting

    _annulled, refused = _finish([annulling, checking])

    db.session.rollback()
    assert refused == "Annulled\n"
    assert db.session.scalars(sa.select(Observation)).one().state is ObservationState.REGISTERED
    assert audit.verify() == []


def test_a_backup_made_while_others_write_is_of_one_moment(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    writers = _start(database, [("many", "60", str(seed)) for seed in range(2)])
    copies = []
    while any(writer.poll() is None for writer in writers):
        copies.append(tmp_path / f"backup-{len(copies)}")
        assert ptm(app, "backup", str(copies[-1])).exit_code == 0
    _finish(writers)

    def column(copy: Path, table: sa.Table, name: str) -> list[Any]:
        place = list(table.columns.keys()).index(name)
        lines = (copy / "tables" / f"{table.name}.jsonl").read_text().splitlines()
        return [json.loads(line)[place] for line in lines]

    counts = []
    for copy in copies:
        numbers = sorted(column(copy, metadata.tables["observation"], "number"))
        following = column(copy, metadata.tables["register"], "next_number")
        entries = column(copy, metadata.tables["audit_entry"], "id")
        heads = json.loads((copy / "manifest.json").read_text())["heads"]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) + 1 in following
        assert sum(head["seq"] for head in heads) == len(entries)
        counts.append(len(numbers))
    assert any(0 < count < 80 for count in counts), counts
