"""The office's pages that end a case: the council's decision, or the annulment of the entry."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import ChangedMeanwhile, DomainError
from ptm_participation.observations import annulment, filters, lists, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import here, observation_at, officer
from ptm_participation.observations.office_forms import (
    AnnulForm,
    DecideManyForm,
    DecisionForm,
    UndoForm,
)
from ptm_participation.procedure.choice import chosen_procedure, of_procedure


@bp.route("/ufficio/osservazioni/<register>/<int:number>/annulla", methods=["GET", "POST"])
@requires(Permission.ANNUL)
def annul(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = AnnulForm()
    if form.validate_on_submit():
        try:
            annulment.annul(officer(), observation, because=form.because.data)
        except DomainError as error:
            form.because.errors = [str(error)]
        else:
            flash(_("The entry is annulled: its number and its trace stay."), "success")
            return here(observation)
    return render_template("observations/annul.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/annulla/disfa", methods=["GET", "POST"])
@requires(Permission.ANNUL)
def undo_annulment(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = UndoForm()
    if form.validate_on_submit():
        try:
            annulment.undo_annulment(officer(), observation, because=form.because.data)
        except DomainError as error:
            form.because.errors = [str(error)]
        else:
            flash(_("The entry stands again."), "success")
            return here(observation)
    return render_template("observations/undo_annulment.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/decisione", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def decide(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = DecisionForm(act=observation.decided_act, on=observation.decided_on)
    form.guard()
    if form.validate_on_submit():
        try:
            service.record_decision(officer(), [observation], act=form.act.data, on=form.on.data)
        except DomainError as error:
            form.on.errors = [str(error)]
        else:
            flash(_("The decision is saved."), "success")
            return here(observation)
    return render_template("observations/decide.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/decise", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
@of_procedure
def decide_many() -> Any:
    """Write one decision down for all that a filter finds under review."""
    procedure = chosen_procedure()
    filter_, _problems = filters.read(request.args, officer())
    ready = lists.under_review(procedure, filter_, seen_by=officer())
    form = DecideManyForm(chosen=[str(row.id) for row in ready])
    if form.validate_on_submit():
        chosen = [row for row in ready if str(row.id) in form.chosen.data]
        try:
            if len(chosen) < len(set(form.chosen.data)):
                raise ChangedMeanwhile()
            service.record_decision(officer(), chosen, act=form.act.data, on=form.on.data)
        except DomainError as error:
            form.act.errors = [str(error)]
        else:
            flash(_decided(len(chosen)), "success")
            return redirect(url_for("observations.worklist"))
    return render_template(
        "observations/decide_many.html",
        form=form,
        ready=ready,
        chips=filters.chips(procedure, request.args, officer()),
        arguments=without_paging(request.args),
    )


def _decided(count: int) -> str:
    return ngettext(
        "The decision is written down for %(num)d observation.",
        "The decision is written down for %(num)d observations.",
        count,
    )
