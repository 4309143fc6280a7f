"""A place on the territory: what may be one, how large it is, in which Comuni it falls.

A place is a GeoJSON geometry in WGS 84, or a parcel of the land register. What somebody marks
comes as text and is read strictly: what is kept can be drawn, measured and found again.
"""

import enum
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import shapely
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from ptm_participation.core import formats
from ptm_participation.core.audit import canonical_json
from ptm_participation.core.db import ask
from ptm_participation.core.errors import DomainError
from ptm_participation.core.numbers import whole
from ptm_participation.territory.models import Municipality

MOST_VERTICES = 1000
LONGEST_TEXT = 80 * MOST_VERTICES  # signs: a vertex with all its digits, and to spare
DECIMALS = 6  # of a degree: a tenth of a metre
METRES = 111_195  # a degree of latitude
NEARBY = 0.02  # degrees around the territory in which a shape may still end
LAST_SHEET, LAST_PARCEL = 9999, 99999


class PlaceKind(enum.StrEnum):
    """What somebody marks."""

    POINT = "point"
    LINE = "line"
    AREA = "area"
    PARCEL = "parcel"

    @property
    def label(self) -> Any:
        return {
            PlaceKind.POINT: _l("Point"),
            PlaceKind.LINE: _l("Line"),
            PlaceKind.AREA: _l("Area"),
            PlaceKind.PARCEL: _l("Parcel"),
        }[self]


DRAWN = (PlaceKind.POINT, PlaceKind.LINE, PlaceKind.AREA)
_KINDS = {
    "Point": PlaceKind.POINT,
    "LineString": PlaceKind.LINE,
    "Polygon": PlaceKind.AREA,
    "MultiPolygon": PlaceKind.AREA,
}
_LEAST = {PlaceKind.POINT: 1, PlaceKind.LINE: 2, PlaceKind.AREA: 3}


class PlaceNotGood(DomainError):
    """What was marked cannot be a place."""


class NothingMarked(PlaceNotGood):
    message = _l("Mark the place on the map, or write its coordinates.")


class NotCoordinates(PlaceNotGood):
    message = _l(
        "«%(text)s» is no latitude and longitude: write two numbers, for example 45.5297 9.0402."
    )


class NotAShape(PlaceNotGood):
    message = _l("Only a point, a line or an area can be a place: mark one at a time.")


class TooFewCorners(PlaceNotGood):
    message = _l("A line needs two different points, an area three that are not in a row.")


class TooManyVertices(PlaceNotGood):
    message = _l("At most %(most)s vertices for each place: mark it with fewer.")


class CrossesItself(PlaceNotGood):
    message = _l("The outline of this area crosses itself: mark it again without crossings.")


class OutsideTerritory(PlaceNotGood):
    message = _l(
        "This place lies outside Città metropolitana di Milano. Write first the latitude "
        "(about 45), then the longitude (about 9)."
    )


class NoSuchSheet(PlaceNotGood):
    message = _l("«%(text)s» is no sheet of the land register: write its number, from 1 to 9999.")


class NoSuchParcel(PlaceNotGood):
    message = _l("«%(text)s» is no parcel of the land register: write its number, from 1 to 99999.")


class Shape(NamedTuple):
    """A geometry that may be a place: its kind, its GeoJSON as kept, the Comuni it falls in."""

    kind: PlaceKind
    geometry: str
    comuni: dict[str, str]  # names by ISTAT code, the one with the largest part first


def read_shape(text: str, kind: PlaceKind) -> Shape:
    """A place of coordinates, one vertex a line with its latitude first, or of GeoJSON.

    Raises PlaceNotGood.
    """
    text = text.strip()
    if not text:
        raise NothingMarked()
    if len(text) > LONGEST_TEXT:
        raise TooManyVertices(most=formats.number(MOST_VERTICES))
    value = _of_json(text) if text.startswith("{") else _of_lines(text, kind)
    found = _built(value)
    return Shape(_KINDS[value["type"]], _kept(found), comuni_of(found))


def _of_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAShape() from error
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict) or value.get("type") not in _KINDS:
        raise NotAShape()
    coordinates = value.get("coordinates")
    vertices = list(itertools.islice(_vertices(coordinates, value["type"]), MOST_VERTICES + 1))
    if len(vertices) > MOST_VERTICES:
        raise TooManyVertices(most=formats.number(MOST_VERTICES))
    return {"type": value["type"], "coordinates": _rounded(coordinates)}


_DEPTH = {"Point": 0, "LineString": 1, "Polygon": 2, "MultiPolygon": 3}


def _vertices(coordinates: Any, type_: str) -> Iterator[Any]:
    """The vertices of coordinates that nest as their type says. Raises PlaceNotGood."""
    level: Iterable[Any] = [coordinates]
    for _turn in range(_DEPTH[type_]):
        level = itertools.chain.from_iterable(map(_parts, level))
    for vertex in level:
        if not isinstance(vertex, list) or len(vertex) not in (2, 3):
            raise NotAShape()
        for degrees in vertex[:2]:
            said = isinstance(degrees, (int, float)) and not isinstance(degrees, bool)
            # What is not a number compares as False, too.
            if not said or not -180 <= degrees <= 180:
                raise NotCoordinates(text=json.dumps(degrees)[:40])
        yield vertex


def _parts(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise NotAShape()
    return value


def _rounded(coordinates: Any) -> Any:
    """Longitude and latitude alone, to a tenth of a metre."""
    if isinstance(coordinates[0], list):
        return [_rounded(inner) for inner in coordinates]
    return [round(float(degrees), DECIMALS) for degrees in coordinates[:2]]


_NUMBER = r"([+-]?\d{1,3}(?:[.,]\d{1,20})?)"
_LINE = re.compile(rf"{_NUMBER} ?°? ?[NS]?[ ,;]{{1,3}}{_NUMBER} ?°? ?[EW]?", re.ASCII)
_LONGEST_LINE = 100


def _of_lines(text: str, kind: PlaceKind) -> dict[str, Any]:
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_VERTICES:
        raise TooManyVertices(most=formats.number(MOST_VERTICES))
    vertices = []
    for line in lines:
        found = _LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if found is None:
            raise NotCoordinates(text=line[:40])
        latitude, longitude = (float(number.replace(",", ".")) for number in found.groups())
        vertices.append([round(longitude, DECIMALS), round(latitude, DECIMALS)])
    if len({tuple(vertex) for vertex in vertices}) < _LEAST[kind]:
        raise TooFewCorners()
    if kind is PlaceKind.POINT:
        if len(vertices) > 1:
            raise NotAShape()
        return {"type": "Point", "coordinates": vertices[0]}
    if kind is PlaceKind.LINE:
        return {"type": "LineString", "coordinates": vertices}
    ring = vertices if vertices[0] == vertices[-1] else [*vertices, vertices[0]]
    return {"type": "Polygon", "coordinates": [ring]}


def _built(value: dict[str, Any]) -> BaseGeometry:
    try:
        found = shape(value)
    except (ValueError, TypeError, shapely.errors.ShapelyError) as error:
        raise TooFewCorners() from error  # as of a ring that does not close
    kind = _KINDS[value["type"]]
    if found.is_empty or (kind is PlaceKind.LINE and not found.length):
        raise TooFewCorners()
    if kind is PlaceKind.AREA and not found.is_valid:
        raise CrossesItself() if found.convex_hull.area else TooFewCorners()
    return found


def _kept(found: BaseGeometry) -> str:
    """The geometry as GeoJSON text, outer rings against the clock (RFC 7946)."""
    if found.geom_type in ("Polygon", "MultiPolygon"):
        found = shapely.orient_polygons(found)
    return canonical_json(mapping(found))


# -- the Comuni --------------------------------------------------------------------------

_BOUNDARIES = (
    sa.select(Municipality.istat, Municipality.name, Municipality.boundary)
    .where(Municipality.merged_on.is_(None))
    .order_by(Municipality.sort_key)
)


def boundaries() -> list[tuple[str, str, str]]:
    """ISTAT code, name and boundary (GeoJSON) of each Comune."""
    return [(istat, name, boundary) for istat, name, boundary in ask(_BOUNDARIES)]


def comuni_of(found: BaseGeometry) -> dict[str, str]:
    """The Comuni that a geometry falls in, the one with the largest part first.

    Raises OutsideTerritory if it falls in none, or reaches far beyond them.
    """
    outlines = [(istat, name, shape(json.loads(text))) for istat, name, text in boundaries()]
    near = [(istat, name, area) for istat, name, area in outlines if area.intersects(found)]
    if not near or not _stays_near(found, [area for _istat, _name, area in outlines]):
        raise OutsideTerritory()
    shares = [(_share(area, found), istat, name) for istat, name, area in near]
    most = max(share for share, _istat, _name in shares)
    # Neighbours share their boundaries: what only touches one does not fall in it.
    inside = [row for row in shares if row[0] > most / 10_000] or shares
    return {istat: name for _share_, istat, name in sorted(inside, key=lambda row: -row[0])}


def _stays_near(found: BaseGeometry, areas: Sequence[BaseGeometry]) -> bool:
    territory = shapely.union_all(areas)
    vertices = shapely.points(shapely.get_coordinates(found))
    return bool(shapely.dwithin(territory, vertices, NEARBY).all())


def _share(area: BaseGeometry, found: BaseGeometry) -> float:
    part = area.intersection(found)
    return float(part.area if found.area else part.length)


def named_comuni(codes: Iterable[str]) -> dict[str, str]:
    """The names of the Comuni of these ISTAT codes."""
    known = set(codes)
    rows = ask(sa.select(Municipality.istat, Municipality.name))
    return {istat: name for istat, name in rows if istat in known}


# -- in words ----------------------------------------------------------------------------


def measured(geometry: str) -> str:
    """How a place is named in a line: «Punto 45.52970 9.04020», «Area di 3,2 ettari»."""
    found = shape(json.loads(geometry))
    if isinstance(found, shapely.Point):
        return _("Point %(at)s", at=f"{found.y:.5f} {found.x:.5f}")
    flat = shapely.transform(found, _in_metres)
    if found.geom_type == "LineString":
        metres = flat.length
        return (
            _("Line of %(length)s km", length=formats.number(round(metres / 1000, 1)))
            if metres >= 1000
            else _("Line of %(length)s m", length=formats.number(max(1, round(metres))))
        )
    hectares = flat.area / 10_000
    return (
        _("Area of %(size)s hectares", size=formats.number(round(hectares, 1)))
        if hectares >= 1
        else _("Area of %(size)s m²", size=formats.number(max(1, round(flat.area))))
    )


def _in_metres(degrees: Any) -> Any:
    """Longitudes and latitudes on a plane true to scale at their own latitude."""
    latitude = math.radians(degrees[:, 1].mean())
    return degrees * [METRES * math.cos(latitude), METRES]


# -- parcels -----------------------------------------------------------------------------


def read_parcels(sheet: str, parcels: str) -> list[tuple[int, int]]:
    """Sheet (foglio) and parcel (mappale) of each parcel named: «12» and «34, 35». Raises
    PlaceNotGood."""
    number = _counted(sheet, LAST_SHEET)
    if number is None:
        raise NoSuchSheet(text=sheet.strip()[:40])
    named = re.split(r"[\s,;]+", parcels.strip())
    found = []
    for text in dict.fromkeys(named):
        parcel = _counted(text, LAST_PARCEL)
        if parcel is None:
            raise NoSuchParcel(text=text[:40])
        found.append((number, parcel))
    return found


def _counted(text: str, last: int) -> int | None:
    number = whole(text.strip())
    return number if number is not None and 1 <= number <= last else None
