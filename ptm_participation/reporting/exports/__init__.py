"""Rows in, a file out: each form as a stream of pieces. Nothing here reads a database."""

from collections.abc import Callable, Iterator

from ptm_participation.reporting.exports.csv_file import to_csv
from ptm_participation.reporting.exports.geojson_file import to_geojson
from ptm_participation.reporting.exports.json_file import to_json
from ptm_participation.reporting.exports.pace import at_the_readers_pace
from ptm_participation.reporting.exports.sheet import Column, Kind, Note, Places, Sheet
from ptm_participation.reporting.exports.workbook import to_xlsx

FORMATS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
}
_WRITERS: dict[str, Callable[[Sheet], Iterator[bytes]]] = {
    "xlsx": to_xlsx,
    "csv": to_csv,
    "json": to_json,
    "geojson": to_geojson,
}


def write(sheet: Sheet, format: str) -> Iterator[bytes]:
    """The sheet as a file of that form, in pieces."""
    return _WRITERS[format](sheet)


__all__ = [
    "FORMATS",
    "Column",
    "Kind",
    "Note",
    "Places",
    "Sheet",
    "at_the_readers_pace",
    "to_csv",
    "to_geojson",
    "to_json",
    "to_xlsx",
    "write",
]
