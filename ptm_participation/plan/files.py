"""The files that a plan's text comes in: read when they arrive, kept until somebody confirms."""

import functools
import io
from collections.abc import Callable
from pathlib import Path

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from ptm_participation.core.storage import FileGone, FileStore, Kept, files
from ptm_participation.core.uploads import (
    DOCX,
    ODT,
    PDF,
    FileRefused,
    FileTooLarge,
    HasMacros,
    check_size,
    good_name,
)
from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.akn_xml import MAX_BYTES
from ptm_participation.plan.docx import read_docx
from ptm_participation.plan.odt import read_odt
from ptm_participation.plan.pdf import read_pdf
from ptm_participation.plan.plain import (
    PROGRAMS,
    NoPlainText,
    read_plain,
    read_plain_files,
    read_zip,
)
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.table import read_csv

ACCEPTED = ".docx,.odt,.pdf,.md,.rst,.csv,.zip,.xml"
_MEDIA_TYPES = {
    "docx": DOCX,
    "odt": ODT,
    "pdf": PDF,
    "xml": "application/xml",
    "csv": "text/csv",
    "zip": "application/zip",
    "md": "text/markdown",
    "rst": "text/x-rst",
}
_OLD = ("doc", "dot", "rtf")
_WITH_MACROS = ("docm", "dotm")
_READINGS = 8  # that a process remembers, for those who go on with an import


class NoText(FileRefused):
    message = _l(
        "«%(name)s» cannot be imported: choose a text document (.docx, .odt), a PDF with text, "
        "Markdown, reStructuredText, a table (.csv) or Akoma Ntoso (.xml)."
    )


class OldWord(FileRefused):
    message = _l("«%(name)s» is in an old format of Word: save it as .docx and choose it again.")


class UploadGone(FileGone):
    message = _l("The file of this import is no longer kept: choose it again.")


def read_text(name: str, data: bytes) -> Reading:
    """Read a text of any format, known by the end of its name and by its content.

    Raises FileRefused or UnreadableText.
    """
    if len(data) > MAX_BYTES:
        raise FileTooLarge(name=name, limit=MAX_BYTES // 1_000_000)
    extension = _extension(name)
    if extension in _WITH_MACROS:
        raise HasMacros(name=name)
    if extension in _OLD:
        raise OldWord(name=name)
    reader = _READERS.get(extension)
    if reader is not None:
        return reader(data, name)
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_docx(data, name)
    return Reading(read_akoma_ntoso(data))


_READERS: dict[str, Callable[[bytes, str], Reading]] = {
    "docx": read_docx,
    "odt": read_odt,
    "pdf": read_pdf,
    "csv": lambda data, _name: read_csv(data),
    "zip": read_zip,
    **dict.fromkeys(PROGRAMS, read_plain),
}


def read_folder(folder: Path) -> Reading:
    """Read the texts of a folder, in the order of its index. Raises UnreadableText."""
    paths = (path for path in sorted(folder.rglob("*")) if _extension(path.name) in PROGRAMS)
    texts = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in paths
        if path.is_file() and not path.is_symlink()  # which would read what is not of the folder
    }
    if not texts:
        raise NoPlainText(name=folder.name)
    return read_plain_files(texts)


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def take_in(upload: FileStorage) -> tuple[str, bytes]:
    """What somebody sends: its name and its bytes. Raises FileRefused; nothing is kept yet."""
    name = good_name(upload.filename or "")
    if _extension(name) not in (*_READERS, *_WITH_MACROS, *_OLD, "xml"):
        raise NoText(name=name)
    check_size(upload.stream, name)
    return name, upload.stream.read()


def keep(name: str, data: bytes) -> Kept:
    """Put the bytes into the store, for a row to name."""
    media_type = _MEDIA_TYPES.get(_extension(name), "text/plain")
    return files().keep(io.BytesIO(data), media_type)


def kept_text(sha256: str, name: str) -> Reading:
    """Read again what was kept. Raises UploadGone."""
    if not files().holds(sha256):
        raise UploadGone()
    return _read_again(files(), sha256, name)


@functools.lru_cache(maxsize=_READINGS)
def _read_again(store: FileStore, sha256: str, name: str) -> Reading:
    """A file is read at each step of an import, and says the same each time."""
    return read_text(name, b"".join(store.read(sha256)))
