"""The migrations make what the models say, alike on both engines, and keep the rows."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from config import ROOT
from ptm_participation.accounts.models import User
from ptm_participation.core import clock, schema
from ptm_participation.core.db import db
from ptm_participation.models import metadata
from ptm_participation.observations import service
from ptm_participation.observations.workflow import Channel
from tests import factories
from tests.conftest import Database
from tests.serving.server import empty_database

# What the models name, by kind: both engines must have each of them.
EXPECTED = {
    "tables": set(metadata.tables),
    "unique": {
        str(c.name)
        for table in metadata.tables.values()
        for c in table.constraints
        if isinstance(c, sa.UniqueConstraint)
    },
    "check": {
        str(c.name)
        for table in metadata.tables.values()
        for c in table.constraints
        if isinstance(c, sa.CheckConstraint)
    },
    "index": {str(i.name) for table in metadata.tables.values() for i in table.indexes},
}


def _is_of_the_models(name: str | None, _kind: str, _parents: object) -> bool:
    """An index of words is each engine's own: on SQLite tables, on PostgreSQL an index."""
    return name is None or not name.startswith("fts_")


def test_the_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_of_the_models}
        context = MigrationContext.configure(connection, opts=opts)
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_every_constraint_and_index_has_its_name_on_this_engine(app: Flask) -> None:
    inspector = sa.inspect(db.engine)
    names = [name for name in inspector.get_table_names() if _is_of_the_models(name, "table", {})]

    assert set(names) - {"alembic_version"} == EXPECTED["tables"]
    found = {
        "unique": {c["name"] for n in names for c in inspector.get_unique_constraints(n)},
        "check": {c["name"] for n in names for c in inspector.get_check_constraints(n)},
        "index": {
            i["name"]
            for n in names
            for i in inspector.get_indexes(n)
            if not i.get("duplicates_constraint")
        },
    }
    for kind, there in found.items():
        assert EXPECTED[kind] <= there, kind


def test_a_database_of_the_first_version_comes_up_to_this_one_with_its_rows(
    app: Flask, staff: User, database: Database, tmp_path: Path
) -> None:
    factories.observation(name="Anna Bianchi", sections="18; Tav. 6")
    by_post = factories.observation(
        channel=Channel.REGISTERED_MAIL, sent_on=dt.date(2020, 10, 9), sections="41"
    )
    service.count_from(staff, by_post, counts_at=clock.now(), reason="Timbro illeggibile.")
    now = _rows(db.engine.url.render_as_string(False))
    # How a term is counted is told by the reference data, when they are loaded again.
    for window in now["submission_window"]:
        window |= {"notice_on": None, "term_days": None, "last_day": dt.date(2020, 11, 2)}
    for step in now["step"]:
        step |= {"actor": "", "ground": "", "term_days": None, "counts_from": ""}
    for procedure in now["procedure"]:
        procedure["pattern"] = ""
    now["term_suspension"] = []
    old = empty_database(database.engine, tmp_path, f"first_{database.worker}")
    schema.upgrade(ROOT, old, "0001")
    _put(old, now)

    schema.upgrade(ROOT, old)

    assert schema.current(old) == schema.head(ROOT)
    assert _rows(old) == now


Rows = dict[str, list[dict[str, object]]]


def _rows(url: str) -> Rows:
    """Every row of every table that the models know."""
    with schema.bare_connection(url) as connection:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def _put(url: str, rows: Rows) -> None:
    """Write as much of each row as the tables have columns for."""
    with schema.bare_connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET session_replication_role = replica")
        inspector = sa.inspect(connection)
        for table in metadata.sorted_tables:
            if not inspector.has_table(table.name):
                continue
            known = {column["name"] for column in inspector.get_columns(table.name)}
            then = sa.table(
                table.name, *(sa.column(c.name, c.type) for c in table.c if c.name in known)
            )
            kept = [{k: v for k, v in row.items() if k in known} for row in rows[table.name]]
            connection.execute(sa.delete(then))
            if kept:
                connection.execute(sa.insert(then), kept)


def test_what_was_received_cannot_be_altered_even_by_hand(app: Flask) -> None:
    factories.observation(name="Anna Bianchi")
    engine = sa.create_engine(db.engine.url)
    statements = (
        "UPDATE submission SET raw = 'x'",
        "DELETE FROM submission",
        "UPDATE request SET reasons = 'x'",
        "UPDATE request_anchor SET anchor_id = 0",
        "UPDATE working_text SET text = 'x'",
        "UPDATE observation_party SET name = 'x'",
        "DELETE FROM observation_party",
    )

    for statement in statements:
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.DBAPIError, match="immutable"),
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
