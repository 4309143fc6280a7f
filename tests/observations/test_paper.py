"""An officer enters what came on paper or by certified mail, with the date that counts."""

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.observations import codes
from ptm_participation.observations.intake import NotYetOpen, SentAfterArrival
from ptm_participation.observations.models import Observation
from ptm_participation.observations.place_models import RequestPlace
from ptm_participation.observations.workflow import Basis, Channel, FileClass, ObservationState
from tests import factories
from tests.pages import Browser, Page

FORM = "/ufficio/osservazioni/nuova"


def _enter(page: Page, **more: Any) -> Page:
    values = {
        "channel": "registered-mail",
        "sent_on": "2020-10-15",
        "arrived_on": "2020-10-19",
        "type": "municipality",
        "name": "Comune di Rho",
        "municipality": str(factories.municipality("Rho").id),
        "title": "Ambiti agricoli",
        "sections": "41; Tav. 6",
        "text": "Si chiede di riperimetrare.",
        **more,
    }
    return page.submit(**values)


def _only() -> Observation:
    return db.session.scalars(sa.select(Observation)).one()


def test_a_registered_letter_counts_from_its_postmark(as_staff: Browser) -> None:
    with clock.at("2020-11-10T09:00"):
        as_staff.sign_in("istruttrice@example.org", "quattro parole in fila")
        page = _enter(as_staff.open(FORM), sent_on="2020-11-02", arrived_on="2020-11-06")

    made = _only()
    assert page.heading == "Registrata con il n. 1"
    assert "Nei termini" in page.text
    assert "fa fede il timbro postale" in page.text.lower()
    assert made.in_time
    assert made.basis is Basis.POSTMARK
    assert clock.rome(made.received_at).isoformat()[:10] == "2020-11-06"
    code = codes.read(page.items(".ptm-code")[0])
    assert as_staff.open(f"/segui/{code}").status == 200


def test_a_pec_counts_from_its_acceptance_to_the_minute(as_staff: Browser) -> None:
    with clock.at("2020-11-10T09:00"):
        as_staff.sign_in("istruttrice@example.org", "quattro parole in fila")
        for hour, day in (("23:59", "2020-11-02"), ("00:00", "2020-11-03")):
            _enter(
                as_staff.open(FORM),
                channel="pec",
                sent_on="",
                arrived_on=day,
                arrived_at=hour,
                identity="pec",
            )

    rows = db.session.scalars(sa.select(Observation).order_by(Observation.number)).all()
    assert [row.in_time for row in rows] == [True, False]
    assert {row.basis for row in rows} == {Basis.PEC_ACCEPTANCE}
    assert {row.regularity.value for row in rows} == {"sufficient"}


def test_protocol_scan_and_representative_come_with_it(as_staff: Browser) -> None:
    page = _enter(
        as_staff.open(FORM),
        representative="Carla Verdi",
        protocol_number="0187001",
        protocol_on="2020-10-19",
        sender_number="4471",
        sender_on="2020-10-15",
        scan=(io.BytesIO(factories.PDF_BYTES), "lettera.pdf"),
    )

    made = _only()
    assert page.heading == "Registrata con il n. 1"
    assert made.state is ObservationState.REGISTERED
    assert made.protocol_number == "0187001"
    assert [f.file_class for f in made.submission.files] == [FileClass.SCAN]
    assert [p.name for p in made.parties] == ["Comune di Rho", "Carla Verdi"]
    assert made.submission.entered_by_id is not None
    assert {link.anchor.section_version.brief for link in made.anchors} == {"art. 41", "Tav. 6"}


def test_parcels_that_a_letter_names_are_places_of_it(as_staff: Browser, visitor: Browser) -> None:
    named = "Rho, foglio 12, mappali 34, 35\n\nsan giuliano milanese fg. 7 mapp. 8; Rho F.12 n. 34"
    wrong = _enter(as_staff.open(FORM), parcels=named)
    assert "Riga 3" in wrong.error_of("parcels")

    _enter(wrong, parcels=named.replace("; Rho", "\nRho"))

    shown = as_staff.open("/ufficio/osservazioni/ptm/1").text
    assert "Rho, foglio 12, mappale 34" in shown
    assert "San Giuliano Milanese, foglio 7, mappale 8" in shown
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RequestPlace)) == 3
    assert not db.session.scalars(sa.select(RequestPlace.public)).first()


def test_the_officer_may_say_that_another_day_counts(as_staff: Browser) -> None:
    page = _enter(as_staff.open(FORM), counts_on="2020-10-12")
    assert page.error_of("reason") == "Scrivere perché fa fede un’altra data."

    _enter(page, counts_on="2020-10-12", reason="Timbro illeggibile: vale la distinta.")

    made = _only()
    assert made.basis is Basis.OFFICER
    assert clock.rome(made.counts_at).isoformat() == "2020-10-12T00:00:00+02:00"


def test_a_double_click_enters_one(as_staff: Browser) -> None:
    page = as_staff.open(FORM)

    first, second = _enter(page), _enter(page)

    assert first.heading == second.heading == "Registrata con il n. 1"
    assert _only().number == 1


def test_a_correction_sent_from_the_same_page_is_not_lost_without_a_word(
    as_staff: Browser,
) -> None:
    page = as_staff.open(FORM)
    _enter(page)

    again = _enter(page, name="Comune di Arese")
    dated = _enter(page, counts_on="2020-10-12", reason="Consegnata prima.")
    _enter(page, protocol_number="P1", protocol_on="2020-10-19")
    numbered = _enter(page, protocol_number="P2", protocol_on="2020-10-19")

    for refused in (again, dated, numbered):
        assert "ha già registrato la n. 1, con parole diverse" in refused.text
    assert _only().protocol_number == "P1"
    assert _only().submitter.name == "Comune di Rho"


def test_a_page_without_its_token_registers_nothing(as_staff: Browser) -> None:
    page = _enter(as_staff.open(FORM), token="")

    assert "Questa pagina non è completa" in page.text
    assert not db.session.scalar(sa.select(sa.func.count(Observation.id)))


def test_all_that_is_wrong_is_said_at_once(as_staff: Browser) -> None:
    page = _enter(
        as_staff.open(FORM),
        arrived_on="2020-10-21",
        sections="art. 999",
        scan=(io.BytesIO(b"<svg onload=1>"), "scansione.pdf"),
    )

    assert page.error_of("arrived_on")
    assert page.error_of("sections")
    assert page.error_of("scan")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("sent_on", "", "Scrivere il giorno del timbro postale."),
        ("sent_on", "2020-10-20", "Non può essere stata spedita dopo l’arrivo."),
        ("arrived_on", "2020-10-21", "Questa data deve ancora venire."),
        ("arrived_on", "32/10/2020", "Scrivere la data come giorno/mese/anno, per esempio"),
        ("arrived_at", "25:00", "Scrivere l’ora come ore:minuti, per esempio 16:45."),
        ("municipality", "424242", "Questa voce non è nell’elenco."),
        ("type", "", "Scegliere il tipo di soggetto."),
        ("name", "", "Scrivere il nome."),
        ("sections", "art. 999", "Non si trova nel piano: art. 999."),
        ("parcels", "Atlantide, foglio 1, mappale 2", "Riga 1: scrivere un Comune dell’elenco"),
        ("parcels", "Rho, foglio 3, mappale 4\nRho f. 0 m. 5", "Riga 2: «0» non è un foglio"),
        ("parcels", "Rho, foglio 12", "Riga 1: scrivere un Comune dell’elenco"),
        ("text", "", "Scrivere il testo, o un riassunto se il testo è nella scansione."),
        ("email", "rho@", "Questo indirizzo e-mail non è completo: controllalo."),
        ("protocol_number", "12", "Scrivere sia il numero sia la data di protocollo."),
        ("sender_on", "2020-10-20", "Non può essere stata spedita dopo l’arrivo."),
        ("sender_registry", "c_h264", "Scrivere anche il numero del protocollo del mittente."),
        ("title", "x" * 201, "Al massimo 200 caratteri."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_is_written(
    as_staff: Browser, field: str, value: str, sentence: str
) -> None:
    page = _enter(as_staff.open(FORM), **{field: value})

    beside = {"protocol_number": "protocol_on", "sender_registry": "sender_on"}
    shown = beside.get(field, field)
    assert sentence in page.error_of(shown)
    assert not db.session.scalar(sa.select(sa.func.count(Observation.id)))


def test_a_bad_scan_is_refused_and_no_number_is_used_up(as_staff: Browser) -> None:
    page = _enter(as_staff.open(FORM), scan=(io.BytesIO(b"<svg onload=1>"), "scansione.pdf"))

    assert "ma contiene altro" in page.error_of("scan")
    _enter(page)
    assert _only().number == 1


def test_what_cannot_have_been_so_is_registered_by_no_way_in(app: Flask) -> None:
    stamped_later = {"channel": Channel.REGISTERED_MAIL, "sent_on": dt.date(2020, 10, 20)}
    with pytest.raises(SentAfterArrival):
        factories.observation(at="2020-10-19T10:00", **stamped_later)
    with pytest.raises(NotYetOpen):
        factories.observation(at="2020-09-01T23:59", channel=Channel.HAND)

    assert factories.observation().number == 1
