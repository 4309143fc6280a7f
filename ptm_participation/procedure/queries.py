"""What pages read of procedures, their calendar and their windows."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ptm_participation.core import clock
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.procedure.models import (
    Audience,
    PrivacyNotice,
    Procedure,
    Register,
    Step,
    StepKind,
    TermSuspension,
    Window,
)


def list_procedures() -> Sequence[Procedure]:
    """Every procedure, first the one begun first."""
    return db.session.scalars(sa.select(Procedure).order_by(Procedure.id)).all()


# What nearly every page asks is put together once: it costs more than asking it.
_LATEST = (
    sa.select(Procedure)
    .options(joinedload(Procedure.plan), joinedload(Procedure.edition))
    .order_by(Procedure.id.desc())
    .limit(1)
)
_OFFICE = (
    sa.select(Procedure.office, Procedure.office_address, Procedure.office_pec)
    .order_by(Procedure.id.desc())
    .limit(1)
)
_REGISTER = (
    sa.select(Register)
    .options(joinedload(Register.procedure))
    .where(Register.slug == sa.bindparam("slug"))
)
_REGISTERS = (
    sa.select(Register)
    .where(Register.procedure_id == sa.bindparam("procedure"))
    .order_by(Register.id)
)
_WINDOWS = (
    sa.select(Window)
    .where(Window.procedure_id == sa.bindparam("procedure"))
    .order_by(Window.opens_at)
)
_WHOLE_WINDOWS = _WINDOWS.options(
    joinedload(Window.register), joinedload(Window.procedure), selectinload(Window.extensions)
)


def get_procedure(code: str | None = None) -> Procedure:
    """The procedure of that code, else the latest. Raises NotFound."""
    row = db.session.scalar(_LATEST.filter_by(code=code) if code else _LATEST)
    if row is None:
        raise NotFound()
    return row


@dataclasses.dataclass(frozen=True, slots=True)
class Office:
    """Where the plan's office is found."""

    name: str
    address: str
    pec: str


def office_in_charge() -> Office | None:
    """The office of the latest procedure, for the foot of every public page."""
    row = ask(_OFFICE)
    return Office(*row[0]) if row else None


def get_register(slug: str) -> Register:
    """The register that an address names. Raises NotFound."""
    row = db.session.scalar(_REGISTER, {"slug": slug})
    if row is None:
        raise NotFound()
    return row


def list_registers(procedure: Procedure) -> Sequence[Register]:
    return db.session.scalars(_REGISTERS, {"procedure": procedure.id}).all()


def list_windows(procedure: Procedure, *, whole: bool = False) -> Sequence[Window]:
    """The procedure's windows; `whole` with their registers and extensions."""
    query = _WHOLE_WINDOWS if whole else _WINDOWS
    return db.session.scalars(query, {"procedure": procedure.id}).all()


def get_window(window_id: int) -> Window:
    """One window. Raises NotFound."""
    row = db.session.get(Window, window_id)
    if row is None:
        raise NotFound()
    return row


def get_suspension(procedure: Procedure, suspension_id: int) -> TermSuspension:
    """A suspension of the procedure's terms. Raises NotFound."""
    row = db.session.get(TermSuspension, suspension_id)
    if row is None or row.procedure_id != procedure.id:
        raise NotFound()
    return row


def public_window(procedure: Procedure) -> Window | None:
    """The window that the public form speaks of now.

    One that is in time goes before one that is late, a late one before one not yet open or
    shut; None if nobody at large may ever submit.
    """
    now = clock.now()
    windows = [w for w in list_windows(procedure) if w.audience is Audience.EVERYONE]

    def order(window: Window) -> tuple[int, float]:
        if window.takes(now):
            return (0 if window.in_time(now) else 1, -window.opens_at.timestamp())
        return (2 if not window.has_opened(now) else 3, window.opens_at.timestamp())

    return min(windows, key=order, default=None)


def notice_in_force(procedure: Procedure) -> PrivacyNotice | None:
    """The privacy notice that stands on the form now."""
    return db.session.scalar(
        sa.select(PrivacyNotice)
        .where(
            PrivacyNotice.procedure_id == procedure.id,
            PrivacyNotice.in_force_from <= clock.now(),
        )
        .order_by(PrivacyNotice.version.desc())
        .limit(1)
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Stage:
    """A stage of the path that readers are shown, with its dated steps."""

    kind: StepKind
    steps: tuple[Step, ...]
    state: str  # "done", "now" or "" for what is still to come

    @property
    def first_day(self) -> dt.date | None:
        return self.steps[0].starts_on if self.steps else None

    @property
    def last_day(self) -> dt.date | None:
        return max((step.ends_on or step.starts_on for step in self.steps), default=None)


def path(procedure: Procedure, today: dt.date | None = None) -> list[Stage]:
    """The seven stages in order; «now» is the last that has begun."""
    day = today or clock.today()
    steps = db.session.scalars(
        sa.select(Step).filter_by(procedure_id=procedure.id).order_by(Step.position)
    ).all()
    by_stage = {kind: tuple(s for s in steps if s.stage is kind) for kind in StepKind}
    begun = [kind for kind, own in by_stage.items() if own and own[0].starts_on <= day]
    last = begun[-1] if begun else None
    return [
        Stage(kind, by_stage[kind], "now" if kind is last else "done" if kind in begun else "")
        for kind in StepKind
    ]


class Phase(enum.StrEnum):
    """What the home page has to say first: it is another thing before, during and after."""

    BEFORE = "before"
    OPEN = "open"
    EXAMINED = "examined"
    APPROVED = "approved"
    IN_EFFECT = "in-effect"


def phase(stages: Sequence[Stage], window: Window | None) -> Phase:
    """Where the procedure stands for somebody who comes by: its acts go before the term."""
    begun = {stage.kind for stage in stages if stage.state}
    if StepKind.EFFECT in begun:
        return Phase.IN_EFFECT
    if StepKind.APPROVAL in begun:
        return Phase.APPROVED
    if window is None or not window.has_opened(clock.now()):
        return Phase.BEFORE
    return Phase.OPEN if window.in_time(clock.now()) else Phase.EXAMINED
