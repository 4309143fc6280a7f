"""A message comes in, is kept as it is, and becomes an observation when an officer says so."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.db import db
from ptm_participation.core.storage import files
from ptm_participation.observations import incoming
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.workflow import Basis, Channel, MailState
from tests import factories
from tests.commands import ptm
from tests.conftest import PASSWORD
from tests.mail import pec
from tests.pages import Browser, Page

INBOX = "/ufficio/posta-in-arrivo"
NOVEMBER = "2020-11-05T09:00"


def _records() -> int:
    return db.session.scalar(sa.select(sa.func.count(IncomingMail.id))) or 0


def _upload(browser: Browser, raw: bytes) -> Page:
    return browser.open(INBOX).submit(file=(io.BytesIO(raw), "m.eml"))


def _enter(page: Page, **values: str) -> Page:
    known = {
        "name": "Mario Rossi",
        "type": "citizen",
        "municipality": str(factories.municipality("Rho").id),
    }
    return page.follow("Inseriscilo nel registro").submit(has="title", **{**known, **values})


def _only() -> Observation:
    return db.session.scalars(sa.select(Observation)).one()


def test_a_message_accepted_in_the_last_second_is_in_time_however_late_it_came(
    as_staff: Browser,
) -> None:
    raw = pec.certified(pec.text(), pec.attachment("osservazione.pdf", pec.PDF))
    with clock.at(NOVEMBER):
        as_staff.sign_in("istruttrice@example.org", PASSWORD)
        page = _upload(as_staff, raw)
        assert "lunedì 2 novembre 2020, ore 23:59:59" in page.text
        done = _enter(page)

    made = _only()
    assert "registrata" in done.address
    assert made.in_time
    assert made.basis is Basis.PEC_ACCEPTANCE
    assert made.channel is Channel.PEC
    assert clock.rome(made.counts_at) == dt.datetime(2020, 11, 2, 23, 59, 59, tzinfo=clock.ROME)
    assert made.received_at > made.counts_at
    names = [file.name for file in made.submission.files]
    assert names == ["messaggio-1.eml", "osservazione.pdf"]
    assert b"".join(files().read(made.submission.files[0].file_sha256)) == raw
    assert audit.verify() == []


def test_the_same_with_the_last_second_past_is_late(as_staff: Browser) -> None:
    with clock.at(NOVEMBER):
        as_staff.sign_in("istruttrice@example.org", PASSWORD)
        _enter(_upload(as_staff, pec.certified(day="03/11/2020", hour="00:00:00")))

    assert not _only().in_time


def test_the_protocol_of_a_sending_body_is_read_from_its_message(as_staff: Browser) -> None:
    signature = b"""<Segnatura xmlns="http://www.digitPa.gov.it/protocollo/"><Intestazione>
        <Identificatore><CodiceAmministrazione>c_h264</CodiceAmministrazione>
        <CodiceAOO>RHO</CodiceAOO><NumeroRegistrazione>0004471</NumeroRegistrazione>
        <DataRegistrazione>2020-10-30</DataRegistrazione></Identificatore>
        </Intestazione></Segnatura>"""
    raw = pec.certified(pec.text(), pec.attachment("Segnatura.xml", signature, "text/xml"))
    with clock.at(NOVEMBER):
        as_staff.sign_in("istruttrice@example.org", PASSWORD)
        _enter(_upload(as_staff, raw))

    assert _only().sender_protocol == Protocol("0004471", dt.date(2020, 10, 30), "c_h264 RHO")


def test_a_message_is_entered_once(as_staff: Browser) -> None:
    with clock.at(NOVEMBER):
        as_staff.sign_in("istruttrice@example.org", PASSWORD)
        page = _upload(as_staff, pec.certified(pec.text()))
        form = page.follow("Inseriscilo nel registro")
        _enter(page)

        again = form.submit(has="title", name="Mario Rossi", type="citizen", municipality="1")

    assert "già inserito" in again.text
    assert _only().number == 1
    assert "Inserito" in as_staff.open(f"{INBOX}/1").text


def test_the_same_message_is_one_record_and_another_under_its_name_is_a_new_one(
    app: Flask, staff: User
) -> None:
    raw = pec.certified(pec.text())
    first, new = incoming.take_in(staff, raw)
    assert new

    assert incoming.take_in(staff, raw) == (first, False)
    assert incoming.take_in(
        staff, pec.envelope(pec.mail(pec.text()), received="from a by b; x")
    ) == (
        first,
        False,
    )
    other, new = incoming.take_in(
        staff, pec.envelope(pec.mail(pec.text("Altro.")), pec.daticert(identifier="altro@x"))
    )

    assert new
    assert other.same_as_id == first.id
    assert "stesso Message-ID" in " ".join(other.problems)
    assert _records() == 2


def test_a_third_copy_is_known_from_the_one_whose_words_it_has(app: Flask, staff: User) -> None:
    words = [pec.mail(pec.text(one)) for one in ("Uno.", "Due.")]
    first, second = (incoming.take_in(staff, pec.envelope(one))[0] for one in words)

    again = pec.envelope(words[1], received="from a by b; x")

    assert incoming.take_in(staff, again) == (second, False)
    assert second.same_as_id == first.id
    assert "stesso identificativo" in " ".join(second.problems)


def test_a_receipt_come_again_is_one_record_and_that_of_each_addressee_its_own(
    app: Flask, staff: User
) -> None:
    def delivery(to: str, body: str = "Consegnato.") -> bytes:
        data = pec.daticert("avvenuta-consegna", delivered_to=to)
        marks = f"X-Ricevuta: avvenuta-consegna\nX-Riferimento-Message-ID: <{pec.MESSAGE_ID}>\n"
        return pec.envelope(pec.mail(pec.text(body)), data, marks=marks, prefix="CONSEGNA: ")

    one, _new = incoming.take_in(staff, delivery("a@x"))
    other, new = incoming.take_in(staff, delivery("b@x"))

    assert new
    assert incoming.take_in(staff, delivery("a@x", "Ancora.")) == (one, False)
    assert incoming.take_in(staff, delivery("b@x", "Ancora.")) == (other, False)
    assert _records() == 2


@pytest.mark.parametrize(
    ("raw", "state", "certified"),
    [
        (pec.mail(pec.text()), MailState.TO_ENTER, False),
        (pec.anomaly(pec.mail(pec.text())), MailState.TO_ENTER, False),
        (pec.envelope(pec.mail(pec.text()), None), MailState.TO_ENTER, False),
        (pec.envelope(pec.mail(pec.text()), b"<postacert"), MailState.TO_ENTER, False),
        (pec.receipt("avvenuta-consegna", "CONSEGNA: "), MailState.KEPT, True),
        (b"\x00\xff non una mail", MailState.TO_ENTER, False),
        (pec.mail(b"\r\nTesto \x00 con nulli", subject="A\x00B"), MailState.TO_ENTER, False),
    ],
)
def test_whatever_comes_is_kept_as_it_is(
    app: Flask, staff: User, as_staff: Browser, raw: bytes, state: MailState, certified: bool
) -> None:
    row, _new = incoming.take_in(staff, raw)

    assert row.state is state
    assert row.certified is certified
    assert b"".join(files().read(row.file_sha256)) == raw
    assert as_staff.open(f"{INBOX}/{row.id}").status == 200
    assert as_staff.open(f"{INBOX}/{row.id}/originale").response.data == raw


def test_a_notice_of_delivery_is_tied_to_the_observation_whose_receipt_it_tells_of(
    app: Flask, staff: User, as_staff: Browser
) -> None:
    made = factories.observation(email="mario.rossi@pec.example")
    named = [
        f"receipt-{made.id}-{digest}@localhost.localdomain"
        for digest in (made.submission.sha256[:16], "0" * 16)
    ]

    ours, foreign = (
        incoming.take_in(
            staff,
            pec.receipt(
                "avvenuta-consegna", "CONSEGNA: ", identifier=name, message_id=name
            ).replace(pec.MESSAGE_ID.encode(), name.encode()),
        )[0]
        for name in named
    )

    assert ours.about_id == made.id
    assert foreign.about_id is None
    page = as_staff.open("/ufficio/osservazioni/ptm/1")
    assert page.link("Ricevuta di avvenuta consegna") == f"{INBOX}/{ours.id}"


def test_a_message_that_is_no_observation_is_set_aside_with_a_reason(as_staff: Browser) -> None:
    page = _upload(as_staff, pec.mail(pec.text("Auguri."), date="Mon, 19 Oct 2020 09:00:00 +0200"))

    assert "Indicare il motivo" in page.submit(has="reason", reason="").text
    aside = page.submit(has="reason", reason="Auguri di stagione")

    assert "Messo da parte: Auguri di stagione" in aside.text
    assert "Nessun messaggio qui." in as_staff.open(INBOX).text
    assert "Da inserire" in aside.press("Riprendilo").text


def test_an_attachment_is_cut_out_of_the_message_and_only_saved(as_staff: Browser) -> None:
    _upload(as_staff, pec.certified(pec.text(), pec.attachment("../../etc/passwd.pdf", pec.PDF)))

    answer = as_staff.open(f"{INBOX}/1/allegato/0").response

    assert answer.data == pec.PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=passwd.pdf"
    assert as_staff.open(f"{INBOX}/1/allegato/9").status == 404


def test_nobody_but_staff_reads_mail(
    visitor: Browser, as_stakeholder: Browser, staff: User
) -> None:
    row, _new = incoming.take_in(staff, pec.certified(pec.text()))

    for path in (INBOX, f"{INBOX}/{row.id}", f"{INBOX}/{row.id}/originale"):
        assert visitor.open(path).heading == "Accedi"
        assert as_stakeholder.open(path).status == 403


def test_the_command_takes_a_folder_in_once(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(pec.certified(pec.text()))
    (tmp_path / "b.eml").write_bytes(pec.certified(pec.text()))
    (tmp_path / "c.eml").write_bytes(pec.receipt("accettazione", "ACCETTAZIONE: "))

    only_read = json.loads(ptm(app, "intake", "mail", str(tmp_path), "--json", "--dry-run").output)
    assert [message["record"] for message in only_read] == [None, None, None]
    assert _records() == 0
    first = json.loads(ptm(app, "intake", "mail", str(tmp_path), "--json").output)
    second = json.loads(ptm(app, "intake", "mail", str(tmp_path), "--json").output)

    assert [(m["record"], m["new"]) for m in first] == [(1, True), (1, False), (2, True)]
    assert [(m["record"], m["new"]) for m in second] == [(1, False), (1, False), (2, False)]
    assert _records() == 2
