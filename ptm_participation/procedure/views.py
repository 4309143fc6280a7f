"""The office's page of terms: windows, the acts that move and shut them, the notice."""

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import new_token
from ptm_participation.procedure import queries, service
from ptm_participation.procedure.forms import NoticeForm, ShutForm, TermForm
from ptm_participation.procedure.models import Audience, Procedure, Window

bp = Blueprint("procedure", __name__)


@bp.route("/ufficio/termini")
@requires(Permission.REGISTER)
def terms() -> Any:
    procedure = queries.get_procedure()
    return render_template(
        "procedure/terms.html",
        procedure=procedure,
        windows=queries.list_windows(procedure),
        notice=queries.notice_in_force(procedure),
    )


def _registers(procedure: Procedure) -> list[tuple[str, Any]]:
    return [(str(r.id), r.kind.label) for r in queries.list_registers(procedure)]


def _instants(form: TermForm) -> tuple[dt.datetime, dt.datetime]:
    """The first instant in which one may submit, and the first that is late."""
    last: dt.date = form.last_day.data
    hour: dt.time | None = form.hour.data
    closes = (
        dt.datetime.combine(last, hour, clock.ROME).astimezone(dt.UTC)
        if hour
        else clock.end_of_day(last)
    )
    return clock.start_of_day(form.opens_on.data), closes


@bp.route("/ufficio/termini/nuova", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def new() -> Any:
    procedure = queries.get_procedure()
    form = TermForm(registers=_registers(procedure), token=new_token())
    if form.validate_on_submit():
        opens_at, closes_at = _instants(form)
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
                opens_at=opens_at,
                closes_at=closes_at,
                act=form.act.data,
            )
        except DomainError as error:
            form.last_day.errors = [str(error)]
        else:
            return redirect(url_for("procedure.terms"))
    return render_template("procedure/new.html", form=form)


@bp.route("/ufficio/termini/<int:window_id>", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def edit(window_id: int) -> Any:
    window = queries.get_window(window_id)
    form = TermForm(
        registers=_registers(window.procedure),
        register=str(window.register_id),
        audience=window.audience.value,
        act=window.act,
        **_shown(window),
    )
    del form.register, form.audience
    form.guard()
    if form.validate_on_submit():
        opens_at, closes_at = _instants(form)
        try:
            service.change_term(
                signed_in_user(),
                window,
                opens_at=opens_at,
                closes_at=closes_at,
                act=form.act.data,
            )
        except DomainError as error:
            form.last_day.errors = [str(error)]
        else:
            flash(_("The term is changed."), "success")
            return redirect(url_for("procedure.terms"))
    return render_template("procedure/edit.html", form=form, window=window)


def _shown(window: Window) -> dict[str, Any]:
    closes = clock.rome(window.closes_at)
    whole_day = closes.time() == dt.time()
    last = closes - dt.timedelta(days=1) if whole_day else closes
    return {
        "opens_on": clock.rome(window.opens_at).date(),
        "last_day": last.date(),
        "hour": None if whole_day else closes.time(),
    }


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
