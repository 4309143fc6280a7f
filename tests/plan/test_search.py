"""Words are looked for in the plan, and both engines find the same, in the same order."""

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.plan import themes
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Document, Edition
from ptm_participation.plan.search import PAGE, Narrowed, search
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.procedure import queries as procedures
from ptm_participation.reference.service import correct
from tests import factories
from tests.pages import Browser

COMMI = {
    "18": (
        "I Comuni riducono il consumo di suolo agricolo.",
        "La riduzione del consumo si calcola sul suolo libero.",
    ),
    "19": ("Consumo energetico e qualità del suolo: «Città» sostenibile.",),
    "20-bis": ("La rete ecologica connette i suoli dell’Adda.", "3e5 x86 0x1f a1b2 1e -5 +3.2"),
}


def _norms(commi: dict[str, tuple[str, ...]] = COMMI) -> None:
    norms = db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()
    articles = [
        Node(
            SectionKind.ARTICLE,
            number,
            f"Articolo {number}",
            "",
            tuple(Node(SectionKind.COMMA, str(n), "", text) for n, text in enumerate(texts, 1)),
        )
        for number, texts in commi.items()
    ]
    import_text(SYSTEM, norms, "adottata", articles, source="prova")


def _edition() -> Edition:
    return procedures.get_procedure().edition


def _found(words: str, narrowed: Narrowed | None = None) -> list[str]:
    found = search(_edition(), words, narrowed or Narrowed())
    return [hit.row.brief for hit in found.hits if hit.row.document_slug == "nda"]


@pytest.mark.parametrize(
    ("words", "sections"),
    [
        ("consumo suolo", ["art. 18 c. 1", "art. 18 c. 2", "art. 19 c. 1"]),
        ("il consumo dei suoli", ["art. 18 c. 1", "art. 18 c. 2", "art. 19 c. 1"]),
        ('"consumo di suolo"', ["art. 18 c. 1"]),
        ("«suolo libero» riduzione", ["art. 18 c. 2"]),
        ("energ", ["art. 19 c. 1"]),
        ("energ suolo", []),
        ("CITTA qualita", ["art. 19 c. 1"]),
        ("adda", ["art. 20-bis c. 1"]),
        ("20bis rete", ["art. 20-bis c. 1"]),
        ("a1b2 0x1f 3e5", ["art. 20-bis c. 2"]),
        ("5 3 2 x86", ["art. 20-bis c. 2"]),
        ("articolo 19", ["art. 19", "art. 19 c. 1"]),
        ("consumo mare", []),
    ],
)
def test_all_words_are_needed_and_phrases_stand_together(
    app: Flask, words: str, sections: list[str]
) -> None:
    _norms()

    assert _found(words) == sections


def test_a_number_comes_first_and_only_once(app: Flask) -> None:
    _norms()

    assert _found("art. 18 c. 2") == ["art. 18 c. 2"]
    assert _found("18") == ["art. 18", "art. 18 c. 1", "art. 18 c. 2"]
    assert _found("19; 18 c. 1")[:2] == ["art. 19", "art. 18 c. 1"]
    tables = search(_edition(), "Tav. 6", Narrowed())
    assert tables.hits[0].row.brief == "Tav. 6"


def test_what_is_found_shows_the_words_marked(app: Flask) -> None:
    _norms()

    (hit,) = search(_edition(), '"consumo di suolo"', Narrowed()).hits

    assert [piece.text for piece in hit.excerpt if piece.found] == ["consumo di suolo"]


def test_pages_go_through_everything_once(app: Flask) -> None:
    _norms({str(n): (f"Fiume numero {n}.",) for n in range(1, 2 * PAGE + 5)})
    seen: list[str] = []
    after: str | None = ""

    while after is not None:
        found = search(_edition(), "fiume", Narrowed(), after=after)
        seen += [hit.row.brief for hit in found.hits]
        after = found.after

    assert found.total == 2 * PAGE + 4
    assert seen == [f"art. {n} c. 1" for n in range(1, 2 * PAGE + 5)]


def test_what_is_imported_again_or_corrected_is_found_by_its_new_words_alone(app: Flask) -> None:
    _norms()
    _norms({"18": ("Parole nuove sul bosco.",)})
    comma = factories.section("18 c. 1")
    correct(SYSTEM, comma, {"text": "Parole corrette sulla cava."})

    assert _found("consumo") == []
    assert _found("bosco") == []
    assert _found("cava corretta") == ["art. 18 c. 1"]


def test_a_search_is_narrowed_to_a_document_a_kind_and_a_theme(app: Flask) -> None:
    _norms()
    edition, article = _edition(), factories.section("18")
    theme = themes.add_theme(SYSTEM, edition.plan, name="Suoli")
    themes.set_themes(SYSTEM, article, {theme.id})
    article = factories.section("18")
    maps = factories.section("Tav. 6").document

    of_theme = Narrowed(theme_id=theme.id)
    assert _found("suolo", of_theme) == ["art. 18 c. 1", "art. 18 c. 2"]
    assert _found("", of_theme) == ["art. 18"]
    assert _found("suolo", Narrowed(kind=SectionKind.MAP)) == []
    assert _found("energetico", Narrowed(kind=SectionKind.ARTICLE)) == ["art. 19 c. 1"]
    assert _found("energetico", Narrowed(document_id=maps.id)) == []


HOSTILE = (
    '"',
    '""""',
    "NEAR(suolo, 2) OR search_text:suolo",
    "suolo* AND NOT ^consumo",
    "{suolo} - (consumo",
    "' OR 1=1; --",
    "suolo' :* & !consumo | <->",
    "\\ % _ \ufffd \u200b \ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "1;2;3;4;5;6;7;8;9;10;11,12,13",
    "suolo " * 2000,
)


@pytest.mark.parametrize("words", HOSTILE)
def test_whatever_is_typed_gets_a_page(visitor: Browser, words: str) -> None:
    page = visitor.open("/piano", q=words, dopo="x-y", tema="non-c-e", tipo="gatto")

    assert page.status == 200
    assert page.heading == "Piano Territoriale Metropolitano"
    assert ("più lunga di 200 battute" in page.text) == (len(words.strip()) > 200)


def test_a_reader_finds_marks_narrows_and_goes_on(visitor: Browser) -> None:
    _norms({str(n): ("Il consumo di suolo diminuisce.",) for n in range(1, PAGE + 3)})

    page = visitor.open("/piano", q="consumo suolo", documento="nda")

    assert f"{PAGE + 2} sezioni per «consumo suolo»" in page.text
    assert page.items("main .ptm-list li mark")[:2] == ["consumo", "suolo"]
    later = page.follow("Avanti")
    assert [item.split(".")[0] for item in later.items("main .ptm-list li a")] == ["Art"] * 2
    assert later.follow("Edizione approvata").address.count("q=consumo") == 1
    nothing = visitor.open("/piano/nda", q="ornitorinco")
    assert "Nessuna sezione contiene «ornitorinco»" in nothing.text


def test_a_theme_on_a_section_leads_to_all_of_its_sections(visitor: Browser) -> None:
    _norms()
    article = factories.section("18")
    theme = themes.add_theme(SYSTEM, article.edition.plan, name="Suolo e acque")
    themes.set_themes(SYSTEM, factories.section("18"), {theme.id})
    themes.set_themes(SYSTEM, factories.section("19"), {theme.id})

    page = visitor.open("/piano/nda/art-18").follow("Suolo e acque")

    assert "Tema: Suolo e acque" in page.items("main h2")
    assert page.items("main .ptm-list li a") == ["Art. 18. Articolo 18", "Art. 19. Articolo 19"]
