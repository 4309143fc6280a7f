"""A form suggests the sections that its text cites, and ties none by itself."""

from flask import Flask

from ptm_participation.core.db import db
from ptm_participation.observations.draft_models import Draft
from tests import factories
from tests.observations.filling import as_citizen, ask, only_observation, send, start
from tests.pages import Browser, Page

CITING = "Come per l'art. 41 e la Tav. 6, la soglia dell'art. 18 è troppo bassa."


def _asked(page: Page) -> list[str]:
    return page.items(".ptm-suggest p")


def _sections() -> list[str]:
    (asked,) = db.session.query(Draft).one().content["requests"]
    return [section["version"] for section in asked["sections"]]


def test_who_cites_other_sections_is_asked_once_and_goes_on_without_them(
    app: Flask, visitor: Browser
) -> None:
    first = ask(start(visitor), **{"requests-0-reasons": CITING})
    again = first.submit(button="continua")

    assert [line.split("?")[0] for line in _asked(first)] == [
        "Nel testo citi l’art. 41. Vuoi collegarlo a questa richiesta",
        "Nel testo citi la Tav. 6. Vuoi collegarlo a questa richiesta",
    ]
    assert again.heading == "Chi sei"
    assert _sections() == [factories.section("18").id]


def test_a_section_that_is_linked_goes_with_the_observation(app: Flask, visitor: Browser) -> None:
    page = ask(start(visitor), **{"requests-0-reasons": CITING})

    linked = page.press("Collega l’art. 41")
    left = linked.press("No, non collegare la Tav. 6")
    send(as_citizen(left.submit(button="continua")))

    assert len(_asked(linked)) == 1
    assert _asked(left) == []
    briefs = [a.anchor.section_version.brief for a in only_observation().anchors]
    assert briefs == ["art. 18", "art. 41"]


def test_what_the_request_speaks_of_already_is_not_suggested(app: Flask, visitor: Browser) -> None:
    page = ask(
        start(visitor), **{"requests-0-reasons": "L'art. 18 e l'art. 5 della legge 241/1990."}
    )

    assert page.heading == "Chi sei"


def test_a_suggestion_made_up_by_somebody_links_nothing(app: Flask, visitor: Browser) -> None:
    page = ask(start(visitor), **{"requests-0-reasons": CITING})
    before = _sections()

    for made_up in ("0:999999", "7:1", "x", f"0:{factories.section('42').id}"):
        page.submit(has="requests-0-reasons", button=f"collega={made_up}")

    assert _sections() == before


def test_an_officer_looks_for_what_a_letter_cites_and_adds_it(
    app: Flask, as_staff: Browser
) -> None:
    page = as_staff.open("/ufficio/osservazioni/nuova")

    found = page.press("Cerca gli articoli citati nel testo", text=CITING, sections="18")
    added = found.press("Aggiungili alle sezioni")

    assert found.items(".ptm-suggest p") == ["Il testo cita: art. 41; Tav. 6"]
    field = added.soup.select_one("[name=sections]")
    assert field is not None
    assert field["value"] == "18; art. 41; Tav. 6"
    assert added.items(".ptm-suggest") == []
    assert "Il testo non cita altre sezioni del piano" in added.text
    assert added.soup.select_one("[name=text]").get_text(strip=True) == CITING
