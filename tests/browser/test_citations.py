"""Citations are links among words that can still be chosen; a form asks about those it finds."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.looks import assert_good
from tests.browser.people import choose
from tests.serving.server import Installation

NORMS = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><body>
<article><num>Art. 18.</num><heading>Consumo di suolo</heading>
<paragraph><num>1.</num><content><p>La soglia vale negli ambiti degli articoli 41 e 42 del
piano, come dice la legge 7 agosto 1990, n. 241.</p></content></paragraph></article>
<article><num>Art. 41.</num><heading>Ambiti agricoli</heading>
<paragraph><num>1.</num><content><p>Si applica l'art. 18, comma 1.</p></content></paragraph>
</article></body></act></akomaNtoso>"""

Arrive = Callable[..., Page]


def test_words_are_chosen_across_a_citation_and_what_is_cited_is_suggested(
    installation: Installation, someone: Arrive, tmp_path: Path
) -> None:
    norms = tmp_path / "norme.xml"
    norms.write_text(NORMS, encoding="utf-8")
    installation.ptm("init")
    installation.ptm("plan", "import", str(norms), "--document", "NDA", "--edition", "adottata")
    with installation.served() as served:
        page = someone(served.url)
        page.goto("/piano/nda/art-41")
        page.locator("[data-words] a.ptm-cite").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Consumo di suolo")
        expect(page.locator(".ptm-citations")).to_contain_text("legge 7 agosto 1990, n. 241")
        expect(page.locator(".ptm-citations")).to_contain_text("art. 41, comma 1")
        assert_good(page)

        words = _drag_from_within(page)
        assert page.url.partition("#")[0].endswith("/piano/nda/art-18")
        page.get_by_role("link", name="Osserva queste parole").first.click()
        page.get_by_role("button", name="Comincia a scrivere").click()
        expect(page.locator(".ptm-quote")).to_contain_text(words)

        choose(page, "Cambiare le parole")
        page.get_by_label("Perché?").fill("Lo stesso dica l'art. 41.")
        page.get_by_role("button", name="Continua", exact=True).last.click()
        expect(page.locator(".ptm-suggest")).to_contain_text("Nel testo citi l’art. 41")
        assert_good(page)
        page.get_by_role("button", name="Collega l’art. 41", exact=True).click()
        expect(page.locator(".ptm-quote")).to_contain_text("Ambiti agricoli")
        page.get_by_role("button", name="Continua", exact=True).last.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Chi sei")


def _drag_from_within(page: Page) -> str:
    """Choose words with the mouse, from within a citation to beyond it."""
    citation = page.locator("[data-words] a.ptm-cite").first
    citation.hover()  # once it stands still
    box = citation.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 20, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] + 60, middle, steps=12)
    page.mouse.up()
    return str(page.evaluate("getSelection().toString().replace(/\\s+/g, ' ').trim()"))
