"""What pages read of contents."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ptm_participation.communications.models import Content, ContentKind
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.procedure.models import Procedure

MOST = 100


def list_drafted(procedure: Procedure) -> Sequence[Content]:
    """All contents, latest first, for those who write them."""
    return db.session.scalars(
        sa.select(Content)
        .where(Content.procedure_id == procedure.id)
        .order_by(Content.drafted_at.desc(), Content.id.desc())
        .limit(MOST)
    ).all()


def list_published(
    kind: ContentKind, procedure: Procedure | None = None, *, limit: int = MOST
) -> Sequence[Content]:
    """The published contents of a kind, of one procedure or of all: events by their day, pages
    by title, others newest first."""
    order: sa.ColumnElement[Any] = Content.published_at.desc()
    if kind is ContentKind.EVENT:
        order = Content.starts_at.desc()
    elif kind is ContentKind.PAGE:
        order = Content.title.asc()
    query = (
        sa.select(Content)
        .options(joinedload(Content.file))
        .where(Content.kind == kind, Content.published_at <= clock.now())
    )
    if procedure is not None:
        query = query.where(Content.procedure_id == procedure.id)
    return db.session.scalars(query.order_by(order, Content.id.desc()).limit(limit)).all()


def get_content(content_id: int) -> Content:
    """A content, for those who write it. Raises NotFound."""
    content = db.session.get(Content, content_id)
    if content is None:
        raise NotFound()
    return content


def get_published(kind: ContentKind, content_id: int) -> Content:
    """A published content of that kind. Raises NotFound, also for a draft."""
    content = db.session.get(Content, content_id)
    if content is None or content.kind is not kind or content.published_at is None:
        raise NotFound()
    return content
