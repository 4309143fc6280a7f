"""The index of a long document by keyboard, the link to a comma, a search: wide and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.looks import assert_good
from tests.plan.docx_files import docx, paragraph
from tests.serving.server import Installation

PARTS, ARTICLES = 3, 60  # more than a small index
TEXT = docx(
    *(
        paragraph(text)
        for part in range(PARTS)
        for text in (
            f"PARTE {'I' * (part + 1)} - NORME {part + 1}",
            *(
                line
                for number in range(part * ARTICLES + 1, (part + 1) * ARTICLES + 1)
                for line in (
                    f"Art. {number} - Oggetto {number}",
                    "1. I Comuni riducono il consumo di suolo.",
                    "2. La rete verde connette i parchi.",
                )
            ),
        )
    )
)


@pytest.fixture
def site(installation: Installation) -> str:
    """An installation whose adopted norms have many sections, served: its address."""
    installation.ptm("init")
    file = installation.home / "norme.docx"
    file.write_bytes(TEXT)
    installation.ptm("plan", "import", "--document", "NDA", "--edition", "adottata", str(file))
    with installation.served() as served:
        yield served.url


def _focused(page: Page) -> str:
    return page.evaluate("document.activeElement.innerText").replace("\u00a0", " ").strip()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_index_is_gone_through_by_keyboard(
    site: str, someone: Callable[..., Page], width: int
) -> None:
    page = someone(site, width)
    page.goto("/piano/nda")
    assert_good(page)

    page.locator("[data-tree] a").first.focus()
    page.keyboard.press("ArrowDown")
    assert _focused(page) == "Parte II NORME 2"
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-tree] a", has_text="Oggetto 61")).to_be_visible()
    page.keyboard.press("ArrowRight")
    assert _focused(page) == "art. 61 Oggetto 61"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert _focused(page) == "Parte II NORME 2"
    assert_good(page)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-tree] a", has_text="Oggetto 61")).to_be_hidden()
    page.keyboard.press("End")
    assert _focused(page) == "Parte III NORME 3"
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url("**/piano/nda/parte-i")
    assert_good(page)


def test_a_deep_link_opens_its_branch_and_shows_its_comma(
    site: str, someone: Callable[..., Page]
) -> None:
    page = someone(site)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.goto("/piano/nda/art-130-c-2")

    assert page.url.endswith("/piano/nda/art-130#art-130-c-2")
    expect(page.locator("[data-tree] [aria-current=page]")).to_contain_text("Oggetto 130")
    comma = page.locator("#art-130-c-2")
    assert comma.evaluate("e => getComputedStyle(e).boxShadow") != "none"
    comma.locator("[data-link]").click()
    expect(comma.get_by_role("status")).to_have_text("Link copiato")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert_good(page)


def test_a_branch_that_does_not_come_leaves_the_link_to_its_page(
    site: str, someone: Callable[..., Page]
) -> None:
    page = someone(site)
    page.goto("/piano/nda")
    page.route("**/ramo*", lambda route: route.fulfill(status=503, body=""))

    page.locator("[data-tree] summary").first.click()

    link = page.get_by_role("link", name="apri la sua pagina")
    expect(link).to_be_visible()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Parte I")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_what_is_found_is_good_to_see_in_each_state(
    site: str, someone: Callable[..., Page], width: int
) -> None:
    page = someone(site, width)
    for address in (
        "/piano?q=consumo+suolo",
        "/piano?q=consumo+suolo&documento=nda&tipo=article",
        "/piano?tema=consumo-di-suolo",
        "/piano/nda?q=ornitorinco&tipo=map",
        "/piano/nda/stampa",
        "/piano/nda/stampa?solo=indice",
    ):
        page.goto(address)
        assert_good(page)
