"""Addresses and fields that no page of ours holds get a page, never a fault."""

import pytest

from ptm_participation.observations import codes
from tests import factories
from tests.observations.test_submission import _start
from tests.pages import Browser

HUGE = "100000000000000000000"
FIRST = "/ufficio/osservazioni/ptm/1"
LETTERS = "\u00c9" * codes.RANDOM_LETTERS
FOREIGN = LETTERS + codes._check(LETTERS)  # a code that only its letters give away


@pytest.mark.parametrize(
    "address",
    [f"/osserva?sezione={HUGE}", "/osserva?sezione=\u00b2", f"/segui?codice={FOREIGN}"],
)
def test_the_public_gets_a_page(visitor: Browser, address: str) -> None:
    assert visitor.open(address).status == 200


@pytest.mark.parametrize(
    "query",
    ["q=\u1369", f"q={HUGE}", f"dopo=2020-10-20T00:00~{HUGE}", "dopo=0001-01-01T00:00~1", "dopo=~"],
)
def test_the_office_gets_a_page(as_staff: Browser, query: str) -> None:
    factories.observation()

    for address in ("/ufficio/osservazioni", "/ufficio/vai"):
        assert as_staff.open(f"{address}?{query}").status in {200, 302}


def test_a_section_that_cannot_be_is_not_chosen(visitor: Browser) -> None:
    page = visitor.open(_start(visitor).address.replace("richieste", "su-che-cosa"))

    for number in (HUGE, "\u00b2", "-1"):
        assert page.submit(has="csrf_token", scegli=number).status == 200


def test_a_version_or_stakeholder_that_cannot_be_is_refused(as_staff: Browser) -> None:
    factories.observation()

    text = as_staff.open(f"{FIRST}/testo").submit(text="Altro testo.", base_version="abc")
    tie = as_staff.open(as_staff.open(FIRST).link("Collega a un portatore"), q="rho")

    assert "Qualcun altro ha modificato" in text.error_of("text")
    for number in ("\u00b2", HUGE):
        assert tie.submit(stakeholder=number).status == 200
