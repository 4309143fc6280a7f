"""Signing in and out, links that work once, roles that change."""

import datetime as dt

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.accounts import service
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import OneTimeLink, User, UserSession
from ptm_participation.accounts.service import LinkNotValid
from ptm_participation.accounts.views import local_path
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from tests import factories
from tests.conftest import PASSWORD
from tests.pages import Browser

OFFICER = "istruttrice@example.org"


def test_signing_out_is_final_even_for_a_copied_cookie(app: Flask, as_staff: Browser) -> None:
    cookie = as_staff.client.get_cookie("ptm")
    assert cookie is not None
    thief = Browser(app.test_client())
    thief.client.set_cookie("ptm", cookie.value)
    assert thief.open("/ufficio/osservazioni").status == 200

    as_staff.open("/ufficio/osservazioni").press("Esci")

    assert "Accedi" in thief.open("/ufficio/osservazioni").heading
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(UserSession))


def test_five_wrong_passwords_close_the_way_in_for_a_quarter_of_an_hour(
    app: Flask, visitor: Browser, as_staff: Browser
) -> None:
    answers = [visitor.sign_in(OFFICER, f"sbagliata {turn}") for turn in range(5)]

    assert "Tentativi rimasti: 4" in answers[0].text
    assert "Troppi tentativi" in answers[-1].text
    assert "Troppi tentativi" in visitor.sign_in(OFFICER, PASSWORD).text
    with clock.at(clock.now() + dt.timedelta(minutes=16)):
        assert visitor.sign_in(OFFICER, PASSWORD).heading != "Accedi"


def test_the_sentence_does_not_tell_whether_the_account_exists(
    visitor: Browser, as_staff: Browser
) -> None:
    wrong = visitor.sign_in(OFFICER, "non è questa")
    unknown = visitor.sign_in("nessuno@example.org", "non è questa")

    assert wrong.error_of("password") == unknown.error_of("password") != ""


def test_an_address_without_an_account_asks_for_no_more_work_than_one_with(
    visitor: Browser, as_staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who measures the answers must not learn from them which addresses exist."""
    visitor.sign_in("nessuno@example.org", "non è questa")
    work: list[str] = []
    verify = PasswordHasher.verify

    def noted(hasher: PasswordHasher, hashed: str, password: str) -> bool:
        work.append(hashed.rpartition("$")[0].rpartition("$")[0])  # without salt and digest
        return verify(hasher, hashed, password)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    monkeypatch.setattr(PasswordHasher, "hash", lambda *_args: work.append("hashed"))

    visitor.sign_in("nessuno@example.org", "non è questa")
    visitor.sign_in(OFFICER, "non è questa")

    unknown, known = work
    assert unknown == known


def test_the_link_for_a_password_works_once(
    visitor: Browser, as_administrator: Browser, app: Flask
) -> None:
    page = as_administrator.open("/ufficio/utenti/nuovo").submit(
        email="Nuova@Example.org", name="Nuova Collega", role="staff"
    )
    link = page.items(".ptm-hash")[0].removeprefix("http://localhost")

    short = visitor.open(link).submit(password="corta", again="corta")
    differ = visitor.open(link).submit(password=PASSWORD, again=PASSWORD + "!")
    done = visitor.open(link).submit(password=PASSWORD, again=PASSWORD)

    assert short.error_of("password") == "Usa almeno 12 caratteri."
    assert differ.error_of("again") == "Le due password sono diverse."
    assert "La password è impostata" in done.text
    assert visitor.open(link).status == 404
    assert Browser(app.test_client()).sign_in("nuova@example.org", PASSWORD).status == 200


def test_an_old_link_is_worth_nothing(app: Flask, staff: User) -> None:
    first = service.issue_password_link(SYSTEM, staff)
    second = service.issue_password_link(SYSTEM, staff)

    with pytest.raises(LinkNotValid):
        service.link_owner(first)
    with clock.at(clock.now() + dt.timedelta(days=8)), pytest.raises(LinkNotValid):
        service.set_password(second, PASSWORD)

    kept = db.session.scalars(sa.select(OneTimeLink.token_sha256)).all()
    assert first not in kept
    assert second not in kept


def test_another_role_ends_the_sessions_of_the_old_one(
    as_administrator: Browser, as_staff: Browser
) -> None:
    person = db.session.scalars(sa.select(User).filter_by(email=OFFICER)).one()

    page = as_administrator.open(f"/ufficio/utenti/{person.id}").submit(role="contributor")

    assert "Il ruolo è cambiato" in page.text
    assert as_staff.open("/ufficio/osservazioni").heading == "Accedi"
    as_staff.sign_in(OFFICER, PASSWORD)
    assert as_staff.open("/ufficio/osservazioni").status == 403


def test_a_closed_account_does_not_sign_in_and_can_be_opened_again(
    as_administrator: Browser, as_staff: Browser
) -> None:
    person = db.session.scalars(sa.select(User).filter_by(email=OFFICER)).one()
    page = as_administrator.open(f"/ufficio/utenti/{person.id}")

    asked = page.follow("Disattiva l’utente")
    assert "esce subito dal servizio" in asked.text
    assert as_staff.open("/ufficio/osservazioni").status == 200, "asking closes nothing"
    page = asked.press("Disattiva l’utente")
    assert "Utente disattivato." in page.text
    assert as_staff.open("/ufficio/osservazioni").heading == "Accedi"
    assert as_staff.sign_in(OFFICER, PASSWORD).heading == "Accedi"

    page.press("Riattiva l’utente")
    assert as_staff.sign_in(OFFICER, PASSWORD).heading != "Accedi"


def test_the_last_administrator_stays(as_administrator: Browser) -> None:
    own = db.session.scalars(sa.select(User).filter_by(role=Role.ADMINISTRATOR)).one()

    page = as_administrator.open(f"/ufficio/utenti/{own.id}").submit(role="staff")

    assert "unico amministratore" in page.text
    db.session.refresh(own)
    assert own.role is Role.ADMINISTRATOR


def test_one_address_has_one_account(as_administrator: Browser, as_staff: Browser) -> None:
    page = as_administrator.open("/ufficio/utenti/nuovo").submit(
        email=OFFICER.upper(), name="Un'altra", role="staff"
    )

    assert "Esiste già un utente" in page.error_of("email")


def test_a_session_that_ends_while_writing_loses_nothing(app: Flask, as_staff: Browser) -> None:
    made = factories.observation()
    page = as_staff.open(f"/ufficio/osservazioni/ptm/{made.number}/testo")
    with clock.at(clock.now() + dt.timedelta(hours=11)):
        asked = page.submit(text="Parole scritte in due ore di lavoro.")
        assert "sessione è scaduta" in asked.text
        assert asked.status == 401

        again = asked.submit(email=OFFICER, password=PASSWORD)
        done = again.submit(has="text")

    assert "Parole scritte in due ore di lavoro." in done.text
    db.session.refresh(made)
    assert made.working_text.text == "Parole scritte in due ore di lavoro."


@given(st.text(max_size=40))
def test_nobody_is_sent_to_another_site(address: str) -> None:
    for candidate in (address, f"/{address}", f"//{address}", f"/\\{address}"):
        path = local_path(candidate)

        assert path is None or (path.startswith("/") and path[1:2] not in {"/", "\\"})
