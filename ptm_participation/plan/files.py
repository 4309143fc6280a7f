"""The files that a plan's text comes in: read when they arrive, kept until somebody confirms."""

import datetime as dt
import io
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from ptm_participation.core import storage
from ptm_participation.core.storage import FileGone, files
from ptm_participation.core.uploads import DOCX, FileRefused, HasMacros, check_size, good_name
from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.docx import read_docx
from ptm_participation.plan.reading import Reading

XML = "application/xml"
ACCEPTED = ".docx,.xml"
# As long as whoever looks at a preview may take to confirm it.
HELD_FOR = dt.timedelta(days=1)


class NoText(FileRefused):
    message = _l("«%(name)s» cannot be imported: choose a Word document (.docx) or Akoma Ntoso.")


class OldWord(FileRefused):
    message = _l("«%(name)s» is in an old format of Word: save it as .docx and choose it again.")


class UploadGone(FileGone):
    message = _l("The file of this preview is no longer kept: choose it again.")


def read_text(name: str, data: bytes) -> Reading:
    """Read a text of either format, known by the end of its name and by its content.

    Raises FileRefused or UnreadableText.
    """
    extension = name.rpartition(".")[2].lower()
    if extension == "docm":
        raise HasMacros(name=name)
    if extension in ("doc", "dot", "rtf"):
        raise OldWord(name=name)
    if extension == "docx" or data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_docx(data, name)
    return Reading(read_akoma_ntoso(data))


def take_in(upload: FileStorage) -> tuple[str, bytes, Reading]:
    """What somebody sends: its name, its bytes and what they say. Nothing is kept yet."""
    name = good_name(upload.filename or "")
    if name.rpartition(".")[2].lower() not in ("docx", "xml", "docm", "doc", "dot", "rtf"):
        raise NoText(name=name)
    check_size(upload.stream, name)
    data = upload.stream.read()
    return name, data, read_text(name, data)


def keep(name: str, data: bytes) -> str:
    """Keep the bytes until they are confirmed, or until nobody will; returns their digest."""
    media_type: Any = DOCX if name.lower().endswith(".docx") else XML
    kept = files().keep(io.BytesIO(data), media_type)
    storage.hold(kept, HELD_FOR)
    return kept.sha256


def kept_text(sha256: str, name: str) -> Reading:
    """Read again what was kept. Raises UploadGone."""
    if not storage.is_held(sha256):
        raise UploadGone()
    return read_text(name, b"".join(files().read(sha256)))
