"""Takes the bytes of an XML file apart, and refuses what no act needs and an attack does."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError

MAX_BYTES = 20_000_000
# The deepest laws nest some twenty elements; a text that nests more than this is an attack.
MAX_DEPTH = 100
MAX_ELEMENTS = 500_000


class UnreadableText(DomainError):
    """The bytes are not a text that can be read."""

    message: Any = _l("The text cannot be read.")


class EmptyText(UnreadableText):
    """There is nothing to read."""

    message = _l("The file is empty.")


class TooLargeText(UnreadableText):
    """The file has more bytes or more elements than any law."""

    message = _l(
        "The file is too large: it may have at most %(megabytes)d MB and %(most)d elements."
    )

    def __init__(self) -> None:
        super().__init__(megabytes=MAX_BYTES // 1_000_000, most=MAX_ELEMENTS)


class TooDeeplyNestedText(UnreadableText):
    """The elements nest deeper than in any law."""

    message = _l("The file nests its elements too deeply: at most %(most)d levels are read.")

    def __init__(self) -> None:
        super().__init__(most=MAX_DEPTH)


class NotXml(UnreadableText):
    """The bytes are not well-formed XML: another format, or a file that was cut."""

    message = _l("The file is not well-formed XML.")


class UnsafeXml(UnreadableText):
    """The XML declares a document type or entities, which no act needs and an attack does."""

    message = _l("The file declares a DOCTYPE or entities, which are refused.")


class _GuardedBuilder(TreeBuilder):
    """Builds the tree, and stops before it is deep or large enough to do harm."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0
        self._elements = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise TooDeeplyNestedText
        if self._elements > MAX_ELEMENTS:
            raise TooLargeText
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parsed(data: bytes) -> Element:
    """The root of the file. Raises UnreadableText, with a class for each reason."""
    if len(data) > MAX_BYTES:
        raise TooLargeText
    if not data.strip():
        raise EmptyText
    parser = DefusedXMLParser(target=_GuardedBuilder(), forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException as error:
        raise UnsafeXml from error
    except (ParseError, ValueError, LookupError) as error:
        raise NotXml from error
    if not isinstance(root, Element):
        raise NotXml
    return root
