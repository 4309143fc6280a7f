"""A browser that is closed in the middle of a sentence, and opened again the day after."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW
from tests.serving.server import Installation


def test_what_was_typed_is_there_when_the_browser_is_opened_again(
    installation: Installation, someone: Callable[..., Page]
) -> None:
    installation.ptm("init")
    with installation.served() as served:
        page = someone(served.url, NARROW)
        page.goto("/osserva")
        page.get_by_role("button", name="Comincia a scrivere").click()
        page.locator('button[name="tutto"][value="1"]').click()
        page.locator('button[name="tutto"][value="0"]').wait_for()
        page.locator('button[name="continua"]').last.click()
        page.locator("#requests-0-reasons").fill("La soglia è troppo bassa.")
        page.locator("#requests-0-place").focus()
        expect(page.locator("[data-saved]")).to_have_text("Bozza salvata alle 10:00")
        page.locator('label[for="requests-0-kind-0"]').click()
        page.get_by_role("button", name="Continua").last.click()
        page.locator('label:has-text("Cittadino")').first.click()
        page.get_by_role("button", name="Continua").click()
        with page.expect_response("**/salva?passo=who"):
            page.locator("#name").fill("Anna Bianchi")
            page.locator("#email").focus()
        # The session ends while the page is open: what is typed is saved all the same.
        page.context.clear_cookies(name="ptm")
        with page.expect_response("**/salva?passo=who"):
            page.locator("#email").fill("anna@exam")
            page.locator("#phone").focus()

        page.goto("/osserva")
        page.get_by_role("link", name="Riprendi la bozza").click()

        expect(page.locator("#requests-0-reasons")).to_have_value("La soglia è troppo bassa.")
        page.goto(page.url.replace("richieste", "chi-sei"))
        expect(page.locator("#name")).to_have_value("Anna Bianchi")
        expect(page.locator("#email")).to_have_value("anna@exam")
