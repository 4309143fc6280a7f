"""The office brings in a text: it chooses a file, compares, confirms."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import clock, jobs, storage
from ptm_participation.core.audit import AuditPayload
from ptm_participation.core.db import db
from ptm_participation.core.storage import StoredFile
from ptm_participation.core.transaction import use_case
from ptm_participation.plan import service
from ptm_participation.plan.comparison import compare
from ptm_participation.plan.import_models import TextImport
from ptm_participation.plan.models import Document, Edition, EditionState, SectionVersion
from tests import factories
from tests.commands import ptm
from tests.pages import Browser, Page
from tests.plan.docx_files import docx, paragraph

NORMS = docx(
    paragraph("CAPO I - PRINCIPI"),
    paragraph("Art. 1 - Finalità"),
    paragraph("1. Il piano tutela il suolo."),
    paragraph("2. Il piano si attua:"),
    paragraph("a) con intese;"),
    paragraph("c) con accordi."),
    paragraph("Art. 2 - Rete verde"),
    paragraph("1. La rete verde connette i parchi."),
)


def choose(
    browser: Browser, data: bytes, *, name: str = "nda.docx", edition: str = "bozza"
) -> Page:
    page = browser.open("/ufficio/piano/importa")
    return page.submit(
        document="NDA",
        edition=edition,
        source="Delibera 12/2021",
        file=(io.BytesIO(data), name),
    )


def texts(edition: str) -> list[str]:
    """The sections that an edition holds, as they are cited."""
    rows = db.session.scalars(
        sa.select(SectionVersion.citation)
        .join(Edition)
        .join(Document)
        .where(Edition.label == edition, Document.code == "NDA")
        .order_by(SectionVersion.position)
    )
    return list(rows)


def test_the_tree_is_shown_beside_the_source_and_written_when_confirmed(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)

    assert page.heading == "Correggi e conferma"
    assert page.items(".ptm-doubts li") == [
        "Capoverso 6 La lettera c) viene dopo la a): ne manca una? «c) con accordi.» "
        "Segna come risolto (dubbio 1)"
    ]
    assert page.items(".pair .src p")[4] == "a) con intese;"
    assert page.items(".pair:nth-of-type(5) .read li") == ["lett. a) (modifica) con intese;"]
    assert page.items(".ptm-counts div") == ["Capo 1", "Articolo 2", "Comma 3", "Lettera 2"]
    assert texts("bozza") == []
    done = page.press("Scrivi il testo nell")
    assert "edizione bozza: scritte 8 sezioni" in done.text
    assert texts("bozza")[2:4] == ["art. 1, comma 1", "art. 1, comma 2"]
    assert done.heading.startswith("Da che cosa derivano le sezioni")
    assert done.follow("Leggi il testo scritto").items(".ptm-tree li")[1] == "art. 1 Finalità"
    source = db.session.scalars(
        sa.select(SectionVersion.source).join(Edition).filter_by(label="bozza")
    )
    assert set(source) == {"Delibera 12/2021"}


def test_a_second_text_is_compared_with_the_one_that_it_replaces(
    app: Flask, as_staff: Browser
) -> None:
    choose(as_staff, NORMS).press("Scrivi il testo nell")
    changed = docx(
        paragraph("CAPO I - PRINCIPI"),
        paragraph("Art. 1 - Finalità"),
        paragraph("1. Il piano tutela il suolo libero."),
        paragraph("2. Il piano si attua."),
        paragraph("3. Il piano si misura."),
    )

    other = choose(as_staff, changed)

    assert other.items(".ptm-aside ul li") == [
        "2 sezioni cambiano: art. 1 c. 1; art. 1 c. 2",
        "1 sezione in più: art. 1 c. 3",
        "4 sezioni in meno: art. 1 c. 2 lett. a); art. 1 c. 2 lett. c); art. 2; art. 2 c. 1",
    ]


def written() -> tuple[int, int, int]:
    """How many imports, entries of the log and sections there are."""
    counted = (TextImport, AuditPayload, SectionVersion)
    return tuple(db.session.query(model).count() for model in counted)  # type: ignore[return-value]


def test_the_same_file_twice_changes_nothing(app: Flask, as_staff: Browser) -> None:
    first = choose(as_staff, NORMS)
    under_way = written()

    again = choose(as_staff, NORMS)

    assert "già in corso di importazione" in again.text
    assert again.address.partition("?")[0] == first.address.partition("?")[0]
    assert written() == under_way

    first.press("Scrivi il testo nell")
    before = written()

    late = choose(as_staff, NORMS)

    assert "contiene già questo testo di «Norme di attuazione», parola per parola" in late.text
    assert written() == before


def test_an_import_is_left_and_taken_up_again_by_somebody_else(
    app: Flask, as_staff: Browser, as_administrator: Browser
) -> None:
    choose(as_staff, NORMS).follow("art. 2 (modifica)").press("Promuovi")

    page = as_administrator.open("/ufficio/piano/importa")
    taken_up = page.follow("Norme di attuazione · bozza")

    assert "nda.docx · Istruttrice, 20 ottobre 2020" in page.text
    assert "1 modifica finora" in taken_up.text
    assert taken_up.items(".read li.d0 .c") == ["Capo I (modifica)", "art. 2 (modifica)"]


def test_an_import_that_is_given_up_leaves_no_text_and_no_file(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)
    kept = db.session.scalars(sa.select(StoredFile.sha256)).one()
    storage.forget_unnamed()
    assert storage.files().holds(kept)

    page.follow("Rinuncia a questa importazione").press("Rinuncia a questa importazione")
    while jobs.work_one():
        pass

    assert db.session.scalars(sa.select(TextImport)).all() == []
    assert db.session.scalars(sa.select(StoredFile)).all() == []
    assert not storage.files().holds(kept)
    assert as_staff.open(page.address).status == 404


def test_a_file_that_is_gone_is_said_on_the_page_of_its_import(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)
    storage.files().delete(db.session.scalars(sa.select(StoredFile.sha256)).one())

    late = as_staff.open(page.address)

    assert "Il file di questa importazione non è più conservato: sceglierlo di nuovo" in late.text
    assert "Rinuncia a questa importazione" in late.text


def test_the_second_of_two_editors_is_told_who_was_first(
    app: Flask, as_staff: Browser, as_administrator: Browser
) -> None:
    mine = choose(as_staff, NORMS).follow("art. 2 (modifica)")
    theirs = as_administrator.open(mine.address)
    theirs.press("Segna come risolto")

    told = mine.press("Unisci a")
    confirmed = mine.press("Scrivi il testo nell")

    for page in (told, confirmed):
        assert "Amministratrice ha modificato questa importazione" in page.text
        assert "la modifica non è stata fatta" in page.text
    assert texts("bozza") == []


def test_a_text_that_changed_meanwhile_is_compared_again(app: Flask, as_staff: Browser) -> None:
    page = choose(as_staff, NORMS, edition="adottata")
    factories.renew_text()

    again = page.press("Scrivi il testo nell")

    assert "Il testo del piano è cambiato da quando è stato confrontato" in again.text
    assert texts("adottata") == ["art. 1", "art. 18"]
    again.press("Scrivi il testo nell")
    assert texts("adottata")[0] == "Capo I"


def test_a_text_that_changes_while_it_is_being_matched_is_not_written(
    app: Flask, as_staff: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = choose(as_staff, NORMS, edition="adottata")

    def slowly(*what: Any) -> Any:
        compared = compare(*what)
        monkeypatch.setattr(service, "compare", compare)
        factories.renew_text()  # somebody else's import
        return compared

    monkeypatch.setattr(service, "compare", slowly)

    assert "Il testo del piano è cambiato" in page.press("Scrivi il testo nell").text
    assert texts("adottata") == ["art. 1", "art. 18"]


@use_case
def _freeze(label: str) -> None:
    edition = db.session.scalars(sa.select(Edition).filter_by(label=label)).one()
    edition.state = EditionState.FROZEN
    edition.frozen_at, edition.frozen_sha256 = clock.now(), "0" * 64


def test_an_edition_that_takes_no_text_is_said_beside_its_field(
    app: Flask, as_staff: Browser
) -> None:
    factories.observation(sections="18")

    observed = choose(as_staff, NORMS, edition="adottata")
    _freeze("approvata")
    frozen = choose(as_staff, NORMS, edition="approvata")
    nameless = choose(as_staff, NORMS, edition=" ")

    assert observed.error_of("edition").startswith("Ci sono osservazioni")
    assert frozen.error_of("edition").startswith("Il testo di questa edizione è congelato")
    assert "un’etichetta da 1 a 40 caratteri" in nameless.error_of("edition")


TWICE = docx(*(paragraph(text) for text in ("Art. 1", "1. Vale.", "Art. 1", "1. Vale ancora.")))


def test_two_articles_with_one_number_are_shown_and_cannot_be_written(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, TWICE)

    assert "Due sezioni avrebbero lo stesso indirizzo" in page.text
    assert "Un altro articolo ha il numero 1." in page.text
    assert [button for button in page.items("main button") if "Scrivi" in button] == []
    corrected = page.follow("art. 1 (modifica)").submit(has="number", button="do=name", number="2")
    assert "Un altro articolo ha il numero 1." not in corrected.text
    assert [button for button in corrected.items("main button") if "Scrivi" in button]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("nda.docx", NORMS[:-30], "sembra danneggiato"),
        ("nda.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "password"),
        ("nda.docx", b"{\\rtf1 testo}", "contiene altro"),
        ("nda.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "vecchio formato di Word"),
        ("nda.docm", NORMS, "macro"),
        ("nda.docx", docx(paragraph("Art. 1"), types="ms-word.document.macroEnabled"), "macro"),
        ("nda.docx", docx(paragraph("Una lettera.")), "nessun articolo"),
        ("nda.pdf", b"%PDF-1.7", "sembra danneggiato"),
        ("nda.tiff", b"II*", "non si può importare"),
        ("nda.xml", b"<act>", "non è XML ben formato"),
        ("nda.docx", b"", "è vuoto"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_a_sentence(
    app: Flask, as_staff: Browser, name: str, data: bytes, sentence: str
) -> None:
    page = choose(as_staff, data, name=name)

    assert sentence in page.error_of("file")
    assert db.session.scalars(sa.select(StoredFile)).all() == []
    assert texts("bozza") == []


AKN = (
    b"<akomaNtoso><act><body><article><num>Art. 1</num><heading>Oggetto</heading><paragraph>"
    b"<num>1.</num><content><p>Il piano vale.</p></content></paragraph></article></body></act>"
    b"</akomaNtoso>"
)


def test_akoma_ntoso_comes_in_by_the_same_page(app: Flask, as_staff: Browser) -> None:
    page = choose(as_staff, AKN, name="nda.xml")

    assert page.items(".read li") == ["art. 1 (modifica) Oggetto", "c. 1 (modifica) Il piano vale."]
    page.press("Scrivi il testo nell")
    assert texts("bozza") == ["art. 1", "art. 1, comma 1"]


def test_the_log_says_which_file_was_written(app: Flask, as_staff: Browser) -> None:
    page = choose(as_staff, NORMS)
    page.press("Scrivi il testo nell")

    payloads = db.session.scalars(sa.select(AuditPayload.text)).all()
    digest = hashlib.sha256(NORMS).hexdigest()
    assert any(f'"file_sha256":"{digest}"' in (payload or "") for payload in payloads)


def test_the_command_reads_word_documents_too(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "nda.docx"
    path.write_bytes(NORMS)
    told = (str(path), "--document=NDA", "--edition=bozza")

    tried = ptm(app, "plan", "import", *told, "--dry-run")
    before = texts("bozza")
    ptm(app, "plan", "import", *told)

    assert "8 sections (1 chapter, 2 article, 3 comma, 2 letter)" in tried.output
    assert "capoverso 6: La lettera c)" in tried.output
    assert before == []
    assert len(texts("bozza")) == 8
