"""Accounts, their sessions and the links that set a password."""

import datetime as dt
import enum

import sqlalchemy as sa
from flask_login import AnonymousUserMixin, UserMixin
from sqlalchemy.orm import Mapped, mapped_column

from ptm_participation.accounts.access import PERMISSIONS, Permission, Role
from ptm_participation.core.db import Model, one_of, ordered_text


class User(UserMixin, Model):  # type: ignore[misc]
    """An account. It is never deleted, since entries of the log name it: it is closed."""

    __tablename__ = "user_account"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(ordered_text(254), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime]
    last_sign_in_at: Mapped[dt.datetime | None]

    # The token of the session through which this request speaks; flask-login keeps it.
    session_token = ""

    def can(self, permission: Permission) -> bool:
        return self.active and permission in PERMISSIONS[self.role]

    def get_id(self) -> str:
        return self.session_token

    @property
    def is_active(self) -> bool:
        return self.active

    @property
    def audit_name(self) -> str:
        """Officers sign with their name; a stakeholder's account is named by its number."""
        if self.role is Role.STAKEHOLDER:
            return f"account {self.id}"
        return f"{self.name} ({self.role.value}, account {self.id})"


class Visitor(AnonymousUserMixin):  # type: ignore[misc]
    """Whoever reads without an account."""

    id = None
    name = ""
    role = None
    audit_name = "visitor"

    def can(self, permission: Permission) -> bool:
        return False


Reader = User | Visitor


class UserSession(Model):
    """A signed-in session. Signing out deletes the row, and the cookie is then worth nothing."""

    __tablename__ = "user_session"

    token_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class LinkPurpose(enum.StrEnum):
    SET_PASSWORD = "set-password"  # noqa: S105


class OneTimeLink(Model):
    """A link that works once and for a while, kept by its hash."""

    __tablename__ = "one_time_link"

    token_sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(one_of(LinkPurpose, "purpose"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
