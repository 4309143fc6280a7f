"""What happened: an entry for every change, in the transaction that makes it.

Entries form one chain by hash for each stream (one stream a procedure, and one for the
accounts and the archives that all procedures share). An entry's hash is taken over its
canonical JSON text, which holds the hash before it and the digest of its payload; so a
payload (what was written, with personal data) can be blanked when its time is over, and the
chain still proves that nothing was changed, dropped or put in another order.
"""

import dataclasses
import datetime as dt
import enum
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import clock
from ptm_participation.core.db import Model, db, insert_or_ignore
from ptm_participation.core.transaction import before_commit, notes

ACCOUNTS = "accounts"
GENESIS = "0" * 64
_PENDING = "audit_pending"


class Actor(Protocol):
    """Whoever does something; kept by value, since an account may be renamed."""

    @property
    def audit_name(self) -> str: ...


@dataclasses.dataclass(frozen=True, slots=True)
class NamedActor:
    """An actor without an account: the public form, a command, the program itself."""

    audit_name: str


VISITOR = NamedActor("visitor")
SYSTEM = NamedActor("system")
COMMAND_LINE = NamedActor("command line")


class AuditStream(Model):
    """The head of a chain; its row is the last lock that a transaction takes."""

    __tablename__ = "audit_stream"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), unique=True)
    seq: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(sa.String(64), default=GENESIS)


class AuditEntry(Model):
    """One change. `record` is the canonical text that was hashed; the columns repeat it."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        sa.UniqueConstraint("stream_id", "seq"),
        sa.Index("ix_audit_entry_subject", "subject_type", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_stream.id"))
    seq: Mapped[int]
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(sa.String(200))
    action: Mapped[str] = mapped_column(sa.String(80))
    subject_type: Mapped[str] = mapped_column(sa.String(80))
    subject_id: Mapped[str] = mapped_column(sa.String(80))
    record: Mapped[str] = mapped_column(sa.Text)
    hash: Mapped[str] = mapped_column(sa.String(64))


class AuditPayload(Model):
    """What was written, as canonical JSON text; NULL once its time was over."""

    __tablename__ = "audit_payload"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey("audit_entry.id"), primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.Text)
    purge_after: Mapped[dt.date | None]
    purged_at: Mapped[dt.datetime | None]


@dataclasses.dataclass(slots=True)
class _Pending:
    stream: str
    actor: str
    action: str
    subject: Any
    payload: dict[str, Any]
    at: dt.datetime
    purge_after: dt.date | None


def record(
    actor: Actor,
    action: str,
    subject: Any,
    *,
    stream: str = ACCOUNTS,
    purge_after: dt.date | None = None,
    **payload: Any,
) -> None:
    """Have the change recorded when the running use case commits.

    `action` is «noun.verb in the past»; `subject` the record that changed (or a tuple of its
    type and key); the payload says what was written. Raises RuntimeError outside a use case.
    """
    notes().setdefault(_PENDING, []).append(
        _Pending(stream, actor.audit_name, action, subject, dict(payload), clock.now(), purge_after)
    )


@before_commit
def write_pending() -> None:
    """Append the entries of this transaction to their chains, heads locked in one order."""
    pending: list[_Pending] = notes().get(_PENDING, [])
    if not pending:
        return
    db.session.flush()
    for key in sorted({item.stream for item in pending}):
        head = _locked_head(key)
        for item in pending:
            if item.stream == key:
                _append(head, item)
    db.session.flush()


def _locked_head(key: str) -> AuditStream:
    insert_or_ignore(AuditStream, key=key, seq=0, hash=GENESIS)
    return db.session.scalars(
        sa.select(AuditStream)
        .filter_by(key=key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _append(head: AuditStream, item: _Pending) -> None:
    subject_type, subject_id = _subject_key(item.subject)
    text = canonical_json(item.payload)
    seq = head.seq + 1
    values = {
        "stream": head.key,
        "seq": seq,
        "at": item.at.astimezone(dt.UTC).isoformat(),
        "actor": item.actor,
        "action": item.action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "payload_sha256": sha256(text),
        "purge_after": item.purge_after,
        "prev": head.hash,
    }
    line = canonical_json(values)
    entry = AuditEntry(
        stream_id=head.id,
        seq=seq,
        at=item.at,
        actor=item.actor,
        action=item.action,
        subject_type=subject_type,
        subject_id=subject_id,
        record=line,
        hash=sha256(line),
    )
    db.session.add(entry)
    db.session.flush()
    db.session.add(AuditPayload(entry_id=entry.id, text=text, purge_after=item.purge_after))
    head.seq, head.hash = seq, entry.hash


def _subject_key(subject: Any) -> tuple[str, str]:
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1])
    identity = sa.inspect(subject).identity or ()
    return subject.__tablename__, "/".join(str(part) for part in identity)


def canonical_json(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, dates in ISO, enumerations by value."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)  # lazy translations, uuids


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stood when its digest was exported."""

    stream: str
    seq: int
    hash: str


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a chain: which stream, at which entry, and what."""

    stream: str
    seq: int
    problem: str

    def __str__(self) -> str:
        return f"{self.stream}, entry {self.seq}: {self.problem}"


def heads() -> list[Head]:
    """The present heads, to be kept where whoever can change the database cannot reach."""
    rows = db.session.execute(
        sa.select(AuditStream.key, AuditStream.seq, AuditStream.hash).order_by(AuditStream.key)
    )
    return [Head(*row) for row in rows]


_witnesses: list[Callable[[], list[Finding]]] = []


def witness(function: Callable[[], list[Finding]]) -> Callable[[], list[Finding]]:
    """Have `function` asked, at each verification, whether its records are as the log says."""
    _witnesses.append(function)
    return function


def verify(exported: list[Head] | None = None) -> list[Finding]:
    """Read every chain from its beginning and name what does not hold; empty means intact.

    A changed entry no longer has its hash, a deleted one leaves a gap, two swapped ones break
    the order. A chain cut at its end is whole in itself: only `exported` heads show it.
    """
    findings: list[Finding] = []
    known = {(head.stream, head.seq): head.hash for head in exported or []}
    for stream in db.session.scalars(sa.select(AuditStream).order_by(AuditStream.key)):
        findings += _verify_chain(stream, known)
    return (
        findings
        + [
            Finding(stream, seq, "the exported head names an entry that is no longer there")
            for (stream, seq) in known
        ]
        + [finding for ask in _witnesses for finding in ask()]
    )


def _verify_chain(stream: AuditStream, known: dict[tuple[str, int], str]) -> list[Finding]:
    findings: list[Finding] = []
    previous, expected = GENESIS, 1
    rows = db.session.execute(
        sa.select(AuditEntry, AuditPayload)
        .outerjoin(AuditPayload, AuditPayload.entry_id == AuditEntry.id)
        .where(AuditEntry.stream_id == stream.id)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=1000)
    )
    for entry, payload in rows:
        for problem in _problems(entry, payload, stream.key, previous, expected):
            findings.append(Finding(stream.key, entry.seq, problem))
        exported_hash = known.pop((stream.key, entry.seq), entry.hash)
        if exported_hash != entry.hash:
            findings.append(Finding(stream.key, entry.seq, "differs from the exported head"))
        previous, expected = entry.hash, entry.seq + 1
    if (stream.seq, stream.hash) != (expected - 1, previous):
        findings.append(Finding(stream.key, stream.seq, "the head does not match the last entry"))
    return findings


def _problems(
    entry: AuditEntry, payload: AuditPayload | None, key: str, previous: str, expected: int
) -> list[str]:
    problems = []
    if entry.seq != expected:
        problems.append(f"deleted: {entry.seq - expected} before it are missing")
    if sha256(entry.record) != entry.hash:
        problems.append("changed: the record no longer has its hash")
    values = json.loads(entry.record)
    columns = {
        "stream": key,
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
    }
    if any(values.get(name) != value for name, value in columns.items()):
        problems.append("changed or swapped: its columns differ from its record")
    if values.get("prev") != previous and entry.seq == expected:
        problems.append("swapped or replaced: it does not follow the entry before it")
    if payload is None:
        problems.append("deleted: its payload row is missing")
    elif not _payload_holds(payload, values):
        problems.append("changed: the payload no longer has its digest")
    return problems


def _payload_holds(payload: AuditPayload, values: dict[str, Any]) -> bool:
    """A payload has its digest, or was blanked, whole, on or after the day set for it."""
    if payload.text is not None:
        return sha256(payload.text) == values["payload_sha256"]
    due = values["purge_after"]
    return (
        due is not None
        and payload.purged_at is not None
        and clock.rome(payload.purged_at).date() >= dt.date.fromisoformat(due)
    )
