"""The documents that people keep: accessible, whole, whatever was typed."""

import page
import pypdfium2
import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ptm_participation.core.typesetting import pdf
from ptm_participation.observations import codes, documents
from ptm_participation.observations.models import Observation
from ptm_participation.procedure import queries as procedures
from tests import factories
from tests.pages import Browser


def _accessible(content: bytes) -> None:
    for profile in (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A):
        report = page.validate_pdf_bytes(content, profile=profile)
        assert report.is_compliant, [str(failure) for failure in report.failures]


def _text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    found = " ".join(sheet.get_textpage().get_text_range() for sheet in document)
    document.close()
    return " ".join(found.split())


@pytest.fixture
def observation(app: Flask) -> Observation:
    return factories.observation(
        token="a" * 32, name="Anna Bianchi", reasons="Perché sì.\n\nE anche perché no."
    )


def test_the_receipt_is_accessible_and_says_which_number_is_which(
    observation: Observation,
) -> None:
    code = codes.code_of("a" * 32)

    for language in ("it", "en"):
        content = documents.receipt(observation, code, language)
        _accessible(content)
    words = _text(documents.receipt(observation, code, "it"))

    assert "n. 1" in words
    assert "Non è il numero di protocollo" in words
    assert "martedì 20 ottobre 2020, ore 10:00:00" in words
    assert "lunedì 2 novembre 2020, ore 24:00" in words
    assert codes.printed(code) in words
    assert observation.submission.sha256 in words.replace(" ", "")
    assert "E anche perché no." in words
    assert "Il giorno 60 è domenica 1 novembre 2020." in words


def test_the_form_of_a_section_names_it_and_bears_a_code_that_leads_back(
    visitor: Browser, as_staff: Browser
) -> None:
    form = visitor.open("/piano/nda/art-18").follow("Su carta: il modulo da stampare").response.data
    _accessible(form)
    words = _text(form)
    assert "Art. 18" in words
    path = "/m/ptm/nda/art-18"
    assert path in words.replace(" ", "")

    assert visitor.open(path).heading.startswith("Art. 18")
    entry = as_staff.open(path)
    assert entry.heading == "Registra un’osservazione da carta o PEC"
    assert entry.soup.select_one("#sections")["value"] == "art. 18"  # type: ignore[index]


def test_the_blank_form_is_accessible(app: Flask) -> None:
    content = documents.blank_form(procedures.get_procedure(), factories.window())

    _accessible(content)
    assert "Firma" in _text(content)


# Signs that nobody has assigned, that the font has no shape for, and of every script.
_ANY_SIGN = st.characters(exclude_categories=["Cs", "Cc"])
_ODD_SIGN = st.characters(min_codepoint=0x0300, max_codepoint=0x08FF)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(_ANY_SIGN | _ODD_SIGN, max_size=60))
@example("".join(map(chr, (0x378, 0x379, 0x380, 0x381, 0x382, 0x383, 0x38B, 0x38D, 0x3A2))))
@example("e\u0485 e\u0486 \ue000 \U000f0000 \ufdd0")
@example(" ".join(map(chr, (*range(0x837, 0x89E), 0x8C4))))
def test_any_script_comes_out(app: Flask, typed: str) -> None:
    content = pdf("receipt", {**_FRAME, "text": typed})

    assert content.startswith(b"%PDF-")


def test_what_looks_like_markup_is_only_text(app: Flask) -> None:
    typed = '#import "x.typ"; $1/0$ *a* <b> \\ @ref #{panic()} // /* "'

    words = _text(pdf("receipt", {**_FRAME, "text": typed}))

    assert "#import" in words
    assert "panic()" in words


_FRAME = {
    "date": "2020-10-20",
    "body": "Città metropolitana di Milano",
    "office": "Ufficio",
    "language": "it",
    "footer": "PTM",
    "title": "Ricevuta",
    "number": "n. 1",
    "number_meaning": "Numero nel registro.",
    "facts": [["Ricevuta", "oggi"]],
    "code_label": "Codice",
    "code": "ABCD",
    "code_meaning": "Conservalo.",
    "next_title": "Che cosa succede ora",
    "next": ["Si risponde."],
    "text_title": "Che cosa hai inviato",
    "files_title": "File",
    "files": [],
    "proof_title": "Prova",
    "proof_meaning": "Impronta:",
    "sha256": "0" * 64,
}
