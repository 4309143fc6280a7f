"""The demonstration's map sheet and its places: drawn here, and saying that they are invented."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from ptm_participation.core import pictures
from ptm_participation.observations import placing
from ptm_participation.plan import map_service, sheet_files
from ptm_participation.plan.georeference import ControlPoint, Fit, to_degrees, to_plane
from ptm_participation.plan.models import SectionVersion
from ptm_participation.territory import places
from ptm_participation.territory.places import PlaceKind

WIDTH, HEIGHT = 1600, 1200  # units of the drawing
SAYS_SO = "Disegno dimostrativo: non è una tavola del piano"


class Extract(NamedTuple):
    """What a sheet of the demonstration shows: about where, and how many metres a unit."""

    number: str
    title: str
    latitude: float
    longitude: float
    metres: float


EXTRACTS = (
    Extract("1", "Nord Ovest (disegno dimostrativo)", 45.535, 9.05, 14.0),
    Extract("2", "Sud Est (disegno dimostrativo)", 45.375, 9.31, 18.0),
)
LEGEND = ("Confine di Comune", "Area verde (inventata)", SAYS_SO)


def add_sheets(actor: Any, section: SectionVersion) -> None:
    """Give a map the sheets of the demonstration, with legend and control points."""
    for extract in EXTRACTS:
        placed = _placed(extract)
        picture = sheet_files.take_in_drawing(
            f"disegno-dimostrativo-{extract.number}.png", pictures.png(_drawing(extract, placed))
        )
        sheet = map_service.add_sheet(
            actor, section, picture, number=extract.number, title=extract.title
        )
        across, down = picture.width / WIDTH, picture.height / HEIGHT
        points = [
            ControlPoint(
                round(x * across),
                round(y * down),
                *(round(degrees, 6) for degrees in placed.degrees(x, y)),
            )
            for x, y in ((100, 100), (1500, 100), (1500, 1100), (100, 1100))
        ]
        map_service.describe_sheet(actor, sheet, title=extract.title, legend=LEGEND, points=points)


def _placed(extract: Extract) -> Fit:
    east, north = to_plane(extract.latitude, extract.longitude)
    step = extract.metres
    return Fit(step, 0, east - step * WIDTH / 2, 0, -step, north + step * HEIGHT / 2)


def _drawing(extract: Extract, placed: Fit) -> str:
    frame = shapely.box(0, 0, WIDTH, HEIGHT)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    ]
    labels = []
    for _istat, name, boundary in places.boundaries():
        outline = shapely.transform(shape(json.loads(boundary)), _on_sheet(placed))
        seen = outline.intersection(frame)
        if seen.is_empty:
            continue
        parts.append(
            f'<path d="{_path(outline)}" fill="#fbf8f1" stroke="#455b71" stroke-width="2"/>'
        )
        for blot in _blots(outline):
            parts.append(f'<path d="{_path(blot)}" fill="#b9dcb0" stroke="#5d8a54"/>')
        at = seen.representative_point()
        labels.append((at.x, at.y, name))
    parts += [
        f'<text x="{x:.0f}" y="{y:.0f}" font-family="Titillium Web" font-size="22" '
        f'text-anchor="middle" fill="#17324d">{name}</text>'
        for x, y, name in labels
    ]
    parts.append(
        f'<rect y="{HEIGHT - 64}" width="{WIDTH}" height="64" fill="#ffe9a8"/>'
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 20}" font-family="Titillium Web" font-size="36" '
        f'text-anchor="middle" fill="#3d2f00">{SAYS_SO}. Le aree verdi sono inventate.</text></svg>'
    )
    return "".join(parts)


def _on_sheet(placed: Fit) -> Any:
    def move(degrees: Any) -> Any:
        return [placed.pixel(latitude, longitude) for longitude, latitude in degrees]

    return move


def _blots(outline: BaseGeometry) -> Iterator[BaseGeometry]:
    """Round patches of green within a Comune, that nobody could take for a plan's."""
    west, north, east, south = outline.bounds
    for across, down, radius in ((0.3, 0.35, 30), (0.7, 0.6, 22), (0.45, 0.75, 14)):
        middle = shapely.Point(west + across * (east - west), north + down * (south - north))
        blot = middle.buffer(radius, quad_segs=3).intersection(outline)
        if blot.geom_type == "Polygon" and not blot.is_empty:
            yield blot


def _path(figure: BaseGeometry) -> str:
    said = []
    for polygon in getattr(figure, "geoms", [figure]):
        for ring in (polygon.exterior, *polygon.interiors):
            corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in ring.coords)
            said.append(f"M{corners}z")
    return "".join(said)


def named_places(istat: str, turn: int, *, private: bool) -> list[dict[str, Any]]:
    """What an author of the demonstration marks in a Comune: an area, a point or two parcels."""
    if turn % 3 == 2:
        return [
            placing.parcel_named(istat, 4 + turn, number, public=not private)
            for number in (30 + turn, 31 + turn)
        ]
    boundary = next(text for code, _name, text in places.boundaries() if code == istat)
    inner = shape(json.loads(boundary)).representative_point()
    if turn % 3 == 1:
        marked = places.read_shape(f"{inner.y:.6f} {inner.x:.6f}", PlaceKind.POINT)
        return [placing.shape_marked(marked, public=True)]
    east, north = to_plane(inner.y, inner.x)
    corners = ((-160, -120), (140, -150), (180, 90), (-40, 170))
    lines = [to_degrees(east + dx, north + dy) for dx, dy in corners]
    text = "\n".join(f"{latitude:.6f} {longitude:.6f}" for latitude, longitude in lines)
    return [placing.shape_marked(places.read_shape(text, PlaceKind.AREA), public=True)]
