"""What anybody may read: home, plan, path, published observations, notices."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for

from ptm_participation.accounts.access import Permission, public
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.communications import queries as communications
from ptm_participation.communications.models import ContentKind
from ptm_participation.core import clock
from ptm_participation.core.chips import without_paging
from ptm_participation.core.downloads import download
from ptm_participation.core.errors import NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.observations import lists, placing, published, queries
from ptm_participation.plan import browsing, map_queries, sheet_view
from ptm_participation.plan import queries as plan
from ptm_participation.plan.citation_queries import citations_of_page
from ptm_participation.plan.closing import closings_of
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import Edition
from ptm_participation.plan.queries import SectionRow
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import (
    chosen_procedure,
    leading_procedure,
    of_procedure,
    shown_procedure,
    shown_procedures,
    stay_in,
)
from ptm_participation.procedure.models import Procedure, Window
from ptm_participation.procedure.reasoning import counting
from ptm_participation.procedure.terms import foreseen_ends, suspensions_of
from ptm_participation.site.feed import calendar_of
from ptm_participation.site.searching import searched
from ptm_participation.site.tree import tree_of
from ptm_participation.stakeholders.subjects import SubjectGroup
from ptm_participation.territory import queries as territory

bp = Blueprint("site", __name__)


def shareable() -> None:
    """Let caches share this page, unless it turns out to read the session."""
    g.shareable = True


def _present_window() -> Window | None:
    """The window in which one can speak of the plan that is read, asked for once a request."""
    if "window" not in g:
        g.window = procedures.window_on(leading_procedure().plan)
    window: Window | None = g.window
    return window


@bp.app_context_processor
def _term() -> dict[str, Any]:
    """The window that every page of the plan speaks of, asked for only where it is shown."""
    return {"present_window": _present_window}


@bp.route("/")
@public
def home() -> Any:
    shareable()
    procedure = leading_procedure()
    lead, *others = procedures.courses(shown_procedures())
    return render_template(
        "site/home.html",
        procedure=procedure,
        window=lead.window,
        stages=lead.stages,
        phase=procedures.phase(lead.stages, lead.window),
        others=[course for course in others if course.procedure.is_public],
        totals=published.totals(procedure),
        news=communications.list_published(ContentKind.NEWS, procedure, limit=3),
        now=clock.now(),
    )


@bp.route("/percorso")
@bp.route("/percorso/<code>")
@public
def path(code: str | None = None) -> Any:
    shareable()
    procedure = _readable(code)
    suspensions = suspensions_of(procedure)
    courses = procedures.courses(shown_procedures())
    shown = next(course for course in courses if course.procedure is procedure)
    stages = shown.stages
    steps = [step for stage in stages for step in stage.steps]
    return render_template(
        "site/path.html",
        procedure=procedure,
        stages=stages,
        ends=foreseen_ends(procedure, steps, suspensions),
        others=[course for course in courses if course is not shown and course.procedure.is_public],
        windows=[
            (window, counting(window, suspensions))
            for window in procedures.list_windows(procedure, whole=True)
        ],
        links=plan.plan_links(procedure.plan),
    )


def _readable(code: str | None) -> Procedure:
    """The procedure of that code, if it is public or staff reads. Raises NotFound."""
    procedure = shown_procedure(code)
    if not (procedure.is_public or signed_in_user().can(Permission.REGISTER)):
        raise NotFound()
    return procedure


@bp.route("/percorso.ics")
@bp.route("/percorso/<code>.ics")
@public
def calendar(code: str | None = None) -> Any:
    """The path as a feed for calendars: each dated step, each term, what is still to come too."""
    shareable()
    procedure = _readable(code)
    feed = calendar_of(procedure, procedures.path(procedure), procedures.list_windows(procedure))
    return Response(feed, content_type="text/calendar; charset=utf-8")


# -- the plan ----------------------------------------------------------------------------


def asked_edition(procedure: Procedure) -> Edition:
    """The edition that the address names, else the procedure's. Raises NotFound."""
    label = request.args.get("ed", "")
    if not label:
        return procedure.edition
    return plan.get_edition(procedure.plan, label, seen_by=signed_in_user())


@bp.route("/piano")
@public
def plan_index() -> Any:
    shareable()
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    documents = plan.list_documents(procedure.plan)
    return render_template(
        "site/plan_index.html",
        procedure=procedure,
        edition=edition,
        editions=plan.list_editions(procedure.plan, seen_by=signed_in_user()),
        documents=documents,
        counts=plan.section_counts(edition),
        searched=searched(procedure.plan, edition, documents),
        links=plan.plan_links(procedure.plan),
    )


@bp.route("/piano/<document>")
@public
def document(document: str) -> Any:
    shareable()
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    shown = plan.get_document(procedure.plan, document)
    closings = closings_of(shown.id)
    here = _asked_place(edition, document)
    return render_template(
        "site/document.html",
        procedure=procedure,
        edition=edition,
        editions=plan.list_editions(procedure.plan, seen_by=signed_in_user()),
        document=shown,
        tree=tree_of(
            procedure,
            browsing.open_tree(edition, here)[0] if here else browsing.index_of(edition, shown),
            closings,
        ),
        here=here,
        closed=closings.on(),
        searched=searched(procedure.plan, edition, [shown], within=shown),
    )


def _asked_place(edition: Edition, document: str) -> SectionRow | None:
    """The section at which the index is opened, where the address names one."""
    slug = request.args.get("qui", "")
    try:
        return plan.get_section(edition, document, slug) if slug else None
    except NotFound:
        return None


@bp.route("/piano/<document>/<slug>")
@public
def section(document: str, slug: str) -> Any:
    shareable()
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    row = plan.get_section(edition, document, slug)
    if row.anchor:
        return redirect(_page_address(row))
    branch, path = browsing.open_tree(edition, row)
    closings, parts = closings_of(row.document_id), plan.page_of(row)
    versions = plan.versions_of(row, seen_by=signed_in_user())
    window = _present_window()
    observing = window.procedure if window else procedure
    return render_template(
        "site/section.html",
        procedure=procedure,
        edition=edition,
        section=row,
        path=path,
        parts=parts,
        cited=citations_of_page(edition, row),
        tree=tree_of(procedure, branch, closings),
        inner=next((node.branch for node in branch.walk() if node.row.id == row.id), None),
        closings=closings,
        closed=closings.on(*path, row),
        neighbours=browsing.neighbours(edition, row, branch),
        themes=plan.section_themes(row),
        versions=versions,
        observed=_observed(versions, observing.edition_id),
        observing=observing,
        observations=published.published_on_page(procedure, parts),
        sheets=_sheets(edition, row),
    )


def _sheets(edition: Edition, row: SectionRow) -> Sequence[MapSheet]:
    """The sheets of a map, where the section is one."""
    is_map = row.kind is SectionKind.MAP
    return map_queries.sheets_of(edition, row.provision_id) if is_map else ()


def _observed(versions: list[tuple[Edition, SectionRow]], edition_id: int) -> SectionRow | None:
    """The section as it stands in the edition that is under observation."""
    return next((row for edition, row in versions if edition.id == edition_id), None)


def _page_address(row: SectionRow) -> str:
    """Where a comma is read: on its article's page, at its fragment."""
    unit = plan.sections([row.unit_id])[row.unit_id]
    label = request.args.get("ed")
    return url_for(
        "site.section", document=row.document_slug, slug=unit.slug, ed=label, _anchor=row.slug
    )


@bp.route("/piano/<document>/<slug>/fogli/<number>")
@public
def sheet(document: str, slug: str, number: str) -> Any:
    """A sheet of a map: its picture, to be zoomed, and its legend."""
    shareable()
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    row = plan.get_section(edition, document, slug)
    found = map_queries.sheet_at(edition, row.provision_id, number)
    versions = plan.versions_of(row, seen_by=signed_in_user())
    window = _present_window()
    observing = window.procedure if window else procedure
    return render_template(
        "site/sheet.html",
        procedure=procedure,
        edition=edition,
        section=row,
        sheet=found,
        name=map_queries.named(row.citation, found),
        others=map_queries.sheets_of(edition, row.provision_id),
        shown=sheet_view.of_sheet(found),
        observed=_observed(versions, observing.edition_id),
    )


# -- published observations --------------------------------------------------------------


@bp.route("/osservazioni")
@public
@of_procedure
def observations() -> Any:
    shareable()
    procedure = chosen_procedure()
    groups = {group.value: group for group in SubjectGroup}
    filter_ = published.PublicFilter(
        group=groups.get(request.args.get("gruppo", "")),
        zone=whole(request.args.get("zona")),
        in_time={"si": True, "no": False}.get(request.args.get("nei-termini", "")),
        provision=whole(request.args.get("articolo")),
    )
    return render_template(
        "site/observations.html",
        procedure=procedure,
        cap=lists.COUNT_CAP - 1,
        page=published.list_published(
            procedure, filter_, after=whole(request.args.get("dopo")) or 0
        ),
        filtered=filter_ != published.PublicFilter(),
        procedures=[known for known in shown_procedures() if known.is_public],
        groups=list(SubjectGroup),
        zones=territory.list_zones(),
        address=without_paging(request.args),
    )


@bp.route("/osservazioni/<register>/<int:number>")
@public
def observation(register: str, number: int) -> Any:
    """A published observation; its author, signed in, sees it before that too."""
    named = procedures.get_register(register)
    stay_in(named.procedure)
    try:
        shown = published.get_published(named, number)
    except NotFound:
        return _own_observation(register, number)
    shareable()
    return render_template(
        "site/observation.html", procedure=named.procedure, shown=shown, register=named
    )


def _own_observation(register: str, number: int) -> Any:
    reader = signed_in_user()
    if not isinstance(reader, User):
        raise NotFound()
    whole = queries.get_observation(register, number, seen_by=reader)
    located = placing.places_of(whole.submission.id)
    return render_template("site/own_observation.html", observation=whole, located=located)


# -- notices -----------------------------------------------------------------------------


KINDS = "/<any(notizie, incontri, documenti, pagine):kind>"


@bp.route(KINDS)
@public
def contents(kind: str) -> Any:
    """News, events, documents or pages: those that staff published."""
    shareable()
    shown = ContentKind(kind)
    return render_template(
        "site/contents.html",
        kind=shown,
        contents=communications.list_published(shown),
        procedures={procedure.id: procedure for procedure in shown_procedures()},
    )


@bp.route(f"{KINDS}/<int:content_id>")
@public
def content(kind: str, content_id: int) -> Any:
    shareable()
    shown = communications.get_published(ContentKind(kind), content_id)
    return render_template("site/content.html", content=shown)


@bp.route("/documenti/<int:content_id>/file")
@public
def content_file(content_id: int) -> Any:
    shown = communications.get_published(ContentKind.MATERIAL, content_id)
    assert shown.file is not None
    return download(shown.file, shown.file_name)


@bp.route("/privacy")
@public
@of_procedure
def privacy() -> Any:
    shareable()
    procedure = chosen_procedure()
    return render_template(
        "site/privacy.html", notice=procedures.notice_in_force(procedure), procedure=procedure
    )


@bp.route("/come-presentare")
@public
@of_procedure
def ways() -> Any:
    shareable()
    procedure = chosen_procedure()
    window = procedures.public_window(procedure)
    return render_template(
        "site/ways.html",
        procedure=procedure,
        window=window,
        counted=counting(window, suspensions_of(procedure)) if window else [],
    )


@bp.route("/accessibilita")
@public
def accessibility() -> Any:
    shareable()
    return render_template("site/accessibility.html", procedure=leading_procedure())


@bp.route("/assets/<version>/<path:path>")
@public
def present_asset(version: str, path: str) -> Any:
    """A page shown before an upgrade asks for files of its version: send it to today's."""
    address = current_app.jinja_env.globals["asset"](path)  # type: ignore[operator]
    if address == request.path:
        raise NotFound()
    return redirect(address)
