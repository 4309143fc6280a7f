"""The office's mailbox is read by the worker: each message once, and none is lost."""

import imaplib

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Job, JobState
from ptm_participation.observations import incoming, polling
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.worker import work
from tests.mail import imap_server, pec
from tests.pages import Browser

MESSAGES = [
    pec.certified(pec.text(f"Messaggio {turn}."), identifier=f"id-{turn}@x", message_id=f"{turn}@x")
    for turn in range(3)
]


def _identifiers() -> list[str]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(IncomingMail).order_by(IncomingMail.id))
    return [row.identifier for row in rows]


def test_unread_messages_are_taken_in_once_and_stay_in_the_mailbox(app: Flask) -> None:
    with imap_server.serving(*MESSAGES) as mailbox:
        assert polling.read_mailbox(mailbox.url) == 3
        assert polling.read_mailbox(mailbox.url) == 0
        mailbox.seen.clear()  # somebody marked them as unread
        assert polling.read_mailbox(mailbox.url) == 0

    assert _identifiers() == ["id-0@x", "id-1@x", "id-2@x"]
    assert len(mailbox.messages) == 3


def test_a_server_that_dies_half_way_loses_nothing_and_brings_nothing_twice(app: Flask) -> None:
    with imap_server.serving(*MESSAGES) as mailbox:
        mailbox.dies_after = 1
        with pytest.raises((OSError, imaplib.IMAP4.error)):
            polling.read_mailbox(mailbox.url)
        assert _identifiers() == ["id-0@x"]
        assert mailbox.seen == {1}

        mailbox.dies_after = None
        assert polling.read_mailbox(mailbox.url) == 2

    assert _identifiers() == ["id-0@x", "id-1@x", "id-2@x"]


def test_a_message_that_could_not_be_kept_stays_unread(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError("No space left on device")

    with imap_server.serving(MESSAGES[0]) as mailbox:
        monkeypatch.setattr(incoming, "take_in", full)
        with pytest.raises(OSError, match="No space left"):
            polling.read_mailbox(mailbox.url)
        assert mailbox.seen == set()


def test_the_worker_reads_the_mailbox_and_staff_see_when_it_cannot(
    app: Flask, as_staff: Browser
) -> None:
    with imap_server.serving(MESSAGES[0]) as mailbox:
        app.config["IMAP_URL"] = mailbox.url
        work(app, until_idle=True)
    assert _identifiers() == ["id-0@x"]
    assert (
        "La casella è stata letta l’ultima volta" in as_staff.open("/ufficio/posta-in-arrivo").text
    )

    with clock.at("2020-10-20T10:05"):  # the server is gone
        work(app, until_idle=True)
        page = as_staff.open("/ufficio/posta-in-arrivo")

    assert "Non è stato possibile leggere la casella" in page.text
    waiting = db.session.scalars(sa.select(Job).filter_by(kind=polling.POLL)).all()
    assert [job.state for job in waiting].count(JobState.WAITING) == 1
