"""Windows: open or closed by the clock, shut by an act alone; notices by version."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
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


def test_a_term_is_moved_by_an_act_once_it_was_seen_what_follows(
    as_manager: Browser, visitor: Browser
) -> None:
    made = factories.observation(at="2020-10-20T09:00")
    page = as_manager.open(f"{TERMS}/{factories.window().id}")

    assert page.submit(how="named", last_day="2020-08-01", act="x").errors
    check = page.submit(how="named", last_day="2020-10-15", act="Rettifica all'avviso")
    assert check.rows() == [[str(made.number), made.title, "20 ottobre 2020, ore 09:00", "tardiva"]]
    assert "lunedì 2 novembre 2020" in visitor.open("/").text  # nothing is changed yet
    done = check.press("Conferma il cambiamento")

    assert "la posizione di 1 osservazione" in done.text
    assert "giovedì 15 ottobre 2020, ore 24:00" in visitor.open("/").text
    db.session.refresh(made)
    assert not made.in_time
    history = as_manager.open(f"/ufficio/osservazioni/ptm/{made.number}/cronologia")
    assert "Posizione cambiata con il termine" in history.text
    assert audit.verify() == []


def test_an_extension_puts_in_time_what_was_late_and_says_how_it_counts(
    as_manager: Browser,
) -> None:
    with clock.at("2020-11-10T09:00"):
        late = factories.observation(at="2020-11-10T08:00")
        as_manager.sign_in("dirigente@example.org", PASSWORD)
        page = as_manager.open(f"{TERMS}/{factories.window().id}/proroga")
        check = page.submit(how="counted", days="30", act="DCM 20/2020")
        assert "Si aggiungono 30 giorni (DCM 20/2020)." in check.text
        assert [row[-1] for row in check.rows()] == ["nei termini"]
        terms = check.press("Conferma il cambiamento")

    assert "martedì 1 dicembre 2020, ore 24:00" in terms.text
    assert "di 30 giorni, DCM 20/2020" in terms.text
    db.session.refresh(late)
    assert late.in_time


def test_a_suspension_and_a_feast_day_move_each_counted_term(as_manager: Browser) -> None:
    page = as_manager.open(f"{TERMS}/sospensioni/nuova")
    assert (
        "finisce dopo il suo inizio"
        in page.submit(first_day="2020-10-20", last_day="2020-10-10", act="DL di prova").text
    )
    page.submit(first_day="2020-10-10", last_day="2020-11-13", act="DL di prova").press("Conferma")
    assert factories.window().closes_at == clock.end_of_day(dt.date(2020, 12, 7))

    terms = as_manager.open(f"{TERMS}/feste").submit(feasts="07-12 Sant'Ambrogio").press("Conferma")

    assert factories.window().closes_at == clock.end_of_day(dt.date(2020, 12, 9))
    assert "lunedì 7 dicembre 2020 è festivo (Sant'Ambrogio)" in terms.text.replace(
        "Lunedì", "lunedì"
    )
    row = terms.soup.select_one("a[href*='sospensioni/']:has(span:-soup-contains('DL di prova'))")
    assert row is not None
    corrected = as_manager.open(row["href"]).submit(last_day="2020-10-11").press("Conferma")
    assert "martedì 3 novembre 2020" in corrected.text


def test_what_would_follow_may_not_change_between_seeing_and_confirming(
    as_manager: Browser,
) -> None:
    check = as_manager.open(f"{TERMS}/{factories.window().id}").submit(
        how="named", last_day="2020-10-15", act="Rettifica"
    )
    made = factories.observation(at="2020-10-20T09:00")

    again = check.press("Conferma il cambiamento")

    assert "Qualcun altro ha modificato" in again.text
    db.session.refresh(made)
    assert made.in_time
    assert factories.window().closes_at == clock.end_of_day(dt.date(2020, 11, 2))


def test_everybody_reads_how_the_term_is_counted(as_staff: Browser, visitor: Browser) -> None:
    page = as_staff.open(TERMS)

    reasons = page.items(".ptm-reasons li")
    assert visitor.open("/percorso").items(".ptm-reasons li") == reasons
    assert reasons == [
        "L’avviso è di mercoledì 2 settembre 2020: quel giorno non si conta, il primo che si conta "
        "è giovedì 3 settembre 2020.",
        "Il giorno 60 è domenica 1 novembre 2020.",
        "Domenica 1 novembre 2020 è festivo (domenica, Ognissanti): il termine passa al giorno "
        "dopo.",
        "Il termine scade lunedì 2 novembre 2020, alle ore 24:00 di Roma.",
    ]
    assert "DL 18/2020, art. 103" in page.text
    assert as_staff.open(f"{TERMS}/feste").status == 403


def test_what_is_decided_on_late_ones_names_its_act(as_manager: Browser) -> None:
    page = as_manager.open(f"{TERMS}/tardive")

    assert "Indicare l’atto" in page.submit(examined="yes", act="").error_of("act")
    terms = page.submit(examined="yes", act="DCM 16/2021, allegato 1")

    assert "Si esaminano comunque: DCM 16/2021, allegato 1." in terms.text


def test_a_term_moved_by_somebody_else_meanwhile_is_not_moved_back(
    as_manager: Browser, as_administrator: Browser
) -> None:
    address = f"{TERMS}/{factories.window().id}"
    first, second = as_manager.open(address), as_administrator.open(address)
    first.submit(days="88", act="Proroga di novembre").press("Conferma il cambiamento")

    page = second.submit(act="Altro atto")

    assert "Qualcun altro ha modificato" in page.text
    window = factories.window()
    db.session.refresh(window)
    assert window.act == "Proroga di novembre"


def test_a_window_for_some_is_not_the_publics(as_manager: Browser, visitor: Browser) -> None:
    page = as_manager.open(f"{TERMS}/nuova").submit(
        audience="environmental-authorities",
        how="named",
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
