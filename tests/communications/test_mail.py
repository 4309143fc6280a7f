"""Receipts wait while the mail server is down, visibly, and go out once."""

import contextlib
import datetime as dt
import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from ptm_participation.core import clock, jobs
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Job, JobState
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import codes
from tests import factories
from tests.conftest import NOW
from tests.observations.filling import sent as _sent
from tests.observations.filling import start as _start
from tests.pages import Browser


class Mailbox:
    """A mail server that keeps what it gets, and can be told to refuse."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return "451 Try again later"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 OK"


@pytest.fixture
def mailbox(app: Flask) -> Iterator[Mailbox]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    before, app.config["SMTP_URL"] = app.config["SMTP_URL"], f"smtp://127.0.0.1:{port}"
    try:
        yield box
    finally:
        app.config["SMTP_URL"] = before
        controller.stop()


def _work(minutes: int = 0) -> None:
    with clock.at(clock.now() + dt.timedelta(minutes=minutes)):
        while jobs.work_one():
            pass


def test_the_receipt_is_sent_once_with_its_pdf_and_the_way_to_the_case(
    visitor: Browser, mailbox: Mailbox
) -> None:
    page = _sent(visitor)

    _work()
    _work(minutes=60)

    (message,) = mailbox.messages
    body = message.get_body()
    assert body is not None
    code = codes.read(page.items(".ptm-code")[0])
    assert message["To"] == "anna@example.org"
    assert "Ricevuta dell’osservazione n. 1" in message["Subject"]
    assert f"/segui/{code}" in body.get_content()
    (pdf,) = message.iter_attachments()
    assert pdf.get_filename() == "ricevuta-ptm-1.pdf"
    assert pdf.get_content().startswith(b"%PDF-")
    assert "Ti abbiamo scritto" in visitor.open(page.address).text


def test_the_request_to_regularise_says_until_when_and_never_the_code(
    visitor: Browser, as_staff: Browser, mailbox: Mailbox
) -> None:
    code = codes.read(_sent(visitor).items(".ptm-code")[0])
    page = as_staff.open("/ufficio/osservazioni/ptm/1").follow("Chiedi quello che manca")
    assert "Scriviamo a anna@example.org" in page.text
    page.submit(has="days", button="chiedi", words="Manca la firma.")

    _work()

    _receipt, message = mailbox.messages
    text = message.get_content()
    assert message["To"] == "anna@example.org"
    assert "venerdì 30 ottobre 2020, ore 24:00" in text.replace("\n", " ")
    assert "Manca la firma." in text
    assert "http://localhost/segui," in text
    assert code not in text
    assert "Messaggio inviato" in as_staff.open("/ufficio/osservazioni/ptm/1").text


def test_while_the_server_is_down_it_waits_and_everybody_can_see_it(
    visitor: Browser, as_staff: Browser, mailbox: Mailbox
) -> None:
    mailbox.refuse = True
    page = _sent(visitor)

    _work()

    assert "Non siamo ancora riusciti a scriverti" in visitor.open(page.address).text
    waiting = as_staff.open("/ufficio/posta")
    assert "451 Try again later" in waiting.text
    assert mailbox.messages == []

    assert waiting.rows()[0][1] == "Anna Bianchi"
    assert "prossimo tentativo: 20 ottobre 2020" in waiting.rows()[0][4]
    pressed = waiting.press("Riprova ora")
    assert pressed.items(".callout") == ["Nuovo tentativo tra un momento."]
    assert not pressed.items(".callout.success")
    assert pressed.rows()[0][3] == waiting.rows()[0][3] != "0", "the tries stay known"

    mailbox.refuse = False
    _work(minutes=1)
    _work(minutes=120)

    assert len(mailbox.messages) == 1


def test_a_message_that_was_given_up_can_be_tried_again(
    visitor: Browser, as_staff: Browser, mailbox: Mailbox
) -> None:
    mailbox.refuse = True
    _sent(visitor)
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(jobs, "MOST_ATTEMPTS", 1)
        _work()
        given_up = as_staff.open("/ufficio/posta")
        assert given_up.rows()[0][2] == "Non riuscito"
        assert "ultimo tentativo: " in given_up.rows()[0][4]

        mailbox.refuse = False
        given_up.press("Riprova ora")
        _work(minutes=1)

    assert len(mailbox.messages) == 1
    assert as_staff.open("/ufficio/posta").rows()[0][3] == "2"


def test_the_code_is_in_no_column_while_the_message_waits(
    visitor: Browser, mailbox: Mailbox
) -> None:
    page = _sent(visitor)
    code = codes.read(page.items(".ptm-code")[0])

    kept = db.session.query(Job).filter_by(about="observation:1").one()

    assert code not in str(kept.payload)
    _work()
    db.session.refresh(kept)
    assert kept.payload is None


def test_a_worker_that_was_killed_leaves_its_job_to_the_next(
    visitor: Browser, mailbox: Mailbox
) -> None:
    _sent(visitor)
    assert jobs.lease_next() is not None  # and then its worker is killed

    _work(minutes=1)
    assert mailbox.messages == []
    _work(minutes=6)

    assert len(mailbox.messages) == 1


def _due_for_days(turns: int) -> Iterator[None]:
    """Each turn is half a day after the one before."""
    for turn in range(turns):
        with clock.at(clock.parse_instant(NOW) + dt.timedelta(hours=12 * (turn + 1))):
            yield


def test_a_job_that_kills_its_worker_is_not_tried_for_ever(app: Flask) -> None:
    jobs.enqueue("kills")

    tries = sum(jobs.lease_next() is not None for _turn in _due_for_days(2 * jobs.MOST_ATTEMPTS))

    job = db.session.query(Job).filter_by(kind="kills").one()
    assert tries == jobs.MOST_ATTEMPTS
    assert job.state is JobState.FAILED
    assert job.problem == "Il processo che se ne occupava si è chiuso prima di finire."


def test_a_job_waits_longer_each_time_its_worker_dies(app: Flask) -> None:
    jobs.enqueue("kills")
    for _turn in _due_for_days(5):
        jobs.lease_next()

    with clock.at(clock.now() + dt.timedelta(hours=60, minutes=6)):
        at_once = jobs.lease_next()
    with clock.at(clock.now() + dt.timedelta(hours=60, minutes=14)):
        later = jobs.lease_next()

    assert at_once is None
    assert later is not None


class Panic(BaseException):
    """What a library written in Rust raises when it fails: no Exception."""


def test_a_job_that_panics_fails_alone_and_the_worker_goes_on(app: Flask) -> None:
    @jobs.handles("panics")
    def _panic(_job: jobs.Leased) -> None:
        raise Panic("out of bounds")

    jobs.enqueue("panics")
    worked = jobs.work_one()

    job = db.session.query(Job).filter_by(kind="panics").one()
    assert worked
    assert job.state is JobState.WAITING
    assert job.problem == "Panic: out of bounds"


def test_a_job_that_breaks_keeps_its_trace_and_stops_in_the_end(app: Flask) -> None:
    @jobs.handles("breaks")
    def _break(_job: jobs.Leased) -> None:
        raise ValueError("no such thing")

    jobs.enqueue("breaks")
    with contextlib.ExitStack() as stack:
        for turn in range(jobs.MOST_ATTEMPTS):
            stack.enter_context(clock.at(clock.now() + dt.timedelta(hours=turn + 1)))
            jobs.work_one()

    job = db.session.query(Job).filter_by(kind="breaks").one()
    assert job.state is JobState.FAILED
    assert job.problem == "ValueError: no such thing"


def test_the_same_daily_job_is_asked_for_once(app: Flask) -> None:
    for _worker in range(3):
        jobs.enqueue("audit.heads", once="audit.heads:2020-10-20")

    assert db.session.query(Job).filter_by(kind="audit.heads").count() == 1


def test_a_link_to_the_draft_comes_by_mail_and_not_without_end(
    visitor: Browser, mailbox: Mailbox
) -> None:
    step = _start(visitor)
    for _turn in range(5):
        step.press("Invia il link", email="anna@example.org")
    refused = step.press("Invia il link", email="anna@example.org")

    _work()

    assert "aspetta un’ora" in refused.text
    assert len(mailbox.messages) == 5
    body = mailbox.messages[0].get_body()
    assert body is not None
    link = next(word for word in body.get_content().split() if "/osserva/" in word)
    assert visitor.open(link.removeprefix("http://localhost")).heading == "Che cosa chiedi"


def test_an_observation_in_english_gets_its_receipt_in_english(
    visitor: Browser, mailbox: Mailbox
) -> None:
    factories.observation(email="john@example.org", language="en")

    _work()

    assert mailbox.messages[0]["Subject"].startswith("Receipt of observation n. 1")


def test_asking_for_work_goes_with_the_change_or_not_at_all(app: Flask) -> None:
    @use_case
    def change_and_fail() -> None:
        jobs.enqueue("audit.heads")
        raise ValueError(str(SYSTEM))

    with pytest.raises(ValueError, match="system"):
        change_and_fail()

    assert db.session.query(Job).count() == 0
