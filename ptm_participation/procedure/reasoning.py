"""The reasons of a deadline, in words: what the page, the receipt and `ptm term` say alike."""

import datetime as dt
from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from ptm_participation.core import formats
from ptm_participation.procedure.deadline import Deadline, Reason, ReasonKind
from ptm_participation.procedure.models import TermSuspension, Window
from ptm_participation.procedure.terms import deadline_of


def sentences(end: Deadline) -> list[str]:
    """One sentence a step, in the order of the count."""
    return [formats.elide(_SAID[reason.kind](reason)) for reason in end.reasons]


def counting(window: Window, suspensions: Iterable[TermSuspension]) -> list[str]:
    """How the end of a window is counted; nothing for one that an act named."""
    end = deadline_of(window, suspensions)
    return sentences(end) if end else []


def _weekday(day: dt.date | None) -> str:
    assert day is not None  # each kind of reason has the days that it speaks of
    return formats.weekday(day)


def _by(act: str) -> str:
    return f" ({act})" if act else ""


def _starts(reason: Reason) -> str:
    return _(
        "The notice is of %(start)s: that day is not counted, the first counted is %(first)s.",
        start=_weekday(reason.first),
        first=_weekday(reason.last),
    )


def _stands_still(reason: Reason) -> str:
    span = {"first": formats.day(reason.first), "last": formats.day(reason.last)}
    if reason.days:
        said = ngettext(
            "After %(num)d day the count stands still from %(first)s to %(last)s",
            "After %(num)d days the count stands still from %(first)s to %(last)s",
            reason.days,
            **span,
        )
    else:
        said = _("The count stands still from %(first)s to %(last)s", **span)
    return f"{said}{_by(reason.act)}."


def _extended(reason: Reason) -> str:
    said = ngettext("%(num)d day is added", "%(num)d days are added", reason.days)
    return f"{said}{_by(reason.act)}."


def _extended_until(reason: Reason) -> str:
    return _("It is extended to %(day)s", day=_weekday(reason.last)) + f"{_by(reason.act)}."


def _counted(reason: Reason) -> str:
    return _("Day %(num)d is %(day)s.", num=reason.days, day=_weekday(reason.last))


def _holiday(reason: Reason) -> str:
    return _(
        "%(day)s is a holiday (%(name)s): the term moves to the next day.",
        day=formats.upfirst(_weekday(reason.first)),
        name=reason.name,
    )


def _closes(reason: Reason) -> str:
    hour = f"{reason.hour:%H:%M}" if reason.hour else "24:00"
    return _(
        "The term ends on %(day)s, at %(hour)s, on the clocks of Rome.",
        day=_weekday(reason.last),
        hour=hour,
    )


_SAID = {
    ReasonKind.STARTS: _starts,
    ReasonKind.STANDS_STILL: _stands_still,
    ReasonKind.EXTENDED: _extended,
    ReasonKind.EXTENDED_UNTIL: _extended_until,
    ReasonKind.COUNTED: _counted,
    ReasonKind.HOLIDAY: _holiday,
    ReasonKind.CLOSES: _closes,
}
