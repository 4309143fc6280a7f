"""What pages and exports read of stakeholders."""

import dataclasses
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.core.reference import fold
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup, SubjectType
from ptm_participation.territory.models import Municipality

PAGE = 50
MOST_FOUND = 20


@dataclasses.dataclass(frozen=True, slots=True)
class StakeholderRow:
    """A stakeholder in a list or a choice."""

    id: int
    name: str
    type: SubjectType
    municipality: str | None
    must_be_consulted: bool
    sort_key: str


def _rows() -> Any:
    return sa.select(
        Stakeholder.id,
        Stakeholder.name,
        Stakeholder.type,
        Municipality.name,
        Stakeholder.must_be_consulted,
        Stakeholder.sort_key,
    ).outerjoin(Municipality, Municipality.id == Stakeholder.municipality_id)


def _matching(words: str) -> list[sa.ColumnElement[bool]]:
    return [Stakeholder.sort_key.contains(word, autoescape=True) for word in fold(words).split()]


def list_stakeholders(
    *, words: str = "", group: SubjectGroup | None = None, after: str = "", size: int = PAGE
) -> tuple[list[StakeholderRow], str | None]:
    """A page in alphabetical order, and the cursor of the next one."""
    query = _rows().where(*_matching(words))
    if group is not None:
        types = [t for t in SubjectType if t.group is group]
        query = query.where(Stakeholder.type.in_(types))
    key, _sep, last_id = after.rpartition("~")
    number = whole(last_id)
    if number is not None:
        mark = sa.tuple_(sa.literal(key, Stakeholder.sort_key.type), sa.literal(number))
        query = query.where(sa.tuple_(Stakeholder.sort_key, Stakeholder.id) > mark)
    result = db.session.execute(
        query.order_by(Stakeholder.sort_key, Stakeholder.id).limit(size + 1)
    )
    rows = [StakeholderRow(*row) for row in result]
    page = rows[:size]
    more = len(rows) > size
    return page, f"{page[-1].sort_key}~{page[-1].id}" if more else None


def find_stakeholders(words: str, limit: int = MOST_FOUND) -> list[StakeholderRow]:
    """Those whose name holds all the words, else those that hold any of the longer ones."""
    order = (Stakeholder.sort_key, Stakeholder.id)
    result = db.session.execute(_rows().where(*_matching(words)).order_by(*order).limit(limit))
    found = [StakeholderRow(*row) for row in result]
    telling = [word for word in fold(words).split() if len(word) > 4]
    if found or not telling:
        return found
    likely = sa.or_(*(Stakeholder.sort_key.contains(w, autoescape=True) for w in telling))
    result = db.session.execute(_rows().where(likely).order_by(*order).limit(limit))
    return [StakeholderRow(*row) for row in result]


def get_stakeholder(stakeholder_id: int) -> Stakeholder:
    """One stakeholder with its contacts. Raises NotFound."""
    row = db.session.scalar(
        sa.select(Stakeholder)
        .options(
            joinedload(Stakeholder.municipality).joinedload(Municipality.zone),
            selectinload(Stakeholder.contacts),
        )
        .where(Stakeholder.id == stakeholder_id)
    )
    if row is None:
        raise NotFound()
    return row
