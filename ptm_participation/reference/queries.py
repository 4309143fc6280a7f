"""What the pages of reference data read."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.reference import Verification
from ptm_participation.reference.kinds import Kind

PAGE = 150


def list_facts(
    kind: Kind, *, only_to_verify: bool = False, offset: int = 0
) -> tuple[Sequence[Any], int | None]:
    """A page of a kind's facts, and where the next one begins."""
    model: Any = kind.model
    query = sa.select(model).options(*map(joinedload, kind.beside)).order_by(*kind.order)
    if only_to_verify:
        query = query.where(model.verification == Verification.TO_VERIFY)
    rows = db.session.scalars(query.offset(max(0, offset)).limit(PAGE + 1)).all()
    return rows[:PAGE], max(0, offset) + PAGE if len(rows) > PAGE else None


def get_fact(kind: Kind, fact_id: int) -> Any:
    """One fact. Raises NotFound."""
    fact = db.session.get(kind.model, fact_id)
    if fact is None:
        raise NotFound()
    return fact
