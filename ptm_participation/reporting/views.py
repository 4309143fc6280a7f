"""The manager's summary and exports."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    render_template,
    request,
    stream_with_context,
)
from werkzeug.utils import secure_filename

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import audit, clock, heads
from ptm_participation.core.chips import without_paging
from ptm_participation.observations import filters
from ptm_participation.procedure.choice import chosen_procedure, of_procedure
from ptm_participation.procedure.models import Procedure
from ptm_participation.reporting import dashboard as board
from ptm_participation.reporting import exports, queries, service, sheets
from ptm_participation.reporting.tables import Tally

bp = Blueprint("reporting", __name__)

# What a downloaded file is called: it lies among the office's own.
FILE_NAMES = {
    "register": "registro",
    "municipalities": "comuni",
    "zones": "zone-omogenee",
    "stakeholders": "portatori-di-interesse",
    "consultations": "consultazioni",
    "places": "luoghi",
    "sections": "sezioni",
    "summary": "sintesi",
}
FORMAT_NAMES = {"xlsx": "XLSX", "csv": "CSV", "json": "JSON", "geojson": "GeoJSON"}


@bp.route("/ufficio/sintesi")
@requires(Permission.SUMMARISE)
@of_procedure
def dashboard() -> Any:
    procedure = chosen_procedure()
    filter_, problems = filters.read(request.args, signed_in_user())
    return render_template(
        "reporting/dashboard.html",
        board=board.read(procedure, filter_, seen_by=signed_in_user()),
        **_frame(procedure, problems),
    )


@bp.route("/ufficio/sintesi/tabelle")
@requires(Permission.SUMMARISE)
@of_procedure
def summary() -> Any:
    procedure = chosen_procedure()
    filter_, problems = filters.read(request.args, signed_in_user())
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
        "chips": filters.chips(procedure, request.args, signed_in_user()),
        "choices": filters.choices(procedure),
        "address": without_paging(request.args),
        "in_words": filters.in_words(procedure, request.args, signed_in_user()),
        "now": clock.now(),
    }


@bp.route("/ufficio/esportazioni")
@requires(Permission.EXPORT)
@of_procedure
def index() -> Any:
    procedure = chosen_procedure()
    _filter, problems = filters.read(request.args, signed_in_user())
    # Who comes from the summary finds it first.
    from_summary = request.args.get("da") == "sintesi"
    listed = sorted(sheets.EXPORTS.items(), key=lambda item: item[0] != "summary")
    return render_template(
        "reporting/index.html",
        exports=listed if from_summary else list(sheets.EXPORTS.items()),
        format_names=FORMAT_NAMES,
        procedure=procedure,
        problems=problems,
        chips=filters.chips(procedure, request.args, signed_in_user()),
        address=without_paging(request.args),
        now=clock.now(),
    )


@bp.route("/ufficio/esportazioni/<name>.<format>")
@requires(Permission.EXPORT)
@of_procedure
def export(name: str, format: str) -> Any:
    procedure = chosen_procedure()
    arguments = without_paging(request.args)
    arguments[sheets.TABLE] = request.args.get(sheets.TABLE, "")
    sheets.get_export(name, format)
    table = sheets.get_table_title(name, arguments)
    reader = signed_in_user()
    service.note_export(
        reader,
        procedure,
        name=f"{name}/{arguments[sheets.TABLE]}" if table else name,
        format=format,
        filter=filters.in_words(procedure, arguments, reader),
    )
    sheet = sheets.make(name, procedure, arguments, seen_by=reader)
    content = exports.at_the_readers_pace(exports.write(sheet, format))
    answer = Response(stream_with_context(content), content_type=exports.FORMATS[format])
    answer.headers["Content-Disposition"] = _file_name(procedure.code, name, table, format)
    return answer


def _file_name(procedure: str, name: str, table: str, format: str) -> str:
    """Whose it is, what it holds, of which day."""
    words = [procedure, FILE_NAMES[name], secure_filename(table).lower().replace("_", "-")]
    said = "-".join([*filter(None, words), clock.today().isoformat()])
    return f'attachment; filename="{said}.{format}"'


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
