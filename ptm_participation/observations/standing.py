"""In time or late: what of the register changes when a term does.

A term is moved by an act, and so is the standing of what came before it: who decides sees which
observations flip, and each of them keeps the act in its log.
"""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable

import sqlalchemy as sa

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor, canonical_json, sha256
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.intake import hold_registers
from ptm_participation.observations.models import Observation
from ptm_participation.procedure.models import Procedure, Register, Window
from ptm_participation.procedure.terms import Change, Times


@dataclasses.dataclass(frozen=True, slots=True)
class Flip:
    """An observation that another term would put in time, or make late."""

    id: int
    register: str
    number: int
    title: str
    counts_at: dt.datetime
    in_time: bool  # as it would be


def flips(change: Change) -> list[Flip]:
    """The observations whose standing a change of terms changes, in the order of the register."""
    found: list[Flip] = []
    for window_id, times in change.items():
        standing = sa.and_(
            Observation.counts_at >= times.opens_at, Observation.counts_at < times.closes_at
        )
        rows = ask(
            sa.select(
                Observation.id,
                Register.slug,
                Observation.number,
                Observation.title,
                Observation.counts_at,
                ~Observation.in_time,
            )
            .join(Register, Register.id == Observation.register_id)
            .where(Observation.window_id == window_id, Observation.in_time != standing)
            .order_by(Observation.register_id, Observation.number)
        )
        found += [Flip(*row) for row in rows]
    return found


def fingerprint(change: Change, flipping: Iterable[Flip]) -> str:
    """What somebody who decides on a change has seen, in a word."""
    closes = sorted((number, times.closes_at) for number, times in change.items())
    seen = [closes, sorted((flip.id, flip.in_time) for flip in flipping)]
    return sha256(canonical_json(seen))[:32]


@use_case
def move_terms(
    actor: Actor, procedure: Procedure, make: Callable[[], object], *, act: str, seen: str
) -> int:
    """Make a change of terms, and let the observations stand as it says.

    `make` is the use case of the procedure that changes them, `seen` the fingerprint of what was
    shown before. Returns how many observations flipped. Raises ChangedMeanwhile if anything
    else would follow than what was seen, and then nothing is changed.
    """
    hold_registers(procedure)
    before = {w.id: (w.opens_at, w.closes_at) for w in _windows(procedure)}
    make()
    db.session.flush()
    change = {
        window.id: Times(window.opens_at, window.closes_at)
        for window in _windows(procedure)
        if before.get(window.id) != (window.opens_at, window.closes_at)
    }
    flipping = flips(change)
    if seen != fingerprint(change, flipping):
        raise ChangedMeanwhile()
    for flip in flipping:
        observation = db.session.get_one(Observation, flip.id)
        observation.in_time = flip.in_time
        audit.record(
            actor,
            "observation.standing_changed",
            observation,
            stream=procedure.stream,
            in_time=flip.in_time,
            act=act,
        )
    return len(flipping)


def _windows(procedure: Procedure) -> Iterable[Window]:
    return db.session.scalars(sa.select(Window).filter_by(procedure_id=procedure.id)).all()
