"""Text that a spreadsheet would run as a formula, made text again. The one place that does it.

Source: OWASP, CSV injection. Numbers and dates are not text and stay as they are; JSON is not
opened in a spreadsheet and keeps what people wrote.
"""

import re
from typing import Any

from ptm_participation.reporting.exports.sheet import Cells

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_WITHIN = re.compile(r"([;\t\r\n][\s\"]*)(?=[=+\-@])")
_AFTER_A_SIGN = re.compile(r"([,;\t][\s\"]*)(?=[=+\-@])")
_BETWEEN = "\0"  # in no text: forms refuse it, and PostgreSQL holds none
# Finds all that the functions below would change, and a little more; at its speed a thousand
# cells cost less than calling them for one.
_SUSPECT = re.compile(r"[\0;\t\r\n](?:[\s\"]*[=+\-@]|[\t\r])")
_NO_BREAK = "\u00a0"


def disarm(value: Any) -> Any:
    """A text that does not begin as a formula does."""
    if isinstance(value, str):
        text = value.replace(_NO_BREAK, " ")
        return f"'{text}" if text.startswith(DANGEROUS) else text
    return value


def disarm_within(value: Any) -> Any:
    """The same where a spreadsheet may see a cell begin within a text.

    An Italian one parts cells at «;», whatever the file parts them at, and then sees neither
    the commas nor the quotation marks around a text with several lines.
    """
    text = disarm(value)
    return _WITHIN.sub(r"\1'", text) if isinstance(text, str) else text


def disarm_line(text: str) -> str:
    """A line that stands in such a file as it is, without quotation marks: to a spreadsheet
    each comma in it begins a cell too."""
    return _AFTER_A_SIGN.sub(r"\1'", str(disarm(text)))


def disarmed(cells: Cells) -> Cells:
    """A column of texts, each disarmed; None stays."""
    texts = list(cells)
    return [disarm(text) for text in texts] if _suspect(texts) else texts


def disarmed_within(cells: Cells) -> Cells:
    """A column of texts for a file whose cells are parted by signs."""
    texts = list(cells)
    return [disarm_within(text) for text in texts] if _suspect(texts) else texts


def _suspect(texts: list[str | None]) -> bool:
    """Whether one of them needs to be changed; many are the same words over and over."""
    together = _BETWEEN + _BETWEEN.join({text for text in texts if text})
    return _NO_BREAK in together or _SUSPECT.search(together) is not None
