"""What changed between two editions: both sides where there is room, else one marked text."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE
from tests.browser.looks import assert_good
from tests.plan.docx_files import docx, paragraph
from tests.serving.server import Installation

ADOPTED = ("Art. 1 - Suolo", "1. I Comuni riducono ogni anno il consumo di suolo agricolo.")
APPROVED = ("Art. 1 - Suolo", "1. I Comuni azzerano ogni anno il consumo di suolo agricolo.")


def _import(installation: Installation, label: str, lines: tuple[str, ...]) -> None:
    file = installation.home / f"{label}.docx"
    file.write_bytes(docx(*map(paragraph, lines)))
    installation.ptm("plan", "import", "--document", "NDA", "--edition", label, str(file))


def test_a_phone_shows_one_text_and_paper_both(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    installation.ptm("init")
    _import(installation, "adottata", ADOPTED)
    _import(installation, "approvata", APPROVED)
    with installation.served() as served:
        page = someone(served.url, NARROW)
        page.goto("/piano/nda/art-1/confronto")
        before, after = page.locator("tbody tr:last-child td").all()

        expect(before).to_be_hidden()
        expect(after.locator("del")).to_be_visible()
        assert_good(page)
        page.emulate_media(media="print")
        _both(before, after)
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": WIDE, "height": 900})
        _both(before, after)
        assert_good(page)


def _both(before: Locator, after: Locator) -> None:
    expect(before.locator("del")).to_contain_text("riducono")
    expect(before.locator("del")).to_be_visible()
    expect(after.locator("del")).to_be_hidden()
    expect(after.locator("ins")).to_be_visible()
