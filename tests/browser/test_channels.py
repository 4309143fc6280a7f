"""One observation by each way in, in time and late; each is followed by its code.

What counts is the instant of receipt on the site and by ordinary mail, the counter's stamp, the
postmark, the acceptance by the provider of certified mail.
"""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, expect

from tests.browser.people import choose, one_time_link, send_as_citizen, set_password
from tests.mail import pec
from tests.serving.server import Installation

Arrive = Callable[..., Page]
LAST_DAY, AFTER = "2020-11-02T23:59", "2020-11-12T10:00"


class Paper(NamedTuple):
    """What came on paper: the way in, the postmark if it has one, the stamp of arrival."""

    way: str
    postmark: str
    arrived: str
    standing: str


PAPERS = (
    Paper("Raccomandata", "2020-11-02", "2020-11-12", "nei termini"),
    Paper("Raccomandata", "2020-11-03", "2020-11-05", "Tardiva"),
    Paper("A mano, allo sportello", "", "2020-11-02", "nei termini"),
    Paper("A mano, allo sportello", "", "2020-11-03", "Tardiva"),
    Paper("A verbale di una seduta", "", "2020-10-28", "nei termini"),
    Paper("A verbale di una seduta", "", "2020-11-04", "Tardiva"),
)
MESSAGES = (
    # Accepted in the last second and delivered after it; accepted in the first one past it.
    ("PEC", pec.certified(pec.text(), hour="23:59:59"), "nei termini"),
    (
        "PEC",
        pec.certified(pec.text("Altre parole."), day="03/11/2020", hour="00:00:00"),
        "Tardiva",
    ),
    (
        "E-mail",
        b"Received: from mx.example by imap.example; Mon, 2 Nov 2020 18:00:00 +0100\r\n"
        + pec.mail(pec.text("Terza."), message_id="terza@example"),
        "nei termini",
    ),
    (
        "E-mail",
        b"Received: from mx.example by imap.example; Tue, 3 Nov 2020 09:00:00 +0100\r\n"
        + pec.mail(pec.text("Quarta."), message_id="quarta@example"),
        "Tardiva",
    ),
)


def test_each_way_in_takes_what_is_in_time_and_what_is_late(
    installation: Installation, someone: Arrive
) -> None:
    installation.ptm("init")
    codes: list[tuple[str, str]] = []
    for moment, standing in ((LAST_DAY, "nei termini"), (AFTER, "Tardiva")):
        installation.clock = moment
        said = installation.ptm("user", "add", f"{standing[0]}@example.org", "--role", "staff")
        with installation.served() as served:
            codes.append((_from_the_site(someone(served.url, 390)), standing))
            if moment == AFTER:
                officer = someone(served.url)
                set_password(officer, one_time_link(said))
                codes += [(_on_paper(officer, paper), paper.standing) for paper in PAPERS]
                for _way, raw, due in MESSAGES:
                    codes.append((_by_mail(officer, raw), due))
                for code, due in codes:
                    _follow(someone(served.url, 390), code, due)

    assert len(codes) == 12
    assert "intact" in installation.ptm("audit", "verify")


def _from_the_site(page: Page) -> str:
    """The shortest way through the form; returns the tracking code."""
    page.goto("/osserva")
    page.get_by_role("button", name="Comincia a scrivere").click()
    page.get_by_role("button", name="Tutto il piano").click()
    page.get_by_role("button", name="Continua").last.click()
    choose(page, "Chiarire le parole")
    page.get_by_label("Perché?").fill("Non è chiaro a chi si applica.")
    page.get_by_role("button", name="Continua").last.click()
    send_as_citizen(page)
    return page.locator(".ptm-code").inner_text()


def _on_paper(page: Page, paper: Paper) -> str:
    page.goto("/ufficio/osservazioni/nuova")
    choose(page, paper.way)
    page.get_by_label("Timbro postale").fill(paper.postmark)
    page.get_by_label("Arrivata il").fill(paper.arrived)
    page.get_by_role("textbox", name="Oggetto").fill("Ambiti agricoli")
    page.get_by_role("textbox", name="Testo").fill("Si chiede di chiarire la soglia.")
    return _registered(page)


def _by_mail(page: Page, raw: bytes) -> str:
    page.goto("/ufficio/posta-in-arrivo")
    message = {"name": "m.eml", "mimeType": "message/rfc822", "buffer": raw}
    page.locator("input[type=file]").set_input_files(message)
    page.get_by_role("button", name="Acquisisci").click()
    page.get_by_role("link", name="Inseriscilo nel registro").click()
    return _registered(page)


def _registered(page: Page) -> str:
    """Who sent it, the same for all; then the register's number and the code."""
    page.get_by_label("Tipo di soggetto").select_option(label="Cittadino")
    page.get_by_label("Comune", exact=True).select_option(label="Rho")
    page.get_by_label("Nome", exact=True).fill("Mario Rossi")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Registrata con il n.")
    return page.locator(".ptm-code").inner_text()


def _follow(page: Page, code: str, standing: str) -> None:
    page.goto("/segui")
    page.get_by_label("Codice della ricevuta").fill(code)
    page.get_by_role("button", name="Segui").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "La tua osservazione è stata ricevuta"
    )
    expect(page.locator(".ptm-case-id")).to_contain_text(standing)
