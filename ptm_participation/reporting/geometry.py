"""Boundaries in degrees become shapes on a sheet: projected, joined into zones, walked across.

Nothing here knows what is counted. Shapes are drawn once for each process.
"""

import dataclasses
import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

WIDTH = 642
MARGIN = 6

Point = tuple[float, float]
Ring = list[Point]


@dataclasses.dataclass(frozen=True)
class Outline:
    """Rings on the sheet, in units of its viewBox."""

    rings: tuple[tuple[Point, ...], ...]

    @cached_property
    def path(self) -> str:
        """The rings as an SVG path: a point to begin at, then steps, to a tenth of a unit."""
        return "".join(_path(ring) for ring in self.rings)

    @cached_property
    def centre(self) -> Point:
        """The middle of the largest ring."""
        ring = max(self.rings, key=lambda ring: abs(_area(ring)))
        return _centroid(ring)

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        xs = [x for ring in self.rings for x, _y in ring]
        ys = [y for ring in self.rings for _x, y in ring]
        return min(xs), min(ys), max(xs), max(ys)


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """The Comuni by ISTAT code, and the height that the sheet needs for its width."""

    shapes: Mapping[str, Outline]
    height: int

    @property
    def view_box(self) -> str:
        return f"0 0 {WIDTH} {self.height}"


def draw(features: Iterable[Mapping[str, Any]]) -> Sheet:
    """Project GeoJSON MultiPolygons in WGS 84: equirectangular, true to scale at mid latitude."""
    degrees = {
        feature["properties"]["istat"]: [
            [(lon, lat) for lon, lat in ring]
            for polygon in feature["geometry"]["coordinates"]
            for ring in polygon
        ]
        for feature in features
    }
    points = [point for rings in degrees.values() for ring in rings for point in ring]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    narrowing = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / ((east - west) * narrowing)

    def place(point: Point) -> Point:
        x, y = point
        return (
            round(MARGIN + (x - west) * narrowing * scale, 1),
            round(MARGIN + (north - y) * scale, 1),
        )

    shapes = {
        istat: Outline(tuple(tuple(map(place, ring)) for ring in rings))
        for istat, rings in degrees.items()
    }
    return Sheet(shapes, math.ceil((north - south) * scale) + 2 * MARGIN)


def union(shapes: Iterable[Outline]) -> Outline:
    """The outline of several shapes together: the edges that one shape alone has.

    Neighbours share the points of their boundary exactly, in the data and so on the sheet.
    """
    edges = Counter(
        frozenset(pair)
        for shape in shapes
        for ring in shape.rings
        for pair in itertools.pairwise(ring)
        if pair[0] != pair[1]
    )
    beside: dict[Point, list[Point]] = defaultdict(list)
    for edge, times in edges.items():
        if times == 1:
            first, second = edge
            beside[first].append(second)
            beside[second].append(first)
    return Outline(tuple(_loops(beside)))


def _loops(beside: dict[Point, list[Point]]) -> Iterable[tuple[Point, ...]]:
    """Follow the edges until they close, using each once."""
    for start in sorted(beside):
        while beside[start]:
            loop = [start]
            while True:
                here = loop[-1]
                on = beside[here].pop()
                beside[on].remove(here)
                loop.append(on)
                if on == start:
                    break
            yield tuple(loop)


# -- walking -----------------------------------------------------------------------------

DIRECTIONS = ("up", "right", "down", "left")
# How much more a step aside weighs than one ahead: at 2 two of the 133 Comuni, Milano among them,
# would be the nearest of nobody.
SIDEWAYS = 3


def neighbours(centres: Mapping[str, Point]) -> dict[str, tuple[str, ...]]:
    """For each place the one that lies next upwards, rightwards, downwards and leftwards.

    An empty name where the map ends.
    """
    return {
        name: tuple(_nearest(name, direction, centres) for direction in DIRECTIONS)
        for name in centres
    }


def _nearest(name: str, direction: str, centres: Mapping[str, Point]) -> str:
    here_x, here_y = centres[name]
    sign = -1 if direction in {"up", "left"} else 1
    best, least = "", math.inf
    for other, (x, y) in centres.items():
        across, along = x - here_x, y - here_y
        if direction in {"left", "right"}:
            across, along = along, across
        ahead = sign * along
        if other != name and ahead > 0 and (cost := ahead + SIDEWAYS * abs(across)) < least:
            best, least = other, cost
    return best


# -- rings -------------------------------------------------------------------------------


def _path(ring: tuple[Point, ...]) -> str:
    said = [f"M{_short(ring[0][0])} {_short(ring[0][1])}"]
    for (x, y), (next_x, next_y) in itertools.pairwise(ring[:-1]):
        step = round(next_x - x, 1), round(next_y - y, 1)
        if step != (0, 0):
            said.append(f"l{_short(step[0])} {_short(step[1])}")
    return "".join(said) + "z"


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _area(ring: tuple[Point, ...]) -> float:
    """Twice the signed area."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))


def _centroid(ring: tuple[Point, ...]) -> Point:
    area = _area(ring)
    x = y = 0.0
    for a, b in itertools.pairwise(ring):
        cross = a[0] * b[1] - b[0] * a[1]
        x += (a[0] + b[0]) * cross
        y += (a[1] + b[1]) * cross
    return round(x / (3 * area), 1), round(y / (3 * area), 1)
