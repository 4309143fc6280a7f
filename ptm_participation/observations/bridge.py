"""The office's pages of the bridge to the protocol: a table out, a table in."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import ngettext

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError
from ptm_participation.observations import filters, protocols
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import officer
from ptm_participation.observations.office_forms import TableForm
from ptm_participation.procedure.choice import chosen_procedure, of_procedure


@bp.route("/ufficio/protocollo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def protocol_bridge() -> Any:
    procedure = chosen_procedure()
    form = TableForm()
    if form.validate_on_submit():
        try:
            lines = protocols.read(form.file.data.stream.read(protocols.MOST_BYTES + 1))
            count = protocols.bring_in(officer(), procedure, lines, change=form.change.data)
        except protocols.WrongLines as error:
            form.file.errors = [str(error), *error.problems]
        except DomainError as error:
            form.file.errors = [str(error)]
        else:
            flash(
                ngettext(
                    "%(num)d protocol number is written.",
                    "%(num)d protocol numbers are written.",
                    count,
                ),
                "success" if count else "neutral",
            )
            return redirect(url_for("observations.protocol_bridge"))
    return render_template(
        "observations/protocol_bridge.html",
        form=form,
        procedure=procedure,
        missing=next(v for v in filters.views(procedure, officer()) if v.key == "without_protocol"),
        doubled=protocols.doubled(procedure, seen_by=officer()),
        columns=protocols.COLUMNS,
        more_columns=protocols.MORE_COLUMNS,
    )


@bp.route("/ufficio/protocollo.csv")
@requires(Permission.REGISTER)
@of_procedure
def protocol_table() -> Any:
    procedure = chosen_procedure()
    content = protocols.as_table(procedure, seen_by=officer())
    answer = Response(content, content_type="text/csv; charset=utf-8")
    name = f"{procedure.code}-protocollo-{clock.today().isoformat()}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
