"""What pages read of accounts."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.accounts.access import PERMISSIONS, Permission
from ptm_participation.accounts.models import User
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound


def list_users() -> Sequence[User]:
    """Every account, open ones first."""
    return db.session.scalars(sa.select(User).order_by(User.active.desc(), User.email)).all()


def get_user(user_id: int) -> User:
    """One account. Raises NotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound()
    return user


class Officer(NamedTuple):
    """An account that works on the register."""

    id: int
    name: str
    active: bool


_OFFICERS = (
    sa.select(User.id, User.name, User.active)
    .where(User.role.in_([role for role, may in PERMISSIONS.items() if Permission.REGISTER in may]))
    .order_by(User.active.desc(), User.name, User.id)
)


def list_officers() -> list[Officer]:
    """The accounts that work on the register, or did until they were closed; open ones first."""
    return [Officer._make(row) for row in ask(_OFFICERS)]


def name_of(user_id: int) -> str:
    """The name of an account; of one that is not here, words that say so."""
    user = db.session.get(User, user_id)
    return user.name if user else _("no. %(number)s, which is not here", number=user_id)
