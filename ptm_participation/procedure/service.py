"""What is done to windows and notices. Terms are law: each change names its act."""

import datetime as dt

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.reference import Verification
from ptm_participation.core.transaction import use_case
from ptm_participation.procedure.models import (
    Audience,
    PrivacyNotice,
    Procedure,
    Register,
    Window,
)


class TermBeforeStart(DomainError):
    message = _l("The term must come after the opening.")


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
    opens_at: dt.datetime,
    closes_at: dt.datetime,
    act: str,
) -> Window:
    """Give an audience a time in which to submit. Raises TermBeforeStart."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(Window, int(made))
    if closes_at <= opens_at:
        raise TermBeforeStart()
    count = db.session.scalar(
        sa.select(sa.func.count()).select_from(Window).filter_by(procedure_id=procedure.id)
    )
    window = Window(
        procedure_id=procedure.id,
        register_id=register.id,
        code=f"finestra-{(count or 0) + 1}",
        audience=audience,
        opens_at=opens_at,
        closes_at=closes_at,
        act=act,
        shut_act="",
        verification=Verification.VERIFIED,
        source=act,
        note="",
        corrected_at=clock.now(),
    )
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
        opens_at=opens_at,
        closes_at=closes_at,
        act=act,
    )
    return window


@use_case
def change_term(
    actor: Actor, window: Window, *, opens_at: dt.datetime, closes_at: dt.datetime, act: str
) -> None:
    """Correct or move a term by an act. What was already registered keeps its standing."""
    if closes_at <= opens_at:
        raise TermBeforeStart()
    before = {"opens_at": window.opens_at, "closes_at": window.closes_at, "act": window.act}
    window.opens_at, window.closes_at, window.act = opens_at, closes_at, act
    window.corrected_at = clock.now()
    audit.record(
        actor,
        "window.term_changed",
        window,
        stream=window.procedure.stream,
        before=before,
        opens_at=opens_at,
        closes_at=closes_at,
        act=act,
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
