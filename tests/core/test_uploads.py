"""What may come in, and the sentence for what may not."""

import contextlib
import io
import os
import struct
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from ptm_participation.core import uploads
from ptm_participation.core.storage import files
from ptm_participation.core.uploads import (
    Damaged,
    Disguised,
    FileEmpty,
    FileRefused,
    FileTooLarge,
    HasMacros,
    NameNotGood,
    PacksTooMuch,
    Protected,
    TypeNotTaken,
)
from tests.factories import PDF_BYTES, PNG_BYTES, docx

GEOJSON = b'{"type":"FeatureCollection","features":[]}'
P7M = bytes.fromhex("308006092a864886f70d010702a080") + b"\0" * 20
PROTECTED_DOCX = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600


def _receive(name: str, content: bytes) -> tuple[str, str]:
    kept_name, kept = uploads.receive(FileStorage(io.BytesIO(content), filename=name))
    return kept_name, kept.sha256


def _odt(mimetype: bytes = b"application/vnd.oasis.opendocument.text") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", "<a/>")
    return buffer.getvalue()


def _odt_with(
    compression: int = zipfile.ZIP_DEFLATED,
    version: int = 20,
    offset: int = 0,
    garbage: bytes = b"",
) -> bytes:
    """An ODT, packed, whose first entry («mimetype») says or holds something wrong."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
    content = bytearray(buffer.getvalue())
    content[38 : 38 + 10 * len(garbage)] = garbage * 10
    listed = content.index(b"PK\x01\x02")
    struct.pack_into("<H", content, 8, compression)
    struct.pack_into("<HHH", content, listed + 6, version, 0, compression)
    struct.pack_into("<I", content, listed + 42, offset)
    return bytes(content)


def _bomb() -> bytes:
    return docx(**{"word/media/zeros.bin": b"\0" * 80_000_000})


def _encrypted_pdf() -> bytes:
    """A PDF that says that it is encrypted, so that no reader opens it without the password."""
    return PDF_BYTES.replace(
        b"trailer<</Root 1 0 R>>",
        b"4 0 obj<</Filter/Standard/V 1/R 2/O("
        + b"o" * 32
        + b")/U("
        + b"u" * 32
        + b")/P -44>>endobj\ntrailer<</Root 1 0 R/Encrypt 4 0 R/ID[(a)(a)]>>",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("estratto.pdf", PDF_BYTES),
        ("Foto del 3 ottobre.PNG", PNG_BYTES),
        ("osservazione.docx", docx()),
        ("osservazione.odt", _odt()),
        ("firmata.pdf.p7m", P7M),
        ("area.geojson", GEOJSON),
    ],
)
def test_what_people_send_is_kept_as_it_is(app: Flask, name: str, content: bytes) -> None:
    kept_name, sha256 = _receive(name, content)

    assert kept_name == name
    assert b"".join(files().read(sha256)) == content


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("vuoto.pdf", b"", FileEmpty),
        ("grande.pdf", b"%PDF-" + b"0" * (20 * 1024 * 1024), FileTooLarge),
        ("../../etc/passwd.pdf", PDF_BYTES, NameNotGood),
        ("C:\\Utenti\\a.pdf", PDF_BYTES, NameNotGood),
        ("gpj.\u202efdp.pdf", PDF_BYTES, NameNotGood),
        (".pdf", PDF_BYTES, NameNotGood),
        ("senza estensione", PDF_BYTES, NameNotGood),
        ("pagina.html", b"<script>alert(1)</script>", TypeNotTaken),
        ("disegno.svg", b"<svg onload='alert(1)'/>", TypeNotTaken),
        ("archivio.zip", docx(), TypeNotTaken),
        ("pagina.pdf", b"<html><script>1</script></html>", Disguised),
        ("foto.jpg", PNG_BYTES, Disguised),
        ("testo.docx", PDF_BYTES, Disguised),
        ("testo.docx", _odt(), Disguised),
        ("testo.odt", docx(), Disguised),
        ("firma.p7m", PDF_BYTES, Disguised),
        ("area.geojson", b'{"a": 1}', Disguised),
        ("area.geojson", b"[" * 100_000, Disguised),
        ("area.geojson", b'{"type": ["x"]}', Disguised),
        ("area.geojson", b'{"type": {}}', Disguised),
        ("cifrato.odt", _odt_with(compression=9), Damaged),
        ("cifrato.odt", _odt_with(compression=99), Damaged),
        ("domani.odt", _odt_with(version=99), Damaged),
        ("altrove.odt", _odt_with(offset=2**32 - 2), Damaged),
        ("rovinato.odt", _odt_with(garbage=b"\xff"), Damaged),
        ("rotto.pdf", b"%PDF-1.7 and then nothing", Damaged),
        ("rotto.docx", docx()[:-30], Damaged),
        ("protetto.docx", PROTECTED_DOCX, Protected),
        ("protetto.pdf", _encrypted_pdf(), Protected),
        ("macro.docx", docx(**{"word/vbaProject.bin": b"1"}), HasMacros),
        ("fuga.docx", docx(**{"../../fuga.txt": b"1"}), Damaged),
        ("bomba.docx", _bomb(), PacksTooMuch),
    ],
)
def test_what_may_not_come_in_is_refused_with_its_own_sentence(
    app: Flask, name: str, content: bytes, refusal: type[FileRefused]
) -> None:
    with pytest.raises(refusal) as refused:
        _receive(name, content)

    assert str(refused.value)


@given(st.text(min_size=1, max_size=200))
def test_no_name_that_is_kept_can_leave_its_folder(name: str) -> None:
    try:
        kept = uploads.good_name(f"{name}.pdf")
    except NameNotGood:
        return
    assert "/" not in kept
    assert "\\" not in kept
    assert not any(ord(sign) < 32 for sign in kept)
    assert len(kept) <= 120
    assert kept.endswith(".pdf")


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_file_whose_bytes_were_spoilt_comes_in_or_is_refused(
    app: Flask, data: st.DataObject
) -> None:
    name, whole = data.draw(st.sampled_from([("a.odt", _odt_with()), ("a.png", PNG_BYTES)]))
    content = bytearray(whole)
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))

    with contextlib.suppress(FileRefused):
        _receive(name, bytes(content))


def test_what_a_document_says_it_is_does_not_fill_the_memory(app: Flask) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.text" + b" " * 30_000_000)
        archive.writestr("content.xml", os.urandom(300_000))

    tracemalloc.start()
    _receive("grande.odt", buffer.getvalue())
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 10_000_000


def _pdf_of(pages: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    page = b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        + b"2 0 obj<</Type/Pages/Kids[%b]/Count %d>>endobj\n" % (kids, pages)
        + b"".join(page % number for number in range(3, pages + 3))
        + b"trailer<</Root 1 0 R>>\n%%EOF"
    )


def test_those_who_send_a_pdf_at_the_same_time_are_all_served(app: Flask) -> None:
    """Good ones beside damaged and protected ones."""
    good = _pdf_of(pages=500)

    def send(turn: int) -> bool:
        content = (good, b"%PDF-1.7 and then nothing", good, _encrypted_pdf())[turn % 4]
        with app.app_context():
            try:
                _receive("tavola.pdf", content)
            except FileRefused:
                return content is not good
            return content is good

    with ThreadPoolExecutor(8) as people:
        served = list(people.map(send, range(400)))

    assert all(served)


def test_the_test_pdf_is_a_pdf() -> None:
    assert len(pypdfium2.PdfDocument(PDF_BYTES)) == 1
