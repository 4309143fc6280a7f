"""What observations are to one another: integrations, replacements, duplicates, withdrawals."""

import datetime as dt
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import aliased

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.models import Observation, ObservationLink
from ptm_participation.observations.workflow import LinkKind, Regularity
from ptm_participation.procedure.models import Register


class NotAnEarlierOne(DomainError):
    message = _l("Name an observation that came before this one, in the same procedure.")


class LinkedAlready(DomainError):
    message = _l("These two observations are linked already: undo that link first.")


class UndoneAlready(DomainError):
    message = _l("This link is undone already.")


class Linked(NamedTuple):
    """A link as a page shows it: what the other observation is to the one that is read."""

    id: int
    register: str
    number: int
    title: str
    kind: LinkKind
    forward: bool  # from the one that is read to the other
    because: str
    made_at: dt.datetime
    # Whether the author of the other is identified: until then nothing follows from it.
    settled: bool

    @property
    def said(self) -> Any:
        return self.kind.label if self.forward else self.kind.reverse

    @property
    def withdraws(self) -> bool:
        """Whether the one that is read is withdrawn by the other."""
        return self.kind is LinkKind.WITHDRAWS and not self.forward and self.settled

    @property
    def replaces(self) -> bool:
        """Whether the one that is read is replaced by the other."""
        return self.kind is LinkKind.REPLACES and not self.forward and self.settled

    @property
    def sentence(self) -> str:
        """The same with the other's number, as its sender reads it."""
        said = self.kind.sentence(self.number, forward=self.forward)
        if self.forward or self.settled:
            return said
        return _("%(said)s: it takes effect once its author is identified", said=said)


def _side(own: Any, other: Any, *, forward: bool) -> Any:
    return (
        sa.select(
            ObservationLink.id,
            Register.slug,
            Observation.number,
            Observation.title,
            ObservationLink.kind,
            sa.literal(forward),
            ObservationLink.because,
            ObservationLink.made_at,
            Observation.regularity != Regularity.TO_REGULARISE,
        )
        .join(Observation, Observation.id == other)
        .join(Register, Register.id == Observation.register_id)
        .where(
            own == sa.bindparam("id"),
            ObservationLink.undone_at.is_(None),
            Observation.annulled_at.is_(None),
        )
    )


_SIDES = (
    _side(ObservationLink.from_id, ObservationLink.to_id, forward=True),
    _side(ObservationLink.to_id, ObservationLink.from_id, forward=False),
)
_LINKS = sa.union_all(*_SIDES)
_PUBLISHED_LINKS = sa.union_all(
    *(side.where(Observation.published_at.is_not(None)) for side in _SIDES)
)


def links_of(observation: Observation) -> list[Linked]:
    """The links of an observation with others that stand, both ways, the first made first."""
    rows = ask(_LINKS, id=observation.id)
    return sorted((Linked._make(row) for row in rows), key=lambda link: link.id)


def published_links(observation_id: int) -> list[Linked]:
    """The links of a published observation with others that are public too."""
    rows = ask(_PUBLISHED_LINKS, id=observation_id)
    return sorted((Linked._make(row) for row in rows), key=lambda link: link.id)


def is_withdrawn(observation: Observation) -> bool:
    """Whether a later one has withdrawn it."""
    return bool(db.session.scalar(sa.select(withdrawal_of(sa.literal(observation.id)))))


def withdrawal_of(observation_id: Any, *, published: bool = False) -> sa.Exists:
    """In a query: whether a standing entry whose author is identified withdraws it; a published
    one if so told."""
    later = aliased(Observation)
    found = sa.exists().where(
        ObservationLink.to_id == observation_id,
        ObservationLink.kind == LinkKind.WITHDRAWS,
        ObservationLink.undone_at.is_(None),
        later.id == ObservationLink.from_id,
        later.annulled_at.is_(None),
        later.regularity != Regularity.TO_REGULARISE,
    )
    return found.where(later.published_at.is_not(None)) if published else found


@use_case
def link_observations(
    actor: Actor, observation: Observation, kind: LinkKind, earlier: Observation, *, because: str
) -> ObservationLink:
    """Say what an observation is to an earlier one. Raises NotAnEarlierOne and LinkedAlready."""
    same = earlier.procedure_id == observation.procedure_id
    if not same or earlier.id >= observation.id:
        raise NotAnEarlierOne()
    standing = sa.select(ObservationLink.id).filter_by(
        from_id=observation.id, to_id=earlier.id, undone_at=None
    )
    if db.session.scalar(standing) is not None:
        raise LinkedAlready()
    link = ObservationLink(
        kind=kind,
        from_id=observation.id,
        to_id=earlier.id,
        because=because.strip(),
        made_at=clock.now(),
        undone_because="",
    )
    db.session.add(link)
    db.session.flush()
    _note(actor, "observation.linked", observation, kind=kind, to=earlier.id, because=link.because)
    _note(actor, "observation.linked_to", earlier, kind=kind, by=observation.id)
    return link


@use_case
def undo_link(actor: Actor, link_id: int, observation: Observation, *, because: str) -> None:
    """Take a link back, with a reason: its trace stays. Raises NotFound and UndoneAlready."""
    link = db.session.get(ObservationLink, link_id)
    if link is None or observation.id not in {link.from_id, link.to_id}:
        raise NotFound()
    if link.undone_at is not None:
        raise UndoneAlready()
    link.undone_at, link.undone_because = clock.now(), because.strip()
    for number in (link.from_id, link.to_id):
        one = db.session.get_one(Observation, number)
        _note(actor, "observation.unlinked", one, kind=link.kind, because=link.undone_because)


def _note(actor: Actor, action: str, observation: Observation, **payload: Any) -> None:
    audit.record(actor, action, observation, stream=observation.procedure.stream, **payload)
