"""Files that leave the office: whole, disarmed, and saying what they are."""

import csv
import datetime as dt
import io
import json

import pytest
import python_calamine
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core import clock
from ptm_participation.core.audit import AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.observations.workflow import Channel
from ptm_participation.reporting import exports
from ptm_participation.reporting.exports import Sheet
from ptm_participation.reporting.sheets import EXPORTS
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser

FOLDER = "/ufficio/esportazioni"
NOTE = ("Filtro", "a\r\n=1+1")


def _csv(content: bytes) -> tuple[dict[str, str], list[list[str]]]:
    """The notes and the rows, headings first, of a CSV."""
    lines = content.decode("utf-8-sig").split("\r\n")
    notes = [line[2:] for line in lines if line.startswith("# ")]
    rows = list(csv.reader(line for line in lines if line and not line.startswith("# ")))
    return dict(note.split(": ", 1) for note in notes if ": " in note), rows


def _xlsx(content: bytes) -> tuple[dict[str, str], list[list[object]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    notes = book.get_sheet_by_index(1).to_python()
    return {str(a): str(b) for a, b in notes if a}, book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_export_comes_in_both_forms_with_filter_time_and_count(
    as_manager: Browser, name: str
) -> None:
    factories.observation()

    notes, rows = _csv(as_manager.open(f"{FOLDER}/{name}.csv").response.data)
    same_notes, same_rows = _xlsx(as_manager.open(f"{FOLDER}/{name}.xlsx").response.data)

    whole = "Tutte le osservazioni" if EXPORTS[name].filtered else "Nessuno: tutte le righe"
    assert notes["Filtro"] == same_notes["Filtro"] == whole
    assert notes["Situazione al"] == "martedì 20 ottobre 2020, ore 10:00:00"
    assert notes["Righe"] == same_notes["Righe"] == str(len(rows) - 1) == str(len(same_rows) - 1)
    assert notes["Prodotto da"] == "Dirigente"
    assert [str(cell) for cell in same_rows[0]] == rows[0]


def test_the_register_is_exported_under_the_filter_of_its_list(as_manager: Browser) -> None:
    factories.observation(name="Anna Bianchi")
    factories.observation(
        name="Comune di Rho",
        type=SubjectType.MUNICIPALITY,
        channel=Channel.PEC,
        at="2020-10-12T08:30",
        sections="18; Tav. 6",
    )
    page = as_manager.open("/ufficio/osservazioni", tipo="municipality").follow("Esporta")

    notes, rows = _xlsx(as_manager.open(page.link("XLSX")).response.data)

    row = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 2
    assert notes["Filtro"] == "Tipo: Comune"
    assert row["Numero"] == 2
    assert row["Proponente"] == "Comune di Rho"
    assert row["Ricevuta il"] == dt.datetime(2020, 10, 12, 8, 30)  # noqa: DTZ001 - Rome
    assert row["Articoli e mappe"] == "art. 18; Tav. 6"
    assert row["Nei termini"] == "sì"


def test_whoever_exports_is_in_the_log(as_manager: Browser) -> None:
    as_manager.open(f"{FOLDER}/register.csv", tipo="municipality")

    payload, actor = db.session.execute(
        sa.select(AuditPayload.text, AuditEntry.actor)
        .join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
        .where(AuditEntry.action == "export.made")
    ).one()
    assert json.loads(payload)["filter"] == "Tipo: Comune"
    assert "Dirigente" in actor


dangerous = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).flatmap(
    lambda rest: st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\u00a0="]).map(
        lambda first: first + rest
    )
)


@given(st.lists(dangerous, min_size=1, max_size=4))
def test_no_cell_begins_as_a_formula(values: list[str]) -> None:
    def sheet() -> Sheet:
        return Sheet("Prova", "Prova", ["A"], [[value] for value in values], [("Filtro", "x")])

    _notes, rows = _csv_cells(b"".join(exports.to_csv(sheet())))
    file = io.BytesIO()
    exports.to_xlsx(sheet(), file)
    _same, cells = _xlsx(file.getvalue())

    for row in rows[1:] + [[str(cell) for cell in line] for line in cells[1:]]:
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r")), row


@pytest.mark.parametrize(
    "text",
    [
        "T;@SUM(1+1)*cmd|' /C calc'!A0",
        "T; \t=1+1",
        "T;\u00a0-1",
        'T;"=1+1"',
        "T\n+1;x",
    ],
)
def test_no_cell_begins_as_a_formula_where_cells_are_parted_at_semicolons(text: str) -> None:
    """So does a spreadsheet in Italian, which a comma parts nothing for."""
    sheet = Sheet("Prova", "Prova", ["A", "B"], [[1, text]], [("Filtro", text)])

    content = b"".join(exports.to_csv(sheet)).decode("utf-8-sig")

    for line in content.splitlines():
        for cell in line.split(";"):
            assert not cell.strip(' \t\u00a0"').startswith(("=", "+", "-", "@")), line


def _csv_cells(content: bytes) -> tuple[str, list[list[str]]]:
    text = content.decode("utf-8-sig").split("A\r\n", 1)[1]
    return "", [["A"], *csv.reader(io.StringIO(text, newline=""))]


def test_a_number_stays_a_number_and_a_filter_stays_in_its_line(app: Flask) -> None:
    sheet = Sheet(
        "P", "P", ["n", "quando"], [[-3, dt.date(2020, 11, 2)]], [("Filtro", "a\r\n=1+1")]
    )

    notes, rows = _csv(b"".join(exports.to_csv(sheet)))

    assert rows[1] == ["-3", "2020-11-02"]
    assert notes["Filtro"] == "a =1+1"


def test_an_export_of_no_name_or_form_is_not_there(as_manager: Browser) -> None:
    assert as_manager.open(f"{FOLDER}/tutto.csv").status == 404
    assert as_manager.open(f"{FOLDER}/register.exe").status == 404


def test_a_filter_that_matches_nothing_gives_headings_and_a_count_of_zero(
    as_manager: Browser,
) -> None:
    with clock.at("2020-10-20T11:00"):
        notes, rows = _csv(as_manager.open(f"{FOLDER}/register.csv", q="niente").response.data)

    assert notes["Righe"] == "0"
    assert len(rows) == 1
