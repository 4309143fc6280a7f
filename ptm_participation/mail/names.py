"""Names of attachments, as they may be kept and offered for download."""

import re

from ptm_participation.mail.words import one_line

LONGEST = 200
LONGEST_ENDING = 20
MOST_BYTES = 240  # of the 255 that file systems take, some are for «.part» and the like

_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_ENDINGS = {
    "application/pdf": "pdf",
    "application/pkcs7-mime": "p7m",
    "image/jpeg": "jpg",
    "image/png": "png",
    "message/rfc822": "eml",
    "text/html": "html",
    "text/plain": "txt",
}


def clean(name: str, media_type: str = "") -> str:
    """The last step of the path alone, without what a file system or a terminal would obey.

    What is left without a name is called «allegato», with the ending of its type.
    """
    name = re.split(r"[/\\]", one_line(name, 4000))[-1]
    name = _NOT_IN_NAMES.sub("_", name).strip(" .")
    if not name:
        ending = _ENDINGS.get(media_type)
        return f"allegato.{ending}" if ending else "allegato"
    return _cut(name)


def _cut(name: str, room: int = 0) -> str:
    """The name within its limits, its ending kept, with some room left for what is added."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    stem = stem[: LONGEST - room - len(dot + ending)]
    while len((stem + dot + ending).encode()) > MOST_BYTES - room:
        stem = stem[:-1]
    return stem.rstrip(" .") + dot + ending


class Names:
    """The names given so far: none is given twice, whatever its capitals."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._last: dict[str, int] = {}

    def give(self, name: str) -> str:
        """The name, or the name with a number where it was given before."""
        given, number = name, self._last.get(name.casefold(), 1)
        while given.casefold() in self._given:
            number += 1
            stem, dot, ending = _cut(name, room=8).rpartition(".")
            given = f"{stem} ({number}).{ending}" if dot else f"{ending} ({number})"
        self._last[name.casefold()] = number
        self._given.add(given.casefold())
        return given


def without_p7m(name: str) -> str:
    """The name of what a signed file holds: «osservazione.pdf» for «osservazione.pdf.p7m»."""
    stem = re.sub(r"(?i)\.(p7m|p7s)$", "", name)
    return stem or name
