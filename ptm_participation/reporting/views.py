"""The manager's summary and exports."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any

from flask import (
    Blueprint,
    Response,
    current_app,
    render_template,
    request,
    stream_with_context,
)

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import audit, clock, heads
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import filters
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting import dashboard as board
from ptm_participation.reporting import exports, queries, service, sheets
from ptm_participation.reporting.tables import Tally

bp = Blueprint("reporting", __name__)

# What a downloaded file is called: it lies among the office's own.
FILE_NAMES = {
    "register": "registro",
    "municipalities": "comuni",
    "stakeholders": "portatori-di-interesse",
    "consultations": "consultazioni",
    "sections": "sezioni",
    "summary": "sintesi",
}

CHUNK = 256 * 1024


@bp.route("/ufficio/sintesi")
@requires(Permission.SUMMARISE)
def dashboard() -> Any:
    procedure = procedures.get_procedure()
    filter_, problems = filters.read(request.args)
    return render_template(
        "reporting/dashboard.html",
        board=board.read(procedure, filter_, seen_by=signed_in_user()),
        **_frame(procedure, problems),
    )


@bp.route("/ufficio/sintesi/tabelle")
@requires(Permission.SUMMARISE)
def summary() -> Any:
    procedure = procedures.get_procedure()
    filter_, problems = filters.read(request.args)
    tally = Tally(procedure, filter_)
    return render_template(
        "reporting/summary.html",
        totals=queries.totals(tally),
        tables=queries.tables(tally),
        unheard=tally.unheard,
        **_frame(procedure, problems),
    )


def _frame(procedure: Procedure, problems: list[str]) -> dict[str, Any]:
    """What both pages show of their filter and their instant."""
    return {
        "procedure": procedure,
        "problems": problems,
        "chips": filters.chips(procedure, request.args),
        "choices": filters.choices(procedure),
        "address": without_paging(request.args),
        "in_words": filters.in_words(procedure, request.args),
        "now": clock.now(),
    }


@bp.route("/ufficio/esportazioni")
@requires(Permission.EXPORT)
def index() -> Any:
    procedure = procedures.get_procedure()
    return render_template(
        "reporting/index.html",
        exports=sheets.EXPORTS,
        procedure=procedure,
        chips=filters.chips(procedure, request.args),
        address=without_paging(request.args),
        now=clock.now(),
    )


@bp.route("/ufficio/esportazioni/<name>.<format>")
@requires(Permission.EXPORT)
def export(name: str, format: str) -> Any:
    if format not in exports.FORMATS or name not in sheets.EXPORTS:
        raise NotFound()
    procedure = procedures.get_procedure()
    reader = signed_in_user()
    arguments = without_paging(request.args)
    service.note_export(
        reader,
        procedure,
        name=name,
        format=format,
        filter=filters.in_words(procedure, arguments),
    )
    sheet = sheets.make(name, procedure, arguments, seen_by=reader)
    content = exports.to_csv(sheet) if format == "csv" else _pieces(_workbook(sheet))
    answer = Response(stream_with_context(content), content_type=exports.FORMATS[format])
    day = clock.today().isoformat()
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{procedure.code}-{FILE_NAMES[name]}-{day}.{format}"'
    )
    return answer


def _workbook(sheet: exports.Sheet) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    exports.to_xlsx(sheet, file)
    file.seek(0)
    return file


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


@bp.route("/ufficio/verifica")
@requires(Permission.VERIFY)
def verification() -> Any:
    """Read every chain of the log, and compare it with the heads that were exported."""
    folder = current_app.config["HEADS_FOLDER"]
    known = heads.read(folder) if folder.exists() else []
    return render_template(
        "reporting/verification.html",
        findings=audit.verify(known),
        heads=audit.heads(),
        exported=len(known),
        now=clock.now(),
    )
