"""The forms of a file, whatever is in it: typed, disarmed, whole."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import python_calamine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core import clock
from ptm_participation.reporting import exports
from ptm_participation.reporting.exports import Column, Kind, Note, Sheet, disarming
from ptm_participation.reporting.exports.sheet import BATCH
from tests.reporting.export_files import read_csv, read_json, read_xlsx


@pytest.fixture(autouse=True)
def _words(app: Flask) -> None:
    """Notes and «sì» are words of a language, which the application knows."""


def _sheet(columns: Sequence[Column], *rows: Sequence[Any], filter: str = "x") -> Sheet:
    return Sheet("Prova", "Prova", columns, rows, [Note("filter", "Filtro", filter)])


def _file(sheet: Sheet, form: str) -> bytes:
    return b"".join(exports.write(sheet, form))


A, B = Column("a", "A"), Column("b", "B")

dangerous = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).flatmap(
    lambda rest: st.sampled_from(["=", "+", "-", "@", "\t", "\r", "\u00a0="]).map(
        lambda first: first + rest
    )
)


@given(st.lists(dangerous | st.just("x") | st.none(), min_size=1, max_size=4))
def test_no_cell_begins_as_a_formula(values: list[str | None]) -> None:
    rows = [(value,) for value in values]

    text = _file(_sheet([A], *rows), "csv").decode("utf-8-sig").split("A\r\n", 1)[1]
    cells = [row[0] for row in csv.reader(io.StringIO(text, newline="")) if row]
    _notes, workbook = read_xlsx(_file(_sheet([A], *rows), "xlsx"))

    for cell in [*cells, *(str(row[0]) for row in workbook[1:])]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell


@given(st.lists(st.text(st.sampled_from(';=+-@ "\t\r\n\u00a0ax'), max_size=8), min_size=1))
def test_a_column_is_disarmed_as_each_of_its_cells_is(values: list[str]) -> None:
    """It is looked at as a whole first, which must find all that needs to be changed."""
    assert list(disarming.disarmed(values)) == [disarming.disarm(value) for value in values]
    assert list(disarming.disarmed_within(values)) == [
        disarming.disarm_within(value) for value in values
    ]


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
    sheet = _sheet([Column("n", "N", Kind.NUMBER), A], (1, text), filter=text)

    content = _file(sheet, "csv").decode("utf-8-sig")

    for line in content.splitlines():
        for cell in line.split(";"):
            assert not cell.strip(' \t\u00a0"').startswith(("=", "+", "-", "@")), line


@pytest.mark.parametrize("said", ["x,=1+1", 'x, "=1+1"', "x,\t@SUM(1)", "x;-1"])
def test_no_comma_of_a_note_begins_a_formula(said: str) -> None:
    """Notes stand in the file without quotation marks, so that programs know them by their #."""
    sheet = _sheet([Column("n", "N", Kind.NUMBER), A], (1, "a"), filter=said)

    notes = [line for line in _file(sheet, "csv").decode("utf-8-sig").splitlines() if "x" in line]

    assert notes
    for note in notes:
        assert note.startswith("# ")
        for cell in re.split("[,;\t]", note):
            assert not cell.strip(' \t\u00a0"').startswith(("=", "+", "-", "@")), note


def test_headings_and_titles_are_disarmed_too() -> None:
    sheet = Sheet("=P", "=P", [Column("a", "=A")], [("x",)], [Note("filter", "=F", "@f")])

    rows = read_csv(_file(sheet, "csv"))[1]
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(_file(sheet, "xlsx")))

    assert rows[0] == ["'=A"]
    assert book.get_sheet_by_index(0).to_python()[0] == ["'=A"]
    assert book.get_sheet_by_name("Note").to_python() == [["", "'=P"], ["'=F", "'@f"]]


def test_json_keeps_what_people_wrote() -> None:
    """No spreadsheet opens it, and a program wants the very words."""
    text = "=1+1;\u00a0-2\r\n«àè»"

    found = read_json(_file(_sheet([A], (text,)), "json"))

    assert found["rows"] == [{"a": text}]


def test_a_number_stays_a_number_and_a_filter_stays_in_its_line() -> None:
    columns = [Column("n", "n", Kind.NUMBER), Column("on", "quando", Kind.DAY)]
    rows = [(-3, dt.date(2020, 11, 2)), (None, None)]
    filter_ = "a\r\n=1+1"

    notes, cells = read_csv(_file(_sheet(columns, *rows, filter=filter_), "csv"))
    _notes, workbook = read_xlsx(_file(_sheet(columns, *rows), "xlsx"))

    assert cells[1:] == [["-3", "2020-11-02"], ["", ""]]
    assert notes["Filtro"] == "a =1+1"
    assert workbook[1] == [-3, dt.date(2020, 11, 2)]


def test_an_instant_is_on_the_clocks_of_rome_in_summer_and_in_winter() -> None:
    column = Column("at", "Quando", Kind.INSTANT)
    rows = [(clock.parse_instant(f"2020-{day}T08:30:07"),) for day in ("10-24", "10-26")]

    _notes, cells = read_csv(_file(_sheet([column], *rows), "csv"))
    _same, workbook = read_xlsx(_file(_sheet([column], *rows), "xlsx"))
    found = read_json(_file(_sheet([column], *rows), "json"))

    assert [row[0] for row in cells[1:]] == ["2020-10-24 08:30:07", "2020-10-26 08:30:07"]
    assert [f"{row[0]:%d %H:%M:%S}" for row in workbook[1:]] == ["24 08:30:07", "26 08:30:07"]
    assert [row["at"] for row in found["rows"]] == [
        "2020-10-24T08:30:07+02:00",
        "2020-10-26T08:30:07+01:00",
    ]


def test_a_text_longer_than_a_cell_is_cut_in_a_workbook_alone() -> None:
    text = "x" * 40_000

    _notes, workbook = read_xlsx(_file(_sheet([A, B], (text, "y")), "xlsx"))
    found = read_json(_file(_sheet([A, B], (text, "y")), "json"))

    assert [len(str(cell)) for cell in workbook[1]] == [32_767, 1]
    assert found["rows"][0]["a"] == text


def test_more_rows_than_are_held_at_once_are_all_there() -> None:
    rows = [(f"riga {number}",) for number in range(2 * BATCH + 1)]

    files = {form: _file(_sheet([A], *rows), form) for form in ("csv", "xlsx", "json")}

    expected = [row[0] for row in rows]
    assert [row[0] for row in read_csv(files["csv"])[1][1:]] == expected
    assert [row[0] for row in read_xlsx(files["xlsx"])[1][1:]] == expected
    assert [row["a"] for row in read_json(files["json"])["rows"]] == expected


def test_a_workbook_has_a_header_that_stays_and_filters() -> None:
    content = _file(_sheet([A, Column("at", "B", Kind.INSTANT)], ("x", clock.now())), "xlsx")

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert 'state="frozen"' in page
    assert 'topLeftCell="A2"' in page
    assert '<autoFilter ref="A1:B2"/>' in page
    assert "dd/mm/yyyy hh:mm:ss" in styles


def test_a_number_that_is_none_is_refused_rather_than_written() -> None:
    sheet = _sheet([Column("n", "N", Kind.NUMBER)], (float("nan"),))

    with pytest.raises(ValueError, match="JSON"):
        _file(sheet, "json")
