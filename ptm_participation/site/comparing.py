"""Two editions of the plan side by side, for anybody: a document whole, or one section."""

from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request

from ptm_participation.accounts.access import public
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.plan import editions as plan_editions
from ptm_participation.plan import queries as plan
from ptm_participation.plan.models import Document, Edition
from ptm_participation.plan.synopsis import ChangeKind, Entry
from ptm_participation.procedure.choice import leading_procedure
from ptm_participation.site import synopsis_files
from ptm_participation.site.views import bp, shareable

PAGE = 60


@bp.route("/piano/<document>/confronto")
@public
def comparison(document: str) -> Any:
    """What changed in a document between two editions, a page at a time."""
    shareable()
    procedure = leading_procedure()
    shown = plan.get_document(procedure.plan, document)
    known = plan_editions.editions_of(shown, seen_by=signed_in_user())
    pair = _pair(known)
    compared = plan_editions.synopsis(shown, *pair) if pair else None
    kind = _kind()
    rows = _rows(compared.entries, kind) if compared else []
    first = max(0, whole(request.args.get("riga")) or 0)
    return render_template(
        "site/comparison.html",
        procedure=procedure,
        document=shown,
        editions=known,
        compared=compared,
        kind=kind,
        rows=rows[first : first + PAGE],
        first=first,
        page_size=PAGE,
        total=len(rows),
        inline=_inline(),
        everything=_everything(),
    )


@bp.route("/piano/<document>/confronto.<any(pdf, docx, xlsx):format>")
@public
def comparison_file(document: str, format: str) -> Response:
    """The «quadro sinottico» of two editions, to print and to hand in."""
    procedure = leading_procedure()
    shown = plan.get_document(procedure.plan, document)
    pair = _pair(plan_editions.editions_of(shown, seen_by=signed_in_user()))
    if pair is None:
        raise NotFound()
    compared = plan_editions.synopsis(shown, *pair)
    return synopsis_files.answer(compared, _rows(compared.entries, _kind()), format, procedure)


@bp.route("/piano/<document>/<slug>/confronto")
@public
def section_comparison(document: str, slug: str) -> Any:
    """One section in two editions, all its words."""
    shareable()
    procedure = leading_procedure()
    shown = plan.get_document(procedure.plan, document)
    known = plan_editions.editions_of(shown, seen_by=signed_in_user())
    pair = _pair(known)
    row = _section(shown, slug, pair or known or [procedure.edition])
    compared = plan_editions.synopsis_of_section(row, *pair) if pair else None
    return render_template(
        "site/section_comparison.html",
        procedure=procedure,
        document=shown,
        section=row,
        editions=known,
        compared=compared,
        rows=list(compared.entries) if compared else [],
        inline=_inline(),
    )


def _section(document: Document, slug: str, editions: Sequence[Edition]) -> plan.SectionRow:
    """The section of that address in the latest of the editions that has one. Raises NotFound."""
    for edition in reversed(editions):
        try:
            return plan.get_section(edition, document.slug, slug)
        except NotFound:
            continue
    raise NotFound()


def _pair(known: Sequence[Edition]) -> tuple[Edition, Edition] | None:
    """The two editions of the address, in whichever order, or the last two; None where there are
    not two."""
    if len(known) < 2:
        return None
    by_label = {edition.label: edition for edition in known}
    after = by_label.get(request.args.get("a", ""), known[-1])
    others = [edition for edition in known if edition is not after]
    earlier = [edition for edition in others if edition.position < after.position]
    before = by_label.get(request.args.get("da", ""), (earlier or others)[-1])
    if before is after:
        before = (earlier or others)[-1]
    return before, after


def _kind() -> ChangeKind | None:
    return {kind.value: kind for kind in ChangeKind}.get(request.args.get("tipo", ""))


def _inline() -> bool:
    return request.args.get("vista") == "unica"


def _everything() -> bool:
    return request.args.get("tutto") == "si"


def _rows(entries: Sequence[Entry], kind: ChangeKind | None) -> list[Entry]:
    """What is shown: the changes, those of one kind, or everything that the editions hold."""
    if kind is not None:
        return [entry for entry in entries if kind in entry.kinds]
    return [entry for entry in entries if entry.changed or _everything()]
