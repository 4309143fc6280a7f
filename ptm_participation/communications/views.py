"""The pages where contents are drafted and published."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.communications import queries, service
from ptm_participation.communications.forms import ContentForm, shown
from ptm_participation.communications.models import Content, ContentKind
from ptm_participation.core.errors import DomainError, NotAllowed, NotFound
from ptm_participation.core.form_tokens import new_token
from ptm_participation.core.forms import base_version
from ptm_participation.core.storage import Kept
from ptm_participation.core.uploads import ACCEPTED, FileRefused, receive
from ptm_participation.procedure.choice import chosen_procedure, of_procedure, stay_in

bp = Blueprint("communications", __name__)


def _writer() -> User:
    user = signed_in_user()
    assert isinstance(user, User)
    return user


@bp.route("/ufficio/contenuti")
@requires(Permission.DRAFT_CONTENT)
@of_procedure
def index() -> Any:
    return render_template(
        "communications/index.html",
        contents=queries.list_drafted(chosen_procedure()),
        kinds=list(ContentKind),
    )


@bp.route("/ufficio/contenuti/nuovo", methods=["GET", "POST"])
@requires(Permission.DRAFT_CONTENT)
@of_procedure
def new() -> Any:
    kinds = {kind.value: kind for kind in ContentKind}
    kind = kinds.get(request.args.get("genere", ContentKind.NEWS.value))
    if kind is None:
        raise NotFound()
    form = ContentForm(kind, token=new_token())
    if form.validate_on_submit():
        file = _file(form, kept=False)
        if not form.all_errors:
            made = service.draft_content(
                _writer(),
                chosen_procedure(),
                kind,
                form.words(file),
                token=form.token.data,
            )
            flash(_("The draft is saved."), "success")
            return redirect(url_for("communications.show", content_id=made.id))
    return render_template("communications/new.html", form=form, kind=kind, accepted=ACCEPTED)


def _file(form: ContentForm, *, kept: bool) -> tuple[str, Kept] | None:
    """The file that came with the form; a sentence beside the field if it may not come in, or
    if the content has none yet."""
    if not form.file:
        return None
    if form.file.data and form.file.data.filename:
        try:
            return receive(form.file.data)
        except FileRefused as error:
            form.file.errors = [str(error)]
    elif not kept:
        form.file.errors = [_("Choose the file.")]
    return None


def _content(content_id: int) -> Content:
    """The content that an address names. Raises NotFound."""
    content = queries.get_content(content_id)
    stay_in(content.procedure)
    return content


@bp.route("/ufficio/contenuti/<int:content_id>", methods=["GET", "POST"])
@requires(Permission.DRAFT_CONTENT)
def show(content_id: int) -> Any:
    content = _content(content_id)
    form = ContentForm(content.kind, **shown(content))
    if form.validate_on_submit():
        if not _may_change(content):
            raise NotAllowed()
        if _change(content, form):
            flash(_("The text is saved."), "success")
            return redirect(url_for("communications.show", content_id=content.id))
    return render_template(
        "communications/show.html",
        form=form,
        content=content,
        may_change=_may_change(content),
        accepted=ACCEPTED,
    )


def _may_change(content: Content) -> bool:
    """What the public reads is changed by those who publish."""
    return content.published_at is None or _writer().can(Permission.PUBLISH_CONTENT)


def _change(content: Content, form: ContentForm) -> bool:
    file = _file(form, kept=True)
    if form.all_errors:
        return False
    try:
        service.change_content(
            _writer(), content, form.words(file), base_version=base_version(form.base_version)
        )
    except DomainError as error:
        form.body.errors = [str(error)]
        form.base_version.data = str(content.version)
        return False
    return True


@bp.route("/ufficio/contenuti/<int:content_id>/pubblica", methods=["POST"])
@requires(Permission.PUBLISH_CONTENT)
def publish(content_id: int) -> Any:
    content = _content(content_id)
    if ConfirmForm().validate_on_submit() and content.published_at is None:
        service.publish_content(_writer(), content)
        flash(_("It is published."), "success")
    return redirect(url_for("communications.show", content_id=content.id))


@bp.route("/ufficio/contenuti/<int:content_id>/ritira", methods=["GET", "POST"])
@requires(Permission.PUBLISH_CONTENT)
def unpublish(content_id: int) -> Any:
    content = _content(content_id)
    back = redirect(url_for("communications.show", content_id=content.id))
    if content.published_at is None:
        return back
    form = ConfirmForm()
    if form.validate_on_submit():
        service.unpublish_content(_writer(), content)
        flash(_("It is a draft again."), "success")
        return back
    return render_template("communications/unpublish.html", form=form, content=content)
