"""Pictures and sheets that tests bring, made by the program's own means."""

import io
import struct
import zlib

from werkzeug.datastructures import FileStorage

from ptm_participation.accounts.models import User
from ptm_participation.plan import map_service, sheet_files
from ptm_participation.plan.georeference import ControlPoint, Fit, to_plane
from ptm_participation.plan.map_models import MapSheet
from tests import factories

WIDTH, HEIGHT = 800, 600


def png(
    width: int = WIDTH,
    height: int = HEIGHT,
    *,
    rows: int | None = None,
    packed: bytes = b"",
    depth: int = 8,
    colours: int = 0,
) -> bytes:
    """A white picture; a damaged one, where rows lack or are not packed, or where its head says
    what none can be."""
    pixels = (b"\0" + b"\xff" * width) * (height if rows is None else rows)

    def chunk(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    body = chunk(b"IDAT", packed or zlib.compress(pixels)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def upload(content: bytes, name: str = "foglio.png") -> FileStorage:
    return FileStorage(io.BytesIO(content), filename=name)


def around_rho() -> Fit:
    """A sheet of 10 m a pixel with Rho in its middle."""
    east, north = to_plane(45.53, 9.04)
    return Fit(10, 0, east - 10 * WIDTH / 2, 0, -10, north + 10 * HEIGHT / 2)


def points_around_rho() -> list[ControlPoint]:
    corners = ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT))
    return [ControlPoint(x, y, *around_rho().degrees(x, y)) for x, y in corners]


def sheet(staff: User, reference: str = "Tav. 6", number: str = "1") -> MapSheet:
    """A sheet of a map, with its legend and its control points."""
    picture = sheet_files.take_in(upload(png()))
    made = map_service.add_sheet(staff, factories.section(reference), picture, number=number)
    map_service.describe_sheet(
        staff, made, title="Rho", legend=("Ambiti agricoli",), points=points_around_rho()
    )
    return made
