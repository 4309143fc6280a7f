"""The migrations make what the models say, alike on both engines, and keep the rows."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from config import ROOT
from ptm_participation.core import schema
from ptm_participation.core.db import db
from ptm_participation.models import metadata
from tests import factories
from tests.conftest import Database

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


def test_the_migrated_schema_is_that_of_the_models(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_every_constraint_and_index_has_its_name_on_this_engine(app: Flask) -> None:
    inspector = sa.inspect(db.engine)
    names = inspector.get_table_names()

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


def test_upgrading_a_database_with_rows_keeps_them(app: Flask, database: Database) -> None:
    made = factories.observation(name="Anna Bianchi")
    number, digest = made.number, made.submission.sha256
    database.dirty = True
    db.session.remove()
    db.engine.dispose()

    for revision in reversed(list(_revisions())):
        schema.upgrade(ROOT, database.url, revision)

    assert schema.current(database.url) == schema.head(ROOT)
    with db.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT o.number, s.sha256 FROM observation o JOIN submission s"
            " ON s.id = o.submission_id"
        ).one()
    assert tuple(row) == (number, digest)


def _revisions() -> list[str]:
    script = ScriptDirectory(str(ROOT / "migrations"))
    return [revision.revision for revision in script.walk_revisions()]


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
