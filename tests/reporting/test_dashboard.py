"""The manager's dashboard: its figures are those of the tables, whatever is asked of them."""

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.observations import service
from ptm_participation.observations.workflow import Channel
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser, Page

DASHBOARD, TABLES = "/ufficio/sintesi", "/ufficio/sintesi/tabelle"

# Key of a table, and how its lines are counted straight from the tables of the database.
BY_ITSELF = {
    "zones": "SELECT COALESCE(z.name, 'Fuori dalla Città metropolitana'), o.in_time, COUNT(*)"
    " FROM observation o LEFT JOIN municipality m ON m.id = o.municipality_id"
    " LEFT JOIN zone z ON z.id = m.zone_id WHERE {where} GROUP BY 1, 2",
    "municipalities": "SELECT COALESCE(m.name, 'Fuori dalla Città metropolitana'), o.in_time,"
    " COUNT(*)"
    " FROM observation o LEFT JOIN municipality m ON m.id = o.municipality_id"
    " WHERE {where} GROUP BY 1, 2",
    "documents": "SELECT d.title, o.in_time, COUNT(DISTINCT o.id) FROM observation o"
    " JOIN observation_anchor l ON l.observation_id = o.id JOIN anchor a ON a.id = l.anchor_id"
    " JOIN section_version v ON v.id = a.section_version_id"
    " JOIN document d ON d.id = v.document_id WHERE {where} GROUP BY 1, 2",
    "sections": "SELECT u.citation, o.in_time, COUNT(DISTINCT o.id) FROM observation o"
    " JOIN observation_anchor l ON l.observation_id = o.id JOIN anchor a ON a.id = l.anchor_id"
    " JOIN section_version v ON v.id = a.section_version_id"
    " JOIN section_version u ON u.id = v.unit_id WHERE {where} GROUP BY 1, 2",
    "themes": "SELECT t.name, o.in_time, COUNT(DISTINCT o.id) FROM observation o"
    " JOIN observation_anchor l ON l.observation_id = o.id JOIN anchor a ON a.id = l.anchor_id"
    " JOIN section_version v ON v.id = a.section_version_id"
    " JOIN section_version u ON u.id = v.unit_id"
    " JOIN provision_theme p ON p.provision_id = u.provision_id JOIN theme t ON t.id = p.theme_id"
    " WHERE {where} GROUP BY 1, 2",
    "types": "SELECT o.subject_type, o.in_time, COUNT(*) FROM observation o"
    " WHERE {where} GROUP BY 1, 2",
    "channels": "SELECT o.channel, o.in_time, COUNT(*) FROM observation o"
    " WHERE {where} GROUP BY 1, 2",
    "days": "SELECT o.counts_on, o.in_time, COUNT(*) FROM observation o"
    " WHERE {where} GROUP BY 1, 2",
}
FILTERS = {
    "": "1 = 1",
    "?tipo=citizen": "o.subject_type = 'citizen'",
    "?nei-termini=no": "NOT o.in_time",
    "?dal=2020-10-06&al=2020-11-02": "o.counts_on BETWEEN '2020-10-06' AND '2020-11-02'",
    "?dal=2020-11-02&al=2020-10-06": "o.counts_on BETWEEN '2020-10-06' AND '2020-11-02'",
    "?canale=web&ora=23": "o.channel = 'web' AND o.counts_hour = 23",
    "?q=niente": "1 = 0",
}


@pytest.fixture
def process(app: Flask, staff: User) -> Iterator[None]:
    """A dozen of many kinds, in time and late, some on several articles; two meetings."""
    for day, hour, name, type_, place, sections, channel in (
        ("2020-09-20", "09:00", "Comune di Rho", SubjectType.MUNICIPALITY, "Rho", "18", "pec"),
        ("2020-10-05", "18:20", "WWF", SubjectType.ASSOCIATION, "Milano", "18; 41", "web"),
        ("2020-10-06", "23:10", "Anna Bianchi", SubjectType.CITIZEN, "Rho", "18; Tav. 6", "web"),
        ("2020-11-02", "08:59", "Bruno Rossi", SubjectType.CITIZEN, None, "18", "web"),
        ("2020-11-02", "23:59", "Carla Verdi", SubjectType.CITIZEN, "Arese", "STTM 1", "web"),
        ("2020-11-03", "00:00", "Dario Neri", SubjectType.CITIZEN, "Arese", "41", "web"),
        ("2020-11-09", "10:30", "Comune di Rho", SubjectType.MUNICIPALITY, "Rho", "18", "hand"),
        ("2020-11-20", "12:00", "Impresa", SubjectType.COMPANY, "Milano", "79; Tav. 7", "pec"),
    ):
        with clock.at(f"{day}T{hour}"):
            factories.observation(
                name=name, type=type_, place=place, sections=sections, channel=Channel(channel)
            )
    with clock.at("2020-11-20T12:00"):
        factories.observation(
            channel=Channel.REGISTERED_MAIL, sent_on=clock.parse_day("2020-11-02"), sections="18"
        )
        factories.meeting(staff, present="Comune di Rho", absent="Comune di Bollate")
        yield


def _shown(page: Page, key: str) -> Counter[tuple[str, bool]]:
    """What a table says, by the words or the value of its filter, in time and late."""
    found: Counter[tuple[str, bool]] = Counter()
    for row in page.soup.select(f"#tab-{key} tbody tr:has(td[data-value])"):
        label = row.select_one("th span").get_text(" ", strip=True).replace("\u00a0", " ")
        link = row.select_one("td a")
        if key in {"types", "channels", "days"} and link is not None:
            name = {"types": "tipo", "channels": "canale", "days": "dal"}[key]
            label = link["href"].split(f"{name}=")[-1].split("&")[0]
        in_time, late = (int(cell["data-value"]) for cell in row.select("td[data-value]"))
        found[label, True] += in_time
        found[label, False] += late
    return +found


def _counted(key: str, where: str) -> Counter[tuple[str, bool]]:
    rows = db.session.execute(sa.text(BY_ITSELF[key].format(where=where)))
    return Counter({(str(label), bool(in_time)): count for label, in_time, count in rows})


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("query", FILTERS)
def test_every_table_agrees_with_a_count_of_its_own(as_manager: Browser, query: str) -> None:
    board, tables = as_manager.open(DASHBOARD + query), as_manager.open(TABLES + query)

    for key in BY_ITSELF:
        told = _counted(key, FILTERS[query])
        assert _shown(tables, key) == told, key
        if key != "municipalities":
            assert _shown(board, key) == told, key
    whole = db.session.scalar(sa.text(f"SELECT COUNT(*) FROM observation o WHERE {FILTERS[query]}"))
    assert board.items(".ptm-fig .n")[0] == str(whole)


@pytest.mark.usefixtures("process")
def test_the_hours_around_the_term_say_where_it_ends(as_manager: Browser) -> None:
    page = as_manager.open(DASHBOARD)

    rows = page.soup.select("#tab-term tbody tr")
    told = {
        row.select_one("th span").get_text(strip=True).replace("\u00a0", " "): row
        for row in rows
        if row.select_one("td a")
    }
    assert len(rows) == 72
    assert list(told) == [
        "lun 2 nov 2020, 08:00–09:00",
        "lun 2 nov 2020, 23:00–24:00",
        "mar 3 nov 2020, 00:00–01:00",
    ]
    assert [row.get("data-ends") for row in told.values()] == [
        None,
        "lunedì 2 novembre 2020, ore 24:00",
        None,
    ]
    assert "Di 1, arrivate per posta, si conosce solo il giorno." in page.text


@pytest.mark.usefixtures("process")
def test_what_waits_for_the_office_is_told_with_its_list(as_manager: Browser, staff: User) -> None:
    first = factories.protocolled(staff)
    service.check_observation(staff, first)

    page = as_manager.open(DASHBOARD)

    waiting = {link.get_text(strip=True): link["href"] for link in page.soup.select(".ptm-ahead a")}
    assert "9 osservazioni senza numero di protocollo" in waiting
    assert "1 osservazione verificata da pubblicare" in waiting
    listed = as_manager.open(waiting["1 osservazione verificata da pubblicare"])
    assert listed.rows("Osservazioni, dalla più recente")[0][0] == str(first.number)


@pytest.mark.usefixtures("process")
def test_attendance_is_told_by_kind_of_consultation(as_manager: Browser) -> None:
    page = as_manager.open(DASHBOARD)

    assert page.rows("Consultazioni e presenze") == [["Incontro", "1", "1", "1"]]


def test_while_the_window_is_open_the_page_says_until_when(as_manager: Browser) -> None:
    page = as_manager.open(DASHBOARD)

    assert "Osservazioni aperte fino a lunedì 2 novembre 2020, ore 24:00." in page.text
    ahead = [words for words in page.items(".ptm-ahead li") if "2 novembre" in words]
    [term] = ahead
    assert term.startswith("lunedì 2 novembre 2020: Termine per le osservazioni, ore 24:00 (Chi")


def test_a_comma_counts_in_its_article(as_manager: Browser) -> None:
    article = factories.section("18")
    commi = tuple(Node(SectionKind.COMMA, number, "", f"Parole {number}.") for number in "12")
    text = [Node(SectionKind.ARTICLE, "18", "Suolo", "", commi)]
    import_text(SYSTEM, article.document, "adottata", text, source="prova")
    factories.observation(sections="18 c. 1; 18 c. 2")
    factories.observation(sections="18 c. 2")

    board = as_manager.open(DASHBOARD)

    [row] = board.rows("Per articolo e mappa")
    assert row[0].startswith("art. 18")
    assert row[1] == "2"
    listed = as_manager.open(board.soup.select_one("#tab-sections tbody td a")["href"])
    assert "2 osservazioni" in listed.heading
