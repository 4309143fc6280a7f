"""The plan's pages: its documents, their sections, the sheets of its maps, all of it on paper."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, redirect, render_template, request, stream_template, url_for

from ptm_participation.accounts.access import public
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import published
from ptm_participation.plan import browsing, map_queries, sheet_view
from ptm_participation.plan import queries as plan
from ptm_participation.plan.citation_queries import citations_of_page
from ptm_participation.plan.closing import closings_of
from ptm_participation.plan.kinds import WITHIN_A_PAGE, SectionKind
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import Edition
from ptm_participation.plan.queries import SectionRow
from ptm_participation.procedure.choice import leading_procedure
from ptm_participation.procedure.models import Procedure
from ptm_participation.site.searching import searched
from ptm_participation.site.tree import tree_of
from ptm_participation.site.views import bp, present_window, shareable

PREVIEW_SIZE = 2_000_000  # bytes: larger pictures are seen on the sheet's own page alone
SENT_AT_ONCE = 16_000  # characters


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
    window = present_window()
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
        preview_size=PREVIEW_SIZE,
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
    window = present_window()
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


@bp.route("/piano/<document>/<slug>/ramo")
@public
def branch(document: str, slug: str) -> Any:
    """What a section of the tree holds, for the page on which it is opened."""
    shareable()
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    section = plan.get_section(edition, document, slug)
    held = browsing.branch_of(edition, section)
    return render_template(
        "site/branch.html",
        procedure=procedure,
        edition=edition,
        tree=tree_of(procedure, held, closings_of(section.document_id)),
    )


@bp.route("/piano/<document>/stampa")
@public
def printed(document: str) -> Any:
    """A document's whole text, or only its index, to be printed: sent while it is read."""
    procedure = leading_procedure()
    edition = asked_edition(procedure)
    shown = plan.get_document(procedure.plan, document)
    only_index = request.args.get("solo") == "indice"
    sections = browsing.whole_text(edition, shown)
    page = stream_template(
        "site/printed.html",
        procedure=procedure,
        edition=edition,
        document=shown,
        only_index=only_index,
        sections=(row for row in sections if not only_index or row.kind not in WITHIN_A_PAGE),
    )
    return Response(_in_pieces(page), content_type="text/html; charset=utf-8")


def _in_pieces(page: Iterator[str]) -> Iterator[str]:
    """The page in pieces that are worth sending: a template gives it a few words at a time."""
    kept: list[str] = []
    size = 0
    for words in page:
        kept.append(words)
        size += len(words)
        if size > SENT_AT_ONCE:
            yield "".join(kept)
            kept, size = [], 0
    yield "".join(kept)
