"""Who submits: for somebody else with a mandate, or together with others."""

import io

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wtforms import ValidationError

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.observations import service
from ptm_participation.observations.forms import check_signatories
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.workflow import FileClass
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.observations.filling import as_citizen, ask, only_observation, send, start
from tests.pages import Browser, Page

PUBLIC = "/osservazioni/ptm/1"


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


def _two_comuni(page: Page, **more: object) -> Page:
    """Step 3, as the Comune of Rho with others."""
    return page.submit(
        municipality=str(factories.municipality("Rho").id),
        representative="Carla Verdi",
        email="protocollo@comune.example.org",
        **more,
    )


def test_several_comuni_submit_together_with_a_first_signatory(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    who = ask(start(visitor)).submit(type="municipality")

    check = _two_comuni(who, signatories="Arese\n  comune di  LAINATE ", protocol="4471/2020")

    assert "Primo firmatario" in check.text
    assert "Comune di Arese Comune di Lainate" in check.text
    assert "Comune di Rho, insieme a Comune di Arese, Comune di Lainate" in check.text
    send(check)
    made = only_observation()
    along = [(p.name, p.type, p.municipality.name) for p in made.signatories if p.municipality]
    assert along == [
        ("Comune di Arese", SubjectType.MUNICIPALITY, "Arese"),
        ("Comune di Lainate", SubjectType.MUNICIPALITY, "Lainate"),
    ]
    page = as_staff.open("/ufficio/osservazioni/ptm/1")
    assert "Protocollo del mittente 4471/2020" in page.text
    assert "Primo firmatario" in page.text
    assert "Altri firmatari 2" in page.text
    _publish(staff, made)
    assert "Insieme a Comune di Arese, Comune di Lainate." in visitor.open(PUBLIC).text


def _publish(staff: User, made: Observation) -> None:
    service.record_protocol(staff, made, Protocol("0180001", clock.today()))
    service.publish(staff, [made])


def test_private_persons_who_sign_along_have_no_name_in_public(
    visitor: Browser, staff: User
) -> None:
    check = as_citizen(ask(start(visitor)), signatories="Luca Verdi\nMara Neri")

    send(check)

    assert "Con altri 2 firmatari, senza i nomi." in check.text
    _publish(staff, only_observation())
    page = visitor.open(PUBLIC)
    assert "Con il primo firmano altri 2 privati." in page.text
    assert "Verdi" not in page.response.text
    assert "Neri" not in page.response.text


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listed=st.lists(st.sampled_from(["Arese", "arese ", "Comune di Arese", "Lainate", "Rho"])))
def test_nobody_signs_twice(app: Flask, listed: list[str]) -> None:
    bare = [name.strip().lower().removeprefix("comune di ") for name in listed]
    good = len(set(bare)) == len(bare) and "rho" not in bare

    with app.test_request_context():
        refused = _refusal("\n".join(listed), "Comune di Rho", SubjectType.MUNICIPALITY)

    assert (refused == "") is good, refused


def _refusal(text: str, first: str, type_: SubjectType) -> str:
    try:
        check_signatories(text, first, type_)
    except ValidationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("listed", "sentence"),
    [
        ("Luca Verdi\nluca  verdi", "«luca verdi» è due volte nell’elenco."),
        ("ANNA BIANCHI", "«ANNA BIANCHI» è già il primo firmatario: togli questa riga."),
        ("\n".join(f"Persona {n}" for n in range(201)), "Al massimo 200 altri firmatari"),
        ("x" * 201, "è troppo lungo per un nome."),
    ],
    ids=["twice", "the first", "too many", "too long"],
)
def test_what_is_wrong_with_a_list_of_signatories_is_said(
    visitor: Browser, listed: str, sentence: str
) -> None:
    page = as_citizen(ask(start(visitor)), signatories=listed)

    assert sentence in page.error_of("signatories")


def test_a_body_that_is_none_of_the_comuni_does_not_sign_as_one(visitor: Browser) -> None:
    page = _two_comuni(ask(start(visitor)).submit(type="municipality"), signatories="Atlantide")

    assert page.error_of("signatories").startswith("«Atlantide» non è uno dei 133 Comuni")


def test_a_letter_of_several_is_entered_with_all_its_signatories(as_staff: Browser) -> None:
    page = as_staff.open("/ufficio/osservazioni/nuova")

    page.submit(
        sent_on="2020-10-12",
        arrived_on="2020-10-14",
        type="environmental-association",
        municipality=str(factories.municipality("Rho").id),
        name="WWF",
        signatories="Legambiente\nItalia Nostra",
        title="Oggetto",
        text="Testo",
    )

    made = only_observation()
    assert [p.name for p in made.signatories] == ["Legambiente", "Italia Nostra"]
    assert {p.type for p in made.signatories} == {SubjectType.ENVIRONMENTAL_ASSOCIATION}
