"""Reading exports back: notes and rows of each form."""

import csv
import io
import json
from typing import Any

import python_calamine

FOLDER = "/ufficio/esportazioni"


def read_csv(content: bytes) -> tuple[dict[str, str], list[list[str]]]:
    """The notes and the rows, headings first."""
    lines = content.decode("utf-8-sig").split("\r\n")
    notes = [line[2:] for line in lines if line.startswith("# ")]
    rows = list(csv.reader(line for line in lines if line and not line.startswith("# ")))
    return dict(note.split(": ", 1) for note in notes if ": " in note), rows


def read_xlsx(content: bytes) -> tuple[dict[str, Any], list[list[Any]]]:
    """The notes and the rows, headings first."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    notes = book.get_sheet_by_name("Note").to_python()
    return {str(a): b for a, b in notes if a}, book.get_sheet_by_index(0).to_python()


def read_json(content: bytes) -> dict[str, Any]:
    """One object, in JSON as it is defined: NaN is none of it."""

    def refuse(word: str) -> None:
        raise AssertionError(word)

    found: dict[str, Any] = json.loads(content, parse_constant=refuse)
    return found
