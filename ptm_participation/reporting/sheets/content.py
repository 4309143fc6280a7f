"""What is wanted of an export, and what its maker answers."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from ptm_participation.accounts.models import Reader
from ptm_participation.observations.lists import Filter
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting.exports import Column, Note, Places
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.tables import Tally


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """Of which procedure, under which filter, for whom; `table` names one of the summary's."""

    procedure: Procedure
    filter: Filter
    reader: Reader
    table: str = ""

    @property
    def tally(self) -> Tally:
        """What the filter finds, counted anew."""
        return Tally(self.procedure, self.filter)


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """Columns, rows and how many there will be; `subject` narrows the export's title."""

    columns: Sequence[Column]
    rows: Iterable[Row]
    count: int
    subject: str = ""
    notes: Sequence[Note] = ()
    places: Places | None = None


Maker = Callable[[Wanted], Content]
