"""The tables of the summary page: one after another, or the one that was asked for."""

from flask_babel import gettext as _

from ptm_participation.reporting import queries
from ptm_participation.reporting.exports import Column, Kind, Note
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.reporting.tables import TITLES, Line, Table, Tally

ATTENDED = "attended"


def make(wanted: Wanted) -> Content:
    """Raises NotFound if there is no table of the name that was asked for."""
    if wanted.table == ATTENDED:
        return _attendance(wanted.tally)
    if wanted.table:
        return _one(queries.table(wanted.tally, wanted.table))
    return _whole(wanted.tally)


def _attendance(tally: Tally) -> Content:
    columns = [
        Column("entry", _("Kind"), width=40),
        Column("consultations", _("Consultations"), Kind.NUMBER),
        Column("present", _("Those present"), Kind.NUMBER),
        Column("missing", _("Excused or absent"), Kind.NUMBER),
    ]
    lines = queries.attended(tally)
    rows = [(line.label, line.consultations, line.present, line.missing) for line in lines]
    return Content(columns, rows, len(rows), subject=str(TITLES[ATTENDED]))


def _figures() -> list[Column]:
    return [
        Column("observations", _("Observations"), Kind.NUMBER),
        Column("in_time", _("In time"), Kind.NUMBER),
        Column("late", _("Late ones"), Kind.NUMBER),
        Column("consultations", _("Consultations"), Kind.NUMBER),
    ]


def _numbers(table: Table, line: Line) -> Row:
    """The figures of a line; consultations are not told by everything."""
    told = line.consultations if table.consultations else None
    return (line.total, line.in_time, line.late, told)


def _one(table: Table) -> Content:
    columns = [
        Column("entry", table.heading, width=40),
        Column("description", _("Description"), width=40),
        *_figures(),
    ]
    notes = []
    if not table.adds_up:
        counted = _("One observation can count in several rows.")
        notes.append(Note("counting", _("How it counts"), counted))
    if table.note:
        notes.append(Note("left_out", _("What is left out"), table.note))
    rows = [(line.label, line.note, *_numbers(table, line)) for line in table.lines]
    return Content(columns, rows, len(rows), subject=table.title, notes=notes)


def _whole(tally: Tally) -> Content:
    totals = queries.totals(tally)
    columns = [Column("table", _("Table")), Column("entry", _("Entry"), width=40), *_figures()]
    total = (totals.observations, totals.in_time, totals.late, totals.consultations)
    rows: list[Row] = [(_("Whole process"), _("Total"), *total)]
    for table in queries.tables(tally):
        rows += [(table.title, line.label, *_numbers(table, line)) for line in table.lines]
    rows += [
        (_("Bodies not yet consulted"), body.name, None, None, None, 0) for body in tally.unheard
    ]
    return Content(columns, rows, len(rows))
