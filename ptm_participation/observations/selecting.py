"""The office's pages that select observations in the worklist and act on all that is selected."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for

from ptm_participation.accounts import queries as accounts
from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import DomainError
from ptm_participation.core.numbers import whole
from ptm_participation.observations import filters, selection
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import officer
from ptm_participation.observations.office_forms import (
    AssignSelectedForm,
    CheckSelectedForm,
    SelectionForm,
)
from ptm_participation.procedure.choice import chosen_procedure, of_procedure
from ptm_participation.procedure.models import Procedure

# What a button of the worklist leads to, once the page's boxes are kept.
_LEADS_TO = {
    "assegna": "observations.assign_selected",
    "verifica": "observations.check_selected",
    "pubblica": "observations.publish_many",
    "esporta": "reporting.index",
}


@bp.route("/ufficio/osservazioni/scelta", methods=["POST"])
@requires(Permission.REGISTER)
@of_procedure
def select() -> Any:
    """Keep what the worklist's page has ticked and unticked, then do what its button says."""
    procedure = chosen_procedure()
    form = SelectionForm()
    problem = ""
    if form.validate_on_submit():
        try:
            _keep(form, procedure)
        except DomainError as error:
            problem = str(error)
    if request.accept_mimetypes.best == "application/json":
        chosen = selection.picked_ids(procedure, officer())
        words = problem or selection.said(chosen, form.keys("shown"))
        return jsonify(said=words, count=len(chosen)), 409 if problem else 200
    if problem:
        flash(problem, "warning")
    return _go_on(form.act.data if not problem else "")


def _keep(form: SelectionForm, procedure: Procedure) -> None:
    """Of the page's boxes, those that are not as they were shown; then a whole page or list."""
    ticked, shown_ticked = form.keys("pick"), form.keys("was")
    add, drop = ticked - shown_ticked, shown_ticked - ticked
    if form.whole_page.data:
        add, drop = form.keys("shown"), set()
    if add or drop:
        selection.change_selection(officer(), procedure, add=add, drop=drop)
    if form.act.data == "tutte":
        filter_, _problems = filters.read(request.args, officer())
        selection.select_found(officer(), procedure, filter_)
    elif form.act.data == "togli":
        selection.clear_selection(officer(), procedure)


def _go_on(act: str) -> Response:
    """To the page of the act; or to the list, on the page that the pager's button names."""
    kept: dict[str, Any] = without_paging(request.args)
    if act in _LEADS_TO:
        procedure = kept.get("procedimento")
        answer = redirect(url_for(_LEADS_TO[act], scelta="si", procedimento=procedure))
    else:
        place = request.form if {"dopo", "prima"} & set(request.form) else request.args
        cursor: dict[str, Any] = {name: place[name] for name in ("dopo", "prima") if name in place}
        answer = redirect(url_for("observations.worklist", **kept, **cursor))
    assert isinstance(answer, Response)
    return answer


@bp.route("/ufficio/osservazioni/scelta/assegna", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def assign_selected() -> Any:
    procedure = chosen_procedure()
    rows = selection.picked(procedure, officer())
    form = AssignSelectedForm(seen=selection.mark_of(rows), officer=str(officer().id))
    form.offer(accounts.list_officers())
    outcome = who = None
    if form.validate_on_submit():
        chosen = whole(form.officer.data)
        try:
            who = accounts.get_user(chosen) if chosen is not None else None
            outcome = selection.assign_selected(officer(), procedure, who, seen=form.seen.data)
        except DomainError as error:
            form.officer.errors = [str(error)]
            form.seen.data = selection.mark_of(rows)
    return render_template(
        "observations/assign_selected.html",
        form=form,
        procedure=procedure,
        rows=rows,
        outcome=outcome,
        who=who,
    )


@bp.route("/ufficio/osservazioni/scelta/verifica", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def check_selected() -> Any:
    procedure = chosen_procedure()
    rows = selection.picked(procedure, officer())
    form = CheckSelectedForm(seen=selection.mark_of(rows))
    outcome = None
    if form.validate_on_submit():
        try:
            outcome = selection.check_selected(officer(), procedure, seen=form.seen.data)
        except DomainError as error:
            form.seen.errors = [str(error)]
            form.seen.data = selection.mark_of(rows)
    return render_template(
        "observations/check_selected.html",
        form=form,
        procedure=procedure,
        expected=selection.sort_out(rows, selection.not_to_check),
        outcome=outcome,
    )
