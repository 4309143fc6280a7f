"""What may be a place, and the Comune that it falls in."""

import json

import pytest
from flask import Flask
from shapely.geometry import mapping, shape

from ptm_participation.territory import places
from ptm_participation.territory.places import (
    CrossesItself,
    NoSuchParcel,
    NoSuchSheet,
    NotAShape,
    NotCoordinates,
    NothingMarked,
    OutsideTerritory,
    PlaceKind,
    PlaceNotGood,
    TooFewCorners,
    TooManyVertices,
    read_parcels,
    read_shape,
)

POINT, LINE, AREA = PlaceKind.POINT, PlaceKind.LINE, PlaceKind.AREA


def test_each_comune_and_its_inner_point_fall_in_it_alone(app: Flask) -> None:
    for istat, name, boundary in places.boundaries():
        outline = shape(json.loads(boundary))

        assert places.comuni_of(outline.representative_point()) == {istat: name}
        assert places.comuni_of(outline) == {istat: name}  # its neighbours only touch it


def test_an_area_over_a_border_falls_in_both_the_larger_part_first(app: Flask) -> None:
    found = read_shape("45.52 9.03\n45.52 9.09\n45.53 9.09\n45.53 9.03", AREA)

    assert list(found.comuni.values())[:2] == ["Rho", "Pero"]


def test_the_same_place_is_read_however_it_is_written(app: Flask) -> None:
    written = (
        "45.5297 9.0402",
        " 45,5297   9,0402\n\n",
        "45.5297, 9.0402",
        "45.5297° N; 9.0402° E",
    )
    geojson = (
        '{"type": "Feature", "geometry": {"type": "Point", "coordinates": [9.0402, 45.5297, 150]}}'
    )

    found = {read_shape(text, POINT).geometry for text in (*written, geojson)}

    assert found == {'{"coordinates":[9.0402,45.5297],"type":"Point"}'}
    assert places.measured(found.pop()) == "Punto 45.52970 9.04020"


def test_what_is_marked_is_measured(app: Flask) -> None:
    line = read_shape("45.53 9.03\n45.53 9.04", LINE)
    area = read_shape("45.53 9.03\n45.53 9.04\n45.54 9.04\n45.54 9.03", AREA)

    assert places.measured(line.geometry) == "Linea di 779 m"
    assert places.measured(area.geometry) == "Area di 86,6 ettari"


def _square(x: float, y: float) -> list[list[float]]:
    return [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y + 0.001], [x, y]]


BOW = "45.52 9.03\n45.53 9.04\n45.53 9.03\n45.52 9.04"
MANY = "\n".join(f"45.5{n:05d} 9.04" for n in range(1001))
NESTED = '{"type":"Polygon","coordinates":' + "[" * 60_000
BAD = {
    "nothing": ("  ", AREA, NothingMarked),
    "words": ("dietro la scuola", POINT, NotCoordinates),
    "not a number": ("NaN NaN", POINT, NotCoordinates),
    "a long blank": ("45.46" + " " * 50_000 + "x", POINT, NotCoordinates),
    "huge": ("1e999 9.04", POINT, NotCoordinates),
    "arabic digits": ("٤٥.٥ ٩.٠", POINT, NotCoordinates),
    "rome": ("41.9 12.5", POINT, OutsideTerritory),
    "exchanged": ("9.0402 45.5297", POINT, OutsideTerritory),
    "half outside": ("45.53 9.04\n44.9 9.04\n45.53 9.1", AREA, OutsideTerritory),
    "crossing": (BOW, AREA, CrossesItself),
    "in a row": ("45.53 9.03\n45.53 9.04\n45.53 9.05", AREA, TooFewCorners),
    "two corners": ("45.53 9.03\n45.53 9.04", AREA, TooFewCorners),
    "no length": ("45.53 9.03\n45.53 9.03", LINE, TooFewCorners),
    "two points": ("45.53 9.03\n45.53 9.04", POINT, NotAShape),
    "many vertices": (MANY, LINE, TooManyVertices),
    "a million vertices": ("45.53 9.04\n" * 1_000_000, AREA, TooManyVertices),
    "json cut short": ('{"type": "Point"', POINT, NotAShape),
    "nested without end": (NESTED, AREA, NotAShape),
    "json NaN": ('{"type":"Point","coordinates":[NaN,45.5]}', POINT, NotCoordinates),
    "json infinite": ('{"type":"Point","coordinates":[9.0,1e999]}', POINT, NotCoordinates),
    "json of huge digits": (
        f'{{"type":"Point","coordinates":[9,{"9" * 400}]}}',
        POINT,
        NotCoordinates,
    ),
    "json text": ('{"type":"Point","coordinates":["9","45"]}', POINT, NotCoordinates),
    "json one number": ('{"type":"Point","coordinates":[9.0]}', POINT, NotAShape),
    "json null": ('{"type":"Point","coordinates":null}', POINT, NotAShape),
    "json empty": ('{"type":"Polygon","coordinates":[]}', AREA, NotAShape),
    "json too flat": ('{"type":"Polygon","coordinates":[9.0,45.5]}', AREA, NotAShape),
    "json points": ('{"type":"MultiPoint","coordinates":[[9.04,45.5]]}', POINT, NotAShape),
    "collection": ('{"type":"GeometryCollection","geometries":[]}', AREA, NotAShape),
    "features": ('{"type":"FeatureCollection","features":[]}', AREA, NotAShape),
    "no geometry": ('{"type":"Feature","geometry":null}', AREA, NotAShape),
    "ring not closed": (
        json.dumps({"type": "Polygon", "coordinates": [_square(9.04, 45.5)[:2]]}),
        AREA,
        TooFewCorners,
    ),
    "one piece on another": (
        json.dumps(
            {
                "type": "MultiPolygon",
                "coordinates": [[_square(9.04, 45.5)], [_square(9.0405, 45.5)]],
            }
        ),
        AREA,
        CrossesItself,
    ),
}


@pytest.mark.parametrize(("text", "kind", "refusal"), BAD.values(), ids=list(BAD))
def test_what_cannot_be_a_place_is_refused_with_a_sentence(
    app: Flask, text: str, kind: PlaceKind, refusal: type[PlaceNotGood]
) -> None:
    with pytest.raises(PlaceNotGood) as refused:
        read_shape(text, kind)

    assert type(refused.value) is refusal
    assert len(str(refused.value)) < 200


def test_an_area_is_kept_as_geojson_wants_it_and_read_again(app: Flask) -> None:
    clockwise = read_shape("45.53 9.03\n45.54 9.03\n45.54 9.04\n45.53 9.04", AREA)

    again = read_shape(clockwise.geometry, AREA)

    assert again == clockwise
    assert shape(json.loads(clockwise.geometry)).exterior.is_ccw
    assert mapping(shape(json.loads(clockwise.geometry)))["type"] == "Polygon"


def test_several_parcels_of_a_sheet_are_named_at_once(app: Flask) -> None:
    assert read_parcels(" 012 ", "34, 35;112 34") == [(12, 34), (12, 35), (12, 112)]


@pytest.mark.parametrize("sheet", ["0", "", "A", "-1", "10000", "1.5", "१२", "1 2"])
def test_a_sheet_that_cannot_be_is_refused(app: Flask, sheet: str) -> None:
    with pytest.raises(NoSuchSheet):
        read_parcels(sheet, "34")


@pytest.mark.parametrize("parcel", ["0", "", "B", "34/1", "100000", "34-36", "9" * 5000])
def test_a_parcel_that_cannot_be_is_refused(app: Flask, parcel: str) -> None:
    with pytest.raises(NoSuchParcel):
        read_parcels("12", parcel)
