"""Filters of the worklist that officers keep under a name.

They are a convenience of the office and no act upon an observation: the log does not tell of
them.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.chips import without_paging
from ptm_participation.core.db import ask, db, insert_or_ignore
from ptm_participation.core.errors import DomainError, NotAllowed, NotFound
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.worklist_models import SavedFilter
from ptm_participation.procedure.models import Procedure

MOST = 30  # an officer's own, and those that the office shares: each costs the worklist a count

# A saved filter belongs to one procedure, and a selection is only of the moment.
_NOT_KEPT = frozenset(("procedimento", "scelta"))


class NothingToSave(DomainError):
    message = _l("Choose at least one filter first: without one it is the whole register.")


class NameTaken(DomainError):
    message = _l("You have a filter of this name already: choose another name.")


class TooManySaved(DomainError):
    message = _l("You have 30 filters already: delete one that you no longer use.")


class TooManyShared(DomainError):
    message = _l("The office shares 30 filters already: one must be deleted first.")


class Saved(NamedTuple):
    """A saved filter, as the list beside the worklist shows it."""

    id: int
    name: str
    query: str
    shared: bool
    owner: str
    own: bool

    @property
    def arguments(self) -> dict[str, str]:
        return arguments_of(self.query)


def kept(arguments: Mapping[str, str]) -> dict[str, str]:
    """As much of an address as a saved filter keeps."""
    return {k: v for k, v in without_paging(arguments).items() if k not in _NOT_KEPT}


def arguments_of(query: str) -> dict[str, str]:
    """What `save_filter` kept, as the arguments of an address."""
    return dict(parse_qsl(query))


def list_saved(procedure: Procedure, by: User) -> list[Saved]:
    """An officer's own filters, then those that others share, by name."""
    own = SavedFilter.user_id == by.id
    rows = ask(
        sa.select(
            SavedFilter.id,
            SavedFilter.name,
            SavedFilter.arguments,
            SavedFilter.shared,
            User.name,
            own,
        )
        .join(User, User.id == SavedFilter.user_id)
        .where(SavedFilter.procedure_id == procedure.id, sa.or_(own, SavedFilter.shared))
        .order_by(own.desc(), SavedFilter.name, SavedFilter.id)
    )
    return [Saved._make(row) for row in rows]


def get_saved(filter_id: int, *, seen_by: User) -> SavedFilter:
    """A filter of the reader's own, or one that is shared. Raises NotFound."""
    found = db.session.get(SavedFilter, filter_id)
    if found is None or not (found.shared or found.user_id == seen_by.id):
        raise NotFound()
    return found


def may_delete(by: User, *, own: bool, shared: bool) -> bool:
    """Everybody its own; what the whole office reads, also who decides on publication."""
    return own or (shared and by.can(Permission.PUBLISH))


@use_case
def save_filter(
    by: User, procedure: Procedure, *, name: str, arguments: Mapping[str, str], shared: bool
) -> None:
    """Keep a filter under a name. Raises NothingToSave, NameTaken, TooManySaved, TooManyShared."""
    wanted = kept(arguments)
    if not wanted:
        raise NothingToSave()
    if _count(procedure, SavedFilter.user_id == by.id) >= MOST:
        raise TooManySaved()
    if shared:
        _make_room(procedure)
    new = insert_or_ignore(
        SavedFilter,
        user_id=by.id,
        procedure_id=procedure.id,
        name=" ".join(name.split()),
        arguments=urlencode(sorted(wanted.items())),
        shared=shared,
        made_at=clock.now(),
    )
    if not new:
        raise NameTaken()


@use_case
def change_filter(
    by: User, procedure: Procedure, saved: SavedFilter, *, name: str, shared: bool
) -> None:
    """Give an own filter another name, or let others see it or no longer.

    Raises NotAllowed for another's, NameTaken and TooManyShared.
    """
    if saved.user_id != by.id:
        raise NotAllowed()
    name = " ".join(name.split())
    of_that_name = sa.select(SavedFilter.id).where(
        SavedFilter.user_id == by.id,
        SavedFilter.procedure_id == saved.procedure_id,
        SavedFilter.name == name,
        SavedFilter.id != saved.id,
    )
    if db.session.scalar(of_that_name) is not None:
        raise NameTaken()
    if shared and not saved.shared:
        _make_room(procedure)
    saved.name, saved.shared = name, shared


@use_case
def delete_filter(by: User, saved: SavedFilter) -> None:
    """Keep a filter no longer. Raises NotAllowed for another's, unless it is shared and one
    decides on publication."""
    if not may_delete(by, own=saved.user_id == by.id, shared=saved.shared):
        raise NotAllowed()
    db.session.delete(saved)


def _make_room(procedure: Procedure) -> None:
    if _count(procedure, SavedFilter.shared) >= MOST:
        raise TooManyShared()


def _count(procedure: Procedure, condition: Any) -> int:
    count = sa.select(sa.func.count(SavedFilter.id)).where(
        SavedFilter.procedure_id == procedure.id, condition
    )
    return db.session.scalar(count) or 0
