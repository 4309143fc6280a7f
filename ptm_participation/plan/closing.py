"""Closing a document or a section to observations, with the stated reason, and reopening it.

What is closed is an identity, in whichever edition it stands; what stands within it is closed with
it. What was sent before stays, and the office still files what reaches it on paper or by mail.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased, joinedload

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.models import Closing, Document, SectionVersion
from ptm_participation.plan.queries import SectionRow


class ClosedToObservations(DomainError):
    message = _l("%(section)s takes no observations: %(reason)s.")


class ReasonWanted(DomainError):
    message = _l("Say why it is closed: the reason is shown to everybody.")


class ClosedAlready(DomainError):
    message = _l("It is closed to observations already: reopen it first.")


class OpenAlready(DomainError):
    message = _l("It has been reopened already.")


class Closed(NamedTuple):
    """That something takes no observations, and why."""

    id: int
    provision_id: int | None
    reason: str
    act: str
    from_on: dt.date

    def error(self, citation: str) -> ClosedToObservations:
        """What is raised for whoever would speak of a section."""
        cited = citation[:1].upper() + citation[1:]
        return ClosedToObservations(section=cited, reason=self.reason.rstrip("."))

    def refusal(self, citation: str) -> str:
        """The same as a sentence."""
        return str(self.error(citation))


@dataclasses.dataclass(frozen=True, slots=True)
class Closings:
    """What of a document is closed: the whole of it under None, else by provision."""

    kept: Mapping[int | None, Closed]

    def begins_at(self, section: SectionRow) -> bool:
        """Whether the section itself is closed, and not only what holds it."""
        return section.provision_id in self.kept

    def among(self, tree: Iterable[SectionRow]) -> dict[int, Closed]:
        """Those of an index that are closed, by the id of their version: holders come first."""
        found: dict[int, Closed] = {}
        for row in tree:
            closed = self.on(row) or (found.get(row.parent_id) if row.parent_id else None)
            if closed is not None:
                found[row.id] = closed
        return found

    def on(self, *sections: SectionRow) -> Closed | None:
        """Why the last of these sections, each of which holds the next, is closed if it is."""
        keys: list[int | None] = [None, *(section.provision_id for section in sections)]
        return next((self.kept[key] for key in keys if key in self.kept), None)


_FACTS = (Closing.id, Closing.provision_id, Closing.reason, Closing.act, Closing.from_on)
_IN_FORCE = (Closing.reopened_at.is_(None), Closing.from_on <= sa.bindparam("today"))
_OF_DOCUMENT = (
    sa.select(*_FACTS)
    .where(Closing.document_id == sa.bindparam("document"), *_IN_FORCE)
    .order_by(Closing.id)
)


def closings_of(document_id: int) -> Closings:
    """What of a document is closed today."""
    rows = ask(_OF_DOCUMENT, document=document_id, today=clock.today())
    return Closings({closed.provision_id: closed for closed in map(Closed._make, rows)})


def _closed_among() -> Any:
    """For each of the versions asked about, the closings of what holds it and of itself."""
    inner = (
        sa.select(
            SectionVersion.id.label("asked"),
            SectionVersion.parent_id,
            SectionVersion.provision_id,
            SectionVersion.document_id,
        )
        .where(SectionVersion.id.in_(sa.bindparam("versions", expanding=True)))
        .cte(recursive=True)
    )
    outer = aliased(SectionVersion)
    chain = inner.union_all(
        sa.select(inner.c.asked, outer.parent_id, outer.provision_id, outer.document_id).join(
            inner, outer.id == inner.c.parent_id
        )
    )
    same = sa.and_(
        Closing.document_id == chain.c.document_id,
        sa.or_(Closing.provision_id.is_(None), Closing.provision_id == chain.c.provision_id),
    )
    return sa.select(chain.c.asked, *_FACTS).join(chain, same).where(*_IN_FORCE).distinct()


_CLOSED_AMONG = _closed_among()


def closed_among(version_ids: Iterable[int], on: dt.date | None = None) -> dict[int, Closed]:
    """Which of these sections take no observations on a day, today if none is named."""
    wanted = list(version_ids)
    if not wanted:
        return {}
    rows = ask(_CLOSED_AMONG, versions=wanted, today=on or clock.today())
    return {asked: Closed._make(facts) for asked, *facts in rows}


def refuse_closed(versions: Iterable[SectionVersion], on: dt.date | None = None) -> None:
    """Raises ClosedToObservations for the first of these sections that takes none on that day."""
    listed = list(versions)
    closed = closed_among([version.id for version in listed], on)
    for version in listed:
        if version.id in closed:
            raise closed[version.id].error(version.citation)


@use_case
def close_to_observations(
    actor: Actor,
    document: Document,
    section: SectionVersion | None,
    *,
    reason: str,
    act: str,
    from_on: dt.date,
) -> Closing:
    """Take no more observations on a document, or on one of its sections and what stands in it.

    Raises ReasonWanted and ClosedAlready.
    """
    if not reason.strip():
        raise ReasonWanted()
    provision_id = section.provision_id if section is not None else None
    known = sa.select(Closing.id).filter_by(
        document_id=document.id, provision_id=provision_id, reopened_at=None
    )
    if db.session.scalar(known) is not None:
        raise ClosedAlready()
    closing = Closing(
        document_id=document.id,
        provision_id=provision_id,
        reason=reason.strip(),
        act=act.strip(),
        from_on=from_on,
        closed_at=clock.now(),
    )
    db.session.add(closing)
    db.session.flush()
    audit.record(
        actor,
        "plan.closed_to_observations",
        closing,
        document=document.code,
        section=section.citation if section is not None else "",
        reason=closing.reason,
        act=closing.act,
        from_on=from_on,
    )
    return closing


@use_case
def reopen_to_observations(actor: Actor, closing: Closing, *, because: str) -> None:
    """Take observations again, saying why. Raises ReasonWanted and OpenAlready."""
    if not because.strip():
        raise ReasonWanted()
    db.session.refresh(closing, with_for_update={"of": Closing})
    if closing.reopened_at is not None:
        raise OpenAlready()
    closing.reopened_at, closing.reopened_because = clock.now(), because.strip()
    audit.record(actor, "plan.reopened_to_observations", closing, because=closing.reopened_because)


class ClosingRow(NamedTuple):
    """A closing in the office's list, with the section as it is cited where it last stands."""

    closing: Closing
    document: Document
    section: SectionVersion | None


def list_closings() -> list[ClosingRow]:
    """All of them, those in force first, then the latest."""
    return _rows(_WITH_SECTION.order_by(Closing.reopened_at.is_not(None), Closing.id.desc()))


def closing_row(closing_id: int) -> ClosingRow:
    """One of them. Raises NotFound."""
    rows = _rows(_WITH_SECTION.where(Closing.id == closing_id))
    if not rows:
        raise NotFound()
    return rows[0]


_LATEST = (
    sa.select(sa.func.max(SectionVersion.id))
    .where(SectionVersion.provision_id == Closing.provision_id)
    .correlate(Closing)
    .scalar_subquery()
)
_WITH_SECTION = (
    sa.select(Closing, SectionVersion)
    .options(joinedload(Closing.document))
    .outerjoin(SectionVersion, SectionVersion.id == _LATEST)
)


def _rows(query: Any) -> list[ClosingRow]:
    rows = db.session.execute(query)
    return [ClosingRow(closing, closing.document, section) for closing, section in rows]
