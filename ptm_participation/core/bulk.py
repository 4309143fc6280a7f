"""Writing many records in few statements, as one by one would have written them.

A record is built as its model, with its key taken beforehand, so that what hangs on it can
name it; then all of a kind go to the database together. Column values are read from the
instance, and defaults are the model's own, so that a new column needs no word here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from ptm_participation.core.db import Base, db

MANY = 50  # rows for which PostgreSQL is given a stream


def fresh_keys(model: type[Base], count: int) -> Sequence[int]:
    """Within a use case: the keys of `count` records about to be written, in order.

    On SQLite they are those that the engine would give, since writers take turns; on
    PostgreSQL they come from the table's own sequence, so that two transactions never meet.
    """
    if db.engine.dialect.name == "postgresql":
        sequence = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
        series = sa.func.generate_series(1, count).table_valued("turn")
        query = sa.select(sa.func.nextval(sequence)).select_from(series)
        return sorted(db.session.scalars(query))
    last = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(model.__table__.c.id), 0))) or 0
    return range(last + 1, last + 1 + count)


def write_all(records: Iterable[Base]) -> None:
    """Write new records whose keys are set, kind after kind as the first of each comes."""
    kinds: dict[type[Base], list[dict[str, Any]]] = {}
    for record in records:
        kind = type(record)
        state = record.__dict__
        kinds.setdefault(kind, []).append(
            {
                name: state[key] if key in state else default()
                for key, name, default in _columns(kind)
            }
        )
    for kind, rows in kinds.items():
        write_rows(kind, rows)


def write_rows(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Write rows that have all the same columns; what is left out has the model's default."""
    if len(rows) >= MANY and db.engine.dialect.name == "postgresql":
        _copy(model, rows)
    else:
        db.session.execute(sa.insert(model.__table__), rows)  # type: ignore[arg-type]


def _copy(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Stream rows to PostgreSQL: to it, each of many INSERTs is a statement of its own."""
    dialect = db.engine.dialect
    columns = [c for c in model.__table__.c if c.name in rows[0] or c.default is not None]
    readers = [_reader(column, rows[0]) for column in columns]
    writers = [c.type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is for c in columns]
    quoted = dialect.identifier_preparer.quote
    names = ", ".join(quoted(column.name) for column in columns)
    table = quoted(model.__tablename__)
    db.session.flush()  # what the rows name may still wait there
    cursor: Any = db.session.connection().connection.cursor()
    with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            values = (read(row) for read in readers)
            copy.write_row([write(value) for write, value in zip(writers, values, strict=True)])


def _reader(column: Any, row: dict[str, Any]) -> Callable[[dict[str, Any]], Any]:
    if column.name in row:
        return itemgetter(column.name)
    default = _default(column)
    return lambda _row: default()


def _as_it_is(value: Any) -> Any:
    return value


@cache
def _columns(kind: type[Base]) -> list[tuple[str, str, Callable[[], Any]]]:
    mapper = sa.inspect(kind)
    return [
        (attribute.key, attribute.columns[0].name, _default(attribute.columns[0]))
        for attribute in mapper.column_attrs
        if isinstance(attribute.columns[0], sa.Column)  # and not what is read beside
    ]


def _default(column: Any) -> Callable[[], Any]:
    default = column.default
    if default is None:
        return lambda: None
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
