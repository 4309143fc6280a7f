"""Control points: what they say of a sheet, and what is refused."""

import math

import pytest
from flask import Flask
from hypothesis import assume, given
from hypothesis import strategies as st

from ptm_participation.plan.georeference import (
    ControlPoint,
    DoNotAgree,
    Fit,
    InARow,
    PointsNotGood,
    fit,
    to_degrees,
    to_plane,
)

WIDTH, HEIGHT = 4000, 3000
CORNERS = ((100, 100), (3900, 150), (3800, 2900), (120, 2800), (2000, 1500))
LATITUDES = st.floats(45.2, 45.7)
LONGITUDES = st.floats(8.7, 9.6)


@given(LATITUDES, LONGITUDES)
def test_the_plane_and_the_degrees_are_each_other_s_way_back(
    latitude: float, longitude: float
) -> None:
    there = to_degrees(*to_plane(latitude, longitude))

    assert there == pytest.approx((latitude, longitude), abs=1e-9)


@given(LATITUDES, LONGITUDES, st.floats(1, 15), st.floats(-0.5, 0.5), st.floats(-0.05, 0.05))
def test_the_fit_of_a_sheet_s_own_points_is_the_sheet_s_transformation(
    latitude: float, longitude: float, scale: float, turn: float, uneven: float
) -> None:
    east, north = to_plane(latitude, longitude)
    cos, sin = scale * math.cos(turn), scale * math.sin(turn)
    truth = Fit(cos, sin, east, sin, -cos * (1 + uneven), north)
    points = [ControlPoint(x, y, *truth.degrees(x, y)) for x, y in CORNERS]
    assume(all(44 <= point.latitude <= 47 and 8 <= point.longitude <= 12 for point in points))

    found = fit(points, WIDTH, HEIGHT)

    assert found.residual < 0.01
    for x, y in ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT)):
        assert found.degrees(x, y) == pytest.approx(truth.degrees(x, y), abs=1e-6)
        assert found.pixel(*found.degrees(x, y)) == pytest.approx((x, y), abs=0.01)


def _sheet(*corners: tuple[float, float]) -> list[ControlPoint]:
    """Points of a sheet of 10 m a pixel, its upper left north-west of Milano."""
    east, north = to_plane(45.6, 8.9)
    truth = Fit(10, 0, east, 0, -10, north)
    return [ControlPoint(x, y, *truth.degrees(x, y)) for x, y in corners]


def test_points_in_a_row_place_nothing(app: Flask) -> None:
    with pytest.raises(InARow):
        fit(_sheet((0, 0), (1000, 1000), (2000, 2001), (3000, 3000)), WIDTH, HEIGHT)


def test_a_point_that_is_off_is_named_with_its_distance(app: Flask) -> None:
    points = _sheet(*CORNERS)
    points[4] = points[4]._replace(latitude=points[4].latitude + 0.05)

    with pytest.raises(DoNotAgree) as refused:
        fit(points, WIDTH, HEIGHT)

    assert "punto 5" in str(refused.value)


@pytest.mark.parametrize(
    "points",
    [
        _sheet(*CORNERS[:2]),
        _sheet(*CORNERS, (4001, 5)),
        [ControlPoint(x, y, longitude, latitude) for x, y, latitude, longitude in _sheet(*CORNERS)],
        [ControlPoint(WIDTH - x, y, *there) for x, y, *there in _sheet(*CORNERS)],
        [ControlPoint(x / 2, y, *there) for x, y, *there in _sheet(*CORNERS)],
        _sheet(*CORNERS) * 11,
    ],
    ids=["two", "off the picture", "exchanged", "mirrored", "stretched", "fifty-five"],
)
def test_what_cannot_be_a_map_is_refused(app: Flask, points: list[ControlPoint]) -> None:
    with pytest.raises(PointsNotGood):
        fit(points, WIDTH, HEIGHT)
