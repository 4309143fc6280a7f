"""Whether a file that somebody sends may come in.

A file is known by its content, never by its name: the two must agree. What is refused is
refused with a sentence that says what to do.
"""

import json
import re
import struct
import threading
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from typing import IO

import puremagic
import pypdfium2
from flask import current_app
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from ptm_participation.core.errors import DomainError
from ptm_participation.core.storage import Kept, files

LONGEST_NAME = 120
MOST_ENTRIES = 2000
MOST_UNPACKED = 300 * 1024 * 1024
MOST_RATIO = 200  # a text of one letter repeated packs 1000 times, an office document 20

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"
P7M = "application/pkcs7-mime"
GEOJSON = "application/geo+json"
MEDIA_TYPES = {
    "pdf": PDF,
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "docx": DOCX,
    "odt": ODT,
    "p7m": P7M,
    "geojson": GEOJSON,
}
ACCEPTED = ",".join(f".{extension}" for extension in MEDIA_TYPES)

# PDFium keeps its state in the process and is not made for threads: two that use it at once
# spoil it for all who come after, and good documents are refused as damaged.
ONE_AT_A_TIME = threading.Lock()


class FileRefused(DomainError):
    """A file that may not come in; `name` is the file's."""


class FileEmpty(FileRefused):
    message = _l("«%(name)s» is empty: choose the file again.")


class FileTooLarge(FileRefused):
    message = _l("«%(name)s» is larger than %(limit)d MB: split it or make it smaller.")


class NameNotGood(FileRefused):
    message = _l("The name of a file holds a path or signs that cannot be kept: rename the file.")


class TypeNotTaken(FileRefused):
    message = _l("«%(name)s» cannot be taken: send PDF, images, DOCX, ODT, P7M or GeoJSON.")


class Disguised(FileRefused):
    message = _l(
        "«%(name)s» is named .%(extension)s but contains something else: "
        "save it again in that format."
    )


class Protected(FileRefused):
    message = _l("«%(name)s» is protected by a password: remove it and send the file again.")


class HasMacros(FileRefused):
    message = _l("«%(name)s» contains macros: save it without them, or as a PDF.")


class Damaged(FileRefused):
    message = _l("«%(name)s» cannot be read: it seems damaged. Save it again.")


class PacksTooMuch(FileRefused):
    message = _l("«%(name)s» unpacks into far more than its size: it cannot be taken.")


def receive(upload: FileStorage) -> tuple[str, Kept]:
    """Check a file and store it; returns its name and what was kept. Raises FileRefused."""
    name = good_name(upload.filename or "")
    extension = name.rpartition(".")[2].lower()
    stream = upload.stream
    check_size(stream, name)
    if extension not in MEDIA_TYPES:
        raise TypeNotTaken(name=name)
    media_type = MEDIA_TYPES[extension]
    head = stream.read(4096)
    stream.seek(0)
    check = _CHECKS.get(media_type, _check_image)
    check(stream, head, name, extension)
    stream.seek(0)
    return name, files().keep(stream, media_type)


def good_name(name: str) -> str:
    """The name as it will be kept. Raises NameNotGood for a path or unprintable signs."""
    name = unicodedata.normalize("NFC", name).strip()
    stem, dot, extension = name.rpartition(".")
    bad = re.search(r"[/\\:\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", name)
    if bad or not dot or not stem.strip(". ") or name.startswith("."):
        raise NameNotGood(name=name)
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"


def check_size(stream: IO[bytes], name: str) -> None:
    """Refuse what is empty or larger than may come in. Raises FileRefused."""
    stream.seek(0, 2)
    size = stream.tell()
    stream.seek(0)
    limit = current_app.config["MAX_FILE_SIZE"]
    if not size:
        raise FileEmpty(name=name)
    if size > limit:
        raise FileTooLarge(name=name, limit=limit // (1024 * 1024))


def _check_pdf(stream: IO[bytes], head: bytes, name: str, extension: str) -> None:
    if not head.lstrip()[:5] == b"%PDF-":
        raise Disguised(name=name, extension=extension)
    try:
        pages = _pages(stream.read())
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Protected(name=name) from error
        raise Damaged(name=name) from error
    if not pages:
        raise Damaged(name=name)


def _pages(content: bytes) -> int:
    """How many pages a PDF has. Raises PdfiumError."""
    with ONE_AT_A_TIME, pypdfium2.PdfDocument(content) as document:
        return len(document)


def _check_image(stream: IO[bytes], head: bytes, name: str, extension: str) -> None:
    try:
        found = puremagic.from_string(head, mime=True)
    except puremagic.PureError:
        found = ""
    if found != MEDIA_TYPES[extension]:
        raise Disguised(name=name, extension=extension)


# What the library raises on an archive that is damaged, each in another place.
BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    OSError,
    OverflowError,
    RuntimeError,  # and with it NotImplementedError
    ValueError,
)


def check_office(stream: IO[bytes], head: bytes, name: str, extension: str) -> None:
    """Look into an office document without unpacking it. Raises FileRefused."""
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # what a protected DOCX is wrapped in
        raise Protected(name=name)
    try:
        with zipfile.ZipFile(stream) as archive:
            check_archive(archive, name)
            kind = _office_kind(archive)
    except BROKEN_ARCHIVE as error:
        wrong = Damaged if head.startswith(b"PK") else Disguised
        raise wrong(name=name, extension=extension) from error
    if kind != MEDIA_TYPES[extension]:
        raise Disguised(name=name, extension=extension)


def check_archive(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive by what it declares of its members. Raises FileRefused."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED or unpacked / packed > MOST_RATIO:
        raise PacksTooMuch(name=name)
    for entry in entries:
        if entry.flag_bits & 1:
            raise Protected(name=name)
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Damaged(name=name)  # no office document is packed in another way
        if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
            raise Damaged(name=name)
        if entry.filename.lower().endswith(("vbaproject.bin", ".js", ".vbs")) or (
            entry.filename.startswith("Basic/")
        ):
            raise HasMacros(name=name)


def _office_kind(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        with archive.open("mimetype") as entry:  # which may unpack into much more
            return entry.read(100).decode("ascii").strip()
    return DOCX if {"[Content_Types].xml", "word/document.xml"} <= names else ""


def _check_p7m(stream: IO[bytes], head: bytes, name: str, extension: str) -> None:
    """A CMS signedData: DER, or base64 with or without its armour."""
    signed_data = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
    if head[:1] == b"\x30" and signed_data in head[:40]:
        return
    if head.startswith((b"-----BEGIN PKCS7", b"-----BEGIN CMS", b"MII", b"MIA")):
        return
    raise Disguised(name=name, extension=extension)


def _check_geojson(stream: IO[bytes], head: bytes, name: str, extension: str) -> None:
    try:
        value = json.loads(stream.read().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Disguised(name=name, extension=extension) from error
    kinds = ("FeatureCollection", "Feature", "Polygon", "MultiPolygon", "Point", "LineString")
    if not isinstance(value, dict) or value.get("type") not in kinds:
        raise Disguised(name=name, extension=extension)


_CHECKS: dict[str, Callable[[IO[bytes], bytes, str, str], None]] = {
    PDF: _check_pdf,
    DOCX: check_office,
    ODT: check_office,
    P7M: _check_p7m,
    GEOJSON: _check_geojson,
}
