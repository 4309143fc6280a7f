"""Rows in, a file out: CSV as a stream, XLSX in constant memory. Nothing here reads a database."""

import csv
import dataclasses
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

from ptm_participation.core import clock

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_WITHIN = re.compile(r"([;\r\n][\s\"]*)(?=[=+\-@])")
LONGEST_CELL = 32_767  # what a spreadsheet's cell can hold
WIDEST_COLUMN = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A table to be exported, with the notes that say what it is."""

    name: str
    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[tuple[str, str]]


def disarm(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made text again.

    Source: OWASP, CSV injection. Numbers and dates are not text and stay as they are.
    """
    if isinstance(value, str):
        text = value.replace("\u00a0", " ")
        return f"'{text}" if text.startswith(DANGEROUS) else text
    return value


def _disarm_within(value: Any) -> Any:
    """The same where a spreadsheet may see a cell begin within a text.

    An Italian one parts cells at «;», whatever the file parts them at, and then sees neither
    the commas nor the quotation marks around a text with several lines.
    """
    return _WITHIN.sub(r"\1'", value) if isinstance(value, str) else value


def to_csv(sheet: Sheet) -> Iterator[bytes]:
    """UTF-8 with its mark, so that spreadsheets read accents; notes first, in lines with #."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for label, value in (("", sheet.title), *sheet.notes):
        note = f"{label}: {value}" if label else value
        line = _disarm_within(" ".join(note.split()))  # a line of its own, whatever is in it
        buffer.write(f"# {line}\r\n")
    writer.writerow([disarm(column) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_disarm_within(disarm(_csv_value(value))) for value in row])
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode("utf-8")
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode("utf-8")


def _csv_value(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return clock.rome(value).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value


def to_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    """A workbook with typed cells and a frozen header, and a sheet of notes."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
    formats: dict[type, Any] = {
        dt.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"}),
        dt.date: book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    page = book.add_worksheet(sheet.name[:31])
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    for column, heading in enumerate(sheet.columns):
        page.set_column(column, column, max(10, min(WIDEST_COLUMN, len(str(heading)) + 4)))
        page.write_string(0, column, str(disarm(str(heading))), bold)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write(page, number, column, value, formats)
    notes = book.add_worksheet("Note")
    notes.set_column(0, 0, 24)
    notes.set_column(1, 1, 80)
    for number, (label, value) in enumerate((("", sheet.title), *sheet.notes)):
        notes.write_string(number, 0, str(disarm(label)), bold)
        notes.write_string(number, 1, str(disarm(value)))
    book.close()


def _write(page: Any, row: int, column: int, value: Any, formats: dict[type, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value)
    elif isinstance(value, dt.datetime):
        local = clock.rome(value).replace(tzinfo=None)
        page.write_datetime(row, column, local, formats[dt.datetime])
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, value, formats[dt.date])
    else:
        page.write_string(row, column, str(disarm(str(value)))[:LONGEST_CELL])
