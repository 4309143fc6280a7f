"""What happened to an observation, read from the log and told in words."""

import dataclasses
import datetime as dt
import json
import re
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Role
from ptm_participation.core import formats
from ptm_participation.core.audit import AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation, Protocol

_DEEDS: dict[str, Any] = {
    "observation.registered": _l("Entered in the register"),
    "observation.protocol_recorded": _l("Protocol number written"),
    "observation.sender_protocol_recorded": _l("Protocol of the sender written"),
    "observation.checked": _l("Checked, under review"),
    "observation.decided": _l("Decision of the council written down"),
    "observation.annulled": _l("Entry annulled"),
    "observation.annulment_undone": _l("Annulment undone"),
    "observation.regularised": _l("Author regularised"),
    "observation.regularisation_asked": _l("Sender asked to regularise"),
    "observation.supplemented": _l("Files received to regularise it"),
    "observation.date_decided": _l("Date that counts decided by the office"),
    "observation.text_written": _l("Working text changed"),
    "observation.classified": _l("Classification changed"),
    "observation.linked": _l("Linked to an earlier observation"),
    "observation.linked_to": _l("A later observation was linked to it"),
    "observation.unlinked": _l("Link undone"),
    "observation.standing_changed": _l("Standing changed with the term"),
    "observation.party_tied": _l("Party tied to a stakeholder"),
    "observation.party_untied": _l("Party untied"),
    "observation.published": _l("Published"),
    "observation.unpublished": _l("Taken back from publication"),
}


# What writes a protocol down, and how it is told where it changes one.
_PROTOCOLS = {
    "observation.protocol_recorded": _l("Protocol number changed"),
    "observation.sender_protocol_recorded": _l("Protocol of the sender changed"),
}

_OFFICER = re.compile(rf"(?P<name>.+) \((?P<role>{'|'.join(Role)}), account \d+\)")


@dataclasses.dataclass(frozen=True, slots=True)
class Deed:
    """One entry of the log, as the page tells it."""

    at: dt.datetime
    actor: str
    what: str
    details: str
    seq: int
    version: int | None = None  # of the working text, where the deed is about one


def history(observation: Observation) -> list[Deed]:
    """The entries about an observation, newest first."""
    rows = db.session.execute(
        sa.select(AuditEntry, AuditPayload.text)
        .outerjoin(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .where(
            AuditEntry.subject_type == "observation",
            AuditEntry.subject_id == str(observation.id),
        )
        .order_by(AuditEntry.id.desc())
    )
    return [_deed(entry, json.loads(payload) if payload else {}) for entry, payload in rows]


def _deed(entry: AuditEntry, values: dict[str, Any]) -> Deed:
    what = str(_DEEDS.get(entry.action, entry.action))
    details = _details(entry.action, values)
    if entry.action in _PROTOCOLS and values.get("before", [""])[0]:
        what = str(_PROTOCOLS[entry.action])
        before = _protocol(*values["before"])
        details = _("%(new)s, before it was %(old)s", new=details, old=before)
    return Deed(entry.at, _who(entry.actor), what, details, entry.seq, values.get("version"))


def _who(actor: str) -> str:
    """An actor as the log names it, with its role in the reader's language."""
    officer = _OFFICER.fullmatch(actor)
    if officer:
        return f"{officer['name']}, {Role(officer['role']).label}"
    return {
        "visitor": _("Public form"),
        "system": _("The program"),
        "command line": _("Command line"),
    }.get(actor, actor)


def _protocol(number: str, on: str | None, registry: str = "", case_file: str = "") -> str:
    """A protocol as it was logged; what was logged long ago names neither registry nor file."""
    said = number or _("none")
    if on:
        day = formats.day(dt.date.fromisoformat(on))
        said = formats.elide(_("%(number)s of %(day)s", number=number, day=day))
    return ", ".join(part for part in (said, registry, case_file) if part)


def _details(action: str, values: dict[str, Any]) -> str:
    """The part of the payload that a reader wants."""
    if action in _PROTOCOLS and values:
        return _protocol(*(values.get(name, "") for name in Protocol._fields))
    if action == "observation.regularisation_asked" and values:
        return _("by %(day)s", day=formats.day(dt.date.fromisoformat(values["due_on"])))
    if action == "observation.supplemented" and values:
        return ", ".join(values["files"])
    for name in ("reason", "how"):
        if values.get(name):
            return str(values[name])
    if "version" in values:
        return _("version %(version)d", version=values["version"])
    return ""
