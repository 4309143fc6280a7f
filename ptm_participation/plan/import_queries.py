"""What pages read of the imports under way."""

import datetime as dt
from typing import NamedTuple

import sqlalchemy as sa

from ptm_participation.accounts.models import User
from ptm_participation.core.db import ask
from ptm_participation.plan.import_models import ImportState, TextImport
from ptm_participation.plan.models import Document


class UnderWay(NamedTuple):
    """An import that somebody can go on with."""

    id: int
    document: str
    label: str
    file_name: str
    source: str
    version: int
    changed_at: dt.datetime
    changed_by: str


_UNDER_WAY = (
    sa.select(
        TextImport.id,
        Document.title,
        TextImport.label,
        TextImport.file_name,
        TextImport.source,
        TextImport.version,
        TextImport.changed_at,
        sa.func.coalesce(User.name, ""),
    )
    .join(Document, Document.id == TextImport.document_id)
    .outerjoin(User, User.id == TextImport.changed_by_id)
    .where(TextImport.state == ImportState.OPEN)
    .order_by(TextImport.changed_at.desc(), TextImport.id)
)


def under_way() -> list[UnderWay]:
    """The imports under way, the last touched first."""
    return [UnderWay._make(row) for row in ask(_UNDER_WAY)]
