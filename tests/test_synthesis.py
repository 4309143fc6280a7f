"""The synthetic process: of any size, believable, the same again, never in a real register."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation, Submission
from ptm_participation.observations.workflow import Channel, ObservationState, Regularity
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.synthesis import process
from ptm_participation.synthesis.process import HalfMade, NotADemonstration, NotEmpty
from tests import factories
from tests.commands import ptm
from tests.conftest import Database
from tests.pages import Browser

MANY = 600
Fill = Callable[..., list[str]]


@pytest.fixture
def fill(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fill:
    """Make a process in an installation marked as a demonstration; what it says of it."""
    monkeypatch.setitem(app.config, "DEMONSTRATION", True)
    monkeypatch.setitem(app.config, "HOME", tmp_path)
    monkeypatch.setattr(process, "BATCH", 250)

    def make(observations: int, seed: int = 7) -> list[str]:
        said: list[str] = []
        process.fill(observations, seed, said.append)
        return said

    return make


def _labels(home: Path) -> list[dict[str, str]]:
    with (home / "labels.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _observations() -> list[Observation]:
    return list(db.session.scalars(sa.select(Observation).order_by(Observation.number)))


def _share(rows: list[Observation], holds: Callable[[Observation], bool]) -> float:
    return sum(map(holds, rows)) / len(rows)


def test_it_has_the_proportions_of_the_real_register(fill: Fill, tmp_path: Path) -> None:
    fill(MANY)

    rows = _observations()
    assert [row.number for row in rows] == list(range(1, MANY + 1))
    assert audit.verify() == []
    about = {
        36 / 79: _share(rows, lambda row: row.subject_type is SubjectType.MUNICIPALITY),
        11 / 79: _share(rows, lambda row: row.subject_type.group is SubjectGroup.ASSOCIATION),
        56 / 79: _share(rows, lambda row: row.in_time),
        47 / 79: _share(rows, lambda row: row.channel is Channel.PEC),
        0.30: len(_labels(tmp_path)) / MANY,
    }
    for expected, found in about.items():
        assert found == pytest.approx(expected, abs=0.06)


def test_most_arrive_at_the_end_of_the_term(fill: Fill) -> None:
    fill(MANY)

    rows = _observations()
    days = Counter(clock.rome(row.received_at).date() for row in rows)
    assert days.most_common(1)[0][0] == dt.date(2020, 11, 2)
    last_week = [day for day in days if dt.date(2020, 10, 27) <= day <= dt.date(2020, 11, 2)]
    assert sum(days[day] for day in last_week) > MANY / 3
    evening = Counter(
        row.channel for row in rows if clock.rome(row.received_at).hour >= 20 and row.in_time
    )
    assert evening[Channel.HAND] == 0 < evening[Channel.WEB]


def test_a_copy_of_a_campaign_is_labelled_and_shares_its_words(fill: Fill, tmp_path: Path) -> None:
    fill(MANY)

    copied = _labels(tmp_path)
    texts = dict(
        db.session.execute(sa.select(Observation.number, Submission.text).join(Submission)).all()
    )
    largest = Counter(row["campaign"] for row in copied).most_common(1)[0][0]
    untouched = {
        texts[int(row["number"])].partition("\n\n")[2].splitlines()[-3]
        for row in copied
        if row["campaign"] == largest and row["edits"] == "0"
    }
    assert {row["register"] for row in copied} == {"ptm"}
    assert len(untouched) == 1
    assert {int(row["edits"]) for row in copied} >= {0, 1, 2, 3}


def test_every_text_says_that_it_is_synthetic_and_the_office_has_worked(fill: Fill) -> None:
    fill(MANY)

    rows = _observations()
    assert all("Testo sintetico, inventato." in row.submission.text for row in rows)
    assert _share(rows, lambda row: row.state is ObservationState.CHECKED) > 0.8
    assert 0.6 < _share(rows, lambda row: row.published_at is not None) < 0.95
    assert any(row.regularity is Regularity.TO_REGULARISE for row in rows)
    assert any(row.state is ObservationState.RECEIVED for row in rows)
    assert any(len(row.texts) == 2 for row in rows)
    assert any(row.submitter.stakeholder_id for row in rows)


def _made(database: Database, fill: Fill, home: Path, seed: int) -> tuple[Any, ...]:
    db.session.remove()
    database.renew()
    fill(60, seed)
    sent = db.session.execute(sa.select(Submission.raw).order_by(Submission.id))
    return (home / "labels.csv").read_bytes(), sent.all(), audit.heads()


def test_the_same_seed_makes_the_same_process_and_another_another(
    fill: Fill, database: Database, tmp_path: Path
) -> None:
    first = _made(database, fill, tmp_path, seed=1)

    again, other = (_made(database, fill, tmp_path, seed=seed) for seed in (1, 2))

    assert again[:2] == first[:2]
    assert other[1] != first[1]


@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_small_process_is_whole_too(fill: Fill, visitor: Browser, count: int) -> None:
    said = fill(count)

    assert len(_observations()) == count
    assert any("manager" in line for line in said)
    assert audit.verify() == []
    assert visitor.client.get("/osservazioni").status_code == 200


def test_no_process_is_made_in_a_real_installation(app: Flask, fill: Fill) -> None:
    app.config["DEMONSTRATION"] = False

    with pytest.raises(NotADemonstration):
        fill(5)

    assert _observations() == []


def test_no_process_is_made_where_there_is_something_already(fill: Fill) -> None:
    fill(5)

    with pytest.raises(NotEmpty):
        fill(5)

    assert len(_observations()) == 5


def test_no_process_is_made_where_somebody_works(fill: Fill) -> None:
    accounts.add_user(SYSTEM, email="vera@example.org", name="Vera", role=Role.ADMINISTRATOR)

    with pytest.raises(NotEmpty):
        fill(5)


def test_an_interrupted_process_holds_whole_batches_and_is_known_as_half_made(
    fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(process._Process, "_record_protocols", stop)
    with pytest.raises(KeyboardInterrupt):
        fill(MANY)

    with pytest.raises(HalfMade):
        fill(MANY)

    assert len(_observations()) == 250
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("value", "said"), [("-1", "not in the range"), ("99999999", "not in the range"), ("5", "real")]
)
def test_the_command_says_what_it_does_not_do(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, said: str
) -> None:
    monkeypatch.setenv("PTM_HOME", str(tmp_path))

    done = ptm(app, "synth", "--observations", value)

    assert done.exit_code != 0
    assert said in done.output
    assert factories.window().register.next_number == 1
