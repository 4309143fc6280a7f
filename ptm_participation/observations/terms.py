"""The office's pages that move terms: what follows is shown first, and confirmed."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import HiddenField

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import new_token
from ptm_participation.observations import standing
from ptm_participation.observations.blueprint import bp
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure import service, terms
from ptm_participation.procedure.choice import chosen_procedure, of_procedure, stay_in
from ptm_participation.procedure.forms import (
    ExtensionForm,
    FeastsForm,
    SuspensionForm,
    TermForm,
    shown,
    shown_suspension,
)
from ptm_participation.procedure.models import Procedure
from ptm_participation.procedure.reasoning import sentences
from ptm_participation.procedure.terms import Change

CONFIRMED = "confirmed"  # the fingerprint of what was shown, sent back by its button
MOST_SHOWN = 200


def _decide(
    template: str,
    form: Any,
    procedure: Procedure,
    look: Callable[[], Change],
    make: Callable[[], object],
    act: str,
    **shown_too: Any,
) -> Any:
    """Show what a valid form would change; make it if that is what was confirmed."""
    field = next(field for field in form if not isinstance(field, HiddenField))
    try:
        change = look()
        flipping = standing.flips(change)
        mark = standing.fingerprint(change, flipping)
        if request.form.get(CONFIRMED):
            seen = request.form[CONFIRMED]
            count = standing.move_terms(signed_in_user(), procedure, make, act=act, seen=seen)
            flash(_changed(count), "success")
            return redirect(url_for("procedure.terms"))
    except DomainError as error:
        field.errors = [*field.errors, str(error)]
        return render_template(template, form=form, procedure=procedure, **shown_too)
    return render_template(
        template,
        form=form,
        procedure=procedure,
        check={
            "windows": [
                (procedures.get_window(number), times, _reasons(times))
                for number, times in change.items()
            ],
            "flips": flipping[:MOST_SHOWN],
            "count": len(flipping),
            "confirmed": mark,
        },
        sent=[(n, v) for n, v in request.form.items() if n not in {"csrf_token", CONFIRMED}],
        **shown_too,
    )


def _reasons(times: terms.Times) -> list[str]:
    return sentences(times.deadline) if times.deadline else []


def _changed(count: int) -> str:
    if not count:
        return _("The term is changed. No observation changes its standing.")
    return ngettext(
        "The term is changed, and with it the standing of %(num)d observation.",
        "The term is changed, and with it the standing of %(num)d observations.",
        count,
    )


@bp.route("/ufficio/termini/<int:window_id>", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def change_term(window_id: int) -> Any:
    window = procedures.get_window(window_id)
    stay_in(window.procedure)
    opens_on = clock.rome(window.opens_at).date()
    # The act that set the term is not the one that moves it.
    form = TermForm(**{**shown(window, opens_on), "act": ""})
    del form.register, form.audience
    form.guard()
    if form.validate_on_submit():
        act = form.act.data
        return _decide(
            "observations/change_term.html",
            form,
            window.procedure,
            lambda: terms.changed_by_term(window, form.term()),
            lambda: service.change_term(signed_in_user(), window, form.term(), act=act),
            act,
            window=window,
        )
    return render_template("observations/change_term.html", form=form, window=window)


@bp.route("/ufficio/termini/<int:window_id>/proroga", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def extend_term(window_id: int) -> Any:
    window = procedures.get_window(window_id)
    stay_in(window.procedure)
    form = ExtensionForm()
    if form.validate_on_submit():
        return _decide(
            "observations/extend_term.html",
            form,
            window.procedure,
            lambda: terms.changed_by_extension(window, form.extension()),
            lambda: service.extend_term(signed_in_user(), window, form.extension()),
            form.act.data,
            window=window,
        )
    return render_template("observations/extend_term.html", form=form, window=window)


@bp.route("/ufficio/termini/sospensioni/nuova", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
@of_procedure
def suspend_terms() -> Any:
    procedure = chosen_procedure()
    form = SuspensionForm(token=new_token())
    if form.validate_on_submit():
        return _decide(
            "observations/suspend_terms.html",
            form,
            procedure,
            lambda: terms.changed_by_calendar(
                procedure,
                procedures.list_windows(procedure),
                suspensions=terms.with_suspension(procedure, form.suspension()),
            ),
            lambda: service.suspend_terms(
                signed_in_user(), procedure, form.suspension(), token=form.token.data
            ),
            form.act.data,
        )
    return render_template("observations/suspend_terms.html", form=form)


@bp.route("/ufficio/termini/sospensioni/<int:suspension_id>", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
@of_procedure
def correct_suspension(suspension_id: int) -> Any:
    procedure = chosen_procedure()
    row = procedures.get_suspension(procedure, suspension_id)
    form = SuspensionForm(**shown_suspension(row))
    if form.validate_on_submit():
        return _decide(
            "observations/correct_suspension.html",
            form,
            procedure,
            lambda: terms.changed_by_calendar(
                procedure,
                procedures.list_windows(procedure),
                suspensions=terms.with_suspension(procedure, form.suspension(), row),
            ),
            lambda: service.correct_suspension(signed_in_user(), row, form.suspension()),
            form.act.data,
        )
    return render_template("observations/correct_suspension.html", form=form)


@bp.route("/ufficio/termini/feste", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
@of_procedure
def set_feasts() -> Any:
    procedure = chosen_procedure()
    form = FeastsForm(feasts=procedure.local_feasts)
    if form.validate_on_submit():
        text = form.feasts.data or ""
        return _decide(
            "observations/set_feasts.html",
            form,
            procedure,
            lambda: terms.changed_by_calendar(
                procedure, procedures.list_windows(procedure), feasts=text
            ),
            lambda: service.set_feasts(signed_in_user(), procedure, text),
            _("Local feast days"),
        )
    return render_template("observations/set_feasts.html", form=form)
