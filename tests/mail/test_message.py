"""Reading what came by mail: whatever it is, it is taken in, and said what it is."""

import base64
import datetime as dt
import gzip
import hashlib
import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core import clock
from ptm_participation.core.uploads import P7M
from ptm_participation.core.uploads import PDF as PDF_TYPE
from ptm_participation.mail import attachments, envelope, message, mime
from ptm_participation.mail.duplicates import SAME_IDENTIFIER, SAME_MESSAGE_ID, Match, Seen
from ptm_participation.mail.message import CountsBy, Message, read, read_strictly
from ptm_participation.mail.receipts import Kind
from ptm_participation.mail.report import as_json
from ptm_participation.mail.signed import DETACHED, UNREADABLE, Check, open_signed
from tests.mail import pec


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with clock.at("2020-11-04T10:00"):
        yield


def _names(read_message: Message) -> list[str]:
    return [attachment.name for attachment in read_message.attachments]


def _problems(read_message: Message) -> list[object]:
    return [problem.sentence for problem in read_message.problems]


# -- certified mail ----------------------------------------------------------------------


def test_a_certified_message_says_who_sent_it_what_it_asks_and_what_it_brings() -> None:
    original = pec.mail(pec.text(), pec.attachment("osservazione.pdf", pec.PDF))
    raw = pec.envelope(original)

    found = read_strictly(raw)

    assert (found.kind, found.certified) == (Kind.CERTIFIED, True)
    assert found.sender == pec.CITIZEN
    assert found.recipients == (pec.OFFICE,)
    assert found.subject == "Osservazione al PTM"
    assert found.identifier == pec.IDENTIFIER
    assert found.message_id == pec.MESSAGE_ID
    assert found.body == pec.TEXT
    assert _names(found) == ["osservazione.pdf"]
    assert bytes(found.attachments[0].content) == pec.PDF
    assert found.attachments[0].media_type == PDF_TYPE
    assert found.original is not None
    assert bytes(found.original) == original
    assert (found.sha256, found.size) == (hashlib.sha256(raw).hexdigest(), len(raw))
    assert found.problems == ()


def test_what_counts_is_the_acceptance_even_if_delivery_is_of_the_next_day() -> None:
    """The Date of the envelope is of the next morning too, and says nothing."""
    found = read_strictly(pec.certified(hour="23:59:59"))

    assert found.counts_by is CountsBy.ACCEPTANCE
    assert found.counts_at == dt.datetime(2020, 11, 2, 22, 59, 59, tzinfo=dt.UTC)
    assert found.delivered_at == dt.datetime(2020, 11, 2, 23, 0, 4, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "instant"),
    [("+0200", "21:59:59"), ("+0000", "23:59:59"), ("+01:00", "22:59:59"), ("", "22:59:59")],
)
def test_the_hour_is_of_the_zone_beside_it_and_of_rome_without_one(zone: str, instant: str) -> None:
    found = read_strictly(pec.certified(zone=zone))

    assert found.counts_at
    assert f"{found.counts_at:%H:%M:%S}" == instant
    assert (envelope.NO_ZONE in _problems(found)) == (not zone)


def test_the_signature_of_the_provider_is_checked_and_no_result_refuses_the_message() -> None:
    good = pec.certified()
    by_result = {
        Check.VALID: good,
        Check.BROKEN: good.replace(b"Osservazione al PTM\r\nMess", b"Altro oggetto\r\nMess"),
        Check.UNVERIFIED: good.replace(b"MII", b"AAA"),
        Check.ABSENT: pec.envelope(pec.mail(), sign=False),
    }

    for result, raw in by_result.items():
        found = read_strictly(raw)
        assert found.signature.check is result
        assert (found.kind, found.sender) == (Kind.CERTIFIED, pec.CITIZEN)
        assert bool(found.problems) == (result is not Check.VALID)
    assert read(good).signature.signer == "Posta Prova S.p.A."
    assert read(good.replace(b"\r\n", b"\n")).signature.check is Check.VALID


@pytest.mark.parametrize(
    ("mark", "prefix", "kind"),
    [
        ("accettazione", "ACCETTAZIONE: ", Kind.ACCEPTANCE),
        ("non-accettazione", "AVVISO DI NON ACCETTAZIONE: ", Kind.NON_ACCEPTANCE),
        ("presa-in-carico", "PRESA IN CARICO: ", Kind.TAKE_CHARGE),
        ("avvenuta-consegna", "CONSEGNA: ", Kind.DELIVERY),
        ("errore-consegna", "AVVISO DI MANCATA CONSEGNA: ", Kind.FAILURE),
        ("preavviso-errore-consegna", "AVVISO DI MANCATA CONSEGNA: ", Kind.NOTICE),
        ("rilevazione-virus", "PROBLEMA DI SICUREZZA: ", Kind.VIRUS),
    ],
)
def test_a_receipt_is_known_and_says_of_which_message(mark: str, prefix: str, kind: Kind) -> None:
    found = read_strictly(pec.receipt(mark, prefix, delivered_to=pec.OFFICE))

    assert (found.kind, found.certified) == (kind, True)
    assert found.refers_to == pec.MESSAGE_ID
    assert found.subject == "Osservazione al PTM"
    assert bool(found.delivered_at) == (kind is Kind.DELIVERY)
    assert (found.counts_by is CountsBy.ACCEPTANCE) == (kind is Kind.ACCEPTANCE)
    assert found.problems == ()


def test_without_daticert_or_with_a_broken_one_it_is_taken_in_and_marked() -> None:
    bomb = b"""<?xml version="1.0"?><!DOCTYPE postacert [<!ENTITY a "aaaaaaaaaa">
    <!ENTITY b "&a;&a;&a;&a;&a;&a;">]><postacert tipo="posta-certificata">&b;</postacert>"""
    shapes = {
        message.NO_CERTIFICATION: None,
        envelope.NOT_XML: pec.daticert()[:200],
        envelope.UNSAFE: bomb,
        envelope.OTHER_XML: b"<fattura/>",
    }

    for problem, data in shapes.items():
        found = read_strictly(pec.envelope(pec.mail(), data))
        assert (found.kind, found.certified) == (Kind.CERTIFIED, False)
        assert problem in _problems(found)
        assert (found.sender, found.body) == (pec.CITIZEN, pec.TEXT)
        assert found.counts_by is CountsBy.DATE_HEADER


def test_a_provider_that_declares_one_charset_and_writes_another_is_read() -> None:
    data = pec.daticert(subject="Città e viabilità").decode().encode("iso-8859-1")

    found = read_strictly(pec.envelope(pec.mail(), data))

    assert found.subject == "Città e viabilità"
    assert found.certified


# -- ordinary mail -----------------------------------------------------------------------


def test_ordinary_mail_counts_by_its_date_where_the_server_agrees() -> None:
    near = "Received: by mx.example; Tue, 3 Nov 2020 00:00:10 +0100\n"
    later = "Received: by mx.example; Wed, 4 Nov 2020 09:00:10 +0100\n"

    believed, doubted = read_strictly(pec.mail(more=near)), read_strictly(pec.mail(more=later))

    assert (believed.kind, believed.certified) == (Kind.ORDINARY, False)
    assert believed.counts_by is CountsBy.DATE_HEADER
    assert believed.counts_at == dt.datetime(2020, 11, 2, 22, 58, tzinfo=dt.UTC)
    assert believed.problems == ()
    assert (doubted.counts_at, doubted.counts_by) == (None, None)
    assert _problems(doubted) == [message.DOUBTFUL_DATE]
    for date in (None, "ieri sera", "Thu, 1 Jan 2099 10:00:00 +0100"):
        assert read_strictly(pec.mail(date=date)).counts_at is None


def test_a_certified_message_forwarded_by_ordinary_mail_is_ordinary() -> None:
    forwarded = pec.mail(
        pec.text("Inoltro."),
        pec.attachment("daticert.xml", pec.daticert(), "application/xml"),
        pec.nested("postacert.eml", pec.mail(boundary="deep")),
    )

    found = read_strictly(forwarded)

    assert (found.kind, found.certified) == (Kind.ORDINARY, False)
    assert found.counts_by is CountsBy.DATE_HEADER
    assert message.ONLY_LOOKS_CERTIFIED in _problems(found)
    assert _names(found) == ["daticert.xml", "postacert.eml"]


def test_ordinary_mail_to_a_certified_address_is_read_in_its_anomaly_envelope() -> None:
    original = pec.mail(sender="Anna <anna@mail.example>", more="Cc: altri@mail.example\n")

    found = read_strictly(pec.anomaly(original))

    assert (found.kind, found.certified) == (Kind.ERROR_ENVELOPE, False)
    assert found.sender == "anna@mail.example"
    assert found.recipients == (pec.OFFICE, "altri@mail.example")
    assert found.subject == "Osservazione al PTM"
    assert found.problems == ()


def test_headers_are_read_however_programs_write_them() -> None:
    subjects = {
        "=?utf-8?Q?Citt=C3=A0_?=\n =?utf-8?B?ZSB2aWFiaWxpdMOg?=": "Città e viabilità",
        "=?utf-8?B?w?= =?x-ignoto?Q?Citt=E0?=": None,
        "Un oggetto\n che va a capo": "Un oggetto che va a capo",
        "=?utf-8?Q?Ciao=0D=0ABcc:_altri@example?=": "Ciao Bcc: altri@example",
    }

    for written, subject in subjects.items():
        found = read_strictly(pec.mail(subject=written))
        assert subject is None or found.subject == subject
        assert found.recipients == (pec.OFFICE,)
    raw = pec.mail(pec.part("Perché".encode("cp1252"), "X-Nothing: declared"), subject="Però")
    latin = read_strictly(raw.replace("Però".encode(), "Però".encode("latin-1")))
    assert (latin.subject, latin.body) == ("Però", "Perché")


def test_of_a_text_in_two_forms_the_plain_one_is_shown_and_a_page_alone_as_words() -> None:
    page = "<style>p {}</style><p>Si chiede &egrave;</p><script>alert(1)</script><p>a capo</p>"
    html = pec.part(page.encode(), "Content-Type: text/html")
    both = pec.multipart(pec.text("In chiaro"), html, kind="alternative")

    assert read_strictly(pec.mail(both)).body == "In chiaro"
    alone = read_strictly(pec.mail(html))
    assert alone.body.split("\n") == ["Si chiede è", "", "a capo"]


# -- attachments -------------------------------------------------------------------------


def test_names_of_attachments_lose_their_paths_and_are_never_two_alike() -> None:
    wanted = {
        "../../etc/passwd": "passwd",
        "C:\\Windows\\system32\\a.dll": "a.dll",
        "..": "allegato.pdf",
        "a\x00b\x1b[31m\u202efdp.exe": "ab[31mfdp.exe",
        ".htaccess": "htaccess",
        "Tavola.pdf": "Tavola.pdf",
        "TAVOLA.pdf": "TAVOLA (2).pdf",
        "=?utf-8?Q?Perch=C3=A9.pdf?=": "Perché.pdf",
        "x" * 400 + ".pdf": "x" * 196 + ".pdf",
    }

    found = read_strictly(pec.mail(*(pec.attachment(name, pec.PDF) for name in wanted)))

    assert _names(found) == list(wanted.values())
    extended = b"Content-Disposition: attachment; filename*0*=utf-8''Citt%C3%A0; filename*1=.pdf"
    raw = pec.mail(pec.multipart(extended + b"\r\n\r\n" + pec.PDF))
    assert _names(read_strictly(raw)) == ["Città.pdf"]


def test_a_signed_file_is_opened_and_its_signer_named() -> None:
    raw = pec.certified(pec.text(), pec.attachment("osservazione.pdf.p7m", pec.p7m(pec.PDF)))

    file, inside = read_strictly(raw).attachments

    assert (file.name, file.media_type) == ("osservazione.pdf.p7m", P7M)
    assert file.signed
    assert file.signed.content_name == inside.name == "osservazione.pdf"
    assert file.signed.signature.check is Check.VALID
    assert file.signed.signature.signer == "Mario Rossi"
    assert file.signed.signature.signers[0].code == "TINIT-RSSMRA70A01F205X"
    assert file.signed.signature.signers[0].valid_from == dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    assert bytes(inside.content) == pec.PDF
    assert inside.within == ("osservazione.pdf.p7m",)


def test_a_signed_file_is_opened_in_whatever_way_it_is_written() -> None:
    der = pec.p7m(pec.PDF)
    ways = {
        "base64": base64.encodebytes(der),
        "pem": b"-----BEGIN PKCS7-----\n" + base64.encodebytes(der) + b"-----END PKCS7-----\n",
        "lengths left open": _with_open_lengths(der),
        "two signatures, one in the other": pec.p7m(der, "Anna Bianchi"),
    }

    for way, data in ways.items():
        name = "a.pdf.p7m.p7m" if "two" in way else "a.pdf.p7m"
        found = read_strictly(pec.mail(pec.text(), pec.attachment(name, data)))
        assert bytes(found.attachments[-1].content) == pec.PDF, way
        signed = [attachment.signed for attachment in found.attachments if attachment.signed]
        assert {one.signature.check for one in signed} == {Check.VALID}, way
        assert found.problems == (), way


def test_a_signed_file_that_is_not_in_order_is_kept_with_its_problem() -> None:
    der = pec.p7m(pec.PDF)
    shapes = {
        UNREADABLE: der[: len(der) // 2],
        DETACHED: pec.seal("Mario Rossi").sign(pec.PDF, detached=True),
        attachments.DEEP_SIGNED: pec.p7m(pec.p7m(pec.p7m(pec.p7m(pec.PDF)))),
    }

    for sentence, data in shapes.items():
        found = read_strictly(pec.mail(pec.text(), pec.attachment("a.p7m", data)))
        said = {str(problem).removeprefix("«a.p7m»: ") for problem in found.problems}
        assert str(sentence) in said
        assert bytes(found.attachments[0].content) == data
    changed = der.replace(b"endobj", b"ENDOBJ")
    found = read_strictly(pec.mail(pec.text(), pec.attachment("a.p7m", changed)))
    assert found.attachments[0].signed
    assert found.attachments[0].signed.signature.check is Check.BROKEN


def test_messages_within_messages_are_opened_to_a_depth_and_kept_whole_beyond_it() -> None:
    raw = pec.mail(pec.attachment("in fondo.pdf", pec.PDF))
    for depth in range(100):
        inside = pec.nested(f"{depth}.eml", raw)
        raw = pec.mail(pec.text(), inside, boundary=f"b{depth}")

    found = read_strictly(raw)

    assert _problems(found) == [attachments.DEEP_MESSAGES]
    assert len(found.attachments) == attachments.MOST_MESSAGES + 1
    assert found.attachments[1].within == ("99.eml",)
    last = found.attachments[-1]
    assert b"in fondo.pdf" in bytes(last.content)


def test_a_wrapping_of_outlook_is_kept_as_it_is() -> None:
    data = b"\x78\x9f\x3e\x22" + b"\x01" * 40

    found = read_strictly(pec.mail(pec.text(), pec.attachment("winmail.dat", data)))

    assert bytes(found.attachments[0].content) == data
    assert found.attachments[0].media_type == "application/ms-tnef"
    assert _problems(found) == [attachments.WRAPPED]


# -- hostile and broken ------------------------------------------------------------------


def test_what_is_broken_or_without_measure_is_read_as_far_as_possible() -> None:
    many = pec.mail(*[pec.text("x")] * (mime.MOST_PARTS + 5))
    deep = pec.text()
    for level in range(mime.MOST_LEVELS + 5):
        deep = pec.multipart(deep, boundary=f"b{level}")
    bad = pec.part(b"JVBERi0xLjQ*K&&", "Content-Transfer-Encoding: base64\nContent-Type: x/y")
    shapes = {
        mime.TOO_MANY_PARTS: many,
        mime.TOO_MANY_LEVELS: pec.mail(deep),
        mime.NO_END: pec.mail(pec.multipart(pec.text(), closed=False)),
        mime.NO_PARTS: pec.mail(pec.part(b"Testo", 'Content-Type: multipart/mixed; boundary="X"')),
        mime.LONG_HEADERS: pec.mail(more=f"X-Long: {'a' * 1_000_000}\n"),
        mime.BAD_ENCODING: pec.mail(pec.text(), bad),
        attachments.TEXT_CUT: pec.mail(pec.text("a" * 1_000_000)),
    }

    for problem, raw in shapes.items():
        found = read_strictly(raw)
        assert problem in _problems(found)
        assert (found.sender, found.sha256) == (pec.CITIZEN, hashlib.sha256(raw).hexdigest())


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", pec.PDF, gzip.compress(b"a"), b"Ciao\nmondo\n"])
def test_what_is_no_message_is_said_to_be_none(raw: bytes) -> None:
    found = read_strictly(raw)

    assert found.kind is Kind.UNREADABLE
    assert found.sha256 == hashlib.sha256(raw).hexdigest()
    assert _problems(found) in ([message.EMPTY], [message.NOT_MAIL])


def test_what_nobody_foresaw_is_still_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mime.Splitter, "decode", lambda *_: 1 / 0)

    raw = pec.certified()

    found = read(raw)

    assert (found.kind, found.size) == (Kind.UNREADABLE, len(raw))
    assert _problems(found) == [message.GAVE_UP]


SHAPES = [
    pec.envelope(pec.mail(pec.text(), pec.attachment("a.pdf.p7m", pec.p7m(pec.PDF)))),
    pec.receipt("avvenuta-consegna", "CONSEGNA: ", pec.mail(), delivered_to=pec.OFFICE),
    pec.anomaly(pec.mail(pec.text(), pec.nested("b.eml", pec.mail(boundary="deep")))),
]
SIGNED_TWICE = pec.p7m(pec.p7m(pec.PDF), "Anna Bianchi")
cuts = st.tuples(st.sampled_from(["cut", "flip", "splice", "double"]), st.floats(0, 0.999999))


@given(st.sampled_from(SHAPES), st.lists(cuts, min_size=1, max_size=8), st.binary(max_size=12))
def test_no_damage_stops_the_reading_or_loses_the_digest(
    raw: bytes, damages: list[tuple[str, float]], junk: bytes
) -> None:
    for damage, where in damages:
        at = int(where * len(raw))
        if damage == "cut":
            raw = raw[: at + 1] if at % 2 else raw[at:]
        elif damage == "flip":
            raw = raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :] if raw else raw
        elif damage == "splice":
            raw = raw[:at] + junk + SHAPES[0][at : at + 3000] + raw[at:]
        else:
            headers = raw.partition(b"\r\n\r\n")[0]
            raw = headers[: at or None] + b"\r\n" + raw

    found = read_strictly(raw)

    assert found.sha256 == hashlib.sha256(raw).hexdigest()
    assert found.size == len(raw)
    assert json.dumps(as_json("a.eml", found, Match()), ensure_ascii=False).encode()


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_signed_file_is_opened_or_said_to_be_unreadable(
    damages: list[tuple[int, int]],
) -> None:
    data = bytearray(SIGNED_TWICE)
    for place, octet in damages:
        data[place % len(data)] = octet

    opened = open_signed(memoryview(bytes(data)))

    assert opened.content is not None or opened.signature.problem is not None


# -- the same message twice --------------------------------------------------------------


def test_the_same_bytes_or_identifier_are_one_message_and_a_message_id_is_not() -> None:
    seen = Seen()
    first, moved = pec.certified(), pec.envelope(pec.mail(), received="by another; " + pec.RECEIVED)
    other = "opec1.other@pec.example"

    def match(name: str, raw: bytes) -> Match:
        return seen.add(name, read_strictly(raw))

    assert match("first", first) == Match()
    assert match("again", first).duplicate_of == "first"
    assert match("moved", moved) == Match(duplicate_of="first")
    changed = match("changed", pec.envelope(pec.mail(subject="Altro")))
    assert (changed.duplicate_of, changed.problems[0].sentence) == ("first", SAME_IDENTIFIER)
    reused = match(
        "reused", pec.envelope(pec.mail(subject="Altro"), pec.daticert(identifier=other))
    )
    assert (reused.duplicate_of, reused.problems[0].sentence) == ("", SAME_MESSAGE_ID)
    for mark in ("accettazione", "avvenuta-consegna"):
        assert match(mark, pec.receipt(mark, "")) == Match()


def _with_open_lengths(der: bytes) -> bytes:
    """The same signed file in BER, as programs write it that do not know the length before."""

    def opened(value: bytes, depth: int) -> bytes:
        header = 2 if value[1] < 0x80 else 2 + (value[1] & 0x7F)
        if depth == 0:
            return value
        return value[:1] + b"\x80" + opened(value[header:], depth - 1) + b"\x00\x00"

    # ContentInfo, then its type, then [0] and SignedData.
    header = 2 if der[1] < 0x80 else 2 + (der[1] & 0x7F)
    kind, rest = der[header : header + 11], der[header + 11 :]
    return der[:1] + b"\x80" + kind + opened(rest, 1) + b"\x00\x00"
