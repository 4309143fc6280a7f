"""Words of an article are chosen by mouse, by touch and by keyboard, and spoken of."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.looks import assert_good
from tests.browser.people import choose, send_as_citizen
from tests.serving.server import Installation

NORMS = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><body>
<article><num>Art. 18.</num><heading>Riduzione del consumo di suolo</heading>
<paragraph><num>1.</num><content><p>Il suolo libero è risorsa non rinnovabile.</p></content>
</paragraph>
<paragraph><num>2.</num><content><p>I Comuni applicano la soglia nei propri piani, e la Città
metropolitana verifica la soglia ogni anno.</p></content></paragraph>
</article></body></act></akomaNtoso>"""

Arrive = Callable[..., Page]
# The box of the nth occurrence of words on the page.
BOX = """([words, nth]) => {
  const article = document.querySelector(".ptm-article");
  const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let at = node.data.indexOf(words); at >= 0; at = node.data.indexOf(words, at + 1)) {
      if (seen++ < nth) continue;
      const range = document.createRange();
      range.setStart(node, at); range.setEnd(node, at + words.length);
      const box = range.getClientRects()[0];
      return [box.left, box.top, box.right, box.bottom];
    }
  }
}"""

# The keys that choose one more word and go on, before the page is painted again.
AT_ONCE = """() => {
  const key = (init) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true }));
  key({ key: "ArrowRight", shiftKey: true });
  key({ key: "Enter" });
}"""


def _box(page: Page, words: str, nth: int = 0) -> list[float]:
    found: list[float] = page.evaluate(BOX, [words, nth])
    return found


def _by_mouse(page: Page) -> None:
    left, top, right, bottom = _box(page, "la soglia", 1)
    page.mouse.move(left + 1, (top + bottom) / 2)
    page.mouse.down()
    page.mouse.move(right - 1, (top + bottom) / 2, steps=8)
    page.mouse.up()


def _by_touch(page: Page) -> None:
    start = page.get_by_role("button", name="Scegli la prima e l’ultima parola")
    at_the_bottom = page.locator(".ptm-mobar")
    start.tap()
    expect(at_the_bottom).to_contain_text("Tocca la prima parola.")
    at_the_bottom.get_by_role("button", name="Annulla").tap()
    expect(at_the_bottom).not_to_contain_text("Tocca")
    start.tap()
    left, top, right, bottom = _box(page, "la soglia", 1)
    page.touchscreen.tap(left + 2, (top + bottom) / 2)
    expect(at_the_bottom).to_contain_text("Ora l’ultima.")
    page.touchscreen.tap(right - 2, (top + bottom) / 2)
    expect(at_the_bottom).to_contain_text("Scelte: «la soglia»")


def _by_keyboard(page: Page) -> None:
    page.locator(".ptm-comma").first.focus()
    page.keyboard.press("ArrowDown")
    words = "I Comuni applicano la soglia nei propri piani, e la Città metropolitana verifica"
    for _word in range(len(words.split()) + 1):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")


@pytest.mark.parametrize("way", ["mouse", "touch", "keyboard"])
def test_the_second_of_two_like_words_is_chosen_and_observed(
    installation: Installation, someone: Arrive, tmp_path: Path, way: str
) -> None:
    norms = tmp_path / "norme.xml"
    norms.write_text(NORMS, encoding="utf-8")
    installation.ptm("init")
    installation.ptm("plan", "import", str(norms), "--document", "NDA", "--edition", "adottata")
    choosing = {"mouse": _by_mouse, "touch": _by_touch, "keyboard": _by_keyboard}[way]

    with installation.served() as served:
        page = someone(served.url, 390 if way == "touch" else 1280, has_touch=way == "touch")
        page.goto("/piano/nda/art-18")
        choosing(page)
        expect(page.get_by_role("status").filter(has_text="Scelte:")).to_have_text(
            "Scelte: «la soglia»"
        )
        assert_good(page)
        if way == "keyboard":
            page.keyboard.press("Shift+ArrowLeft")
            expect(page.locator("[data-chosen]")).to_have_text("Scelte: «la»")
            page.evaluate(AT_ONCE)
        else:
            page.get_by_role("link", name="Osserva queste parole").last.click()
        _send(page)

    with sa.create_engine(installation.database_url).connect() as connection:
        exact, prefix, suffix = connection.execute(
            sa.text("SELECT exact, prefix, suffix FROM anchor")
        ).first()
    assert exact == "la soglia"
    assert prefix.endswith("metropolitana verifica ")
    assert suffix == " ogni anno."


def _send(page: Page) -> None:
    page.get_by_role("button", name="Comincia a scrivere").click()
    expect(page.locator(".ptm-quote")).to_contain_text("la soglia")
    choose(page, "Cambiare le parole")
    page.get_by_role("button", name="Copia qui le parole del piano").click()
    expect(page.get_by_label("Come le scriveresti?")).to_have_value("la soglia")
    page.get_by_label("Come le scriveresti?").fill("il limite")
    page.get_by_label("Perché?").fill("È più chiaro.")
    page.get_by_role("button", name="Continua").last.click()
    send_as_citizen(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Osservazione n. 1 ricevuta")
