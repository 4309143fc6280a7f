"""What a paragraph opens: a division, an article, a comma, a letter.

A head is believed because it has a heading's style, because the format counted it, or because
of how it is typed («Art. 18 – …», «CAPO II»). A citation that happens to open a paragraph
(«Art. 18, comma 2, si applica…») is typed otherwise.
"""

import re
from dataclasses import dataclass

from ptm_participation.plan.akn_dirt import bare_heading, bare_number
from ptm_participation.plan.akn_order import SUFFIX_RANKS
from ptm_participation.plan.drafts import WORDS
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.paragraphs import Paragraph, Place

LONGEST_HEADING = 250
# The patterns take spaces possessively («\s*+»): what can be parted in two ways in the middle of
# 20,000 spaces is tried in all of them, and holds a server for a minute.
_SUFFIX = "|".join(sorted(filter(None, SUFFIX_RANKS), key=len, reverse=True))
_ORDINAL = r"(?i:unic[ao]|prim[oa]|second[oa]|terz[oa]|quart[oa]|quint[oa]|sest[oa]|settim[oa])"
_DIVISION = re.compile(
    r"(?P<word>(?i:(?:parte|titolo|capo|sezione)\s++|(?:tit|sez)\.\s*+))"
    rf"(?P<number>(?:[IVXLC]+|[A-Z]|\d{{1,3}}|{_ORDINAL})(?:\s*+-?\s*+(?i:{_SUFFIX}))?)(?!\w)"
    r"\s*(?P<mark>[.:)–—-]*)\s*(?P<rest>.*)",
    re.DOTALL,
)
_ARTICLE = re.compile(
    r"(?P<word>(?i:art(?:icolo)?))(?:\.\s*+|\s++)"
    rf"(?P<number>(?:\d{{1,4}}(?:\s*+[-–]?\s*+(?i:{_SUFFIX})\b)?(?:\.\d{{1,3}})?|(?i:unico)))(?!\w)"
    r"[°º]?\s*(?P<mark>[.:)–—-]*)\s*(?P<rest>.*)",
    re.DOTALL,
)
_KINDS = WORDS | {"tit": SectionKind.TITLE, "sez": SectionKind.SECTION}
_NUMBERED = re.compile(
    r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})(?P<end>[.)]?)\s++[-–—]?\s*+(?P<rest>[A-ZÀ-Ý«“\"].*)",
    re.DOTALL,
)
_UNNUMBERED = re.compile(
    r"(?i:preambolo|premessa)\W*|(?:ALLEGAT[OI]|Allegat[oi])(?:\s+[\"“«]?\w{1,4}[\"”»]?)?(?:\W.*)?"
)
_COMMA = re.compile(
    rf"(?P<number>\d{{1,4}}(?:\s*+-?\s*+(?:{_SUFFIX})\b)?(?:\.\d{{1,3}})?)"
    r"(?P<end>\s*+\.\)|\s*+\.[-–]|\s*+[.)]|\s++[-–—](?=\s)|(?=\t)|(?=\s++[A-ZÀ-Ý«“\"]))"
    r"(?=[\sA-ZÀ-Ý«“\"(\[]|$)\s*(?P<rest>.*)",
    re.DOTALL,
)
_LETTER = re.compile(
    rf"\(?(?P<number>0?[a-z]{{1,2}}(?:\s*+-?\s*+(?:{_SUFFIX}))?(?:\.\d{{1,3}})?)\s*+\)\s*(?P<rest>.*)",
    re.DOTALL,
)
_COUNTED = re.compile(r"\(?(?P<number>[0-9a-z]+(?:\.[0-9]+)*)[.)]*")
_PAGE_AT_END = re.compile(r"(?:\t|\.{4}|…{2})\s*+\d{1,4}$")
_LAST_SIGNS = 200  # of a line, among which its page is looked for
_BULLET = re.compile(r"[-–—•·▪■□○●◆❖❑❒➢✓✔☐☑☒*]\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a paragraph: its first, or one after a soft break, which has no style."""

    paragraph: int
    text: str
    label: str = ""
    level: int | None = None
    place: Place | None = None
    is_first: bool = True
    is_row: bool = False
    is_contents: bool = False

    @property
    def printed(self) -> str:
        return f"{self.label} {self.text}".strip()

    @property
    def is_bullet(self) -> bool:
        return self.label == "•" or _BULLET.match(self.text) is not None


@dataclass(frozen=True, slots=True)
class Head:
    """A division or an article that a line opens, with the words that follow on the line."""

    kind: SectionKind
    number: str = ""
    rest: str = ""
    is_sure: bool = True  # a style or automatic numbering says it, not only how it is typed


@dataclass(frozen=True, slots=True)
class Item:
    """A line that a number or a letter opens."""

    number: str
    rest: str
    has_bracket: bool


def lines_of(paragraph: Paragraph) -> list[Line]:
    """The lines of a paragraph that hold words."""
    texts = [text.strip() for text in paragraph.text.strip().split("\n")]
    contents = paragraph.is_contents or lists_a_head(paragraph.text)
    first = Line(
        paragraph.number,
        texts[0],
        paragraph.label,
        paragraph.level,
        paragraph.place,
        is_row=paragraph.is_row,
        is_contents=contents,
    )
    further = [
        Line(paragraph.number, text, is_first=False, is_row=first.is_row, is_contents=contents)
        for text in texts[1:]
        if text
    ]
    return [first, *further]


def lists_a_head(text: str) -> bool:
    """Whether a line of a table of contents that was typed: a head, and its page at the end."""
    text = text.strip()
    return _PAGE_AT_END.search(text[-_LAST_SIGNS:]) is not None and (
        _ARTICLE.match(text) is not None or _DIVISION.match(text) is not None
    )


def head_of(line: Line) -> Head | None:
    """The division or article that a line opens by its words or label, if it opens one."""
    if line.is_row:
        return None
    sure = line.level is not None
    for kind, pattern in ((SectionKind.ARTICLE, _ARTICLE), (None, _DIVISION)):
        counted = pattern.fullmatch(line.label)
        match = counted or pattern.fullmatch(line.printed)
        if match is None or not (counted or sure or _is_typed_as_a_head(match, kind)):
            continue
        word = match.group("word").strip().rstrip(".").lower()
        rest = line.text if counted else match.group("rest")
        number = _number(f"{word} {match.group('number')}")
        return Head(kind or _KINDS[word], number, rest.strip(), is_sure=bool(counted or sure))
    if _UNNUMBERED.fullmatch(line.printed) and len(line.printed) <= LONGEST_HEADING:
        return Head(SectionKind.HEADING, "", line.printed, is_sure=sure)
    return None


def numbered_head_of(text: str) -> Head | None:
    """The numbered heading of a report that words can be: «5.1 Rete ecologica»."""
    match = _NUMBERED.fullmatch(text) if len(text) <= LONGEST_HEADING else None
    if match is None or text.endswith((".", ";", ":", ",")):
        return None
    return Head(SectionKind.HEADING, match.group("number"), match.group("rest"), is_sure=False)


def _is_typed_as_a_head(match: re.Match[str], kind: SectionKind | None) -> bool:
    rest = match.group("rest")
    if not match.group("word")[0].isupper() or rest[:1] in tuple(",;"):
        return False
    if not rest:
        return True
    starts = rest[0].isupper() or rest[0] in "(«“\"'’" or rest[0].isdigit()
    if kind is SectionKind.ARTICLE:
        return starts or bool(match.group("mark"))
    return starts and len(rest) <= LONGEST_HEADING and not rest.rstrip().endswith((";", ":", ","))


def _number(text: str) -> str:
    """A number as it is cited: suffixes are small letters, whatever the heading is set in."""
    number = bare_number(re.sub(rf"(?i)\s*+[-–]?\s*+\b({_SUFFIX})\b", _small_suffix, text))
    return number.lower() if number.lower() in ("unico", "unica") else number


def _small_suffix(match: re.Match[str]) -> str:
    return f" {match.group(1).lower()}"


def is_heading_words(text: str) -> bool:
    """Whether words can be a heading: they are short, and no sentence."""
    if len(text) > LONGEST_HEADING:
        return False
    return bare_heading(text) != " ".join(text.split()) or not text.endswith((".", ";", ":"))


def words_after_head(rest: str) -> tuple[str, str]:
    """The heading on a head's own line, and the text, if the line goes on into a sentence."""
    sentence = len(rest) > LONGEST_HEADING or (rest.endswith(".") and len(rest.split()) > 25)
    return ("", rest) if sentence else (bare_heading(rest), "")


def comma_of(line: Line) -> Item | None:
    """The number that opens a line, typed or counted."""
    if line.label:
        counted = _COUNTED.fullmatch(line.label)
        if counted is None or not counted.group("number")[0].isdigit():
            return None
        return Item(counted.group("number"), line.text, line.label.endswith(")"))
    match = _COMMA.fullmatch(line.text)
    if match is None:
        return None
    return Item(_number(match.group("number")), match.group("rest"), match.group("end") == ")")


def letter_of(line: Line) -> Item | None:
    """The letter that opens a line, typed or counted."""
    if line.label:
        counted = _COUNTED.fullmatch(line.label)
        if counted is None or not counted.group("number")[0].isalpha():
            return None
        return Item(counted.group("number"), line.text, line.label.endswith(")"))
    match = _LETTER.fullmatch(line.text)
    return Item(_number(match.group("number")), match.group("rest"), True) if match else None
