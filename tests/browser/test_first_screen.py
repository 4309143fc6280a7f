"""What a phone shows before anybody scrolls."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.serving.server import Installation


def test_a_late_author_on_a_phone_finds_the_first_field_on_the_first_screen(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    installation.ptm("init")
    installation.clock = "2020-11-05T10:00"
    with installation.served() as served:
        page = someone(served.url, 390)
        page.goto("/osserva")
        page.get_by_role("button", name="Comincia a scrivere").click()
        page.locator("[name=tutto]").click()
        page.get_by_role("button", name="Continua").click()

        box = page.get_by_label("Oggetto, in una riga").bounding_box()

        assert box is not None
        assert box["y"] < 560
        page.get_by_role("button", name="Continua").last.click()
        # Asked at once: the page scrolls to the summary of errors while it is looked at.
        problems, late = page.locator("main").evaluate(
            "m => ['.danger', '.ptm-late'].map(w => m.querySelector(w).getBoundingClientRect().y)"
        )
        assert problems < late
