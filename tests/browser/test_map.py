"""The map by keyboard and by pointer, on the smallest screen and in the reader's own colours."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import assert_good
from tests.browser.test_every_page import _sign_in
from tests.serving.server import Installation

MAP = "/ufficio/sintesi/mappa"
SMALLEST = 320


def test_the_map_is_walked_read_and_opened_without_a_mouse(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    said = _filled(installation)
    with installation.served() as served:
        page = someone(served.url)
        _sign_in(page, said)
        _one_stop_of_tab(page)
        _arrows_walk_and_enter_opens(page)
        _pointer_and_rows_answer_each_other(page)
        _own_colours(page)
        small = someone(served.url, SMALLEST)
        _sign_in(small, said)
        small.goto(MAP)
        assert_good(small)
        small.goto(f"{MAP}?misura=per-10000-abitanti")
        assert_good(small)


def _filled(installation: Installation) -> tuple[str, str]:
    installation.settings["PTM_DEMO"] = "1"
    said = installation.ptm("demo")
    found = re.search(r"manager +(\S+) +(\S+)", said)
    assert found is not None
    return found[1], found[2]


def _now(page: Page) -> Locator:
    return page.locator("[data-now]")


def _one_stop_of_tab(page: Page) -> None:
    page.goto(MAP)
    page.get_by_role("link", name="Non ancora consultati").focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("application", name="Mappa dei Comuni")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("application")).not_to_be_focused()
    assert page.locator("[data-map] :focus").count() == 0
    assert page.locator("[data-map]").evaluate("e => !e.contains(document.activeElement)")


def _arrows_walk_and_enter_opens(page: Page) -> None:
    page.locator("[data-map]").focus()
    first = _now(page).inner_text()
    assert re.search(r"^[^,]+, [^:]+: \d+ osservazion", first)
    page.keyboard.press("ArrowDown")
    second = _now(page).inner_text()
    assert second != first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    assert _now(page).inner_text().startswith("Zibido San Giacomo")
    page.keyboard.press("Home")
    assert _now(page).inner_text().startswith("Abbiategrasso")
    assert page.locator("[data-here]").get_attribute("d")
    page.keyboard.press("Escape")
    expect(_now(page)).to_be_empty()
    assert page.locator("[data-here]").get_attribute("d") == ""
    page.locator("[data-map]").focus()
    while ": 0 " in _now(page).inner_text():
        page.keyboard.press("ArrowRight")
    count = re.search(r": (\d+) osservazion", _now(page).inner_text())
    assert count is not None
    page.keyboard.press("Enter")
    page.wait_for_url("**/ufficio/osservazioni?comune=*")
    assert re.search(rf"\b{count[1]} osservazion", page.locator("h1").inner_text())


def _pointer_and_rows_answer_each_other(page: Page) -> None:
    page.goto(MAP)
    milano = page.locator("path[data-place='015146']")
    milano.hover()
    expect(_now(page)).to_have_text(re.compile("^Milano, Milano: "))
    expect(page.locator("tr[data-place='015146']")).to_have_class("here")
    row = page.locator("tbody tr").nth(1)
    row.locator("a").focus()
    shape = page.locator(f"path[data-place='{row.get_attribute('data-place')}']")
    assert page.locator("[data-here]").get_attribute("d") == shape.get_attribute("d")


def _own_colours(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(MAP)
    assert_good(page)
    steps = {
        page.locator(f"path.q{step}").first.evaluate(
            "e => getComputedStyle(e).fill + getComputedStyle(e).fillOpacity"
        )
        for step in (0, 1, 2, 3)
    }
    assert len(steps) == 4
    page.emulate_media(forced_colors="none")
