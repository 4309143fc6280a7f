"""Correcting a fact of the reference data."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification, fold
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.citation_links import link_citations, link_section
from ptm_participation.plan.comparison import NumberTwice, describe
from ptm_participation.plan.freezing import EditionFrozen, hold_draft
from ptm_participation.plan.models import Anchor, Edition, SectionVersion
from ptm_participation.plan.tree import Node
from ptm_participation.procedure.models import Procedure, Step
from ptm_participation.territory.models import Municipality


class WordsSpokenOf(DomainError):
    """Somebody's observation is about these words."""

    message = _l(
        "Observations speak of these words: they stay. Import the new text as another edition."
    )


class EditionPublished(DomainError):
    message = _l("This edition is published: its title, its act and the date no longer change.")


class ActPublishes(DomainError):
    message = _l(
        "The act makes an edition public, and without it nobody reads it: only who publishes may "
        "write it or take it away."
    )
    status = 403


class DaysReversed(DomainError):
    message = _l("The last day is before the first.")


class NoFirstDay(DomainError):
    message = _l("A step that has a last day has a first one: write it too.")


@use_case
def correct(actor: Actor, fact: Any, values: dict[str, Any]) -> bool:
    """Set the values that differ, and keep the fact from being loaded over; says if any did.

    Raises EditionFrozen, EditionPublished, ActPublishes, WordsSpokenOf, NumberTwice, DaysReversed
    or NoFirstDay.
    """
    before = {
        name: getattr(fact, name) for name, value in values.items() if getattr(fact, name) != value
    }
    if not before:
        return False
    if isinstance(fact, SectionVersion):
        _check_section(fact, values)
    if isinstance(fact, Step):
        _check_days(fact, values)
    if isinstance(fact, Edition):
        _check_edition(actor, fact, values)
    for name in before:
        setattr(fact, name, values[name])
    fact.corrected_at = clock.now()
    _follow(fact)
    if isinstance(fact, SectionVersion):
        _link_again(fact, before)
    audit.record(
        actor,
        "reference.corrected",
        fact,
        stream=_stream(fact),
        before=before,
        after={name: values[name] for name in before},
    )
    return True


def _stream(fact: Any) -> str:
    if isinstance(fact, Procedure):
        return fact.stream
    return fact.procedure.stream if isinstance(fact, Step) else audit.ACCOUNTS


def _check_days(step: Step, values: dict[str, Any]) -> None:
    first, last = (values.get(name, getattr(step, name)) for name in ("starts_on", "ends_on"))
    if last is not None and first is None:
        raise NoFirstDay()
    if last is not None and last < first:
        raise DaysReversed()


def _check_edition(actor: Actor, edition: Edition, values: dict[str, Any]) -> None:
    """A published edition stays as it is; whether the public reads another is for who publishes."""
    try:
        hold_draft(edition)
    except EditionFrozen as error:
        raise EditionPublished() from error
    appears = bool(values.get("act", edition.act)) != edition.is_public
    if appears and isinstance(actor, User) and not actor.can(Permission.PUBLISH):
        raise ActPublishes()


def _check_section(section: SectionVersion, values: dict[str, Any]) -> None:
    """The words that somebody spoke of stay; number and heading, too, once they are verified.

    What was received keeps number, heading and the digest of the words as they stood.
    """
    changed = {
        name
        for name in ("text", "number", "heading")
        if values.get(name, getattr(section, name)) != getattr(section, name)
    }
    if not changed:
        return
    hold_draft(section.edition)
    fixed = {"text"}
    if section.verification is Verification.VERIFIED:
        fixed |= {"number", "heading"}
    spoken_of = sa.select(Anchor.id).where(Anchor.section_version_id == section.id).limit(1)
    if changed & fixed and db.session.scalar(spoken_of):
        raise WordsSpokenOf()


def _follow(fact: Any) -> None:
    """Bring up to date what is derived from the values that were corrected."""
    if isinstance(fact, Municipality):
        fact.sort_key = fold(fact.name)
    if isinstance(fact, SectionVersion):
        _describe_again(fact)


def _link_again(section: SectionVersion, before: dict[str, Any]) -> None:
    """What the section cites; and what cites it, if it has another number."""
    if "number" in before:
        link_citations(section.edition_id)
    elif "text" in before:
        link_section(section)


def _describe_again(section: SectionVersion) -> None:
    """Renew the citations and addresses of a section and of all that stands in it."""
    with db.session.no_autoflush:
        node = Node(section.kind, section.number, section.heading, section.text)
        before = section.slug
        describe(section, node, section.parent)
        taken = sa.select(SectionVersion.id).where(
            SectionVersion.edition_id == section.edition_id,
            SectionVersion.document_id == section.document_id,
            SectionVersion.slug == section.slug,
            SectionVersion.id != section.id,
        )
        if section.slug != before and db.session.scalar(taken):
            raise NumberTwice(slug=section.slug)
    db.session.flush()
    children = db.session.scalars(
        sa.select(SectionVersion).filter_by(parent_id=section.id).order_by(SectionVersion.position)
    )
    for child in children.all():
        _describe_again(child)
