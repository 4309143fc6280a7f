"""What pages and forms read of the plan."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.formats import language
from ptm_participation.core.reference import Verification
from ptm_participation.plan.kinds import DIVISIONS, WITHIN_A_PAGE, SectionKind, with_article
from ptm_participation.plan.models import (
    Document,
    Edition,
    EditionState,
    Plan,
    PlanLink,
    Provision,
    ProvisionTheme,
    SectionVersion,
    Theme,
)


class SectionRow(NamedTuple):
    """A section in a tree, a list or a choice."""

    id: int
    parent_id: int | None
    unit_id: int
    provision_id: int
    document_id: int
    document_slug: str
    document_title: str
    kind: SectionKind
    number: str
    depth: int
    slug: str
    citation: str
    brief: str
    heading: str
    text: str
    to_verify: bool

    @property
    def anchor(self) -> str:
        """The fragment by which a section within a page is reached."""
        return f"#{self.slug}" if self.kind in WITHIN_A_PAGE else ""

    @property
    def named(self) -> str:
        """How a button names the section: with its article in Italian."""
        return with_article(self.kind, self.citation) if language() == "it" else self.citation

    @property
    def division(self) -> bool:
        """Whether it only holds other sections."""
        return self.kind in DIVISIONS

    @property
    def title(self) -> str:
        """«Art. 18. Riduzione del consumo di suolo»: how a page or a line names the section."""
        cited = self.citation[:1].upper() + self.citation[1:]
        return ". ".join(part for part in (cited, self.heading) if part)


_ROW = (
    SectionVersion.id,
    SectionVersion.parent_id,
    SectionVersion.unit_id,
    SectionVersion.provision_id,
    SectionVersion.document_id,
    Document.slug,
    Document.title,
    SectionVersion.kind,
    SectionVersion.number,
    SectionVersion.depth,
    SectionVersion.slug,
    SectionVersion.citation,
    SectionVersion.brief,
    SectionVersion.heading,
    SectionVersion.text,
    SectionVersion.verification == Verification.TO_VERIFY,
)


def _rows() -> Any:
    return sa.select(*_ROW).join(Document, Document.id == SectionVersion.document_id)


def section_query() -> Any:
    """The query for sections, for whoever narrows it in another way."""
    return _rows()


def _read(query: Any, **values: Any) -> list[SectionRow]:
    return [SectionRow._make(row) for row in ask(query, **values)]


def _holders() -> Any:
    """The sections that hold the one that is asked about."""
    inner = (
        sa.select(SectionVersion.id, SectionVersion.parent_id)
        .where(SectionVersion.id == sa.bindparam("section"))
        .cte(recursive=True)
    )
    outer = aliased(SectionVersion)
    chain = inner.union_all(
        sa.select(outer.id, outer.parent_id).join(inner, outer.id == inner.c.parent_id)
    )
    return (
        _rows()
        .where(
            SectionVersion.id.in_(sa.select(chain.c.id)),
            SectionVersion.id != sa.bindparam("section"),
        )
        .order_by(SectionVersion.position)
    )


# The questions of a section's page, put together once: that costs more than asking them.
_BY_SLUG = _rows().where(
    SectionVersion.edition_id == sa.bindparam("edition"),
    Document.slug == sa.bindparam("document"),
    SectionVersion.slug == sa.bindparam("slug"),
)
_ON_PAGE = (
    _rows().where(SectionVersion.unit_id == sa.bindparam("unit")).order_by(SectionVersion.position)
)
_HOLDERS = _holders()
_OF_IDS = _rows().where(SectionVersion.id.in_(sa.bindparam("ids", expanding=True)))
_VERSIONS = (
    sa.select(Edition, *_ROW)
    .select_from(SectionVersion)
    .join(Document, Document.id == SectionVersion.document_id)
    .join(Edition, Edition.id == SectionVersion.edition_id)
    .where(SectionVersion.provision_id == sa.bindparam("provision"))
    .order_by(Edition.position)
)
_VERSIONS_BY_ACT = _VERSIONS.where(Edition.act != "")
_THEMES = (
    sa.select(Theme.code, Theme.name)
    .join(ProvisionTheme, ProvisionTheme.theme_id == Theme.id)
    .where(ProvisionTheme.provision_id == sa.bindparam("provision"))
    .order_by(Theme.position)
)
_DOCUMENTS = (
    sa.select(Document).where(Document.plan_id == sa.bindparam("plan")).order_by(Document.position)
)
_DOCUMENT = _DOCUMENTS.where(Document.slug == sa.bindparam("slug"))
_PAGED = [SectionKind.ARTICLE, SectionKind.MAP, SectionKind.HEADING, SectionKind.STRATEGY]
_COUNTS = (
    sa.select(SectionVersion.document_id, sa.func.count())
    .where(SectionVersion.edition_id == sa.bindparam("edition"), SectionVersion.kind.in_(_PAGED))
    .group_by(SectionVersion.document_id)
)
_LINKS = (
    sa.select(PlanLink)
    .options(joinedload(PlanLink.other))
    .where(PlanLink.plan_id == sa.bindparam("plan"))
)
_EDITIONS = (
    sa.select(Edition).where(Edition.plan_id == sa.bindparam("plan")).order_by(Edition.position)
)
_EDITIONS_BY_ACT = _EDITIONS.where(Edition.act != "")
_PLAN_THEMES = (
    sa.select(Theme).where(Theme.plan_id == sa.bindparam("plan")).order_by(Theme.position)
)


def list_documents(plan: Plan) -> Sequence[Document]:
    return db.session.scalars(_DOCUMENTS, {"plan": plan.id}).all()


def all_documents() -> Sequence[Document]:
    """The documents of every plan, for whoever brings in a text."""
    return db.session.scalars(
        sa.select(Document)
        .join(Plan)
        .options(joinedload(Document.plan))
        .order_by(Plan.id, Document.position)
    ).all()


def document_of_code(code: str) -> Document | None:
    return db.session.scalar(sa.select(Document).filter_by(code=code.upper()))


@dataclasses.dataclass(frozen=True, slots=True)
class EditionOf:
    """An edition, and how much of a document's text it holds."""

    id: int
    plan: str
    label: str
    title: str
    state: EditionState
    document: str
    document_slug: str
    sections: int


def editions_of_documents() -> list[EditionOf]:
    """Each edition of each plan, with the documents whose text is in it."""
    rows = db.session.execute(
        sa.select(
            Edition.id,
            Plan.name,
            Edition.label,
            Edition.title,
            Edition.state,
            sa.func.coalesce(Document.title, ""),
            sa.func.coalesce(Document.slug, ""),
            sa.func.count(SectionVersion.id),
        )
        .select_from(Edition)
        .join(Plan, Plan.id == Edition.plan_id)
        .outerjoin(SectionVersion, SectionVersion.edition_id == Edition.id)
        .outerjoin(Document, Document.id == SectionVersion.document_id)
        .group_by(
            *(
                Edition.id,
                Plan.id,
                Plan.name,
                Edition.position,
                Edition.label,
                Edition.title,
                Edition.state,
            ),
            *(Document.position, Document.title, Document.slug),
        )
        .order_by(Plan.id, Edition.position, Document.position)
    )
    return [EditionOf(*row) for row in rows]


def get_document(plan: Plan, slug: str) -> Document:
    """A document of the plan. Raises NotFound."""
    row = db.session.scalar(_DOCUMENT, {"plan": plan.id, "slug": slug})
    if row is None:
        raise NotFound()
    return row


def seen(reader: Reader) -> sa.ColumnElement[bool]:
    """The editions that a person may know of: those that an act made, to the office all."""
    return sa.true() if reader.can(Permission.CORRECT_DATA) else Edition.act != ""


def list_editions(plan: Plan, *, seen_by: Reader) -> Sequence[Edition]:
    query = _EDITIONS if seen_by.can(Permission.CORRECT_DATA) else _EDITIONS_BY_ACT
    return db.session.scalars(query, {"plan": plan.id}).all()


def get_edition(plan: Plan, label: str, *, seen_by: Reader) -> Edition:
    """An edition of the plan. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Edition).where(Edition.plan_id == plan.id, Edition.label == label, seen(seen_by))
    )
    if row is None:
        raise NotFound()
    return row


def plan_links(plan: Plan) -> Sequence[PlanLink]:
    """The plans to which this one is tied."""
    return db.session.scalars(_LINKS, {"plan": plan.id}).all()


def list_themes(plan: Plan) -> Sequence[Theme]:
    return db.session.scalars(_PLAN_THEMES, {"plan": plan.id}).all()


def section_counts(edition: Edition) -> dict[int, int]:
    """How many sections each document has in the edition: pages of their own only."""
    return dict(map(tuple, ask(_COUNTS, edition=edition.id)))


def get_section(edition: Edition, document: str, slug: str) -> SectionRow:
    """A section by its address, the document's and its own; one within a page has one too.
    Raises NotFound."""
    found = _read(_BY_SLUG, edition=edition.id, document=document, slug=slug)
    if not found:
        raise NotFound()
    return found[0]


def page_of(section: SectionRow) -> list[SectionRow]:
    """All that stands on a section's page: itself, then its commi, letters and notes."""
    return _read(_ON_PAGE, unit=section.unit_id)


def path_to(section: SectionRow) -> list[SectionRow]:
    """The sections that hold this one, outermost first, itself excluded."""
    return _read(_HOLDERS, section=section.id)


class ThemeName(NamedTuple):
    """A theme as a page links to it."""

    code: str
    name: str


def section_themes(section: SectionRow) -> list[ThemeName]:
    return [ThemeName._make(row) for row in ask(_THEMES, provision=section.provision_id)]


def sections(ids: Iterable[int]) -> dict[int, SectionRow]:
    """Sections by the id of their version."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {row.id: row for row in _read(_OF_IDS, ids=wanted)}


def section_of(edition: Edition, provision_id: int) -> SectionRow | None:
    """A provision as it stands in an edition, if it stands there."""
    rows = _read(
        _rows().where(
            SectionVersion.edition_id == edition.id, SectionVersion.provision_id == provision_id
        )
    )
    return rows[0] if rows else None


def versions_of(section: SectionRow, *, seen_by: Reader) -> list[tuple[Edition, SectionRow]]:
    """The same provision in every edition that the reader may know of, oldest first."""
    query = _VERSIONS if seen_by.can(Permission.CORRECT_DATA) else _VERSIONS_BY_ACT
    rows = db.session.execute(query, {"provision": section.provision_id}).all()
    return [(edition, SectionRow._make(row)) for edition, *row in rows]


def get_version(version_id: int) -> SectionVersion:
    """One version. Raises NotFound."""
    row = db.session.get(SectionVersion, version_id)
    if row is None:
        raise NotFound()
    return row


def latest_citation(provision: Provision) -> str:
    """How the provision is cited in the last edition that has it."""
    return (
        db.session.scalar(
            sa.select(SectionVersion.brief)
            .join(Edition, Edition.id == SectionVersion.edition_id)
            .where(SectionVersion.provision_id == provision.id)
            .order_by(Edition.position.desc())
            .limit(1)
        )
        or ""
    )
