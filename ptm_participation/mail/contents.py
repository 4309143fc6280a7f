"""What a file is, by its content: what a message says of it is only what somebody wrote."""

import re

import puremagic

from ptm_participation.core.uploads import DOCX, ODT, P7M, PDF

EML = "message/rfc822"
TNEF = "application/ms-tnef"
ZIP = "application/zip"
UNKNOWN = "application/octet-stream"
HEAD = 4096
TAIL = 65536

_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_ENCRYPTED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
_STARTS = (
    (b"%PDF-", PDF),
    (b"\x78\x9f\x3e\x22", TNEF),
    (b"-----BEGIN PKCS7", P7M),
    (b"-----BEGIN CMS", P7M),
    (b"{\\rtf", "application/rtf"),
)
_TEXTS = (
    ("<?xml", "application/xml"),
    ("<!doctype html", "text/html"),
    ("<html", "text/html"),
    ("{", "application/json"),
    ("begin:vcalendar", "text/calendar"),
)
# In the list of its contents, which a ZIP has at its end.
_OFFICE = (
    (b"word/document.xml", DOCX),
    (b"xl/workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        b"ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
)
_OPEN_DOCUMENT = re.compile(rb"mimetype(application/vnd\.oasis\.opendocument\.[a-z-]+)")
_TEXT_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def type_of(content: memoryview) -> str:
    """The media type of a file; «application/octet-stream» where it is not known."""
    head = bytes(content[:HEAD])
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for signature, media_type in _STARTS:
        if start.startswith(signature):
            return media_type
    if head[:1] == b"\x30" and (_SIGNED_DATA in head[:40] or _ENCRYPTED_DATA in head[:40]):
        return P7M
    if head.startswith(b"PK\x03\x04"):
        return _type_of_archive(head, bytes(content[-TAIL:]))
    return _type_of_text(head, len(content) > HEAD) or _type_by_signature(head)


def _type_of_archive(head: bytes, tail: bytes) -> str:
    """An office document is told from its names, without unpacking anything."""
    found = _OPEN_DOCUMENT.search(head[:200])
    if found:
        named = found[1].decode("ascii")
        return ODT if named.startswith(ODT) else named
    return next((media_type for name, media_type in _OFFICE if name in tail), ZIP)


def _type_of_text(head: bytes, goes_on: bool) -> str:
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not (goes_on and error.start >= len(head) - 4):  # a character cut in two
            return ""
        text = head[: error.start].decode("utf-8-sig", "replace")
    if not text.strip() or _TEXT_CONTROLS.search(text):
        return ""
    beginning = text.lstrip()[:20].lower()
    return next((kind for start, kind in _TEXTS if beginning.startswith(start)), "text/plain")


def _type_by_signature(head: bytes) -> str:
    try:
        return puremagic.from_string(head, mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError, LookupError, TypeError):
        return UNKNOWN
