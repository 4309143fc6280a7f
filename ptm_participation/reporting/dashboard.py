"""The manager's page: where the process stands, what is due, what came in, who was heard."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext

from ptm_participation.accounts.models import Reader
from ptm_participation.core import clock, formats
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Job, JobState
from ptm_participation.observations.intake import RECEIPT
from ptm_participation.observations.lists import COUNT_CAP, Filter, count_views
from ptm_participation.observations.workflow import ObservationState, Regularity
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Procedure, Window
from ptm_participation.procedure.queries import Stage
from ptm_participation.reporting import inflow, queries, territory_map
from ptm_participation.reporting.queries import Totals
from ptm_participation.reporting.tables import Attended, Table, Tally, Unheard
from ptm_participation.reporting.territory_map import TerritoryMap

MOST_AHEAD = 4


@dataclasses.dataclass(frozen=True, slots=True)
class Due:
    """Something that waits for the office: in words, and the endpoint that lists it."""

    words: str
    endpoint: str
    arguments: dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Ahead:
    """A day still to come, and what it brings."""

    day: dt.date
    what: str
    when: str = ""  # in words, where the day itself is not known


@dataclasses.dataclass(frozen=True, slots=True)
class Dashboard:
    """All that the page shows."""

    stages: list[Stage]
    window: Window | None
    ahead: list[Ahead]
    due: list[Due]
    totals: Totals
    map: TerritoryMap
    zones: Table
    days: Table
    weeks: Table
    term: Table
    groups: Table
    types: Table
    channels: Table
    documents: Table
    sections: Table
    themes: Table
    attended: list[Attended]
    unheard: Sequence[Unheard]


def read(procedure: Procedure, filter_: Filter, *, seen_by: Reader) -> Dashboard:
    """The dashboard of a procedure under a filter; what is due is told of the whole of it."""
    tally = Tally(procedure, filter_)
    stages = procedures.path(procedure)
    return Dashboard(
        stages=stages,
        window=tally.window,
        ahead=_ahead(stages, procedure),
        due=_due(procedure, seen_by),
        totals=queries.totals(tally),
        map=territory_map.read(tally, territory_map.Measure.OBSERVATIONS),
        zones=queries.by_zone(tally),
        days=inflow.by_day(tally),
        weeks=inflow.by_week(tally),
        term=inflow.around_term(tally),
        groups=queries.by_group(tally),
        types=queries.by_type(tally),
        channels=queries.by_channel(tally),
        documents=queries.by_document(tally),
        sections=queries.by_section(tally),
        themes=queries.by_theme(tally),
        attended=queries.attended(tally),
        unheard=tally.unheard,
    )


def _ahead(stages: list[Stage], procedure: Procedure) -> list[Ahead]:
    """The next days of the calendar and the terms still to come, soonest first."""
    today = clock.today()
    terms = [
        Ahead(
            clock.rome(window.closes_at - dt.timedelta(microseconds=1)).date(),
            _(
                "Term for observations, %(hour)s (%(audience)s)",
                hour=formats.term_hour(window.closes_at),
                audience=window.audience.label,
            ),
        )
        for window in procedures.list_windows(procedure)
        if window.closes_at > clock.now()
    ]
    told = {term.day for term in terms}  # the calendar names a term too, without its hour
    days = terms + [
        Ahead(step.starts_on, step.title, step.when)
        for stage in stages
        for step in stage.steps
        if step.starts_on and step.starts_on > today and step.starts_on not in told
    ]
    return sorted(days, key=lambda ahead: ahead.day)[:MOST_AHEAD]


def _due(procedure: Procedure, reader: Reader) -> list[Due]:
    """What waits for somebody's hand, each with the way to its list."""
    received, registered = ObservationState.RECEIVED, ObservationState.REGISTERED
    wanted: dict[str, tuple[Filter, dict[str, str]]] = {
        "protocol": (Filter(state=received), {"stato": received.value}),
        "check": (Filter(state=registered), {"stato": registered.value}),
        "regularise": (
            Filter(regularity=Regularity.TO_REGULARISE),
            {"regolarita": Regularity.TO_REGULARISE.value},
        ),
        "publish": (
            Filter(state=ObservationState.CHECKED, published=False),
            {"stato": ObservationState.CHECKED.value, "pubblicata": "no"},
        ),
    }
    counts = count_views(
        procedure, {name: filter_ for name, (filter_, _to) in wanted.items()}, seen_by=reader
    )
    due = [
        Due(_said(name, counts[name]), "observations.worklist", arguments)
        for name, (_filter, arguments) in wanted.items()
        if counts[name]
    ]
    undelivered = _undelivered()
    if undelivered:
        words = ngettext(
            "%(num)s receipt not delivered", "%(num)s receipts not delivered", undelivered
        )
        due.append(Due(words, "observations.mail", {}))
    return due


def _said(name: str, count: int) -> str:
    """How many of what, in words."""
    over = count >= COUNT_CAP
    shown = formats.number(COUNT_CAP - 1 if over else count)
    many = _("over %(cap)s", cap=shown) if over else shown
    said: dict[str, Any] = {
        "protocol": ngettext(
            "%(many)s observation without protocol number",
            "%(many)s observations without protocol number",
            count,
            many=many,
        ),
        "check": ngettext(
            "%(many)s observation to check", "%(many)s observations to check", count, many=many
        ),
        "regularise": ngettext(
            "%(many)s author to identify: to be regularised",
            "%(many)s authors to identify: to be regularised",
            count,
            many=many,
        ),
        "publish": ngettext(
            "%(many)s checked observation to publish",
            "%(many)s checked observations to publish",
            count,
            many=many,
        ),
    }
    return str(said[name])


def _undelivered() -> int:
    """Receipts that were tried and did not go."""
    query = sa.select(sa.func.count(Job.id)).where(
        Job.kind == RECEIPT, Job.state.in_((JobState.WAITING, JobState.FAILED)), Job.attempts > 0
    )
    return db.session.scalar(query) or 0
