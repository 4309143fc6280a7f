"""Signing in and out, and the administrator's page of accounts."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user
from werkzeug.datastructures import MultiDict

from ptm_participation.accounts import service
from ptm_participation.accounts.access import Permission, Role, public, requires, signed_in
from ptm_participation.accounts.forms import (
    ConfirmForm,
    NewPasswordForm,
    RoleForm,
    SignInForm,
    UserForm,
)
from ptm_participation.accounts.models import User
from ptm_participation.accounts.queries import get_user, list_users
from ptm_participation.accounts.reader import home_for, signed_in_user
from ptm_participation.core.errors import DomainError

bp = Blueprint("accounts", __name__)

# Fields that carry an interrupted form through the sign-in page.
RESUME_PATH, RESUME_FIELD = "resume_path", "resume:"
NOT_RESUMED = {"csrf_token", "password", "again"}


def local_path(address: str | None) -> str | None:
    """The address if it is a path of this site, else None: nobody is sent elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc and address.isprintable() else None


def ask_to_sign_in() -> Any:
    """Show the way in; what was typed into a form whose session ended goes along."""
    if request.method != "POST":
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    kept = [
        (f"{RESUME_FIELD}{name}", value)
        for name, value in request.form.items(multi=True)
        if name not in NOT_RESUMED
    ]
    page = render_template(
        "accounts/sign_in.html",
        form=SignInForm(formdata=None),
        kept=[(RESUME_PATH, request.script_root + request.path), *kept],
        expired=True,
    )
    return page, 401


@bp.route("/accedi", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    form = SignInForm()
    kept = _kept_fields()
    if form.validate_on_submit():
        try:
            token = service.sign_in(
                form.email.data, form.password.data, address=request.remote_addr or ""
            )
        except DomainError as error:
            form.password.errors = [str(error)]
        else:
            _begin(token)
            return _after_signing_in(kept)
    return render_template("accounts/sign_in.html", form=form, kept=kept)


def _kept_fields() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name == RESUME_PATH or name.startswith(RESUME_FIELD)
    ]


def _begin(token: str) -> None:
    user = service.session_user(token)
    session.clear()  # a session begun before signing in must not go on after it
    g.pop("csrf_token", None)  # made for the session that has just ended
    login_user(user)


def _after_signing_in(kept: list[tuple[str, str]]) -> Any:
    fields = MultiDict(kept)
    path = local_path(fields.pop(RESUME_PATH, None))
    if path:
        form = [(name.removeprefix(RESUME_FIELD), value) for name, value in fields.items(True)]
        return render_template("accounts/resume.html", form=ConfirmForm(), path=path, kept=form)
    user = service.session_user(session["_user_id"])
    assert user is not None
    return redirect(local_path(request.args.get("next")) or home_for(user))


@bp.route("/esci", methods=["POST"])
@signed_in
def sign_out() -> Any:
    form = ConfirmForm()
    user = signed_in_user()
    if form.validate_on_submit() and isinstance(user, User):
        service.sign_out(user, user.session_token)
        session.clear()
    return redirect(url_for("site.home"))


@bp.route("/imposta-password/<token>", methods=["GET", "POST"])
@public
def set_password(token: str) -> Any:
    user = service.link_owner(token)
    form = NewPasswordForm()
    if form.validate_on_submit():
        user = service.set_password(token, form.password.data)
        _begin(service.begin_session(user))
        flash(_("Your password is set. You are signed in."), "success")
        return redirect(home_for(user))
    return render_template("accounts/set_password.html", form=form, user=user)


@bp.route("/ufficio/utenti")
@requires(Permission.KEEP_ACCOUNTS)
def index() -> Any:
    return render_template("accounts/index.html", users=list_users())


def _duties() -> dict[str, Any]:
    """What each role is for, beside its radio button."""
    return {role.value: role.duties for role in Role}


@bp.route("/ufficio/utenti/nuovo", methods=["GET", "POST"])
@requires(Permission.KEEP_ACCOUNTS)
def new() -> Any:
    form = UserForm()
    if form.validate_on_submit():
        try:
            user = service.add_user(
                signed_in_user(),
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
            )
        except DomainError as error:
            field = form.name if isinstance(error, service.NameNotGood) else form.email
            field.errors = [str(error)]
        else:
            return _show_link(user)
    return render_template("accounts/new.html", form=form, duties=_duties())


@bp.route("/ufficio/utenti/<int:user_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_ACCOUNTS)
def show(user_id: int) -> Any:
    user = get_user(user_id)
    form = RoleForm(role=user.role.value)
    if form.validate_on_submit():
        try:
            service.change_role(signed_in_user(), user, Role(form.role.data))
        except DomainError as error:
            form.role.errors = [str(error)]
        else:
            flash(_("The role was changed. The account must sign in again."), "success")
            return redirect(url_for("accounts.show", user_id=user.id))
    return render_template("accounts/show.html", form=form, user=user, duties=_duties())


@bp.route("/ufficio/utenti/<int:user_id>/link", methods=["POST"])
@requires(Permission.KEEP_ACCOUNTS)
def new_link(user_id: int) -> Any:
    user = get_user(user_id)
    if ConfirmForm().validate_on_submit():
        return _show_link(user)
    return redirect(url_for("accounts.show", user_id=user.id))


def _show_link(user: User) -> str:
    token = service.issue_password_link(signed_in_user(), user)
    return render_template("accounts/link.html", user=user, token=token)


@bp.route("/ufficio/utenti/<int:user_id>/chiudi", methods=["GET", "POST"])
@requires(Permission.KEEP_ACCOUNTS)
def close(user_id: int) -> Any:
    """Closing asks first; opening again is one click, since nothing is lost by it."""
    user = get_user(user_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        change = service.close_account if user.active else service.reopen_account
        change(signed_in_user(), user)
        done = _("The account is open again.") if user.active else _("The account is closed.")
        flash(done, "success")
    elif user.active:
        return render_template("accounts/close.html", form=form, user=user)
    return redirect(url_for("accounts.show", user_id=user.id))
