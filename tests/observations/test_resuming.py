"""A draft outlives an ended session and a closed browser, at each of its steps."""

import io

import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.observations.draft_models import Draft
from ptm_participation.procedure.models import IdentityLevel
from tests import factories
from tests.observations.filling import REASONS, as_citizen, ask, only_observation, send, start
from tests.pages import Browser, Page

ENDED = "La sessione è scaduta"


def _end_session(browser: Browser) -> None:
    """What closing the browser does, and the end of the night."""
    browser.client.delete_cookie("ptm")


def _autosave(page: Page, **values: str) -> int:
    """What the page's script sends while one types."""
    address = page.soup.find("form", attrs={"data-autosave": True})["data-autosave"]
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    answer = page.browser.client.post(
        address,
        data={"csrf_token": token, **values},
        headers={"Origin": "http://localhost"},
    )
    db.session.rollback()
    return answer.status_code


def test_who_one_is_stays_when_the_session_ends(visitor: Browser) -> None:
    who = ask(start(visitor)).submit(type="citizen")
    _end_session(visitor)

    page = who.submit(name="Anna Bianchi", email="anna@example.org")

    assert ENDED in page.text
    assert page.soup.find(id="name")["value"] == "Anna Bianchi"
    rho = str(factories.municipality("Rho").id)
    assert page.submit(municipality=rho).heading == "Controlla e invia"


def test_the_choice_of_sections_says_that_the_session_ended(visitor: Browser) -> None:
    step1 = start(visitor).submit(button="sezioni=0")
    _end_session(visitor)

    page = step1.submit(button="tutto=1")

    assert ENDED in page.text
    assert page.submit(button="tutto=1").submit(button="continua").heading == "Che cosa chiedi"


def test_files_of_the_last_step_stay_when_the_session_ends(visitor: Browser) -> None:
    check = as_citizen(ask(start(visitor)))
    _end_session(visitor)

    page = check.submit(
        has="declaration",
        identity="signature-and-document",
        declaration="y",
        signed_file=(io.BytesIO(factories.PDF_BYTES), "firmata.pdf"),
        identity_file=(io.BytesIO(factories.PNG_BYTES), "carta.png"),
    )

    assert ENDED in page.text
    page.submit(has="declaration")
    made = only_observation().submission
    assert made.identity_level is IdentityLevel.SIGNATURE_AND_DOCUMENT
    assert {file.name for file in made.files} == {"firmata.pdf", "carta.png"}


def test_what_is_typed_saves_itself_even_after_the_session(visitor: Browser) -> None:
    requests = start(visitor)
    _end_session(visitor)
    assert _autosave(requests, **{"requests-0-reasons": REASONS}) == 200
    who = ask(visitor.open(requests.address)).submit(type="citizen")
    _end_session(visitor)

    assert _autosave(who, **{"as": "citizen", "name": "Anna Bian"}) == 200

    kept = db.session.scalars(sa.select(Draft)).one().content
    assert kept["requests"][0]["reasons"] == REASONS
    assert kept["party"]["name"] == "Anna Bian"


def test_an_autosave_of_another_answer_changes_nothing(visitor: Browser) -> None:
    who = ask(start(visitor)).submit(type="citizen")
    visitor.open(who.address, tipo="1").submit(type="company")

    _autosave(who, **{"as": "citizen", "name": "Anna Bianchi"})

    assert "name" not in db.session.scalars(sa.select(Draft)).one().content["party"]


def test_a_closed_browser_finds_its_drafts_again_until_they_are_sent(visitor: Browser) -> None:
    ask(start(visitor), subject="La prima")
    check = as_citizen(ask(start(visitor), subject="La seconda"))
    _end_session(visitor)

    page = visitor.open("/osserva")

    assert "Hai 2 bozze" in page.text
    assert REASONS in page.follow("La prima").form_with("requests-0-reasons").get_text()
    send(visitor.open(check.address))
    assert "Hai una bozza" in visitor.open("/osserva").text


def test_the_draft_of_an_account_is_offered_to_nobody_after_it(
    app: Flask, as_stakeholder: Browser
) -> None:
    ask(start(as_stakeholder))
    assert "Hai una bozza" in as_stakeholder.open("/osserva").text

    _end_session(as_stakeholder)

    assert "bozza" not in as_stakeholder.open("/osserva").text


def test_a_draft_that_nobody_touched_for_ninety_days_is_not_offered(visitor: Browser) -> None:
    from ptm_participation.observations.drafting import delete_old_drafts

    with clock.at("2020-09-10T10:00"):
        ask(start(visitor))
    with clock.at("2020-12-20T10:00"):
        delete_old_drafts()
        page = visitor.open("/osserva")

    assert "Hai una bozza" not in page.text
