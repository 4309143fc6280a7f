"""The observations that an officer has selected, and what is done to all of them at once.

A selection is the account's own. It stays through pages, filters and acts until it is taken
off, in however many windows: so an act names what it was shown, and is refused if the selection
is another by then.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from ptm_participation.accounts.models import User
from ptm_participation.core import formats
from ptm_participation.core.audit import canonical_json, sha256
from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import assignments, service
from ptm_participation.observations.intake import held
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import ObservationState
from ptm_participation.observations.worklist_models import Selected
from ptm_participation.procedure.models import Procedure, Register

MOST = 1000


class TooManySelected(DomainError):
    message = _l("At most 1,000 observations can be selected at a time: narrow the filter first.")


class SelectionChanged(DomainError):
    message = _l(
        "The selection has changed meanwhile, perhaps in another window: "
        "look at it again below, and confirm."
    )


class Picked(NamedTuple):
    """One of the selected, as far as acts ask about it."""

    id: int
    register: str
    number: int
    title: str
    state: ObservationState
    published: bool
    assigned_to_id: int | None
    annulled: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Sorted:
    """Those to which an act may be done, or was; and the others by the reason why not."""

    done: list[Picked]
    left: dict[str, list[Picked]]


def _of(procedure_id: Any) -> sa.ColumnElement[bool]:
    """Of a procedure; a sum has no index, so the few selected are read and not all that it has."""
    return Observation.procedure_id + 0 == procedure_id


def picked(procedure: Procedure, by: User) -> list[Picked]:
    """What an officer has selected of a procedure, in the order of the registers."""
    rows = ask(
        sa.select(
            Observation.id,
            Register.slug,
            Observation.number,
            Observation.title,
            Observation.state,
            Observation.published_at.is_not(None),
            Observation.assigned_to_id,
            Observation.annulled_at.is_not(None),
        )
        .join(Selected, Selected.observation_id == Observation.id)
        .join(Register, Register.id == Observation.register_id)
        .where(Selected.user_id == by.id, _of(procedure.id))
        .order_by(Observation.register_id, Observation.number)
    )
    return [Picked._make(row) for row in rows]


_PICKED_IDS = (
    sa.select(Selected.observation_id)
    .join(Observation, Observation.id == Selected.observation_id)
    .where(Selected.user_id == sa.bindparam("user"), _of(sa.bindparam("procedure")))
)


def picked_ids(procedure: Procedure, by: User) -> frozenset[int]:
    """The keys of what an officer has selected: at most MOST."""
    return frozenset(row[0] for row in ask(_PICKED_IDS, user=by.id, procedure=procedure.id))


def said(selected: Collection[int], shown: Collection[int]) -> str:
    """How many are selected, and how many of them are on other pages than the one shown."""
    count, elsewhere = len(selected), len(set(selected) - set(shown))
    words: str = ngettext(
        "%(shown)s selected", "%(shown)s selected", count, shown=formats.number(count)
    )
    if elsewhere and count:
        words += ngettext(
            ", %(shown)s on another page",
            ", %(shown)s on other pages",
            elsewhere,
            shown=formats.number(elsewhere),
        )
    return words


def mark_of(rows: Iterable[Picked]) -> str:
    """What an officer has seen of a selection before deciding, in a word."""
    return sha256(canonical_json(sorted(row.id for row in rows)))[:16]


# -- changing it -------------------------------------------------------------------------


@use_case
def change_selection(
    by: User, procedure: Procedure, *, add: Collection[int], drop: Collection[int]
) -> None:
    """Select some, and some no longer. Raises TooManySelected; then nothing changes."""
    _take_turn(by)
    _drop(by, Selected.observation_id.in_(list(drop)))
    _add(by, [Observation.procedure_id == procedure.id, Observation.id.in_(list(add))])


@use_case
def select_found(by: User, procedure: Procedure, filter_: Filter) -> None:
    """Select all that a filter finds, beside what is selected. Raises TooManySelected."""
    _take_turn(by)
    _add(by, filter_.conditions(procedure))


@use_case
def clear_selection(by: User, procedure: Procedure) -> None:
    """Select nothing of a procedure any more."""
    of_procedure = sa.select(Observation.id).filter_by(procedure_id=procedure.id)
    _drop(by, Selected.observation_id.in_(of_procedure))


def _take_turn(by: User) -> None:
    """Let the windows of one account change its selection one after the other."""
    db.session.execute(sa.select(User.id).where(User.id == by.id).with_for_update(key_share=True))


def _drop(by: User, which: sa.ColumnElement[bool]) -> None:
    db.session.execute(sa.delete(Selected).where(Selected.user_id == by.id, which))


def _add(by: User, conditions: Sequence[sa.ColumnElement[bool]]) -> None:
    own = sa.select(Selected.observation_id).where(Selected.user_id == by.id)
    found = (
        sa.select(sa.literal(by.id), Observation.id)
        .where(*conditions, Observation.id.not_in(own))
        .limit(MOST + 1)
    )
    db.session.execute(sa.insert(Selected).from_select(["user_id", "observation_id"], found))
    count = sa.select(sa.func.count()).select_from(Selected).where(Selected.user_id == by.id)
    if (db.session.scalar(count) or 0) > MOST:
        raise TooManySelected()


# -- what is done to it ------------------------------------------------------------------

Reason = Callable[[Picked], Any]

_WITHOUT_PROTOCOL = _l("without a protocol number")
_CHECKED = _l("checked already")
_ANNULLED = _l("annulled")


def not_to_check(row: Picked) -> Any:
    """Why an observation cannot be marked as checked; nothing if it can."""
    if row.annulled:
        return _ANNULLED
    return {
        ObservationState.RECEIVED: _WITHOUT_PROTOCOL,
        ObservationState.CHECKED: _CHECKED,
        ObservationState.DECIDED: _CHECKED,
    }.get(row.state)


def not_to_publish(row: Picked) -> Any:
    """Why an observation is not among those to publish; nothing if it is."""
    if row.annulled:
        return _ANNULLED
    if row.published:
        return _l("public already")
    return {
        ObservationState.RECEIVED: _WITHOUT_PROTOCOL,
        ObservationState.REGISTERED: _l("still to be checked"),
    }.get(row.state)


def sort_out(rows: Iterable[Picked], why_not: Reason) -> Sorted:
    """Those to which an act may be done, and the others by their reason."""
    found = Sorted([], {})
    for row in rows:
        reason = why_not(row)
        (found.left.setdefault(str(reason), []) if reason else found.done).append(row)
    return found


@use_case
def assign_selected(
    actor: User, procedure: Procedure, officer: User | None, *, seen: str
) -> Sorted:
    """Give all that is selected to an officer, or to nobody.

    Raises NotOfTheOffice and SelectionChanged; then nothing is changed.
    """
    rows = _as_seen(actor, procedure, seen)
    wanted = officer.id if officer else None

    def why_not(row: Picked) -> Any:
        if row.annulled:
            return _ANNULLED
        return _l("assigned so already") if row.assigned_to_id == wanted else None

    found = sort_out(rows, why_not)
    assignments.assign(actor, _observations(found.done), officer)
    return found


@use_case
def check_selected(actor: User, procedure: Procedure, *, seen: str) -> Sorted:
    """Mark as checked all that may be, of what is selected. Raises SelectionChanged."""
    found = sort_out(_as_seen(actor, procedure, seen), not_to_check)
    rows = {row.id: row for row in found.done}
    for observation in _observations(found.done):
        try:
            service.check_observation(actor, observation)
        except DomainError as error:  # a rule that the reasons above do not know of
            row = rows[observation.id]
            found.done.remove(row)
            found.left.setdefault(str(error), []).append(row)
    return found


def _as_seen(by: User, procedure: Procedure, seen: str) -> list[Picked]:
    rows = picked(procedure, by)
    if mark_of(rows) != seen:
        raise SelectionChanged()
    return rows


def _observations(rows: Sequence[Picked]) -> Sequence[Observation]:
    """These observations, with what acts read of them, in a fixed number of queries."""
    return held(
        sa.select(Observation)
        .options(
            joinedload(Observation.register).joinedload(Register.procedure),
            joinedload(Observation.assigned_to),
        )
        .where(Observation.id.in_([row.id for row in rows]))
    )
