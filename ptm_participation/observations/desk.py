"""The office's pages that say who works on an observation, and what of it cannot be read."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from ptm_participation.accounts import queries as accounts
from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.core.errors import DomainError
from ptm_participation.core.numbers import whole
from ptm_participation.observations import assignments, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import assign_form, observation_at, officer
from ptm_participation.observations.office_forms import UnreadableForm


@bp.route("/ufficio/osservazioni/<register>/<int:number>/assegna", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def assign(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = assign_form(observation)
    if form.validate_on_submit():
        chosen = whole(form.officer.data)
        try:
            who = accounts.get_user(chosen) if chosen is not None else None
            assignments.assign(officer(), [observation], who)
        except DomainError as error:
            form.officer.errors = [str(error)]
        else:
            if who is not None:
                flash(_("The observation is assigned to %(who)s.", who=who.name), "success")
            else:
                flash(_("The observation is assigned to nobody."), "success")
            return redirect(url_for("observations.show", register=register, number=number))
    return render_template("observations/assign.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/leggibile", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def unreadable(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = UnreadableForm(what=observation.unreadable)
    form.guard()
    if form.validate_on_submit():
        service.note_unreadable(officer(), observation, what=form.what.data)
        flash(_("What cannot be read is saved."), "success")
        return redirect(url_for("observations.show", register=register, number=number))
    return render_template("observations/unreadable.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/si-legge", methods=["POST"])
@requires(Permission.REGISTER)
def readable(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    if ConfirmForm().validate_on_submit():
        service.note_unreadable(officer(), observation, what="")
        flash(_("The observation is marked as readable."), "success")
    return redirect(url_for("observations.show", register=register, number=number))
