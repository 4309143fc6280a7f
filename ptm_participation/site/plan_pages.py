"""More of the plan than one page shows: a branch of its tree, and a whole document on paper."""

from collections.abc import Iterator
from typing import Any

from flask import Response, render_template, request, stream_template

from ptm_participation.accounts.access import public
from ptm_participation.plan import browsing
from ptm_participation.plan import queries as plan
from ptm_participation.plan.closing import closings_of
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.procedure.choice import leading_procedure
from ptm_participation.site.tree import tree_of
from ptm_participation.site.views import asked_edition, bp, shareable

SENT_AT_ONCE = 16_000  # characters


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
