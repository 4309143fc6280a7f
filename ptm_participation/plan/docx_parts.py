"""Opens a Word document, which is a ZIP of XML files, as one opens a file from a stranger.

Only four of its files are read, by their names and up to a size; what they point to outside
(images, templates, linked files) is never looked for.
"""

import dataclasses
import io
import zipfile
from xml.etree.ElementTree import Element

from ptm_participation.core.uploads import BROKEN_ARCHIVE, Damaged, HasMacros, check_office
from ptm_participation.plan.akn_xml import MAX_BYTES, NotXml, parsed


@dataclasses.dataclass(frozen=True, slots=True)
class Parts:
    """The files of a document that say something of its text."""

    document: Element
    styles: Element | None
    numbering: Element | None
    footnotes: Element | None
    endnotes: Element | None


def open_docx(data: bytes, name: str) -> Parts:
    """The parts of a document. Raises FileRefused or UnreadableText."""
    check_office(io.BytesIO(data), data[:4096], name, "docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            types = _content(archive, "[Content_Types].xml") or b""
            if b"macroEnabled" in types:
                raise HasMacros(name=name)
            document = _part(archive, "document")
            if document is None:
                raise Damaged(name=name)
            others = ("styles", "numbering", "footnotes", "endnotes")
            return Parts(document, *(_part(archive, other) for other in others))
    except (*BROKEN_ARCHIVE, NotXml) as error:
        raise Damaged(name=name) from error


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    content = _content(archive, f"word/{name}.xml")
    return parsed(content) if content else None


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    if name not in archive.namelist():
        return None
    with archive.open(name) as member:  # whatever size it declares, it is not read further
        return member.read(MAX_BYTES + 1)


def local(element: Element) -> str:
    """The name of an element, whichever of the two namespaces of the format it is in."""
    return element.tag.rpartition("}")[2]


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names."""
    for name in path:
        if element is None:
            return None
        element = next((inner for inner in element if local(inner) == name), None)
    return element


def value(element: Element | None, name: str = "val") -> str:
    """An attribute, by its local name; empty if there is none."""
    if element is None:
        return ""
    found = (text for key, text in element.attrib.items() if key.rpartition("}")[2] == name)
    return next(found, "")


def whole_number(text: str, default: int = 0) -> int:
    """A number as the format writes it; what is none, or none that counts anything, is not."""
    plain = text.removeprefix("-")
    return int(text) if plain.isascii() and plain.isdigit() and len(plain) < 10 else default


def is_on(element: Element | None) -> bool:
    """Whether a switch is there and not switched off."""
    return element is not None and value(element) not in ("0", "false", "off", "none")
