"""What anybody may read: home, plan, path, published observations, notices."""

from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request

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
from ptm_participation.plan import queries as plan
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
from ptm_participation.stakeholders.subjects import SubjectGroup
from ptm_participation.territory import queries as territory

bp = Blueprint("site", __name__)


def shareable() -> None:
    """Let caches share this page, unless it turns out to read the session."""
    g.shareable = True


def present_window() -> Window | None:
    """The window in which one can speak of the plan that is read, asked for once a request."""
    if "window" not in g:
        g.window = procedures.window_on(leading_procedure().plan)
    window: Window | None = g.window
    return window


@bp.app_context_processor
def _term() -> dict[str, Any]:
    """The window that every page of the plan speaks of, asked for only where it is shown."""
    return {"present_window": present_window}


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
