"""What the office's scripts add to long lists."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.people import one_time_link, set_password
from tests.serving.server import Installation


def test_lists_are_found_in_taken_together_and_come_back_to(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    link = one_time_link(installation.ptm("init"))
    with installation.served() as served:
        page = someone(served.url)
        set_password(page, link)
        _finding_is_not_sending(page)
        _a_group_means_those_that_are_seen(page)
        _the_way_back_keeps_the_filter(page)
        _rows_are_selected_by_keyboard(page)


def _enter(page: Page, title: str) -> None:
    page.goto("/ufficio/osservazioni/nuova")
    page.locator("label[for=channel-3]").click()
    page.locator("#arrived_on").fill("2020-10-14")
    page.locator("#type").select_option("citizen")
    page.locator("#municipality").select_option(label="Rho")
    page.locator("#name").fill("Bruno Rossi")
    page.locator("#title").fill(title)
    page.locator("#text").fill("Testo")
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url("**/registrata*")


def _rows_are_selected_by_keyboard(page: Page) -> None:
    for title in ("Prima", "Seconda", "Terza"):
        _enter(page, title)
    page.goto("/ufficio/osservazioni")
    said = page.locator("[data-picked]")
    for key in "jxjx":
        page.keyboard.press(key)
    expect(said).to_have_text("2 scelte")
    expect(said).to_have_attribute("role", "status")
    page.keyboard.press("x")
    expect(said).to_have_text("1 scelta")
    page.goto("/ufficio/osservazioni?scelta=si")
    expect(page.locator("[data-rows] tr")).to_have_count(1)

    page.goto("/ufficio/osservazioni")
    page.locator("[data-pick-all]").check()
    expect(said).to_have_text("3 scelte")
    page.get_by_role("button", name="Assegna").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assegna 3 osservazioni")
    page.get_by_role("button", name="Assegna").click()
    page.get_by_role("link", name="Torna al registro").click()
    expect(said).to_have_text("3 scelte")
    page.locator("[data-rows] input[name=pick]").first.uncheck()
    page.keyboard.press("j")  # a box is no text: the keys go on working from it
    expect(page.locator("tr.cursor")).to_have_count(1)


def _finding_is_not_sending(page: Page) -> None:
    page.goto("/ufficio/consultazioni/nuova")
    page.get_by_label("Trova per nome").fill("rho")
    page.get_by_label("Trova per nome").press("Enter")
    expect(page).to_have_title(re.compile("^(?!Errore)"))
    expect(page.get_by_role("alert")).to_have_count(0)


def _a_group_means_those_that_are_seen(page: Page) -> None:
    page.get_by_label("Trova per nome").fill("comune di b")
    group = page.locator("[data-choices] details", has_text="Comune di Bollate")
    seen = group.locator("[data-name]:visible").count()
    assert 1 < seen < group.locator("[data-name]").count()
    group.locator("[data-all]").click()
    expect(page.locator("[data-chosen]")).to_have_text(str(seen))
    page.get_by_label("Trova per nome").fill("")
    assert page.locator("[data-choices] input:checked").count() == seen


def _the_way_back_keeps_the_filter(page: Page) -> None:
    page.goto("/ufficio/soggetti?gruppo=professional")
    page.locator("[data-rows] a").first.click()
    page.locator("p.ptm-eyebrow a").click()
    expect(page).to_have_url(re.compile(r"\?gruppo=professional$"))
