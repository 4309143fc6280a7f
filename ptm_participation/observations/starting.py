"""How an observation begins: which window, from which words of the plan, or on paper."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import public
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.numbers import whole
from ptm_participation.observations import documents, drafting, resuming, steps
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.choosing import may_be_spoken_of
from ptm_participation.observations.forms import (
    WindowForm,
)
from ptm_participation.observations.views import pdf_answer
from ptm_participation.observations.workflow import Purpose
from ptm_participation.plan import queries as plan
from ptm_participation.plan.closing import closed_among
from ptm_participation.plan.quotes import AROUND, Quotation, one_line
from ptm_participation.plan.service import WordsNotThere, WordsRepeated, anchor_on
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import CHOICE, chosen_procedure, of_procedure, stay_in
from ptm_participation.procedure.models import IdentityLevel, Procedure, Window


@bp.route("/osserva", methods=["GET", "POST"])
@public
@of_procedure
def start() -> Any:
    procedure = chosen_procedure()
    windows = _windows_asked_for()
    if len(windows) > 1:
        return _choose_window(windows)
    if not windows and "finestra" in request.args:  # shut since it was chosen
        return redirect(url_for("observations.start"))
    window = windows[0] if windows else procedures.public_window(procedure)
    procedure = window.procedure if window else procedure
    stay_in(procedure)
    form = ConfirmForm()
    sections = _sections_asked_for(procedure)
    if form.validate_on_submit() and window is not None and windows:
        return _begin(window, sections)
    return render_template(
        "observations/start.html",
        form=form,
        procedure=procedure,
        window=window,
        open_now=bool(windows),
        refusal=_refusal(procedure),
        chosen=steps.chosen_sections({"requests": [{"sections": sections}]})[0],
        levels=[IdentityLevel(level) for level in procedure.sufficient_levels],
        drafts=[
            (key, draft, steps.written_at(draft.content))
            for key, draft in resuming.begun_here(signed_in_user())
        ],
    )


def _begin(window: Window, sections: list[dict[str, Any]]) -> Any:
    author, known = signed_in_user(), _begun_with(sections)
    key = drafting.begin_draft(window, author=author if isinstance(author, User) else None, **known)
    resuming.remember(key)
    content = drafting.find_draft(key).content
    step = steps.REQUESTS if known.get("sections") else steps.path_of(content)[0]
    return redirect(url_for(f"observations.{step}", key=key))


def _begun_with(sections: list[dict[str, Any]]) -> dict[str, Any]:
    """What a new draft knows from the button that was pressed and the page that led here."""
    if "niente" in request.form:
        return {"purpose": Purpose.NO_OBSERVATIONS.value}
    return {"sections": sections}


def _windows_asked_for() -> list[Window]:
    """The windows in which the reader may write now, as far as the address narrows them: by
    procedure, by a section to speak of, by the window itself."""
    windows = procedures.open_windows()
    if request.args.get(CHOICE):
        windows = [w for w in windows if w.procedure.code == request.args[CHOICE]]
    section = whole(request.values.get("sezione"))
    if section is not None:
        version = plan.get_version(section)
        windows = [w for w in windows if may_be_spoken_of(version, w.procedure)] or windows
    number = whole(request.args.get("finestra"))
    return windows if number is None else [w for w in windows if w.id == number]


def _choose_window(windows: list[Window]) -> Any:
    """Several windows are open: one question before all others."""
    form = WindowForm(windows, formdata=request.args)
    if "avanti" in request.args:
        form.validate()
    return render_template("observations/choose_window.html", form=form, windows=windows)


def _sections_asked_for(procedure: Procedure) -> list[dict[str, Any]]:
    """The section, and the words in it, that the reader came from."""
    version_id = whole(request.values.get("sezione"))
    if version_id is None:
        return []
    version = plan.get_version(version_id)
    if not may_be_spoken_of(version, procedure) or closed_among([version_id]):
        return []
    exact = one_line(request.values.get("parole", ""))
    if not exact:
        return [{"version": version.id}]
    before, after = request.values.get("prima"), request.values.get("dopo")
    quoted = Quotation(exact, before and before[-AROUND:], after and after[:AROUND])
    try:
        anchor_on(version, quoted)
    except (WordsNotThere, WordsRepeated) as error:
        flash(_("%(problem)s For now the whole section is chosen.", problem=error), "warning")
        return [{"version": version.id}]
    return [drafting.quoted_words(version.id, quoted)]


def _refusal(procedure: Procedure) -> str:
    """Why the section that the reader came from takes no observations, if it takes none."""
    version_id = whole(request.values.get("sezione"))
    if version_id is None:
        return ""
    version = plan.get_version(version_id)
    if not may_be_spoken_of(version, procedure):
        return ""
    closed = closed_among([version_id]).get(version_id)
    return closed.refusal(version.citation) if closed else ""


@bp.route("/osserva/modulo.pdf")
@public
@of_procedure
def blank_form() -> Any:
    procedure = chosen_procedure()
    window = procedures.public_window(procedure)
    if window is None:
        return redirect(url_for("observations.start"))
    number = whole(request.args.get("sezione"))
    asked = plan.sections([number]).get(number) if number is not None else None
    section, address = None, ""
    if asked is not None:
        # As it stands in the edition under observation: an office's draft is nobody else's.
        section = plan.get_section(procedure.edition, asked.document_slug, asked.slug)
        path = url_for(
            "observations.from_paper",
            procedure=procedure.code,
            document=section.document_slug,
            slug=section.slug,
        )
        address = current_app.config["PUBLIC_URL"] + path
    return pdf_answer(
        documents.blank_form(procedure, window, section, address), "modulo-osservazione.pdf"
    )
