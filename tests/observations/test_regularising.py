"""The office asks an author to make itself known, until a day; what is missing comes, or late."""

import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.errors import WrongState
from ptm_participation.core.form_tokens import new_token
from ptm_participation.observations import codes, service, supplements
from ptm_participation.observations.supplement_models import Supplement
from ptm_participation.observations.workflow import Regularity
from tests import factories
from tests.observations.filling import only_observation, sent
from tests.pages import Browser, Page

ADDRESS = "/ufficio/osservazioni/ptm/1"


def _case(receipt: Page) -> Page:
    return receipt.follow("Segui l’osservazione")


def _signed() -> tuple[io.BytesIO, str]:
    return io.BytesIO(factories.PDF_BYTES), "firmata.pdf"


def _card() -> tuple[io.BytesIO, str]:
    return io.BytesIO(factories.PNG_BYTES), "carta.png"


def _ask(officer: Browser, **values: Any) -> Page:
    page = officer.open(ADDRESS).follow("Chiedi quello che manca")
    return page.submit(has="days", button="chiedi", **values)


def test_the_sender_is_asked_and_adds_what_is_missing_which_the_office_confirms(
    visitor: Browser, as_staff: Browser
) -> None:
    first = sent(visitor)
    raw = only_observation().submission.raw

    page = _ask(as_staff, words="Manca la firma.")

    # Ten days from 20 October end on the 30th, a Friday.
    assert "Entro il 30 ottobre 2020" in page.text
    case = _case(first)
    assert "Hai tempo fino a venerdì 30 ottobre 2020, ore 24:00" in case.text
    assert "Manca la firma." in case.text
    with clock.at("2020-10-30T23:59:59"):
        case = case.follow("Aggiungi quello che manca").submit(
            signed_file=_signed(), identity_file=_card()
        )
    assert "Ricevuto il 30 ottobre 2020" in case.text
    assert "in tempo" in case.text
    page = as_staff.open(ADDRESS)
    assert "in tempo" in page.text
    assert as_staff.client.get(page.link("firmata.pdf")).data == factories.PDF_BYTES
    assert "Ricevuti file per la regolarizzazione" in page.follow("Cronologia").text
    page.follow("Conferma l’autore").submit(how="Copia firmata.")
    made = only_observation()
    assert made.regularity is Regularity.REGULARISED
    assert made.submission.raw == raw
    assert "Aggiunto dopo" in _case(first).text


def _asked_long_ago(visitor: Browser, staff: User) -> Page:
    """Sent on 8 October and asked for within ten days, which end on a Sunday: on the 19th."""
    with clock.at("2020-10-08T10:00"):
        first = sent(visitor)
        supplements.ask_to_regularise(staff, only_observation(), days=10, words="")
    return first


def test_what_comes_after_the_term_is_taken_and_said_late(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    first = _asked_long_ago(visitor, staff)
    assert "Scaduta" in as_staff.open(ADDRESS).text

    page = _case(first).follow("Aggiungi quello che manca")

    assert "Il termine è scaduto lunedì 19 ottobre 2020, ore 24:00" in page.text
    assert "dopo il termine" in page.submit(signed_file=_signed()).text


def test_the_term_is_counted_with_holidays_and_its_reasons_are_shown_first(
    visitor: Browser, as_staff: Browser
) -> None:
    sent(visitor)

    page = as_staff.open(ADDRESS).follow("Chiedi quello che manca")
    page = page.press("Vedi il termine", days="12")

    # The twelfth day is All Saints, a Sunday too.
    assert any("domenica 1 novembre 2020 è festivo" in r.lower() for r in page.items("ol li"))
    assert any("lunedì 2 novembre 2020" in reason for reason in page.items("ol li"))
    assert "Regolarizzazione" not in as_staff.open(ADDRESS).items("h2"), "nothing was asked"


@pytest.mark.parametrize("days", ["0", "9999", "dieci"])
def test_days_that_make_no_term_are_refused(visitor: Browser, as_staff: Browser, days: str) -> None:
    sent(visitor)

    page = _ask(as_staff, days=days)

    assert page.error_of("days")


def test_nothing_added_is_said_and_a_bad_file_too(visitor: Browser) -> None:
    page = _case(sent(visitor)).follow("Aggiungi quello che manca")

    empty = page.submit(has="token")
    bad = page.submit(signed_file=(io.BytesIO(b"<p>"), "pagina.html"))

    assert empty.error_of("signed_file") == "Aggiungi almeno un file."
    assert "non si può accettare" in bad.error_of("signed_file")
    assert not db.session.scalar(sa.select(sa.func.count(Supplement.id)))


def test_what_is_sent_twice_is_kept_once(visitor: Browser) -> None:
    page = _case(sent(visitor)).follow("Aggiungi quello che manca")

    page.submit(signed_file=_signed())
    page.submit(signed_file=_signed())

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Supplement.id))) == 1


def test_who_is_identified_has_nothing_to_add(visitor: Browser, staff: User) -> None:
    first = sent(visitor)
    service.regularise(staff, only_observation(), how="Copia firmata.")

    page = _case(first)

    assert "Aggiungi quello che manca" not in page.text
    address = f"/segui/{codes.read(first.items('.ptm-code')[0])}/regolarizza"
    assert "Non manca niente" in visitor.open(address).text
    with pytest.raises(WrongState):
        supplements.ask_to_regularise(staff, only_observation(), days=10, words="")
    with pytest.raises(WrongState):
        supplements.supply(
            VISITOR, only_observation(), [], token=new_token(), received_at=clock.now()
        )


def test_the_office_finds_those_whose_term_is_over(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    _asked_long_ago(visitor, staff)
    factories.observation()
    query = {"regolarizzazione": "scaduta"}

    over = as_staff.open("/ufficio/osservazioni", **query)

    assert "Regolarizzazione: scaduta" in over.text
    assert [row[0] for row in over.rows()] == ["1"]
    _ask(as_staff)
    assert as_staff.open("/ufficio/osservazioni", **query).soup.find("tbody") is None


def test_what_was_asked_and_added_cannot_be_altered_even_by_hand(
    app: Flask, visitor: Browser, as_staff: Browser
) -> None:
    first = sent(visitor)
    _ask(as_staff)
    _case(first).follow("Aggiungi quello che manca").submit(signed_file=_signed())
    db.session.rollback()
    engine = sa.create_engine(db.engine.url)

    for statement in (
        "UPDATE regularisation_request SET due_on = '2021-01-01'",
        "DELETE FROM regularisation_request",
        "UPDATE supplement SET received_at = '2020-10-01 00:00:00'",
        "DELETE FROM supplement_file",
        "UPDATE supplement_file SET name = 'x'",
    ):
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.DBAPIError, match="immutable"),
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_files_added_are_the_offices_alone(visitor: Browser, as_staff: Browser) -> None:
    _case(sent(visitor)).follow("Aggiungi quello che manca").submit(identity_file=_card())

    page = as_staff.open(ADDRESS)

    assert "Riservato: in nessuna esportazione" in page.text
    assert visitor.open(page.link("carta.png")).heading == "Accedi"


def test_the_same_form_with_other_files_is_never_taken_for_the_first(
    visitor: Browser, app: Flask
) -> None:
    form = _case(sent(visitor)).follow("Aggiungi quello che manca")
    form.submit(signed_file=_signed())
    assert "Ricevuto" in form.submit(signed_file=_signed()).text

    again = form.submit(identity_file=_card())

    assert "già stata inviata, con altri file" in again.error_of("signed_file")
    kept = db.session.scalars(sa.select(Supplement)).one()
    assert [file.name for file in kept.files] == ["firmata.pdf"]
    token = new_token()
    other = factories.observation(token=token)
    with pytest.raises(supplements.SentWithOtherFiles):
        supplements.supply(VISITOR, other, [], token=token, received_at=clock.now())
