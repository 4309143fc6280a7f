"""The two texts on which citations were labelled by hand, and the windows drawn from them.

The texts are read from beside the project and never copied: `labels.csv` says where each
window lies, with a digest of its words. The windows are drawn around numbers and around
words that may begin a citation, by a seed; no recogniser had a part in that.

A row of `labels.csv` is a citation that touches its window, or a window that no citation
touches. There is a citation for each thing cited («articoli 5 e 7» are two), as in the CAD's
own markup. Its target is the act, if it is another one, and the place in it: «#art_5-com2»
is of the text itself, «#com2» of the article where it stands, «#this» that article; «?» says
that the words alone do not tell in which act the place is.
"""

import random
import re
from pathlib import Path
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

SAMPLES = Path(__file__).parents[3].parent / "shared" / "domain" / "samples"
CAD = "cad_dlgs82_2005_akn.xml"
STATUTE = "statuto_napoli_rst"
SEED = 20_201_102
DRAWN = 100  # windows of each text
AROUND = 40  # characters before and after the place that was drawn

_PLACE = re.compile(
    r"\d+|\b(?:artt?|articol[oi]|comm[ai]|lett(?:er[ae])?|tav(?:ol[ae])?|legg[ei]|decret[oi]"
    r"|regolament[oi]|statut[oi]|codic[ei]|costituzione|direttiv[ae]|delibera(?:zione)?"
    r"|tuel|testo unico|capo|titolo)\b",
    re.IGNORECASE,
)
_BLOCKS = {"p", "num", "heading", "docTitle", "docType", "docDate", "docNumber", "eol", "br"}


def texts() -> dict[str, str]:
    """Each text that windows are drawn from, by its name."""
    statute = {
        f"{STATUTE}/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted((SAMPLES / STATUTE).glob("*.rst"))
    }
    return {CAD: cad()[0], **statute}


def cad() -> tuple[str, list[tuple[int, int, str]]]:
    """The words of the CAD, a line for each block, and its own references: start, end, target."""
    root = ElementTree.parse(SAMPLES / CAD).getroot()
    act = next(element for element in root.iter() if _name(element) == "act")
    reader = _Reader()
    for part in act:
        if _name(part) != "meta":
            reader.read(part)
    return "".join(reader.read_so_far), reader.references


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


class _Reader:
    """Reads elements into one text, each run of spaces made one."""

    def __init__(self) -> None:
        self.read_so_far: list[str] = []
        self.references: list[tuple[int, int, str]] = []
        self._length = 0
        self._last = "\n"

    def read(self, element: Element) -> None:
        start = self._length
        self._add(element.text or "")
        for child in element:
            self.read(child)
            self._add(child.tail or "")
        if _name(element) == "ref":
            self.references.append((start, self._length, element.get("href", "")))
        if _name(element) in _BLOCKS and self._last != "\n":
            self._put("\n")

    def _add(self, words: str) -> None:
        words = re.sub(r"[ \t\r\n]+", " ", words)
        if self._last in " \n":
            words = words.removeprefix(" ")
        self._put(words)

    def _put(self, words: str) -> None:
        if words:
            self.read_so_far.append(words)
            self._length += len(words)
            self._last = words[-1]


def drawn() -> list[tuple[str, int, int]]:
    """The windows, in the order of the texts: text, start, end."""
    found = texts()
    halves = ([CAD], [name for name in found if name != CAD])
    windows: list[tuple[str, int, int]] = []
    for half in halves:
        places = [
            (name, place.start(), place.end())
            for name in half
            for place in _PLACE.finditer(found[name])
        ]
        for name, start, end in sorted(random.Random(SEED).sample(places, DRAWN)):
            windows.append((name, max(0, start - AROUND), min(end + AROUND, len(found[name]))))
    return windows
