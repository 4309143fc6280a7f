"""The views of the worklist are read from an index, in the list's order."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
from ptm_participation.observations import filters, lists
from ptm_participation.procedure import queries as procedures

VIEWS = {
    "all": "ix_observation_counts",
    "mine": "ix_observation_assigned",
    "unassigned": "ix_observation_assigned",
    "without_protocol": "ix_observation_state",
    "to_check": "ix_observation_state",
    "to_regularise": "ix_observation_regularity",
    "late": "ix_observation_in_time",
    "unreadable": "ix_observation_unreadable",
    "to_publish": "ix_observation_published",
    "annulled": "ix_observation_annulled",
}


def _plan(query: sa.Select[tuple[object, ...]]) -> list[str]:
    """How the engine reads the query as it is sent, its values bound."""
    connection = db.session.connection()
    explain = "EXPLAIN QUERY PLAN "
    if connection.dialect.name == "postgresql":
        # With no rows to choose by, it is asked whether it can do without reading the whole table.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        explain = "EXPLAIN "
    steps: list[str] = []

    def ask_first(_conn: object, cursor: Any, statement: str, values: Any, *_more: object) -> None:
        cursor.execute(explain + statement, values)
        steps.extend(str(row[-1]) for row in cursor.fetchall())

    with_plan = (db.engine, "before_cursor_execute", ask_first)
    sa.event.listen(*with_plan)
    try:
        connection.execute(query)
    finally:
        sa.event.remove(*with_plan)
    return steps


@pytest.mark.parametrize("view", list(filters._VIEWS))
def test_a_view_is_read_in_its_order_from_its_index(app: Flask, staff: User, view: str) -> None:
    filter_, _problems = filters.read(filters._VIEWS[view][1], staff)
    conditions = filter_.conditions(procedures.get_procedure())
    newest = (lists.Observation.counts_at.desc(), lists.Observation.id.desc())

    plan = _plan(lists._rows(*conditions).order_by(*newest).limit(26))
    counted = _plan(sa.select(sa.func.count()).select_from(lists._capped(conditions)))

    assert not any(re.search(r"TEMP B-TREE|Sort|Seq Scan on observation", s) for s in plan), plan
    if db.engine.dialect.name == "sqlite":  # PostgreSQL chooses its index by the rows there are
        assert any(VIEWS[view] in step for step in plan), plan
        # All of them are counted from any index that covers the question.
        index = "COVERING INDEX" if view == "all" else VIEWS[view]
        assert any(index in step for step in counted), counted
