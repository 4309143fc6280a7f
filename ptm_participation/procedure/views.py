"""The office's page of terms: windows, the acts that move and shut them, the notice."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import new_token
from ptm_participation.procedure import queries, service
from ptm_participation.procedure.forms import LateForm, NoticeForm, ShutForm, TermForm
from ptm_participation.procedure.holidays import feasts
from ptm_participation.procedure.models import Audience, Procedure
from ptm_participation.procedure.reasoning import counting
from ptm_participation.procedure.terms import suspensions_of

bp = Blueprint("procedure", __name__)


@bp.route("/ufficio/termini")
@requires(Permission.REGISTER)
def terms() -> Any:
    procedure = queries.get_procedure()
    suspensions = suspensions_of(procedure)
    windows = queries.list_windows(procedure, whole=True)
    return render_template(
        "procedure/terms.html",
        procedure=procedure,
        windows=[(window, counting(window, suspensions)) for window in windows],
        suspensions=suspensions,
        feasts=feasts(procedure.local_feasts),
        notice=queries.notice_in_force(procedure),
    )


def _registers(procedure: Procedure) -> list[tuple[str, Any]]:
    return [(str(r.id), r.kind.label) for r in queries.list_registers(procedure)]


@bp.route("/ufficio/termini/nuova", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def new() -> Any:
    procedure = queries.get_procedure()
    form = TermForm(registers=_registers(procedure), token=new_token())
    if form.validate_on_submit():
        register = next(
            r for r in queries.list_registers(procedure) if str(r.id) == form.register.data
        )
        try:
            service.open_window(
                signed_in_user(),
                procedure,
                register,
                token=form.token.data,
                audience=Audience(form.audience.data),
                term=form.term(),
                act=form.act.data,
            )
        except DomainError as error:
            form.days.errors = [str(error)]
        else:
            return redirect(url_for("procedure.terms"))
    return render_template("procedure/new.html", form=form)


@bp.route("/ufficio/termini/<int:window_id>/chiudi", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def shut(window_id: int) -> Any:
    window = queries.get_window(window_id)
    form = ShutForm()
    if form.validate_on_submit():
        try:
            service.shut_window(signed_in_user(), window, act=form.act.data)
        except DomainError as error:
            form.act.errors = [str(error)]
        else:
            return redirect(url_for("procedure.terms"))
    return render_template("procedure/shut.html", form=form, window=window)


@bp.route("/ufficio/termini/informativa", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def notice() -> Any:
    procedure = queries.get_procedure()
    form = NoticeForm(obj=queries.notice_in_force(procedure))
    if form.validate_on_submit():
        service.write_notice(
            signed_in_user(), procedure, text=form.text.data, text_en=form.text_en.data
        )
        flash(_("The new version of the notice is in force."), "success")
        return redirect(url_for("procedure.terms"))
    return render_template("procedure/notice.html", form=form, procedure=procedure)


@bp.route("/ufficio/termini/tardive", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def late() -> Any:
    procedure = queries.get_procedure()
    decided = {True: "yes", False: "no", None: None}[procedure.late_examined]
    form = LateForm(examined=decided, act=procedure.late_act)
    if form.validate_on_submit():
        service.decide_on_late(
            signed_in_user(), procedure, examined=form.examined.data == "yes", act=form.act.data
        )
        flash(_("What was decided on late observations is saved."), "success")
        return redirect(url_for("procedure.terms"))
    return render_template("procedure/late.html", form=form)
