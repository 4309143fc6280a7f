"""What is read of citations: on a section's page, and of what somebody types."""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.core.db import ask
from ptm_participation.plan import queries
from ptm_participation.plan.citation_links import places_of
from ptm_participation.plan.citation_models import SectionCitation
from ptm_participation.plan.citations import recognise
from ptm_participation.plan.kinds import WITHIN_A_PAGE, SectionKind
from ptm_participation.plan.models import Document, Edition, SectionVersion
from ptm_participation.plan.queries import SectionRow

MOST_CITING = 40  # sections that are named as citing one; it is said if there are more
MOST_SUGGESTED = 8
_MOST_ROWS = 2_000


class Link(NamedTuple):
    """A citation that leads from a section of the page, or to one.

    `here` is the section on the page and `slug` the other one, on the page `unit_slug`; an act
    outside has a label instead.
    """

    outgoing: bool
    here: int
    start: int
    stop: int
    other: int | None
    kind: SectionKind | None
    slug: str | None
    unit_slug: str | None
    document_slug: str | None
    citation: str | None
    heading: str | None
    act_label: str
    act_address: str

    @property
    def fragment(self) -> str | None:
        """The place on the other's page, if it has no page of its own."""
        return self.slug if self.kind in WITHIN_A_PAGE else None


class Words(NamedTuple):
    """A run of a section's words, and where it leads."""

    text: str
    link: Link | None


@dataclasses.dataclass(frozen=True, slots=True)
class PageCitations:
    """All that the sections of a page cite, and all that cites them."""

    links: list[Link]
    page: int

    def words(self, section: SectionRow) -> Iterator[Words]:
        """The section's words in runs, which joined are its text as it stands."""
        at = 0
        for link in self.links:
            leads = link.slug or link.act_address
            if not (link.outgoing and leads and link.here == section.id and link.start >= at):
                continue
            if link.start > at:
                yield Words(section.text[at : link.start], None)
            yield Words(section.text[link.start : link.stop], link)
            at = link.stop
        if at < len(section.text):
            yield Words(section.text[at:], None)

    @property
    def cites(self) -> list[Link]:
        """The other sections that are cited here, each once."""
        return _once(link for link in self.links if link.outgoing and link.slug and self._far(link))

    @property
    def acts(self) -> list[Link]:
        """The acts outside that are cited here, each once."""
        found = {link.act_label: link for link in reversed(self.links) if link.act_label}
        return sorted(found.values(), key=lambda link: (link.here, link.start))

    @property
    def cited_in(self) -> list[Link]:
        """The sections elsewhere that cite this page, each once."""
        return _once(link for link in self.links if not link.outgoing)[:MOST_CITING]

    @property
    def more(self) -> bool:
        """Whether more sections cite this page than are named."""
        return len(_once(link for link in self.links if not link.outgoing)) > MOST_CITING

    def _far(self, link: Link) -> bool:
        return link.unit_slug is not None and link.other is not None and link.other != self.page


def _once(links: Iterator[Link]) -> list[Link]:
    found: dict[Any, Link] = {}
    for link in links:
        found.setdefault((link.document_slug, link.slug), link)
    return list(found.values())


def _on_page() -> Any:
    """Both ways in one question, each from its index: what is cited, then what cites."""
    here, other, unit = (aliased(SectionVersion) for _name in range(3))
    cited = SectionCitation
    columns = (
        cited.start,
        cited.stop,
        unit.id.label("other"),
        other.kind,
        other.slug,
        unit.slug.label("unit_slug"),
        Document.slug.label("document_slug"),
        other.citation,
        other.heading,
        cited.act_label,
        cited.act_address,
    )
    edition: Any = sa.bindparam("edition")
    out = (
        sa.select(sa.literal(True).label("outgoing"), here.id.label("here"), *columns)
        .select_from(here)
        .join(cited, cited.section_version_id == here.id)
        .outerjoin(
            other,
            sa.and_(other.provision_id == cited.cited_provision_id, other.edition_id == edition),
        )
        .outerjoin(unit, unit.id == other.unit_id)
        .outerjoin(Document, Document.id == other.document_id)
        .where(here.unit_id == sa.bindparam("unit"))
        .order_by(here.position, cited.start, other.position)
        .limit(_MOST_ROWS)
        .subquery()
    )
    into = (
        sa.select(sa.literal(False).label("outgoing"), here.id.label("here"), *columns)
        .select_from(here)
        .join(cited, cited.cited_provision_id == here.provision_id)
        .join(other, other.id == cited.section_version_id)
        .join(unit, unit.id == other.unit_id)
        .join(Document, Document.id == other.document_id)
        .where(
            here.unit_id == sa.bindparam("unit"),
            other.edition_id == edition,
            other.unit_id != sa.bindparam("unit"),
        )
        .order_by(Document.position, other.position, cited.start)
        .limit(_MOST_ROWS)
        .subquery()
    )
    return sa.select(out).union_all(sa.select(into))


_ON_PAGE = _on_page()


def citations_of_page(edition: Edition, section: SectionRow) -> PageCitations:
    """What the sections of a section's page cite, and what cites them in the same edition."""
    rows = ask(_ON_PAGE, edition=edition.id, unit=section.unit_id)
    return PageCitations([Link._make(row) for row in rows], section.unit_id)


def sections_cited(edition_id: int, text: str) -> list[SectionRow]:
    """The sections of an edition that somebody's words cite, in their order and once each.

    What is not said clearly is left out: this is for suggesting.
    """
    citations = [found for found in recognise(text, headings=False) if found.inside]
    if not citations:
        return []
    places = places_of(edition_id)
    ids = list(dict.fromkeys(place.id for found in citations for place in places.cited(found)))
    rows = queries.sections(ids[:MOST_SUGGESTED])
    return [rows[section_id] for section_id in ids if section_id in rows]
