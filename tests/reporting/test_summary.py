"""The manager reads where the process stands; every figure opens its list."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.consultations.service import Attended, record_attendance
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.observations.annulment import annul
from ptm_participation.observations.workflow import Purpose
from ptm_participation.plan.models import Theme
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser, Page

SUMMARY = "/ufficio/sintesi/tabelle"
DASHBOARD = "/ufficio/sintesi"
MAP = "/ufficio/sintesi/mappa"


def _row(page: Page, caption: str, entry: str) -> list[str]:
    return next(row for row in page.rows(caption) if row[0].startswith(entry))


@pytest.fixture
def process(app: Flask, staff: User) -> None:
    """Two from Rho (one late), one association, one citizen from elsewhere; one meeting.

    And two that no summary counts: an annulled entry, and a body that has nothing to observe.
    """
    rho = {"name": "Comune di Rho", "type": SubjectType.MUNICIPALITY, "place": "Rho"}
    factories.observation(at="2020-10-05T09:00", sections="18; Tav. 6", **rho)
    factories.observation(
        at="2020-10-06T09:00", name="WWF", type=SubjectType.ASSOCIATION, sections="18"
    )
    factories.observation(at="2020-10-19T09:00", place=None, sections="41")
    factories.meeting(staff, present="Comune di Rho", absent="Comune di Bollate")
    with clock.at("2020-11-04T09:00"):
        factories.observation(at="2020-11-04T08:00", sections="18", **rho)
    annulled = factories.observation(at="2020-10-05T09:00", sections="18; Tav. 6", **rho)
    annul(staff, annulled, because="Registrata due volte")
    factories.observation(purpose=Purpose.NO_OBSERVATIONS, **rho)


@pytest.mark.usefixtures("process")
def test_every_table_counts_the_same_observations(as_manager: Browser) -> None:
    page = as_manager.open(SUMMARY)

    assert _row(page, "Per Comune", "Rho")[1:] == ["3", "2", "1", "1"]
    assert _row(page, "Per zona omogenea", "Nord Ovest")[1:] == ["3", "2", "1", "1"]
    assert _row(page, "Per gruppo di soggetti", "Associazioni")[1:4] == ["1", "1", "0"]
    assert _row(page, "Per tipo di soggetto", "Comune")[1:4] == ["2", "1", "1"]
    assert _row(page, "Per documento", "Norme di attuazione")[1:4] == ["4", "3", "1"]
    assert _row(page, "Per articolo e mappa", "art. 18")[1:] == ["3", "2", "1", "1"]
    assert _row(page, "Per tema", "Ambiti agricoli")[1:4] == ["2", "2", "0"]
    assert _row(page, "Per settimana", "dal 5 ottobre 2020")[1:] == ["2", "2", "0", "1"]


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("path", [SUMMARY, DASHBOARD])
def test_each_row_opens_the_list_that_it_counts(as_manager: Browser, path: str) -> None:
    assert _opened(as_manager, as_manager.open(path)) > 40


def _opened(browser: Browser, page: Page) -> int:
    """How many figures of a page open their list; each must be as long as the figure says."""
    links = page.soup.select("table tbody a, a.ptm-fig")
    for link in links:
        figure = link.select_one(".n") or link
        listed = browser.open(str(link["href"]))
        counted = re.search(r"\d+", listed.heading)
        assert counted is not None
        assert counted[0] == figure.get_text(strip=True), link["href"]
    return len(links)


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize(
    "asked",
    [
        {"dal": "2020-10-06", "al": "2020-11-03"},  # parts a week
        {"dal": "ieri", "al": "2020-10-20"},
        {"dal": "2020-11-03", "al": "20201006"},  # the wrong way round, and written otherwise
        {"tipo": "municipality"},
        {"gruppo": "association", "nei-termini": "si"},
        {"articolo": "18"},
        {"tema": "Ambiti agricoli"},
        {"zona": "Rho"},
        {"comune": "fuori"},
    ],
)
def test_under_a_filter_too_each_figure_opens_its_list(
    as_manager: Browser, asked: dict[str, str]
) -> None:
    known = {
        "articolo": lambda: factories.section("18").provision_id,
        "tema": lambda: db.session.scalar(sa.select(Theme.id).filter_by(name="Ambiti agricoli")),
        "zona": lambda: factories.municipality("Rho").zone_id,
    }
    address = {name: str(known[name]()) if name in known else asked[name] for name in asked}

    assert _opened(as_manager, as_manager.open(SUMMARY, **address)) > 3


def test_a_filter_asks_of_whoever_was_there_all_at_once(as_manager: Browser, staff: User) -> None:
    """As the list does: somebody of the zone who is an association, not one of each."""
    meeting = factories.meeting(staff, present="Comune di Rho", absent="Comune di Bollate")
    wwf = factories.stakeholder("WWF")
    there = [Attended(factories.stakeholder("Comune di Rho").id), Attended(wwf.id)]
    record_attendance(staff, meeting, there, base_version=meeting.version)
    page = as_manager.open(SUMMARY, zona=factories.municipality("Rho").zone_id)

    assert _row(page, "Per gruppo di soggetti", "Enti territoriali")[4] == "1"
    assert _row(page, "Per gruppo di soggetti", "Associazioni")[4] == "0"


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("path", [DASHBOARD, SUMMARY, MAP, "/ufficio/esportazioni"])
@pytest.mark.parametrize(
    "address",
    [
        {"al": "9999-12-31"},
        {"dal": "0001-01-01"},
        {"dal": "ieri"},
        {"dal": "20201006", "al": "2020-W40-1"},
        {"name": "x", "format": "y", "tabella": "z", "endpoint": "w", "_external": "1"},
    ],
)
def test_no_address_breaks_a_page(as_manager: Browser, path: str, address: dict[str, str]) -> None:
    page = as_manager.open(path, **address)

    assert page.status == 200
    followed = " ".join(str(link["href"]) for link in page.soup.select("main a[href]"))
    assert not re.search(r"[?&](name|endpoint|_external)=", followed)


@pytest.mark.usefixtures("process")
def test_a_filter_narrows_every_figure_and_says_itself(as_manager: Browser) -> None:
    page = as_manager.open(SUMMARY, zona=factories.municipality("Rho").zone_id)

    assert "Zona: Nord Ovest" in page.items(".ptm-chip")[0]
    assert page.items(".ptm-fig .n")[0] == "3"
    assert _row(page, "Per articolo e mappa", "art. 18")[1] == "3"


@pytest.mark.usefixtures("process")
def test_bodies_that_attended_nothing_are_named(as_manager: Browser) -> None:
    unheard = as_manager.open(SUMMARY).items("#non-sentiti ~ details li")

    assert "Comune di Bollate" in unheard
    assert "Comune di Rho" not in unheard
    assert "Politecnico di Milano" not in unheard


@pytest.mark.parametrize("path", [SUMMARY, DASHBOARD])
def test_an_empty_process_says_so(as_manager: Browser, path: str) -> None:
    page = as_manager.open(path)

    assert "Nessuna osservazione registrata. La prima comparirà qui." in page.text
    assert page.items(".ptm-fig .n")[0] == "0"


@pytest.mark.parametrize("path", [SUMMARY, DASHBOARD])
def test_staff_without_the_right_do_not_see_it(as_staff: Browser, path: str) -> None:
    assert as_staff.open(path).status == 403


@pytest.mark.parametrize(
    ("path", "address", "chosen"),
    [
        (DASHBOARD, {"regolarita": "to-regularise", "ora": "9"}, {"zona": "1"}),
        (SUMMARY, {"regolarita": "to-regularise", "articolo": "1"}, {"canale": "pec"}),
        ("/ufficio/consultazioni", {"zona": "1", "gruppo": "territorial"}, {"fase": "listening"}),
        ("/osservazioni", {"articolo": "1"}, {"gruppo": "association"}),
    ],
)
def test_no_filter_form_drops_what_the_address_asked_before(
    as_manager: Browser, path: str, address: dict[str, str], chosen: dict[str, str]
) -> None:
    page = as_manager.open(path, **address).submit(**chosen)

    asked = {name: values[0] for name, values in parse_qs(urlsplit(page.address).query).items()}
    assert asked == address | chosen


def test_weeks_without_anything_are_told_too(as_manager: Browser) -> None:
    for day in ("2020-09-07", "2020-09-29", "2021-03-01"):
        with clock.at(f"{day}T10:00"):
            factories.observation(at=f"{day}T09:00")

    page = as_manager.open(SUMMARY)

    weeks = [(row[0], row[1]) for row in page.rows("Per settimana")]
    assert weeks == [
        ("dal 7 settembre 2020", "1"),
        ("dal 14 settembre 2020", "0"),
        ("dal 21 settembre 2020", "0"),
        ("dal 28 settembre 2020", "1"),
        ("dal 5 ottobre 2020 al 28 febbraio 2021: nessuna", "0"),
        ("dal 1 marzo 2021", "1"),
    ]
    sheet = as_manager.client.get("/ufficio/esportazioni/summary.csv").get_data(as_text=True)
    assert sheet.count("dal 14 settembre 2020") == 1
