"""What is done to news: contributors draft, staff publish."""

import sqlalchemy as sa

from ptm_participation.accounts.models import User
from ptm_participation.communications.models import News
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.transaction import use_case
from ptm_participation.procedure.models import Procedure


@use_case
def draft_news(actor: User, procedure: Procedure, *, token: str, title: str, body: str) -> News:
    """Write a piece of news that nobody outside sees yet; the same form twice makes one."""
    made = form_tokens.claim(token)
    if made is not None:
        return db.session.get_one(News, int(made))
    news = News(
        procedure_id=procedure.id,
        title=title,
        body=body,
        drafted_by_id=actor.id,
        drafted_at=clock.now(),
    )
    db.session.add(news)
    db.session.flush()
    form_tokens.made(token, news.id)
    audit.record(actor, "news.drafted", news, stream=procedure.stream, title=title, body=body)
    return news


@use_case
def change_news(actor: User, news: News, *, title: str, body: str) -> None:
    """Correct a piece of news."""
    before = {"title": news.title, "body": news.body}
    news.title, news.body = title, body
    audit.record(
        actor,
        "news.changed",
        news,
        stream=news.procedure.stream,
        before=before,
        title=title,
        body=body,
    )


@use_case
def publish_news(actor: User, news: News) -> None:
    """Show the news to everybody from now."""
    news.published_at = news.published_at or clock.now()
    audit.record(actor, "news.published", news, stream=news.procedure.stream)


@use_case
def unpublish_news(actor: User, news: News) -> None:
    """Take the news back."""
    news.published_at = None
    audit.record(actor, "news.unpublished", news, stream=news.procedure.stream)


def list_news(procedure: Procedure, *, published: bool, limit: int = 50) -> list[News]:
    """The news, latest first: the published ones, or all for those who write them."""
    query = sa.select(News).where(News.procedure_id == procedure.id)
    if published:
        query = query.where(News.published_at <= clock.now()).order_by(News.published_at.desc())
    else:
        query = query.order_by(News.drafted_at.desc())
    return list(db.session.scalars(query.limit(limit)))


def get_news(news_id: int, *, published: bool) -> News:
    """A piece of news. Raises NotFound, also for one that is not published to a reader."""
    news = db.session.get(News, news_id)
    if news is None or (published and news.published_at is None):
        raise NotFound()
    return news
