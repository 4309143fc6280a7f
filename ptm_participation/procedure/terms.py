"""How the windows of a procedure close: their terms, counted with what suspends and extends them.

Each change is first looked at: `Change` says which windows would open or close at other instants,
so that who decides sees what follows from it, and the use case that makes it computes the same.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.procedure import holidays
from ptm_participation.procedure.deadline import (
    Deadline,
    Extension,
    Suspension,
    closing,
    deadline,
)
from ptm_participation.procedure.models import Procedure, Step, TermSuspension, Window


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """How the end of a window is set: `days` from the notice of `notice_on`, or `last_day`.

    One of the two is given. `hour` closes the last day before its end, on the clocks of Rome.
    """

    opens_on: dt.date
    notice_on: dt.date | None = None
    days: int | None = None
    last_day: dt.date | None = None
    hour: dt.time | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Times:
    """When a window opens and closes; `deadline` says why, if it was counted."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    deadline: Deadline | None = None


class TermBeforeStart(DomainError):
    message = _l("The term must come after the opening.")


Change = dict[int, Times]  # by the id of the window


def suspensions_of(procedure: Procedure) -> Sequence[TermSuspension]:
    """The days that no term of the procedure counts, in order."""
    return db.session.scalars(
        sa.select(TermSuspension)
        .filter_by(procedure_id=procedure.id)
        .order_by(TermSuspension.first_day, TermSuspension.id)
    ).all()


def times(
    procedure: Procedure,
    term: Term,
    *,
    suspensions: Iterable[Suspension] | None = None,
    extensions: Sequence[Extension] = (),
    feasts: str | None = None,
) -> Times:
    """When a window of that term opens and closes. Raises what `deadline` raises.

    A day that an act names is moved by later acts alone, never by holidays or suspensions.
    """
    opens_at = clock.start_of_day(term.opens_on)
    if term.notice_on is None or term.days is None:
        assert term.last_day is not None
        last = max([term.last_day, *(e.until for e in extensions if e.until is not None)])
        last += dt.timedelta(days=sum(extension.days for extension in extensions))
        return Times(opens_at, closing(last, term.hour))
    stops = _stops(suspensions_of(procedure)) if suspensions is None else suspensions
    local = holidays.feasts(procedure.local_feasts if feasts is None else feasts)
    end = deadline(
        term.notice_on,
        term.days,
        hour=term.hour,
        suspensions=stops,
        extensions=extensions,
        calendar=holidays.national().with_feasts(local),
    )
    return Times(opens_at, end.closes_at, end)


def term_of(window: Window) -> Term:
    """How the end of the window is set, before any extension."""
    opens_on = clock.rome(window.opens_at).date()
    if window.notice_on is not None:
        counted = {"notice_on": window.notice_on, "days": window.term_days}
        return Term(opens_on, **counted, hour=window.closing_hour)  # type: ignore[arg-type]
    return Term(opens_on, last_day=window.last_day, hour=window.closing_hour)


def extensions_of(window: Window) -> list[Extension]:
    return [Extension(e.act, e.days, e.until) for e in window.extensions]


def deadline_of(window: Window, suspensions: Iterable[TermSuspension]) -> Deadline | None:
    """Why the window closes when it does; None if an act named the day."""
    return times(
        window.procedure,
        term_of(window),
        suspensions=_stops(suspensions),
        extensions=extensions_of(window),
    ).deadline


def foreseen_ends(
    procedure: Procedure, steps: Iterable[Step], suspensions: Iterable[TermSuspension]
) -> dict[int, dt.date]:
    """When the term of each step still to come would end, by its id, where the day of its notice
    is known: not only its month."""
    known = list(steps)
    notices = {s.code: s.starts_on for s in known if s.starts_on == s.last_day}
    stops = _stops(suspensions)
    ends = {}
    for step in known:
        notice = notices.get(step.counts_from)
        if step.starts_on is None and step.term_days and notice is not None:
            end = times(procedure, Term(notice, notice, step.term_days), suspensions=stops).deadline
            assert end is not None
            ends[step.id] = end.last_day
    return ends


def changed_by_term(window: Window, term: Term) -> Change:
    """The window under another term; extensions stay."""
    extensions = extensions_of(window)
    return _changed(
        {window.id: window}, {window.id: times(window.procedure, term, extensions=extensions)}
    )


def changed_by_extension(window: Window, extension: Extension) -> Change:
    """The window with more time."""
    extensions = [*extensions_of(window), extension]
    found = times(window.procedure, term_of(window), extensions=extensions)
    return _changed({window.id: window}, {window.id: found})


def changed_by_calendar(
    procedure: Procedure,
    windows: Sequence[Window],
    *,
    suspensions: Sequence[Suspension] | None = None,
    feasts: str | None = None,
) -> Change:
    """The procedure's windows under other suspensions, or other local feast days."""
    found = {
        window.id: times(
            procedure,
            term_of(window),
            suspensions=suspensions,
            extensions=extensions_of(window),
            feasts=feasts,
        )
        for window in windows
        if window.notice_on is not None
    }
    return _changed({window.id: window for window in windows}, found)


def with_suspension(
    procedure: Procedure, new: Suspension, instead_of: TermSuspension | None = None
) -> list[Suspension]:
    """The procedure's suspensions with a new one, or with one corrected."""
    return [*_stops(row for row in suspensions_of(procedure) if row is not instead_of), new]


def _stops(rows: Iterable[TermSuspension]) -> list[Suspension]:
    return [Suspension(row.first_day, row.last_day, row.act) for row in rows]


def _changed(windows: dict[int, Window], found: Change) -> Change:
    """Those that open or close otherwise than now. Raises TermBeforeStart."""
    for wanted in found.values():
        if wanted.closes_at <= wanted.opens_at:
            raise TermBeforeStart()
    return {
        number: wanted
        for number, wanted in found.items()
        if (wanted.opens_at, wanted.closes_at)
        != (windows[number].opens_at, windows[number].closes_at)
    }
