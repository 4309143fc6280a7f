"""The demonstration: the PTM's real totals, the same wherever they are read."""

import csv
import io
from pathlib import Path

import pytest
import python_calamine
import sqlalchemy as sa

from ptm_participation import create_app
from ptm_participation.core import audit
from ptm_participation.core.audit import AuditEntry
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from tests.conftest import Database
from tests.pages import Browser
from tests.serving.server import Installation, empty_database

# Register of the observations, annex 1 to the resolution of approval, April 2021.
ALL, IN_TIME, ASSOCIATIONS = 79, 56, 11


@pytest.fixture
def place(engine: str, tmp_path: Path) -> Installation:
    worker = Database(engine, tmp_path).worker
    url = empty_database(engine, tmp_path, f"totals_{worker}")
    return Installation(tmp_path, url, settings={"PTM_DEMO": "1"})


def test_the_totals_are_the_real_ones_on_the_page_in_xlsx_and_in_csv(
    place: Installation, database: Database
) -> None:
    said = place.ptm("demo")
    manager = next(line.split() for line in said.splitlines() if line.startswith("  manager"))
    config = database.configuration(
        PTM_HOME=str(place.home), PTM_DATABASE_URL=place.database_url, PTM_DEMO="1"
    )
    app = create_app(config)
    with app.app_context():
        browser = Browser(app.test_client())
        browser.sign_in(manager[1], manager[2])

        page = browser.open("/ufficio/sintesi")
        figures = page.items(".ptm-fig")
        groups = {row[0]: [int(n) for n in row[1:4]] for row in page.rows("Per gruppo di soggetti")}
        table = _csv_rows(browser.open("/ufficio/esportazioni/summary.csv").response.data)
        sheet = _xlsx_rows(browser.open("/ufficio/esportazioni/summary.xlsx").response.data)
        out = place.home / "register.csv"
        place.ptm("export", "register", "--format", "csv", "--out", str(out))
        headings, *register = _csv_rows(out.read_bytes())

        assert figures[0] == "79 osservazioni 56 nei termini, 23 tardive"
        assert figures[1].startswith("36 dai Comuni di 30 Comuni su 133")
        assert figures[2] == "11 dalle associazioni e 32 da altri"
        assert table[1][2:5] == sheet[1][2:5] == ["79", "56", "23"]
        assert [row[2:5] for row in table] == [row[2:5] for row in sheet]
        assert sum(total for total, _in_time, _late in groups.values()) == ALL
        assert groups["Associazioni"][0] == ASSOCIATIONS
        in_time = [row[headings.index("Nei termini")] == "sì" for row in register]
        assert (len(register), sum(in_time)) == (ALL, IN_TIME)

        _made_by_use_cases()
        db.session.remove()
        db.engine.dispose()


def _csv_rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO("".join(x for x in text.splitlines(True) if x[0] != "#"))))


def _xlsx_rows(content: bytes) -> list[list[str]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [
        [str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row]
        for row in book.get_sheet_by_index(0).to_python()
    ]


def _made_by_use_cases() -> None:
    """Each has its entry in the log, in an intact chain, and says that it is invented."""
    registered = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(AuditEntry)
        .filter_by(action="observation.registered")
    )
    observations = db.session.scalars(sa.select(Observation).order_by(Observation.number)).all()

    assert registered == ALL
    assert audit.verify() == []
    assert [row.number for row in observations] == list(range(1, 80))
    assert all("inventato" in row.submission.text for row in observations)
