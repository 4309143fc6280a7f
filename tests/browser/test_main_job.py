"""The main job, as three people do it: a citizen submits, an officer works, a manager reads.

Every row is made through the pages or `ptm`, on a new installation.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import python_calamine
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.looks import assert_good
from tests.browser.people import choose, one_time_link, set_password, sign_in
from tests.serving.server import Installation

NORMS = """<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"><act><body>
<chapter><num>Capo I</num><heading>Suolo</heading>
<article><num>Art. 18.</num><heading>Riduzione del consumo di suolo</heading>
<paragraph><num>1.</num><content><p>Il suolo libero è risorsa non rinnovabile.</p></content>
</paragraph>
<paragraph><num>2.</num><content><p>I Comuni applicano la soglia di riduzione del 20 per cento
nei propri piani.</p></content></paragraph>
</article></chapter></body></act></akomaNtoso>"""

Arrive = Callable[..., Page]


def test_the_main_job_from_an_empty_machine(
    installation: Installation, someone: Arrive, tmp_path: Path
) -> None:
    norms = tmp_path / "norme.xml"
    norms.write_text(NORMS, encoding="utf-8")
    link = one_time_link(installation.ptm("init"))
    installation.ptm("plan", "import", str(norms), "--document", "NDA", "--edition", "adottata")
    with installation.served() as served:
        officer, manager = _open_accounts(someone, served.url, link)
        code = _citizen_submits(someone(served.url, 390), tmp_path)
        _officer_works(someone(served.url), officer)
        totals = _manager_reads(someone(served.url), manager, tmp_path)
        _public_reads(someone(served.url), code)

    assert totals == {"observations": 2, "in time": 2, "late": 0}
    assert "intact" in installation.ptm("audit", "verify")


def _open_accounts(someone: Arrive, url: str, link: str) -> tuple[str, str]:
    """The administrator opens an account for each; they set their passwords by their links."""
    administrator = someone(url)
    set_password(administrator, link)
    links = []
    for email, name, role in (
        ("istruttrice@example.org", "Irene Costa", "Personale dell’ufficio"),
        ("dirigente@example.org", "Dario Villa", "Responsabile"),
    ):
        administrator.goto("/ufficio/utenti")
        administrator.get_by_role("link", name="Aggiungi un utente").click()
        administrator.get_by_label("E-mail").fill(email)
        administrator.get_by_label("Nome e cognome").fill(name)
        choose(administrator, role)
        administrator.locator("form button.btn-primary").click()
        links.append(one_time_link(administrator.locator(".ptm-hash").inner_text()))
    for one in links:
        person = someone(url)
        set_password(person, one)
    return "istruttrice@example.org", "dirigente@example.org"


def _citizen_submits(page: Page, folder: Path) -> str:
    """On a phone, from the words of a comma to the receipt; returns the tracking code."""
    page.goto("/")
    assert_good(page)
    page.goto("/piano/nda/art-18")
    assert_good(page)
    _select_words(page, "riduzione del 20 per cento")
    page.get_by_role("link", name="Osserva queste parole").last.click()
    page.get_by_role("button", name="Comincia a scrivere").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Che cosa chiedi")
    expect(page.locator(".ptm-quote")).to_contain_text("riduzione del 20 per cento")
    assert_good(page)

    page.get_by_role("button", name="Continua").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Controlla 2 campi")
    assert_good(page)
    choose(page, "Cambiare le parole")
    page.get_by_label("Come le scriveresti?").fill("riduzione del 30 per cento")
    page.get_by_label("Perché?").fill("Nei Comuni già densi il 20 per cento non basta.")
    page.get_by_label("Allegati").set_input_files(
        {"name": "estratto.pdf", "mimeType": "application/pdf", "buffer": factories.PDF_BYTES}
    )
    page.get_by_role("button", name="Continua").last.click()

    choose(page, "Cittadino")
    page.get_by_role("button", name="Continua").click()
    page.get_by_label("Nome e cognome").fill("Anna Bianchi")
    page.get_by_label("Comune").select_option(label="Rho")
    page.locator("#email").fill("anna@example.org")
    page.get_by_role("button", name="Continua").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Controlla e invia")
    expect(page.locator("main")).to_contain_text("estratto.pdf")
    assert_good(page)
    choose(page, "Per ora invio senza firma")
    choose(page, "Quello che ho scritto è vero")
    page.get_by_role("button", name="Invia l’osservazione").dblclick()

    expect(page.get_by_role("heading", level=1)).to_have_text("Osservazione n. 1 ricevuta")
    receipt = page.url
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Osservazione n. 1 ricevuta")
    assert_good(page)
    assert page.url == receipt
    pdf = page.request.get(f"{receipt}.pdf")
    assert pdf.body().startswith(b"%PDF-")
    code = page.locator(".ptm-code").inner_text()

    page.goto("/")
    page.locator("#cod").fill(code)
    page.locator("#cod").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("è stata ricevuta")
    assert_good(page)
    return code


def _select_words(page: Page, words: str) -> None:
    """Choose words of the second comma as a finger would: by selecting them."""
    page.evaluate(
        """words => {
          const walker = document.createTreeWalker(
            document.querySelector('#art-18-c-2 [data-words]'), NodeFilter.SHOW_TEXT);
          const node = walker.nextNode(), start = node.data.indexOf(words);
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, start + words.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }""",
        words,
    )


def _officer_works(page: Page, email: str) -> None:
    """Protocol and check the citizen's, enter one from paper, log a consultation."""
    sign_in(page, email)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 registrazione")
    page.locator("tbody a.t").click()
    expect(page.locator("main")).to_contain_text("Nei Comuni già densi il 20 per cento non basta.")
    expect(page.locator("main")).to_contain_text("«riduzione del 20 per cento»")
    assert_good(page)
    page.get_by_role("link", name="Inserisci il numero di protocollo").click()
    page.get_by_label("Numero di protocollo", exact=True).fill("0187643")
    page.locator("form button.btn-primary").click()
    page.get_by_role("button", name="Verificata: passa all’esame").click()
    expect(page.get_by_role("status")).to_contain_text("segnata come verificata")

    page.goto("/ufficio/osservazioni/nuova")
    page.get_by_label("Timbro postale").fill("2020-10-15")
    page.get_by_label("Arrivata il").fill("2020-10-19")
    page.get_by_label("Tipo di soggetto").select_option(label="Comune")
    page.get_by_label("Comune", exact=True).select_option(label="Magenta")
    page.get_by_label("Nome", exact=True).fill("Comune di Magenta")
    page.get_by_role("textbox", name="Oggetto").fill("Ambiti agricoli")
    page.get_by_label("Articoli e mappe").fill("art. 18")
    page.get_by_role("textbox", name="Testo").fill("Si chiede di chiarire la soglia.")
    page.locator("#protocol_number").fill("0187001")
    page.get_by_label("Data di protocollo").fill("2020-10-19")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registrata con il n. 2")

    page.goto("/ufficio/soggetti/nuovo")
    page.get_by_label("Nome", exact=True).fill("Comitato Acqua Chiara")
    page.get_by_label("Tipo di soggetto").select_option(label="Comitato")
    page.locator("main form button.btn-primary").click()
    page.get_by_role("link", name="Aggiungi un contatto").click()
    page.get_by_label("Nome e cognome").fill("Carla Verdi")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("main")).to_contain_text("Carla Verdi")

    page.goto("/ufficio/osservazioni/ptm/2")
    page.get_by_role("link", name="Collega a un portatore").first.click()
    choose(page, "Comune di Magenta")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#chi")).to_contain_text("Corrisponde a Comune di Magenta")
    page.get_by_role("button", name="Verificata: passa all’esame").click()
    expect(page.get_by_role("status")).to_contain_text("segnata come verificata")

    page.goto("/ufficio/consultazioni/nuova")
    page.get_by_label("Titolo").fill("Incontro con i Comuni")
    page.get_by_label("Giorno", exact=True).fill("2020-10-12")
    page.get_by_label("Inizio").fill("16:45")
    page.get_by_label("Luogo").fill("Magenta")
    page.get_by_label("Trova per nome").fill("magenta")
    choose(page, "Comune di Magenta")
    page.get_by_label("Ordine del giorno").fill("Consumo di suolo")
    page.get_by_label("Articoli e mappe di cui si è parlato").fill("18")
    page.get_by_role("textbox", name="Verbale").fill("Si chiedono criteri certi.")
    page.locator("main form button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Incontro con i Comuni")
    expect(page.locator("main")).to_contain_text("Presenti 1 su 1")
    assert_good(page)


def _manager_reads(page: Page, email: str, folder: Path) -> dict[str, int]:
    """The summary, its exports, which agree with it, and the publication."""
    sign_in(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sintesi")
    expect(page.locator(".ptm-fig").first).to_contain_text("2")
    shown = page.locator(".ptm-fig .n").all_inner_texts()
    page.get_by_role("link", name="Esporta questa sintesi").click()
    files = {}
    for format_ in ("XLSX", "CSV"):
        with page.expect_download() as coming:
            page.get_by_role("link", name=f"{format_} Sintesi del percorso").click()
        files[format_] = folder / f"sintesi.{format_.lower()}"
        coming.value.save_as(files[format_])
    sheet = python_calamine.CalamineWorkbook.from_path(files["XLSX"]).get_sheet_by_index(0)
    from_sheet = [int(float(str(cell))) for cell in sheet.to_python()[1][2:5]]
    text = files["CSV"].read_text(encoding="utf-8-sig")
    table = csv.reader(io.StringIO("".join(x for x in text.splitlines(True) if x[0] != "#")))
    from_text = [int(cell) for cell in list(table)[1][2:5]]
    assert from_sheet == from_text
    assert int(shown[0]) == from_sheet[0]

    page.goto("/ufficio/sintesi")
    page.locator(".ptm-fig", has_text="osservazioni").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 osservazioni")
    page.get_by_role("link", name="Pubblica", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Pubblica 2 osservazioni")
    assert_good(page)
    page.get_by_role("button", name="Pubblica quelle scelte").click()
    expect(page.get_by_role("status").first).to_contain_text("Osservazioni pubblicate: 2")
    return dict(zip(("observations", "in time", "late"), from_sheet, strict=True))


def _public_reads(page: Page, code: str) -> None:
    page.goto("/piano/nda/art-18")
    expect(page.locator("main")).to_contain_text("Comune di Magenta")
    expect(page.locator("main")).not_to_contain_text("Anna Bianchi")
    assert_good(page)
    page.goto("/osservazioni/ptm/1")
    expect(page.locator("main")).to_contain_text("Privato cittadino")
    expect(page.locator("main")).to_contain_text("riduzione del 30 per cento")
    page.goto("/segui")
    page.get_by_label("Codice della ricevuta").fill(code)
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text("0187643")
