"""The office's pages of procedures and of their terms: windows, what shuts them, the notice."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import new_token
from ptm_participation.procedure import queries, service
from ptm_participation.procedure.choice import (
    chosen_procedure,
    leading_procedure,
    of_procedure,
    shown_procedures,
    stay_in,
)
from ptm_participation.procedure.forms import (
    LateForm,
    NoticeForm,
    PatternForm,
    ProcedureForm,
    ShutForm,
    TermForm,
    proposed,
)
from ptm_participation.procedure.holidays import feasts
from ptm_participation.procedure.models import Audience, Procedure, Window
from ptm_participation.procedure.patterns import Pattern, get_pattern, patterns
from ptm_participation.procedure.reasoning import counting
from ptm_participation.procedure.terms import foreseen_ends, suspensions_of

bp = Blueprint("procedure", __name__)


# -- procedures --------------------------------------------------------------------------


@bp.route("/ufficio/procedimenti")
@requires(Permission.REGISTER)
def index() -> Any:
    return render_template(
        "procedure/index.html",
        courses=queries.courses(shown_procedures()),
        patterns=patterns(),
    )


@bp.route("/ufficio/procedimento/<code>")
@requires(Permission.REGISTER)
def show(code: str) -> Any:
    """One procedure whole: its steps, those still to come too, its windows and registers."""
    procedure = queries.get_procedure(code)
    stay_in(procedure)
    stages = queries.path(procedure)
    steps = [step for stage in stages for step in stage.steps]
    return render_template(
        "procedure/show.html",
        procedure=procedure,
        stages=stages,
        ends=foreseen_ends(procedure, steps, suspensions_of(procedure)),
        windows=queries.list_windows(procedure, whole=True),
        registers=queries.list_registers(procedure),
        pattern=patterns().get(procedure.pattern),
    )


@bp.route("/ufficio/procedimenti/nuovo", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def start() -> Any:
    """Open a procedure: first of which pattern, then what it is."""
    if not {"modello", "avanti"} & set(request.args):
        return render_template("procedure/choose_pattern.html", form=PatternForm())
    choice = PatternForm(formdata=request.args)
    if not choice.validate():
        return render_template("procedure/choose_pattern.html", form=choice)
    pattern = get_pattern(choice.modello.data)
    lead, editions = leading_procedure(), queries.list_editions()
    form = ProcedureForm(editions=editions, token=new_token(), **proposed(lead))
    if form.validate_on_submit():
        opened = _open(pattern, form)
        if opened is not None:
            flash(_("The procedure is opened. Now write the days of its steps."), "success")
            return redirect(url_for("procedure.show", code=opened.code))
    return render_template("procedure/start.html", form=form, pattern=pattern)


def _open(pattern: Pattern, form: ProcedureForm) -> Procedure | None:
    """The procedure of the form; None, with a sentence beside the code, if it may not be."""
    try:
        return service.open_procedure(
            signed_in_user(), pattern, form.opening(), token=form.token.data
        )
    except DomainError as error:
        form.code.errors = [str(error)]
        return None


@bp.route("/ufficio/procedimento/<code>/in-evidenza", methods=["POST"])
@requires(Permission.SET_TERMS)
def put_first(code: str) -> Any:
    procedure = queries.get_procedure(code)
    if ConfirmForm().validate_on_submit():
        service.put_first(signed_in_user(), procedure)
        flash(_("%(title)s comes first now.", title=procedure.title), "success")
    return redirect(url_for("procedure.index"))


# -- terms -------------------------------------------------------------------------------


@bp.route("/ufficio/termini")
@requires(Permission.REGISTER)
@of_procedure
def terms() -> Any:
    procedure = chosen_procedure()
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


@bp.route("/ufficio/termini/nuova", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
@of_procedure
def new() -> Any:
    procedure = chosen_procedure()
    pattern = patterns().get(procedure.pattern)
    registers = queries.list_registers(procedure)
    foreseen = pattern.foreseen(request.args.get("prevista", "")) if pattern else None
    form = TermForm(registers=registers, foreseen=foreseen, token=new_token())
    if form.validate_on_submit():
        register = next(r for r in registers if str(r.id) == form.register.data)
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
    return render_template(
        "procedure/new.html", form=form, procedure=procedure, pattern=pattern, foreseen=foreseen
    )


def _window(window_id: int) -> Window:
    """The window that an address names. Raises NotFound."""
    window = queries.get_window(window_id)
    stay_in(window.procedure)
    return window


@bp.route("/ufficio/termini/<int:window_id>/chiudi", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
def shut(window_id: int) -> Any:
    window = _window(window_id)
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
@of_procedure
def notice() -> Any:
    procedure = chosen_procedure()
    present = queries.notice_in_force(procedure)
    # One that has none yet begins with the words of the procedure that leads.
    form = NoticeForm(obj=present or queries.notice_in_force(leading_procedure()))
    if form.validate_on_submit():
        service.write_notice(
            signed_in_user(), procedure, text=form.text.data, text_en=form.text_en.data
        )
        flash(_("The new version of the notice is in force."), "success")
        return redirect(url_for("procedure.terms"))
    return render_template("procedure/notice.html", form=form, procedure=procedure, present=present)


@bp.route("/ufficio/termini/tardive", methods=["GET", "POST"])
@requires(Permission.SET_TERMS)
@of_procedure
def late() -> Any:
    procedure = chosen_procedure()
    decided = {True: "yes", False: "no", None: None}[procedure.late_examined]
    form = LateForm(examined=decided, act=procedure.late_act)
    if form.validate_on_submit():
        service.decide_on_late(
            signed_in_user(), procedure, examined=form.examined.data == "yes", act=form.act.data
        )
        flash(_("What was decided on late observations is saved."), "success")
        return redirect(url_for("procedure.terms"))
    return render_template("procedure/late.html", form=form)
