"""What happened: an entry for every change, in the transaction that makes it.

Entries form one chain by hash for each stream (one stream a procedure, and one for the
accounts and the archives that all procedures share). An entry's hash is taken over its
canonical JSON text, which holds the hash before it and the digest of its payload; so a
payload (what was written, with personal data) can be blanked when its time is over, and the
chain still proves that nothing was changed, dropped or put in another order.
"""

import contextlib
import dataclasses
import datetime as dt
import enum
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.core import clock
from ptm_participation.core.bulk import fresh_keys, write_rows
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
        _append(_locked_head(key), [item for item in pending if item.stream == key])
    db.session.flush()


def _locked_head(key: str) -> AuditStream:
    insert_or_ignore(AuditStream, key=key, seq=0, hash=GENESIS)
    return db.session.scalars(
        sa.select(AuditStream)
        .filter_by(key=key)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _append(head: AuditStream, items: list[_Pending]) -> None:
    """Add entries to the end of a chain, with their payloads, in two statements."""
    entries, payloads = [], []
    for key, item in zip(fresh_keys(AuditEntry, len(items)), items, strict=True):
        entry, text = _entry(head, item)
        head.seq, head.hash = entry["seq"], entry["hash"]
        entries.append({"id": key, **entry})
        payloads.append({"entry_id": key, "text": text, "purge_after": item.purge_after})
    write_rows(AuditEntry, entries)
    write_rows(AuditPayload, payloads)


def _entry(head: AuditStream, item: _Pending) -> tuple[dict[str, Any], str]:
    """The entry that follows the chain's head, and its payload as text."""
    subject_type, subject_id = _subject_key(item.subject)
    text = canonical_json(item.payload)
    seq = head.seq + 1
    repeated = {
        "seq": seq,
        "actor": item.actor,
        "action": item.action,
        "subject_type": subject_type,
        "subject_id": subject_id,
    }
    line = canonical_json(
        {
            **repeated,
            "stream": head.key,
            "at": item.at.astimezone(dt.UTC).isoformat(),
            "payload_sha256": sha256(text),
            "purge_after": item.purge_after,
            "prev": head.hash,
        }
    )
    entry = {
        **repeated,
        "stream_id": head.id,
        "at": item.at,
        "record": line,
        "hash": sha256(line),
    }
    return entry, text


def _subject_key(subject: Any) -> tuple[str, str]:
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1])
    identity = sa.inspect(subject).identity or ()
    return subject.__tablename__, "/".join(str(part) for part in identity)


def canonical_json(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, dates in ISO, enumerations by value."""
    return _canonical(value)


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


_canonical = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
).encode


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
    findings += _outside_of_chains()
    findings += [
        Finding(stream, seq, "the exported head names an entry that is no longer there")
        for (stream, seq) in known
    ]
    return findings + [finding for ask in _witnesses for finding in ask()]


class _AsItStands(sa.types.TypeDecorator[Any]):
    """An instant, or whatever else SQLite was made to keep in its place."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.String() if dialect.name == "sqlite" else self.impl)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
        return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


@dataclasses.dataclass(frozen=True, slots=True)
class _Kept:
    """An entry and its payload as the tables hold them, whoever wrote them there."""

    seq: int
    at: Any
    actor: str
    action: str
    subject_type: str
    subject_id: str
    record: str
    hash: str
    payload_id: int | None
    payload: str | None
    purged_at: Any


_KEPT = sa.select(
    AuditEntry.seq,
    sa.type_coerce(AuditEntry.at, _AsItStands),
    AuditEntry.actor,
    AuditEntry.action,
    AuditEntry.subject_type,
    AuditEntry.subject_id,
    AuditEntry.record,
    AuditEntry.hash,
    AuditPayload.entry_id,
    AuditPayload.text,
    sa.type_coerce(AuditPayload.purged_at, _AsItStands),
).outerjoin(AuditPayload, AuditPayload.entry_id == AuditEntry.id)


def _verify_chain(stream: AuditStream, known: dict[tuple[str, int], str]) -> list[Finding]:
    findings: list[Finding] = []
    previous, expected = GENESIS, 1
    rows = db.session.execute(
        _KEPT.where(AuditEntry.stream_id == stream.id)
        .order_by(AuditEntry.seq)
        .execution_options(yield_per=1000)
    )
    for entry in (_Kept(*row) for row in rows):
        for problem in _problems(entry, stream.key, previous, expected):
            findings.append(Finding(stream.key, entry.seq, problem))
        exported_hash = known.pop((stream.key, entry.seq), entry.hash)
        if exported_hash != entry.hash:
            findings.append(Finding(stream.key, entry.seq, "differs from the exported head"))
        previous, expected = entry.hash, entry.seq + 1
    if (stream.seq, stream.hash) != (expected - 1, previous):
        findings.append(Finding(stream.key, stream.seq, "the head does not match the last entry"))
    return findings


def _outside_of_chains() -> list[Finding]:
    rows = db.session.execute(
        sa.select(AuditEntry.stream_id, AuditEntry.seq)
        .where(AuditEntry.stream_id.not_in(sa.select(AuditStream.id)))
        .order_by(AuditEntry.id)
    )
    return [Finding(f"stream {id_}", seq, "added: there is no such stream") for id_, seq in rows]


def _problems(entry: _Kept, key: str, previous: str, expected: int) -> list[str]:
    problems = []
    if entry.seq != expected:
        problems.append(f"deleted: {entry.seq - expected} before it are missing")
    if sha256(entry.record) != entry.hash:
        problems.append("changed: the record no longer has its hash")
    values = _values(entry.record)
    columns = {
        "stream": key,
        "seq": entry.seq,
        "at": entry.at.isoformat() if isinstance(entry.at, dt.datetime) else entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
    }
    if any(values.get(name) != value for name, value in columns.items()):
        problems.append("changed or swapped: its columns differ from its record")
    if values.get("prev") != previous and entry.seq == expected:
        problems.append("swapped or replaced: it does not follow the entry before it")
    if entry.payload_id is None:
        problems.append("deleted: its payload row is missing")
    elif not _payload_holds(entry, values):
        problems.append("changed: the payload no longer has its digest")
    return problems


def _values(record: str) -> dict[str, Any]:
    """What a record says; nothing if somebody wrote in its place what is none."""
    try:
        values = json.loads(record)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _payload_holds(entry: _Kept, values: dict[str, Any]) -> bool:
    """A payload has its digest, or was blanked, whole, on or after the day set for it."""
    if entry.payload is not None:
        return sha256(entry.payload) == values.get("payload_sha256")
    try:
        due = dt.date.fromisoformat(values["purge_after"])
    except (KeyError, TypeError, ValueError):  # no day was set, or none that a record of ours has
        return False
    return isinstance(entry.purged_at, dt.datetime) and clock.rome(entry.purged_at).date() >= due
