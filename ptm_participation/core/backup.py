"""A copy of everything that is consistent while the program serves, and the way back.

The tables are written as lines of JSON within one read transaction, the same on both engines,
so a backup of one can be restored into the other. Files are kept by their digest and never
change, so copying those that the tables name is enough. A manifest lists the digest of all.
"""

import base64
import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Head
from ptm_participation.core.db import RESTORED_LAST, Base, db
from ptm_participation.core.storage import FileStore, StoredFile
from ptm_participation.core.transaction import use_case

MANIFEST = "manifest.json"
BATCH = 500


class BackupError(Exception):
    """What keeps a backup from being made or restored, as a sentence."""


@dataclasses.dataclass(frozen=True, slots=True)
class BackupReport:
    """What was copied."""

    rows: int
    files: int
    heads: list[Head]


def back_up(folder: Path, store: FileStore, revision: str) -> BackupReport:
    """Write the backup into `folder`, which must be empty or new. Raises BackupError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty: choose another folder.")
    digests: dict[str, str] = {}
    rows = 0
    db.session.rollback()
    db.session.connection(
        execution_options=({"isolation_level": "REPEATABLE READ"} if _is_postgresql() else {})
    )
    for table in Base.metadata.sorted_tables:
        path = folder / "tables" / f"{table.name}.jsonl"
        rows += _write_table(table, path)
        digests[f"tables/{table.name}.jsonl"] = _digest(path)
    heads = audit.heads()
    wanted = list(db.session.scalars(sa.select(StoredFile.sha256).order_by(StoredFile.sha256)))
    for sha256 in wanted:
        place = f"files/{FileStore.place(sha256)}"
        _copy_out(store, sha256, folder / place)
        digests[place] = sha256
    db.session.rollback()
    _write_manifest(folder, revision, digests, heads)
    return BackupReport(rows, len(wanted), heads)


def _is_postgresql() -> bool:
    return db.engine.dialect.name == "postgresql"


def _write_table(table: sa.Table, path: Path) -> int:
    path.parent.mkdir(exist_ok=True)
    query = sa.select(table).order_by(*table.primary_key.columns)
    count = 0
    with path.open("w", encoding="utf-8") as file:
        for row in db.session.execute(query.execution_options(yield_per=BATCH)):
            file.write(json.dumps([_plain(value) for value in row], ensure_ascii=False) + "\n")
            count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _copy_out(store: FileStore, sha256: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        pieces = store.read(sha256)
    except FileNotFoundError as error:
        raise BackupError(f"The file {sha256} is missing from the storage.") from error
    with path.open("wb") as file:
        file.writelines(pieces)
    if _digest(path) != sha256:
        raise BackupError(f"The stored file {sha256} no longer has its digest.")


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            whole.update(piece)
    return whole.hexdigest()


def _write_manifest(
    folder: Path, revision: str, digests: dict[str, str], heads: list[Head]
) -> None:
    value = {
        "made_at": clock.now().isoformat(),
        "revision": revision,
        "heads": [dataclasses.asdict(head) for head in heads],
        "sha256": digests,
    }
    (folder / MANIFEST).write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, after checking every digest that it lists. Raises BackupError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} holds no backup: {error}") from error
    kinds = {"revision": str, "heads": list, "sha256": dict}
    if not isinstance(manifest, dict) or not all(
        isinstance(manifest.get(name), kind) for name, kind in kinds.items()
    ):
        raise BackupError(f"{folder} holds no backup: its {MANIFEST} is not whole.")
    for name, digest in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise BackupError(f"{name} is missing or was changed since the backup was made.")
    return manifest


def restore(folder: Path, store: FileStore) -> BackupReport:
    """Fill an empty, migrated database and the store from a backup. Raises BackupError.

    The manifest must have been read, and the schema be of its revision. All rows go in within
    one transaction, so a restore that fails leaves the database empty.
    """
    _refuse_rows()  # before a file is copied, and again where no other can write
    files = 0
    for path in sorted((folder / "files").rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                store.keep(file, "application/octet-stream")
            files += 1
    rows = _restore_rows(folder)
    return BackupReport(rows, files, audit.heads())


def _refuse_rows() -> None:
    for table in Base.metadata.sorted_tables:
        if db.session.execute(sa.select(table).limit(1)).first() is not None:
            raise BackupError(f"The database is not empty: {table.name} holds rows.")


@use_case
def _restore_rows(folder: Path) -> int:
    _refuse_rows()
    rows = 0
    last: list[tuple[sa.Table, list[dict[str, Any]]]] = []
    for table in Base.metadata.sorted_tables:
        count, closing = _read_table(table, folder / "tables" / f"{table.name}.jsonl")
        rows += count
        last.append((table, closing))
    for table, closing in last:
        _set(table, closing)
    return rows


def _read_table(table: sa.Table, path: Path) -> tuple[int, list[dict[str, Any]]]:
    """Write a table's rows; says how many, and what is set of them once all tables are there."""
    columns = list(table.columns)
    count = 0
    own = [c.name for c in columns if any(k.column.table is table for k in c.foreign_keys)]
    held = {c.name: c.info[RESTORED_LAST] for c in columns if RESTORED_LAST in c.info}
    later: list[dict[str, Any]] = []
    last: list[dict[str, Any]] = []
    for batch in _batches(path):
        values = [
            {
                column.name: _typed(column, value)
                for column, value in zip(columns, line, strict=True)
            }
            for line in batch
        ]
        later += [
            {"b_id": row["id"], **{name: row[name] for name in own}}
            for row in values
            if any(row[name] is not None for name in own)
        ]
        last += [
            {"b_id": row["id"], **{name: row[name] for name in held}}
            for row in values
            if any(row[name] != meanwhile for name, meanwhile in held.items())
        ]
        for row in values:
            row.update({**dict.fromkeys(own), **held})
        db.session.execute(sa.insert(table), values)
        count += len(values)
    _set(table, later)  # by what its rows point at one another: all are there now
    if count and _is_postgresql() and "id" in table.columns:
        _move_sequence(table)
    return count, last


def _set(table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Set some columns of some rows, named by `b_id`."""
    if rows:
        db.session.execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("b_id"))
            .values({name: sa.bindparam(name) for name in rows[0] if name != "b_id"}),
            rows,
            execution_options={"synchronize_session": False},
        )


def _move_sequence(table: sa.Table) -> None:
    """Let PostgreSQL number new rows after the restored ones."""
    db.session.execute(
        sa.select(
            sa.func.setval(
                sa.func.pg_get_serial_sequence(table.name, "id"),
                sa.select(sa.func.max(table.c.id)).scalar_subquery(),
            )
        )
    )


def _batches(path: Path) -> Iterator[list[list[Any]]]:
    with path.open(encoding="utf-8") as file:
        batch: list[list[Any]] = []
        for line in file:
            batch.append(json.loads(line))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch


def _typed(column: sa.Column[Any], value: Any) -> Any:
    kind = column.type
    if value is None:
        return None
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    if isinstance(kind, sa.types.TypeDecorator) and isinstance(kind.impl, sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat(value)
    return value
