"""What the pages of accounts read."""

from collections.abc import Sequence

import sqlalchemy as sa

from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
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
