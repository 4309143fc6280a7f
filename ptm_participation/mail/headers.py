"""The headers of a message or of one of its parts, as people read them (RFC 5322, 2047, 2231)."""

import binascii
import dataclasses
import datetime as dt
import email.errors
import email.header
import email.message
import email.utils
import re
from collections.abc import Callable, Iterable

from ptm_participation.core import clock
from ptm_participation.mail.words import decoded, one_line

MOST_BYTES = 256 * 1024
MOST_FIELDS = 1000
LONGEST_FIELD = 32 * 1024
MOST_ADDRESSES = 500

_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:(.*)", re.DOTALL)
_OF_MAIL = {
    "content-type",
    "date",
    "delivered-to",
    "from",
    "message-id",
    "mime-version",
    "received",
    "reply-to",
    "return-path",
    "subject",
    "to",
    "x-ricevuta",
    "x-trasporto",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Headers:
    """The fields in their order, names in small letters, values on one line but not decoded."""

    fields: tuple[tuple[str, str], ...] = ()

    def first(self, name: str) -> str:
        """The value of the first field of that name; empty if there is none."""
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for field, value in self.fields if field == name)

    def words(self, name: str) -> str:
        """A value for people to read, its encoded words decoded."""
        return words_of(self.first(name))

    def mark(self, name: str) -> str:
        """A value that is a word of a list, as «posta-certificata»."""
        return one_line(self.first(name), 100).lower()

    def message_id(self, name: str) -> str:
        """The identifier of a message, without its angle brackets."""
        return bare_id(self.words(name))

    def address(self, name: str) -> str:
        """The first address of a field, without the name that goes with it."""
        return next(iter(addresses([self.first(name)])), "")

    def are_of_mail(self) -> bool:
        """Whether at least one field is one that messages have."""
        return any(field in _OF_MAIL for field, _value in self.fields)


@dataclasses.dataclass(frozen=True, slots=True)
class Content:
    """What a part says that it holds."""

    media_type: str
    boundary: str
    charset: str
    name: str
    is_attachment: bool
    encoding: str


def parsed(block: bytes) -> Headers:
    """The fields of a block of headers; lines that are none are passed over."""
    fields: list[tuple[str, str]] = []
    block = block[:MOST_BYTES].removeprefix(b"\xef\xbb\xbf")
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", block)
    # A carriage return alone ends no line: what follows it would be a field that was smuggled in.
    for line in unfolded.split(b"\n", 2 * MOST_FIELDS)[: 2 * MOST_FIELDS]:
        found = _FIELD.match(line)
        if found and len(fields) < MOST_FIELDS:
            name = found[1].decode("ascii").lower()
            fields.append((name, decoded(found[2][:LONGEST_FIELD]).strip()))
    return Headers(tuple(fields))


def content_of(headers: Headers) -> Content:
    """What the fields Content-… say, where they can be understood."""
    message = email.message.Message()
    for name in ("content-type", "content-disposition"):
        message[name] = headers.first(name)
    return Content(
        media_type=_asked(message.get_content_type, "text/plain"),
        boundary=_parameter(message, "boundary"),
        charset=_parameter(message, "charset"),
        name=words_of(_asked(message.get_filename, "")),
        is_attachment=_asked(message.get_content_disposition, "") == "attachment",
        encoding=headers.mark("content-transfer-encoding"),
    )


def _parameter(message: email.message.Message, name: str) -> str:
    def ask() -> str:
        value = message.get_param(name, "")
        return email.utils.collapse_rfc2231_value(value) if value else ""

    return one_line(_asked(ask, ""), 200)


def _asked(question: Callable[[], str | None], default: str) -> str:
    """The library's answer; on what is badly written it raises one error or another."""
    try:
        return question() or default
    except (ValueError, TypeError, LookupError, AttributeError):
        return default


def words_of(value: str) -> str:
    """A value with its encoded words (RFC 2047) decoded, on one line."""
    if "=?" not in value:
        return one_line(value)
    try:
        pieces = email.header.decode_header(value[:LONGEST_FIELD])
        text = "".join(
            piece if isinstance(piece, str) else decoded(piece, charset or "")
            for piece, charset in pieces
        )
    except (email.errors.HeaderParseError, binascii.Error, ValueError, LookupError):
        text = value
    return one_line(text)


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """The addresses of some fields, each once, in their order."""
    try:
        pairs = email.utils.getaddresses([value[:LONGEST_FIELD] for value in values])
    except (ValueError, IndexError, RecursionError):  # comments in comments in comments
        return ()
    found = (one_line(address, 320) for _name, address in pairs[:MOST_ADDRESSES])
    return tuple(dict.fromkeys(address for address in found if "@" in address))


def bare_id(text: str) -> str:
    """An identifier of a message without the angle brackets around it."""
    found = re.search(r"<([^<>\s]+)>", text)
    return (found[1] if found else one_line(text).strip("<>"))[:500]


def instant_of(text: str) -> dt.datetime | None:
    """The instant that a Date field or the end of a Received field names, in UTC."""
    try:
        instant = email.utils.parsedate_to_datetime(one_line(text, 200))
        # «-0000» says that the hour is of UTC and nothing of where it was written.
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if instant.year in clock.YEARS else None


def received_at(headers: Headers) -> dt.datetime | None:
    """When the last server took the message in: the office's own, which writes on top."""
    top = headers.first("received")
    return instant_of(top.rpartition(";")[2]) if top else None
