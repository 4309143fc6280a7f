"""Files that leave the office: whole, disarmed, and saying what they are."""

import datetime as dt
import itertools
import json
import re
from typing import Any

import pytest
import sqlalchemy as sa

from ptm_participation.core import clock
from ptm_participation.core.audit import AuditEntry, AuditPayload
from ptm_participation.core.db import db
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.workflow import Channel
from ptm_participation.procedure import queries as procedures
from ptm_participation.reporting import queries
from ptm_participation.reporting.sheets import EXPORTS
from ptm_participation.reporting.tables import Tally
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser
from tests.reporting.export_files import FOLDER, read_csv, read_json, read_xlsx


@pytest.mark.parametrize("name", sorted(EXPORTS))
def test_every_export_holds_the_same_in_each_of_its_forms(as_manager: Browser, name: str) -> None:
    _two_observations()
    files = {
        form: as_manager.open(f"{FOLDER}/{name}.{form}").response.data
        for form in EXPORTS[name].formats
    }

    notes, rows = read_csv(files["csv"])
    workbook_notes, cells = read_xlsx(files["xlsx"])
    objects = read_json(files["json"])

    whole = "Tutte le osservazioni" if EXPORTS[name].filtered else "Nessuno: tutte le righe"
    assert notes["Filtro"] == workbook_notes["Filtro"] == objects["notes"]["filter"] == whole
    assert notes["Situazione al"] == "martedì 20 ottobre 2020, ore 10:00:00"
    assert objects["notes"]["situation_at"] == "2020-10-20T10:00:00+02:00"
    assert notes["Prodotto da"] == objects["notes"]["made_by"] == "Dirigente"
    count = objects["notes"]["rows"]
    assert [len(objects["rows"]), len(rows) - 1, len(cells) - 1] == [count] * 3
    assert (notes["Righe"], workbook_notes["Righe"]) == (str(count), count)
    labels = [column["label"] for column in objects["columns"]]
    assert rows[0] == [str(cell) for cell in cells[0]] == labels
    kinds = [column["type"] for column in objects["columns"]]
    said = [[_said(*cell) for cell in zip(kinds, row, strict=True)] for row in cells[1:]]
    assert rows[1:] == said
    assert rows[1:] == [
        [_said(*cell) for cell in zip(kinds, row.values(), strict=True)] for row in objects["rows"]
    ]
    if "geojson" in files:
        features = read_json(files["geojson"])["features"]
        assert [feature["properties"] for feature in features] == objects["rows"]


def _said(kind: str, value: Any) -> str:
    """A cell of a workbook or of JSON as CSV has it."""
    if value is None or value == "":
        return ""
    if kind == "boolean":
        return {True: "sì", False: "no"}.get(value, value)
    if kind == "date-time":
        instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return f"{instant:%Y-%m-%d %H:%M:%S}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _two_observations() -> None:
    factories.observation(name="Anna Bianchi", sections="18; Tav. 6", at="2020-10-05T09:00")
    factories.observation(
        name="Comune di Rho", type=SubjectType.MUNICIPALITY, channel=Channel.PEC, place="Rho"
    )


@pytest.mark.usefixtures("app")
def test_json_is_typed(as_manager: Browser) -> None:
    _two_observations()

    found = read_json(as_manager.open(f"{FOLDER}/register.json").response.data)

    first, second = found["rows"]
    assert found["notes"]["title"].startswith("Registro delle osservazioni, ")
    assert found["columns"][1] == {"key": "number", "label": "Numero", "type": "number"}
    assert all(re.fullmatch("[a-z][a-z_]*", column["key"]) for column in found["columns"])
    assert (first["number"], second["submitter"]) == (1, "Comune di Rho")
    assert first["in_time"] is True
    assert first["received_at"] == "2020-10-05T09:00:00+02:00"
    assert first["protocol_number"] is first["protocol_date"] is first["published_at"] is None
    assert first["sections"] == "art. 18; Tav. 6"
    assert first["attachments"] == 0


@pytest.mark.usefixtures("app")
def test_totals_are_those_of_the_database(as_manager: Browser) -> None:
    _two_observations()
    with clock.at("2020-11-04T09:00"):
        factories.observation(name="WWF", type=SubjectType.ASSOCIATION, place=None)

    places = read_json(as_manager.open(f"{FOLDER}/municipalities.json").response.data)["rows"]
    zones = read_json(as_manager.open(f"{FOLDER}/zones.json").response.data)["rows"]
    summary = read_json(as_manager.open(f"{FOLDER}/summary.json").response.data)["rows"]

    counted = db.session.execute(
        sa.text("SELECT count(*), sum(CASE WHEN in_time THEN 1 ELSE 0 END) FROM observation")
    ).one()
    for rows in (places, zones, summary[:1]):
        figures = [(row["observations"], row["in_time"]) for row in rows]
        assert [sum(figure) for figure in zip(*figures, strict=True)] == list(counted) == [3, 2]


@pytest.mark.parametrize(("name", "count"), [("municipalities", 133), ("zones", 8)])
def test_comuni_and_zones_come_as_geojson(as_manager: Browser, name: str, count: int) -> None:
    factories.observation(place="Rho")

    answer = as_manager.open(f"{FOLDER}/{name}.geojson").response

    found = read_json(answer.data)
    assert answer.mimetype == "application/geo+json"
    assert found["type"] == "FeatureCollection"
    assert "ISTAT" in found["notes"]["credit"]
    assert "CC BY 4.0" in found["notes"]["credit"]
    assert [feature["type"] for feature in found["features"]] == ["Feature"] * count
    for feature in found["features"]:
        assert feature["geometry"]["type"] == "MultiPolygon"
        for polygon in feature["geometry"]["coordinates"]:
            assert [_turns_left(ring) for ring in polygon] == [True, *[False] * (len(polygon) - 1)]
            for ring in polygon:
                assert ring[0] == ring[-1]
                assert len(ring) >= 4
                assert all(8 < x < 10 and 45 < y < 46 for x, y in ring)
    assert sum(feature["properties"]["observations"] for feature in found["features"]) == 1


def _turns_left(ring: list[list[float]]) -> bool:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) > 0


def test_whoever_is_from_elsewhere_is_a_feature_without_a_place(as_manager: Browser) -> None:
    factories.observation(place=None)

    found = read_json(as_manager.open(f"{FOLDER}/municipalities.geojson").response.data)

    assert found["notes"]["rows"] == len(found["features"]) == 134
    assert found["features"][-1]["geometry"] is None
    assert found["features"][-1]["properties"]["observations"] == 1


def test_geojson_is_offered_only_of_what_lies_somewhere(as_manager: Browser) -> None:
    page = as_manager.open(FOLDER)

    offered = [link["href"] for link in page.soup.select("a[href$='.geojson']")]
    refused = as_manager.open(f"{FOLDER}/consultations.geojson")

    names = [href.rsplit("/")[-1].removesuffix(".geojson") for href in offered]
    assert names == ["municipalities", "zones", "places"]
    assert refused.status == 404
    assert "luoghi" in refused.heading


def test_one_table_of_the_summary_can_be_had(as_manager: Browser) -> None:
    factories.observation(place="Rho")

    answer = as_manager.open(f"{FOLDER}/summary.csv", tabella="zones", **{"nei-termini": "si"})

    notes, rows = read_csv(answer.response.data)
    milano, *_others, rho = sorted(rows[1:], key=lambda row: row[2])
    assert (
        "sintesi-per-zona-omogenea-2020-10-20.csv" in answer.response.headers["Content-Disposition"]
    )
    assert rows[0][:3] == ["Zona", "Descrizione", "Osservazioni"]
    assert (rho[0], rho[2], milano[2]) == ("Nord Ovest", "1", "0")
    assert (notes["Filtro"], notes["Righe"]) == ("Nei termini: sì", "8")


def test_every_table_of_the_summary_page_can_be_had(as_manager: Browser) -> None:
    factories.observation(place="Rho")
    tables = queries.tables(Tally(procedures.get_procedure(), Filter()))

    for table in tables:
        _notes, rows = read_csv(
            as_manager.open(f"{FOLDER}/summary.csv", tabella=table.key).response.data
        )
        assert [row[0] for row in rows[1:]] == [line.label for line in table.lines]


def test_a_table_of_no_name_is_not_there_and_not_in_the_log(as_manager: Browser) -> None:
    page = as_manager.open(f"{FOLDER}/summary.csv", tabella="niente")

    made = db.session.scalar(
        sa.select(sa.func.count(AuditEntry.id)).where(AuditEntry.action == "export.made")
    )
    assert (page.status, made) == (404, 0)


def test_the_register_is_exported_under_the_filter_of_its_list(as_manager: Browser) -> None:
    factories.observation(name="Anna Bianchi")
    factories.observation(
        name="Comune di Rho",
        type=SubjectType.MUNICIPALITY,
        channel=Channel.PEC,
        at="2020-10-12T08:30",
        sections="18; Tav. 6",
    )
    page = as_manager.open("/ufficio/osservazioni", tipo="municipality").follow("Esporta")

    notes, rows = read_xlsx(as_manager.open(page.link("XLSX")).response.data)

    row = dict(zip(rows[0], rows[1], strict=True))
    assert len(rows) == 2
    assert notes["Filtro"] == "Tipo: Comune"
    assert row["Numero"] == 2
    assert row["Proponente"] == "Comune di Rho"
    assert row["Ricevuta il"] == dt.datetime(2020, 10, 12, 8, 30)  # noqa: DTZ001 - Rome
    assert row["Articoli e mappe"] == "art. 18; Tav. 6"
    assert row["Nei termini"] == "sì"


def test_whoever_exports_is_in_the_log(as_manager: Browser) -> None:
    as_manager.open(f"{FOLDER}/register.csv", tipo="municipality")

    payload, actor = db.session.execute(
        sa.select(AuditPayload.text, AuditEntry.actor)
        .join(AuditEntry, AuditEntry.id == AuditPayload.entry_id)
        .where(AuditEntry.action == "export.made")
    ).one()
    assert json.loads(payload)["filter"] == "Tipo: Comune"
    assert "Dirigente" in actor


def test_an_export_of_no_name_or_form_is_not_there(as_manager: Browser) -> None:
    assert as_manager.open(f"{FOLDER}/tutto.csv").status == 404
    assert as_manager.open(f"{FOLDER}/register.exe").status == 404


@pytest.mark.parametrize("name", ["register", "municipalities"])
def test_a_filter_that_matches_nothing_gives_headings_and_counts_of_zero(
    as_manager: Browser, name: str
) -> None:
    files = {
        form: as_manager.open(f"{FOLDER}/{name}.{form}", q="niente").response.data
        for form in EXPORTS[name].formats
    }

    notes, rows = read_csv(files["csv"])
    _workbook_notes, cells = read_xlsx(files["xlsx"])
    found = read_json(files["json"])
    count = 0 if name == "register" else 133
    assert found["notes"]["rows"] == int(notes["Righe"]) == count
    assert [len(found["rows"]), len(rows) - 1, len(cells) - 1] == [count] * 3
    assert [str(cell) for cell in cells[0]] == rows[0]
    assert not any(row.get("observations") for row in found["rows"])


def test_dates_in_the_wrong_order_are_exchanged_and_the_file_says_so(as_manager: Browser) -> None:
    factories.observation(at="2020-10-05T09:00")

    answer = as_manager.open(f"{FOLDER}/register.csv", dal="2020-10-31", al="2020-10-01")

    notes, rows = read_csv(answer.response.data)
    assert notes["Filtro"] == "Dal giorno 1 ottobre 2020; Fino al giorno 31 ottobre 2020"
    assert "scambiate" in notes["Avvertenze"]
    assert len(rows) == 2


def test_a_comune_that_is_not_there_is_said_by_its_number(as_manager: Browser) -> None:
    factories.observation(place="Rho")

    notes, rows = read_csv(as_manager.open(f"{FOLDER}/register.csv", comune="99999").response.data)

    assert notes["Filtro"] == "Comune: n. 99999, che qui non c’è"
    assert len(rows) == 1
