"""A case ends: the council decides on it, or its entry in the register is annulled."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock, form_tokens
from ptm_participation.core.db import db
from ptm_participation.core.errors import WrongState
from ptm_participation.observations import annulment, codes, incoming, selection, service
from ptm_participation.observations.intake import Annulled, WithdrawnAlready
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.received import Earlier, Enclosed
from ptm_participation.observations.workflow import (
    Channel,
    FileClass,
    LinkKind,
    MailState,
    Purpose,
)
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel
from tests import factories
from tests.conftest import PASSWORD
from tests.mail import pec
from tests.pages import Browser
from tests.reporting.export_files import FOLDER

LIST = "/ufficio/osservazioni"
FIRST = f"{LIST}/ptm/1"


def _enter(officer: User, mail: IncomingMail, *attached: Enclosed) -> Observation:
    message = Enclosed(mail.file_sha256, "messaggio.eml", FileClass.SCAN)
    received = factories.received(channel=Channel.PEC, files=(message, *attached))
    return incoming.enter_from_mail(
        officer, mail, factories.window(), received, token=form_tokens.new_token(), enclosed=[]
    )


def test_the_case_is_followed_from_receipt_to_publication_with_each_date(
    as_manager: Browser, visitor: Browser, manager: User
) -> None:
    token = form_tokens.new_token()
    with clock.at("2020-10-20T10:00"):
        made = factories.observation(token=token)
    with clock.at("2020-10-22T10:00"):
        service.record_protocol(manager, made, Protocol("0187643", dt.date(2020, 10, 21)))
        service.check_observation(manager, made)

    with clock.at("2021-05-12T10:00"):
        as_manager.sign_in("dirigente@example.org", PASSWORD)
        page = as_manager.open(FIRST).follow("Annota la decisione")
        early = page.submit(act="DCM 16/2021", on="2021-06-01")
        done = page.submit(act="DCM 16/2021", on="2021-05-11")
        as_manager.open(f"{FIRST}/pubblica").press("Pubblica")

    assert early.error_of("on") == "Questa data deve ancora venire."
    assert done.items(".ptm-steps .now") == ["Decisa 11 mag, stato attuale"]
    followed = visitor.open(f"/segui/{codes.code_of(token)}")
    assert followed.heading == "La tua osservazione è stata decisa"
    assert followed.items(".ptm-path li") == [
        "Ricevuta 20 ottobre 2020, ore 10:00",
        "Protocollata 21 ottobre 2020 0187643",
        "In esame 22 ottobre 2020, ore 10:00",
        "Decisa 11 maggio 2021 DCM 16/2021 Adesso",
        "Pubblicata 12 maggio 2021, ore 10:00",
    ]


def test_one_act_decides_on_all_that_are_under_review_and_on_no_other(
    as_manager: Browser, manager: User
) -> None:
    for turn in range(4):
        made = factories.protocolled(manager, name=f"Numero {turn + 1}")
        if turn != 2:
            service.check_observation(manager, made)

    page = as_manager.open(LIST).follow("Annota la decisione")
    done = page.submit(act="DCM 16/2021", on="2020-10-20", chosen=["1", "4"])

    assert "annotata per 2 osservazioni" in done.text
    assert [row[0] for row in as_manager.open(LIST, stato="decided").rows()] == ["4", "1"]
    withdrawn = factories.protocolled(manager, name="Ritirata")
    service.check_observation(manager, withdrawn)
    earlier = Earlier("ptm", withdrawn.number, LinkKind.WITHDRAWS)
    purpose = Purpose.WITHDRAWAL
    factories.observation(purpose=purpose, earlier=earlier, level=IdentityLevel.SPID_CIE)
    third = factories.observation(name="Appena arrivata")
    with pytest.raises(WrongState):
        service.record_decision(manager, [withdrawn], act="DCM 16/2021", on=clock.today())
    with pytest.raises(WrongState):
        service.record_decision(manager, [third], act="DCM 16/2021", on=clock.today())


def test_an_annulled_entry_keeps_its_number_and_counts_no_more(
    as_manager: Browser, visitor: Browser, manager: User
) -> None:
    token = form_tokens.new_token()
    made = factories.observation(token=token, subject="Registrata due volte")
    factories.observation(subject="Quella buona")
    service.record_protocol(manager, made, Protocol("0187643", clock.today()))
    service.publish(manager, [made])

    done = as_manager.open(FIRST).follow("Annulla la registrazione").submit(because="Vedi n. 2")

    assert "Annullata: 20 ottobre 2020" in done.text
    assert visitor.open("/osservazioni/ptm/1").status == 404
    assert [row[0] for row in as_manager.open(LIST).rows()] == ["2"]
    assert [row[0] for row in as_manager.open(LIST, annullata="si").rows()] == ["1"]
    assert as_manager.open("/ufficio/vai", q="1").heading == "1 Registrata due volte"
    followed = visitor.open(f"/segui/{codes.code_of(token)}")
    assert followed.heading == "La registrazione è annullata"
    assert "Vedi n. 2" in followed.text
    with pytest.raises(Annulled):
        service.check_observation(manager, made)
    register = as_manager.open(f"{FOLDER}/register.csv").response.get_data(as_text=True)
    assert "Registrata due volte" in register
    assert "Vedi n. 2" in register
    assert factories.observation().number == 3
    assert audit.verify() == []

    again = as_manager.open(FIRST).follow("Revoca l’annullamento").submit(because="Era giusta")
    assert "di nuovo valida" in again.text
    assert [row[0] for row in as_manager.open(LIST).rows()] == ["3", "2", "1"]
    history = as_manager.open(f"{FIRST}/cronologia").text
    assert "Vedi n. 2" in history
    assert "Era giusta" in history


def test_the_message_of_an_annulled_entry_waits_to_be_entered_again(
    app: Flask, manager: User
) -> None:
    mail, _new = incoming.take_in(manager, pec.certified())
    first = _enter(manager, mail)

    annulment.annul(manager, first, because="Soggetto sbagliato")
    assert mail.state is MailState.TO_ENTER
    second = _enter(manager, mail)

    with pytest.raises(annulment.EnteredAgain):
        annulment.undo_annulment(manager, first, because="Ci ho ripensato")
    annulment.annul(manager, second, because="Era giusta la prima")
    annulment.undo_annulment(manager, first, because="Era giusta la prima")
    kept = db.session.scalars(sa.select(IncomingMail)).one()
    assert (kept.state, kept.observation_id) == (MailState.ENTERED, first.id)


def test_a_message_that_came_within_another_keeps_its_own_fate(app: Flask, manager: User) -> None:
    within = pec.certified(pec.text("Un’altra osservazione."))
    outer, _new = incoming.take_in(manager, pec.certified(pec.text(), pec.nested("a.eml", within)))
    own, _new = incoming.take_in(manager, within)
    attached = Enclosed(own.file_sha256, "a.eml", FileClass.ATTACHMENT)
    made = _enter(manager, outer, attached)

    annulment.annul(manager, made, because="Da verificare")
    annulment.undo_annulment(manager, made, because="Era giusta")

    db.session.refresh(own)
    assert (own.state, own.observation_id) == (MailState.TO_ENTER, None)
    assert (outer.state, outer.observation_id) == (MailState.ENTERED, made.id)
    told = sa.select(audit.AuditEntry.action).filter_by(
        subject_type="incoming_mail", subject_id=str(outer.id)
    )
    deeds = db.session.scalars(told.order_by(audit.AuditEntry.id)).all()
    assert deeds == ["mail.taken_in", "mail.entered", "mail.given_back", "mail.entered"]


def test_an_annulled_withdrawal_does_not_come_back_beside_another_one(
    app: Flask, manager: User
) -> None:
    factories.observation()
    withdrawal = {
        "purpose": Purpose.WITHDRAWAL,
        "earlier": Earlier("ptm", 1, LinkKind.WITHDRAWS),
        "level": IdentityLevel.SPID_CIE,
    }
    second = factories.observation(**withdrawal)
    annulment.annul(manager, second, because="Inviata per errore")
    factories.observation(**withdrawal)

    with pytest.raises(WithdrawnAlready):
        annulment.undo_annulment(manager, second, because="Ci ho ripensato")


def test_what_is_annulled_is_named_in_a_selection_and_holds_up_nothing(
    app: Flask, manager: User
) -> None:
    first, second = factories.protocolled(manager), factories.protocolled(manager)
    procedure = procedures.get_procedure()
    selection.select_found(manager, procedure, Filter())
    annulment.annul(manager, first, because="Registrata due volte")
    seen = selection.mark_of(selection.picked(procedure, manager))

    checked = selection.check_selected(manager, procedure, seen=seen)
    given = selection.assign_selected(manager, procedure, manager, seen=seen)

    for outcome in (checked, given):
        assert [row.number for row in outcome.done] == [second.number]
        assert {why: len(rows) for why, rows in outcome.left.items()} == {"annullata": 1}
    assert (first.assigned_to, second.assigned_to) == (None, manager)


def test_a_dossier_lists_what_stands(as_manager: Browser, manager: User) -> None:
    made = factories.observation(name="Comune di Rho", subject="Sbagliata")
    rho = factories.stakeholder("Comune di Rho")
    service.tie_party(manager, made.submitter, rho)
    assert "Sbagliata" in as_manager.open(f"/ufficio/soggetti/{rho.id}").text

    annulment.annul(manager, made, because="Registrata due volte")

    assert "Sbagliata" not in as_manager.open(f"/ufficio/soggetti/{rho.id}").text
    with pytest.raises(Annulled):
        service.tie_party(manager, made.submitter, None)


def test_only_a_manager_annuls_and_decides(as_staff: Browser) -> None:
    factories.observation()

    assert "Annulla la registrazione" not in as_staff.open(FIRST).text
    for address in ("annulla", "annulla/disfa", "decisione"):
        assert as_staff.open(f"{FIRST}/{address}").status == 403
