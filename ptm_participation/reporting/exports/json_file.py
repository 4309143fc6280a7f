"""JSON: for programs. One object with the notes, the columns and the rows."""

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from ptm_participation.core import formats
from ptm_participation.reporting.exports.sheet import (
    Cells,
    Converter,
    Kind,
    Row,
    Sheet,
    batches,
    converted,
)

encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def to_json(sheet: Sheet) -> Iterator[bytes]:
    """Values are typed: numbers, true and false, ISO 8601 days and instants; absence is null."""
    opening = encode({"notes": notes(sheet), "columns": columns(sheet)})
    yield f'{opening.removesuffix("}")}, "rows": ['.encode()
    before = "\n"
    for batch in batches(sheet.rows):
        objects = ",\n".join(encode(properties) for _row, properties in objects_of(sheet, batch))
        yield f"{before}{objects}".encode()
        before = ",\n"
    yield b"\n]}\n"


def notes(sheet: Sheet) -> dict[str, Any]:
    """The notes by their keys."""
    said = {note.key: note.value for note in sheet.notes}
    return {"title": sheet.title} | {
        key: formats.iso(value) if isinstance(value, dt.datetime) else value
        for key, value in said.items()
    }


def columns(sheet: Sheet) -> list[dict[str, str]]:
    """What the keys of each row mean."""
    return [
        {"key": column.key, "label": column.label, "type": column.kind.value}
        for column in sheet.columns
    ]


def objects_of(sheet: Sheet, batch: list[Row]) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each row, and the same as an object of typed values."""
    keys = [column.key for column in sheet.columns]
    converters = [_converter(column.kind) for column in sheet.columns]
    for row, values in zip(batch, converted(batch, converters), strict=True):
        yield row, dict(zip(keys, values, strict=True))


def _converter(kind: Kind) -> Converter:
    """Numbers, and yes and no, go as they are."""
    return {Kind.TEXT: _texts, Kind.DAY: _days, Kind.INSTANT: _instants}.get(kind)


def _texts(cells: Cells) -> list[str | None]:
    return [cell or None for cell in cells]


def _days(cells: Cells) -> list[str | None]:
    return [cell and cell.isoformat() for cell in cells]


def _instants(cells: Cells) -> list[str | None]:
    return [cell and formats.iso(cell) for cell in cells]
