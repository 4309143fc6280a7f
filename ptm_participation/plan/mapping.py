"""The mapping of an edition onto the one before: proposed, looked at, confirmed by an officer."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.numbers import whole
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_links import link_citations
from ptm_participation.plan.comparison import as_tree
from ptm_participation.plan.freezing import hold_draft
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.matching import match_parts
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
from ptm_participation.plan.succession import kind_of, propose


class NotBefore(DomainError):
    message = _l("%(section)s is not a section of the edition before.")


class NotAfter(DomainError):
    message = _l("%(section)s is not a section of this edition.")


class SectionSpokenOf(DomainError):
    """What people have said is filed under the section's identity."""

    message = _l("Observations speak of this section: what it follows can no longer change.")


class TieSeen(NamedTuple):
    """A tie as an officer saw it: by its number alone it might be another by now."""

    id: int
    kind: SuccessionKind
    from_version_id: int | None
    to_version_id: int | None

    @property
    def key(self) -> str:
        return f"{self.id}.{self.kind.value}.{self.from_version_id or 0}.{self.to_version_id or 0}"


def read_tie(key: str) -> TieSeen | None:
    """What `TieSeen.key` says, or nothing."""
    number, kind, *ends = [*key.split("."), "", ""][:4]
    numbers = [whole(text) for text in (number, *ends)]
    if kind not in set(SuccessionKind) or None in numbers:
        return None
    first, before, after = (n or None for n in numbers)
    return TieSeen(first or 0, SuccessionKind(kind), before, after)


def seen_now(tie: Succession) -> TieSeen:
    """A tie as it is."""
    return TieSeen(tie.id, tie.kind, tie.from_version_id, tie.to_version_id)


def edition_before(edition: Edition, document: Document) -> Edition | None:
    """The edition that this one is mapped onto: the nearest earlier one that has the document's
    words, or its sections at least."""
    here = (SectionVersion.edition_id == Edition.id, SectionVersion.document_id == document.id)
    return db.session.scalar(
        sa.select(Edition)
        .where(
            Edition.plan_id == edition.plan_id,
            Edition.position < edition.position,
            sa.exists().where(*here),
        )
        .order_by(
            sa.exists().where(*here, SectionVersion.text != "").desc(), Edition.position.desc()
        )
        .limit(1)
    )


def tie_what_follows(edition: Edition, document: Document) -> None:
    """Propose the ties afresh of the later editions that are mapped onto this one."""
    later = db.session.scalars(
        sa.select(Edition).where(
            Edition.plan_id == edition.plan_id,
            Edition.position > edition.position,
            sa.exists().where(
                SectionVersion.edition_id == Edition.id, SectionVersion.document_id == document.id
            ),
        )
    )
    for other in later.all():
        if edition_before(other, document) is edition:
            tie_anew(other, document)


def tie_anew(edition: Edition, document: Document) -> None:
    """Propose the ties of a draft's sections of a document afresh: their text, or that of the
    edition before, is another. Those of a published edition stay as they were confirmed."""
    if edition.state is EditionState.FROZEN:
        return
    db.session.execute(sa.delete(Succession).where(Succession.id.in_(_of(edition, document))))
    before = edition_before(edition, document)
    if before is None:
        return
    old, new = sections_of(before, document), sections_of(edition, document)
    if new:  # else the edition leaves the document as it is
        db.session.add_all(propose(edition.id, old, new))
        db.session.flush()


def _of(edition: Edition, document: Document) -> sa.Select[int]:
    """The ties of an edition's sections of a document."""
    either = sa.or_(
        SectionVersion.id == Succession.to_version_id,
        SectionVersion.id == Succession.from_version_id,
    )
    return (
        sa.select(Succession.id)
        .join(SectionVersion, either)
        .where(Succession.edition_id == edition.id, SectionVersion.document_id == document.id)
    )


def sections_of(edition: Edition, document: Document) -> Sequence[SectionVersion]:
    return db.session.scalars(
        sa.select(SectionVersion)
        .filter_by(edition_id=edition.id, document_id=document.id)
        .order_by(SectionVersion.position)
    ).all()


class MappingChanged(DomainError):
    message = _l("The mapping has changed since this page was made: look at it again.")


@use_case
def confirm(actor: User, edition: Edition, ties: Iterable[TieSeen]) -> int:
    """Confirm what is proposed for an edition, as it was seen; says of how many. Raises
    EditionFrozen and MappingChanged."""
    hold_draft(edition)
    seen = {tie.id: tie for tie in ties}
    found = db.session.scalars(
        sa.select(Succession)
        .options(
            *(
                joinedload(end).load_only(SectionVersion.brief)
                for end in (Succession.before, Succession.after)
            )
        )
        .where(
            Succession.id.in_(seen),
            Succession.edition_id == edition.id,
            Succession.confirmed_at.is_(None),
        )
    ).all()
    if any(seen_now(tie) != seen[tie.id] for tie in found):
        raise MappingChanged()
    for tie in found:
        tie.confirmed_by_id, tie.confirmed_at = actor.id, clock.now()
    if found:
        audit.record(actor, "plan.mapping_confirmed", edition, ties=[_said(tie) for tie in found])
    return len(found)


@use_case
def doubt(actor: User, tie: Succession) -> None:
    """Take a confirmation back. Raises EditionFrozen."""
    edition = db.session.get_one(Edition, tie.edition_id)
    hold_draft(edition)
    tie.confirmed_by_id = tie.confirmed_at = None
    audit.record(actor, "plan.mapping_doubted", edition, tie=_said(tie))


@use_case
def set_sources(actor: User, section: SectionVersion, sources: Sequence[SectionVersion]) -> None:
    """Say which sections of the edition before one follows: none makes it new.

    It takes the identity of the first of them, unless another section follows that one already:
    then what was one is split. All of it counts as confirmed; of its parts is proposed anew what
    they follow. Raises EditionFrozen, NotBefore and SectionSpokenOf.
    """
    hold_draft(section.edition)
    _follow(actor, section, sources)
    link_citations(section.edition_id)  # what others cite is an identity


@use_case
def set_followers(
    actor: User, edition: Edition, old: SectionVersion, followers: Sequence[SectionVersion]
) -> None:
    """Say into which sections of an edition one of the edition before went, beside what they
    follow already: none, and it is dropped, which counts as confirmed.

    Raises EditionFrozen, NotBefore and SectionSpokenOf.
    """
    hold_draft(edition)
    for section in followers:
        if section.edition_id != edition.id:
            raise NotAfter(section=section.citation)
        present = [tie.before for tie in _ties(to_version_id=section.id)]
        _follow(actor, section, [*filter(None, present), old])
    if followers:
        link_citations(edition.id)
        return
    for tie in _ties(edition_id=edition.id, from_version_id=old.id):
        tie.confirmed_by_id, tie.confirmed_at = actor.id, clock.now()
    audit.record(actor, "plan.mapping_set", edition, section=old.brief, follows=[])


def _follow(actor: User, section: SectionVersion, sources: Sequence[SectionVersion]) -> None:
    """Tie a section to what it follows, and propose anew what its parts follow."""
    edition, sources = section.edition, list(dict.fromkeys(sources))
    before = edition_before(edition, section.document)
    for source in sources:
        if before is None or source.edition_id != before.id:
            raise NotBefore(section=source.citation)
    present = _ties(to_version_id=section.id)
    known = {tie.from_version_id for tie in present} - {None}
    for tie in present:
        db.session.delete(tie)
    db.session.flush()  # before a tie of the same ends is written again
    _identify(section, [source.provision_id for source in sources])
    for source in sources:
        _tie(edition, source, section)
    if not sources:
        _tie(edition, None, section)
    db.session.flush()
    for source_id in known | {source.id for source in sources}:
        _settle(edition, db.session.get_one(SectionVersion, source_id))
    for tie in _ties(to_version_id=section.id):
        tie.confirmed_by_id, tie.confirmed_at = actor.id, clock.now()
    for source in sources:
        _match_parts(edition, source, section)
    audit.record(
        actor,
        "plan.mapping_set",
        edition,
        section=section.brief,
        follows=[source.brief for source in sources],
    )


def _match_parts(edition: Edition, source: SectionVersion, section: SectionVersion) -> None:
    """Propose what the parts of a section follow among those of its source, of all of them that
    are still thought to be new or dropped."""
    olds, news = parts_of(source), parts_of(section)
    dropped = _still(SuccessionKind.DROPPED, edition, Succession.from_version_id, olds)
    new = _still(SuccessionKind.NEW, edition, Succession.to_version_id, news)
    old_of = {old.provision_id: old for old in olds}
    new_of = {part.provision_id: part for part in news}
    for one, other in match_parts(as_tree(olds, source.id), as_tree(news, section.id)):
        old, part = old_of[one], new_of[other]
        if old.id in dropped and part.id in new and not _is_spoken_of(part):
            db.session.delete(dropped[old.id])
            db.session.delete(new[part.id])
            _identify(part, [old.provision_id])
            _tie(edition, old, part)
    db.session.flush()


def parts_of(section: SectionVersion) -> Sequence[SectionVersion]:
    """What stands in a section, in reading order."""
    of_document = (
        SectionVersion.edition_id == section.edition_id,
        SectionVersion.document_id == section.document_id,
        SectionVersion.position > section.position,
    )
    end = sa.select(sa.func.min(SectionVersion.position)).where(
        *of_document, SectionVersion.depth <= section.depth
    )
    return db.session.scalars(
        sa.select(SectionVersion)
        .where(
            *of_document,
            SectionVersion.position
            < sa.func.coalesce(end.scalar_subquery(), SectionVersion.position + 1),
        )
        .order_by(SectionVersion.position)
    ).all()


def _still(
    kind: SuccessionKind,
    edition: Edition,
    end: Any,
    sections: Sequence[SectionVersion],
) -> dict[int, Succession]:
    """The ties of a kind that nobody has confirmed, by the section that stands at their end."""
    ties = db.session.scalars(
        sa.select(Succession).where(
            Succession.edition_id == edition.id,
            Succession.kind == kind,
            Succession.confirmed_at.is_(None),
            end.in_([section.id for section in sections]),
        )
    )
    return {getattr(tie, end.key): tie for tie in ties}


class FrozenAfter(DomainError):
    message = _l("A published edition comes after: what it follows can no longer change.")


@use_case
def place_after(actor: Actor, edition: Edition, other: Edition | None) -> None:
    """Say which edition of the plan comes just before this one; None puts it first.

    The ties of all that is a draft are proposed afresh, those confirmed too: they follow another
    edition now. Raises EditionFrozen and FrozenAfter.
    """
    hold_draft(edition)
    others = [one for one in edition.plan.editions if one is not edition]
    place = others.index(other) + 1 if other is not None else 0
    if any(one.state is EditionState.FROZEN for one in others[place:]):
        raise FrozenAfter()
    before = [one.label for one in edition.plan.editions]
    ordered = [*others[:place], edition, *others[place:]]
    if [one.label for one in ordered] == before:
        return
    for position, one in enumerate(ordered, 1):
        one.position = position
    db.session.flush()
    db.session.expire(edition.plan, ["editions"])
    for one in ordered[min(place, before.index(edition.label)) :]:
        for document in edition.plan.documents:
            tie_anew(one, document)
    audit.record(
        actor, "plan.edition_placed", edition, before=before, after=[one.label for one in ordered]
    )


def _ties(**columns: int) -> Sequence[Succession]:
    return db.session.scalars(sa.select(Succession).filter_by(**columns)).all()


def _tie(edition: Edition, old: SectionVersion | None, new: SectionVersion | None) -> None:
    """A tie whose kind is settled afterwards."""
    if old is not None and new is not None:
        kind = kind_of(old, new, parts=1, sources=1)
    else:
        kind = SuccessionKind.NEW if old is None else SuccessionKind.DROPPED
    db.session.add(Succession(edition_id=edition.id, before=old, after=new, kind=kind))


def _identify(section: SectionVersion, provisions: Sequence[int]) -> None:
    """Give a section the first identity that no other section of its edition has."""
    if section.provision_id in provisions:
        return
    if _is_spoken_of(section):
        raise SectionSpokenOf()
    taken = set(
        db.session.scalars(
            sa.select(SectionVersion.provision_id).where(
                SectionVersion.edition_id == section.edition_id,
                SectionVersion.provision_id.in_(provisions),
            )
        )
    )
    free = [provision for provision in provisions if provision not in taken]
    own = _sheets(section)
    if free:
        section.provision_id = free[0]
    else:
        section.provision = Provision(document_id=section.document_id)
    db.session.flush()
    _move_sheets(section, own)


def _is_spoken_of(section: SectionVersion) -> bool:
    """Whether an observation is about words of it, or has marked one of its sheets."""
    anchored = sa.select(Anchor.id).where(Anchor.section_version_id == section.id)
    marked = sa.select(MapSheet.id).where(*_sheets(section), MapSheet.marked_at.is_not(None))
    return any(db.session.scalar(query.limit(1)) is not None for query in (anchored, marked))


def _sheets(section: SectionVersion) -> tuple[sa.ColumnElement[bool], ...]:
    """Which sheets are a map's: those of its identity in its edition."""
    return (
        MapSheet.edition_id == section.edition_id,
        MapSheet.provision_id == section.provision_id,
    )


def _move_sheets(section: SectionVersion, own: Sequence[sa.ColumnElement[bool]]) -> None:
    """A map that takes another identity keeps its sheets; those that a map which the text no
    longer has left under that identity are no map's as before."""
    if db.session.scalar(sa.select(MapSheet.id).where(*_sheets(section)).limit(1)):
        nobody = Provision(document_id=section.document_id)
        db.session.add(nobody)
        db.session.flush()
        _give(_sheets(section), nobody.id)
    _give(own, section.provision_id)


def _give(sheets: Sequence[sa.ColumnElement[bool]], provision_id: int) -> None:
    db.session.execute(sa.update(MapSheet).where(*sheets).values(provision_id=provision_id))


def _settle(edition: Edition, old: SectionVersion) -> None:
    """Say anew of the ties of an old section what they are, now that their number is another: one
    that is something else is to be confirmed again. Its identity goes on in one that follows it."""
    ties = [tie for tie in _ties(from_version_id=old.id) if tie.edition_id == edition.id]
    followed = [tie for tie in ties if tie.after is not None]
    if not followed:
        if not ties:
            _tie(edition, old, None)
        return
    for tie in ties:
        if tie.after is None:
            db.session.delete(tie)
            continue
        sources = len(_ties(to_version_id=tie.after.id))
        kind = kind_of(old, tie.after, parts=len(followed), sources=sources)
        if kind is not tie.kind:
            tie.kind = kind
            tie.confirmed_by_id = tie.confirmed_at = None
    db.session.flush()
    _hand_on(edition, old, [tie.after for tie in followed if tie.after is not None])


def _hand_on(edition: Edition, old: SectionVersion, followers: Sequence[SectionVersion]) -> None:
    """Give an old section's identity, if no section of the edition has it, to the first of its
    followers that has none of those that it follows."""
    held = sa.select(SectionVersion.id).filter_by(
        edition_id=edition.id, provision_id=old.provision_id
    )
    if db.session.scalar(held.limit(1)) is not None:
        return
    for section in followers:
        known = {tie.before.provision_id for tie in _ties(to_version_id=section.id) if tie.before}
        if section.provision_id not in known and not _is_spoken_of(section):
            _identify(section, [old.provision_id])
            return


def _said(tie: Succession) -> list[str]:
    """A tie as the log tells it."""
    return [
        tie.before.brief if tie.before else "",
        tie.kind.value,
        tie.after.brief if tie.after else "",
    ]
