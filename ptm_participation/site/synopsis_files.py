"""The «quadro sinottico» of two editions as a document: PDF, Word, spreadsheet."""

import io
import threading
from collections.abc import Iterable, Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.table import _Cell
from flask import Response
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock, formats
from ptm_participation.core.errors import DomainError
from ptm_participation.core.typesetting import pdf
from ptm_participation.plan.editions import Synopsis
from ptm_participation.plan.models import Edition
from ptm_participation.plan.redline import Op, Piece
from ptm_participation.plan.synopsis import Entry, Part
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting.exports.sheet import Column, Kind, Note, Sheet
from ptm_participation.reporting.exports.workbook import to_xlsx

# Anybody may ask for one, and a long one takes seconds: the pages of all others go before.
_ONE_AT_A_TIME = threading.Lock()
LONGEST_WAIT = 2  # seconds
MOST_ROWS = 1_500  # in a document that is set in pages; a spreadsheet takes any number
_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_INKS = {Op.PUT_IN: RGBColor(0x00, 0x41, 0x2B), Op.TAKEN_OUT: RGBColor(0x7A, 0x16, 0x20)}
Pieces = Sequence[Piece]


class TooManyRows(DomainError):
    message = _l(
        "The comparison has %(count)d rows, too many for one document: take it as a spreadsheet, "
        "or choose one kind of change."
    )


class AnotherInHand(DomainError):
    message = _l("Another synopsis is being made: try again in a few seconds.")
    status = 503


def answer(
    compared: Synopsis, rows: Sequence[Entry], format: str, procedure: Procedure
) -> Response:
    """The file of a comparison, as a download. Raises TooManyRows and AnotherInHand."""
    if format != "xlsx" and len(rows) > MOST_ROWS:
        raise TooManyRows(count=len(rows))
    if not _ONE_AT_A_TIME.acquire(timeout=LONGEST_WAIT):
        raise AnotherInHand()
    try:
        content = {"pdf": _pdf, "docx": _docx, "xlsx": _xlsx}[format](compared, rows, procedure)
    finally:
        _ONE_AT_A_TIME.release()
    made = Response(content, mimetype=_TYPES[format])
    name = f"quadro-sinottico-{compared.document.slug}.{format}"
    made.headers.set("Content-Disposition", "attachment", filename=name)
    return made


def _title(compared: Synopsis) -> str:
    return _("Synopsis of the text: %(document)s", document=compared.document.title)


def _column(edition: Edition) -> str:
    """«Testo adottato (DCM 14/2020)»."""
    day = formats.day(edition.dated_on) if edition.dated_on else ""
    facts = ", ".join(fact for fact in (edition.act, day) if fact)
    return f"{edition.named} ({facts})" if facts else edition.named


def _intro(compared: Synopsis) -> str:
    counts = ", ".join(f"{kind.label}: {count}" for kind, count in compared.counts().items())
    return _(
        "%(count)d changes (%(counts)s). What is put in is underlined, what is taken out struck "
        "through. Made on %(day)s.",
        count=len(compared.changes),
        counts=counts or "–",
        day=formats.day(clock.today()),
    )


def _proof(compared: Synopsis) -> str:
    """By what the words of either edition can be proved."""
    return "\n".join(
        _("%(edition)s, SHA-256 of its words: %(digest)s", edition=e.named, digest=e.frozen_sha256)
        if e.frozen_sha256
        else _("%(edition)s: a draft, whose words may still change.", edition=e.named)
        for e in (compared.before, compared.after)
    )


def _kinds(entry: Entry) -> str:
    return ", ".join(str(kind.label) for kind in entry.ordered_kinds)


def _cited(parts: Iterable[Part]) -> str:
    return "; ".join(part.citation for part in parts)


def _side(pieces: Pieces, gone: Op) -> list[Piece]:
    return [piece for piece in pieces if piece.op is not gone]


# -- PDF ---------------------------------------------------------------------------------


def _pdf(compared: Synopsis, rows: Sequence[Entry], procedure: Procedure) -> bytes:
    title = _title(compared)
    return pdf(
        "synopsis",
        {
            "title": title,
            "body": procedure.body,
            "office": procedure.office,
            "date": clock.today().isoformat(),
            "language": str(get_locale() or "it"),
            "footer": f"{title}, {formats.day(clock.today())}",
            "intro": _intro(compared),
            "headings": [_column(compared.before), _column(compared.after), _("Change")],
            "rows": [
                {
                    "before": _typst_side(entry, entry.before, Op.PUT_IN),
                    "after": _typst_side(entry, entry.after, Op.TAKEN_OUT),
                    "kinds": _kinds(entry),
                }
                for entry in rows
            ],
            "proof": _proof(compared),
        },
    )


def _typst_side(entry: Entry, parts: Sequence[Part], gone: Op) -> dict[str, Any]:
    return {
        "cited": _cited(parts),
        "heading": _side(entry.heading, gone),
        "words": _side(entry.words, gone),
    }


# -- Word --------------------------------------------------------------------------------


def _docx(compared: Synopsis, rows: Sequence[Entry], procedure: Procedure) -> bytes:
    made = docx.Document()
    made.core_properties.title = _title(compared)
    made.core_properties.author = procedure.body
    made.core_properties.language = str(get_locale() or "it")
    page = made.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    made.styles["Normal"].font.size = Pt(10)
    made.add_paragraph(f"{procedure.body}\n{procedure.office}")
    made.add_heading(_title(compared), level=1)
    made.add_paragraph(_intro(compared))
    table = made.add_table(rows=1 + len(rows), cols=3)
    table.style = "Table Grid"
    # All at once: to ask a table for one cell builds them all anew.
    cells = table._cells
    _repeat(table.rows[0])
    for cell, said in zip(
        cells[:3], (_column(compared.before), _column(compared.after), _("Change")), strict=True
    ):
        cell.paragraphs[0].add_run(said).bold = True
    for number, entry in enumerate(rows, 1):
        before, after, kinds = cells[3 * number : 3 * number + 3]
        _fill(before, entry, entry.before, Op.PUT_IN)
        _fill(after, entry, entry.after, Op.TAKEN_OUT)
        kinds.paragraphs[0].add_run(_kinds(entry))
    made.add_paragraph(_proof(compared))
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _repeat(row: Any) -> None:
    """Print the headings again on each page, and tell a screen reader which row they are."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _fill(cell: _Cell, entry: Entry, parts: Sequence[Part], gone: Op) -> None:
    cell.paragraphs[0].add_run(_cited(parts)).bold = True
    for pieces, heading in ((entry.heading, True), (entry.words, False)):
        if shown := _side(pieces, gone):
            paragraph = cell.add_paragraph()
            for op, words in shown:
                run = paragraph.add_run(words)
                run.italic = heading or None
                if op is not Op.SAME:
                    run.font.color.rgb = _INKS[op]
                    run.underline = op is Op.PUT_IN
                    run.font.strike = op is Op.TAKEN_OUT


# -- spreadsheet -------------------------------------------------------------------------


def _xlsx(compared: Synopsis, rows: Sequence[Entry], procedure: Procedure) -> bytes:
    columns = [
        Column("before", _("Section, before"), width=16),
        Column("after", _("Section, after"), width=16),
        Column("kinds", _("Change"), width=20),
        Column("own", _("Counts as a change"), Kind.YES_NO),
        Column("text_before", _column(compared.before), width=60),
        Column("text_after", _column(compared.after), width=60),
        Column("taken_out", _("Words taken out"), width=40),
        Column("put_in", _("Words put in"), width=40),
    ]
    notes = [
        Note("body", _("Body"), procedure.body),
        Note("made", _("Made"), clock.now()),
        Note("summary", _("Summary"), _intro(compared)),
        Note("proof", _("Proof"), _proof(compared)),
    ]
    table = map(_row, rows)
    return b"".join(to_xlsx(Sheet(_("Synopsis"), _title(compared), columns, table, notes)))


def _row(entry: Entry) -> tuple[Any, ...]:
    both = (*entry.heading, Piece(Op.SAME, "\n"), *entry.words)
    marked = {
        op: " […] ".join(piece.text.strip() for piece in both if piece.op is op)
        for op in (Op.TAKEN_OUT, Op.PUT_IN)
    }
    return (
        _cited(entry.before),
        _cited(entry.after),
        _kinds(entry),
        entry.changed and not entry.within,
        _said(entry.before),
        _said(entry.after),
        marked[Op.TAKEN_OUT],
        marked[Op.PUT_IN],
    )


def _said(parts: Iterable[Part]) -> str:
    return "\n".join(words for part in parts for words in (part.heading, part.text) if words)
