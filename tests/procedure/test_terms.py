"""Windows: open or closed by the clock, shut by an act alone; notices by version."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.observations.intake import WindowShut
from ptm_participation.observations.models import Observation
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure import service
from ptm_participation.procedure.models import PrivacyNotice, Window
from tests import factories
from tests.conftest import PASSWORD
from tests.pages import Browser

TERMS = "/ufficio/termini"


def _window(last_day: dt.date) -> Window:
    return Window(
        opens_at=clock.start_of_day(last_day - dt.timedelta(days=60)),
        closes_at=clock.end_of_day(last_day),
    )


days = st.dates(dt.date(2019, 1, 1), dt.date(2035, 12, 31))


@given(days, st.integers(0, 59))
def test_the_last_day_counts_to_its_end_on_the_clocks_of_rome(day: dt.date, second: int) -> None:
    """Also on the days on which the clocks change."""
    window = _window(day)
    last_minute = dt.datetime.combine(day, dt.time(23, 59, second), clock.ROME)
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), clock.ROME)

    assert window.in_time(last_minute.astimezone(dt.UTC))
    assert not window.in_time(midnight.astimezone(dt.UTC))


def test_the_term_of_the_ptm_says_itself(visitor: Browser) -> None:
    page = visitor.open("/")

    assert "lunedì 2 novembre 2020, ore 24:00" in page.text
    assert "Mancano 13 giorni" in page.text
    with clock.at("2020-11-02T18:00"):
        assert "Le osservazioni chiudono oggi alle ore 24:00" in visitor.open("/").text
    with clock.at("2020-11-03T00:00"):
        assert "Il termine è scaduto" in visitor.open("/").text


@pytest.mark.parametrize(
    ("now", "heading", "here"),
    [
        ("2020-08-20T10:00", "Leggi il piano", "Adozione"),
        ("2020-10-20T10:00", "Leggi il piano. Di’ che cosa cambieresti.", "Osservazioni"),
        ("2020-11-05T10:00", "Leggi il piano e che cosa è stato chiesto", "Osservazioni"),
        ("2021-06-01T10:00", "Il piano è approvato", "Approvazione"),
        ("2026-01-10T10:00", "Il piano è efficace", "Efficacia"),
    ],
)
def test_the_home_page_says_where_the_plan_stands(
    visitor: Browser, now: str, heading: str, here: str
) -> None:
    with clock.at(now):
        page = visitor.open("/")

    assert page.heading == heading
    assert len(page.items(".ptm-path .here")) == 1
    assert page.items(".ptm-path .now b") == [here]


def test_officers_read_of_a_late_window_what_the_office_does(as_staff: Browser) -> None:
    with clock.at("2020-11-05T10:00"):
        as_staff.sign_in("istruttrice@example.org", PASSWORD)
        page = as_staff.open(TERMS)

    assert "Quello che arriva ora è registrato come tardivo." in page.text
    assert "Puoi" not in page.text


def test_only_an_act_closes_the_form(as_manager: Browser, visitor: Browser) -> None:
    with clock.at("2020-10-20T12:00"):
        page = as_manager.open(TERMS).follow("Chiudi")
        assert "Indicare l’atto" in page.submit(act="").error_of("act")
        page.submit(act="DCM 16/2021 dell'11 maggio 2021")

    with clock.at("2020-10-21T10:00"):
        closed = visitor.open("/osserva")
        assert "DCM 16/2021" in closed.text
        assert not closed.soup.select("main form")
        with pytest.raises(WindowShut):
            factories.observation()
    assert not db.session.scalar(sa.select(sa.func.count(Observation.id)))


def test_a_term_is_moved_by_an_act_and_what_was_registered_keeps_its_standing(
    as_manager: Browser, visitor: Browser
) -> None:
    made = factories.observation(at="2020-10-20T09:00")
    page = as_manager.open(f"{TERMS}/{factories.window().id}")

    assert page.submit(last_day="2020-08-01").error_of("last_day")
    page.submit(last_day="2020-10-15", act="Rettifica all'avviso")

    assert "giovedì 15 ottobre 2020, ore 24:00" in visitor.open("/").text
    db.session.refresh(made)
    assert made.in_time


def test_a_term_moved_by_somebody_else_meanwhile_is_not_moved_back(
    as_manager: Browser, as_administrator: Browser
) -> None:
    address = f"{TERMS}/{factories.window().id}"
    first, second = as_manager.open(address), as_administrator.open(address)
    first.submit(last_day="2020-11-30", act="Proroga di novembre")

    page = second.submit(act="Altro atto")

    assert "Qualcun altro ha modificato" in page.text
    window = factories.window()
    db.session.refresh(window)
    assert window.act == "Proroga di novembre"


def test_a_window_for_some_is_not_the_publics(as_manager: Browser, visitor: Browser) -> None:
    page = as_manager.open(f"{TERMS}/nuova").submit(
        audience="environmental-authorities",
        opens_on="2020-10-01",
        last_day="2020-12-01",
        act="DGR di prova",
        register=str(factories.window().register_id),
    )

    assert "DGR di prova" in page.text
    assert procedures.public_window(procedures.get_procedure()).act != "DGR di prova"


def test_staff_read_the_terms_but_do_not_move_them(as_staff: Browser) -> None:
    assert as_staff.open(TERMS).status == 200
    assert as_staff.open(f"{TERMS}/nuova").status == 403
    assert as_staff.open(f"{TERMS}/informativa").status == 403


def test_each_submission_names_the_notice_that_stood_on_its_form(
    app: Flask, manager: User, visitor: Browser
) -> None:
    from tests.observations.test_submission import _sent

    _sent(visitor)
    with clock.at("2020-10-20T10:30"):
        service.write_notice(
            manager, procedures.get_procedure(), text="Nuova informativa.", text_en="New notice."
        )
    with clock.at("2020-10-20T11:00"):
        _sent(visitor)
        assert "Nuova informativa." in visitor.open("/privacy").text
        assert "New notice." in visitor.open("/en/privacy").text

    versions = db.session.scalars(
        sa.select(PrivacyNotice.version)
        .join_from(Observation, Observation.submission)
        .join(PrivacyNotice)
        .order_by(Observation.number)
    ).all()
    assert list(versions) == [1, 2]
