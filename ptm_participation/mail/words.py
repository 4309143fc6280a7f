"""Bytes of a message as words that can be shown, kept and searched.

What a mail program wrote is not always what it said it wrote: a charset may be missing, wrong
or invented. Words are always found, at worst with a sign of replacement in them.
"""

import codecs
import html
import re
import unicodedata

# They decode bytes into what nobody wrote, or take a time that grows with the square of them.
_NOT_OF_MAIL = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"}
_BYTE_ORDER_MARK = "\ufeff"
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
_TAG = re.compile(r"(<[^<>]*>)")
_NOT_SHOWN = {"head", "script", "style", "title", "xml"}
_BREAKS = {"br", "div", "p", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "hr"}


def decoded(octets: bytes, charset: str = "") -> str:
    """The text of the bytes: in the charset that is named, else in UTF-8, else Windows’."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            if name and codecs.lookup(name).name not in _NOT_OF_MAIL:
                return octets.decode(name).removeprefix(_BYTE_ORDER_MARK)
        except (LookupError, ValueError, TypeError):
            continue
    return octets.decode("latin-1")


def one_line(text: str, most: int = 1000) -> str:
    """Words of a header on one line: no control signs, none that turns the direction."""
    return " ".join(shown(text).split())[:most].strip()


def shown(text: str) -> str:
    """The text without what cannot be seen or stored, its lines ended by one sign."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")  # halves of characters
    return unicodedata.normalize("NFC", _HIDDEN.sub("", text))


def from_html(source: str) -> str:
    """The words of a page, a line for each block; nothing of it is run, loaded or followed."""
    pieces: list[str] = []
    hidden = ""  # the element whose content is being passed over
    for place, piece in enumerate(_TAG.split(source)):
        if place % 2 == 0:
            if not hidden:
                pieces.append(re.sub(r"\s+", " ", html.unescape(piece)))
            continue
        name = re.match(r"</?([A-Za-z][A-Za-z0-9]*)", piece)
        tag = name[1].lower() if name else ""
        if hidden:
            hidden = "" if tag == hidden and piece.startswith("</") else hidden
        elif tag in _NOT_SHOWN and not piece.startswith("</") and not piece.endswith("/>"):
            hidden = tag
        elif tag in _BREAKS:
            pieces.append("\n")
        elif tag in ("td", "th"):
            pieces.append(" ")
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
