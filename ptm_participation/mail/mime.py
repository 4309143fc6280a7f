"""Takes a message apart into its parts, without copying what they hold.

A part is a place in the bytes that were received, so that a signature is checked over the very
bytes that were signed, and a message of 150 MB is held once. The standard library's parser
makes lines of it all, and cannot give back what stood between two boundaries.
"""

import binascii
import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.mail.headers import MOST_BYTES, Content, Headers, content_of, parsed
from ptm_participation.mail.problems import Problem

MOST_PARTS = 1000
MOST_LEVELS = 20
MOST_PROBLEMS = 50
CHUNK = 4 * 1024 * 1024

TOO_MANY_PARTS = _l(
    "The message has more than %(most)d parts: the others are only in the original file.",
    most=MOST_PARTS,
)
TOO_MANY_LEVELS = _l(
    "The message nests its parts to more than %(most)d levels: what is deeper is kept closed.",
    most=MOST_LEVELS,
)
NO_END = _l("The message is cut: one of its parts has no end.")
NO_PARTS = _l("The message announces several parts, and their boundary cannot be found.")
LONG_HEADERS = _l("The headers are longer than any message needs: only the first part is read.")
BAD_ENCODING = _l("A part of the message is not encoded as it says: it is read as far as possible.")

_BLANK_LINE = re.compile(rb"\n\r?\n")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_WHITE = b" \t\r\n"


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A place in some bytes."""

    source: bytes
    start: int
    end: int

    @property
    def view(self) -> memoryview:
        return memoryview(self.source)[self.start : self.end]

    @property
    def size(self) -> int:
        return self.end - self.start


def whole(source: bytes) -> Span:
    """All of the bytes."""
    return Span(source, 0, len(source))


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """A part: its headers, what it says it holds, where it stands, and the parts in it.

    One that is `closed` may have others in it, and was not taken apart further.
    """

    headers: Headers
    content: Content
    span: Span
    body: Span
    parts: tuple["Part", ...] = ()
    closed: bool = False

    def holds(self, media_type: str) -> bool:
        return self.content.media_type == media_type


class Splitter:
    """Takes messages apart within what one message may cost; collects what went wrong."""

    def __init__(self) -> None:
        self.left = MOST_PARTS
        self.problems: list[Problem] = []

    def note(self, sentence: Any, **facts: Any) -> None:
        """Say something once, however often it happens."""
        problem = Problem(sentence, facts)
        if len(self.problems) < MOST_PROBLEMS and problem not in self.problems:
            self.problems.append(problem)

    def split(self, span: Span, level: int = 0) -> Part:
        """The part that stands there, with the parts in it."""
        end_of_headers, body = self._division(span)
        headers = parsed(span.source[span.start : min(end_of_headers, span.start + MOST_BYTES)])
        content = content_of(headers)
        part = Part(headers, content, span, Span(span.source, body, span.end))
        if not content.media_type.startswith("multipart/"):
            return part
        if level >= MOST_LEVELS or self.left <= 0:
            self.note(TOO_MANY_LEVELS if level >= MOST_LEVELS else TOO_MANY_PARTS)
            return dataclasses.replace(part, closed=True)
        parts = tuple(self.split(inner, level + 1) for inner in self._between(part))
        if not parts:
            self.note(NO_PARTS)
        return dataclasses.replace(part, parts=parts)

    def _division(self, span: Span) -> tuple[int, int]:
        """Where the headers end and where the body begins."""
        for blank in (b"\n", b"\r\n"):  # a part without headers
            if span.source.startswith(blank, span.start, span.end):
                return span.start, span.start + len(blank)
        found = _BLANK_LINE.search(span.source, span.start, span.end)
        ends = found.start() + 1 if found else span.end
        if ends - span.start > MOST_BYTES:
            self.note(LONG_HEADERS)
        return ends, found.end() if found else span.end

    def _between(self, part: Part) -> Iterator[Span]:
        """What stands between the boundaries of a part."""
        boundary = part.content.boundary
        if not boundary:
            return
        source, end = part.body.source, part.body.end
        # It begins with plain letters, line end first, because these are sought ten times faster.
        line = re.compile(rb"\n--" + re.escape(boundary.encode()) + rb"(--)?[ \t\r]*(?=\n|\Z)")
        start: int | None = None
        for found in line.finditer(source, part.body.start - 1, end):
            if start is not None:
                if self.left <= 0:
                    self.note(TOO_MANY_PARTS)
                    return
                self.left -= 1
                before = found.start()  # the line end before a boundary is a part of it (RFC 2046)
                if source[before - 1 : before] == b"\r":
                    before -= 1
                yield Span(source, start, max(start, before))
            if found[1]:
                return
            start = min(found.end() + 1, end)
        if start is not None:
            self.note(NO_END)
            if self.left > 0:
                self.left -= 1
                yield Span(source, start, end)

    def decode(self, part: Part) -> Span:
        """What a part holds, its transfer encoding undone; as it is where that is unknown."""
        if part.content.encoding == "base64":
            return whole(self._from_base64(part.body))
        if part.content.encoding == "quoted-printable":
            return whole(binascii.a2b_qp(part.body.view))
        return part.body

    def _from_base64(self, body: Span) -> bytes:
        """In pieces, so that the encoded text is never copied whole."""
        octets, rest, clean = bytearray(), b"", True
        for start in range(body.start, body.end, CHUNK):
            raw = body.source[start : min(start + CHUNK, body.end)].translate(None, _WHITE)
            piece = rest + raw.translate(None, _NOT_BASE64)
            clean = clean and len(piece) == len(rest) + len(raw)
            padding = piece.find(b"=")
            if padding >= 0:  # the end; what follows it was added by somebody else
                more = piece[padding:].strip(b"=") or body.source[start + CHUNK : body.end].strip()
                clean, piece = clean and not more, piece[:padding]
            usable = len(piece) - len(piece) % 4
            octets += binascii.a2b_base64(piece[:usable])
            rest = piece[usable:]
            if padding >= 0:
                break
        if len(rest) > 1:  # one sign alone is not a byte
            octets += binascii.a2b_base64(rest + b"=" * (4 - len(rest)))
        if not clean or len(rest) == 1:
            self.note(BAD_ENCODING)
        return bytes(octets)
