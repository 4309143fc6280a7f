"""What was read of a message, as JSON for programs and as lines for whoever looks on."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from ptm_participation.core import formats
from ptm_participation.mail.attachments import Attachment, Signed
from ptm_participation.mail.duplicates import Match
from ptm_participation.mail.message import Message
from ptm_participation.mail.registration import registration_in
from ptm_participation.mail.signed import Check, Signature, Signer


def as_json(file: str, message: Message, match: Match) -> dict[str, Any]:
    """The message with keys that do not change; instants are ISO, on the clocks of Rome."""
    return {
        "file": file,
        "sha256": message.sha256,
        "size": message.size,
        "kind": message.kind.value,
        "certified": message.certified,
        "sender": message.sender,
        "recipients": list(message.recipients),
        "counts_at": _iso(message.counts_at),
        "counts_by": message.counts_by.value if message.counts_by else None,
        "delivered_at": _iso(message.delivered_at),
        "received": list(message.received),
        "subject": message.subject,
        "identifier": message.identifier,
        "message_id": message.message_id,
        "refers_to": message.refers_to or None,
        "registration": _registration(message),
        "body": message.body,
        "attachments": [_attachment(attachment) for attachment in message.attachments],
        "signature": {
            "status": message.signature.check.value,
            "checked": str(message.signature.check.said),
            **_signers(message.signature),
        },
        "duplicate_of": match.duplicate_of or None,
        "problems": [str(problem) for problem in (*message.problems, *match.problems)],
    }


def unread(file: str, problem: str) -> dict[str, Any]:
    """A file that could not even be opened, among those that could."""
    return {
        "file": file,
        "sha256": None,
        "size": None,
        "kind": "unreadable",
        "certified": False,
        "sender": "",
        "counts_at": None,
        "subject": "",
        "attachments": [],
        "duplicate_of": None,
        "problems": [problem],
    }


def _registration(message: Message) -> dict[str, str] | None:
    """The sender's own protocol, where the message brings it."""
    found = registration_in(message.attachments)
    if found is None:
        return None
    on = found.on.isoformat() if found.on else ""
    return {"number": found.number, "on": on, "registry": found.registry}


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "type": attachment.media_type,
        "from": list(attachment.within),
        "signed": _signed(attachment.signed) if attachment.signed else None,
    }


def _signed(signed: Signed) -> dict[str, Any]:
    problem = signed.signature.problem
    return {
        "status": signed.signature.check.value,
        "content": signed.content_name or None,
        "problem": str(problem) if problem else None,
        **_signers(signed.signature),
    }


def _signers(signature: Signature) -> dict[str, Any]:
    """Who signed; of several, the first one's certificate stands beside the names of all."""
    first = signature.signers[0] if signature.signers else Signer()
    return {
        "signer": signature.signer or None,
        "valid_from": _iso(first.valid_from),
        "valid_until": _iso(first.valid_until),
        "signers": [
            {
                "name": signer.name,
                "code": signer.code,
                "organisation": signer.organisation,
                "issuer": signer.issuer,
                "valid_from": _iso(signer.valid_from),
                "valid_until": _iso(signer.valid_until),
                "signed_at": _iso(signer.signed_at),
                "status": signer.check.value,
            }
            for signer in signature.signers
        ],
    }


def _iso(instant: dt.datetime | None) -> str | None:
    if instant is None:
        return None
    try:
        return formats.iso(instant)
    except OverflowError:  # the end of the year 9999, by which certificates say «never»
        return instant.isoformat(timespec="seconds")


def lines(file: str, message: Message, match: Match) -> Iterator[str]:
    """The message in a few lines, in the language being written."""
    yield f"{file}: {message.kind.label}"
    if match.duplicate_of:
        yield "  " + _("The same as %(file)s.", file=match.duplicate_of)
    if message.sender:
        yield "  " + _("Sender: %(who)s", who=message.sender)
    if message.subject:
        yield "  " + _("Subject: %(subject)s", subject=message.subject)
    if message.counts_at and message.counts_by:
        when, how = formats.exact_instant(message.counts_at), message.counts_by.label
        yield "  " + _("Counts: %(when)s (%(how)s)", when=when, how=how)
    if message.delivered_at:
        yield "  " + _("Delivered: %(when)s", when=formats.exact_instant(message.delivered_at))
    if message.refers_to:
        yield "  " + _("About the message: %(which)s", which=message.refers_to)
    if message.signature.check is not Check.ABSENT:
        signer = f"{message.signature.signer}: " if message.signature.signer else ""
        yield f"  {signer}{message.signature.check.said}"
    for attachment in message.attachments:
        yield "  " + _attachment_line(attachment)
    for problem in (*message.problems, *match.problems):
        yield f"  ! {problem}"


def _attachment_line(attachment: Attachment) -> str:
    size = formats.size(attachment.size)
    place = " › ".join((*attachment.within, attachment.name))
    line = _("Attachment: %(name)s (%(size)s)", name=place, size=size)
    if attachment.signed and attachment.signed.signature.signer:
        who, check = attachment.signed.signature.signer, attachment.signed.signature.check.label
        line += "; " + _("signed by %(who)s, %(check)s", who=who, check=check)
    return line
