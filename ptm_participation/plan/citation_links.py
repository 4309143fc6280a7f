"""Keeps what the sections of an edition cite, made again whenever their words are."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import ask, db, length_of
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_models import SectionCitation
from ptm_participation.plan.citation_places import Place, Places
from ptm_participation.plan.citations import Citation, recognise
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Edition, SectionVersion

_PLACES = sa.select(
    SectionVersion.id,
    SectionVersion.provision_id,
    SectionVersion.document_id,
    SectionVersion.parent_id,
    SectionVersion.kind,
    SectionVersion.number,
    SectionVersion.position,
).where(SectionVersion.edition_id == sa.bindparam("edition"))
_TEXTS = sa.select(SectionVersion.id, SectionVersion.kind, SectionVersion.text).where(
    SectionVersion.edition_id == sa.bindparam("edition"), SectionVersion.text != ""
)


def places_of(edition_id: int) -> Places:
    """The sections of an edition, to look citations up in."""
    return Places(Place._make(row) for row in ask(_PLACES, edition=edition_id))


def link_citations(edition_id: int) -> int:
    """Recognise again what every section of an edition cites; within the act that changed them.

    All of them: a text that comes in gives or takes what others cite. Returns how many rows.
    """
    places = places_of(edition_id)
    db.session.execute(_deletion(SectionVersion.edition_id == edition_id))
    return _write(places, ask(_TEXTS, edition=edition_id))


def link_section(section: SectionVersion) -> None:
    """Recognise again what one section cites, where only its own words changed."""
    db.session.execute(_deletion(SectionVersion.id == section.id))
    if section.text:
        _write(places_of(section.edition_id), [(section.id, section.kind, section.text)])


def unlink_document(edition_id: int, document_id: int) -> None:
    """Let go of what a text cites, before it is taken out of its edition."""
    here = sa.and_(
        SectionVersion.edition_id == edition_id, SectionVersion.document_id == document_id
    )
    db.session.execute(_deletion(here))


def _deletion(which: sa.ColumnElement[bool]) -> Any:
    ids = sa.select(SectionVersion.id).where(which)
    return sa.delete(SectionCitation).where(SectionCitation.section_version_id.in_(ids))


def _write(places: Places, texts: Iterable[Any]) -> int:
    rows = [row for text in texts for row in _rows(places, *text)]
    if rows:
        db.session.execute(sa.insert(SectionCitation), rows)
    return len(rows)


def _rows(
    places: Places, section_id: int, kind: SectionKind, text: str
) -> Iterator[dict[str, Any]]:
    for citation in recognise(text, note=kind is SectionKind.NOTE):
        if citation.steps and not citation.steps[0][1]:
            continue  # «the present article» leads nowhere else
        row = _row(section_id, citation)
        cited = places.cited(citation, section_id)
        yield from ({**row, "cited_provision_id": place.provision_id} for place in cited or ())
        if not cited:
            yield row


def _row(section_id: int, citation: Citation) -> dict[str, Any]:
    act = citation.act
    most = length_of(SectionCitation.act_label)
    return {
        "section_version_id": section_id,
        "start": citation.start,
        "stop": citation.end,
        "place": citation.place[: length_of(SectionCitation.place)],
        "cited_provision_id": None,
        "act_iri": act.iri[:most] if act else "",
        "act_label": act.label[:most] if act else "",
        "act_address": act.address(citation.place) if act else "",
        "doubtful": citation.doubtful and act is None,
    }


@use_case
def link_all_citations(actor: Actor) -> dict[str, int]:
    """Recognise again what the sections of every edition cite: for texts that came before this
    was kept. Returns how many citations each edition has, by its label and plan."""
    made = {}
    for edition in db.session.scalars(sa.select(Edition).order_by(Edition.id)).all():
        count = made[f"{edition.plan.code} {edition.label}"] = link_citations(edition.id)
        audit.record(actor, "plan.citations_linked", edition, citations=count)
    return made
