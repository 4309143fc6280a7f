"""What a piece of a plan can be, and how its number is read, sorted and cited.

A plan is cited by the numbers that it prints («art. 7-bis, comma 2, lett. c)»), so a
number is kept as printed; what sorts it is derived from it and stored beside it.
"""

import enum
import re
from typing import Any

from flask_babel import lazy_gettext as _l


class SectionKind(enum.StrEnum):
    """Kinds of section, outermost first. They nest in this order but skip levels freely."""

    PART = "part"
    TITLE = "title"
    CHAPTER = "chapter"  # Capo
    SECTION = "section"  # Sezione
    GROUP = "group"  # articles known only as a range («artt. 44–60, paesaggio»)
    HEADING = "heading"  # a numbered heading of a report («5.6 Monitoraggio»)
    ARTICLE = "article"
    COMMA = "comma"
    LETTER = "letter"
    NOTE = "note"  # an editor's note printed with the text, never a norm
    MAP = "map"
    SHEET = "sheet"
    STRATEGY = "strategy"

    @property
    def label(self) -> Any:
        return {
            SectionKind.PART: _l("Part"),
            SectionKind.TITLE: _l("Title"),
            SectionKind.CHAPTER: _l("Chapter"),
            SectionKind.SECTION: _l("Section"),
            SectionKind.GROUP: _l("Group of articles"),
            SectionKind.HEADING: _l("Numbered heading"),
            SectionKind.ARTICLE: _l("Article"),
            SectionKind.COMMA: _l("Paragraph"),
            SectionKind.LETTER: _l("Letter"),
            SectionKind.NOTE: _l("Note"),
            SectionKind.MAP: _l("Map"),
            SectionKind.SHEET: _l("Sheet"),
            SectionKind.STRATEGY: _l("Strategy"),
        }[self]


# What has no page of its own: it is read on the page of the section that holds it.
WITHIN_A_PAGE = frozenset(
    {SectionKind.COMMA, SectionKind.LETTER, SectionKind.NOTE, SectionKind.SHEET}
)

# What only holds other sections.
DIVISIONS = frozenset(
    {
        SectionKind.PART,
        SectionKind.TITLE,
        SectionKind.CHAPTER,
        SectionKind.SECTION,
        SectionKind.GROUP,
    }
)

# How a section is cited: in a sentence, and in a table.
_CITED = {
    SectionKind.PART: ("Parte {}", "Parte {}"),
    SectionKind.TITLE: ("Titolo {}", "Tit. {}"),
    SectionKind.CHAPTER: ("Capo {}", "Capo {}"),
    SectionKind.SECTION: ("Sezione {}", "Sez. {}"),
    SectionKind.GROUP: ("artt. {}", "artt. {}"),
    SectionKind.HEADING: ("par. {}", "par. {}"),
    SectionKind.ARTICLE: ("art. {}", "art. {}"),
    SectionKind.COMMA: ("comma {}", "c. {}"),
    SectionKind.LETTER: ("lett. {})", "lett. {})"),
    SectionKind.NOTE: ("nota {}", "nota {}"),
    SectionKind.MAP: ("Tav. {}", "Tav. {}"),
    SectionKind.SHEET: ("foglio {}", "f. {}"),
    SectionKind.STRATEGY: ("STTM {}", "STTM {}"),
}
_SLUGS = {
    SectionKind.PART: "parte",
    SectionKind.TITLE: "titolo",
    SectionKind.CHAPTER: "capo",
    SectionKind.SECTION: "sezione",
    SectionKind.GROUP: "artt",
    SectionKind.HEADING: "par",
    SectionKind.ARTICLE: "art",
    SectionKind.COMMA: "c",
    SectionKind.LETTER: "l",
    SectionKind.NOTE: "nota",
    SectionKind.MAP: "tav",
    SectionKind.SHEET: "foglio",
    SectionKind.STRATEGY: "sttm",
}
# The Italian article before a citation: «osserva l’art. 18», «osserva la Tav. 6».
_ARTICLES = {
    SectionKind.PART: "la ",
    SectionKind.TITLE: "il ",
    SectionKind.CHAPTER: "il ",
    SectionKind.SECTION: "la ",
    SectionKind.GROUP: "gli ",
    SectionKind.HEADING: "il ",
    SectionKind.ARTICLE: "l’",
    SectionKind.COMMA: "l’",
    SectionKind.LETTER: "l’",
    SectionKind.NOTE: "la ",
    SectionKind.MAP: "la ",
    SectionKind.SHEET: "la ",
    SectionKind.STRATEGY: "la ",
}
# Sections whose number starts again in whatever holds them: cited and addressed with it.
_COUNTED_WITHIN = WITHIN_A_PAGE | {
    SectionKind.TITLE,
    SectionKind.CHAPTER,
    SectionKind.SECTION,
}

# The suffixes of what was put in later, in the order of law.
LATIN_SUFFIXES = (
    *("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies"),
    *("undecies", "duodecies", "terdecies", "quaterdecies", "quinquiesdecies"),
    *("sexiesdecies", "septiesdecies", "octiesdecies", "noviesdecies", "vicies"),
)
_SUFFIX = {word: number for number, word in enumerate(LATIN_SUFFIXES, 2)} | {"nonies": 9}
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_KINDS = {SectionKind.PART, SectionKind.TITLE, SectionKind.CHAPTER, SectionKind.SECTION}


def citation(kind: SectionKind, number: str, within: str = "") -> str:
    """How law cites the section in a sentence: «art. 18, comma 2, lett. a)»."""
    return _cite(kind, number, within, index=0, joint=", ")


def brief(kind: SectionKind, number: str, within: str = "") -> str:
    """How a table cites the section: «art. 18 c. 2 lett. a)»."""
    return _cite(kind, number, within, index=1, joint=" ")


def with_article(kind: SectionKind, cited: str) -> str:
    """The citation as it follows an Italian verb."""
    return _ARTICLES[kind] + cited


def _cite(kind: SectionKind, number: str, within: str, *, index: int, joint: str) -> str:
    own = _CITED[kind][index].format(number).strip() if number else ""
    if kind not in _COUNTED_WITHIN:
        return own
    return joint.join(part for part in (within, own) if part)


def slug(kind: SectionKind, number: str, within: str = "") -> str:
    """The section's part of an address: «art-18», «art-18-c-2»."""
    plain = re.sub(r"[^0-9a-z]+", "-", number.lower()).strip("-")
    own = f"{_SLUGS[kind]}-{plain}" if plain else _SLUGS[kind]
    return f"{within}-{own}" if kind in _COUNTED_WITHIN and within else own


def sort_key(kind: SectionKind, number: str) -> str:
    """Text that puts numbers of one kind in the order of law, compared byte by byte.

    1 < 1-bis < 1-ter < 2 < 10; 01 < 1; 0a < a < b < z < aa; I < IV < IX; 5.1 < 5.2 < 5.10.
    """
    if kind in _ROMAN_KINDS and re.fullmatch(r"[IVXLCDM]+", number):
        return f"{_roman(number):05d}"
    head, *suffixes = re.split(r"[-\s]+", number.lower().strip())
    parts = [_piece(piece) for piece in re.split(r"[.–]", head) if piece]
    return ".".join(parts + [f"{_SUFFIX.get(word, 99):02d}" for word in suffixes if word])


def _piece(piece: str) -> str:
    digits, rest = re.fullmatch(r"(\d*)(.*)", piece, re.DOTALL).groups()  # type: ignore[union-attr]
    if digits.startswith("0"):  # what was put in before the first
        return f"00000{_piece(digits.lstrip('0') + rest)}"
    number = f"{int(digits):05d}" if digits else ""
    return number + (f"{len(rest)}{rest}" if rest else "")


def _roman(number: str) -> int:
    total = highest = 0
    for value in (_ROMAN[letter] for letter in reversed(number)):
        total += -value if value < highest else value
        highest = max(highest, value)
    return total
