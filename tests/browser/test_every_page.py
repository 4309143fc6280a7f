"""Every page and its states, wide and on a phone: axe finds nothing, nothing scrolls sideways."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ptm_participation.core.uploads import DOCX
from ptm_participation.plan.mapping_queries import TieGroup
from tests import factories, plan
from tests.browser.conftest import NARROW, WIDE
from tests.browser.looks import wrong_with
from tests.conftest import Database
from tests.mail import pec
from tests.plan import sheets
from tests.plan.docx_files import docx, paragraph
from tests.serving.server import Installation, empty_database

PUBLIC = (
    "/",
    "/en/",
    "/percorso",
    "/percorso/vas",
    "/piano",
    "/piano?q=suolo",
    "/piano?q=parole+che+non+ci+sono",
    "/piano?tema=consumo-di-suolo&q=suolo",
    "/piano/nda",
    "/piano/tav",
    "/piano/nda/art-18",
    "/piano/nda/art-18?ed=approvata",
    "/piano/nda/stampa",
    "/piano/nda/stampa?solo=indice",
    "/piano/tav/tav-6",
    "/piano/nda/confronto",
    "/piano/nda/confronto?vista=unica&tipo=split",
    "/piano/nda/confronto?tutto=si",
    "/piano/tav/confronto",
    "/piano/nda/art-69/confronto",
    "/piano/nda/art-14/confronto?vista=unica",
    "/piano/tav/tav-6/fogli/1",
    "/osservazioni",
    "/osservazioni?procedimento=vas",
    "/osservazioni?nei-termini=no",
    "/osservazioni?gruppo=political&zona=1",
    "/osservazioni/ptm/5",
    "/notizie",
    "/notizie/1",
    "/incontri",
    "/documenti",
    "/pagine",
    "/come-presentare",
    "/privacy",
    "/accessibilita",
    "/osserva",
    "/osserva?procedimento=vas",
    "/segui",
    "/segui?codice=ABCD",
    "/accedi",
    "/accedi?next=/ufficio/osservazioni",
    "/non-esiste",
)
OFFICE = (
    "/ufficio/sintesi",
    "/ufficio/sintesi?zona=3&dal=2020-09-01",
    "/ufficio/sintesi?q=niente",
    "/ufficio/sintesi/tabelle",
    "/ufficio/sintesi/mappa",
    "/ufficio/sintesi/mappa?misura=per-10000-abitanti&zona=3&ordine=nome",
    "/ufficio/sintesi/mappa?misura=non-consultati",
    "/ufficio/sintesi/mappa?misura=gatti&q=niente",
    "/ufficio/osservazioni",
    "/ufficio/osservazioni?nei-termini=no&tipo=citizen",
    "/ufficio/osservazioni?q=niente&stato=persa",
    "/ufficio/osservazioni?assegnata=nessuno&leggibile=si",
    "/ufficio/osservazioni/filtri/nuovo?canale=pec",
    "/ufficio/osservazioni/filtri/1",
    "/ufficio/osservazioni/scelta/assegna",
    "/ufficio/osservazioni/scelta/verifica",
    "/ufficio/osservazioni/ptm/5/assegna",
    "/ufficio/osservazioni/ptm/5/leggibile",
    "/ufficio/osservazioni/ptm/5",
    "/ufficio/osservazioni/ptm/5/cronologia",
    "/ufficio/osservazioni/ptm/5/luoghi",
    "/ufficio/osservazioni/ptm/80/luoghi",
    "/ufficio/osservazioni/ptm/5/testo",
    "/ufficio/osservazioni/ptm/5/testo/1",
    "/ufficio/osservazioni/ptm/5/classifica",
    "/ufficio/osservazioni/ptm/5/data",
    "/ufficio/osservazioni/ptm/5/protocollo",
    "/ufficio/osservazioni/ptm/5/regolarizza",
    "/ufficio/osservazioni/ptm/5/regolarizza/chiedi",
    "/ufficio/osservazioni?natura=no-observations&regolarizzazione=scaduta",
    "/ufficio/osservazioni/ptm/5/pubblica",
    "/ufficio/osservazioni/ptm/5/ritira",
    "/ufficio/osservazioni/ptm/5/decisione",
    "/ufficio/osservazioni/ptm/7/annulla",
    "/ufficio/osservazioni?annullata=si",
    "/ufficio/osservazioni/nuova",
    "/ufficio/osservazioni/pubblica",
    "/ufficio/osservazioni/decise",
    "/ufficio/esportazioni",
    "/ufficio/consultazioni",
    "/ufficio/consultazioni?tipologia=forum",
    "/ufficio/consultazioni/1",
    "/ufficio/consultazioni/1/modifica",
    "/ufficio/consultazioni/1/presenze",
    "/ufficio/consultazioni/nuova",
    "/ufficio/soggetti",
    "/ufficio/soggetti?q=nessuno+si+chiama+cosi",
    "/ufficio/soggetti/1",
    "/ufficio/soggetti/1/modifica",
    "/ufficio/soggetti/1/contatti/nuovo",
    "/ufficio/soggetti/nuovo",
    "/ufficio/contenuti",
    "/ufficio/contenuti/1",
    "/ufficio/contenuti/1/ritira",
    "/ufficio/contenuti/nuovo",
    "/ufficio/contenuti/nuovo?genere=incontri",
    "/ufficio/contenuti/nuovo?genere=documenti",
    "/ufficio/posta",
    "/ufficio/procedimenti",
    "/ufficio/procedimenti/nuovo",
    "/ufficio/procedimenti/nuovo?modello=sttm",
    "/ufficio/procedimento/ptm",
    "/ufficio/procedimento/vas",
    "/ufficio/termini",
    "/ufficio/termini?procedimento=vas",
    "/ufficio/sintesi?procedimento=vas",
    "/ufficio/termini/1",
    "/ufficio/termini/1/chiudi",
    "/ufficio/termini/1/proroga",
    "/ufficio/termini/sospensioni/nuova",
    "/ufficio/termini/sospensioni/1",
    "/ufficio/termini/feste",
    "/ufficio/termini/tardive",
    "/ufficio/posta-in-arrivo",
    "/ufficio/protocollo",
    "/ufficio/osservazioni/ptm/5/collega",
    "/ufficio/termini/informativa",
    "/ufficio/termini/nuova",
    "/ufficio/termini/nuova?prevista=consultazione&procedimento=vas",
    "/ufficio/dati",
    "/ufficio/dati/comuni",
    "/ufficio/dati/comuni/1",
    "/ufficio/dati/calendario/1",
    "/ufficio/dati/sezioni/190",
    "/ufficio/dati/procedimento/1",
    "/ufficio/piano/importa",
    "/ufficio/piano/edizioni/1",
    "/ufficio/piano/edizioni/2",
    "/ufficio/piano/edizioni/2/NDA",
    "/ufficio/piano/edizioni/2/NDA?gruppo=split&tutte=si",
    "/ufficio/piano/edizioni/1/NDA",
    "/ufficio/piano/fogli/1",
    "/ufficio/piano/fogli/2/togli",
    "/ufficio/piano/chiudi?sezione=190",
    "/ufficio/piano/chiusure",
    "/ufficio/piano/temi",
    "/ufficio/piano/temi/1",
    "/ufficio/piano/sezioni/190/temi",
    "/ufficio/utenti",
    "/ufficio/utenti/1",
    "/ufficio/utenti/1/chiudi",
    "/ufficio/utenti/nuovo",
    "/ufficio/verifica",
)
# Forms that are sent as they stand, to see what they say.
SENT_EMPTY = (
    "/ufficio/osservazioni/nuova",
    "/ufficio/osservazioni/ptm/5/protocollo",
    "/ufficio/osservazioni/ptm/5/data",
    "/ufficio/osservazioni/ptm/7/annulla",
    "/ufficio/osservazioni/decise",
    "/ufficio/osservazioni/ptm/5/leggibile",
    "/ufficio/osservazioni/filtri/nuovo?canale=pec",
    "/ufficio/consultazioni/nuova",
    "/ufficio/soggetti/nuovo",
    "/ufficio/contenuti/nuovo?genere=documenti",
    "/ufficio/utenti/nuovo",
    "/ufficio/procedimenti/nuovo?modello=sttm",
    "/ufficio/termini/nuova",
    "/ufficio/termini/1/proroga",
    "/ufficio/protocollo",
    "/ufficio/osservazioni/ptm/5/collega",
    "/ufficio/piano/importa",
    "/ufficio/piano/chiudi",
    "/ufficio/piano/temi",
)
# Addresses that give a file, or only lead elsewhere.
NO_PAGES = {
    "observations.blank_form",
    "observations.copy_to_sign",
    "observations.download",
    "observations.from_paper",
    "observations.jump",
    "observations.message_attachment",
    "observations.original_message",
    "observations.places_file",
    "observations.office",
    "observations.protocol_table",
    "observations.receipt_file",
    "observations.supplement_file",
    "consultations.download",
    "reporting.export",
    "reporting.territory_file",
    "site.boundaries",
    "site.branch",
    "site.calendar",
    "site.comparison_file",
    "site.content_file",
    "site.present_asset",
    "site.sheet_original",
    "site.sheet_picture",
}

TEXTS = {
    "typed_numbers": (Path(plan.__file__).parent / "docx" / "typed_numbers.docx").read_bytes(),
    "doubtful": docx(
        *(paragraph(f"CAPO {number} - NORME") for number in ("I", "III")),
        paragraph("Art. 18 - Riduzione del consumo di suolo"),
        paragraph("1. I Comuni riducono il consumo di suolo. " * 6),
        paragraph("3. Le soglie sono:"),
        paragraph("a) residenziale, 20 per cento;"),
        paragraph("c) produttivo, 15 per cento."),
    ),
    "two": docx(*(paragraph(text) for text in ("Art. 1", "Vale.", "Art. 1", "Vale ancora."))),
}


@pytest.fixture
def demonstration(
    engine: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """The demonstration, served: its address, and the e-mail and password of each role."""
    folder: Path = tmp_path_factory.mktemp(f"demo-{engine}")
    worker = Database(engine, folder).worker
    place = Installation(
        folder, empty_database(engine, folder, f"demo_{worker}"), settings={"PTM_DEMO": "1"}
    )
    said = place.ptm("demo")
    accounts = {
        role: (email, password)
        for role, email, password in (
            line.split() for line in said.splitlines() if line.startswith("  ")
        )
    }
    with place.served() as served:
        yield served.url, accounts


def _sign_in(page: Page, account: tuple[str, str]) -> None:
    page.goto("/accedi")
    page.locator("#email").fill(account[0])
    page.locator("#password").fill(account[1])
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()


class Walk:
    """Goes from page to page and remembers what was wrong, and which endpoints it has seen."""

    def __init__(self, app: Flask) -> None:
        self.addresses = app.url_map.bind("localhost")
        self.wrong: dict[str, list[str]] = {}
        self.seen: set[str] = set()

    def look(self, page: Page, state: str = "") -> None:
        path = "/" + page.url.split("/", 3)[3].partition("?")[0].partition("#")[0]
        path = path.removeprefix("/en") or "/"
        with contextlib.suppress(NotFound, MethodNotAllowed):  # errors, and answers to a POST
            self.seen.add(self.addresses.match(path)[0])
        found = wrong_with(page)
        if found:
            self.wrong[f"{path} {state}".strip()] = found

    def go(self, page: Page, paths: tuple[str, ...]) -> None:
        for path in paths:
            page.goto(path)
            self.look(page, path.partition("?")[2])


def test_every_page_is_good_for_everybody(
    demonstration: tuple[str, dict[str, tuple[str, str]]],
    app: Flask,
    someone: Callable[..., Page],
    engine: str,
) -> None:
    """Wide on the one engine and on a phone on the other: what a page looks like does not hang on
    where its rows are kept, and each walk takes minutes."""
    url, accounts = demonstration
    width = WIDE if engine == "sqlite" else NARROW
    walk = Walk(app)

    visitor = someone(url, width)
    walk.go(visitor, PUBLIC)
    office = someone(url, width)
    _sign_in(office, accounts["administrator"])
    case = _walk_the_form(walk, visitor)
    _walk_no_observations(walk, visitor)
    _walk_back(walk, visitor, case, office)
    walk.go(office, OFFICE)
    _walk_the_office(walk, office, visitor)
    author = someone(url, width)
    _sign_in(author, accounts["stakeholder"])
    walk.look(author)
    author.get_by_role("link", name="Sostituisci").first.click()
    walk.look(author)

    pages = {
        rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())
    } - NO_PAGES
    assert not walk.wrong, "\n".join(f"{path}: {said}" for path, said in walk.wrong.items())
    assert pages - walk.seen == set()


def _walk_the_form(walk: Walk, page: Page) -> str:
    """The public form, each step empty, wrong and right; returns the address of the case."""
    go_on = 'button[name="continua"]:visible, main form button.btn-primary:visible'
    page.goto("/osserva?procedimento=ptm")
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "nothing chosen")
    page.locator('button[name="continua"]').last.click()
    walk.look(page, "nothing chosen, refused")
    page.locator("#q").fill("Tav. 6")
    page.locator("#q").press("Enter")
    walk.look(page, "found")
    page.locator('button[name="scegli"]:visible').first.click()
    walk.look(page, "chosen")
    page.locator('button[name="continua"]').last.click()
    walk.look(page, "empty")
    page.locator(go_on).last.click()
    walk.look(page, "refused")
    page.locator('label[for="requests-0-kind-4"]').click()
    page.locator("#requests-0-reasons").fill("L'area è coltivata.")
    key = page.url.split("/")[4]
    _walk_places(walk, page)
    page.locator('button[name="aggiungi"]').click()
    page.locator('button[name="tutto"][value="1"]').click()
    page.locator('button[name="tutto"][value="0"]').wait_for()
    page.locator('button[name="continua"]').last.click()
    page.wait_for_url("**/richieste*")
    page.locator('button[name="togli"]').first.click()
    page.wait_for_url("**togli**")
    walk.look(page)
    page.goto(f"/osserva/{key}/richieste")
    page.locator('button[name="togli"]').last.click()
    page.locator(go_on).last.click()
    walk.look(page, "type")
    page.locator('label:has-text("Comune")').first.click()
    page.locator(go_on).last.click()
    walk.look(page, "type, further")
    page.goto(f"/osserva/{key}/chi-sei")
    check = page.url.replace("chi-sei", "controlla")
    page.goto(check)
    walk.look(page, "missing")
    page.goto(check.replace("controlla", "chi-sei"))
    page.locator('label:has-text("Cittadino")').first.click()
    page.locator(go_on).last.click()
    walk.look(page, "who")
    page.locator(go_on).last.click()
    walk.look(page, "who, refused")
    page.locator("#name").fill("Anna Bianchi")
    page.locator("#municipality").select_option(label="Rho")
    page.locator("#email").fill("anna@example.org")
    page.locator(go_on).last.click()
    walk.look(page, "check")
    page.locator(go_on).last.click()
    walk.look(page, "check, refused")
    page.goto(page.url.replace("controlla", "elimina"))
    walk.look(page)
    page.goto("/osserva")
    walk.look(page, "with a draft")
    page.goto(check)
    page.locator('label[for="i-none"]').click()
    page.locator('label[for="declaration"]').click()
    page.locator(go_on).last.click()
    walk.look(page, "receipt")
    page.goto(page.url.replace("ricevuta", "segui"))
    walk.look(page, "case")
    return page.url


def _walk_places(walk: Walk, page: Page) -> None:
    """The places of a request, on the map and on a sheet: refused, then taken."""
    page.locator('button[name="luoghi"]').click()
    page.locator(".ptm-ground[data-ready]").wait_for()
    walk.look(page, "map")
    for button in ("segna", "particelle"):
        page.locator(f'button[name="{button}"]').click()
        page.locator(".ptm-ground[data-ready]").wait_for()
        walk.look(page, f"{button}, refused")
    page.get_by_role("link", name="Tav. 6, foglio 1").click()
    page.locator("#coordinates").fill("45.53 9.03\n45.53 9.04\n45.54 9.04")
    page.locator('button[name="segna"]').click()
    page.locator(".ptm-ground[data-ready]").wait_for()
    walk.look(page, "marked on a sheet")
    page.get_by_role("link", name="Torna alla richiesta").click()
    walk.look(page, "with a place")


def _walk_no_observations(walk: Walk, page: Page) -> None:
    """A body answers that it has none: by delegation, with another that signs along."""
    go_on = "main form button.btn-primary:visible"
    page.goto("/osserva?procedimento=ptm")
    page.locator('button[name="niente"]').click()
    page.locator('label:has-text("Comune")').first.click()
    page.locator(go_on).last.click()
    page.locator('label:has-text("Comune")').first.click()
    page.locator(go_on).last.click()
    page.locator("#municipality").select_option(label="Rho")
    page.locator("#representative").fill("Carla Verdi")
    page.locator('label[for="representative_capacity-1"]').click()
    page.locator("#email").fill("rho@example.org")
    page.locator("details:has(#signatories) summary").click()
    page.locator("#signatories").fill("Arese\nArese")
    page.locator(go_on).last.click()
    walk.look(page, "who, no mandate, one twice")
    page.locator("#signatories").fill("Arese\nLainate")
    page.locator("#mandate").set_input_files(
        {"name": "delega.pdf", "mimeType": "application/pdf", "buffer": factories.PDF_BYTES}
    )
    page.locator(go_on).last.click()
    walk.look(page, "no observations, check")
    page.goto(page.url.replace("controlla", "chi-sei"))
    walk.look(page, "who, with the mandate")
    page.locator(go_on).last.click()
    page.locator('label[for="i-none"]').click()
    page.locator('label[for="declaration"]').click()
    page.locator(go_on).last.click()
    walk.look(page, "no observations, receipt")
    page.goto(page.url.replace("ricevuta", "segui"))
    walk.look(page, "no observations, case")


def _walk_back(walk: Walk, page: Page, case: str, office: Page) -> None:
    """The sender comes back: adds what is missing, replaces, withdraws."""
    page.goto(case)
    number = page.locator(".ptm-case-id .ptm-id").first.inner_text().split()[-1]
    entry = f"/ufficio/osservazioni/ptm/{number}"
    office.goto(f"{entry}/regolarizza/chiedi")
    office.locator("#words").fill("Manca la firma: aggiungi una copia firmata.")
    office.locator('button[name="guarda"]').click()
    walk.look(office, "with words")
    office.locator('button[name="chiedi"]').click()
    walk.look(office, "asked")
    page.goto(case)
    walk.look(page, "asked to regularise")
    page.goto(f"{case}/regolarizza")
    walk.look(page)
    page.locator("main form button.btn-primary").click()
    walk.look(page, "nothing added")
    page.locator("#identity_file").set_input_files(
        {"name": "carta.png", "mimeType": "image/png", "buffer": factories.PNG_BYTES}
    )
    page.locator("main form button.btn-primary").click()
    walk.look(page, "added")
    office.goto(entry)
    walk.look(office, "added")
    for act in ("integra", "sostituisci"):
        page.goto(f"{case}/{act}")
        walk.look(page)
        page.locator("main form button.btn-primary").click()
        walk.look(page, act)
    page.goto(f"{case}/ritira")
    walk.look(page)
    page.locator("main form button.btn-primary").click()
    walk.look(page, "why")
    page.locator("#because").fill("Ho venduto l'area.")
    page.locator("main form button.btn-primary").click()
    page.locator("#email").fill("anna@example.org")
    page.locator("main form button.btn-primary").last.click()
    walk.look(page, "withdrawal, check")
    page.locator('label[for="i-none"]').click()
    page.locator('label[for="declaration"]').click()
    page.locator("main form button.btn-primary").last.click()
    walk.look(page, "withdrawal, receipt")
    page.goto(case)
    walk.look(page, "withdrawn")
    page.goto(f"{case}/ritira")
    walk.look(page, "withdrawn already")
    office.goto(entry)
    walk.look(office, "withdrawn")
    office.goto("/ufficio/osservazioni")
    walk.look(office, "withdrawn")


def _walk_the_office(walk: Walk, page: Page, visitor: Page) -> None:
    """States that only doing something brings about."""
    for path in SENT_EMPTY:
        page.goto(path)
        page.locator("main form[method=post] button.btn-primary").last.click()
        walk.look(page, "refused")
    page.goto("/ufficio/piano/chiudi?sezione=190")
    page.locator("#reason").fill("Materia decisa da un accordo di programma")
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "closed")
    page.locator('a[href$="/riapri"]').click()
    walk.look(page)
    visitor.goto("/piano/nda/art-18")
    walk.look(visitor, "closed")
    visitor.goto("/osserva?procedimento=ptm&sezione=30")
    walk.look(visitor, "closed")
    page.goto("/ufficio/osservazioni/ptm/7/annulla")
    page.locator("#because").fill("Registrata due volte")
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "annulled")
    page.goto("/ufficio/osservazioni/ptm/7/annulla/disfa")
    walk.look(page)
    page.locator("#because").fill("Non era la stessa")
    page.locator("main form[method=post] button.btn-primary").click()
    page.goto("/ufficio/soggetti/1/contatti/nuovo")
    page.locator("#name").fill("Carla Verdi")
    page.locator("main form[method=post] button.btn-primary").click()
    page.locator('a[href*="/contatti/"]:not([href$="nuovo"])').first.click()
    walk.look(page)
    page.goto("/ufficio/osservazioni/ptm/5")
    page.locator('#chi a[href*="/soggetto/"]').first.click()
    walk.look(page)
    page.goto("/ufficio/osservazioni/nuova")
    page.locator("#sent_on").fill("2020-10-12")
    page.locator("#arrived_on").fill("2020-10-14")
    page.locator("#type").select_option("citizen")
    page.locator("#municipality").select_option(label="Rho")
    page.locator("#name").fill("Bruno Rossi")
    page.locator("#title").fill("Oggetto")
    page.locator("#text").fill("Testo")
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "entered")
    _walk_the_import(walk, page)
    page.goto("/ufficio/utenti/2")
    page.get_by_role("button", name="link").click()
    walk.look(page, "link")
    visitor.goto("/" + page.locator(".ptm-hash").inner_text().split("/", 3)[3])
    walk.look(visitor)
    visitor.locator("main form[method=post] button.btn-primary").click()
    walk.look(visitor, "refused")
    _walk_the_selection(walk, page)
    _walk_the_mail(walk, page)
    _walk_the_terms(walk, page)
    _walk_a_second_window(walk, page, visitor)


def _walk_the_selection(walk: Walk, page: Page) -> None:
    """All that a filter finds is selected, checked, assigned; a filter is saved.

    Buttons that a phone does not show are pressed all the same: a tablet shows them.
    """
    page.goto("/ufficio/osservazioni?pubblicata=no")
    page.locator("[data-pick-all]").dispatch_event("click")
    some = re.compile(r"^[1-9]\d* scelte")
    page.locator("[data-picked]", has_text=some).wait_for(state="attached")
    walk.look(page, "selected")
    page.locator('button[value="verifica"]').dispatch_event("click")
    page.wait_for_url("**/scelta/verifica*")
    walk.look(page, "to check")
    for button in page.locator("main form button.btn-primary").all():  # none left: none to press
        button.click()
        page.locator("p[role=status]").wait_for()
        walk.look(page, "checked")
    page.goto("/ufficio/osservazioni?scelta=si")
    page.locator('button[value="pubblica"]').dispatch_event("click")
    page.wait_for_url("**/pubblica?scelta=si")
    walk.look(page, "selected")
    page.goto("/ufficio/osservazioni/scelta/assegna")
    walk.look(page, "selected")
    page.locator("main form button.btn-primary").click()
    page.locator("p[role=status]").wait_for()
    walk.look(page, "assigned")
    page.goto("/ufficio/osservazioni/ptm/5/leggibile")
    page.locator("#what").fill("La pagina 2.")
    page.locator("main form button.btn-primary").click()
    walk.look(page, "unreadable")
    page.goto("/ufficio/osservazioni?canale=pec")
    page.get_by_role("link", name="Salva questo filtro").click()
    page.locator("#name").fill("PEC")
    page.locator("main form button.btn-primary").click()
    walk.look(page, "saved filter")
    page.get_by_role("link", name="Rinomina o elimina").click()
    walk.look(page, "own")
    page.get_by_role("button", name="Elimina questo filtro").click()
    page.wait_for_url("**/ufficio/osservazioni")


def _walk_the_mail(walk: Walk, page: Page) -> None:
    """A message comes in, with remarks; its entry; a link between two observations."""
    message = pec.envelope(
        pec.mail(pec.text(), pec.attachment("osservazione.pdf", pec.PDF)), b"<postacert"
    )
    page.goto("/ufficio/posta-in-arrivo")
    page.locator("#file").set_input_files(
        {"name": "m.eml", "mimeType": "message/rfc822", "buffer": message}
    )
    page.get_by_role("button", name="Acquisisci").click()
    page.wait_for_url("**/posta-in-arrivo/*")
    walk.look(page)
    page.get_by_role("link", name="Inseriscilo nel registro").click()
    walk.look(page, "from a message")
    page.goto("/ufficio/posta-in-arrivo")
    walk.look(page, "with a message")
    page.goto("/ufficio/osservazioni/ptm/6/collega")
    page.locator('label[for="kind-0"]').click()
    page.locator("#number").fill("5")
    page.locator("main form button.btn-primary").click()
    page.goto("/ufficio/osservazioni/ptm/6")
    walk.look(page, "linked")
    page.get_by_role("link", name="Sciogli").click()
    walk.look(page)


def _walk_the_terms(walk: Walk, page: Page) -> None:
    """What a change of the term would change."""
    page.goto("/ufficio/termini/1")
    page.locator('label[for="how-1"]').click()
    page.locator("#last_day").fill("2020-10-20")
    page.locator("#act").fill("DCM 20/2020")
    page.locator("main form button.btn-primary").click()
    page.get_by_role("heading", name="Che cosa cambia").wait_for()
    walk.look(page, "what changes")


def _walk_a_second_window(walk: Walk, page: Page, visitor: Page) -> None:
    """A window for bodies opens in another procedure: whoever writes chooses first."""
    page.goto("/ufficio/termini/nuova?prevista=scoping&procedimento=vas")
    page.locator("#notice_on").fill("2020-02-28")
    page.locator("#act").fill("Avviso dimostrativo")
    page.locator("main form button.btn-primary").click()
    page.wait_for_url("**/termini?procedimento=vas")
    walk.look(page, "with a window")
    visitor.goto("/osserva")
    walk.look(visitor, "of several")
    visitor.locator("main form button.btn-primary").click()
    walk.look(visitor, "of several, refused")
    visitor.locator("main .form-check label").last.click()
    visitor.locator("main form button.btn-primary").click()
    walk.look(visitor, "for bodies")
    visitor.locator("main form[method=post] button.btn-primary").click()
    key = visitor.url.split("/")[4]
    visitor.goto(f"/osserva/{key}/chi-sei")
    walk.look(visitor, "bodies alone")


def _walk_the_import(walk: Walk, page: Page) -> None:
    """A text brought in: with doubts, refused, corrected, given up, written."""
    for name, state in (("typed_numbers", "compared"), ("doubtful", "doubtful"), ("two", "twice")):
        page.goto("/ufficio/piano/importa")
        page.locator("#edition").fill("bozza")
        page.locator("#source").fill("Delibera 12/2021")
        page.locator("#file").set_input_files(
            files=[{"name": f"{name}.docx", "mimeType": DOCX, "buffer": TEXTS[name]}]
        )
        page.locator("main form[method=post] button.btn-primary").click()
        page.wait_for_url("**/importa/**")
        walk.look(page, state)
    page.locator(".read a.c").first.click()
    page.locator(".ptm-edit summary").click()
    walk.look(page, "a section open")
    page.goto(page.url.partition("?")[0] + "/scarta")
    walk.look(page)
    page.goto("/ufficio/piano/importa")
    walk.look(page, "under way")
    page.locator("#edition").fill("bozza")
    page.locator("#source").fill("Delibera 12/2021")
    page.locator("#file").set_input_files(
        files=[{"name": "nda.docx", "mimeType": DOCX, "buffer": TEXTS["doubtful"]}]
    )
    page.locator("main form[method=post] button.btn-primary").click()
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url("**/ufficio/piano/edizioni/**")
    walk.look(page, "written")
    _walk_a_draft(walk, page, page.url.rpartition("/")[0])


def _walk_a_draft(walk: Walk, page: Page, edition: str) -> None:
    """What an edition takes until it is published: sheets, corrections of its mapping, its act."""
    page.goto(f"{edition}/NDA?gruppo=dropped")
    walk.look(page, "dropped")
    page.get_by_role("link", name="Correggi").first.click()
    walk.look(page, "dropped")
    page.locator("#others").fill("art. 999")
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "refused")
    page.goto(f"{edition}/NDA")
    page.get_by_role("link", name="Correggi").first.click()
    walk.look(page)
    page.goto("/ufficio/piano/importa")
    page.locator("#document").select_option("TAV")
    page.locator("#edition").fill("bozza")
    page.locator("#source").fill("Delibera 12/2021")
    page.locator("#file").set_input_files(
        files=[{"name": "tavole.csv", "mimeType": "text/csv", "buffer": b"Tav. 6;Ambiti;\n"}]
    )
    page.locator("main form[method=post] button.btn-primary").click()
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url("**/ufficio/piano/edizioni/**")
    page.goto("/piano/tav/tav-6?ed=bozza")
    page.get_by_role("link", name="Aggiungi un foglio").click()
    walk.look(page)
    page.locator("main form[method=post] button.btn-primary").click()
    walk.look(page, "refused")
    page.locator("#number").fill("1")
    page.locator("#file").set_input_files(
        files=[{"name": "tavola.png", "mimeType": "image/png", "buffer": sheets.png()}]
    )
    page.locator("main form[method=post] button.btn-primary").click()
    page.wait_for_url("**/ufficio/piano/fogli/*")
    walk.look(page, "of a draft")
    page.get_by_role("link", name="Togli questo foglio").click()
    walk.look(page, "of a draft")
    for document in ("NDA", "TAV"):
        for group in TieGroup:
            page.goto(f"{edition}/{document}?gruppo={group.value}")
            if (everything := page.locator("button[value=tutte]")).count():
                everything.click()
    page.goto(edition)
    page.locator("#act").fill("")
    page.locator('label[for="sure"]').click()
    page.get_by_role("button", name="Pubblica e fissa le parole").click()
    walk.look(page, "refused")
