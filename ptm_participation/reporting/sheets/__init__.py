"""The exports by name: which rows, under which headings, with which notes."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.models import Reader
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import filters
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting.exports import FORMATS, Note, Sheet
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets import (
    consultations,
    places,
    register,
    sections,
    stakeholders,
    summary,
    territory,
)
from ptm_participation.reporting.sheets.content import Maker, Wanted
from ptm_participation.reporting.tables import TITLES

TABLE = "tabella"  # the argument that asks for one table of the summary


class NoPlaces(NotFound):
    """GeoJSON was asked of what lies nowhere."""

    message = _l("This export has no places: GeoJSON is for Comuni and zones.")


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """A file that can be had: `filtered` says whether the filter of observations narrows it."""

    title: Any
    maker: Maker
    private: bool = False
    filtered: bool = True
    has_places: bool = False

    @property
    def formats(self) -> tuple[str, ...]:
        """The forms in which it can be had."""
        return tuple(name for name in FORMATS if name != "geojson" or self.has_places)


EXPORTS = {
    "register": Export(_l("Register of observations"), register.make, private=True),
    "summary": Export(_l("Summary of the process"), summary.make),
    "municipalities": Export(
        _l("Observations by Comune"), territory.make_municipalities, has_places=True
    ),
    "zones": Export(_l("Observations by homogeneous zone"), territory.make_zones, has_places=True),
    "places": Export(
        _l("Places named by observations"), places.make, private=True, has_places=True
    ),
    "sections": Export(_l("Sections of the plan"), sections.make),
    "consultations": Export(_l("Consultations"), consultations.make, filtered=False),
    "stakeholders": Export(_l("Stakeholders"), stakeholders.make, private=True, filtered=False),
}


def get_export(name: str, format: str) -> Export:
    """The export of that name, if it comes in that form. Raises NotFound."""
    export = EXPORTS.get(name)
    if export is None or format not in FORMATS:
        raise NotFound()
    if format not in export.formats:
        raise NoPlaces()
    return export


def get_table_title(name: str, arguments: Mapping[str, str]) -> str:
    """The title of the one table that an address asks for, "" for all. Raises NotFound."""
    if name != "summary" or not arguments.get(TABLE):
        return ""
    if arguments[TABLE] not in TITLES:
        raise NotFound()
    return str(TITLES[arguments[TABLE]])


def make(
    name: str, procedure: Procedure, arguments: Mapping[str, str], *, seen_by: Reader
) -> Sheet:
    """The export of that name under the filter of an address. Raises NotFound for no name.

    Count and rows are read in one transaction, and so from one state of the database; it ends
    with the last row.
    """
    if name not in EXPORTS:
        raise NotFound()
    export = EXPORTS[name]
    filter_, problems = filters.read(arguments if export.filtered else {}, seen_by)
    table = arguments.get(TABLE, "") if name == "summary" else ""
    content = export.maker(Wanted(procedure, filter_, seen_by, table))
    title = f"{export.title}: {content.subject}" if content.subject else str(export.title)
    return Sheet(
        content.subject or title,
        f"{title}, {procedure.title}",
        content.columns,
        _then_let_go(content.rows),
        [
            *_notes(export, procedure, arguments, seen_by, content.count),
            *content.notes,
            *([Note("remarks", _("Remarks"), " ".join(problems))] if problems else []),
        ],
        content.places,
    )


def _notes(
    export: Export,
    procedure: Procedure,
    arguments: Mapping[str, str],
    reader: Reader,
    count: int,
) -> Iterator[Note]:
    in_words = (
        filters.in_words(procedure, arguments, reader) if export.filtered else _("None: all rows")
    )
    yield Note("procedure", _("Procedure"), f"{procedure.title}, {procedure.case_file}")
    yield Note("filter", _("Filter"), in_words)
    yield Note("situation_at", _("Situation at"), clock.now())
    yield Note("rows", _("Rows"), count)
    yield Note("made_by", _("Made by"), reader.name or _("command line"))
    if export.private:
        yield Note("attention", _("Attention"), _("Reserved: it holds personal data."))


def _then_let_go(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, and then the end of the transaction that they are read in.

    A file is still on its way to its reader when its last row was read.
    """
    try:
        yield from rows
    finally:
        db.session.rollback()


__all__ = ["EXPORTS", "TABLE", "Export", "NoPlaces", "get_export", "get_table_title", "make"]
