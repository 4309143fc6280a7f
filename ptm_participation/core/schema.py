"""Bringing a database to the present schema: migrations are the only way a table is made."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection


def alembic_config(root: Path, connection: Connection | None = None) -> Config:
    """Alembic's configuration for the migrations of this program; no file holds it."""
    config = Config()
    config.set_main_option("script_location", str(root / "migrations"))
    config.attributes["connection"] = connection
    return config


def head(root: Path) -> str:
    """The revision that this program wants."""
    revision = ScriptDirectory.from_config(alembic_config(root)).get_current_head()
    assert revision is not None
    return revision


def knows(root: Path, revision: str) -> bool:
    """Whether the migrations of this program lead to or past the revision."""
    script = ScriptDirectory.from_config(alembic_config(root))
    return revision in {known.revision for known in script.walk_revisions()}


def current(url: str) -> str | None:
    """The revision of the database, None if it is empty."""
    with bare_connection(url) as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(sa.text("SELECT version_num FROM alembic_version"))


def upgrade(root: Path, url: str, revision: str = "head") -> None:
    """Run the migrations up to `revision`, all or none."""
    with bare_connection(url) as connection:
        command.upgrade(alembic_config(root, connection), revision)
        _check_foreign_keys(connection)


@contextlib.contextmanager
def bare_connection(url: str) -> Iterator[Connection]:
    """A connection in one transaction; on SQLite without foreign keys.

    Batch migrations copy a table and drop the old one, which with foreign keys on would
    delete its children; the pragma has no effect inside a transaction, so it comes first.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=OFF")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"The migration left rows without their parents: {broken[:5]}")


def make_immutable(op: Operations, table: str, columns: tuple[str, ...] = ()) -> None:
    """Have the database refuse to change or delete rows of `table`.

    With `columns` only a change of those is refused. SQLite drops the triggers of a table
    that a batch migration copies: call this again after one.
    """
    of = f" OF {', '.join(columns)}" if columns else ""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION '% is immutable', TG_TABLE_NAME; END $$ LANGUAGE plpgsql"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is immutable'); END"
    op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")


# What a frozen edition says: all of a section but what is derived from it, and what is noted on it.
_WORDS = (
    *("edition_id", "document_id", "provision_id", "parent_id", "position", "depth"),
    *("kind", "number", "heading", "text", "sha256"),
)


def freeze_sections(op: Operations) -> None:
    """Have the database refuse whatever would change the words of an edition that is frozen, or
    thaw it. On SQLite, call this again after a batch migration of `section_version` or `edition`.
    """
    of = ", ".join(_WORDS)
    frozen = "EXISTS (SELECT 1 FROM edition WHERE edition.id = {}.edition_id AND state = 'frozen')"
    for name, when, row in (
        ("insert", "INSERT", "NEW"),
        ("update", f"UPDATE OF {of}", "OLD"),
        ("delete", "DELETE", "OLD"),
    ):
        _refuse(op, "section_version", f"frozen_no_{name}", when, frozen.format(row))
    thawing = "OLD.state = 'frozen'"
    _refuse(op, "edition", "no_thaw", "UPDATE OF state, frozen_at, frozen_sha256", thawing)
    _refuse(op, "edition", "frozen_no_delete", "DELETE", thawing)


# All that is said of a section that is published, also what its pages derive from its number.
_OF_A_SECTION = (*_WORDS, "unit_id", "sort_key", "slug", "citation", "brief")
# A published edition's place in the order may change: editions are put before it.
_OF_AN_EDITION = ("plan_id", "label", "title", "act", "dated_on", "kind")
_OF_A_SHEET = (
    *("edition_id", "provision_id", "number", "title", "position", "picture_sha256"),
    *("width", "height", "original_sha256", "original_name", "control_points"),
)


def freeze_editions(op: Operations) -> None:
    """Have the database refuse whatever would change an edition that is frozen: all that
    `freeze_sections` refuses, its act and title, the addresses of its sections, its maps' sheets
    with their legends, what its sections follow, and that anything is moved into it.

    On SQLite, call this again after a batch migration of one of these tables.
    """
    of_edition = "EXISTS (SELECT 1 FROM edition WHERE id = {}.edition_id AND state = 'frozen')"
    of_sheet = (
        "EXISTS (SELECT 1 FROM edition JOIN map_sheet ON map_sheet.edition_id = edition.id"
        " WHERE map_sheet.id = {}.sheet_id AND state = 'frozen')"
    )
    for table, columns, frozen in (
        ("section_version", _OF_A_SECTION, of_edition),
        ("map_sheet", _OF_A_SHEET, of_edition),
        ("legend_item", (), of_sheet),
        ("succession", (), of_edition),
    ):
        either = f"{frozen.format('OLD')} OR {frozen.format('NEW')}"
        of = f" OF {', '.join(columns)}" if columns else ""
        for name, when, condition in (
            ("insert", "INSERT", frozen.format("NEW")),
            ("update", f"UPDATE{of}", either),
            ("delete", "DELETE", frozen.format("OLD")),
        ):
            _drop_trigger(op, table, f"frozen_no_{name}")
            _refuse(op, table, f"frozen_no_{name}", when, condition)
    any_frozen = "EXISTS (SELECT 1 FROM edition WHERE state = 'frozen')"
    if op.get_bind().dialect.name == "postgresql":
        for table in ("edition", "section_version", "map_sheet", "legend_item", "succession"):
            _drop_trigger(op, table, "frozen_no_truncate")
            _refuse(op, table, "frozen_no_truncate", "TRUNCATE", any_frozen)
    named = f"UPDATE OF {', '.join(_OF_AN_EDITION)}"
    _drop_trigger(op, "edition", "frozen_no_update")
    _refuse(op, "edition", "frozen_no_update", named, "OLD.state = 'frozen'")


def _drop_trigger(op: Operations, table: str, name: str) -> None:
    of = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS {table}_{name}{of}")


def _refuse(op: Operations, table: str, name: str, when: str, condition: str) -> None:
    """A trigger that refuses what an existing row, or a new one, forbids."""
    trigger = f"{table}_{name}"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION {trigger}() RETURNS trigger AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{table} is frozen'; END IF; "
            f"RETURN {'OLD' if when == 'DELETE' else 'NEW'}; END $$ LANGUAGE plpgsql"
        )
        each = "STATEMENT" if when == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {trigger}()"
        )
        return
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {when} ON {table} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
    )


def make_searchable(op: Operations, table: str, column: str) -> None:
    """Index the stems that `column` holds (`core.search`): what `search.holds` asks.

    On SQLite the index is a table beside, which triggers keep: a batch migration of `table`
    drops them, so call this again after one. On PostgreSQL the vector is a column that the server
    keeps: of a word that every row holds it would be made again for each, the index being no help.
    """
    index = f"fts_{table}"
    if op.get_bind().dialect.name == "postgresql":
        vector = f"tsvector GENERATED ALWAYS AS (to_tsvector('simple', {column})) STORED"
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS fts_words {vector}")
        op.execute(f"DROP INDEX IF EXISTS {index}")
        op.execute(f"CREATE INDEX {index} ON {table} USING gin (fts_words)")
        return
    op.execute(f"DROP TABLE IF EXISTS {index}")
    op.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f"({column}, content='{table}', content_rowid='id', tokenize='ascii')"
    )
    into = f"INSERT INTO {index}"
    op.execute(f"{into}({index}) VALUES ('rebuild')")
    put = f"{into}(rowid, {column}) VALUES (new.id, new.{column});"
    drop = f"{into}({index}, rowid, {column}) VALUES ('delete', old.id, old.{column});"
    for name, when, then in (
        ("insert", "INSERT", put),
        ("delete", "DELETE", drop),
        ("update", f"UPDATE OF {column}", drop + put),
    ):
        op.execute(f"DROP TRIGGER IF EXISTS {index}_{name}")
        op.execute(f"CREATE TRIGGER {index}_{name} AFTER {when} ON {table} BEGIN {then} END")
