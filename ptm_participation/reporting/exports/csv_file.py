"""CSV: for whoever works with the rows in another program."""

import csv
import io
from collections.abc import Iterator

from flask_babel import gettext as _

from ptm_participation.core import clock
from ptm_participation.reporting.exports.disarming import disarm, disarm_line, disarmed_within
from ptm_participation.reporting.exports.sheet import (
    Cells,
    Converter,
    Kind,
    Sheet,
    batches,
    converted,
)


def to_csv(sheet: Sheet) -> Iterator[bytes]:
    """UTF-8 with its mark, so that spreadsheets read accents; notes first, in lines with #."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    for note in (sheet.title, *(f"{note.label}: {note.text}" for note in sheet.notes)):
        line = disarm_line(" ".join(note.split()))  # a line of its own, whatever is in it
        buffer.write(f"# {line}\r\n")
    writer.writerow([disarm(column.label) for column in sheet.columns])
    yield buffer.getvalue().encode("utf-8")
    converters = [_converter(column.kind) for column in sheet.columns]
    for batch in batches(sheet.rows):
        buffer.seek(0)
        buffer.truncate()
        writer.writerows(converted(batch, converters))
        yield buffer.getvalue().encode("utf-8")


def _converter(kind: Kind) -> Converter:
    """Numbers go as they are."""
    return {
        Kind.TEXT: disarmed_within,
        Kind.YES_NO: yes_no,
        Kind.DAY: _days,
        Kind.INSTANT: _instants,
    }.get(kind)


def yes_no(cells: Cells) -> list[str | None]:
    """«sì» and «no», as officers read them."""
    words = {True: _("yes"), False: _("no")}
    return [None if cell is None else words[cell] for cell in cells]


def _days(cells: Cells) -> list[str | None]:
    return [cell and cell.isoformat() for cell in cells]


def _instants(cells: Cells) -> list[str | None]:
    """To the second, on the clocks of Rome."""
    rome, length = clock.ROME, len("2020-11-02 23:59:59")
    return [cell and str(cell.astimezone(rome))[:length] for cell in cells]
