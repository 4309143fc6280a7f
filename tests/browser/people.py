"""What people do on many pages, in a real browser."""

import re

from playwright.sync_api import Page, expect

from tests.conftest import PASSWORD


def choose(page: Page, words: str) -> None:
    """Choose the one that begins so, a radio button or a checkbox."""
    page.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(words)}")).first.click()


def one_time_link(said: str) -> str:
    """The way to set a password, in what a command or a page said."""
    found = re.search(r"http\S+(/imposta-password/\S+)", said)
    assert found is not None, said
    return found[1]


def set_password(page: Page, link: str) -> None:
    """Set the password by the one-time link, which signs in."""
    page.goto(link)
    page.get_by_label("Nuova password").fill(PASSWORD)
    page.get_by_label("La stessa password").fill(PASSWORD)
    page.get_by_role("button", name="Imposta la password").click()


def sign_in(page: Page, email: str) -> None:
    page.goto("/accedi")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Accedi").click()


def send_as_citizen(page: Page) -> None:
    """The rest of the form, from who asks to the receipt."""
    choose(page, "Cittadino")
    page.get_by_role("button", name="Continua").click()
    page.get_by_label("Nome e cognome").fill("Anna Bianchi")
    page.get_by_label("Comune").select_option(label="Rho")
    page.locator("#email").fill("anna@example.org")
    page.get_by_role("button", name="Continua").click()
    choose(page, "Per ora invio senza firma")
    choose(page, "Quello che ho scritto è vero")
    page.get_by_role("button", name="Invia l’osservazione").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("ricevuta")
