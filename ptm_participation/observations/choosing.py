"""The form's first step: of which sections a request speaks, searched for or browsed to."""

from typing import Any

from flask import redirect, render_template, request, url_for

from ptm_participation.accounts.access import public
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.core.numbers import whole
from ptm_participation.observations import drafting, steps
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.views import frame
from ptm_participation.plan import browsing, search
from ptm_participation.plan import queries as plan
from ptm_participation.plan.browsing import Branch
from ptm_participation.plan.closing import closed_among, closings_of, refuse_closed
from ptm_participation.plan.models import Document, Edition, SectionVersion
from ptm_participation.procedure.models import Procedure


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
                **_browsed(),
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
    branch = _open_branch(edition, opened) if opened else None
    closed = closed_among(hit.row.id for hit in found.hits)
    if opened and branch:
        closed |= closings_of(opened.id).among(node.row for node in branch.walk())
    return {
        "number": number,
        "asked": draft.content["requests"][number],
        "chosen": steps.chosen_sections(draft.content)[number],
        "words": words,
        "found": found,
        "documents": [document for document in listed if counts.get(document.id)],
        "opened": opened,
        "branch": branch,
        "browsed": _browsed(),
        "closed": closed,
        "edition": edition,
        "nothing_chosen": "manca" in request.args,
        "started": len(draft.content["requests"]) > 1 or draft.content["requests"][0]["kind"],
    }


def _browsed() -> dict[str, Any]:
    """Where the page is in the plan: it stays there when something is chosen."""
    return {name: request.args[name] for name in ("q", "documento", "ramo") if name in request.args}


def _open_branch(edition: Edition, document: Document) -> Branch:
    """The index of a small document; of others what stands outermost, and around the section that
    the address names."""
    if slug := request.args.get("ramo"):
        section = plan.get_section(edition, document.slug, slug)
        return browsing.open_tree(edition, section)[0]
    return browsing.index_of(edition, document)


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
        good = may_be_spoken_of(version, procedure)
        if good:
            refuse_closed([version])
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


def may_be_spoken_of(version: SectionVersion, procedure: Procedure) -> bool:
    """Whether it is of this plan, and no draft of the office's own."""
    edition = version.edition
    of_this_plan = edition.plan_id == procedure.plan_id
    return of_this_plan and (edition.is_public or edition.id == procedure.edition_id)
