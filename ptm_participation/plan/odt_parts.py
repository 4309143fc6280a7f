"""Opens an OpenDocument text, which is a ZIP of XML files, as one opens a file from a stranger."""

import dataclasses
import io
import zipfile
from xml.etree.ElementTree import Element

from ptm_participation.core.uploads import (
    BROKEN_ARCHIVE,
    Damaged,
    HasMacros,
    Protected,
    check_office,
)
from ptm_participation.plan.akn_xml import MAX_BYTES, NotXml, parsed
from ptm_participation.plan.docx_parts import local


@dataclasses.dataclass(frozen=True, slots=True)
class OdtParts:
    """The two files of a document that say something of its text."""

    content: Element
    styles: Element | None


def open_odt(data: bytes, name: str) -> OdtParts:
    """The parts of a document. Raises FileRefused or UnreadableText."""
    check_office(io.BytesIO(data), data[:4096], name, "odt")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
            if any(member.startswith(("Basic/", "Scripts/")) for member in members):
                raise HasMacros(name=name)
            manifest = _content(archive, members, "META-INF/manifest.xml") or b""
            if b"encryption-data" in manifest or "encrypted-package" in members:
                raise Protected(name=name)
            content = _content(archive, members, "content.xml")
            if content is None:
                raise Damaged(name=name)
            styles = _content(archive, members, "styles.xml")
            parts = OdtParts(parsed(content), parsed(styles) if styles else None)
    except (*BROKEN_ARCHIVE, NotXml) as error:
        raise Damaged(name=name) from error
    if any(local(element) == "event-listener" for element in parts.content.iter()):
        raise HasMacros(name=name)
    return parts


def _content(archive: zipfile.ZipFile, members: set[str], name: str) -> bytes | None:
    if name not in members:
        return None
    with archive.open(name) as member:  # whatever size it declares, it is not read further
        return member.read(MAX_BYTES + 1)
