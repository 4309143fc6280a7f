"""The dashboard by keyboard, on the smallest screen, in the reader's own colours and on paper."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import assert_good
from tests.browser.test_every_page import _sign_in
from tests.browser.test_map import SMALLEST, _filled
from tests.serving.server import Installation

DASHBOARD = "/ufficio/sintesi"
BLUE = "0,102,204"


def test_the_charts_are_walked_read_saved_and_opened_without_a_mouse(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    said = _filled(installation)
    with installation.served() as served:
        page = someone(served.url)
        _sign_in(page, said)
        _every_chart_draws_its_table(page)
        _arrows_walk_and_enter_opens(page)
        _a_picture_and_a_table_are_saved(page)
        _own_colours(page)
        _on_paper(page)
        small = someone(served.url, SMALLEST)
        _sign_in(small, said)
        small.goto(DASHBOARD)
        _chart(small, "zones").locator("canvas").wait_for()
        assert_good(small)


def _chart(page: Page, key: str) -> Locator:
    return page.locator(f"[data-table=tab-{key}]")


def _line(page: Page, key: str) -> Locator:
    return page.locator(f"#at-{key}")


def _every_chart_draws_its_table(page: Page) -> None:
    page.goto(DASHBOARD)
    for chart in page.locator("[data-chart]:visible").all():
        chart.locator("canvas").wait_for()
        assert chart.get_attribute("aria-label")
    assert page.locator("[data-chart]:visible").count() >= 9


def _arrows_walk_and_enter_opens(page: Page) -> None:
    chart = _chart(page, "zones")
    chart.focus()
    page.keyboard.press("ArrowDown")
    expect(_line(page, "zones")).to_have_text(re.compile(r"^Milano: \d+ \(Nei termini \d+, "))
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    count = re.search(r"^Nord Milano: (\d+)", _line(page, "zones").inner_text())
    assert count is not None
    page.keyboard.press("Enter")
    page.wait_for_url("**/ufficio/osservazioni?zona=*")
    assert re.search(rf"\b{count[1]} osservazion", page.locator("h1").inner_text())
    page.go_back()
    _chart(page, "days").locator("canvas").wait_for()
    _chart(page, "days").focus()
    page.keyboard.press("End")
    while "Termine:" not in _line(page, "days").inner_text():
        page.keyboard.press("ArrowLeft")
    assert "lunedì 2 novembre 2020, ore 24:00" in _line(page, "days").inner_text()


def _a_picture_and_a_table_are_saved(page: Page) -> None:
    panel = page.locator("section", has=_chart(page, "zones"))
    with page.expect_download() as picture:
        panel.get_by_role("button", name="PNG").click()
    assert picture.value.suggested_filename.startswith("ptm-per-zona-omogenea-")
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as table:
        panel.get_by_role("link", name="CSV").click()
    rows = table.value.path().read_text(encoding="utf-8-sig")
    assert re.search(r"^Nord Milano,,\d+", rows, re.MULTILINE)


def _own_colours(page: Page) -> None:
    """Drawn again with the system's colours: nothing of ours is left on the canvas."""
    ours = _colours(page)
    assert BLUE in ours
    page.emulate_media(forced_colors="active")
    for _turn in range(50):  # until it is drawn again
        if BLUE not in _colours(page):
            break
        page.wait_for_timeout(100)
    assert BLUE not in _colours(page)
    assert_good(page)
    page.emulate_media(forced_colors="none")


def _colours(page: Page) -> list[str]:
    found: list[str] = (
        _chart(page, "zones")
        .locator("canvas")
        .evaluate(
            """canvas => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height);
          const context = copy.getContext("2d", { willReadFrequently: true });
          context.drawImage(canvas, 0, 0);
          const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let at = 0; at < data.length; at += 4)
            seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
          return [...seen];
        }"""
        )
    )
    return found


def _on_paper(page: Page) -> None:
    """The charts as pictures, and those tables alone that were opened."""
    zones = page.locator("section", has=_chart(page, "zones"))
    zones.locator("summary").click()
    page.emulate_media(media="print")
    assert zones.locator(".ptm-plotpaper").is_visible()
    assert not zones.locator("canvas").is_visible()
    assert zones.locator("table").is_visible()
    assert not page.locator("#tab-channels").is_visible()
    page.emulate_media(media="screen")
