"""Whether the register still says what the log says of it.

The chain proves that the log was not altered; this proves that what was received, the texts
worked on and the dates that count are those that the log speaks of, and that no number is
missing. Whoever keeps the database could change both, but not without the exported heads.
"""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ptm_participation.core.audit import (
    AuditEntry,
    AuditPayload,
    Finding,
    canonical_json,
    sha256,
    witness,
)
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from ptm_participation.procedure.models import Register

BATCH = 500


@dataclasses.dataclass(slots=True)
class _Logged:
    """What the log says of one observation."""

    seq: int = 0
    registered: dict[str, Any] | None = None
    date: dict[str, Any] | None = None
    texts: dict[int, str] = dataclasses.field(default_factory=dict)


@witness
def verify_register() -> list[Finding]:
    """Compare every observation with the log; empty means that they agree."""
    findings: list[Finding] = []
    for batch in _batches():
        logged = _logged([observation.id for observation in batch])
        for observation in batch:
            known = logged[observation.id]
            findings += [
                Finding(observation.procedure.stream, known.seq, f"n. {observation.number}: {what}")
                for what in _differences(observation, known)
            ]
    return findings + _gaps()


def _batches() -> Iterator[Sequence[Observation]]:
    last = 0
    while batch := db.session.scalars(
        sa.select(Observation)
        .options(
            joinedload(Observation.register).joinedload(Register.procedure),
            joinedload(Observation.submission),
            selectinload(Observation.texts),
        )
        .where(Observation.id > last)
        .order_by(Observation.id)
        .limit(BATCH)
    ).all():
        last = batch[-1].id
        yield batch


def _logged(ids: list[int]) -> dict[int, _Logged]:
    """What the log says of these, the latest last. What was blanked by now says nothing."""
    found: dict[int, _Logged] = defaultdict(_Logged)
    rows = db.session.execute(
        sa.select(AuditEntry.subject_id, AuditEntry.seq, AuditEntry.action, AuditPayload.text)
        .join(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .where(
            AuditEntry.subject_type == Observation.__tablename__,
            AuditEntry.subject_id.in_([str(number) for number in ids]),
        )
        .order_by(AuditEntry.seq)
    )
    for subject, seq, action, text in rows:
        known = found[int(subject)]
        payload = _payload(text)
        if action == "observation.registered":
            known.seq, known.registered = seq, payload
            known.date = payload
        elif action == "observation.date_decided":
            known.date = payload
        elif action == "observation.standing_changed" and payload and known.date is not None:
            known.date = known.date | {"in_time": payload.get("in_time")}
        elif action == "observation.text_written" and payload:
            known.texts[payload.get("version", 0)] = payload.get("sha256", "")
    return found


def _payload(text: str | None) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "null")
    except ValueError:  # the chain's own verification names it
        return None
    return value if isinstance(value, dict) else None


def _differences(observation: Observation, known: _Logged) -> Iterator[str]:
    submission = observation.submission
    if not known.seq:
        yield "the log knows nothing of it"
    if sha256(submission.raw) != submission.sha256:
        yield "what was received no longer has its digest"
    if known.registered is not None:
        said = {
            "number": observation.number,
            "sha256": submission.sha256,
            "text_sha256": sha256(submission.text),
        }
        for name, value in said.items():
            if known.registered.get(name, value) != value:
                yield f"its {name} is not the one that was logged"
    if known.date is not None:
        now = {"counts_at": observation.counts_at, "in_time": observation.in_time}
        for name, value in json.loads(canonical_json(now)).items():
            if known.date.get(name, value) != value:
                yield f"its {name} is not the one that was logged"
    first_text = (known.registered or {}).get("working_sha256", sha256(submission.text))
    for text in observation.texts:
        first = first_text if text.version == 1 else None
        if sha256(text.text) != known.texts.get(text.version, first):
            yield f"version {text.version} of its working text is not the one that was logged"


def _gaps() -> list[Finding]:
    """Registers whose numbers are not 1, 2, … up to the last that was given."""
    rows = db.session.execute(
        sa.select(
            Register,
            sa.func.count(Observation.id),
            sa.func.coalesce(sa.func.max(Observation.number), 0),
        )
        .outerjoin(Observation, Observation.register_id == Register.id)
        .options(joinedload(Register.procedure))
        .group_by(Register.id)
    )
    return [
        Finding(
            register.procedure.stream, 0, f"{register.slug}: {count} of {last} numbers are there"
        )
        for register, count, last in rows
        if not count == last == register.next_number - 1
    ]
