"""What can be done to accounts. Every change is recorded in the stream of the accounts."""

import datetime as dt
import functools
import secrets

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import LinkPurpose, OneTimeLink, User, UserSession
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db, length_of
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import digest
from ptm_participation.core.throttle import Limit
from ptm_participation.core.transaction import use_case

SHORTEST_PASSWORD = 12
LINK_LIFE = dt.timedelta(days=7)
SEEN_EVERY = dt.timedelta(minutes=5)

SIGN_IN_BY_ACCOUNT = Limit("sign-in account", failures=5, minutes=15)
SIGN_IN_BY_ADDRESS = Limit("sign-in address", failures=30, minutes=15)


class EmailTaken(DomainError):
    message = _l("There is already an account with this e-mail address.")


class EmailNotGood(DomainError):
    message = _l("This e-mail address is not complete.")


class NameNotGood(DomainError):
    message = _l("Write a name of 1 to %(most)d printable characters.")


class WrongCredentials(DomainError):
    """Neither half is named: whoever guesses must not learn which addresses exist."""

    message = _l("Wrong e-mail or password. %(left)d more tries before a 15-minute wait.")


class TooManyTries(DomainError):
    message = _l("Too many tries. Wait 15 minutes, then try again.")
    status = 429


class LinkNotValid(DomainError):
    message = _l("This link was already used or has expired. Ask an administrator for a new one.")
    status = 404


class PasswordTooShort(DomainError):
    message = _l("The password must have at least 12 characters.")


class LastAdministrator(DomainError):
    message = _l("This is the only administrator: make another one first.")


def _hasher() -> PasswordHasher:
    return PasswordHasher(
        time_cost=3, memory_cost=current_app.config["PASSWORD_MEMORY_KIB"], parallelism=2
    )


@use_case
def add_user(actor: Actor, *, email: str, name: str, role: Role) -> User:
    """Open an account without a password. Raises EmailNotGood, NameNotGood or EmailTaken."""
    email, name = email.strip().lower(), " ".join(name.split())
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError as error:
        raise EmailNotGood() from error
    most = length_of(User.name)
    if not name or not name.isprintable() or len(name) > most:
        raise NameNotGood(most=most)
    if db.session.scalar(sa.select(User.id).where(User.email == email)):
        raise EmailTaken()
    user = User(email=email, name=name, role=role, active=True, created_at=clock.now())
    db.session.add(user)
    audit.record(actor, "account.opened", user, email=email, name=name, role=role)
    return user


@use_case
def issue_password_link(actor: Actor, user: User) -> str:
    """A new one-time token to set the account's password; earlier ones stop working."""
    db.session.execute(
        sa.delete(OneTimeLink).where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
    )
    token = secrets.token_urlsafe(24)
    db.session.add(
        OneTimeLink(
            token_sha256=digest(token),
            user_id=user.id,
            purpose=LinkPurpose.SET_PASSWORD,
            expires_at=clock.now() + LINK_LIFE,
        )
    )
    audit.record(actor, "account.link_issued", user)
    return token


def link_owner(token: str) -> User:
    """The account that a password link is for. Raises LinkNotValid."""
    user = db.session.scalar(
        sa.select(User)
        .join(OneTimeLink, OneTimeLink.user_id == User.id)
        .where(
            OneTimeLink.token_sha256 == digest(token),
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > clock.now(),
            User.active,
        )
    )
    if user is None:
        raise LinkNotValid()
    return user


@use_case
def set_password(token: str, password: str) -> User:
    """Use the link: set the password and end every session of the account."""
    user = link_owner(token)
    _store_password(user, password)
    db.session.execute(
        sa.update(OneTimeLink)
        .where(OneTimeLink.token_sha256 == digest(token))
        .values(used_at=clock.now())
    )
    audit.record(user, "account.password_set", user)
    return user


@use_case
def give_password(actor: Actor, user: User, password: str) -> None:
    """Set a password without a link: for the accounts of a demonstration."""
    _store_password(user, password)
    audit.record(actor, "account.password_set", user)


def _store_password(user: User, password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort()
    user.password_hash = _hasher().hash(password)
    _end_sessions(user)


def sign_in(email: str, password: str, *, address: str) -> str:
    """Check the credentials and begin a session; returns its token.

    `address` is the network address of the caller. Raises WrongCredentials or TooManyTries.
    The hash is computed outside the transaction: it takes a tenth of a second.
    """
    email = email.strip().lower()
    if not SIGN_IN_BY_ACCOUNT.left(email) or not SIGN_IN_BY_ADDRESS.left(address):
        raise TooManyTries()
    user = db.session.scalar(sa.select(User).where(User.email == email))
    known = user.password_hash if user is not None and user.active else None
    if not _password_matches(known, password) or user is None:
        SIGN_IN_BY_ADDRESS.count_failure(address)
        left = SIGN_IN_BY_ACCOUNT.count_failure(email)
        raise WrongCredentials(left=left) if left else TooManyTries()
    SIGN_IN_BY_ACCOUNT.forget(email)
    return begin_session(user)


def _password_matches(known: str | None, password: str) -> bool:
    """Compare with the stored hash; an account that is not there takes as long as one that is."""
    compared = known or _nobodys_hash(current_app.config["PASSWORD_MEMORY_KIB"])
    try:
        return _hasher().verify(compared, password) and bool(known)
    except (VerifyMismatchError, InvalidHashError):
        return False


@functools.cache
def _nobodys_hash(_memory_kib: int) -> str:
    """A hash that no password has. Made once: making it takes as long as comparing with it."""
    return _hasher().hash(secrets.token_urlsafe())


@use_case
def begin_session(user: User) -> str:
    """A new session, with a token of its own; returns the token."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        UserSession(token_sha256=digest(token), user_id=user.id, created_at=now, seen_at=now)
    )
    user.last_sign_in_at = now
    audit.record(user, "account.signed_in", user)
    return token


@use_case
def sign_out(user: User, token: str) -> None:
    """End the session for good."""
    db.session.execute(sa.delete(UserSession).where(UserSession.token_sha256 == digest(token)))
    audit.record(user, "account.signed_out", user)


# Asked by every page of whoever is signed in, and so put together once.
_SESSION_USER = (
    sa.select(User, UserSession.seen_at)
    .join(UserSession, UserSession.user_id == User.id)
    .where(
        UserSession.token_sha256 == sa.bindparam("token_sha256"),
        UserSession.seen_at > sa.bindparam("horizon"),
        User.active,
    )
)


def session_user(token: str) -> User | None:
    """The account that speaks through a session, if it is still open and not too old."""
    now = clock.now()
    horizon = now - dt.timedelta(hours=current_app.config["SESSION_HOURS"])
    row = db.session.execute(
        _SESSION_USER, {"token_sha256": digest(token), "horizon": horizon}
    ).first()
    if row is None:
        return None
    user, seen_at = row
    if seen_at < now - SEEN_EVERY:
        _note_seen(digest(token))
    user.session_token = token
    return user


@use_case
def _note_seen(token_sha256: str) -> None:
    db.session.execute(
        sa.update(UserSession)
        .where(UserSession.token_sha256 == token_sha256)
        .values(seen_at=clock.now())
    )


@use_case
def change_role(actor: Actor, user: User, role: Role) -> None:
    """Give other rights. The account must sign in again, so that no session keeps the old ones."""
    if user.role is role:
        return
    _keep_an_administrator(user)
    before, user.role = user.role, role
    _end_sessions(user)
    audit.record(actor, "account.role_changed", user, before=before, after=role)


@use_case
def close_account(actor: Actor, user: User) -> None:
    """No more signing in. What the account did stays."""
    _keep_an_administrator(user)
    user.active = False
    _end_sessions(user)
    audit.record(actor, "account.closed", user)


@use_case
def reopen_account(actor: Actor, user: User) -> None:
    user.active = True
    audit.record(actor, "account.reopened", user)


def _keep_an_administrator(user: User) -> None:
    if user.role is not Role.ADMINISTRATOR:
        return
    others = db.session.scalar(
        sa.select(sa.func.count())
        .select_from(User)
        .where(User.role == Role.ADMINISTRATOR, User.active, User.id != user.id)
    )
    if not others:
        raise LastAdministrator()


def _end_sessions(user: User) -> None:
    db.session.execute(sa.delete(UserSession).where(UserSession.user_id == user.id))
