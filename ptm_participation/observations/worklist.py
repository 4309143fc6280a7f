"""The office's list of observations, a jump to one of them, and publishing what a filter finds."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.core.numbers import whole
from ptm_participation.observations import filters, lists, saved_filters, selection, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import officer
from ptm_participation.observations.office_forms import PublishForm
from ptm_participation.plan import queries as plan
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure.choice import chosen_procedure, of_procedure
from ptm_participation.procedure.models import Procedure


@bp.route("/ufficio")
@requires(Permission.REGISTER)
def office() -> Any:
    return redirect(url_for("observations.worklist"))


@bp.route("/ufficio/osservazioni")
@requires(Permission.REGISTER)
@of_procedure
def worklist() -> Any:
    procedure = chosen_procedure()
    filter_, problems = filters.read(request.args, officer())
    selected = selection.picked_ids(procedure, officer())
    page = lists.list_observations(
        procedure,
        filter_,
        seen_by=officer(),
        after=request.args.get("dopo", ""),
        before=request.args.get("prima", ""),
    )
    return render_template(
        "observations/worklist.html",
        procedure=procedure,
        page=page,
        count=lists.count_observations(procedure, filter_, seen_by=officer()),
        selected=selected,
        selected_words=selection.said(selected, [row.id for row in page.rows]),
        cursor={name: request.args[name] for name in ("dopo", "prima") if name in request.args},
        cap=lists.COUNT_CAP - 1,
        views=filters.views(
            procedure, officer(), request.args, saved_filters.list_saved(procedure, officer())
        ),
        problems=problems,
        chips=filters.chips(procedure, request.args, officer()),
        section=(
            plan.section_of(procedure.edition, filter_.provision) if filter_.provision else None
        ),
        choices=filters.choices_of_the_office(procedure),
        arguments=request.args,
        address=without_paging(request.args),
    )


@bp.route("/ufficio/vai")
@requires(Permission.REGISTER)
@of_procedure
def jump() -> Any:
    """Go to what was typed: an observation's number, what was filed under a section, else
    whatever holds the words."""
    words = request.args.get("q", "").strip()[:200]
    procedure = chosen_procedure()
    if whole(words) is not None:
        filter_ = lists.Filter(words=words, annulled=None)
        found = lists.list_observations(procedure, filter_, seen_by=officer(), size=1).rows
        if found:
            row = found[0]
            return redirect(url_for("observations.show", register=row.register, number=row.number))
    sections = resolve_references(procedure.edition, words)[0] if words else []
    if sections:
        section = plan.sections(sections)[sections[0]]
        return redirect(url_for("observations.worklist", articolo=section.provision_id))
    return redirect(url_for("observations.worklist", q=words or None))


@bp.route("/ufficio/osservazioni/pubblica", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
@of_procedure
def publish_many() -> Any:
    """Publish all that a filter finds and that may be published."""
    procedure = chosen_procedure()
    filter_, _problems = filters.read(request.args, officer())
    ready = lists.publishable(procedure, filter_, seen_by=officer())
    form = PublishForm(seen=[row.publication_mark for row in ready])
    if form.validate_on_submit():
        marks = set(form.seen.data)
        chosen = [row for row in ready if row.publication_mark in marks]
        try:
            if len(chosen) < len(marks):  # what was ticked is no longer here, or no longer so
                raise ChangedMeanwhile()
            count = service.publish(officer(), chosen, seen=marks)
        except ChangedMeanwhile as error:
            form.seen.errors = [str(error)]
        else:
            flash(_("Published: %(count)d observations.", count=count), "success")
            kept: dict[str, Any] = {"scelta": "si"} if filter_.selected_by else {}
            return redirect(url_for("observations.worklist", **kept))
    return render_template(
        "observations/publish_many.html",
        form=form,
        ready=ready,
        left=_left_out(procedure, filter_),
        chips=filters.chips(procedure, request.args, officer()),
        arguments=without_paging(request.args),
    )


def _left_out(procedure: Procedure, filter_: lists.Filter) -> dict[str, list[selection.Picked]]:
    """Of a selection that is to be published, those that are not, by the reason why."""
    if filter_.selected_by is None:
        return {}
    rows = selection.picked(procedure, officer())
    return selection.sort_out(rows, selection.not_to_publish).left
