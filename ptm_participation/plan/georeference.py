"""From the pixels of a sheet to the ground and back: control points, and the fit through them.

The ground is a plane: a transverse Mercator on the sphere about the meridian of the grids that
Italian maps are drawn on (UTM 32, Gauss-Boaga), so that a sheet differs from it by no more than
an affine transformation, to less than a metre in a hundred kilometres. `static/js/places.js`
repeats it for whoever marks with the mouse.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError

RADIUS = 6_371_000
MERIDIAN = 9.0
LEAST_POINTS, MOST_POINTS = 3, 50
AROUND = (44.0, 47.0, 8.0, 12.0)  # south, north, west, east of what a sheet of ours can show
FLAT = 0.02  # how broad the points must lie, of their length
WRONG = 0.01  # how far a point may be from where the others put it, of the ground between them
UNEVEN = 0.1  # how much the scales of the two sides, and their corner, may differ


class ControlPoint(NamedTuple):
    """A point of the picture, from its upper left, and where it is on the ground."""

    x: float
    y: float
    latitude: float
    longitude: float


class PointsNotGood(DomainError):
    """No fit goes through these control points."""


class TooFewPoints(PointsNotGood):
    message = _l("Three control points are needed at least: better four, near the corners.")


class TooManyPoints(PointsNotGood):
    message = _l("At most %(most)d control points.")


class OffThePicture(PointsNotGood):
    message = _l("Point %(number)d lies outside the picture, which is %(width)d × %(height)d.")


class FarFromHere(PointsNotGood):
    message = _l("Point %(number)d is far from Milano: write the latitude first, then longitude.")


class InARow(PointsNotGood):
    message = _l("The control points lie in a row: choose some that are far apart both ways.")


class DoNotAgree(PointsNotGood):
    message = _l(
        "The control points do not agree: point %(number)d is %(metres)d m from where the others "
        "put it. Check it."
    )


class Distorted(PointsNotGood):
    message = _l(
        "These control points would turn the picture over or stretch it: check their numbers, "
        "and that latitude and longitude are not exchanged."
    )


def to_plane(latitude: float, longitude: float) -> tuple[float, float]:
    """Metres east and north."""
    phi, away = math.radians(latitude), math.radians(longitude - MERIDIAN)
    return (
        RADIUS * math.atanh(math.cos(phi) * math.sin(away)),
        RADIUS * math.atan2(math.tan(phi), math.cos(away)),
    )


def to_degrees(east: float, north: float) -> tuple[float, float]:
    """Latitude and longitude."""
    across, along = east / RADIUS, north / RADIUS
    return (
        math.degrees(math.asin(math.sin(along) / math.cosh(across))),
        MERIDIAN + math.degrees(math.atan2(math.sinh(across), math.cos(along))),
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Fit:
    """East is `a x + b y + c`, north `d x + e y + f`; each point's distance from there."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float
    residuals: tuple[float, ...] = ()

    @property
    def numbers(self) -> tuple[float, ...]:
        return self.a, self.b, self.c, self.d, self.e, self.f

    @property
    def residual(self) -> float:
        """The largest distance, in metres."""
        return max(self.residuals, default=0.0)

    def ground(self, x: float, y: float) -> tuple[float, float]:
        """Where a pixel is on the plane."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a pixel."""
        return to_degrees(*self.ground(x, y))

    def pixel(self, latitude: float, longitude: float) -> tuple[float, float]:
        """The pixel of a latitude and longitude."""
        east, north = to_plane(latitude, longitude)
        east, north = east - self.c, north - self.f
        area = self.a * self.e - self.b * self.d
        return (self.e * east - self.b * north) / area, (self.a * north - self.d * east) / area


def fit(points: Sequence[ControlPoint], width: int, height: int) -> Fit:
    """The affine transformation that comes nearest to all the points. Raises PointsNotGood."""
    _check(points, width, height)
    ground = [to_plane(point.latitude, point.longitude) for point in points]
    pixels = [(point.x, point.y) for point in points]
    if _in_a_row(pixels) or _in_a_row(ground):
        raise InARow()
    a, b, c = _plane_through(pixels, [east for east, _north in ground])
    d, e, f = _plane_through(pixels, [north for _east, north in ground])
    found = Fit(a, b, c, d, e, f)
    residuals = tuple(
        math.dist(found.ground(*pixel), there) for pixel, there in zip(pixels, ground, strict=True)
    )
    worst = max(range(len(residuals)), key=residuals.__getitem__)
    if residuals[worst] > WRONG * max(math.dist(one, other) for one in ground for other in ground):
        raise DoNotAgree(number=worst + 1, metres=round(residuals[worst]))
    _check_proportions(found)
    return dataclasses.replace(found, residuals=residuals)


def _check(points: Sequence[ControlPoint], width: int, height: int) -> None:
    if len(points) < LEAST_POINTS:
        raise TooFewPoints()
    if len(points) > MOST_POINTS:
        raise TooManyPoints(most=MOST_POINTS)
    south, north, west, east = AROUND
    for number, point in enumerate(points, 1):
        if not (0 <= point.x <= width and 0 <= point.y <= height):
            raise OffThePicture(number=number, width=width, height=height)
        if not (south <= point.latitude <= north and west <= point.longitude <= east):
            raise FarFromHere(number=number)


def _moments(pairs: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The sums of squares and of products about the middle."""
    middle_x = sum(x for x, _y in pairs) / len(pairs)
    middle_y = sum(y for _x, y in pairs) / len(pairs)
    xx = sum((x - middle_x) ** 2 for x, _y in pairs)
    yy = sum((y - middle_y) ** 2 for _x, y in pairs)
    xy = sum((x - middle_x) * (y - middle_y) for x, y in pairs)
    return xx, xy, yy


def _in_a_row(pairs: Sequence[tuple[float, float]]) -> bool:
    """Whether the points are spread along one direction alone."""
    xx, xy, yy = _moments(pairs)
    spread = math.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    longest, narrowest = (xx + yy) / 2 + spread, (xx + yy) / 2 - spread
    return narrowest <= FLAT**2 * longest


def _plane_through(
    pixels: Sequence[tuple[float, float]], values: Sequence[float]
) -> tuple[float, float, float]:
    """The least squares of a value over the picture: its two slopes, and its value at 0, 0."""
    count = len(pixels)
    middle_x = sum(x for x, _y in pixels) / count
    middle_y = sum(y for _x, y in pixels) / count
    middle = sum(values) / count
    xx, xy, yy = _moments(pixels)
    xv = sum((x - middle_x) * (v - middle) for (x, _y), v in zip(pixels, values, strict=True))
    yv = sum((y - middle_y) * (v - middle) for (_x, y), v in zip(pixels, values, strict=True))
    area = xx * yy - xy * xy
    along_x, along_y = (xv * yy - yv * xy) / area, (yv * xx - xv * xy) / area
    return along_x, along_y, middle - along_x * middle_x - along_y * middle_y


def _check_proportions(found: Fit) -> None:
    """A map is neither mirrored nor stretched. Raises Distorted."""
    across, down = math.hypot(found.a, found.d), math.hypot(found.b, found.e)
    corner = (found.a * found.b + found.d * found.e) / (across * down)
    mirrored = found.a * found.e - found.b * found.d >= 0  # pixels are counted downwards
    if mirrored or abs(across / down - 1) > UNEVEN or abs(corner) > UNEVEN:
        raise Distorted()
