"""XLSX: for whoever reads, sorts and filters in a spreadsheet."""

import itertools
import tempfile
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from rustpy_xlsxwriter import Format, write_worksheets

from ptm_participation.core import clock
from ptm_participation.reporting.exports.csv_file import yes_no
from ptm_participation.reporting.exports.disarming import disarm, disarmed
from ptm_participation.reporting.exports.sheet import (
    Cells,
    Converter,
    Kind,
    Sheet,
    batches,
    converted,
)

PIECE = 256 * 1024
LONGEST_CELL = 32_767  # what a spreadsheet's cell can hold
LONGEST_NAME = 31
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
WIDTHS = {Kind.TEXT: 26, Kind.NUMBER: 13, Kind.YES_NO: 10, Kind.DAY: 12, Kind.INSTANT: 19}
NUMBER_FORMATS = {Kind.DAY: "dd/mm/yyyy", Kind.INSTANT: "dd/mm/yyyy hh:mm:ss"}


def to_xlsx(sheet: Sheet) -> Iterator[bytes]:
    """A workbook with typed cells under a frozen header that filters, and a sheet of notes.

    A workbook cannot be sent before it is whole: it is made in a file without memory of its
    rows, and that file is gone when it is closed, however that comes about.
    """
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        _write(sheet, file.name)
        while piece := file.read(PIECE):
            yield piece


def _write(sheet: Sheet, path: str) -> None:
    name, notes = sheet.name.translate(NOT_IN_NAMES)[:LONGEST_NAME], _("Notes")
    header = Format().set_bold().set_text_wrap().set_align("top").set_border_bottom("medium")
    write_worksheets(
        [(name, _records(sheet)), (notes, _notes(sheet))],
        path,
        freeze_panes={name: {"row": 1, "col": 0}},
        header_format={name: header, notes: Format().set_bold()},
        column_formats={name: [_format(column.kind) for column in sheet.columns]},
        column_widths={
            name: [float(column.width or WIDTHS[column.kind]) for column in sheet.columns],
            notes: [24.0, 80.0],
        },
        autofilter={name: True},
        page_setup={name: {"landscape": True, "repeat_rows": 0}},
    )


def _records(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """The rows by their headings; one without anything where there are no rows, so that the
    headings are there."""
    labels = [str(disarm(column.label)) for column in sheet.columns]
    converters = [_converter(column.kind) for column in sheet.columns]
    empty = True
    for batch in batches(sheet.rows):
        empty = False
        rows = converted(batch, converters)
        yield from map(dict, map(zip, itertools.repeat(labels), rows))
    if empty:
        yield dict.fromkeys(labels)


def _notes(sheet: Sheet) -> list[dict[str, Any]]:
    """The title heads them."""
    label, title = "", str(disarm(sheet.title))
    return [
        {
            label: disarm(note.label),
            title: note.value if isinstance(note.value, int) else disarm(note.text)[:LONGEST_CELL],
        }
        for note in sheet.notes
    ]


def _format(kind: Kind) -> Format:
    number_format = NUMBER_FORMATS.get(kind)
    return Format().set_num_format(number_format) if number_format else Format()


def _converter(kind: Kind) -> Converter:
    """Numbers and days go as they are."""
    return {Kind.TEXT: _texts, Kind.YES_NO: yes_no, Kind.INSTANT: _instants}.get(kind)


def _texts(cells: Cells) -> Cells:
    """An empty text is an empty cell."""
    texts = [text or None for text in disarmed(cells)]
    if max(map(len, filter(None, texts)), default=0) > LONGEST_CELL:
        return [text and text[:LONGEST_CELL] for text in texts]
    return texts


def _instants(cells: Cells) -> Cells:
    """On the clocks of Rome: spreadsheets know no zones, and the library writes what they show."""
    rome = clock.ROME
    return [cell and cell.astimezone(rome) for cell in cells]
