"""The public form: its steps from what is asked up to the check, and what each page shows."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ptm_participation.accounts.access import public
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.formats import language
from ptm_participation.core.numbers import whole
from ptm_participation.core.uploads import ACCEPTED, receive
from ptm_participation.observations import drafting, placing, steps, suggesting
from ptm_participation.observations.audiences import admitted
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.forms import (
    LinkForm,
    PartyForm,
    ReasonsForm,
    RequestsForm,
    SubjectTypeForm,
)
from ptm_participation.observations.workflow import FileClass, Purpose, RequestKind
from ptm_participation.procedure.choice import stay_in
from ptm_participation.stakeholders.subjects import (
    SubjectFamily,
    SubjectType,
    families_of,
    family_of,
)

# What this browser's session remembers: the codes of what it sent.
SENT = "sent"


def pdf_answer(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def frame(draft: Draft, key: str, step: str) -> dict[str, Any]:
    """What every step's page shows beside its form."""
    window = draft.window
    stay_in(window.procedure)
    return {
        "draft": draft,
        "key": key,
        "step": step,
        "path": steps.path_of(draft.content),
        "purpose": steps.purpose_of(draft.content),
        "earlier": steps.earlier_of(draft.content),
        "written_at": steps.written_at(draft.content),
        "window": window,
        "procedure": window.procedure,
        "late": not window.in_time(clock.now()),
        "link_form": LinkForm(formdata=None),
    }


# -- step 2: what is asked ---------------------------------------------------------------


@bp.route("/osserva/<key>/richieste", methods=["GET", "POST"])
@public
def requests(key: str) -> Any:
    draft = drafting.find_draft(key)
    if steps.REQUESTS not in steps.path_of(draft.content):
        return redirect(url_for(f"observations.{steps.written_at(draft.content)}", key=key))
    form = RequestsForm(data=steps.requests_data(draft.content))
    refused: list[str] = []
    if request.method == "POST":
        if not steps.fits(draft.content, form):
            flash(_("The draft changed in another window: this is how it is now."), "warning")
            return redirect(url_for("observations.requests", key=key))
        draft = drafting.change_draft(key, lambda content: steps.keep_requests(content, form))
        refused = take_files(key, form.files.data, FileClass.ATTACHMENT)
        if "carica" in request.form and not any(form.files.data or []):
            refused = [_("Choose a file first.")]
        if not refused and not form.session_ended:
            onward = _requests_action(key, draft, form)
            if onward is not None:
                return onward
        draft = drafting.find_draft(key)
    form.files.errors = [*form.files.errors, *refused]
    chosen = steps.chosen_sections(draft.content)
    for entry, about in zip(form.requests.entries, chosen, strict=False):
        if not any(section.row.text for section in about):
            entry.form.speak_of_no_words()
    return render_template(
        "observations/requests.html",
        form=form,
        chosen=chosen,
        located=placing.of_draft(draft.content),
        content=draft.content,
        attachments=[f for f in draft.files if f.file_class is FileClass.ATTACHMENT],
        accepted=ACCEPTED,
        hints={kind.value: kind.hint for kind in RequestKind},
        suggestions=suggesting.suggestions(draft),
        **frame(draft, key, steps.REQUESTS),
    )


def _requests_action(key: str, draft: Draft, form: RequestsForm) -> Any:
    """Where the button that was pressed leads; None shows the form again."""
    content = draft.content
    asked = content["requests"]
    answered = suggesting.answered(key, draft, request.form)
    if answered is not None:
        return redirect(url_for("observations.requests", key=key, _anchor=f"r{answered + 1}"))
    if "aggiungi" in request.form and len(asked) < drafting.MOST_REQUESTS:
        drafting.change_draft(
            key, lambda c: {**c, "requests": [*c["requests"], drafting.empty_request()]}
        )
        return redirect(url_for("observations.sections", key=key, richiesta=len(asked)))
    gone = whole(request.form.get("togli"))
    if gone is not None and len(asked) > 1:
        return _take_off(key, content, gone)
    dropped = whole(request.form.get("togli-file"))
    if dropped is not None:
        drafting.drop_file(key, dropped)
        return redirect(url_for("observations.requests", key=key, _anchor="allegati"))
    if "carica" in request.form:
        return redirect(url_for("observations.requests", key=key, _anchor="allegati"))
    located = whole(request.form.get("luoghi"))
    if located is not None and located < len(asked):
        return redirect(url_for("observations.places", key=key, number=located + 1))
    sections_of = whole(request.form.get("sezioni"))
    if sections_of is not None:
        return redirect(url_for("observations.sections", key=key, richiesta=sections_of))
    if "indietro" in request.form:
        return redirect(url_for("observations.sections", key=key))
    if not form.validate():
        return None
    cites = suggesting.newly_found(key, draft)
    if cites is not None:
        return redirect(url_for("observations.requests", key=key, _anchor=f"citati-{cites + 1}"))
    return redirect(url_for("observations.who", key=key))


def _take_off(key: str, content: dict[str, Any], gone: int) -> Any:
    """Drop a request in which nothing is written; whatever is written asks once more."""
    asked = content["requests"]
    written = (*steps.TYPED, "places")
    if 0 <= gone < len(asked) and any(asked[gone].get(name) for name in written):
        return redirect(url_for("observations.remove_request", key=key, number=gone + 1))
    _drop_request(key, gone)
    return redirect(url_for("observations.requests", key=key))


def _drop_request(key: str, gone: int) -> None:
    drafting.change_draft(
        key,
        lambda content: {
            **content,
            "requests": [a for place, a in enumerate(content["requests"]) if place != gone],
        },
    )


@bp.route("/osserva/<key>/richieste/<int:number>/togli", methods=["GET", "POST"])
@public
def remove_request(key: str, number: int) -> Any:
    """What would be lost with a request, before it is."""
    draft = drafting.find_draft(key)
    asked = draft.content["requests"]
    if not 1 <= number <= len(asked) or len(asked) == 1:
        raise NotFound()
    form = ConfirmForm()
    seen = whole(request.form.get("revision"))
    if form.validate_on_submit() and seen != draft.revision:
        flash(_("The draft changed in another window: this is how it is now."), "warning")
        return redirect(url_for("observations.requests", key=key))
    if form.validate_on_submit():
        _drop_request(key, number - 1)
        flash(_("The request is removed."), "success")
        return redirect(url_for("observations.requests", key=key))
    return render_template(
        "observations/remove_request.html",
        form=form,
        number=number,
        asked=asked[number - 1],
        chosen=steps.chosen_sections(draft.content)[number - 1],
        located=placing.of_draft(draft.content)[number - 1],
        **frame(draft, key, ""),
    )


def take_files(key: str, uploads: list[Any] | None, file_class: FileClass) -> list[str]:
    """Put the files beside the draft; returns a sentence for each that may not come in."""
    refused = []
    for upload in uploads or []:
        if isinstance(upload, FileStorage) and upload.filename:
            try:
                name, kept = receive(upload)
                drafting.put_file(key, name, kept, file_class)
            except DomainError as error:
                refused.append(str(error))
    return refused


@bp.route("/osserva/<key>/salva", methods=["POST"])
@public
def save(key: str) -> Any:
    """Autosave: the same fields as the step's form, answered with the hour of saving.

    It needs no session: whoever holds the key may write, and the page is one of ours. One that
    is overtaken by a button that added or removed a request, or by another answer to what the
    submitter is, changes nothing.
    """
    draft = drafting.find_draft(key)
    keepers = {steps.WHO: _keep_who, steps.REASONS: _keep_reasons}
    keep = keepers.get(request.args.get("passo", ""), _keep_requests)
    keep(key, draft)
    hour = clock.rome(clock.now()).strftime("%H:%M")
    return {"saved": True, "message": _("Draft saved at %(hour)s", hour=hour)}


def _keep_requests(key: str, draft: Draft) -> None:
    form = RequestsForm(data=steps.requests_data(draft.content))
    drafting.change_draft(key, lambda content: steps.keep_requests(content, form))


def _keep_reasons(key: str, draft: Draft) -> None:
    form = ReasonsForm(data=steps.reasons_data(draft.content))
    drafting.change_draft(key, lambda content: steps.keep_reasons(content, form))


def _keep_who(key: str, draft: Draft) -> None:
    kind = draft.content["party"].get("type")
    if kind and kind == request.form.get("as"):
        form = PartyForm(SubjectType(kind))
        drafting.change_draft(key, lambda content: steps.keep_party(content, form))


@bp.route("/osserva/<key>/link", methods=["POST"])
@public
def send_link(key: str) -> Any:
    form = LinkForm()
    step = request.form.get("passo", "")
    path = steps.path_of(drafting.find_draft(key).content)
    step = step if step in path else path[0]
    back = redirect(url_for(f"observations.{step}", key=key))
    if form.validate_on_submit():
        try:
            drafting.send_resume_link(
                key, form.email.data, address=request.remote_addr or "", language=language()
            )
        except drafting.TooManyLinks as error:
            flash(str(error), "warning")
        else:
            flash(_("The link to this draft is on its way to your mailbox."), "success")
    else:
        flash(_("This e-mail address is not complete."), "warning")
    return back


# -- why one withdraws -------------------------------------------------------------------


@bp.route("/osserva/<key>/motivi", methods=["GET", "POST"])
@public
def reasons(key: str) -> Any:
    draft = drafting.find_draft(key)
    if steps.REASONS not in steps.path_of(draft.content):
        return redirect(url_for(f"observations.{steps.written_at(draft.content)}", key=key))
    form = ReasonsForm(data=steps.reasons_data(draft.content))
    if request.method == "POST":
        draft = drafting.change_draft(key, lambda content: steps.keep_reasons(content, form))
        if form.validate_on_submit():
            return redirect(url_for("observations.who", key=key))
    return render_template(
        "observations/reasons.html", form=form, **frame(draft, key, steps.REASONS)
    )


# -- step 3: who -------------------------------------------------------------------------


@bp.route("/osserva/<key>/chi-sei", methods=["GET", "POST"])
@public
def who(key: str) -> Any:
    draft = drafting.find_draft(key)
    party = draft.content["party"]
    if not party.get("type") or "tipo" in request.args:
        return _who_type(draft, key)
    form = PartyForm(SubjectType(party["type"]), data=party)
    if request.method == "POST":
        drafting.change_draft(key, lambda content: steps.keep_party(content, form))
        refused = take_files(key, [form.mandate.data], FileClass.MANDATE)
        draft = drafting.find_draft(key)
        if "indietro" in request.form:
            back = steps.before(draft.content, steps.WHO) or steps.WHO
            return redirect(url_for(f"observations.{back}", key=key))
        good = form.validate_on_submit()
        lacking = [steps.no_mandate()] if steps.lacks_mandate(draft) else []
        form.mandate.errors = refused or lacking
        if good and not form.mandate.errors:
            return redirect(url_for("observations.check", key=key))
    return render_template(
        "observations/who.html",
        form=form,
        type=SubjectType(party["type"]),
        first=steps.before(draft.content, steps.WHO) is None,
        mandate=next((f for f in draft.files if f.file_class is FileClass.MANDATE), None),
        may_change_type=len(admitted(draft.window)) > 1,
        **frame(draft, key, steps.WHO),
    )


def _who_type(draft: Draft, key: str) -> Any:
    """Which of five; then, on a page of its own, what exactly, unless there is but one."""
    party = draft.content["party"]
    bodies = steps.purpose_of(draft.content) is Purpose.NO_OBSERVATIONS
    types = {t for t in admitted(draft.window) if not (bodies and t.is_private_person)}
    families = families_of(types)
    family = {f.value: f for f in families}.get(request.args.get("tipo", ""))
    if len(families) == 1:
        family = families[0]  # the first question has one answer: it is not asked
    known = SubjectType(party["type"]) if party.get("type") else None
    if family is None:
        shown = family_of(known).value if known else None
    else:
        shown = known.value if known in family.types else None
    form = SubjectTypeForm(family, bodies_only=bodies, type=shown, admitted=types)
    if form.validate_on_submit():
        if form.type.data not in types:
            return redirect(url_for("observations.who", key=key, tipo=form.type.data))
        drafting.change_draft(
            key, lambda content: {**content, "party": {**content["party"], "type": form.type.data}}
        )
        return redirect(url_for("observations.who", key=key))
    return render_template(
        "observations/who_type.html",
        form=form,
        family=family,
        asked_family=len(families) > 1,
        hints={answer.value: answer.hint for answer in SubjectFamily},
        back=steps.before(draft.content, steps.WHO),
        **frame(draft, key, steps.WHO),
    )


# -- no longer wanted --------------------------------------------------------------------


@bp.route("/osserva/<key>/elimina", methods=["GET", "POST"])
@public
def discard(key: str) -> Any:
    draft = drafting.find_draft(key)
    form = ConfirmForm()
    if form.validate_on_submit():
        drafting.drop_draft(key)
        flash(_("The draft is deleted."), "success")
        return redirect(url_for("observations.start"))
    return render_template("observations/discard.html", form=form, **frame(draft, key, ""))
