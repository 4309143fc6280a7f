"""Publishing an edition: from then on its words are fixed, and a digest proves them."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor, AuditEntry, AuditPayload
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.freezing import hold_draft
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import (
    Document,
    Edition,
    EditionKind,
    EditionState,
    SectionVersion,
    Succession,
)

PUBLISHED = "plan.edition_published"


class NothingToPublish(DomainError):
    message = _l("The edition has no text yet: import it first.")


class MappingOpen(DomainError):
    """It is not known of every section what it follows."""

    message = _l(
        "Of %(count)d sections nobody has confirmed yet what they follow, the first is %(first)s: "
        "confirm the mapping, then publish."
    )


class ActNeeded(DomainError):
    message = _l("Name the act that makes this edition: it is published with it.")


class EarlierOpen(DomainError):
    message = _l("«%(edition)s» comes before and is still a draft: publish it first.")


@use_case
def publish_edition(
    actor: Actor, edition: Edition, *, kind: EditionKind, act: str, dated_on: dt.date
) -> None:
    """Fix the words of an edition for ever, under the act that makes it.

    Raises EditionFrozen, NothingToPublish, ActNeeded, EarlierOpen and MappingOpen.
    """
    hold_draft(edition)
    if not act.strip():
        raise ActNeeded()
    _refuse_if_empty(edition)
    _refuse_if_earlier_open(edition)
    _refuse_if_mapping_open(edition)
    digest = digest_of(edition)
    edition.kind, edition.act, edition.dated_on = kind, act.strip(), dated_on
    edition.state, edition.frozen_at, edition.frozen_sha256 = (
        EditionState.FROZEN,
        clock.now(),
        digest,
    )
    audit.record(
        actor,
        PUBLISHED,
        edition,
        kind=kind.value,
        act=edition.act,
        dated_on=dated_on.isoformat(),
        sha256=edition.frozen_sha256,
    )


def _refuse_if_empty(edition: Edition) -> None:
    with_words = sa.select(SectionVersion.id).where(
        SectionVersion.edition_id == edition.id, SectionVersion.text != ""
    )
    if db.session.scalar(with_words.limit(1)) is None:
        raise NothingToPublish()


def _refuse_if_earlier_open(edition: Edition) -> None:
    """What an edition is mapped onto must not change any more."""
    earlier = open_before(edition)
    if earlier:
        raise EarlierOpen(edition=earlier[0].title)


def open_before(edition: Edition) -> Sequence[Edition]:
    """The earlier editions that hold a text and are not published yet."""
    return db.session.scalars(
        sa.select(Edition)
        .where(
            Edition.plan_id == edition.plan_id,
            Edition.position < edition.position,
            Edition.state == EditionState.DRAFT,
            sa.exists().where(SectionVersion.edition_id == Edition.id),
        )
        .order_by(Edition.position)
    ).all()


def _refuse_if_mapping_open(edition: Edition) -> None:
    named = sa.func.coalesce(Succession.to_version_id, Succession.from_version_id)
    open_ones = (
        sa.select(SectionVersion.brief)
        .join(Succession, named == SectionVersion.id)
        .where(Succession.edition_id == edition.id, Succession.confirmed_at.is_(None))
        .order_by(SectionVersion.document_id, SectionVersion.position)
    )
    briefs = db.session.scalars(open_ones).all()
    if briefs:
        raise MappingOpen(count=len(briefs), first=briefs[0])


def digest_of(edition: Edition) -> str:
    """The SHA-256 digest of all that an edition says.

    It is taken over one line of JSON for each section, in reading order, with the code of its
    document, depth, kind, number, heading and words; then over one for each sheet of its maps,
    with the document, the map's number, the sheet's number and title, the digests of its picture
    and of its original, its control points and its legend.
    """
    digest = hashlib.sha256()
    for row in (*_lines_of_sections(edition), *_lines_of_sheets(edition)):
        digest.update(f"{json.dumps(row, ensure_ascii=False)}\n".encode())
    return digest.hexdigest()


def _lines_of_sections(edition: Edition) -> Iterator[list[Any]]:
    rows = ask(
        sa.select(
            Document.code,
            SectionVersion.depth,
            SectionVersion.kind,
            SectionVersion.number,
            SectionVersion.heading,
            SectionVersion.text,
        )
        .join(Document, Document.id == SectionVersion.document_id)
        .where(SectionVersion.edition_id == edition.id)
        .order_by(Document.position, SectionVersion.position)
    )
    return ([code, depth, kind.value, *words] for code, depth, kind, *words in rows)


def _lines_of_sheets(edition: Edition) -> Iterator[list[Any]]:
    rows = db.session.execute(
        sa.select(Document.code, SectionVersion.number, MapSheet)
        .join(SectionVersion, SectionVersion.provision_id == MapSheet.provision_id)
        .join(Document, Document.id == SectionVersion.document_id)
        .options(selectinload(MapSheet.legend))
        .where(MapSheet.edition_id == edition.id, SectionVersion.edition_id == edition.id)
        .order_by(Document.position, SectionVersion.position, MapSheet.position)
    )
    for code, number, sheet in rows:
        yield [
            *(code, "sheet", number, sheet.number, sheet.title),
            *(sheet.picture_sha256, sheet.original_sha256, sheet.control_points),
            [item.label for item in sheet.legend],
        ]


def frozen_editions() -> Sequence[Edition]:
    return db.session.scalars(
        sa.select(Edition).filter_by(state=EditionState.FROZEN).order_by(Edition.id)
    ).all()


def altered_editions() -> list[str]:
    """The labels of the published editions whose words no longer have the digest that was taken of
    them, or that are no longer what the log says was published."""
    logged = _published_in_the_log()
    known = {edition.id: edition for edition in frozen_editions()}
    intact = {
        number
        for number, edition in known.items()
        if edition.frozen_sha256 == logged.get(number) == digest_of(edition)
    }
    labels = dict(ask(sa.select(Edition.id, Edition.label)))
    return [labels.get(n, f"n. {n}") for n in sorted({*logged, *known} - intact)]


def _published_in_the_log() -> dict[int, str]:
    """The digests that the log has of the editions that were published, by their ids."""
    rows = ask(
        sa.select(AuditEntry.subject_id, AuditPayload.text)
        .join(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .where(AuditEntry.action == PUBLISHED, AuditPayload.text.is_not(None))
        .order_by(AuditEntry.id)
    )
    return {int(edition_id): json.loads(text)["sha256"] for edition_id, text in rows}
