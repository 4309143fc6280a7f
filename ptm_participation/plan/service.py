"""What can be done to the plan: take in a text, correct a section, draw an anchor."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db, length_of
from ptm_participation.core.errors import ChangedMeanwhile, DomainError
from ptm_participation.core.reference import Verification, fold
from ptm_participation.core.transaction import use_case
from ptm_participation.plan import kinds
from ptm_participation.plan.kinds import WITHIN_A_PAGE
from ptm_participation.plan.matching import Known, Pairs, match
from ptm_participation.plan.models import (
    Anchor,
    Document,
    Edition,
    EditionState,
    Provision,
    SectionVersion,
    Succession,
    SuccessionKind,
)
from ptm_participation.plan.tree import Node

AROUND = 32  # characters kept before and after quoted words
LONGEST_QUOTE = 2000
# What follows from a section's number and place, and its heading: the database bounds them all.
_BOUNDED = (
    SectionVersion.heading,
    SectionVersion.citation,
    SectionVersion.brief,
    SectionVersion.slug,
    SectionVersion.sort_key,
)


class EditionFrozen(DomainError):
    message = _l("The words of this edition are frozen: import under another label.")


class EditionObserved(DomainError):
    """Replacing the words would change what people have spoken of."""

    message = _l(
        "Observations speak of the words of this edition: import the new text under another label."
    )


class WordsNotThere(DomainError):
    message = _l("These words are not in the section: choose them again on its page.")


class NumberTwice(DomainError):
    message = _l("Two sections would have the same address, %(slug)s: correct their numbers.")


class TextChangedMeanwhile(ChangedMeanwhile):
    message = _l(
        "The plan's text has changed since it was compared: nothing was written. "
        "Look at the new comparison below and confirm again."
    )


class LabelNotGood(DomainError):
    message = _l("Give the edition a label of 1 to %(most)d characters, on one line.")


class TooLongForLaw(DomainError):
    message = _l(
        "The number or heading of a section is longer than any in a law (%(section)s): "
        "correct the text."
    )


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


@use_case
def import_text(
    actor: Actor,
    document: Document,
    label: str,
    tree: Sequence[Node],
    *,
    source: str,
    seen: str | None = None,
    file_sha256: str = "",
) -> ImportReport:
    """Put a text into an edition (a draft is made if none has that label).

    Sections keep the identity of those that they continue in the edition before. `seen` is
    `state_of_text` as it was when somebody decided on the import. Raises LabelNotGood,
    EditionFrozen, EditionObserved, TextChangedMeanwhile, NumberTwice or TooLongForLaw, and then
    nothing is written.
    """
    if seen is not None and seen != state_of_text(document):
        raise TextChangedMeanwhile()
    edition, created = _edition(document, label)
    _refuse_if_in_use(edition, document)
    base = _edition_before(edition, document)
    known = known_tree(base, document) if base else []
    pairs = match(known, tree)
    held = _held(edition, document)
    _clear(edition, document)
    versions = write_tree(document, edition, tree, pairs, source=source)
    report = _report(document, edition, created, versions, known, base, held)
    audit.record(
        actor,
        "plan.text_imported",
        edition,
        source=source,
        sha256=_tree_digest(versions),
        file_sha256=file_sha256,
        **_in_the_log(report),
    )
    return report


def _in_the_log(report: ImportReport) -> dict[str, Any]:
    """What the log says of an import: of a text that was replaced, how much changed."""
    facts = dataclasses.asdict(report)
    facts["replaced"] = {name: len(cited) for name, cited in (facts["replaced"] or {}).items()}
    return facts


Held = dict[str, tuple[str, str]]  # by slug: the citation, and the digest of heading and words


def _held(edition: Edition, document: Document) -> Held:
    """The text that the edition has of the document."""
    rows = db.session.execute(
        sa.select(SectionVersion.slug, SectionVersion.brief, SectionVersion.sha256)
        .filter_by(edition_id=edition.id, document_id=document.id)
        .order_by(SectionVersion.position)
    )
    return {slug: (brief, sha256) for slug, brief, sha256 in rows}


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


class _OnlyLooking(Exception):
    """Undoes an import that was run to see what it would do."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report


def preview_import(
    actor: Actor, document: Document, label: str, tree: Sequence[Node], *, source: str
) -> ImportReport:
    """What `import_text` would do; nothing is written."""

    @use_case
    def run() -> None:
        raise _OnlyLooking(import_text(actor, document, label, tree, source=source))

    try:
        run()
    except _OnlyLooking as look:
        return look.report
    raise AssertionError("unreachable")


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


def _edition(document: Document, label: str) -> tuple[Edition, bool]:
    plan = document.plan
    most = length_of(Edition.label)
    if not label.strip() or not label.isprintable() or len(label) > most:
        raise LabelNotGood(most=most)
    edition = db.session.scalar(sa.select(Edition).filter_by(plan_id=plan.id, label=label))
    if edition is not None:
        if edition.state is EditionState.FROZEN:
            raise EditionFrozen()
        return edition, False
    position = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.max(Edition.position), 0)).filter_by(plan_id=plan.id)
    )
    edition = Edition(
        plan_id=plan.id,
        label=label,
        title=label,
        position=(position or 0) + 1,
        state=EditionState.DRAFT,
        verification=Verification.TO_VERIFY,
    )
    db.session.add(edition)
    db.session.flush()
    return edition, True


def _refuse_if_in_use(edition: Edition, document: Document) -> None:
    spoken_of = (
        sa.select(Anchor.id)
        .join(SectionVersion)
        .where(SectionVersion.edition_id == edition.id, SectionVersion.document_id == document.id)
    )
    if db.session.scalar(spoken_of.limit(1)):
        raise EditionObserved()


def _edition_before(edition: Edition, document: Document) -> Edition | None:
    """The edition whose sections this one continues.

    The nearest earlier one that has the document's words; where none has words, the nearest
    that has its sections; else what this very edition held until now.
    """
    here = (SectionVersion.edition_id == Edition.id, SectionVersion.document_id == document.id)
    has_words = sa.exists().where(*here, SectionVersion.text != "")
    return db.session.scalar(
        sa.select(Edition)
        .where(
            Edition.plan_id == edition.plan_id,
            Edition.position <= edition.position,
            sa.exists().where(*here),
        )
        .order_by((Edition.id == edition.id).asc(), has_words.desc(), Edition.position.desc())
        .limit(1)
    )


def known_tree(edition: Edition, document: Document) -> list[Known]:
    """A document's sections in an edition, as a tree of identities."""
    rows = list(
        db.session.scalars(
            sa.select(SectionVersion)
            .filter_by(edition_id=edition.id, document_id=document.id)
            .order_by(SectionVersion.position)
        )
    )
    children: dict[int | None, list[SectionVersion]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)

    def build(row: SectionVersion) -> Known:
        below = tuple(build(child) for child in children.get(row.id, []))
        node = Node(
            row.kind, row.number, row.heading, row.text, tuple(known.node for known in below)
        )
        return Known(row.provision_id, node, below)

    return [build(row) for row in children.get(None, [])]


def _clear(edition: Edition, document: Document) -> None:
    """Take away the draft's present sections; identities stay."""
    ids = sa.select(SectionVersion.id).filter_by(edition_id=edition.id, document_id=document.id)
    db.session.execute(
        sa.delete(Succession).where(
            sa.or_(Succession.from_version_id.in_(ids), Succession.to_version_id.in_(ids))
        )
    )
    same = (SectionVersion.edition_id == edition.id, SectionVersion.document_id == document.id)
    # The rows point at one another: the pointers go first, so that any order of deletion does.
    db.session.execute(sa.update(SectionVersion).where(*same).values(parent_id=None, unit_id=None))
    db.session.execute(sa.delete(SectionVersion).where(*same))


def write_tree(
    document: Document,
    edition: Edition,
    tree: Sequence[Node],
    pairs: Pairs,
    *,
    source: str,
    verification: Verification = Verification.TO_VERIFY,
) -> list[SectionVersion]:
    """Give each node its version in the edition, with a new identity where it continues none."""
    writer = _TreeWriter(document, edition, pairs, source, verification)
    with db.session.no_autoflush:
        for root in tree:
            writer.write(root, None, None, 0)
    db.session.flush()
    _record_succession(edition, writer.versions)
    return writer.versions


class _TreeWriter:
    """Walks a tree in reading order and makes a version of each node."""

    def __init__(
        self,
        document: Document,
        edition: Edition,
        pairs: Pairs,
        source: str,
        verification: Verification,
    ) -> None:
        self.document, self.edition, self.pairs = document, edition, pairs
        self.source, self.verification = source, verification
        self.versions: list[SectionVersion] = []
        self.slugs: set[str] = set()

    def write(
        self, node: Node, parent: SectionVersion | None, unit: SectionVersion | None, depth: int
    ) -> None:
        version = SectionVersion(
            provision=self._identity(self.pairs.get(id(node))),
            edition_id=self.edition.id,
            document_id=self.document.id,
            parent=parent,
            position=len(self.versions) + 1,
            depth=depth,
            kind=node.kind,
            verification=self.verification,
            source=self.source,
        )
        describe(version, node, parent)
        version.slug = self._address(version)
        if unit is None or node.kind not in WITHIN_A_PAGE:
            unit = version
        version.unit = unit
        db.session.add(version)
        self.versions.append(version)
        for child in node.children:
            self.write(child, version, unit, depth + 1)

    def _identity(self, known: Known | None) -> Provision:
        if known is not None:
            return db.session.get_one(Provision, known.provision_id)
        return Provision(document_id=self.document.id)

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
    version.search_text = fold(f"{version.citation} {node.heading} {node.text}")
    version.sha256 = hashlib.sha256(f"{node.heading}\n{node.text}".encode()).hexdigest()


def _record_succession(edition: Edition, versions: list[SectionVersion]) -> None:
    """Tie each version to the nearest earlier one of its identity; nobody confirmed it yet."""
    earlier = db.session.scalars(
        sa.select(SectionVersion)
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(
            Edition.plan_id == edition.plan_id,
            Edition.position < edition.position,
            SectionVersion.document_id.in_({version.document_id for version in versions}),
        )
        .order_by(Edition.position)
    )
    before = {version.provision_id: version for version in earlier}
    for version in versions:
        previous = before.get(version.provision_id)
        if previous is not None:
            same = previous.slug == version.slug
            db.session.add(
                Succession(
                    from_version_id=previous.id,
                    to_version_id=version.id,
                    kind=SuccessionKind.SAME if same else SuccessionKind.MOVED,
                )
            )


def _report(
    document: Document,
    edition: Edition,
    created: bool,
    versions: list[SectionVersion],
    known: list[Known],
    base: Edition | None,
    held: Held,
) -> ImportReport:
    numbers = {item.provision_id: item.node.number for root in known for item in root.walk()}
    kept = [v for v in versions if v.provision_id in numbers]
    same = sum(v.number == numbers[v.provision_id] for v in kept)
    by_kind: dict[str, int] = {}
    for version in versions:
        by_kind[version.kind.value] = by_kind.get(version.kind.value, 0) + 1
    return ImportReport(
        document=document.code,
        edition=edition.label,
        edition_created=created,
        sections=len(versions),
        by_kind=by_kind,
        same=same,
        moved=len(kept) - same,
        new=len(versions) - len(kept),
        gone=len(numbers) - len({v.provision_id for v in kept}),
        base=base.label if base is not None else "",
        replaced=_replaced(held, versions),
    )


def _tree_digest(versions: list[SectionVersion]) -> str:
    lines = "\n".join(f"{v.depth} {v.kind.value} {v.number} {v.sha256}" for v in versions)
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


@use_case
def draw_anchor(version: SectionVersion, exact: str = "", prefix: str = "") -> Anchor:
    """An anchor on a section, or on words in it. Raises WordsNotThere.

    `prefix` tells which occurrence is meant where the words occur more than once.
    """
    anchor = anchor_on(version, exact, prefix)
    db.session.add(anchor)
    db.session.flush()
    return anchor


def anchor_on(version: SectionVersion, exact: str = "", prefix: str = "") -> Anchor:
    """The same anchor, not yet written: for an act that writes many at once."""
    exact = " ".join(exact.split())
    if not exact:
        return Anchor(section_version_id=version.id)
    text = " ".join(version.text.split())
    start = _find(text, exact, " ".join(prefix.split()))
    if start is None:
        raise WordsNotThere()
    end = start + len(exact)
    return Anchor(
        section_version_id=version.id,
        exact=exact,
        prefix=text[max(0, start - AROUND) : start],
        suffix=text[end : end + AROUND],
    )


def _find(text: str, exact: str, prefix: str) -> int | None:
    if len(exact) > LONGEST_QUOTE:
        return None
    if prefix:
        joined = text.find(f"{prefix} {exact}".strip())
        if joined < 0:
            joined = text.find(prefix + exact)
        if joined >= 0:
            return text.index(exact, joined + max(0, len(prefix) - 1))
    found = text.find(exact)
    return found if found >= 0 else None


def occurs(version: SectionVersion, exact: str) -> bool:
    """Whether the words are in the section's own text."""
    return " ".join(exact.split()) in " ".join(version.text.split())
