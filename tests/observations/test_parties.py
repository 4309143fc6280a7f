"""Who submits: for somebody else with a mandate, or together with others."""

import io

from ptm_participation.observations.workflow import FileClass
from tests import factories
from tests.observations.filling import ask, only_observation, send, start
from tests.pages import Browser, Page


def _mandate() -> tuple[io.BytesIO, str]:
    return io.BytesIO(factories.PDF_BYTES), "delega.pdf"


def _by_delegation(page: Page, **more: object) -> Page:
    """Step 3, as somebody whom the Comune of Rho has asked to write."""
    return page.submit(
        municipality=str(factories.municipality("Rho").id),
        representative="Carla Verdi",
        representative_capacity="delegate",
        email="studio@example.org",
        **more,
    )


def test_who_writes_by_delegation_adds_the_mandate(visitor: Browser) -> None:
    who = ask(start(visitor)).submit(type="municipality")

    refused = _by_delegation(who)

    assert refused.error_of("mandate") == "Aggiungi la delega."
    check = visitor.open(refused.address.replace("chi-sei", "controlla"))
    assert "Aggiungi la delega." in check.text
    assert check.link("Aggiungi la delega.").endswith("chi-sei#mandate")
    assert not check.soup.select("[name=declaration]"), "it cannot be sent without"
    receipt = send(_by_delegation(check.follow("Aggiungi la delega."), mandate=_mandate()))
    assert receipt.heading == "Osservazione n. 1 ricevuta"
    files = only_observation().submission.files
    assert [(f.name, f.file_class) for f in files] == [("delega.pdf", FileClass.MANDATE)]


def test_the_mandate_stays_when_the_step_is_shown_again(visitor: Browser) -> None:
    check = _by_delegation(ask(start(visitor)).submit(type="municipality"), mandate=_mandate())

    assert "delega.pdf" in check.text
    again = visitor.open(check.address.replace("controlla", "chi-sei"))
    assert "Delega qui: delega.pdf" in again.text
    assert _by_delegation(again).heading == "Controlla e invia"


def test_a_mandate_is_not_sent_by_who_writes_for_itself_after_all(visitor: Browser) -> None:
    check = _by_delegation(ask(start(visitor)).submit(type="municipality"), mandate=_mandate())

    again = visitor.open(check.address.replace("controlla", "chi-sei"))
    send(again.submit(has="municipality", representative_capacity="legal-representative"))

    assert only_observation().submission.files == []


def test_the_mandate_is_the_offices_alone(visitor: Browser, as_staff: Browser) -> None:
    send(_by_delegation(ask(start(visitor)).submit(type="municipality"), mandate=_mandate()))

    page = as_staff.open("/ufficio/osservazioni/ptm/1")

    assert "Riservato: in nessuna esportazione" in page.text
    assert as_staff.client.get(page.link("delega.pdf")).status_code == 200
    assert visitor.open(page.link("delega.pdf")).heading == "Accedi"
