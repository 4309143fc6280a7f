"""A body answers that it has nothing to observe; a sender completes, replaces and withdraws."""

import dataclasses
import json

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.audit import VISITOR
from ptm_participation.core.db import db
from ptm_participation.observations import codes, drafting, intake, service
from ptm_participation.observations.links import links_of, undo_link
from ptm_participation.observations.models import Observation
from ptm_participation.observations.received import Declared, Earlier
from ptm_participation.observations.steps import assemble
from ptm_participation.observations.workflow import Capacity, LinkKind, PartyRole, Purpose
from ptm_participation.procedure import service as terms
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.observations.filling import REASONS, ask, only_observation, send, sent
from tests.pages import Browser, Page

# The form of who writes, which takes no address over from who merely has the code.
WHO = {"has": "name", "email": "anna@example.org"}


def _of_rho(page: Page) -> Page:
    return page.submit(
        municipality=str(factories.municipality("Rho").id),
        representative="Carla Verdi",
        email="protocollo@comune.example.org",
    )


def _numbered(number: int) -> Observation:
    db.session.rollback()
    return db.session.scalars(sa.select(Observation).filter_by(number=number)).one()


def _case(receipt: Page) -> Page:
    return receipt.follow("Segui l’osservazione")


# -- no observations ---------------------------------------------------------------------


def test_a_comune_answers_in_two_steps_that_it_has_no_observations(
    visitor: Browser, as_staff: Browser
) -> None:
    who = visitor.open("/osserva").press("Rispondi che non hai osservazioni")
    assert who.heading == "Chi sei"

    check = _of_rho(who.submit(type="any-body").submit(type="municipality"))

    assert "Rispondi che non hai osservazioni sul piano." in check.text
    receipt = send(check)
    assert receipt.heading == "Risposta n. 1 ricevuta"
    made = only_observation()
    assert made.purpose is Purpose.NO_OBSERVATIONS
    assert made.title == "Nessuna osservazione"
    assert made.submission.requests == []
    assert json.loads(made.submission.raw)["purpose"] == "no-observations"
    assert visitor.client.get(receipt.link("Scarica la ricevuta")).data.startswith(b"%PDF-")
    assert _case(receipt).heading == "La tua risposta è stata ricevuta"
    found = as_staff.open("/ufficio/osservazioni", natura="no-observations")
    assert "Natura: Nessuna osservazione" in found.text
    assert len(found.rows()) == 1
    assert as_staff.open("/ufficio/osservazioni", natura="withdrawal").soup.find("tbody") is None


def test_a_private_person_is_told_that_it_need_not_answer(visitor: Browser) -> None:
    who = visitor.open("/osserva").press("Rispondi che non hai osservazioni")

    page = who.submit(type="citizen")

    assert page.error_of("type").startswith("Solo un ente risponde che non ha osservazioni")


def test_the_register_takes_no_such_answer_from_a_private_person(app: Flask) -> None:
    said = factories.received(type=SubjectType.CITIZEN, purpose=Purpose.NO_OBSERVATIONS)

    with pytest.raises(intake.NotABody):
        intake.submit_observation(VISITOR, factories.window(), said, token=form_tokens.new_token())


def test_an_ordinary_submission_says_of_itself_what_it_always_said(app: Flask) -> None:
    raw = json.loads(factories.observation().submission.raw)

    assert not {"purpose", "earlier", "because"} & set(raw)


def test_the_answer_of_a_body_comes_by_pec_too_and_is_published_as_what_it_is(
    as_staff: Browser, staff: User, visitor: Browser
) -> None:
    page = as_staff.open("/ufficio/osservazioni/nuova")

    page.submit(
        purpose="no-observations",
        channel="pec",
        identity="pec",
        arrived_on="2020-10-14",
        type="municipality",
        municipality=str(factories.municipality("Rho").id),
        name="Comune di Rho",
        protocol_number="0181234",
        protocol_on="2020-10-15",
    )

    made = only_observation()
    assert (made.purpose, made.title) == (Purpose.NO_OBSERVATIONS, "Nessuna osservazione")
    service.publish(staff, [made])
    assert "Comune di Rho" in visitor.open("/osservazioni").text
    public = visitor.open("/osservazioni/ptm/1").text
    assert "Risponde di non avere osservazioni sul piano." in public
    assert "risponde a ogni richiesta" not in public


def test_a_withdrawal_that_came_on_paper_names_what_it_withdraws(as_staff: Browser) -> None:
    factories.observation()
    letter = {
        "purpose": "withdrawal",
        "channel": "hand",
        "arrived_on": "2020-10-14",
        "type": "citizen",
        "municipality": str(factories.municipality("Rho").id),
        "name": "Anna Bianchi",
        "identity": "counter",
    }
    page = as_staff.open("/ufficio/osservazioni/nuova").submit(**letter)
    assert page.error_of("withdraws") == "Scrivi il numero di quella ritirata."
    page = page.submit(withdraws="7")
    assert page.error_of("withdraws") == "Non c’è un’osservazione con questo numero."

    page.submit(withdraws="1")

    assert _numbered(2).title == "Ritiro della n. 1"
    assert "Ritirata" in as_staff.open("/ufficio/osservazioni/ptm/1").text
    assert [row[1] for row in as_staff.open("/ufficio/osservazioni").rows()] != []


# -- completing, replacing ---------------------------------------------------------------


def test_a_sender_completes_an_observation_with_another_one(visitor: Browser) -> None:
    page = _case(sent(visitor)).follow("Integra")
    assert page.heading == "Integra l’osservazione n. 1"

    step2 = page.press("Comincia")

    assert step2.heading == "Che cosa chiedi"
    who = ask(step2, **{"requests-0-reasons": "Anche per un'altra ragione."})
    assert "Integra la n. 1" in who.text
    assert who.soup.find(id="name")["value"] == "Anna Bianchi"
    assert who.soup.find(id="email")["value"] == ""  # whoever has the code does not read it
    receipt = send(who.submit(**WHO))
    assert receipt.heading == "Osservazione n. 2 ricevuta"
    assert "Integra la n. 1" in receipt.text
    earlier, later = _numbered(1), _numbered(2)
    assert [(link.kind, link.number) for link in links_of(later)] == [(LinkKind.INTEGRATES, 1)]
    assert earlier.submission.requests[0].reasons == REASONS
    spoken_of = [anchor.section_version_id for anchor in later.submission.requests[0].anchors]
    assert spoken_of == [factories.section().id]
    assert json.loads(later.submission.raw)["earlier"] == {
        "register": "ptm",
        "number": 1,
        "kind": "integrates",
    }
    assert _action_of("observation.linked") == "visitor"


def _action_of(action: str) -> str:
    query = sa.select(audit.AuditEntry.actor).filter_by(action=action)
    return db.session.scalars(query).one()


def test_a_sender_replaces_an_observation_starting_from_its_words(visitor: Browser) -> None:
    first = sent(visitor)

    step2 = _case(first).follow("Sostituisci").press("Comincia")

    assert step2.heading == "Che cosa chiedi"
    assert "Sostituisce la n. 1" in step2.text
    assert REASONS in step2.form_with("requests-0-reasons").get_text()
    who = step2.submit(button="continua", **{"requests-0-reasons": "Parole nuove."})
    send(who.submit(**WHO))
    later = _numbered(2)
    assert later.submission.requests[0].reasons == "Parole nuove."
    assert later.submission.requests[0].anchors[0].section_version_id == factories.section().id
    assert "È sostituita dalla n. 2" in _case(first).text


def test_a_body_that_had_answered_that_it_has_none_replaces_its_answer(visitor: Browser) -> None:
    who = visitor.open("/osserva").press("Rispondi che non hai osservazioni")
    first = send(_of_rho(who.submit(type="any-body").submit(type="municipality")))

    step1 = _case(first).follow("Sostituisci").press("Comincia")

    assert step1.heading == "Su che cosa"
    assert "Integra" not in [link.get_text() for link in _case(first).soup.find_all("a")]


def test_a_delegate_and_the_signatories_are_found_again(visitor: Browser) -> None:
    token = form_tokens.new_token()
    said = factories.received(name="Comune di Rho", type=SubjectType.MUNICIPALITY)
    along = (
        Declared(PartyRole.REPRESENTATIVE, "Carla Verdi", Capacity.DELEGATE),
        Declared(PartyRole.SIGNATORY, "Comune di Arese", type=SubjectType.MUNICIPALITY),
    )
    said = dataclasses.replace(said, parties=(*said.parties, *along))
    intake.submit_observation(VISITOR, factories.window(), said, token=token)

    begun = visitor.open(f"/segui/{codes.code_of(token)}/integra").press("Comincia")

    page = visitor.open(begun.address.split("?")[0].replace("richieste", "chi-sei"))
    assert "Scrivi come: Comune" in page.text
    assert page.soup.find(id="representative")["value"] == "Carla Verdi"
    assert "Comune di Arese" in page.form_with("signatories").get_text()


# -- withdrawing -------------------------------------------------------------------------


def _identify(staff: User, number: int) -> None:
    service.regularise(staff, _numbered(number), how="Documento mostrato allo sportello.")


def test_a_sender_withdraws_an_observation_which_stays_in_the_register(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    first = sent(visitor)
    raw = _numbered(1).submission.raw
    page = _case(first).follow("Ritira")
    assert "resta nel registro, segnata come ritirata" in page.text

    check = page.press("Comincia").submit(because="Ho venduto l'area.").submit(**WHO)

    assert "resta nel registro, segnata come ritirata" in check.text
    receipt = send(check)
    assert receipt.heading == "Ritiro n. 2 ricevuto"
    made = _numbered(2)
    assert (made.purpose, made.title) == (Purpose.WITHDRAWAL, "Ritiro della n. 1")
    assert made.submission.text == "Ritira la n. 1.\n\nHo venduto l'area."
    assert [link.kind for link in links_of(made)] == [LinkKind.WITHDRAWS]
    assert _numbered(1).submission.raw == raw
    assert _case(first).heading == "La tua osservazione è stata ricevuta"
    assert "vale quando chi la invia è identificato" in _case(first).text
    _identify(staff, 2)
    assert _case(first).heading == "Hai ritirato questa osservazione"
    assert "È ritirata dalla n. 2" in _case(first).text
    assert "Ritirata" in as_staff.open("/ufficio/osservazioni").text


def test_what_is_withdrawn_cannot_be_withdrawn_or_replaced_again(
    visitor: Browser, staff: User
) -> None:
    first = sent(visitor)
    code = codes.read(first.items(".ptm-code")[0])
    send(_case(first).follow("Ritira").press("Comincia").submit(because="").submit(**WHO))
    _identify(staff, 2)

    for act in ("integra", "sostituisci", "ritira"):
        page = visitor.open(f"/segui/{code}/{act}")
        assert "L’osservazione n. 1 è già stata ritirata: presentane una nuova." in page.text
        assert not page.soup.select("main form")
    assert "Ritira" not in [link.get_text() for link in _case(first).soup.find_all("a")]


def test_of_two_withdrawals_begun_the_second_is_refused_when_it_is_sent(
    visitor: Browser, staff: User
) -> None:
    first = sent(visitor)
    begin = _case(first).follow("Ritira")
    one = begin.press("Comincia").submit(because="").submit(**WHO)
    two = begin.press("Comincia").submit(because="").submit(**WHO)
    send(one)
    _identify(staff, 2)

    page = send(two)

    assert "già stata ritirata" in page.error_of("identity")
    assert db.session.scalar(sa.select(sa.func.count(Observation.id))) == 2


def test_a_withdrawal_itself_is_neither_completed_nor_withdrawn(visitor: Browser) -> None:
    page = _case(sent(visitor)).follow("Ritira").press("Comincia").submit(because="")
    receipt = send(page.submit(**WHO))
    code = codes.read(receipt.items(".ptm-code")[0])

    page = visitor.open(f"/segui/{code}/ritira")

    assert "La n. 2 è un ritiro" in page.text


def test_after_the_office_undid_the_link_it_can_be_withdrawn_again(
    visitor: Browser, staff: User
) -> None:
    first = sent(visitor)
    send(_case(first).follow("Ritira").press("Comincia").submit(because="").submit(**WHO))
    later = _numbered(2)
    undo_link(staff, links_of(later)[0].id, later, because="Inviata per errore.")

    assert "Comincia" in visitor.open(_case(first).link("Ritira")).text


def test_a_withdrawal_after_the_term_is_late_and_a_shut_window_refuses_with_its_act(
    visitor: Browser, manager: User
) -> None:
    first = sent(visitor)
    with clock.at("2020-11-05T10:00"):
        page = _case(first).follow("Ritira")
        assert "Fuori termine" in page.text
        late = send(page.press("Comincia").submit(because="").submit(**WHO))
        assert "Tardiva" in late.text
    other = sent(visitor)
    with clock.at("2020-12-01T10:00"):
        terms.shut_window(manager, factories.window(), act="Decreto 12/2020")
        page = _case(other).follow("Integra")

    assert "Le osservazioni sono chiuse" in page.text
    assert "Decreto 12/2020" in page.text
    assert not page.soup.select("main form")


def test_a_draft_deleted_in_the_meantime_withdraws_nothing(visitor: Browser) -> None:
    first = sent(visitor)
    check = _case(first).follow("Ritira").press("Comincia").submit(because="").submit(**WHO)
    key = check.address.split("/")[2]
    draft = drafting.find_draft(key)
    received = assemble(draft, level=IdentityLevel.NONE, received_at=clock.now(), language="it")
    drafting.drop_draft(key)

    with pytest.raises(drafting.DraftGone):
        drafting.send_draft(
            VISITOR, factories.window(), key, received, revision=draft.revision, notice=None
        )


# -- from one's account; in public -------------------------------------------------------


def test_an_account_withdraws_what_it_sent_and_nothing_else(
    as_stakeholder: Browser,
) -> None:
    sent(as_stakeholder)
    factories.observation()

    page = as_stakeholder.open("/mie-osservazioni").follow("Ritira")

    assert page.heading == "Ritira l’osservazione n. 1"
    assert as_stakeholder.open("/mie-osservazioni/ptm/2/ritira").status == 404


def test_the_public_reads_of_links_only_with_what_is_published(
    visitor: Browser, staff: User
) -> None:
    earlier = factories.protocolled(staff)
    service.publish(staff, [earlier])
    later = factories.protocolled(staff, earlier=Earlier("ptm", 1, LinkKind.REPLACES))
    assert "È sostituita" not in visitor.open("/osservazioni/ptm/1").text

    service.publish(staff, [later])

    assert visitor.open("/osservazioni/ptm/1").follow("È sostituita dalla n. 2").status == 200
    assert "Sostituisce la n. 1" in visitor.open("/osservazioni/ptm/2").text


def test_an_earlier_one_of_another_register_is_not_found(app: Flask) -> None:
    with pytest.raises(intake.NoSuchEarlier):
        factories.observation(earlier=Earlier("vas", 1, LinkKind.INTEGRATES))
