"""`segnatura.xml`: the protocol that a sending administration gave to its own message.

Source: D.Lgs. 82/2005 (CAD), art. 47; DPR 445/2000, art. 55; circolare AIPA 28/2001, whose names
the later rules keep.
"""

import dataclasses
import datetime as dt
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException

from ptm_participation.core import clock
from ptm_participation.mail.attachments import Attachment
from ptm_participation.mail.envelope import MOST_BYTES, parse_xml, words_in

NAMES = ("segnatura.xml", "signature.xml")


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """Number, day (None if it cannot be read) and registry, as the sender attests them."""

    number: str
    on: dt.date | None
    registry: str


def registration_in(attachments: tuple[Attachment, ...]) -> Registration | None:
    """What the first attachment of that name says; None if there is none that can be read."""
    for attachment in attachments:
        if attachment.name.lower() in NAMES and len(attachment.content) <= MOST_BYTES:
            return _read(bytes(attachment.content))
    return None


def _read(data: bytes) -> Registration | None:
    try:
        root = parse_xml(data)
    except (DefusedXmlException, ParseError, ValueError, LookupError, TypeError):
        return None
    number = words_in(root, "numeroregistrazione")[:40]
    if not number:
        return None
    administration, area = words_in(root, "codiceamministrazione"), words_in(root, "codiceaoo")
    registry = " ".join(dict.fromkeys(part for part in (administration, area) if part))
    return Registration(number, _day(root), registry[:80])


def _day(root: Element) -> dt.date | None:
    try:
        return clock.parse_day(words_in(root, "dataregistrazione")[:10])
    except ValueError:
        return None
