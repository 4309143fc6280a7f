"""What an export is before it is a file: columns that have a kind, rows, and notes."""

import dataclasses
import datetime as dt
import enum
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from ptm_participation.core import formats

BATCH = 1000
Row = Sequence[Any]
Cells = Iterable[Any]
Converter = Callable[[Cells], Cells] | None


class Kind(enum.StrEnum):
    """What the cells of a column are. The value is the word that JSON files use for it."""

    TEXT = "string"
    NUMBER = "number"
    YES_NO = "boolean"
    DAY = "date"
    INSTANT = "date-time"


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column: `key` names it to programs and never changes, `label` to people.

    Every cell is of the column's kind, or None; `width` is in characters.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """One thing that a file says of itself."""

    key: str
    label: str
    value: str | int | dt.datetime

    @property
    def text(self) -> str:
        """The value as people read it."""
        if isinstance(self.value, dt.datetime):
            return formats.exact_instant(self.value)
        return str(self.value)


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
    """Where the things of a sheet lie: `of` gives a row's GeoJSON geometry, None if it has none.

    `credit` says whose the boundaries are, as their licence asks.
    """

    of: Callable[[Row], str | None]
    credit: str


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """A table to be exported, with the notes that say what it is. Its rows are read once."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    notes: Sequence[Note]
    places: Places | None = None


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in lists short enough to hold, long enough to be worked on column by column."""
    iterator = iter(rows)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


def converted(batch: Sequence[Row], converters: Sequence[Converter]) -> Iterator[tuple[Any, ...]]:
    """The rows again, each column put through its converter.

    A column at a time: what a cell needs is decided once for a thousand of them.
    """
    columns = zip(*batch, strict=True)
    return zip(
        *(
            convert(cells) if convert else cells
            for convert, cells in zip(converters, columns, strict=True)
        ),
        strict=True,
    )
