"""GeoJSON (RFC 7946, WGS 84): for maps. Each row is a feature with its figures as properties."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

from ptm_participation.core.errors import NotFound
from ptm_participation.reporting.exports.json_file import columns, encode, notes, objects_of
from ptm_participation.reporting.exports.sheet import Sheet, batches

Ring = list[list[float]]


def to_geojson(sheet: Sheet) -> Iterator[bytes]:
    """A FeatureCollection; notes, columns and the credit of the boundaries stand before it.

    A row without a place is a feature whose geometry is null, so that the figures add up.
    Raises NotFound if none of the rows can have a place.
    """
    if sheet.places is None:
        raise NotFound()
    return _features(sheet, sheet.places.credit)


def _features(sheet: Sheet, credit: str) -> Iterator[bytes]:
    said = {"notes": notes(sheet) | {"credit": credit}, "columns": columns(sheet)}
    opening = encode({"type": "FeatureCollection", **said})
    yield f'{opening.removesuffix("}")}, "features": ['.encode()
    before = "\n"
    for batch in batches(sheet.rows):
        for row, properties in objects_of(sheet, batch):
            geometry = sheet.places.of(row) if sheet.places else None
            shape = encode(right_handed(json.loads(geometry))) if geometry else "null"
            feature = f'"geometry": {shape}, "properties": {encode(properties)}'
            yield f'{before}{{"type": "Feature", {feature}}}'.encode()
            before = ",\n"
    yield b"\n]}\n"


def right_handed(geometry: dict[str, Any]) -> dict[str, Any]:
    """The geometry; outer rings of a MultiPolygon turn against the clock, inner ones with it.

    Source: RFC 7946, section 3.1.6. The boundaries of ISTAT turn the other way, and a program
    that fills what lies to the left would paint all the world but the Comune.
    """
    if geometry["type"] != "MultiPolygon":
        return geometry
    polygons: list[list[Ring]] = geometry["coordinates"]
    turned = [
        [_turning(ring, left=number == 0) for number, ring in enumerate(polygon)]
        for polygon in polygons
    ]
    return {"type": "MultiPolygon", "coordinates": turned}


def _turning(ring: Ring, *, left: bool) -> Ring:
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    return ring if (area > 0) == left else ring[::-1]
