"""Staff gives a map its sheets; whoever reads the map looks at them."""

import datetime as dt
import io

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import AuditEntry
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.core.uploads import Damaged, Disguised, FileRefused
from ptm_participation.plan import map_service, sheet_files
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import Edition, EditionState
from tests import factories
from tests.pages import Browser, Page
from tests.plan import sheets

MAP = "/piano/tav/tav-6"


def _add(browser: Browser, content: bytes, name: str, **more: str) -> Page:
    page = browser.open(MAP).follow("Aggiungi un foglio")
    return page.submit(number="1", file=(io.BytesIO(content), name), **more)


def _only_sheet() -> MapSheet:
    db.session.rollback()
    return db.session.scalars(sa.select(MapSheet)).one()


def test_staff_adds_a_sheet_and_everybody_looks_at_it(as_staff: Browser, visitor: Browser) -> None:
    page = _add(as_staff, sheets.png(), "tavola 6.png", title="Rho e dintorni")
    lines = "\n".join(" ".join(map(str, point)) for point in sheets.points_around_rho())

    page = page.submit(legend="Ambiti agricoli\n\n Varchi  verdi", points=lines)

    assert page.heading == "Foglio 1. Rho e dintorni"
    assert "Il più lontano è a 0 m" in page.text
    assert [row[1] for row in page.rows("Punti di controllo")][2] == "800, 600"
    shown = visitor.open(MAP).follow("Foglio 1")
    assert shown.heading == "Tav. 6, foglio 1. Rho e dintorni"
    assert shown.items("aside li") == ["Ambiti agricoli", "Varchi verdi"]
    picture = visitor.client.get(shown.soup.select_one("[data-plain] img")["src"])
    assert (picture.data, picture.mimetype) == (sheets.png(), "image/png")
    assert "Scarica il foglio" in shown.text
    actions = set(db.session.scalars(sa.select(AuditEntry.action)))
    assert {"map.sheet_added", "map.sheet_described"} <= actions


def test_of_a_pdf_the_first_page_is_drawn_and_the_file_itself_is_kept(
    as_staff: Browser, visitor: Browser
) -> None:
    _add(as_staff, factories.PDF_BYTES, "tavola.pdf")

    made = _only_sheet()
    picture = visitor.client.get(f"/piano/fogli/{made.id}/immagine").data
    original = visitor.client.get(f"/piano/fogli/{made.id}/originale")
    assert sheet_files.size_of(picture, "x.png") == (made.width, made.height) == (5000, 5000)
    assert original.data == factories.PDF_BYTES
    assert "tavola.pdf" in original.headers["Content-Disposition"]


BAD_FILES = {
    "text": ("foglio.docx", factories.docx(), sheet_files.NoPicture),
    "cut short": ("foglio.png", sheets.png()[:-20], Damaged),
    "altered": ("foglio.png", sheets.png()[:60] + b"x" + sheets.png()[61:], Damaged),
    "without its last rows": ("foglio.png", sheets.png(rows=500), Damaged),
    "rows not packed": ("foglio.png", sheets.png(packed=b"xxxx"), Damaged),
    "of no colours": ("foglio.png", sheets.png(colours=5), Damaged),
    "of no such depth": ("foglio.png", sheets.png(depth=3), Damaged),
    "of no width": ("foglio.png", sheets.png(width=0), Damaged),
    "disguised": ("foglio.png", factories.PDF_BYTES, Disguised),
    "jpeg without a frame": ("foglio.jpg", b"\xff\xd8\xff\xe0\x00\x04xx\xff\xd9", Damaged),
    "too wide": ("foglio.png", sheets.png(12_001, 1), sheet_files.TooManyPixels),
    "too large": ("foglio.png", sheets.png(8000, 6251), sheet_files.TooManyPixels),
}


@pytest.mark.parametrize(("name", "content", "refusal"), BAD_FILES.values(), ids=list(BAD_FILES))
def test_a_file_that_cannot_be_a_sheet_is_refused(
    app: Flask, name: str, content: bytes, refusal: type[FileRefused]
) -> None:
    with pytest.raises(FileRefused) as refused:
        sheet_files.take_in(sheets.upload(content, name))

    assert type(refused.value) is refusal


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(as_staff: Browser) -> None:
    empty = as_staff.open(MAP).follow("Aggiungi un foglio").submit(number="", title="x")
    unaddressed = as_staff.open(MAP).follow("Aggiungi un foglio").submit(number="8/9")
    no_file = as_staff.open(MAP).follow("Aggiungi un foglio").submit(number="1")
    page = _add(as_staff, sheets.png(), "a.png")
    twice = _add(as_staff, sheets.png(), "b.png")
    words = page.submit(points="in alto a sinistra")
    row = page.submit(points="0 0 45.6 8.9\n100 100 45.5 9.0\n200 200 45.4 9.1", legend="Voce")

    assert empty.error_of("number") == "Scrivi il numero del foglio."
    assert unaddressed.error_of("number").startswith("Un numero ha lettere, cifre")
    assert no_file.error_of("file") == "Scegli il file del foglio."
    assert twice.error_of("number") == "La tavola ha già un foglio con questo numero."
    assert "«in alto a sinistra» non è un punto di controllo" in words.error_of("points")
    assert "sono in fila" in row.error_of("points")
    assert (_only_sheet().control_points, _only_sheet().legend) == ([], [])


@use_case
def _freeze() -> None:
    frozen = {"state": EditionState.FROZEN, "frozen_at": clock.now(), "frozen_sha256": "0" * 64}
    db.session.execute(sa.update(Edition).values(**frozen))


def test_a_frozen_edition_s_sheets_change_no_more(
    app: Flask, staff: User, as_staff: Browser
) -> None:
    made = sheets.sheet(staff)
    _freeze()
    picture = sheet_files.take_in(sheets.upload(sheets.png()))

    with pytest.raises(map_service.MapFrozen):
        map_service.add_sheet(staff, factories.section("Tav. 6"), picture, number="2")
    with pytest.raises(map_service.MapFrozen):
        map_service.describe_sheet(staff, made, title="x", legend=(), points=made.points)
    with pytest.raises(map_service.MapFrozen):
        map_service.drop_sheet(staff, made)
    assert "Aggiungi un foglio" not in as_staff.open(MAP).text


def test_a_marked_sheet_keeps_its_place_and_takes_another_legend(app: Flask, staff: User) -> None:
    made = sheets.sheet(staff)
    _mark(made)

    map_service.describe_sheet(staff, made, title="Altro", legend=("a", "b"), points=made.points)

    assert [item.label for item in made.legend] == ["a", "b"]
    with pytest.raises(map_service.SheetMarkedAlready):
        map_service.describe_sheet(staff, made, title="", legend=(), points=made.points[:3])
    with pytest.raises(map_service.SheetMarkedAlready):
        map_service.drop_sheet(staff, made)


@use_case
def _mark(sheet: MapSheet) -> None:
    sheet.marked_at = clock.now() - dt.timedelta(days=1)


def test_a_sheet_taken_away_is_gone(as_staff: Browser, staff: User) -> None:
    made = sheets.sheet(staff)

    page = as_staff.open(f"/ufficio/piano/fogli/{made.id}").follow("Togli questo foglio")
    after = page.press("Togli il foglio")

    assert after.heading.startswith("Tav. 6")
    assert "Foglio 1" not in after.text
    assert as_staff.open(f"{MAP}/fogli/1").status == 404


def test_only_a_map_has_sheets(as_staff: Browser) -> None:
    page = as_staff.open(f"/ufficio/piano/tavole/{factories.section('18').id}/fogli/nuovo")

    refused = page.submit(number="1", file=(io.BytesIO(sheets.png()), "a.png"))

    assert refused.error_of("number") == "Solo una tavola ha fogli."
