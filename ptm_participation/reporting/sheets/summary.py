"""The tables of the summary page: one after another, or the one that was asked for."""

from flask_babel import gettext as _

from ptm_participation.core.errors import NotFound
from ptm_participation.reporting import queries
from ptm_participation.reporting.exports import Column, Kind, Note
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets.content import Content, Wanted


def make(wanted: Wanted) -> Content:
    """Raises NotFound if there is no table of the name that was asked for."""
    tables = queries.tables(wanted.procedure, wanted.filter)
    if not wanted.table:
        return _whole(wanted, tables)
    return _one(find(tables, wanted.table))


def find(tables: list[queries.Table], key: str) -> queries.Table:
    """The table of that name. Raises NotFound."""
    for table in tables:
        if table.key == key:
            return table
    raise NotFound()


def _figures() -> list[Column]:
    return [
        Column("observations", _("Observations"), Kind.NUMBER),
        Column("in_time", _("In time"), Kind.NUMBER),
        Column("late", _("Late ones"), Kind.NUMBER),
        Column("consultations", _("Consultations"), Kind.NUMBER),
    ]


def _numbers(line: queries.Line) -> Row:
    return (line.total, line.in_time, line.late, line.consultations)


def _one(table: queries.Table) -> Content:
    columns = [
        Column("entry", table.heading, width=40),
        Column("description", _("Description"), width=40),
        *_figures(),
    ]
    notes = []
    if not table.adds_up:
        counted = _("One observation can count in several rows.")
        notes.append(Note("counting", _("How it counts"), counted))
    rows = [(line.label, line.note, *_numbers(line)) for line in table.lines]
    return Content(columns, rows, len(rows), subject=table.title, notes=notes)


def _whole(wanted: Wanted, tables: list[queries.Table]) -> Content:
    totals = queries.totals(wanted.procedure, wanted.filter)
    columns = [Column("table", _("Table")), Column("entry", _("Entry"), width=40), *_figures()]
    total = (totals.observations, totals.in_time, totals.late, totals.consultations)
    rows: list[Row] = [(_("Whole process"), _("Total"), *total)]
    for table in tables:
        rows += [(table.title, line.label, *_numbers(line)) for line in table.lines]
    rows += [
        (_("Bodies not yet consulted"), body.name, None, None, None, 0)
        for body in queries.not_consulted(wanted.procedure)
    ]
    return Content(columns, rows, len(rows))
