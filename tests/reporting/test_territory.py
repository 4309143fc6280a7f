"""The map of the Comuni and its table say the same as the register."""

import json
import re
import struct
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.reporting import geometry, territory_map
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality
from tests import factories
from tests.pages import Browser, Page

MAP = "/ufficio/sintesi/mappa"
LATE_DAY = "2020-11-04"


@pytest.fixture
def process(app: Flask, staff: User) -> None:
    """Rho has three, one of them late; Arese one; somebody writes from elsewhere; one meeting."""
    for day, place in (("05", "Rho"), ("06", "Rho"), ("07", "Arese"), ("08", None)):
        factories.observation(at=f"2020-10-{day}T09:00", place=place, sections="18")
    factories.meeting(staff, present="Comune di Rho", absent="Comune di Bollate")
    with clock.at(f"{LATE_DAY}T09:00"):
        factories.observation(
            at=f"{LATE_DAY}T08:00",
            name="Comune di Rho",
            type=SubjectType.MUNICIPALITY,
            sections="41",
        )
        factories.observation(at=f"{LATE_DAY}T08:30", place=None, sections="41")


COUNTED = "SELECT count(*) FROM observation o WHERE o.municipality_id = m.id"
ABSENT = """
    SELECT count(*) FROM stakeholder s
    WHERE s.municipality_id = m.id AND s.type = 'municipality' AND s.must_be_consulted
      AND NOT EXISTS (
        SELECT 1 FROM attendance a WHERE a.stakeholder_id = s.id AND a.role = 'present'
      )
"""
MEASURES = {
    "osservazioni": COUNTED,
    "per-10000-abitanti": f"SELECT ({COUNTED}) * 10000.0 / m.population",
    "tardive": f"{COUNTED} AND NOT o.in_time",
    "non-consultati": ABSENT,
}


def _straight_from_the_tables(measure: str) -> dict[str, float]:
    rows = db.session.execute(sa.text(f"SELECT m.name, ({MEASURES[measure]}) FROM municipality m"))
    return {name: round(float(value), 2) for name, value in rows}


def _number(words: str) -> float:
    """A value as the page says it."""
    words = {"consultato": "0", "non ancora consultato": "1"}.get(words, words)
    return float(words.replace(".", "").replace(",", "."))


def _in_the_table(page: Page) -> dict[str, float]:
    return {row[0]: _number(row[-1]) for row in page.rows()}


def _on_the_map(page: Page) -> dict[str, str]:
    """What each Comune of the map says when it is pointed at, by its name."""
    said: dict[str, str] = {}
    for path in page.soup.select("svg path[data-place]"):
        name, words = path.title.get_text().split(", ", 1)
        assert name not in said
        said[name] = words.split(": ", 1)[1]
    return said


def _steps(page: Page) -> dict[str, str]:
    return {
        path.title.get_text().split(", ", 1)[0]: path["class"][1]
        for path in page.soup.select("svg path[data-place]")
    }


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_map_and_table_say_what_the_tables_hold(as_manager: Browser, measure: str) -> None:
    page = as_manager.open(MAP, misura=measure)

    held = _straight_from_the_tables(measure)
    assert len(held) == 133
    assert _in_the_table(page) == held
    on_map = _on_the_map(page)
    assert on_map.keys() == held.keys()
    for name, value in held.items():
        words = on_map[name].split(";")[0]
        if measure == "non-consultati":
            assert words == ("non ancora consultato" if value else "consultato")
        else:
            assert _number(words.split()[0]) == value


@pytest.mark.usefixtures("process")
def test_totals_part_what_comes_from_elsewhere(as_manager: Browser) -> None:
    def foot(**arguments: str) -> list[str]:
        page = as_manager.open(MAP, **arguments)
        return [cell.get_text(strip=True) for cell in page.soup.select("tfoot td.r")]

    assert foot() == ["4", "2", "6"]
    assert foot(misura="tardive") == ["1", "1", "2"]
    assert foot(dal="2020-10-06", al="2020-10-31") == ["2", "1", "3"]
    assert foot(misura="per-10000-abitanti")[0] == "4"
    assert foot(misura="non-consultati") == ["132"]


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("measure", ["osservazioni", "per-10000-abitanti", "tardive"])
def test_each_figure_opens_the_list_that_it_counts(as_manager: Browser, measure: str) -> None:
    page = as_manager.open(MAP, misura=measure, dal="2020-10-06")
    links = page.soup.select("table tbody a, table tfoot a")
    assert links

    for link in links:
        row = [cell.get_text(strip=True) for cell in link.find_parent("tr").find_all(["th", "td"])]
        figure = row[2] if measure == "per-10000-abitanti" else row[-1]
        listed = as_manager.open(link["href"])
        assert re.search(r"\d+", listed.heading)[0] == figure  # type: ignore[index]


@pytest.mark.usefixtures("process")
def test_a_filter_changes_the_figures_and_not_the_steps(as_manager: Browser) -> None:
    late = {"articolo": str(factories.section("41").provision_id)}
    whole, part = as_manager.open(MAP), as_manager.open(MAP, **late)
    rate = {"misura": "per-10000-abitanti"}
    rates, some_rates = as_manager.open(MAP, **rate), as_manager.open(MAP, **rate, **late)

    assert rates.items(".ptm-key li")[:5] == some_rates.items(".ptm-key li")[:5]
    assert whole.heading == "Rho è il Comune con più osservazioni: 3"
    assert part.heading == "Rho è il Comune con più osservazioni: 1"
    assert _in_the_table(part)["Arese"] == 0
    assert (_steps(whole)["Rho"], _steps(part)["Rho"]) == ("q3", "q1")


@pytest.mark.usefixtures("process")
def test_whoever_was_not_heard_is_hatched_and_said(as_manager: Browser) -> None:
    page = as_manager.open(MAP)

    said = _on_the_map(page)
    assert said["Rho"] == "3 osservazioni"
    assert said["Bollate"] == "0 osservazioni; non ancora consultato"
    assert "non ancora consultati: 132 Comuni" in page.items(".ptm-key li")
    hatched = page.soup.select_one("path.ptm-map-h")["d"]  # type: ignore[index]
    shapes = {p["data-place"]: p["d"] for p in page.soup.select("path[data-place]")}
    assert shapes["015027"] in hatched  # Bollate
    assert shapes["015182"] not in hatched  # Rho


@use_case
def _empty_population(name: str) -> None:
    db.session.execute(sa.update(Municipality).filter_by(name=name).values(population=0))


@pytest.mark.usefixtures("process")
def test_a_population_that_is_not_known_is_said_and_is_no_zero(as_manager: Browser) -> None:
    _empty_population("Rho")

    page = as_manager.open(MAP, misura="per-10000-abitanti")

    rho = next(row for row in page.rows() if row[0] == "Rho")
    assert rho[2:] == ["3", "non noto", "non noto"]
    assert _on_the_map(page)["Rho"] == "popolazione non nota"
    assert _steps(page)["Rho"] == "unknown"
    assert "popolazione non nota" in page.items(".ptm-key li")
    assert "Di 1 Comune non si conosce la popolazione." in page.text
    assert page.heading.startswith("Arese è il Comune")


def test_a_zone_in_doubt_stays_marked(as_manager: Browser) -> None:
    page = as_manager.open(MAP)

    marked = [row[0] for row in page.rows() if "da verificare" in row[1]]
    assert marked
    assert len(page.soup.select("text.doubt")) == len(marked)
    assert "zona da verificare" in page.soup.select_one("svg path[id='m-015236']").text  # type: ignore[union-attr]


@pytest.mark.usefixtures("process")
def test_the_table_is_sorted_as_its_heads_say(as_manager: Browser) -> None:
    by_value = as_manager.open(MAP, zona="3")
    by_name = by_value.follow("Comune")
    by_zone = by_name.follow("Zona")

    assert [row[0] for row in by_value.rows()][:2] == ["Rho", "Arese"]
    assert [row[0] for row in by_name.rows()][:2] == ["Arese", "Baranzate"]
    assert {row[1] for row in by_zone.rows()} == {"Nord Ovest"}
    assert "zona=3" in by_zone.address
    assert as_manager.open(MAP, ordine="zona-omogenea").rows()[0][1] == "Milano"  # as always
    for page, head in ((by_value, "Osservazioni"), (by_name, "Comune"), (by_zone, "Zona")):
        assert [words.split()[0] for words in page.items("th[aria-sort]")] == [head]


@pytest.mark.usefixtures("process")
def test_a_comune_that_the_filter_leaves_out_has_no_figure(as_manager: Browser) -> None:
    page = as_manager.open(MAP, zona="3")

    left_out = [path.text for path in page.soup.select("svg path.left")]
    assert len(page.soup.select("svg path[data-place]")) == 133
    assert len(left_out) == 133 - len(page.rows())
    assert any(words.startswith("Abbiategrasso") for words in left_out)
    assert all("fuori dal filtro" in words for words in left_out)


@pytest.mark.usefixtures("process")
def test_what_makes_no_sense_is_said_and_the_map_is_shown(as_manager: Browser) -> None:
    page = as_manager.open(MAP, misura="gatti", dal="2020-10-31", al="2020-10-07")

    assert page.items(".ptm-todo") == [
        "«gatti» non è una misura di questa mappa: sono mostrate le osservazioni.",
        "Il primo giorno viene dopo l’ultimo: le date sono state scambiate.",
    ]
    assert page.heading == "Arese è il Comune con più osservazioni: 1"


@pytest.mark.usefixtures("process")
def test_a_filter_that_matches_nothing_says_how_to_see_more(as_manager: Browser) -> None:
    page = as_manager.open(MAP, q="parole che nessuno ha scritto")

    assert page.heading == "Nessuna osservazione viene dai Comuni"
    assert "togliendo una condizione" in page.text
    assert set(_steps(page).values()) == {"q0"}


def test_an_empty_process_says_so(as_manager: Browser) -> None:
    page = as_manager.open(MAP)

    assert "Nessuna osservazione registrata. La prima comparirà qui." in page.text
    assert page.soup.select("table tbody a") == []


def test_the_summary_leads_to_the_map_under_its_filter(as_manager: Browser) -> None:
    page = as_manager.open("/ufficio/sintesi", zona="3").follow(
        "Altre misure e la tabella dei Comuni"
    )

    assert page.items(".ptm-chip")[0] == "Zona: Nord Ovest"


def test_whoever_may_not_summarise_sees_neither_map_nor_file(as_staff: Browser) -> None:
    assert as_staff.open(MAP).status == 403
    assert as_staff.open(f"{MAP}.png").status == 403


# -- files -------------------------------------------------------------------------------


@pytest.mark.usefixtures("process")
def test_the_map_leaves_as_a_drawing_that_needs_nothing_else(as_manager: Browser) -> None:
    answer = as_manager.open(f"{MAP}.svg", q="<a>&\x01😀").response

    drawing = ElementTree.fromstring(answer.data)  # noqa: S314 - our own
    words = " ".join(drawing.itertext())
    assert "Parole: <a>& 😀" in words
    assert "Situazione al 20 ottobre 2020, ore 10:00" in words
    assert "ISTAT via openpolis, CC BY 4.0" in words
    assert len([e for e in drawing.iter() if e.get("id", "").startswith("c-")]) == 133
    assert not [e for e in drawing.iter() if e.get("class") or e.get("style")]
    assert answer.mimetype == "image/svg+xml"


@pytest.mark.usefixtures("process")
def test_the_map_leaves_as_a_picture_of_some_size(as_manager: Browser) -> None:
    answer = as_manager.open(f"{MAP}.png", misura="tardive", q="<a>😀").response

    assert answer.data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", answer.data[16:24])
    assert 1500 < width < 2000
    assert 1300 < height < 2200
    assert "mappa-tardive-2020-10-20.png" in answer.headers["Content-Disposition"]
    other = as_manager.open(f"{MAP}.png", misura="tardive").response
    assert other.data != answer.data


def test_whoever_takes_the_map_away_is_in_the_log(as_manager: Browser) -> None:
    as_manager.open(f"{MAP}.svg", misura="tardive", tipo="municipality")

    noted = db.session.scalars(
        sa.select(AuditPayload.text)
        .join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
        .where(AuditEntry.action == "export.made")
    ).one()
    said = json.loads(noted)
    assert (said["format"], said["filter"]) == ("svg", "Tardive; Tipo: Comune")


def test_a_map_of_no_form_is_not_there(as_manager: Browser) -> None:
    assert as_manager.open(f"{MAP}.exe").status == 404
    assert as_manager.open(f"{MAP}.svg", format="png").response.mimetype == "image/svg+xml"


# -- shapes ------------------------------------------------------------------------------


@pytest.fixture
def sheet() -> geometry.Sheet:
    return territory_map._sheet()[0]


def test_the_exclave_stands_on_the_sheet_apart_from_its_zone(
    as_manager: Browser, sheet: geometry.Sheet
) -> None:
    left, top, right, bottom = sheet.shapes["015191"].box  # San Colombano al Lambro
    others = [shape.box for istat, shape in sheet.shapes.items() if istat != "015191"]

    assert 0 < left < right < geometry.WIDTH
    assert 0 < top < bottom < sheet.height
    assert top > max(box[3] for box in others)
    assert left > geometry.WIDTH / 2


def test_zones_are_outlined_by_the_edges_that_nobody_shares(as_manager: Browser) -> None:
    page = as_manager.open(MAP)

    rings = [path["d"].count("M") for path in page.soup.select("path.ptm-map-z")]
    assert sorted(rings) == [1, 1, 1, 1, 1, 1, 1, 2]  # Sud Est and its exclave


def test_two_squares_side_by_side_are_one_oblong() -> None:
    one = geometry.Outline((((0, 0), (1, 0), (1, 1), (0, 1), (0, 0)),))
    two = geometry.Outline((((1, 1), (1, 0), (2, 0), (2, 1), (1, 1)),))

    both = geometry.union([one, two])

    assert both.box == (0, 0, 2, 1)
    assert both.centre == (1, 0.5)
    assert len(both.rings[0]) == 7


def test_the_arrows_lead_from_every_comune_to_every_other() -> None:
    _sheet, near = territory_map._sheet()

    for start in near:
        assert set(_walk(start, near)) == near.keys()


def _walk(start: str, near: dict[str, tuple[str, ...]]) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += {name for name in near[here] if name} - seen
        seen |= set(near[here])
