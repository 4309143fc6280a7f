"""A submitter says where: by parcels, by coordinates, on a map's sheet. No script is needed."""

import dataclasses
import json

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import form_tokens
from ptm_participation.core.audit import VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile
from ptm_participation.observations import bulk, documents, intake, placing, service
from ptm_participation.observations.bulk import Arrival
from ptm_participation.observations.models import Observation
from ptm_participation.observations.place_models import RequestPlace, WithheldPlace
from ptm_participation.observations.placing import SheetChanged
from ptm_participation.observations.received import Located, Received, SheetMarked
from ptm_participation.observations.withholding import withhold_places
from ptm_participation.plan import map_service
from ptm_participation.territory.places import PlaceKind
from tests import factories
from tests.observations.filling import as_citizen, ask, only_observation, send, start
from tests.pages import Browser, Page
from tests.plan import sheets

RHO = "015182"
FIELD = "45.53 9.03\n45.53 9.04\n45.54 9.04\n45.54 9.03"


def _places(browser: Browser, reference: str = "18") -> Page:
    return start(browser, reference).press("Segna un luogo o una particella")


def _parcel(page: Page, **values: str) -> Page:
    given = {"comune": RHO, "cadastral_sheet": "12", "parcels": "34, 35", **values}
    return page.submit(button="particelle", **given)


def _area(page: Page, **values: str) -> Page:
    return page.submit(button="segna", **{"coordinates": FIELD, **values})


def _rows() -> list[RequestPlace]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(RequestPlace).order_by(RequestPlace.position)))


def test_parcels_and_an_area_go_with_the_request_to_whoever_may_read_them(
    visitor: Browser, as_manager: Browser
) -> None:
    page = _parcel(_area(_places(visitor)))
    marked = page.items("#luoghi li")
    page = page.follow("Torna alla richiesta")
    check = as_citizen(ask(page, **{"requests-0-place": "dietro la scuola"}))
    receipt = send(check)

    assert marked[0].startswith("Area di 86,6 ettari, ricade in Rho Sarà pubblico")
    assert marked[1].startswith("Rho, foglio 12, mappale 34 Resta riservato")
    assert "Rho, foglio 12, mappale 35" in check.text
    made = only_observation()
    assert [(row.kind, row.public, row.comuni, row.parcel) for row in _rows()] == [
        (PlaceKind.AREA, True, [RHO], None),
        (PlaceKind.PARCEL, False, [RHO], 34),
        (PlaceKind.PARCEL, False, [RHO], 35),
    ]
    raw = json.loads(made.submission.raw)["requests"][0]["places"]
    assert (raw[1]["cadastral_sheet"], raw[1]["parcel"], raw[1]["comuni"]) == (12, 34, ["Rho"])
    lines = made.submission.text.splitlines()
    assert lines[2:5] == [
        "Luogo: dietro la scuola",
        "Luogo: Area di 86,6 ettari, ricade in Rho",
        "2 luoghi sono indicati al solo ufficio.",
    ]
    case = receipt.follow("Segui l’osservazione")
    office = as_manager.open("/ufficio/osservazioni/ptm/1")
    assert "Rho, foglio 12, mappale 34" in case.text
    assert "Rho, foglio 12, mappale 34" in office.text
    assert office.soup.select_one("#luoghi [data-shapes]") is not None


def test_the_public_reads_the_public_places_and_no_other(visitor: Browser, staff: User) -> None:
    made = _received(visitor)
    service.publish(staff, [_protocolled(staff, made)])

    page = visitor.open("/osservazioni/ptm/1")

    assert "Area di 86,6 ettari, ricade in Rho" in page.text
    assert "mappale" not in page.response.get_data(as_text=True)
    assert visitor.open("/ufficio/osservazioni/ptm/1/luoghi.geojson").heading == "Accedi"


def test_the_office_keeps_a_public_place_to_itself_and_shows_it_again(
    visitor: Browser, as_manager: Browser, staff: User
) -> None:
    receipt = send(as_citizen(ask(_area(_places(visitor)).follow("Torna alla richiesta"))))
    service.publish(staff, [_protocolled(staff, only_observation())])
    office = as_manager.open("/ufficio/osservazioni/ptm/1").follow(
        "Scegli i luoghi che il pubblico non vede"
    )

    unsaid = office.submit(kept=["1-1"])
    kept = unsaid.submit(kept=["1-1"], reason="È il cortile di una casa.")

    assert unsaid.status == 200
    assert "Indicare il motivo." in unsaid.text
    said = "Riservato dall’ufficio Motivo: È il cortile di una casa."
    assert said in kept.text
    assert visitor.open("/osservazioni/ptm/1").soup.select_one("[data-shapes]") is None
    assert said in receipt.follow("Segui l’osservazione").text
    assert [row.public for row in _rows()] == [True]  # as it was sent
    history = as_manager.open("/ufficio/osservazioni/ptm/1/cronologia").text
    assert "Cambiati i luoghi che il pubblico vede" in history

    again = as_manager.open("/ufficio/osservazioni/ptm/1/luoghi")
    assert again.soup.select_one("input[value='1-1'][checked]") is not None
    again.submit(kept=[], reason="È un parco.")

    assert visitor.open("/osservazioni/ptm/1").soup.select_one("[data-shapes]") is not None


def test_the_text_that_is_published_names_no_place_by_itself(visitor: Browser, staff: User) -> None:
    made = _received(visitor)
    service.publish(staff, [_protocolled(staff, made)])
    withhold_places(staff, made, {(1, 1)}, seen=set(), reason="È il cortile di una casa.")

    for address in ("/osservazioni/ptm/1", "/en/osservazioni/ptm/1"):
        page = visitor.open(address)
        assert "86,6 ettari" not in page.text, address
        assert "86.6" not in page.text, address


def test_of_two_who_choose_at_once_the_second_is_told(visitor: Browser, staff: User) -> None:
    made = _received(visitor)
    withhold_places(staff, made, {(1, 1)}, seen=set(), reason="È il cortile di una casa.")

    with pytest.raises(ChangedMeanwhile):
        withhold_places(staff, made, set(), seen=set(), reason="È un parco.")

    assert [row.withheld is not None for row in _rows()] == [True, False, False]


def test_a_place_that_was_never_public_cannot_be_chosen(
    visitor: Browser, as_manager: Browser
) -> None:
    _received(visitor)
    page = as_manager.open("/ufficio/osservazioni/ptm/1/luoghi")

    forged = page.submit(kept=["1-2"], reason="Perché sì.")

    assert "foglio 12" not in page.text
    assert forged.status == 200
    assert "valid choice" not in forged.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(WithheldPlace)) == 0


def _received(browser: Browser) -> Observation:
    page = _parcel(_area(_places(browser))).follow("Torna alla richiesta")
    send(as_citizen(ask(page)))
    return only_observation()


def _protocolled(staff: User, made: Observation) -> Observation:
    service.record_protocol(staff, made, factories.Protocol("0187001", made.received_at.date()))
    return made


def test_the_office_takes_the_places_into_a_gis(visitor: Browser, as_manager: Browser) -> None:
    _received(visitor)

    answer = as_manager.client.get("/ufficio/osservazioni/ptm/1/luoghi.geojson")

    features = json.loads(answer.data)["features"]
    assert [feature["geometry"] and feature["geometry"]["type"] for feature in features] == [
        "Polygon",
        None,
        None,
    ]
    assert features[1]["properties"]["place"] == "Rho, foglio 12, mappale 34"


def test_the_places_of_all_observations_are_exported_as_table_and_map(
    visitor: Browser, as_manager: Browser
) -> None:
    _received(visitor)

    table = as_manager.client.get("/ufficio/esportazioni/places.csv").get_data(as_text=True)
    answer = as_manager.client.get("/ufficio/esportazioni/places.geojson")

    features = json.loads(answer.data)["features"]
    assert "Rho, foglio 12, mappale 35" in table
    assert [feature["properties"]["parcel"] for feature in features] == [None, 34, 35]
    assert features[0]["geometry"]["type"] == "Polygon"
    assert features[1]["geometry"] is None


def test_who_replaces_an_observation_begins_with_its_places(visitor: Browser) -> None:
    page = _parcel(_area(_places(visitor))).follow("Torna alla richiesta")
    case = send(as_citizen(ask(page))).follow("Segui l’osservazione")

    begun = case.follow("Sostituisci").press("Comincia")

    assert begun.items(".ptm-places li") == [
        "Area di 86,6 ettari, ricade in Rho Sarà pubblico",
        "Rho, foglio 12, mappale 34 Resta riservato",
        "Rho, foglio 12, mappale 35 Resta riservato",
    ]


def test_the_receipt_says_every_place(visitor: Browser) -> None:
    made = _received(visitor)

    values = documents._receipt_values(made, "A" * 28)

    assert values["places"] == [
        "Area di 86,6 ettari, ricade in Rho",
        "Rho, foglio 12, mappale 34 (Resta riservato)",
        "Rho, foglio 12, mappale 35 (Resta riservato)",
    ]
    assert documents.receipt(made, "A" * 28).startswith(b"%PDF-")


def test_what_cannot_be_is_said_at_its_field_and_nothing_is_kept(visitor: Browser) -> None:
    page = _places(visitor)

    outside = _area(page, coordinates="41.9 12.5", kind="point")
    nothing = _area(page, coordinates="")
    zero = _parcel(page, cadastral_sheet="0")
    letters = _parcel(page, parcels="34/A")
    elsewhere = _parcel(page, comune="058091")
    unseen = page.submit(button="segna", coordinates=FIELD, shape_visibility="nobody")

    assert "fuori dalla Città metropolitana" in outside.error_of("coordinates")
    assert outside.title.startswith("Errore:")
    assert "41.9 12.5" in str(outside.soup.find("textarea"))
    assert nothing.error_of("coordinates").startswith("Segna il luogo sulla mappa")
    assert "«0» non è un foglio catastale" in zero.error_of("cadastral_sheet")
    assert "«34/A» non è un mappale" in letters.error_of("parcels")
    assert elsewhere.error_of("comune") == "Questa voce non è nell’elenco."
    assert unseen.status == 200
    assert visitor.open(page.address).items("#luoghi li") == []


def test_a_place_is_there_once_and_can_be_removed(visitor: Browser) -> None:
    page = _parcel(_parcel(_places(visitor)), parcels="34, 36")

    fewer = page.submit(button="togli=0")

    named = [item.partition(" Resta")[0] for item in fewer.items("#luoghi li")]
    assert named == ["Rho, foglio 12, mappale 35", "Rho, foglio 12, mappale 36"]


def test_there_is_an_end_to_the_places_of_a_request(visitor: Browser) -> None:
    page = _parcel(_places(visitor), parcels=",".join(map(str, range(1, 21))))

    refused = _area(page)

    assert "Al massimo 20 luoghi" in refused.error_of("coordinates")
    assert len(visitor.open(page.address).soup.select("#luoghi li")) == 20


def test_an_area_is_marked_on_a_sheet_and_the_sheet_stays_as_it_was(
    visitor: Browser, staff: User, as_manager: Browser
) -> None:
    sheet = sheets.sheet(staff)
    page = _places(visitor, "Tav. 6").follow("Tav. 6, foglio 1")

    off = _area(page, coordinates="45.40 9.30", kind="point")
    page = _area(page).follow("Torna alla richiesta")
    send(as_citizen(ask(page)))

    assert "fuori dal foglio" in off.error_of("coordinates")
    made = only_observation()
    assert "segnata su Tav. 6, foglio 1, ricade in Rho" in made.submission.text
    assert json.loads(made.submission.raw)["requests"][0]["places"][0]["sheet"] == {
        "mark": sheet.mark,
        "name": "Tav. 6, foglio 1",
    }
    db.session.refresh(sheet)
    assert sheet.marked_at is not None
    office = as_manager.open("/ufficio/osservazioni/ptm/1")
    assert "segnata su Tav. 6, foglio 1" in office.text
    shown = office.soup.select("#luoghi [data-shapes]")
    assert [box.get("data-picture") for box in shown] == [
        f"/piano/fogli/{sheet.id}/immagine",
        None,
    ]


def test_a_sheet_that_changed_since_it_was_marked_is_marked_again(
    visitor: Browser, staff: User
) -> None:
    sheet = sheets.sheet(staff)
    page = _area(_places(visitor, "Tav. 6").follow("Tav. 6, foglio 1"))
    map_service.describe_sheet(staff, sheet, title="", legend=(), points=sheet.points[:3])

    check = as_citizen(ask(page.follow("Torna alla richiesta")))

    assert "il foglio della tavola è cambiato" in check.text
    assert "Invia l’osservazione" not in check.text


def _with_places(*places: Located) -> Received:
    received = factories.received()
    return dataclasses.replace(
        received, requests=(dataclasses.replace(received.requests[0], places=places),)
    )


PARCEL = Located(PlaceKind.PARCEL, (RHO,), ("Rho",), False, cadastral_sheet=12, parcel=34)
SPOT = Located(
    PlaceKind.POINT, (RHO,), ("Rho",), True, '{"coordinates":[9.0402,45.5297],"type":"Point"}'
)


def test_a_batch_keeps_the_places_that_one_alone_would_keep(app: Flask, staff: User) -> None:
    received = _with_places(SPOT, PARCEL)
    alone = intake.submit_observation(
        VISITOR, factories.window(), received, token=form_tokens.new_token()
    )
    arrival = Arrival(staff, received, form_tokens.new_token(), received.received_at)

    bulk.submit_observations(factories.window(), [arrival])

    found = [placing.places_of(made.submission_id) for made in _all()]
    assert found[0] == found[1] == {1: [SPOT, PARCEL]}
    assert alone.submission.sha256 == _all()[1].submission.sha256


def _all() -> list[Observation]:
    return list(db.session.scalars(sa.select(Observation).order_by(Observation.id)))


def test_what_names_no_place_has_the_digest_that_it_always_had(app: Flask) -> None:
    made = factories.observation()

    assert "places" not in made.submission.raw


def test_a_sheet_that_is_not_there_cannot_be_named(app: Flask) -> None:
    marked = dataclasses.replace(SPOT, sheet=SheetMarked(99, "Tav. 6", "0" * 64))

    with pytest.raises(SheetChanged):
        intake.submit_observation(
            VISITOR, factories.window(), _with_places(marked), token=form_tokens.new_token()
        )

    assert _all() == []


def test_received_places_cannot_be_altered_even_by_hand(app: Flask) -> None:
    intake.submit_observation(
        VISITOR, factories.window(), _with_places(PARCEL), token=form_tokens.new_token()
    )
    engine = sa.create_engine(db.engine.url)

    for statement in ("UPDATE request_place SET parcel = 1", "DELETE FROM request_place"):
        with (
            engine.connect() as connection,
            pytest.raises(sa.exc.DBAPIError, match="immutable"),
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
