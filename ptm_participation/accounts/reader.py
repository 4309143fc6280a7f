"""Whoever reads the page being made."""

from flask import current_app, request, url_for
from flask_login import current_user

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader, Visitor


def signed_in_user() -> Reader:
    """The account that this request speaks for, or a Visitor.

    Without a session cookie the session is not even opened, so that public pages can be
    shared by caches.
    """
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return Visitor()
    user: Reader = current_user._get_current_object()  # a proxy must not reach a relationship
    return user


def home_for(user: Reader) -> str:
    """Where a person's work begins."""
    if user.can(Permission.SUMMARISE):
        return url_for("reporting.dashboard")
    if user.can(Permission.REGISTER):
        return url_for("observations.worklist")
    if user.can(Permission.DRAFT_CONTENT):
        return url_for("communications.index")
    return url_for("observations.own")
