"""Filling in the public form, step by step, as a person would."""

from typing import Any

import sqlalchemy as sa

from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from tests import factories
from tests.pages import Browser, Page

REASONS = "La soglia di riduzione è troppo bassa nei Comuni già densi."


def start(browser: Browser, reference: str = "18") -> Page:
    """From a section's page to the first step that is still to do."""
    section = factories.section(reference)
    page = browser.open("/osserva", sezione=section.id)
    return page.submit(has="csrf_token", sezione=str(section.id))


def ask(page: Page, **more: Any) -> Page:
    """Step 2, with one request."""
    values = {"requests-0-kind": "change", "requests-0-reasons": REASONS, **more}
    return page.submit(button="continua", **values)


def as_citizen(page: Page, **more: Any) -> Page:
    """Step 3, as a citizen of Rho."""
    page = page.submit(type="citizen")
    values = {
        "name": "Anna Bianchi",
        "municipality": str(factories.municipality("Rho").id),
        "email": "anna@example.org",
        **more,
    }
    return page.submit(**values)


def send(page: Page, **more: Any) -> Page:
    return page.submit(has="declaration", identity="none", declaration="y", **more)


def sent(browser: Browser) -> Page:
    return send(as_citizen(ask(start(browser))))


def only_observation() -> Observation:
    db.session.rollback()
    return db.session.scalars(sa.select(Observation)).one()
