"""The pages where news are drafted and published."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.communications import service
from ptm_participation.core.errors import NotAllowed
from ptm_participation.core.form_tokens import new_token
from ptm_participation.core.forms import PtmForm, at_most
from ptm_participation.procedure import queries as procedures

bp = Blueprint("communications", __name__)


class NewsForm(PtmForm):
    token = HiddenField()
    title = StringField(_l("Title"), [DataRequired(_l("Write a title.")), at_most(160)])
    body = TextAreaField(_l("Text"), [DataRequired(_l("Write the text.")), at_most(10_000)])


def _writer() -> User:
    user = signed_in_user()
    assert isinstance(user, User)
    return user


@bp.route("/ufficio/notizie")
@requires(Permission.DRAFT_NEWS)
def index() -> Any:
    procedure = procedures.get_procedure()
    return render_template(
        "communications/index.html", news=service.list_news(procedure, published=False)
    )


@bp.route("/ufficio/notizie/nuova", methods=["GET", "POST"])
@requires(Permission.DRAFT_NEWS)
def new() -> Any:
    form = NewsForm(token=new_token())
    if form.validate_on_submit():
        news = service.draft_news(
            _writer(),
            procedures.get_procedure(),
            token=form.token.data,
            title=form.title.data,
            body=form.body.data,
        )
        return redirect(url_for("communications.show", news_id=news.id))
    return render_template("communications/new.html", form=form)


@bp.route("/ufficio/notizie/<int:news_id>", methods=["GET", "POST"])
@requires(Permission.DRAFT_NEWS)
def show(news_id: int) -> Any:
    news = service.get_news(news_id, published=False)
    form = NewsForm(obj=news)
    if form.validate_on_submit():
        if news.published_at is not None and not _writer().can(Permission.PUBLISH_NEWS):
            raise NotAllowed()
        service.change_news(_writer(), news, title=form.title.data, body=form.body.data)
        return redirect(url_for("communications.show", news_id=news.id))
    return render_template("communications/show.html", form=form, news=news, confirm=ConfirmForm())


@bp.route("/ufficio/notizie/<int:news_id>/pubblica", methods=["POST"])
@requires(Permission.PUBLISH_NEWS)
def publish(news_id: int) -> Any:
    news = service.get_news(news_id, published=False)
    if ConfirmForm().validate_on_submit():
        change = service.publish_news if news.published_at is None else service.unpublish_news
        change(_writer(), news)
    return redirect(url_for("communications.show", news_id=news.id))
