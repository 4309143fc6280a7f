"""The file of a sheet that staff brings, and the picture that is made of it.

A picture is shown as it comes; of a PDF the first page is drawn. What was brought is kept
beside it.
"""

import io
import struct
import zlib
from typing import Any, NamedTuple

import pypdfium2
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from ptm_participation.core.storage import Kept, files
from ptm_participation.core.uploads import (
    ONE_AT_A_TIME,
    Damaged,
    FileRefused,
    good_name,
    receive,
)

ACCEPTED = ".png,.jpg,.jpeg,.pdf"
PNG, JPEG = "image/png", "image/jpeg"
LONGEST_SIDE = 12_000  # pixels
MOST_PIXELS = 50_000_000  # what a browser on a phone can still unpack
DRAWN_SIDE = 5000  # pixels of the longer side of a page that is drawn here
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOURS = {1: 0, 3: 2, 4: 6}  # PNG's colour types by the bytes of a pixel
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # how many numbers make a pixel, by colour type
_DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
_NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND"}  # a reader must know all that begin so large
# The seven passes of an interlaced PNG: where each begins and how far apart its pixels are.
_ADAM7 = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
_PIECE = 1 << 16  # packed bytes that are looked at together
# JPEG's markers of a frame, which tells the size; and of what follows without a length.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_BARE = {0x01, *range(0xD0, 0xD9)}


class NoPicture(FileRefused):
    message = _l("«%(name)s» cannot be a sheet: choose a picture (PNG, JPEG) or a PDF.")


class TooManyPixels(FileRefused):
    message = _l(
        "«%(name)s» has %(width)d × %(height)d pixels: make it smaller, at most 50 million pixels "
        "and 12,000 a side."
    )


class Picture(NamedTuple):
    """A sheet's picture and its original, in the store."""

    name: str
    original: Kept
    shown: Kept
    width: int
    height: int


def take_in(upload: FileStorage) -> Picture:
    """Check what was brought, keep it, and make its picture. Raises FileRefused."""
    name = good_name(upload.filename or "")
    if f".{name.rpartition('.')[2].lower()}" not in ACCEPTED.split(","):
        raise NoPicture(name=name)
    name, original = receive(upload)
    upload.stream.seek(0)
    content = upload.stream.read()
    if original.media_type in (PNG, JPEG):
        width, height = size_of(content, name)
        return Picture(name, original, original, width, height)
    drawn, width, height = draw_page(content, name)
    return Picture(name, original, files().keep(io.BytesIO(drawn), PNG), width, height)


def take_in_drawing(name: str, content: bytes) -> Picture:
    """Keep a PNG that this program has drawn itself. Raises FileRefused."""
    width, height = size_of(content, name)
    kept = files().keep(io.BytesIO(content), PNG)
    return Picture(name, kept, kept, width, height)


def size_of(content: bytes, name: str) -> tuple[int, int]:
    """Width and height of a whole PNG or JPEG. Raises FileRefused."""
    try:
        is_png = content.startswith(_SIGNATURE)
        head, packed = _png(content) if is_png else (_jpeg(content), b"")
    except (IndexError, struct.error, ValueError) as error:
        raise Damaged(name=name) from error
    width, height = head[:2]
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        raise TooManyPixels(name=name, width=width, height=height)
    if width * height > MOST_PIXELS:
        raise TooManyPixels(name=name, width=width, height=height)
    if is_png and not _unpacks(packed, _bytes_of_rows(*head)):
        raise Damaged(name=name)
    return width, height


def _png(content: bytes) -> tuple[tuple[int, ...], bytes]:
    """The header's numbers and the packed rows. Walks the chunks up to the last, so that a file cut
    short is found out."""
    place, head, packed = len(_SIGNATURE), None, []
    while True:
        length, kind = struct.unpack_from(">I4s", content, place)
        (check,) = struct.unpack_from(">I", content, place + 8 + length)
        if zlib.crc32(content[place + 4 : place + 8 + length]) != check:
            raise ValueError("a chunk is damaged")
        if head is None:
            if kind != b"IHDR":
                raise ValueError("no header")
            head = struct.unpack_from(">IIBBBBB", content, place + 8)
            _check_head(*head)
        elif kind == b"IHDR" or (kind[:1].isupper() and kind not in _NEEDED):
            raise ValueError("a chunk that no picture has")
        if kind == b"IDAT":
            packed.append(content[place + 8 : place + 8 + length])
        if kind == b"IEND":
            return head, b"".join(packed)
        place += 12 + length


def _check_head(
    width: int, height: int, depth: int, colours: int, packing: int, filtering: int, interlaced: int
) -> None:
    """Raises ValueError for what no PNG can be (ISO/IEC 15948, 11.2.2)."""
    if not (width and height) or depth not in _DEPTHS.get(colours, ()):
        raise ValueError("no such picture")
    if packing or filtering or interlaced > 1:
        raise ValueError("packed in a way that is not known")


def _unpacks(packed: bytes, wanted: int) -> bool:
    """Whether so many bytes of rows are there. No more are unpacked, and none is kept."""
    unpacker, count = zlib.decompressobj(), 0
    try:
        for place in range(0, len(packed), _PIECE):
            piece = packed[place : place + _PIECE]
            while piece and count < wanted and not unpacker.eof:
                count += len(unpacker.decompress(piece, wanted))
                piece = unpacker.unconsumed_tail
    except zlib.error:
        return False
    return count >= wanted


def _bytes_of_rows(
    width: int, height: int, depth: int, colours: int, _packing: int, _filter: int, interlaced: int
) -> int:
    """How many bytes the rows of a PNG have: each a byte more than its pixels take."""
    bits = depth * _SAMPLES[colours]
    return sum(
        len(range(y, height, down)) * (1 + (len(range(x, width, across)) * bits + 7) // 8)
        for x, y, across, down in (_ADAM7 if interlaced else ((0, 0, 1, 1),))
        if x < width
    )


def _jpeg(content: bytes) -> tuple[int, int]:
    """Walks the segments up to the frame's."""
    if not content.rstrip(b"\0\r\n").endswith(b"\xff\xd9"):
        raise ValueError("cut short")
    place = 2
    while content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:  # fill
            place += 1
        elif marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        elif marker in _BARE:
            place += 2
        else:
            place += 2 + struct.unpack_from(">H", content, place + 2)[0]
    raise ValueError("no frame")


def draw_page(content: bytes, name: str) -> tuple[bytes, int, int]:
    """The first page of a PDF as PNG, its width and its height. Raises Damaged."""
    try:
        with ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
            page = document[0]
            longer = max(page.get_size())
            if longer <= 0:
                raise Damaged(name=name)
            bitmap = page.render(scale=DRAWN_SIDE / longer, rev_byteorder=True)
            drawn = _as_png(bitmap)
            size = bitmap.width, bitmap.height
            bitmap.close()
            page.close()
    except pypdfium2.PdfiumError as error:
        raise Damaged(name=name) from error
    return drawn, *size


def _as_png(bitmap: Any) -> bytes:
    """A drawn page as PNG: rows as they are, packed."""
    used = bitmap.width * bitmap.n_channels
    pixels, packer, packed = memoryview(bitmap.buffer).cast("B"), zlib.compressobj(3), []
    for row in range(bitmap.height):
        start = row * bitmap.stride
        packed.append(packer.compress(b"\0" + pixels[start : start + used]))
    packed.append(packer.flush())
    head = struct.pack(
        ">IIBBBBB", bitmap.width, bitmap.height, 8, _COLOURS[bitmap.n_channels], 0, 0, 0
    )
    chunks = ((b"IHDR", head), (b"IDAT", b"".join(packed)), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
