"""Opens the outside of a signed file (CMS, RFC 5652) without copying what was signed.

A signed plan may be a hundred megabytes. asn1crypto copies a value at each level that it opens;
here only the way to the content is walked, and the certificates and signatures, which are
small, are left to it. Lengths may be indefinite (BER), as many signing programs write them.
"""

import base64
import binascii
import dataclasses
import re

SIGNED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
ENVELOPED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
MOST_PIECES = 1_000_000
DEEPEST = 16
MOST_SMALL = 1024 * 1024

_SEQUENCE, _SET, _OID, _OCTETS = 0x30, 0x31, 0x06, 0x04
_CONSTRUCTED, _FIRST = 0x20, 0xA0
_ARMOUR = re.compile(
    rb"-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----(.*?)(?:-----END|\Z)", re.S
)


class NotSigned(ValueError):
    """The bytes are no signed file."""


class Encrypted(NotSigned):
    """They are a file closed with a key, which is opened elsewhere."""


@dataclasses.dataclass(frozen=True, slots=True)
class SignedFile:
    """What was signed, in the pieces it is written in; None where it stands elsewhere.

    Certificates and signatures are the DER or BER of two sets.
    """

    pieces: tuple[memoryview, ...] | None
    certificates: bytes
    signatures: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class _Head:
    """The beginning of a value: its tag, where it starts, and where it ends if that is said."""

    tag: int
    start: int
    end: int | None


class _Walk:
    """Goes through values from left to right, once."""

    def __init__(self, data: memoryview) -> None:
        self.data = data
        self.at = 0
        self.pieces = 0

    def enter(self, *tags: int) -> _Head:
        """Stand at the beginning of a value, of one of the tags if some are given."""
        self.pieces += 1
        if self.pieces > MOST_PIECES:
            raise NotSigned("too many pieces")
        at, data = self.at, self.data
        if at + 2 > len(data):
            raise NotSigned("cut")
        tag, length = data[at], data[at + 1]
        if tags and tag not in tags:
            raise NotSigned("another value")
        start = at + 2
        end: int | None = start + length
        if length == 0x80:
            end = None
        elif length > 0x80:
            start += length & 0x7F
            end = start + int.from_bytes(data[at + 2 : start], "big")
        if start > len(data) or (end or 0) > len(data):
            raise NotSigned("cut")
        self.at = start
        return _Head(tag, start, end)

    def next_tag(self) -> int:
        """The tag of the value that comes next."""
        if self.at >= len(self.data):
            raise NotSigned("cut")
        return self.data[self.at]

    def more(self, inside: _Head) -> bool:
        """Whether another value stands in the one that was entered."""
        if inside.end is None:
            return bytes(self.data[self.at : self.at + 2]) != b"\x00\x00"
        return self.at < inside.end

    def leave(self, inside: _Head) -> None:
        self.at = self.at + 2 if inside.end is None else inside.end

    def skip(self, *tags: int) -> bytes:
        """Pass over a value; returns it whole. It is not the content, and has to be small."""
        begin = self.at
        self.pass_over(*tags)
        if self.at - begin > MOST_SMALL:
            raise NotSigned("too large")
        return bytes(self.data[begin : self.at])

    def pass_over(self, *tags: int, level: int = 0) -> None:
        """Go on to what stands after a value."""
        head = self.enter(*tags)
        if head.end is None:
            if level > DEEPEST:
                raise NotSigned("too deep")
            while self.more(head):
                self.pass_over(level=level + 1)
        self.leave(head)

    def octets(self, level: int = 0) -> list[memoryview]:
        """The pieces of a string of bytes, which may be written in pieces of pieces."""
        head = self.enter(_OCTETS, _OCTETS | _CONSTRUCTED)
        found: list[memoryview] = []
        if not head.tag & _CONSTRUCTED:
            if head.end is None:
                raise NotSigned("no length")
            found.append(self.data[head.start : head.end])
        elif level > DEEPEST:
            raise NotSigned("too deep")
        else:
            while self.more(head):
                found += self.octets(level + 1)
        self.leave(head)
        return found


def opened(data: memoryview) -> SignedFile:
    """The outside of a signed file, in DER, BER, base64 or PEM. Raises NotSigned."""
    walk = _Walk(_binary(data))
    walk.enter(_SEQUENCE)
    kind = walk.skip(_OID)[2:]
    if kind == ENVELOPED:
        raise Encrypted
    if kind != SIGNED:
        raise NotSigned("another content")
    walk.enter(_FIRST)
    signed = walk.enter(_SEQUENCE)
    walk.skip()  # the version
    walk.skip(_SET)  # the digests that are used
    pieces = _content(walk)
    certificates = signatures = b""
    while walk.more(signed):
        tag = walk.next_tag()
        if tag == _FIRST:
            certificates = bytes([_SET]) + walk.skip()[1:]
        elif tag == _SET:
            signatures = walk.skip()
        else:  # lists of revoked certificates, which may be large
            walk.pass_over()
    return SignedFile(pieces, certificates, signatures)


def _content(walk: _Walk) -> tuple[memoryview, ...] | None:
    inside = walk.enter(_SEQUENCE)
    walk.skip(_OID)
    pieces = None
    if walk.more(inside):
        held = walk.enter(_FIRST)
        pieces = tuple(walk.octets())
        walk.leave(held)
    walk.leave(inside)
    return pieces


def _binary(data: memoryview) -> memoryview:
    """The bytes themselves, where they are written as base64, with or without its armour."""
    head = bytes(data[:64]).lstrip()
    if head.startswith((b"-----BEGIN", b"MI")):
        found = _ARMOUR.search(data)
        try:
            return memoryview(base64.b64decode(found[1] if found else data))
        except (binascii.Error, ValueError) as error:
            raise NotSigned("base64") from error
    return data
