"""What is read of two editions at once: their parts, and what came of what between them."""

import dataclasses
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ptm_participation.accounts.models import Reader
from ptm_participation.core.db import ask, db
from ptm_participation.plan.models import (
    Document,
    Edition,
    SectionVersion,
    Succession,
    SuccessionKind,
)
from ptm_participation.plan.queries import SectionRow, seen
from ptm_participation.plan.synopsis import ChangeKind, Entry, Part, changes, collate

_PARTS = (
    sa.select(
        SectionVersion.id,
        SectionVersion.parent_id,
        SectionVersion.unit_id,
        SectionVersion.provision_id,
        SectionVersion.kind,
        SectionVersion.number,
        SectionVersion.depth,
        SectionVersion.slug,
        SectionVersion.citation,
        SectionVersion.brief,
        SectionVersion.heading,
        SectionVersion.text,
    )
    .where(SectionVersion.edition_id == sa.bindparam("edition"))
    .order_by(SectionVersion.position)
)
_WORDLESS = (
    *_PARTS.selected_columns[:-2],
    sa.literal("").label("heading"),
    sa.literal("").label("text"),
)
_OF_DOCUMENT = _PARTS.where(SectionVersion.document_id == sa.bindparam("document"))
_Old, _New = aliased(SectionVersion), aliased(SectionVersion)
_DESCENT = (
    sa.select(_Old.provision_id, _New.provision_id)
    .select_from(Succession)
    .join(Edition, Edition.id == Succession.edition_id)
    .join(_Old, _Old.id == Succession.from_version_id)
    .join(_New, _New.id == Succession.to_version_id)
    .where(
        Succession.kind.in_([SuccessionKind.SPLIT, SuccessionKind.JOINED]),
        Edition.plan_id == sa.bindparam("plan"),
        Edition.position > sa.bindparam("first"),
        Edition.position <= sa.bindparam("last"),
        _New.document_id == sa.bindparam("document"),
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Synopsis:
    """A document in two editions, the earlier first."""

    document: Document
    before: Edition
    after: Edition
    entries: Sequence[Entry]

    @property
    def changed(self) -> list[Entry]:
        """All that differs, with what stands in a section that is itself new or dropped."""
        return [entry for entry in self.entries if entry.changed]

    @property
    def changes(self) -> list[Entry]:
        return changes(self.entries)

    def counts(self) -> dict[ChangeKind, int]:
        """How many changes are of each kind; one that is of several counts in each."""
        found = self.changes
        counted = {kind: sum(kind in entry.kinds for entry in found) for kind in ChangeKind}
        return {kind: count for kind, count in counted.items() if count}


def synopsis(document: Document, one: Edition, other: Edition) -> Synopsis:
    """A document in two editions, whole: every part of either beside what it became."""
    before, after = sorted((one, other), key=lambda edition: edition.position)
    old, new = _read(before, document), _read(after, document)
    return Synopsis(document, before, after, collate(old, new, _descent(document, before, after)))


def _read(edition: Edition, document: Document) -> list[Part]:
    return [Part._make(row) for row in ask(_OF_DOCUMENT, edition=edition.id, document=document.id)]


def _descent(document: Document, before: Edition, after: Edition) -> Mapping[int, list[int]]:
    """What was parted or joined on the way from the one edition to the other."""
    rows = ask(
        _DESCENT,
        plan=document.plan_id,
        document=document.id,
        first=before.position,
        last=after.position,
    )
    descent: dict[int, list[int]] = {}
    for old, new in rows:
        if old != new:
            descent.setdefault(old, []).append(new)
    return descent


def editions_of(document: Document, *, seen_by: Reader) -> list[Edition]:
    """The editions that hold the document's words, oldest first, that the reader may know of."""
    with_words = sa.exists().where(
        SectionVersion.edition_id == Edition.id,
        SectionVersion.document_id == document.id,
        SectionVersion.text != "",
    )
    return list(
        db.session.scalars(
            sa.select(Edition)
            .where(Edition.plan_id == document.plan_id, seen(seen_by), with_words)
            .order_by(Edition.position)
        )
    )


def synopsis_of_section(section: SectionRow, one: Edition, other: Edition) -> Synopsis:
    """One page of a document in two editions: an article with its commi, and what they became."""
    before, after = sorted((one, other), key=lambda edition: edition.position)
    document = db.session.get_one(Document, section.document_id)
    descent = _descent(document, before, after)
    provisions = _kin(section.provision_id, descent)
    old, new = (_read_units(edition, provisions) for edition in (before, after))
    wanted = {part.id for part in (*old, *new)}
    # By what stands beside and above it is known whether it has moved.
    old, new = (
        _with_neighbours(edition, parts, document)
        for edition, parts in ((before, old), (after, new))
    )
    entries = [
        entry
        for entry in collate(old, new, descent)
        if any(part.id in wanted for part in (*entry.before, *entry.after))
    ]
    return Synopsis(document, before, after, entries)


def _kin(provision: int, descent: Mapping[int, list[int]]) -> list[int]:
    """A provision, what it came of and what came of it."""
    kin = {provision}
    kin.update(descent.get(provision, ()))
    kin.update(old for old, became in descent.items() if provision in became)
    return sorted(kin)


def _read_units(edition: Edition, provisions: Sequence[int]) -> list[Part]:
    units = sa.select(SectionVersion.id).where(
        SectionVersion.edition_id == edition.id, SectionVersion.provision_id.in_(provisions)
    )
    rows = ask(_PARTS.where(SectionVersion.unit_id.in_(units)), edition=edition.id)
    return [Part._make(row) for row in rows]


def _with_neighbours(edition: Edition, parts: Sequence[Part], document: Document) -> list[Part]:
    """The parts of some pages among what holds these pages and what stands beside them, of which
    no words are read."""
    outer = {part.parent_id for part in parts if part.id == part.unit_id}
    beside = SectionVersion.parent_id.in_(outer) | SectionVersion.id.in_(outer)
    if None in outer:
        beside |= SectionVersion.parent_id.is_(None)
    places = ask(
        sa.select(*_WORDLESS)
        .where(
            SectionVersion.edition_id == edition.id,
            SectionVersion.document_id == document.id,
            beside | SectionVersion.unit_id.in_({part.unit_id for part in parts}),
        )
        .order_by(SectionVersion.position)
    )
    read = {part.id: part for part in parts}
    return [read.get(row.id) or Part._make(row) for row in places]
