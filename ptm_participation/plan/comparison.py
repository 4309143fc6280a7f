"""What a text would make of an edition: read, matched and told, with nothing written.

Matching a long law with the one before takes seconds. It is done here, outside of the writers'
lock, and `plan/service.py` writes what was found if the plan's text is still the same.
"""

import dataclasses
import hashlib
from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core.db import db, length_of
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.plan import kinds
from ptm_participation.plan.freezing import EditionFrozen
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.plan.matching import Known, Pairs, match
from ptm_participation.plan.models import (
    Anchor,
    Document,
    Edition,
    EditionState,
    Provision,
    SectionVersion,
)
from ptm_participation.plan.search import search_text
from ptm_participation.plan.tree import Node

# What follows from a section's number and place, and its heading: the database bounds them all.
_BOUNDED = (
    SectionVersion.heading,
    SectionVersion.citation,
    SectionVersion.brief,
    SectionVersion.slug,
    SectionVersion.sort_key,
)


class EditionObserved(DomainError):
    """Replacing the words would change what people have spoken of."""

    message = _l(
        "Observations speak of the words of this edition: import the new text under another label."
    )


class NumberTwice(DomainError):
    message = _l("Two sections would have the same address, %(slug)s: correct their numbers.")


class LabelNotGood(DomainError):
    message = _l("Give the edition a label of 1 to %(most)d characters, on one line.")


class TooLongForLaw(DomainError):
    message = _l(
        "The number or heading of a section is longer than any in a law (%(section)s): "
        "correct the text."
    )


class SourceNotGood(DomainError):
    message = _l("Say which act the text comes from, in 1 to %(most)d characters on one line.")


@dataclasses.dataclass(frozen=True, slots=True)
class Replaced:
    """How a text differs from the one that it takes the place of: sections by their citation."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether both say the same."""
        return not (self.changed or self.added or self.dropped)


@dataclasses.dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. `base` is the edition whose sections it continues, to
    which the counts refer; `replaced` tells of a text that the edition held already."""

    document: str
    edition: str
    edition_created: bool
    sections: int
    by_kind: dict[str, int]
    same: int
    moved: int
    new: int
    gone: int
    base: str
    replaced: Replaced | None


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """A text beside what the plan holds: the sections that it continues, and what it would do.

    `edition` is None where one would be made; `state` is the plan's text that was looked at.
    """

    document: Document
    label: str
    edition: Edition | None
    tree: Sequence[Node]
    pairs: Pairs
    report: ImportReport
    state: str
    is_there: bool  # the edition holds this very text already


def compare(document: Document, label: str, tree: Sequence[Node]) -> Comparison:
    """Look at what an import would do.

    Raises LabelNotGood, EditionFrozen, EditionObserved, NumberTwice and TooLongForLaw.
    """
    state = state_of_text(document)
    edition = _edition(document, label)
    base = _edition_before(document, edition)
    known = known_tree(base, document) if base else []
    pairs = match(known, tree)
    versions = lay_out(document, tree, pairs)
    report = _report(document, label, edition, versions, known, base)
    is_there = edition is not None and _is_held(edition, document, versions)
    return Comparison(document, label, edition, tree, pairs, report, state, is_there)


Held = dict[str, tuple[str, str]]  # by slug: the citation, and the digest of heading and words


def _held(edition: Edition, document: Document) -> Held:
    """The text that the edition has of the document."""
    rows = db.session.execute(
        sa.select(SectionVersion.slug, SectionVersion.brief, SectionVersion.sha256)
        .filter_by(edition_id=edition.id, document_id=document.id)
        .order_by(SectionVersion.position)
    )
    return {slug: (brief, sha256) for slug, brief, sha256 in rows}


def _is_held(edition: Edition, document: Document, versions: list[SectionVersion]) -> bool:
    """Whether the edition has the very same sections, each in its place."""
    rows = db.session.execute(
        sa.select(
            SectionVersion.depth, SectionVersion.kind, SectionVersion.slug, SectionVersion.sha256
        )
        .filter_by(edition_id=edition.id, document_id=document.id)
        .order_by(SectionVersion.position)
    )
    return [tuple(row) for row in rows] == [(v.depth, v.kind, v.slug, v.sha256) for v in versions]


def _replaced(held: Held, versions: list[SectionVersion]) -> Replaced | None:
    if not held:
        return None
    now = {version.slug: version for version in versions}
    return Replaced(
        changed=tuple(
            version.brief
            for version in versions
            if version.slug in held and held[version.slug][1] != version.sha256
        ),
        added=tuple(version.brief for version in versions if version.slug not in held),
        dropped=tuple(brief for slug, (brief, _digest) in held.items() if slug not in now),
    )


def state_of_text(document: Document) -> str:
    """A digest that changes with the editions of the plan and the document's sections in them."""
    editions = sa.select(Edition.id, Edition.label, Edition.state, Edition.position)
    sections = sa.select(SectionVersion.id, SectionVersion.slug, SectionVersion.sha256)
    rows = [
        *db.session.execute(editions.filter_by(plan_id=document.plan_id).order_by(Edition.id)),
        *db.session.execute(
            sections.filter_by(document_id=document.id).order_by(SectionVersion.id)
        ),
    ]
    lines = "\n".join(" ".join(map(str, row)) for row in rows)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def _edition(document: Document, label: str) -> Edition | None:
    """The edition of that label or title, however large its letters are, if it can take a text;
    None if there is none yet."""
    most = length_of(Edition.label)
    if not label.strip() or not label.isprintable() or len(label) > most:
        raise LabelNotGood(most=most)
    known = document.plan.editions
    named = {name.casefold(): one for one in known for name in (one.title, one.named)} | {
        one.label.casefold(): one for one in known
    }
    edition = named.get(label.strip().casefold())
    if edition is not None:
        if edition.state is EditionState.FROZEN:
            raise EditionFrozen()
        _refuse_if_in_use(edition, document)
    return edition


def _refuse_if_in_use(edition: Edition, document: Document) -> None:
    spoken_of = (
        sa.select(Anchor.id)
        .join(SectionVersion)
        .where(SectionVersion.edition_id == edition.id, SectionVersion.document_id == document.id)
    )
    if db.session.scalar(spoken_of.limit(1)):
        raise EditionObserved()


def _edition_before(document: Document, edition: Edition | None) -> Edition | None:
    """The edition whose sections this one continues.

    The nearest earlier one that has the document's words; where none has words, the nearest
    that has its sections; else what this very edition held until now.
    """
    here = (SectionVersion.edition_id == Edition.id, SectionVersion.document_id == document.id)
    has_words = sa.exists().where(*here, SectionVersion.text != "")
    itself = Edition.id == (edition.id if edition is not None else None)
    return db.session.scalar(
        sa.select(Edition)
        .where(
            Edition.plan_id == document.plan_id,
            Edition.position <= edition.position if edition is not None else sa.true(),
            sa.exists().where(*here),
        )
        .order_by(itself.asc(), has_words.desc(), Edition.position.desc())
        .limit(1)
    )


def known_tree(edition: Edition, document: Document) -> list[Known]:
    """A document's sections in an edition, as a tree of identities."""
    rows = db.session.scalars(
        sa.select(SectionVersion)
        .filter_by(edition_id=edition.id, document_id=document.id)
        .order_by(SectionVersion.position)
    )
    return as_tree(rows.all())


def as_tree(rows: Sequence[SectionVersion], within: int | None = None) -> list[Known]:
    """Sections in reading order as a tree of identities: of those that stand in the section with
    the id `within`, or of all."""
    children: dict[int | None, list[SectionVersion]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)

    def build(row: SectionVersion) -> Known:
        below = tuple(build(child) for child in children.get(row.id, []))
        node = Node(
            row.kind, row.number, row.heading, row.text, tuple(known.node for known in below)
        )
        return Known(row.provision_id, node, below)

    return [build(row) for row in children.get(within, [])]


def lay_out(
    document: Document,
    tree: Sequence[Node],
    pairs: Pairs,
    *,
    source: str = "",
    verification: Verification = Verification.TO_VERIFY,
) -> list[SectionVersion]:
    """The sections of a text in reading order, not yet of an edition and not yet written; a node
    that continues none has a new identity. Raises NumberTwice and TooLongForLaw."""
    layout = _Layout(document, pairs, source, verification)
    for root in tree:
        layout.add(root, None, None, 0)
    return layout.versions


class _Layout:
    """Walks a tree in reading order and makes a version of each node."""

    def __init__(
        self, document: Document, pairs: Pairs, source: str, verification: Verification
    ) -> None:
        self.document, self.pairs = document, pairs
        self.source, self.verification = source, verification
        self.versions: list[SectionVersion] = []
        self.slugs: set[str] = set()

    def add(
        self, node: Node, parent: SectionVersion | None, unit: SectionVersion | None, depth: int
    ) -> None:
        version = SectionVersion(
            document_id=self.document.id,
            parent=parent,
            position=len(self.versions) + 1,
            depth=depth,
            kind=node.kind,
            verification=self.verification,
            source=self.source,
        )
        known = self.pairs.get(id(node))
        if known is not None:
            version.provision_id = known.provision_id
        else:
            version.provision = Provision(document_id=self.document.id)
        describe(version, node, parent)
        version.slug = self._address(version)
        if unit is None or node.kind not in WITHIN_A_PAGE:
            unit = version
        version.unit = unit
        self.versions.append(version)
        for child in node.children:
            self.add(child, version, unit, depth + 1)

    def _address(self, version: SectionVersion) -> str:
        """The version's slug, counted on where sections share one: those without a number, and
        commi that a law prints twice with the same."""
        slug = version.slug
        if slug in self.slugs and version.number and version.kind not in WITHIN_A_PAGE:
            raise NumberTwice(slug=slug)
        again = 1
        while slug in self.slugs:
            again += 1
            slug = f"{version.slug}-{again}"
        self.slugs.add(slug)
        return slug


def describe(version: SectionVersion, node: Node, within: SectionVersion | None) -> None:
    """Fill what a version says, and what follows from its number, from a node."""
    if len(node.number) > length_of(SectionVersion.number):
        raise TooLongForLaw(section=f"{node.number[:20]}…")
    version.number, version.heading, version.text = node.number, node.heading, node.text
    cited = (within.citation, within.brief, within.slug) if within else ("", "", "")
    version.citation = kinds.citation(node.kind, node.number, cited[0])
    version.brief = kinds.brief(node.kind, node.number, cited[1])
    version.slug = kinds.slug(node.kind, node.number, cited[2])
    own_key = kinds.sort_key(node.kind, node.number)
    version.sort_key = f"{within.sort_key}/{own_key}" if within and own_key else own_key
    if any(len(getattr(version, column.key)) > length_of(column) for column in _BOUNDED):
        raise TooLongForLaw(section=f"{version.citation[:60]}…")
    version.search_text = search_text(version.citation, node.heading, node.text)
    version.sha256 = hashlib.sha256(f"{node.heading}\n{node.text}".encode()).hexdigest()


def _report(
    document: Document,
    label: str,
    edition: Edition | None,
    versions: list[SectionVersion],
    known: list[Known],
    base: Edition | None,
) -> ImportReport:
    numbers = {item.provision_id: item.node.number for root in known for item in root.walk()}
    kept = [v for v in versions if v.provision_id in numbers]
    same = sum(v.number == numbers[v.provision_id] for v in kept)
    by_kind: dict[str, int] = {}
    for version in versions:
        by_kind[version.kind.value] = by_kind.get(version.kind.value, 0) + 1
    return ImportReport(
        document=document.code,
        edition=label,
        edition_created=edition is None,
        sections=len(versions),
        by_kind=by_kind,
        same=same,
        moved=len(kept) - same,
        new=len(versions) - len(kept),
        gone=len(numbers) - len({v.provision_id for v in kept}),
        base=base.label if base is not None else "",
        replaced=_replaced(_held(edition, document) if edition is not None else {}, versions),
    )
