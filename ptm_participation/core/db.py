"""The database: one declarative base, and column types that mean the same on both engines."""

import datetime as dt
import enum
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect

# Every constraint has a name, so that a migration on either engine can speak of it.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# In a column's `info`: what stands there until a backup's tables are all restored, because what it
# says keeps rows from being written.
RESTORED_LAST = "restored last"


class Instant(sa.types.TypeDecorator[dt.datetime]):
    """An instant in UTC. SQLite has no zones, so there it is kept as the UTC reading."""

    impl = sa.DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sa.DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("An instant needs a time zone.")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[Any], dt.datetime | None]:
        """Read the text that SQLite keeps in one step: an export reads hundreds of thousands."""
        return _instant_of_text if dialect.name == "sqlite" else _instant_in_utc


def _instant_of_text(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")


def _instant_in_utc(value: dt.datetime | None) -> dt.datetime | None:
    return None if value is None else value.astimezone(dt.UTC)


class Json(sa.types.TypeDecorator[Any]):
    """A JSON value; an absent one is NULL on both engines."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        kind: sa.types.TypeEngine[Any] = (
            JSONB(none_as_null=True) if dialect.name == "postgresql" else sa.JSON(none_as_null=True)
        )
        return dialect.type_descriptor(kind)


E = TypeVar("E", bound=enum.Enum)


def one_of(values: type[E], name: str) -> sa.Enum:
    """A column that holds one of an enumeration's values, and a CHECK that says so again."""
    return sa.Enum(
        values,
        native_enum=False,
        create_constraint=True,
        name=name,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


def ordered_text(length: int) -> sa.String:
    """Text compared byte by byte on both engines: what sorts and pages must be the same."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def length_of(column: orm.InstrumentedAttribute[str]) -> int:
    """How many characters a column of text can hold."""
    length = column.type.length
    assert length is not None
    return int(length)


registry = orm.registry(
    metadata=sa.MetaData(naming_convention=NAMING_CONVENTION),
    type_annotation_map={dt.datetime: Instant(), dt.date: sa.Date()},
)


class Base(orm.DeclarativeBase):
    """Base of every model."""

    registry = registry


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
Model = Base


def ask(query: Any, **values: Any) -> Sequence[Any]:
    """The rows of a query for columns, never for entities: the session would look for them in
    each row, and takes twice as long. What waits to be written is written first, as there."""
    session = db.session()
    session.flush()
    return session.connection().execute(query, values).all()


def insert_or_ignore(model: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique key forbids it; says whether it was inserted.

    On PostgreSQL this waits for a running transaction that inserted the same key, so of two
    at once the second learns what became of the first.
    """
    make = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = make(model).values(**values).on_conflict_do_nothing().returning(sa.literal(1))
    return db.session.execute(statement).first() is not None
