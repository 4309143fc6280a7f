"""The office keeps stakeholders and the people to reach at them."""

import pytest
import sqlalchemy as sa

from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
from ptm_participation.observations import service
from ptm_participation.stakeholders.models import Contact, Stakeholder
from tests import factories
from tests.pages import Browser

LIST = "/ufficio/soggetti"


def test_the_133_comuni_and_the_bodies_are_there_from_the_start(as_staff: Browser) -> None:
    count = db.session.scalar(
        sa.select(sa.func.count(Stakeholder.id)).filter_by(type="municipality")
    )

    assert count == 133
    assert as_staff.open(LIST, q="parco agricolo sud").items("tbody .t") == [
        "Parco Agricolo Sud Milano"
    ]


def test_paging_goes_through_all_of_them_once(as_staff: Browser) -> None:
    page, names = as_staff.open(LIST), []
    while True:
        names += page.items("tbody .t")
        if not page.soup.select("a[rel=next]"):
            break
        page = as_staff.open(page.soup.select_one("a[rel=next]")["href"])

    assert (
        len(names) == len(set(names)) == db.session.scalar(sa.select(sa.func.count(Stakeholder.id)))
    )


def test_a_new_one_is_registered_once(as_staff: Browser) -> None:
    form = as_staff.open(f"{LIST}/nuovo")
    values = {
        "name": "Comitato Acqua Chiara",
        "type": "committee",
        "municipality": str(factories.municipality("Rho").id),
        "website": "https://acqua.example.org",
    }

    first, second = form.submit(**values), form.submit(**values)
    other = as_staff.open(f"{LIST}/nuovo").submit(**{**values, "name": "comitato ACQUA chiara"})

    assert first.heading == second.heading == "Comitato Acqua Chiara"
    assert "Esiste già un portatore" in other.error_of("name")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Scrivere il nome."),
        ("type", "", "Scegliere il tipo di soggetto."),
        ("pec", "senza chiocciola", "Questo indirizzo e-mail non è completo: controllalo."),
        ("website", "javascript:alert(1)", "Scrivere l’indirizzo intero, con https://."),
    ],
)
def test_what_is_not_right_is_said(
    as_staff: Browser, field: str, value: str, sentence: str
) -> None:
    values = {"name": "Comitato", "type": "committee", field: value}

    page = as_staff.open(f"{LIST}/nuovo").submit(**values)

    assert page.error_of(field) == sentence


def test_contacts_are_added_changed_and_ended_but_never_lost(as_staff: Browser) -> None:
    rho = factories.stakeholder("Comune di Rho")
    page = as_staff.open(f"{LIST}/{rho.id}").follow("Aggiungi un contatto")

    page = page.submit(name="Carla Verdi", capacity="responsabile urbanistica", phone="02 1")
    assert "Carla Verdi" in page.text
    contact = db.session.scalars(sa.select(Contact)).one()
    form = as_staff.open(f"{LIST}/{rho.id}/contatti/{contact.id}")
    page = form.submit(name="Carla Verdi", ended="y")

    assert "Carla Verdi" in page.text
    db.session.refresh(contact)
    assert contact.ended_on is not None


def test_a_change_does_not_undo_anothers(as_staff: Browser, as_manager: Browser) -> None:
    rho = factories.stakeholder("Comune di Rho")
    first, second = (b.open(f"{LIST}/{rho.id}/modifica") for b in (as_staff, as_manager))
    first.submit(pec="rho@pec.example.org")

    page = second.submit(note="Chiamare il martedì.")

    assert "Qualcun altro ha modificato" in page.error_of("name")
    db.session.refresh(rho)
    assert rho.pec == "rho@pec.example.org"


def test_a_change_touches_only_what_was_changed(as_staff: Browser) -> None:
    rho = factories.stakeholder("Comune di Rho")
    before = (rho.type, rho.municipality_id, rho.must_be_consulted, rho.source)

    as_staff.open(f"{LIST}/{rho.id}/modifica").submit(note="Chiamare il martedì.")

    db.session.refresh(rho)
    assert rho.note == "Chiamare il martedì."
    assert (rho.type, rho.municipality_id, rho.must_be_consulted, rho.source) == before


def test_a_dossier_reads_as_sentences(as_staff: Browser, staff: User) -> None:
    rho = factories.stakeholder("Comune di Rho")
    service.tie_party(staff, factories.observation(name="Rho").submitter, rho)

    page = as_staff.open(f"/ufficio/soggetti/{rho.id}")

    assert "Non ancora consultato. La legge chiede di sentirlo. Registra" in " ".join(
        page.soup.find("main").get_text().split()
    )
    assert "1 osservazione collegata dall’ufficio" in page.text
