"""Saying where: an area on a map's sheet with mouse, finger and keys; a parcel with no script."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW
from tests.browser.looks import assert_good
from tests.browser.people import one_time_link, send_as_citizen, set_password
from tests.plan import sheets
from tests.serving.server import Installation

Arrive = Callable[..., Page]
MARKED = "segnata su Tav. 6, foglio 1, ricade in Rho"


def test_an_area_is_marked_on_a_sheet_with_mouse_finger_and_keys(
    installation: Installation, someone: Arrive
) -> None:
    link = one_time_link(installation.ptm("init"))
    with installation.served() as served:
        office = someone(served.url)
        set_password(office, link)
        _bring_the_sheet(office)
        ways: dict[Callable[[Page, Locator], None], Page] = {
            _with_the_mouse: someone(served.url),
            _with_a_finger: someone(served.url, NARROW, has_touch=True),
            _with_the_keys: someone(served.url),
        }
        for number, (mark, page) in enumerate(ways.items(), 1):
            _begin(page, "tav/tav-6")
            page.get_by_role("link", name="Tav. 6, foglio 1").click()
            page.locator(".ptm-ground[data-ready]").wait_for()
            mark(page, page.get_by_role("application"))
            corners = page.get_by_label("Coordinate").input_value().splitlines()
            assert len(corners) == 3, mark.__name__
            page.get_by_role("button", name="Aggiungi questo luogo").click()
            expect(page.locator("#luoghi li")).to_contain_text(MARKED)
            assert_good(page)
            _send(page)
            office.goto(f"/ufficio/osservazioni/ptm/{number}")
            expect(office.locator("#luoghi")).to_contain_text(MARKED)
            drawn = office.locator("#luoghi .ptm-ground[data-ready] path.ptm-kept")
            expect(drawn).to_have_count(2)  # on the sheet, and on the territory
            assert_good(office)


def _bring_the_sheet(page: Page) -> None:
    """Staff adds a sheet to a map, says what it shows and where it lies."""
    page.goto("/piano/tav/tav-6")
    page.get_by_role("link", name="Aggiungi un foglio").click()
    page.get_by_label("Numero del foglio").fill("1")
    page.get_by_label("Immagine o PDF").set_input_files(
        {"name": "tavola-6.png", "mimeType": "image/png", "buffer": sheets.png()}
    )
    page.get_by_role("button", name="Aggiungi il foglio").click()
    page.locator(".ptm-ground[data-ready]").wait_for()
    lines = [" ".join(map(str, point)) for point in sheets.points_around_rho()]
    page.get_by_label("Legenda").fill("Ambiti agricoli")
    page.get_by_label("Punti di controllo").fill("\n".join(lines))
    page.get_by_role("button", name="Salva il foglio").click()
    expect(page.locator("main")).to_contain_text("Il più lontano è a 0 m")


def _begin(page: Page, section: str) -> None:
    page.goto(f"/piano/{section}")
    page.get_by_role("link", name=re.compile("^Osserva l")).locator("visible=true").first.click()
    page.get_by_role("button", name="Comincia a scrivere").click()
    page.get_by_role("button", name="Segna un luogo o una particella").click()


def _corners(box: Locator) -> list[tuple[float, float]]:
    """Three points around the middle of the map, on the screen."""
    box.scroll_into_view_if_needed()
    edges = box.bounding_box()
    assert edges is not None
    x, y = edges["x"] + edges["width"] / 2, edges["y"] + edges["height"] / 2
    return [(x - 30, y - 25), (x + 30, y - 25), (x, y + 30)]


def _with_the_mouse(page: Page, box: Locator) -> None:
    page.get_by_role("button", name="Segna un’area").click()
    corners = _corners(box)
    for x, y in (*corners, corners[0]):
        page.mouse.move(x, y)
        page.mouse.click(x, y)


def _with_a_finger(page: Page, box: Locator) -> None:
    """The kind that is already chosen takes its tool in hand, whose words fit the screen."""
    page.locator('label[for="kind-2"]').tap()
    expect(page.locator("[data-said]")).to_contain_text("Area: tocca i suoi angoli")
    edges, cancel = box.bounding_box(), page.locator(".active .action-cancel").bounding_box()
    assert edges is not None
    assert cancel is not None
    assert cancel["x"] + cancel["width"] <= edges["x"] + edges["width"]
    corners = _corners(box)
    for x, y in (*corners, corners[0]):
        page.touchscreen.tap(x, y)
        page.wait_for_timeout(350)  # as a finger: two taps in less are one that zooms


def _with_the_keys(page: Page, box: Locator) -> None:
    box.focus()
    for key in ("Enter", "ArrowRight", "Enter", "ArrowDown", "Enter", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-said]")).to_contain_text("Punto 4: 45.")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-said]")).to_have_text("L’ultimo punto è tolto.")


def _send(page: Page) -> None:
    """The rest of the form, as a citizen."""
    page.get_by_role("link", name="Torna alla richiesta").click()
    page.locator('label[for="requests-0-kind-0"]').click()
    page.get_by_label("Perché?").fill("L’area è coltivata.")
    page.get_by_role("button", name="Continua").last.click()
    send_as_citizen(page)


def test_the_map_goes_to_a_comune_and_a_tool_says_what_it_marks(
    installation: Installation, someone: Arrive
) -> None:
    installation.ptm("init")
    with installation.served() as served:
        page = someone(served.url)
        _begin(page, "nda/art-18")
        box = page.locator(".ptm-ground[data-ready]")
        box.wait_for()

        # Of the smallest ones the whole territory has no room for the name.
        name = box.locator(".ptm-name.shown").filter(has_text=re.compile("^Nosate$"))
        expect(name).to_have_count(0)

        page.get_by_label("Vai al Comune").select_option(label="Nosate")
        box.scroll_into_view_if_needed()

        expect(name).to_be_in_viewport()
        assert_good(page)
        expect(page.get_by_role("radio", name="Area")).not_to_be_checked()
        for tool in ("Punto", "Linea"):
            page.get_by_text(tool, exact=True).first.click()
            expect(page.get_by_role("radio", name=tool)).to_be_checked()
            expect(page.locator("[data-said]")).to_contain_text(f"{tool}: tocca")
        page.get_by_role("button", name="Segna un punto").click()
        expect(page.get_by_role("radio", name="Punto")).to_be_checked()
        page.get_by_role("button", name="Segna una linea").click()
        expect(page.get_by_role("radio", name="Linea")).to_be_checked()
        expect(page.locator("[data-said]")).to_contain_text("Linea: tocca i suoi punti")
        assert_good(page)


def test_a_parcel_is_named_with_no_script(installation: Installation, someone: Arrive) -> None:
    installation.ptm("init")
    with installation.served() as served:
        page = someone(served.url, NARROW, java_script_enabled=False)
        _begin(page, "nda/art-18")
        expect(page.locator(".ptm-ground")).to_be_hidden()
        page.locator("#comune").select_option(label="Rho")
        page.get_by_label("Foglio", exact=True).fill("0")
        page.get_by_label("Mappali").fill("34, 35")
        page.get_by_role("button", name="Aggiungi queste particelle").click()
        expect(page.get_by_role("alert")).to_contain_text("«0» non è un foglio catastale")
        page.get_by_label("Foglio", exact=True).fill("12")
        page.get_by_role("button", name="Aggiungi queste particelle").click()
        expect(page.locator("#luoghi li")).to_have_count(2)
        expect(page.locator("#luoghi li").first).to_contain_text("Rho, foglio 12, mappale 34")
        expect(page.locator("#luoghi li").first).to_contain_text("Resta riservato")
        _send(page)
        page.get_by_role("link", name="Segui l’osservazione").click()

        expect(page.locator("main")).to_contain_text("Rho, foglio 12, mappale 35")
