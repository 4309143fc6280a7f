"""The path of a procedure as an iCalendar feed (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import current_app, url_for
from flask_babel import gettext as _
from icalendar import Calendar, Event

from ptm_participation.core import clock, formats
from ptm_participation.procedure.models import Procedure, Step, Window
from ptm_participation.procedure.queries import Stage

DAY = dt.timedelta(days=1)


def calendar_of(procedure: Procedure, stages: Iterable[Stage], windows: Iterable[Window]) -> bytes:
    """Each step that has a day and each term, as days of Rome; a name of its own stays with each,
    so that calendars move what was moved."""
    page = url_for("site.path", code=procedure.code)
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
    feed = Calendar()
    feed.add("prodid", "-//PTM Participation//IT")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", procedure.title)
    feed.add("x-wr-timezone", "Europe/Rome")
    for stage in stages:
        for step in stage.steps:
            if step.starts_on is not None:
                uid = f"step-{procedure.code}-{step.code}@{host}"
                feed.add_component(_of_step(step, step.starts_on, uid, page))
    for window in windows:
        feed.add_component(_of_term(window, f"term-{procedure.code}-{window.code}@{host}", page))
    return feed.to_ical()


def _event(
    uid: str, page: str, summary: str, first: dt.date, last: dt.date, told: Iterable[str]
) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", clock.now())
    event.add("dtstart", first)
    event.add("dtend", last + DAY)  # exclusive, as days are in this form
    event.add("summary", summary)
    event.add("description", "\n".join(filter(None, told)))
    event.add("url", current_app.config["PUBLIC_URL"] + page)
    event.add("transp", "TRANSPARENT")
    return event


def _of_step(step: Step, first: dt.date, uid: str, page: str) -> Event:
    told = (step.when, step.act, _("To be verified.") if step.to_verify else "")
    event = _event(uid, page, step.title, first, step.ends_on or first, told)
    if step.place:
        event.add("location", step.place)
    return event


def _of_term(window: Window, uid: str, page: str) -> Event:
    last = clock.rome(window.closes_at - dt.timedelta(microseconds=1)).date()
    said = _(
        "Term for observations, %(hour)s (%(audience)s)",
        hour=formats.term_hour(window.closes_at),
        audience=window.audience.label,
    )
    return _event(uid, page, said, last, last, (window.act,))
