"""A sheet as a page shows it: its picture, and how its pixels lie on the ground."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from ptm_participation.plan.map_models import MapSheet

MARGIN = 0.01  # of the picture's sides: what is marked at its edge may be rounded over it


@dataclasses.dataclass(frozen=True, slots=True)
class SheetView:
    """What the script of a sheet needs."""

    id: int
    width: int
    height: int
    fit: str  # six numbers, empty where the sheet has no control points


def of_sheet(sheet: MapSheet) -> SheetView:
    """The sheet for a page with its picture."""
    found = sheet.fit
    return SheetView(
        sheet.id, sheet.width, sheet.height, json.dumps(found.numbers) if found else ""
    )


def holds(sheet: MapSheet, geometry: dict[str, Any]) -> bool:
    """Whether all of a GeoJSON geometry lies on the sheet's picture."""
    found = sheet.fit
    if found is None:
        return False
    across, down = sheet.width * MARGIN, sheet.height * MARGIN
    pixels = [found.pixel(latitude, longitude) for longitude, latitude in _vertices(geometry)]
    return all(
        -across <= x <= sheet.width + across and -down <= y <= sheet.height + down
        for x, y in pixels
    )


def _vertices(geometry: dict[str, Any]) -> Iterator[tuple[float, float]]:
    def walk(value: Any) -> Iterator[tuple[float, float]]:
        if isinstance(value[0], (int, float)):
            yield value[0], value[1]
        else:
            for inner in value:
                yield from walk(inner)

    return walk(geometry["coordinates"])
