"""`daticert.xml`: what a provider of certified mail attests of a message.

Its form is that of the technical rules of certified mail (decree of 2 November 2005, annex,
§ 7.4; d.P.R. 68/2005, art. 6). The instant in it is the one that counts: what the headers of
the message say is written by programs, and attested by nobody.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser
from flask_babel import lazy_gettext as _l

from ptm_participation.core import clock
from ptm_participation.mail.headers import MOST_ADDRESSES, addresses, bare_id, words_of
from ptm_participation.mail.words import one_line

MOST_BYTES = 1024 * 1024

NOT_XML = _l("The certification data (daticert.xml) cannot be read: they are not well-formed XML.")
UNSAFE = _l("The certification data (daticert.xml) declare entities, and are not read.")
TOO_LARGE = _l("The certification data (daticert.xml) are too large, and are not read.")
OTHER_XML = _l("The file daticert.xml is of another kind: it certifies nothing.")
NO_INSTANT = _l("The certification data (daticert.xml) carry no day and hour that can be read.")
NO_ZONE = _l(
    "The certification data (daticert.xml) do not say of which time zone the hour is: "
    "it is read on the clocks of Rome."
)


@dataclasses.dataclass(frozen=True, slots=True)
class Certification:
    """What is attested: of what kind, when, by whom, to whom; the message's own identifiers."""

    kind: str  # as written: «posta-certificata», «accettazione», …
    error: str = ""  # «nessuno» for none
    error_text: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    provider: str = ""
    at: dt.datetime | None = None
    identifier: str = ""
    message_id: str = ""
    receipt: str = ""  # of a delivery: «completa», «breve», «sintetica»
    delivered_to: str = ""
    problems: tuple[Any, ...] = ()


def read_certification(data: bytes) -> tuple[Certification | None, tuple[Any, ...]]:
    """What daticert.xml attests, or nothing and the reason."""
    if len(data) > MOST_BYTES:
        return None, (TOO_LARGE,)
    try:
        root = parse_xml(data)
    except DefusedXmlException:
        return None, (UNSAFE,)
    except (ParseError, ValueError, LookupError, TypeError):
        return None, (NOT_XML,)
    if _name(root) != "postacert":
        return None, (OTHER_XML,)
    certification = _certification(root)
    return certification, certification.problems


def parse_xml(data: bytes) -> Element:
    """The root, with all entities refused. Some providers declare UTF-8 and write ISO-8859-1."""
    try:
        return _parsed(data, None)
    except ParseError:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return _parsed(data, "iso-8859-1")
        raise


def _parsed(data: bytes, encoding: str | None) -> Element:
    parser = DefusedXMLParser(target=TreeBuilder(), encoding=encoding)  # refuses all entities
    parser.feed(data.strip())
    root: Any = parser.close()
    if not isinstance(root, Element):
        raise ValueError("no root")
    return root


def _certification(root: Element) -> Certification:
    at, problems = _instant(root)
    return Certification(
        kind=one_line(root.get("tipo", ""), 100).lower(),
        error=one_line(root.get("errore", ""), 100).lower(),
        error_text=words_in(root, "errore-esteso"),
        sender=next(iter(addresses([words_in(root, "mittente")])), ""),
        recipients=_recipients(root),
        subject=words_of(words_in(root, "oggetto")),
        provider=words_in(root, "gestore-emittente"),
        at=at,
        identifier=words_in(root, "identificativo")[:500],
        message_id=bare_id(words_in(root, "msgid")),
        receipt=_attribute(root, "ricevuta", "tipo"),
        delivered_to=next(iter(addresses([words_in(root, "consegna")])), ""),
        problems=problems,
    )


def _instant(root: Element) -> tuple[dt.datetime | None, tuple[Any, ...]]:
    """The day and the hour, in the zone that stands beside them."""
    moment = next(_elements(root, "data"), None)
    if moment is None:
        return None, (NO_INSTANT,)
    written = f"{words_in(moment, 'giorno')} {words_in(moment, 'ora')}"
    zone = re.fullmatch(r"([+-])(\d\d):?(\d\d)", (moment.get("zona") or "").strip())
    try:
        plain = dt.datetime.strptime(written, "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007 - see below
        if plain.year not in clock.YEARS:
            return None, (NO_INSTANT,)
        if zone is None:
            return clock.parse_instant(plain.isoformat()), (NO_ZONE,)
        away = dt.timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        place = dt.timezone(-away if zone[1] == "-" else away)
        return plain.replace(tzinfo=place).astimezone(dt.UTC), ()
    except (ValueError, OverflowError):
        return None, (NO_INSTANT,)


def _recipients(root: Element) -> tuple[str, ...]:
    found = [_inner(element) for element in _elements(root, "destinatari")]
    return addresses(found[:MOST_ADDRESSES])


def _elements(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _name(element) == name)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2].lower()


def _inner(element: Element) -> str:
    return one_line(element.text or "")


def words_in(root: Element, name: str) -> str:
    """The text of the first element of that name, whatever its namespace and case."""
    element = next(_elements(root, name), None)
    return "" if element is None else _inner(element)


def _attribute(root: Element, name: str, attribute: str) -> str:
    element = next(_elements(root, name), None)
    return "" if element is None else one_line(element.get(attribute, ""), 100)
