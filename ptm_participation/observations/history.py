"""What happened to an observation, read from the log and told in words."""

import dataclasses
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Role
from ptm_participation.core import formats
from ptm_participation.core.audit import AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.queries import list_municipalities

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
    "observation.assigned": _l("Assignment changed"),
    "observation.found_unreadable": _l("Found unreadable"),
    "observation.found_readable": _l("Found readable after all"),
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
    "observation.places_withheld": _l("Places that the public may see changed"),
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
    version_before: int | None = None  # the one that it was written upon
    changes: tuple[str, ...] = ()  # what it is now, and what it was before


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
    told = [(entry, json.loads(payload) if payload else {}) for entry, payload in rows]
    classified = any(entry.action == "observation.classified" for entry, _values in told)
    places = {row.id: row.name for row in list_municipalities()} if classified else {}
    return [_deed(entry, values, places) for entry, values in told]


def _deed(entry: AuditEntry, values: dict[str, Any], places: dict[int, str]) -> Deed:
    what = str(_DEEDS.get(entry.action, entry.action))
    details = _details(entry.action, values)
    if entry.action in _PROTOCOLS and values.get("before", [""])[0]:
        what = str(_PROTOCOLS[entry.action])
        details = _changed(details, _protocol(*values["before"]))
    version: int | None = values.get("version")
    rewritten = entry.action == "observation.text_written"
    return Deed(
        entry.at,
        _who(entry.actor),
        what,
        details,
        entry.seq,
        version,
        version - 1 if version and rewritten else None,
        tuple(_changes(entry.action, values, places)) if values else (),
    )


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


def _changed(new: str, old: str) -> str:
    return _("%(new)s, before it was %(old)s", new=new, old=old)


def _changes(action: str, values: dict[str, Any], places: dict[int, str]) -> Iterator[str]:
    """What a correction left and what it found, in words."""
    if action == "observation.classified":
        yield from _reclassified(values["before"], values["after"], places)
    elif action == "observation.date_decided":
        yield _changed(_standing(values), _standing(values["before"]))
    elif action == "observation.standing_changed":
        yield _term(values["in_time"])
    elif action == "observation.assigned":
        yield _changed(_holder(values["after"]), _holder(values["before"]))
    elif action == "observation.found_unreadable":
        now, before = f"«{values['after']}»", f"«{values['before']}»"
        yield _changed(now, before) if values["before"] else now
    elif action == "observation.found_readable":
        yield _("it could not be read: «%(what)s»", what=values["before"])


def _reclassified(
    before: dict[str, Any], after: dict[str, Any], places: dict[int, str]
) -> Iterator[str]:
    def place(number: int | None) -> str:
        return places.get(number, "") if number else _("outside Città metropolitana")

    def sections(cited: list[str]) -> str:
        return formats.cite("; ".join(cited)) or _("whole plan")

    for name, label, say in (
        ("title", _("Subject"), "«{}»".format),
        ("type", _("Type"), lambda value: str(SubjectType(value).label)),
        ("municipality", _("Comune"), place),
        ("sections", _("Articles and maps"), sections),
    ):
        if before[name] != after[name]:
            yield f"{label}: {_changed(say(after[name]), say(before[name]))}"


def _standing(values: dict[str, Any]) -> str:
    """The instant that counts, and how the observation stands by it."""
    counts_at = formats.instant(dt.datetime.fromisoformat(values["counts_at"]))
    return f"{counts_at} ({_term(values['in_time'])})"


def _term(in_time: bool) -> str:
    return _("in time") if in_time else _("late")


def _holder(audit_name: str | None) -> str:
    """Who works on it, by the name that the log keeps."""
    if audit_name is None:
        return _("nobody")
    officer = _OFFICER.fullmatch(audit_name)
    return officer["name"] if officer else audit_name


def _details(action: str, values: dict[str, Any]) -> str:
    """The part of the payload that a reader wants."""
    if action in _PROTOCOLS and values:
        return _protocol(*(values.get(name, "") for name in Protocol._fields))
    if action == "observation.regularisation_asked" and values:
        return _("by %(day)s", day=formats.day(dt.date.fromisoformat(values["due_on"])))
    if action == "observation.supplemented" and values:
        return ", ".join(values["files"])
    for name in ("reason", "how", "because", "act"):
        if values.get(name):
            return str(values[name])
    if "version" in values:
        return _("version %(version)d", version=values["version"])
    return ""
