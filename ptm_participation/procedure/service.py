"""What is done to procedures, windows and notices. Terms are law: each change names its act."""

import dataclasses
import itertools
import re
from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.models import Edition
from ptm_participation.procedure.deadline import Extension, Suspension
from ptm_participation.procedure.holidays import feasts
from ptm_participation.procedure.models import (
    Audience,
    PrivacyNotice,
    Procedure,
    Register,
    Step,
    TermExtension,
    TermSuspension,
    Window,
)
from ptm_participation.procedure.patterns import Pattern
from ptm_participation.procedure.terms import (
    Term,
    TermBeforeStart,
    Times,
    extensions_of,
    suspensions_of,
    term_of,
    times,
)

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_CODE = 30
LONGEST_TITLE = 200


class OpenAlready(DomainError):
    message = _l("There is a window with this register, audience and term already.")


class AlreadyShut(DomainError):
    message = _l("This window is already shut by an act: %(act)s.")


class NotACode(DomainError):
    message = _l("A code has up to %(most)d small letters, digits and dashes: vas-2026.")


class NotATitle(DomainError):
    message = _l("A title has up to %(most)d characters, and at least one.")


class CodeTaken(DomainError):
    message = _l("There is a procedure «%(code)s» already.")


@dataclasses.dataclass(frozen=True, slots=True)
class Opening:
    """What a procedure is when it is opened; the rest it takes from the one that leads."""

    title: str
    code: str
    edition: Edition
    body: str
    office: str = ""
    office_address: str = ""
    office_pec: str = ""
    case_file: str = ""


@use_case
def open_procedure(actor: Actor, pattern: Pattern, opening: Opening, *, token: str) -> Procedure:
    """Make a procedure of a pattern: its steps, without days yet, and its registers.

    It comes last among the procedures. Ways of identification and local feast days are those
    of the one that leads, until they are corrected. Raises NotATitle, NotACode and CodeTaken.
    """
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Procedure, int(made))
    if not 1 <= len(opening.title.strip()) <= LONGEST_TITLE:
        raise NotATitle(most=LONGEST_TITLE)
    if not CODE.fullmatch(opening.code) or len(opening.code) > LONGEST_CODE:
        raise NotACode(most=LONGEST_CODE)
    every = sa.select(Procedure).order_by(Procedure.position, Procedure.id)
    present = db.session.scalars(every.with_for_update(of=Procedure)).all()
    if any(other.code == opening.code for other in present):
        raise CodeTaken(code=opening.code)
    lead = present[0] if present else None
    procedure = Procedure(
        code=opening.code,
        pattern=pattern.code,
        position=len(present) + 1,
        plan_id=opening.edition.plan_id,
        edition_id=opening.edition.id,
        title=opening.title,
        body=opening.body,
        office=opening.office,
        office_address=opening.office_address,
        office_pec=opening.office_pec,
        case_file=opening.case_file,
        sufficient_levels=list(lead.sufficient_levels) if lead else [],
        levels_source=lead.levels_source if lead else "",
        local_feasts=lead.local_feasts if lead else "",
        late_act="",
        verification=pattern.verification,
        source=pattern.validity,
        note=lead.note if lead else "",
    )
    db.session.add(procedure)
    db.session.flush()
    slugs = _add_registers(procedure, pattern)
    _add_suspensions(procedure)
    for position, step in enumerate(pattern.steps, 1):
        fields = dataclasses.asdict(step)
        db.session.add(Step(procedure_id=procedure.id, position=position, **fields))
    db.session.flush()
    form_tokens.made(token, procedure.id)
    audit.record(
        actor,
        "procedure.opened",
        procedure,
        stream=procedure.stream,
        pattern=pattern.code,
        title=procedure.title,
        edition=opening.edition.label,
        registers=slugs,
    )
    return procedure


def _add_suspensions(procedure: Procedure) -> None:
    """What stopped the terms of the procedures that stand, to be verified for this one: a law
    stops the terms of all, an act perhaps of one."""
    rows = db.session.scalars(sa.select(TermSuspension).order_by(TermSuspension.id)).all()
    known = {(row.first_day, row.last_day, row.act): row for row in rows}
    for number, row in enumerate(known.values(), 1):
        db.session.add(
            TermSuspension(
                procedure_id=procedure.id,
                code=f"sospensione-{number}",
                first_day=row.first_day,
                last_day=row.last_day,
                act=row.act,
                source=row.source,
                verification=Verification.TO_VERIFY,
                note=row.note,
            )
        )


def _add_registers(procedure: Procedure, pattern: Pattern) -> list[str]:
    """The registers that the pattern opens, each under a name that is nobody else's.

    The first is called like the procedure, unless another register has that name.
    """
    taken = set(db.session.scalars(sa.select(Register.slug)))
    slugs = []
    for place, kind in enumerate(pattern.registers):
        name = f"{procedure.code}-{kind.value}" if place else procedure.code
        numbered = (f"{name}-{number}" for number in itertools.count(2))
        slug = next(slug for slug in itertools.chain((name,), numbered) if slug not in taken)
        db.session.add(Register(procedure_id=procedure.id, kind=kind, slug=slug))
        db.session.flush()
        slugs.append(slug)
        taken.add(slug)
    return slugs


@use_case
def put_first(actor: Actor, procedure: Procedure) -> None:
    """Let a procedure lead: pages speak of it where none is named."""
    every = sa.select(Procedure).order_by(Procedure.position, Procedure.id)
    present = db.session.scalars(every.with_for_update(of=Procedure)).all()
    before = present[0]
    if before is procedure:
        return
    others = [other for other in present if other is not procedure]
    for position, other in enumerate([procedure, *others], 1):
        other.position = position
    audit.record(
        actor, "procedure.put_first", procedure, stream=procedure.stream, before=before.code
    )


@use_case
def open_window(
    actor: Actor,
    procedure: Procedure,
    register: Register,
    *,
    token: str,
    audience: Audience,
    term: Term,
    act: str,
) -> Window:
    """Give an audience a time in which to submit. Raises TermBeforeStart, OpenAlready and what
    `deadline` raises."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Window, int(made))
    found = times(procedure, term)
    if found.closes_at <= found.opens_at:
        raise TermBeforeStart()
    same = sa.select(Window.id).filter_by(
        register_id=register.id,
        audience=audience,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
    )
    if db.session.scalar(same.limit(1)) is not None:
        raise OpenAlready()
    count = db.session.scalar(
        sa.select(sa.func.count()).select_from(Window).filter_by(procedure_id=procedure.id)
    )
    window = Window(
        procedure_id=procedure.id,
        register_id=register.id,
        code=f"finestra-{(count or 0) + 1}",
        audience=audience,
        act=act,
        shut_act="",
        verification=Verification.VERIFIED,
        source=act,
        note="",
        corrected_at=clock.now(),
    )
    _set(window, term, found)
    db.session.add(window)
    db.session.flush()
    form_tokens.made(token, window.id)
    audit.record(
        actor,
        "window.opened",
        window,
        stream=procedure.stream,
        register=register.slug,
        audience=audience,
        act=act,
        **_told(window),
    )
    return window


def _set(window: Window, term: Term, found: Times) -> None:
    """Let the window have this term, and open and close accordingly."""
    window.notice_on, window.term_days = term.notice_on, term.days
    window.last_day, window.closing_hour = term.last_day, term.hour
    window.opens_at, window.closes_at = found.opens_at, found.closes_at


def _told(window: Window) -> dict[str, Any]:
    """What the log says of a term."""
    return {
        "opens_at": window.opens_at,
        "closes_at": window.closes_at,
        "notice_on": window.notice_on,
        "term_days": window.term_days,
        "last_day": window.last_day,
    }


@use_case
def change_term(actor: Actor, window: Window, term: Term, *, act: str) -> None:
    """Correct or move a term by an act. Raises TermBeforeStart and what `deadline` raises."""
    before = _told(window) | {"act": window.act}
    found = times(window.procedure, term, extensions=extensions_of(window))
    if found.closes_at <= found.opens_at:
        raise TermBeforeStart()
    _set(window, term, found)
    window.act = act
    window.corrected_at = clock.now()
    audit.record(
        actor,
        "window.term_changed",
        window,
        stream=window.procedure.stream,
        before=before,
        act=act,
        **_told(window),
    )


@use_case
def extend_term(actor: Actor, window: Window, extension: Extension) -> None:
    """Give a window more time by an act."""
    before = window.closes_at
    window.extensions.append(
        TermExtension(
            window_id=window.id,
            days=extension.days,
            until=extension.until,
            act=extension.act,
            recorded_at=clock.now(),
        )
    )
    found = times(window.procedure, term_of(window), extensions=extensions_of(window))
    window.closes_at = found.closes_at
    window.corrected_at = clock.now()
    audit.record(
        actor,
        "window.term_extended",
        window,
        stream=window.procedure.stream,
        days=extension.days,
        until=extension.until,
        act=extension.act,
        before=before,
        closes_at=window.closes_at,
    )


@use_case
def suspend_terms(
    actor: Actor, procedure: Procedure, suspension: Suspension, *, token: str
) -> TermSuspension:
    """Let the procedure's terms not count some days, by an act.

    Every window whose term is counted closes accordingly.
    """
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(TermSuspension, int(made))
    row = TermSuspension(
        procedure_id=procedure.id,
        code=f"sospensione-{len(suspensions_of(procedure)) + 1}",
        first_day=suspension.first,
        last_day=suspension.last,
        act=suspension.act,
        source=suspension.act,
        verification=Verification.VERIFIED,
        note="",
        corrected_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    form_tokens.made(token, row.id)
    _count_again(procedure)
    audit.record(
        actor,
        "terms.suspended",
        row,
        stream=procedure.stream,
        first_day=row.first_day,
        last_day=row.last_day,
        act=row.act,
    )
    return row


@use_case
def correct_suspension(actor: Actor, row: TermSuspension, suspension: Suspension) -> None:
    """Correct the days or the act of a suspension: terms close accordingly."""
    procedure = db.session.get_one(Procedure, row.procedure_id)
    before = {"first_day": row.first_day, "last_day": row.last_day, "act": row.act}
    row.first_day, row.last_day, row.act = suspension.first, suspension.last, suspension.act
    row.source, row.verification = suspension.act, Verification.VERIFIED
    row.corrected_at = clock.now()
    db.session.flush()
    _count_again(procedure)
    audit.record(
        actor,
        "terms.suspension_corrected",
        row,
        stream=procedure.stream,
        before=before,
        first_day=row.first_day,
        last_day=row.last_day,
        act=row.act,
    )


@use_case
def set_feasts(actor: Actor, procedure: Procedure, text: str) -> None:
    """Say on which local feast days no term ends. Raises NotAFeastDay."""
    feasts(text)
    before, procedure.local_feasts = procedure.local_feasts, text.strip()
    procedure.corrected_at = clock.now()
    db.session.flush()
    _count_again(procedure)
    audit.record(
        actor,
        "terms.feasts_set",
        procedure,
        stream=procedure.stream,
        before=before,
        feasts=procedure.local_feasts,
    )


def _count_again(procedure: Procedure) -> None:
    """Close each window whose term is counted when its count ends now."""
    counted = sa.select(Window).where(
        Window.procedure_id == procedure.id, Window.notice_on.is_not(None)
    )
    for window in db.session.scalars(counted).all():
        found = times(procedure, term_of(window), extensions=extensions_of(window))
        if found.closes_at != window.closes_at:
            window.closes_at = found.closes_at
            window.corrected_at = clock.now()


@use_case
def decide_on_late(actor: Actor, procedure: Procedure, *, examined: bool, act: str) -> None:
    """Say by an act whether late observations are examined all the same.

    There is a power to do so, and no duty. Source: L. 241/1990, art. 13; practice of plans.
    """
    before = {"examined": procedure.late_examined, "act": procedure.late_act}
    procedure.late_examined, procedure.late_act = examined, act.strip()
    procedure.corrected_at = clock.now()
    audit.record(
        actor,
        "procedure.late_decided",
        procedure,
        stream=procedure.stream,
        before=before,
        examined=examined,
        act=procedure.late_act,
    )


@use_case
def shut_window(actor: Actor, window: Window, *, act: str) -> None:
    """Take no more submissions, late ones included, by an act. Raises AlreadyShut."""
    if window.shut_at is not None:
        raise AlreadyShut(act=window.shut_act)
    window.shut_at, window.shut_act = clock.now(), act.strip()
    window.corrected_at = clock.now()
    audit.record(actor, "window.shut", window, stream=window.procedure.stream, act=act)


@use_case
def write_notice(actor: Actor, procedure: Procedure, *, text: str, text_en: str) -> PrivacyNotice:
    """A new version of the privacy notice, in force from now; the earlier ones stay."""
    last = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.max(PrivacyNotice.version), 0)).filter_by(
            procedure_id=procedure.id
        )
    )
    notice = PrivacyNotice(
        procedure_id=procedure.id,
        version=(last or 0) + 1,
        text=text,
        text_en=text_en,
        in_force_from=clock.now(),
    )
    db.session.add(notice)
    db.session.flush()
    audit.record(
        actor,
        "privacy_notice.written",
        notice,
        stream=procedure.stream,
        version=notice.version,
        sha256=audit.sha256(text),
    )
    return notice
