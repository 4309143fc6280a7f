"""What is done to windows and notices. Terms are law: each change names its act."""

from typing import Any

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.core.transaction import use_case
from ptm_participation.procedure.deadline import Extension, Suspension
from ptm_participation.procedure.holidays import feasts
from ptm_participation.procedure.models import (
    Audience,
    PrivacyNotice,
    Procedure,
    Register,
    TermExtension,
    TermSuspension,
    Window,
)
from ptm_participation.procedure.terms import (
    Term,
    TermBeforeStart,
    Times,
    extensions_of,
    suspensions_of,
    term_of,
    times,
)


class AlreadyShut(DomainError):
    message = _l("This window is already shut by an act: %(act)s.")


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
    """Give an audience a time in which to submit. Raises TermBeforeStart and what `deadline`
    raises."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Window, int(made))
    found = times(procedure, term)
    if found.closes_at <= found.opens_at:
        raise TermBeforeStart()
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
