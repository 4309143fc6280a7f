"""The public form: its start, and its steps up to the check."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ptm_participation.accounts.access import public
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.formats import language
from ptm_participation.core.numbers import whole
from ptm_participation.core.uploads import ACCEPTED, receive
from ptm_participation.observations import (
    documents,
    drafting,
    placing,
    resuming,
    steps,
    suggesting,
)
from ptm_participation.observations.audiences import admitted
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import (
    LinkForm,
    PartyForm,
    ReasonsForm,
    RequestsForm,
    SubjectTypeForm,
    WindowForm,
)
from ptm_participation.observations.models import Draft
from ptm_participation.observations.workflow import FileClass, Purpose, RequestKind
from ptm_participation.plan import queries as plan
from ptm_participation.plan import search
from ptm_participation.plan.closing import closed_among, closings_of, refuse_closed
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.quotes import AROUND, Quotation, one_line
from ptm_participation.plan.service import WordsNotThere, WordsRepeated, anchor_on
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import CHOICE, chosen_procedure, of_procedure, stay_in
from ptm_participation.procedure.models import IdentityLevel, Procedure, Window
from ptm_participation.stakeholders.subjects import (
    SubjectFamily,
    SubjectType,
    families_of,
    family_of,
)

# What this browser's session remembers: the codes of what it sent.
SENT = "sent"


# -- the start ---------------------------------------------------------------------------


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
        refusal=_refusal(),
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
        windows = [w for w in windows if _may_be_spoken_of(version, w.procedure)] or windows
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
    if not _may_be_spoken_of(version, procedure) or closed_among([version_id]):
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


def _refusal() -> str:
    """Why the section that the reader came from takes no observations, if it takes none."""
    version_id = whole(request.values.get("sezione"))
    closed = closed_among([version_id]) if version_id is not None else {}
    return next((why.refusal(plan.get_version(id_).citation) for id_, why in closed.items()), "")


def _may_be_spoken_of(version: SectionVersion, procedure: Procedure) -> bool:
    """Whether it is of this plan, and no draft of the office's own."""
    edition = version.edition
    of_this_plan = edition.plan_id == procedure.plan_id
    return of_this_plan and (edition.is_public or edition.id == procedure.edition_id)


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
        document = plan.get_document(procedure.plan, asked.document_slug)
        section = plan.get_section(procedure.edition, document, asked.slug)
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


# -- step 1: on what ---------------------------------------------------------------------


@bp.route("/osserva/<key>/su-che-cosa", methods=["GET", "POST"])
@public
def sections(key: str) -> Any:
    draft = drafting.find_draft(key)
    if steps.SUBJECT not in steps.path_of(draft.content):
        return redirect(url_for(f"observations.{steps.written_at(draft.content)}", key=key))
    number = _request_number(draft)
    form = ConfirmForm()
    if form.validate_on_submit():
        procedure = draft.window.procedure
        content = drafting.change_draft(key, lambda c: _choose(c, number, procedure)).content
        if "continua" in request.form and _has_sections(content, number):
            return redirect(url_for("observations.requests", key=key, _anchor=f"r{number + 1}"))
        return redirect(
            url_for(
                "observations.sections",
                key=key,
                richiesta=number,
                q=request.args.get("q") or None,
                documento=request.args.get("documento") or None,
                manca=1 if "continua" in request.form else None,
                _anchor="scelte",
            )
        )
    return render_template(
        "observations/sections.html",
        form=form,
        **_section_page(draft, number),
        **frame(draft, key, steps.SUBJECT),
    )


def _section_page(draft: Draft, number: int) -> dict[str, Any]:
    edition = draft.window.procedure.edition
    words = request.args.get("q", "").strip()[:200]
    found = search.search(edition, words, search.Narrowed())
    listed = plan.list_documents(edition.plan)
    counts = plan.section_counts(edition)
    opened = next((d for d in listed if d.slug == request.args.get("documento")), None)
    tree = plan.tree(edition, opened) if opened else []
    closed = closed_among(hit.row.id for hit in found.hits)
    if opened:
        closed |= closings_of(opened.id).among(tree)
    return {
        "number": number,
        "asked": draft.content["requests"][number],
        "chosen": steps.chosen_sections(draft.content)[number],
        "words": words,
        "found": found,
        "documents": [document for document in listed if counts.get(document.id)],
        "trees": {opened.slug: tree} if opened else {},
        "closed": closed,
        "edition": edition,
        "nothing_chosen": "manca" in request.args,
        "started": len(draft.content["requests"]) > 1 or draft.content["requests"][0]["kind"],
    }


def _request_number(draft: Draft) -> int:
    number = whole(request.args.get("richiesta")) or 0
    return number if number < len(draft.content["requests"]) else 0


def _has_sections(content: dict[str, Any], number: int) -> bool:
    asked = content["requests"][number]
    return bool(asked["sections"] or asked["whole_plan"])


def _choose(before: dict[str, Any], number: int, procedure: Procedure) -> dict[str, Any]:
    """The draft's content after choosing, dropping, or speaking of the whole plan. Raises
    ClosedToObservations."""
    content: dict[str, Any] = {**before}
    asked = {**content["requests"][number]}
    there = {section.row.id for section in steps.chosen_sections(content)[number]}
    asked["sections"] = [s for s in asked["sections"] if s["version"] in there]
    chosen = whole(request.form.get("scegli"))
    dropped = whole(request.form.get("togli"))
    if chosen is not None:
        version = plan.get_version(chosen)
        refuse_closed([version])
        good = _may_be_spoken_of(version, procedure)
        if good and all(s["version"] != chosen for s in asked["sections"]):
            asked["sections"] = [*asked["sections"], {"version": chosen}]
            asked["whole_plan"] = False
    if dropped is not None:
        asked["sections"] = [s for s in asked["sections"] if s["version"] != dropped]
    if "tutto" in request.form:
        asked["whole_plan"] = request.form["tutto"] == "1"
        if asked["whole_plan"]:
            asked["sections"] = []
    content["requests"] = [
        asked if position == number else other for position, other in enumerate(content["requests"])
    ]
    return content


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
