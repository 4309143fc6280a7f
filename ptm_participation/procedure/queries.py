"""What pages read of procedures, their calendar and their windows."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import contains_eager, joinedload, selectinload, with_expression

from ptm_participation.core import clock
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.plan.models import Edition, Plan
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
from ptm_participation.procedure.patterns import patterns

# What nearly every page asks is put together once: it costs more than asking it.
_ALL = (
    sa.select(Procedure)
    .options(joinedload(Procedure.plan), joinedload(Procedure.edition))
    .order_by(Procedure.position, Procedure.id)
)
_OFFICE = (
    sa.select(Procedure.office, Procedure.office_address, Procedure.office_pec)
    .order_by(Procedure.position, Procedure.id)
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


# Windows of every procedure, with all that a page says of where they lead.
_EVERYWHERE = (
    sa.select(Window)
    .join(Procedure, Procedure.id == Window.procedure_id)
    .options(
        contains_eager(Window.procedure).joinedload(Procedure.edition),
        joinedload(Window.register),
    )
    .order_by(Procedure.position, Procedure.id, Window.opens_at, Window.id)
)
_OPENED = _EVERYWHERE.where(Window.opens_at <= sa.bindparam("now"))
_TAKING = _OPENED.where(sa.or_(Window.shut_at.is_(None), Window.shut_at > sa.bindparam("now")))
_ON_PLAN = _EVERYWHERE.where(
    Procedure.plan_id == sa.bindparam("plan"), Window.audience == Audience.EVERYONE
)


_BEGUN = sa.or_(
    sa.exists().where(Step.procedure_id == Procedure.id, Step.starts_on.is_not(None)),
    sa.exists().where(Window.procedure_id == Procedure.id),
)
_ALL_TOLD = _ALL.options(with_expression(Procedure.begun, _BEGUN))


def list_procedures() -> Sequence[Procedure]:
    """Every procedure, the one that leads first."""
    return db.session.scalars(_ALL_TOLD).all()


def get_procedure(code: str | None = None) -> Procedure:
    """The procedure of that code, else the one that leads. Raises NotFound."""
    row = db.session.scalar(_ALL.filter_by(code=code) if code else _ALL.limit(1))
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
    """The office of the procedure that leads, for the foot of every public page."""
    row = ask(_OFFICE)
    return Office(*row[0]) if row else None


def get_register(slug: str) -> Register:
    """The register that an address names. Raises NotFound."""
    row = db.session.scalar(_REGISTER, {"slug": slug})
    if row is None:
        raise NotFound()
    return row


def list_editions() -> Sequence[Edition]:
    """Every edition of every plan, in order, for a procedure to be about."""
    return db.session.scalars(
        sa.select(Edition)
        .options(joinedload(Edition.plan))
        .order_by(Edition.plan_id, Edition.position)
    ).all()


class NoEdition(DomainError):
    message = _l("There is no edition «%(label)s» of a plan «%(plan)s».")
    status = 404


def get_edition(plan: str, label: str) -> Edition:
    """The edition of that label, of the plan of that code. Raises NoEdition."""
    found = db.session.scalar(
        sa.select(Edition)
        .join(Plan, Plan.id == Edition.plan_id)
        .where(Plan.code == plan, Edition.label == label)
    )
    if found is None:
        raise NoEdition(plan=plan, label=label)
    return found


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


def _readiness(window: Window, now: dt.datetime) -> tuple[int, float]:
    """How far a window is from being written in: in time, late, not yet open, shut."""
    if window.takes(now):
        return (0 if window.in_time(now) else 1, -window.opens_at.timestamp())
    return (2 if not window.has_opened(now) else 3, window.opens_at.timestamp())


def _for_everyone(windows: Iterable[Window]) -> Window | None:
    now = clock.now()
    public = [window for window in windows if window.audience is Audience.EVERYONE]
    return min(public, key=lambda window: _readiness(window, now), default=None)


def public_window(procedure: Procedure) -> Window | None:
    """The window that the public form speaks of now.

    One that is in time goes before one that is late, a late one before one not yet open or
    shut; None if nobody at large may ever submit.
    """
    return _for_everyone(list_windows(procedure))


def window_on(plan: Plan) -> Window | None:
    """The window in which anyone can speak of a plan now: of several procedures the first whose
    window is in time, then the first that takes late ones, then the one that leads."""
    now = clock.now()

    def order(window: Window) -> tuple[int, int, tuple[int, float]]:
        ready = _readiness(window, now)
        return (min(ready[0], 2), window.procedure.position, ready)

    return min(db.session.scalars(_ON_PLAN, {"plan": plan.id}), key=order, default=None)


def list_opened_windows() -> Sequence[Window]:
    """Every window that has opened, of every procedure in their order: paper may come late."""
    return db.session.scalars(_OPENED, {"now": clock.now()}).all()


def open_windows() -> list[Window]:
    """The windows that take submissions now, those of the procedure that leads first.

    Of several for one audience of a register it is the readiest, as for `public_window`.
    """
    now = clock.now()
    found: dict[tuple[int, Audience], Window] = {}
    for window in db.session.scalars(_TAKING, {"now": now}):
        key = (window.register_id, window.audience)
        present = found.setdefault(key, window)
        found[key] = min(present, window, key=lambda one: _readiness(one, now))
    return list(found.values())


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
    """A stage of the path that readers are shown, with its steps."""

    kind: StepKind
    label: Any  # as the pattern of the procedure calls it
    steps: tuple[Step, ...]
    state: str  # "done", "now" or "" for what is still to come

    @property
    def first_day(self) -> dt.date | None:
        return min((step.starts_on for step in self.steps if step.starts_on), default=None)

    @property
    def last_day(self) -> dt.date | None:
        return max((step.last_day for step in self.steps if step.last_day), default=None)


_STEPS = (
    sa.select(Step)
    .where(Step.procedure_id.in_(sa.bindparam("procedures", expanding=True)))
    .order_by(Step.procedure_id, Step.position)
)


def path(procedure: Procedure, today: dt.date | None = None) -> list[Stage]:
    """The stages that the procedure has, in order; «now» is the last that has begun."""
    steps = db.session.scalars(_STEPS, {"procedures": [procedure.id]}).all()
    return _stages(procedure, steps, today or clock.today())


def _stages(procedure: Procedure, steps: Iterable[Step], day: dt.date) -> list[Stage]:
    pattern = patterns().get(procedure.pattern)
    names = pattern.stages if pattern else {}
    by_stage: dict[StepKind, list[Step]] = {}
    for step in steps:
        by_stage.setdefault(step.stage, []).append(step)
    kinds = [kind for kind in StepKind if kind in by_stage]
    begun = [
        place
        for place, kind in enumerate(kinds)
        if any(step.starts_on and step.starts_on <= day for step in by_stage[kind])
    ]
    last = begun[-1] if begun else -1
    return [
        Stage(
            kind,
            names.get(kind, kind.label),
            tuple(by_stage[kind]),
            "now" if place == last else "done" if place < last else "",
        )
        for place, kind in enumerate(kinds)
    ]


@dataclasses.dataclass(frozen=True, slots=True)
class Course:
    """Where a procedure stands: its stages and its windows."""

    procedure: Procedure
    stages: list[Stage]
    windows: list[Window]

    @property
    def stage(self) -> Stage | None:
        """The one in which it is now."""
        return next((stage for stage in self.stages if stage.state == "now"), None)

    @property
    def window(self) -> Window | None:
        """The one that the public form speaks of now."""
        return _for_everyone(self.windows)

    @property
    def to_verify(self) -> int:
        """How many of its steps are still to be checked against their source."""
        return sum(step.to_verify for stage in self.stages for step in stage.steps)


def courses(procedures: Sequence[Procedure]) -> list[Course]:
    """Where each procedure stands, in their order: two questions, however many there are."""
    ids = [procedure.id for procedure in procedures]
    steps = db.session.scalars(_STEPS, {"procedures": ids}).all()
    windows = db.session.scalars(
        sa.select(Window).where(Window.procedure_id.in_(ids)).order_by(Window.opens_at)
    ).all()
    return [
        Course(
            procedure,
            _stages(procedure, [s for s in steps if s.procedure_id == procedure.id], clock.today()),
            [window for window in windows if window.procedure_id == procedure.id],
        )
        for procedure in procedures
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
