"""Whether a file holds an electronic signature: that there is one, never what it is worth.

Whether a signature is valid and whose it is, an officer verifies (Regulation (EU) 910/2014,
art. 32) when checking the observation; until then its page says that it is still to be done.
"""

import base64
import binascii
import re

# The object identifier of CMS signed data, 1.2.840.113549.1.7.2 (RFC 5652), as DER.
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
# Signed data with a certificate and a signature are never shorter.
LEAST_BYTES = 500

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[((?:\s*\d{1,12}){4})\s*\]")
_ARMOUR = re.compile(rb"-----[A-Z0-9 ]+-----")


def holds_signature(name: str, content: bytes) -> bool:
    """Whether a .p7m is signed data, or a PDF has a signature over its bytes."""
    kind = name.lower().rpartition(".")[2]
    if kind == "p7m":
        return _is_signed_data(_decoded(content))
    return kind == "pdf" and any(_is_signed_data(found) for found in _in_pdf(content))


def _decoded(content: bytes) -> bytes:
    """The bytes themselves, whether they came as they are or as base64."""
    if content[:1] == b"\x30":
        return content
    try:
        return base64.b64decode(_ARMOUR.sub(b"", content))
    except binascii.Error:
        return b""


def _is_signed_data(der: bytes) -> bool:
    return der[:1] == b"\x30" and SIGNED_DATA in der[:40] and len(der) >= LEAST_BYTES


def _in_pdf(content: bytes) -> list[bytes]:
    """What fills the gaps that the signatures' byte ranges leave (ISO 32000-1, 12.8.1)."""
    found = []
    for numbers in _BYTE_RANGE.findall(content):
        start, length, resumed, rest = (int(number) for number in numbers.split())
        if start == 0 and length < resumed and resumed + rest <= len(content):
            gap = content[length:resumed].strip().strip(b"<>")
            try:
                found.append(bytes.fromhex(gap.decode("ascii")))
            except ValueError:
                continue
    return found
