"""The instruments of `bench/` measure what they say, and run to their end."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, render_template

from bench import counts, editions, exports, floor, growth, pages, report, serving, texts, writers
from bench.places import EMAIL, PASSWORD, Place, prepare_account
from bench.results import as_table
from bench.texts import prepare_long_text
from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.observations import service
from tests import factories
from tests.conftest import NOW, Database
from tests.pages import Browser

FLOOR = {floor.HEADER: "1"}


@pytest.fixture
def place(app: Flask, database: Database, staff: User) -> Place:
    """An installation with a few observations, of which one is public."""
    made = [
        factories.protocolled(staff, name=name, sections="18; 41")
        for name in ("Anna Bianchi", "Bruno Verdi", "Carla Neri", "Dario Rosa", "Elena Gallo")
    ]
    service.publish(staff, made[:1])
    prepare_account()
    prepare_long_text(texts.SECTIONS // 2)
    db.session.remove()
    return Place(database.engine, len(made), database.url, database.folder)


@pytest.fixture
def measured(place: Place, database: Database) -> Iterator[Flask]:
    """The application under measure."""
    app = serving.create(database.configuration())
    app.testing = True
    with app.app_context(), clock.at(NOW):
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def office(measured: Flask) -> Browser:
    browser = Browser(measured.test_client())
    browser.sign_in(EMAIL, PASSWORD)
    return browser


def _ask(browser: Browser, path: str, **headers: str) -> str:
    answer = browser.client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return re.sub(r'name="csrf_token"[^>]+', "", answer.text)  # each page has its own


@contextlib.contextmanager
def _statements() -> Iterator[list[str]]:
    """What is asked through SQLAlchemy."""
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def test_a_floor_shows_its_page_and_asks_through_the_driver_alone(
    office: Browser, place: Place
) -> None:
    known = pages.addresses(place)
    for page in pages.PAGES:
        path = page.path.format(**known)
        shown = _ask(office, path)
        recorded = _ask(office, path, **FLOOR)
        db.session.remove()
        with _statements() as asked:
            replayed = _ask(office, path, **FLOOR)

        assert shown == recorded == replayed, path
        assert all("user_session" in statement for statement in asked), path


def test_a_floor_that_would_ask_while_it_renders_is_refused(measured: Flask) -> None:
    class Asking:
        def __str__(self) -> str:
            return str(db.session.scalar(sa.text("SELECT 1")))

    def view() -> str:
        return render_template("error.html", title=Asking(), status=404)

    with measured.test_request_context("/"), pytest.raises(floor.NotAFloor, match="renders"):
        floor.record(view, {})


def test_what_an_installation_does_is_measured_to_its_end(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        *pages.measure(place, rounds=1, seconds=0.05, connections=(1,)),
        *counts.measure(place, rounds=1),
    ]
    if place.engine == "sqlite":
        lines += growth.measure(place, place, rounds=1, seconds=0.05, connections=(1,))
        lines += writers.measure(place, 0.2, tmp_path / "writers")
        lines += editions.measure(place, rounds=1, articles=12)
    print(as_table(lines))

    shown = capsys.readouterr().out
    written = report.page(lines, [("cores", "2")], clock.today())
    for line in lines:
        assert line.what in shown
        assert line.what in written
        assert line.measured
        assert line.reached or line.met is None, line  # a page that does not answer reaches nothing
    assert {page.name for page in pages.PAGES} <= {
        line.what.removeprefix("page: ") for line in lines
    }


def test_exports_are_measured_to_their_end(tmp_path: Path) -> None:
    lines = list(exports.measure(40, tmp_path, turns=1))

    assert [line.what.partition(",")[0] for line in lines] == [
        "export: XLSX of 40 × 20",
        "export: CSV of 40 × 20",
        "export: memory of XLSX",
        "export: memory of CSV",
    ]
    assert all(line.reached for line in lines)
