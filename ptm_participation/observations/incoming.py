"""Messages that come in: taken in as they are, then entered in the register or set aside.

What was received is kept whatever it is, once; what is read of it is a proposal, which an
officer confirms.
"""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import defer, joinedload

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader, User
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.storage import Kept, files, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.mail.duplicates import Match
from ptm_participation.mail.message import Message, read
from ptm_participation.mail.receipts import RECEIPTS, Kind
from ptm_participation.mail.report import as_json
from ptm_participation.observations.intake import CountedOtherwise
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.observations.models import Observation, Protocol, Submission
from ptm_participation.observations.received import Received
from ptm_participation.observations.service import enter_observation
from ptm_participation.observations.workflow import MAIL_WORKFLOW, MailState
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Window

EML = "message/rfc822"
LONGEST_BODY = 100_000
PAGE = 100


class AlreadyEntered(DomainError):
    message = _l("This message is entered already, as n. %(number)d.")


SAME_IDENTIFIER = _l(
    "Message n. %(number)d has the same identifier and another content: both are to be looked at."
)
CUT = _l("The text is very long: here is its beginning, the whole is in the message as received.")
SAME_MESSAGE_ID = _l(
    "Message n. %(number)d has the same Message-ID and another content: this is taken for a new "
    "one."
)


def take_in(actor: Actor, raw: bytes) -> tuple[IncomingMail, bool]:
    """Keep a message as it is, and what can be read of it.

    Returns its record, and whether it is new: the same message again is the record that it made.
    """
    kept = files().keep(io.BytesIO(raw), EML)
    return _record(actor, kept, read(raw))


@use_case
def _record(actor: Actor, kept: Kept, message: Message) -> tuple[IncomingMail, bool]:
    known = db.session.scalar(sa.select(IncomingMail).filter_by(file_sha256=kept.sha256))
    if known is not None:
        return known, False
    like, problem = _like(message)
    if like is not None and problem is None:
        return like, False
    name_file(kept)
    with force_locale("it"):
        problems = [str(found) for found in message.problems]
        if like is not None and problem is not None:
            problems.append(str(problem) % {"number": like.id})
        content = _storable(as_json("", message, Match()))
        if len(content["body"]) > LONGEST_BODY:
            problems.append(str(CUT))
    content["body"] = content["body"][:LONGEST_BODY]
    content["delivered_to"] = _delivered_to(message)
    row = IncomingMail(
        file_sha256=kept.sha256,
        original_sha256=message.original_sha256,
        kind=message.kind,
        certified=message.certified,
        identifier=_identifier(message),
        message_id=_message_id(message),
        refers_to=_storable(message.refers_to)[:500],
        sender=_storable(message.sender)[:320],
        subject=_storable(message.subject)[:500],
        taken_at=clock.now(),
        counts_at=message.counts_at,
        counts_by=message.counts_by,
        delivered_at=message.delivered_at,
        content=content,
        problems=problems,
        state=MailState.KEPT if message.kind in RECEIPTS else MailState.TO_ENTER,
        same_as_id=like.id if like is not None else None,
        about_id=_about(message.refers_to),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "mail.taken_in",
        row,
        stream=procedures.get_procedure().stream,
        sha256=kept.sha256,
        kind=row.kind,
        identifier=row.identifier,
        counts_at=row.counts_at,
    )
    return row, True


_OUR_RECEIPT = re.compile(r"receipt-(\d{1,9})-([0-9a-f]{16})@")


def _about(refers_to: str) -> int | None:
    """The observation whose receipt had this Message-ID, if we sent it (`communications`)."""
    found = _OUR_RECEIPT.match(refers_to.strip("<> "))
    if found is None:
        return None
    sent = (
        sa.select(Observation.id)
        .join(Submission, Submission.id == Observation.submission_id)
        .where(Observation.id == int(found[1]), Submission.sha256.startswith(found[2]))
    )
    return db.session.scalar(sent)


def _storable(value: Any) -> Any:
    """The value as both databases can keep it: a stranger may write signs that no text has."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {name: _storable(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(inner) for inner in value]
    return value


def _identifier(message: Message) -> str:
    return str(_storable(message.identifier)[:300])


def _message_id(message: Message) -> str:
    return str(_storable(message.message_id)[:500])


def _like(message: Message) -> tuple[IncomingMail | None, Any]:
    """A record of the same message; with a sentence if only its name is the same."""
    alike = sa.select(IncomingMail).order_by(IncomingMail.id)
    if message.identifier:
        alike_named = alike.filter_by(identifier=_identifier(message), kind=message.kind)
        rows = db.session.scalars(alike_named).all()
        if message.kind in RECEIPTS:  # those of delivery are one for each addressee
            to = _delivered_to(message)
            same = next((row for row in rows if row.content.get("delivered_to") == to), None)
            return same, None
        if rows:
            return _same_words(rows, message) or (rows[0], SAME_IDENTIFIER)
    if message.message_id and message.kind not in RECEIPTS:
        others = alike.where(IncomingMail.kind.not_in(RECEIPTS))
        rows = db.session.scalars(others.filter_by(message_id=_message_id(message))).all()
        if rows:
            return _same_words(rows, message) or (rows[0], SAME_MESSAGE_ID)
    return None, None


def _same_words(
    rows: Sequence[IncomingMail], message: Message
) -> tuple[IncomingMail | None, Any] | None:
    """The record of them whose author wrote exactly this."""
    same = (row for row in rows if row.original_sha256 == message.original_sha256)
    found = next(same, None)
    return (found, None) if found is not None else None


def _delivered_to(message: Message) -> str:
    certified = message.certification
    return str(_storable(certified.delivered_to)) if certified is not None else ""


@use_case
def enter_from_mail(
    actor: User,
    mail: IncomingMail,
    window: Window,
    received: Received,
    *,
    token: str,
    enclosed: Sequence[Kept],
    counted: CountedOtherwise | None = None,
    protocol: Protocol | None = None,
    sender_protocol: Protocol | None = None,
    unreadable: str = "",
) -> Observation:
    """Register what a message asks, as an officer confirmed it. Raises AlreadyEntered and what
    `enter_observation` raises."""
    # Of two officers at once the second waits, and learns what became of the message.
    db.session.refresh(mail, with_for_update={"of": IncomingMail})
    for file in enclosed:
        name_file(file)
    if mail.observation is not None and mail.state is MailState.ENTERED:
        raise AlreadyEntered(number=mail.observation.number)
    observation = enter_observation(
        actor,
        window,
        received,
        token=token,
        counted=counted,
        protocol=protocol,
        sender_protocol=sender_protocol,
        unreadable=unreadable,
    )
    MAIL_WORKFLOW.advance(mail, MailState.ENTERED)
    mail.observation_id = observation.id
    audit.record(
        actor,
        "mail.entered",
        mail,
        stream=window.procedure.stream,
        observation=observation.id,
    )
    return observation


@use_case
def set_mail_aside(actor: Actor, mail: IncomingMail, *, reason: str) -> None:
    """Say why a message is no observation; it stays kept. Raises WrongState."""
    db.session.refresh(mail, with_for_update={"of": IncomingMail})
    MAIL_WORKFLOW.advance(mail, MailState.SET_ASIDE)
    mail.reason = reason.strip()
    _note(actor, "mail.set_aside", mail, reason=mail.reason)


@use_case
def take_mail_up_again(actor: Actor, mail: IncomingMail) -> None:
    """Let a message that was set aside be entered after all. Raises WrongState."""
    db.session.refresh(mail, with_for_update={"of": IncomingMail})
    MAIL_WORKFLOW.advance(mail, MailState.TO_ENTER)
    mail.reason = ""
    _note(actor, "mail.taken_up", mail)


def _note(actor: Actor, action: str, mail: IncomingMail, **payload: Any) -> None:
    stream = procedures.get_procedure().stream
    audit.record(actor, action, mail, stream=stream, **payload)


# -- reading -----------------------------------------------------------------------------


def list_mail(state: MailState | None, *, seen_by: Reader) -> Sequence[IncomingMail]:
    """Messages, the latest first; staff alone read them. Raises NotFound."""
    if not seen_by.can(Permission.REGISTER):
        raise NotFound()
    query = sa.select(IncomingMail).options(
        defer(IncomingMail.content),  # long, and no list shows it
        joinedload(IncomingMail.observation).joinedload(Observation.register),
    )
    if state is not None:
        query = query.filter_by(state=state)
    return db.session.scalars(query.order_by(IncomingMail.id.desc()).limit(PAGE)).all()


def count_mail() -> dict[MailState, int]:
    """How many messages are in each state."""
    rows = db.session.execute(
        sa.select(IncomingMail.state, sa.func.count()).group_by(IncomingMail.state)
    )
    return dict(rows.all())


def get_mail(mail_id: int, *, seen_by: Reader) -> IncomingMail:
    """One message. Raises NotFound."""
    row = db.session.get(IncomingMail, mail_id)
    if row is None or not seen_by.can(Permission.REGISTER):
        raise NotFound()
    return row


_NOTICES = (
    sa.select(IncomingMail.id, IncomingMail.kind, IncomingMail.counts_at)
    .where(IncomingMail.about_id == sa.bindparam("id"))
    .order_by(IncomingMail.id)
)


def notices_about(observation: Observation) -> list[tuple[int, Kind, dt.datetime | None]]:
    """What providers of mail said of the receipt of an observation, the first first."""
    rows = ask(_NOTICES, id=observation.id)
    return [(number, kind, counts_at) for number, kind, counts_at in rows]


def message_of(mail: IncomingMail) -> Message:
    """The message, read again from what was received."""
    return read(b"".join(files().read(mail.file_sha256)))
