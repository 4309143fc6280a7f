"""Writing many records in few statements, as one by one would have written them.

A record is built as its model, with its key taken beforehand, so that what hangs on it can
name it; then all of a kind go to the database together. Column values are read from the
instance, and defaults are the model's own, so that a new column needs no word here.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from ptm_participation.core.db import Base, db


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
    db.session.execute(sa.insert(model.__table__), rows)  # type: ignore[arg-type]


@cache
def _columns(kind: type[Base]) -> list[tuple[str, str, Callable[[], Any]]]:
    mapper = sa.inspect(kind)
    return [
        (attribute.key, attribute.columns[0].name, _default(attribute.columns[0]))
        for attribute in mapper.column_attrs
    ]


def _default(column: Any) -> Callable[[], Any]:
    default = column.default
    if default is None:
        return lambda: None
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
