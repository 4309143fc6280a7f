"""The office corrects the tree of a text beside its source, without a script."""

import io
import zipfile

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core.audit import AuditPayload
from ptm_participation.core.db import db
from ptm_participation.core.storage import StoredFile
from ptm_participation.plan.import_models import ImportState, TextImport
from ptm_participation.plan.preview import ON_A_PAGE
from tests.pages import Browser, Page
from tests.plan.docx_files import docx, paragraph
from tests.plan.odt_files import odt, p
from tests.plan.test_import_pages import choose, texts
from tests.plan.test_pdf import _blank_pdf

LINES = (
    "Art. 1 - Finalità",
    "1. Il piano tutela il suolo. La Città metropolitana lo misura.",
    "2. Il piano si attua:",
    "a) con intese;",
    "c) con accordi.",
    "Art. 2 - Rete verde",
    "1. La rete verde connette i parchi.",
)
NORMS = docx(*map(paragraph, LINES))


def tree(page: Page) -> list[str]:
    return [cited.removesuffix(" (modifica)") for cited in page.items(".read li > .c")]


def at(page: Page, cited: str) -> Page:
    return page.follow(f"{cited} (modifica)")


def test_sections_are_promoted_and_demoted_and_the_last_change_is_taken_back(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)
    before = tree(page)

    promoted = at(page, "lett. c)").press("Promuovi: fuori da «comma 2»")
    demoted = at(promoted, "art. 2").press("Retrocedi: dentro «art. 1»")
    undone = demoted.press("Annulla l’ultima modifica").press("Annulla l’ultima modifica")

    assert tree(promoted) == ["art. 1", "c. 1", "c. 2", "lett. a)", "c. c", "art. 2", "c. 1"]
    assert promoted.address.endswith("nodo=4")  # open on the section that was changed
    assert tree(demoted)[-2:] == ["c. 2", "lett. 1)"]
    assert tree(undone) == before


def test_a_section_is_joined_to_the_words_before_it(app: Flask, as_staff: Browser) -> None:
    page = at(choose(as_staff, NORMS), "art. 2")
    page = page.press("Unisci a «art. 1, comma 2, lett. c)», a capo")

    assert tree(page) == ["art. 1", "c. 1", "c. 2", "lett. a)", "lett. c)", "c. 1"]
    assert "continua in lett. c)" in page.text
    page.press("Scrivi il testo nell")
    # The comma that the article had is now one more of article 1: the law prints it twice.
    assert texts("bozza")[-1] == "art. 1, comma 1"


def test_a_text_is_parted_at_a_sentence_or_at_words_and_renamed(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)

    panel = at(page, "c. 1")
    place = panel.soup.select_one("input[name=at]")
    assert place is not None
    parted = panel.submit(has="at", button="do=split", at=place["value"], number="1-bis")
    again = at(parted, "c. 1-bis").submit(has="words", button="do=split", words="lo misura")
    named = at(again, "art. 2").submit(has="heading", button="do=name", heading="La rete verde")
    wrong = at(named, "c. 1-bis").submit(has="words", button="do=split", words="non c’è")

    assert tree(parted)[:3] == ["art. 1", "c. 1", "c. 1-bis"]
    assert again.items(".read li.comma")[2].startswith("Comma")
    assert "La rete verde" in named.text
    assert "Scegliere dove dividere il testo" in wrong.text


def test_a_doubt_that_is_settled_is_ticked_off_and_can_be_opened_again(
    app: Flask, as_staff: Browser
) -> None:
    page = choose(as_staff, NORMS)
    assert page.items("#dubbi") == ["1 dubbio"]

    settled = page.press("Segna come risolto")
    opened = settled.press("Riapri")

    assert settled.items("#dubbi") == ["Ogni dubbio è risolto"]
    assert settled.items(".pair.doubt") == []
    assert opened.items("#dubbi") == ["1 dubbio"]


def test_what_is_written_is_the_tree_with_its_edits_and_the_log_holds_them(
    app: Flask, as_staff: Browser
) -> None:
    page = at(choose(as_staff, NORMS), "lett. c)")
    page = page.submit(has="heading", button="do=name", number="b")

    page.press("Scrivi il testo nell")

    assert "art. 1, comma 2, lett. b)" in texts("bozza")
    row = db.session.scalars(sa.select(TextImport)).one()
    assert row.state is ImportState.WRITTEN
    assert "Questa importazione è già stata scritta" in as_staff.open(page.address).heading
    assert row.edits == [{"do": "name", "on": "4", "kind": "letter", "number": "b", "heading": ""}]
    log = " ".join(filter(None, db.session.scalars(sa.select(AuditPayload.text))))
    assert '"edits":[{"do":"name"' in log


def test_what_was_edited_and_written_is_recognised_when_its_file_comes_again(
    app: Flask, as_staff: Browser
) -> None:
    page = at(choose(as_staff, NORMS), "lett. c)")
    page.submit(has="heading", button="do=name", number="b").press("Scrivi il testo nell")

    again = choose(as_staff, NORMS)

    assert "nulla cambia" in again.text
    assert len(db.session.scalars(sa.select(TextImport)).all()) == 1


NO_KIND = {"do": "name", "on": "0", "kind": "boh"}


def test_a_change_that_cannot_be_is_said_and_not_made(app: Flask, as_staff: Browser) -> None:
    page = at(choose(as_staff, NORMS), "art. 1")

    for values in (
        {"do": "boh"},
        {"do": "promote", "on": "0"},
        {"do": "settle:99"},
        {"do": ""},
        NO_KIND,
    ):
        said = as_staff.send(page.address, page_data(page) | values)
        assert said.items("[role=alert]") != [], values
    row = db.session.scalars(sa.select(TextImport)).one()
    assert row.edits == []


def page_data(page: Page) -> dict[str, str]:
    form = page.form_with("do")
    return {i["name"]: i["value"] for i in form.select("input[type=hidden]")}


def test_a_long_text_is_shown_by_pages_and_each_doubt_leads_to_its_own(
    app: Flask, as_staff: Browser
) -> None:
    lines = [paragraph(f"Art. {n} - Titolo {n}") for n in range(1, ON_A_PAGE + 20)]
    lines.append(paragraph("Art. 900 - Ultimo"))
    blocks = (block for line in lines for block in (line, paragraph("Vale.")))
    page = choose(as_staff, docx(*blocks))

    assert len(page.items(".pair")) == ON_A_PAGE
    last = page.follow(f"Capoverso {2 * ON_A_PAGE + 39}")
    assert "pagina=3" in last.address
    assert "Art. 900 - Ultimo" in last.items(".src p")
    changed = at(last, "art. 900").submit(has="heading", button="do=name", number="320")
    assert "pagina=3" in changed.address
    assert "art. 320" in tree(changed)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("nda.pdf", _blank_pdf(), "non ha testo: la pagina 1 e tutte le altre sono immagini"),
        ("nda.odt", odt(p("Art. 1"), **{"Basic/x.xml": "<x/>"}), "macro"),
        ("nda.odt", odt(p("Art. 1"))[:-40], "sembra danneggiato"),
        ("nda.odt", NORMS, "contiene altro"),
        ("nda.csv", b"18;a;b\nboh;c;d", "Riga 2: «boh» non è un codice"),
        ("nda.md", b"Art. 1\n\xff", "la riga 2 ha segni di un’altra codifica"),
        ("nda.md", b"# Una lettera\n", "nessun articolo"),
        ("nda.zip", b"PK\x03\x04", "sembra danneggiato"),
        ("nda.md", b"a" * 20_000_001, "20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_leaves_nothing_behind(
    app: Flask, as_staff: Browser, name: str, data: bytes, sentence: str
) -> None:
    page = choose(as_staff, data, name=name)

    assert sentence in page.error_of("file")
    for model in (StoredFile, TextImport):
        assert db.session.scalars(sa.select(model)).all() == []


def test_several_files_come_in_as_one_zip(app: Flask, as_staff: Browser) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("testo/2.md", "# Art. 2\n\n1. Vale.\n")
        archive.writestr("testo/1.md", "# Art. 1\n\n1. Vale.\n")

    page = choose(as_staff, packed.getvalue(), name="nda.zip")

    assert tree(page) == ["art. 1", "c. 1", "art. 2", "c. 1"]
    assert "i file sono letti in quest’ordine: 1.md, 2.md" in page.text
