"""What stands on paper: where it comes from, of when it is, and nothing to press."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.browser.people import one_time_link, set_password
from tests.serving.server import Installation

PRESSED = ".btn, button, .ptm-filterbox, input, select, textarea, .ptm-pager, .ptm-chip a"


def test_paper_says_where_and_when_and_holds_nothing_to_press(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    link = one_time_link(installation.ptm("init"))
    with installation.served() as served:
        page = someone(served.url)
        set_password(page, link)
        for path in ("/ufficio/sintesi?zona=3", "/ufficio/osservazioni?zona=3", "/", "/piano/nda"):
            page.goto(path)
            page.emulate_media(media="print")

            foot = page.locator(".ptm-printed").inner_text()
            assert path in foot
            assert "20 ottobre 2020, ore 10:" in foot
            seen = [one for one in page.locator(PRESSED).all() if one.is_visible()]
            assert [one.evaluate("e => e.outerHTML.slice(0, 80)") for one in seen] == []
            page.emulate_media(media="screen")
        page.goto("/ufficio/sintesi?zona=3")
        page.emulate_media(media="print")
        assert page.get_by_text("Situazione al").first.is_visible()
        assert page.get_by_text("Zona: Nord Ovest").is_visible()
