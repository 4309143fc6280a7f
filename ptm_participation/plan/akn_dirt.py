"""What the print of a consolidated law says, where its markup says something else.

The text that comes out of a consolidation carries amendment marks «((» and «))», notes of
the editor among the norms, and commi and letters that lost their own element and hide in
the text of the one before. The rules here read such text as a lawyer reads it on the page.
They work on strings; :mod:`ptm_participation.plan.akn` reads the elements.

Raw text keeps the line breaks of the source as ``\\n`` and parts one ``<p>`` from the next
with ``\\f``, which XML cannot contain.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain

from ptm_participation.plan.akn_order import SUFFIX_RANKS, Rank, follows, is_first, rank_of
from ptm_participation.plan.kinds import SectionKind

PARAGRAPH_BREAK = "\f"

# As much as is read back from a place to see how the words before it end.
_LAST_WORDS = 200

# Where an amendment mark stood, until the words on its two sides are known.
_MARK = "\x01"
_SUPPRESSED = re.compile(r"\(\(\s*(?:\.\.\.|…)\s*\)\)")
_SPACE_BEFORE_STOP = re.compile(r" +(?=(?:[,;:)]|\.(?!\.))+(?:[\s»\"]|$))")
# A single letter before a closing bracket numbers something («lettera d)»): it closes nothing.
_ENUMERATOR_BEFORE = re.compile(r"(?:^|\s)[a-z]{1,2}(?:-[a-z]+)?$")

_NOTE = re.compile(r"(?:^|[\n\f])\s*(?:-{3,}\s*)?(AGGIORNAMENTO)\s*\((\w+)\)[^\S\n\f]*(?=[\n\f]|$)")
_MARKED_POINTER = re.compile(r"\(\(\s*(\d+)\s*\)\)")
_POINTERS_AT_END = re.compile(r"(?<=[.;:,»\"\n\f])\s*(?P<run>(?:\(\d+\)\s*)+)$")

# A comma opens a line, or follows the full stop of the previous one, and speaks a sentence.
_HIDDEN_COMMA = re.compile(
    r"(?P<gap>^|[\n\f]|(?<=[.;])[^\S\n\f])\s*"
    r"(?P<number>\d{1,4}(?:-[a-z]+)?(?:\.\d{1,4})?)(?P<end>\)\.|\)|\.)(?=\s*[A-ZÀ-Ý\"«])"
)
# A letter opens a line, or follows the «:» or the «;» that ends what comes before it; what
# follows it must not be the rest of a citation («b) e c)», «b), del decreto»).
_HIDDEN_LETTER = re.compile(
    r"(?P<gap>^|[\n\f]|(?<=[:;])[^\S\n\f])\s*"
    r"(?P<number>0?[a-z]{1,2}(?:-[a-z]+)?(?:\.\d{1,4})?)(?P<end>\))"
    r"(?=\s*[^\s,;.:)])(?!\s*(?:e|ed|o|od|ovvero|nonche')\s+0?[a-z]{1,2}(?:-[a-z]+)?\))"
)
# A full stop after these is not the end of a sentence («art. 2. La Giunta»).
_ABBREVIATION_BEFORE = re.compile(
    r"(?<![a-zà-ú])(?:[a-z]|nn|pp|artt?|all|cap|cfr|co|fig|lett?|num|pag|par|reg|sez|tab|tit|vol)"
    r"\.\s*$",
    re.IGNORECASE,
)
_ENDED_LETTER = re.compile(r"(?:[;.,]|[;,]\s+(?:e|ed|o|od|oppure|ovvero))$")
_ENUMERATOR = re.compile(r"(?<![\w(])0?[a-z]{1,2}(?:-[a-z]+)?\)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of raw text of an article, under the number that the markup or the print gives it.

    ``kind`` is ``COMMA`` or ``LETTER``, or ``None`` for words that no number introduces.
    ``own_paragraph`` is true for words that the source prints as a paragraph of its own, and
    ``sources`` are its numbers there, for whoever wants to show the two side by side.
    """

    kind: SectionKind | None
    number: str
    text: str
    own_paragraph: bool = False
    sources: tuple[int, ...] = ()


# --- Words -----------------------------------------------------------------------------


def squeezed(text: str) -> str:
    """The text with each run of spaces made one: a paragraph break, a line break or a space."""
    return re.sub(r"\s+", _squeezed_run, text)


def _squeezed_run(run: re.Match[str]) -> str:
    return next((mark for mark in (PARAGRAPH_BREAK, "\n") if mark in run.group()), " ")


def tidy(text: str) -> str:
    """The words of a text with single spaces, and one line for each paragraph of the source."""
    # A soft hyphen inside a number («3-bis») stands for the hyphen; elsewhere it is not printed.
    text = re.sub(r"(?<=\d)\u00ad(?=[a-z])", "-", text).replace("\u00ad", "")
    lines = (" ".join(line.split()) for line in text.split(PARAGRAPH_BREAK))
    # A space before a comma or a full stop is what an amendment left behind, never the text.
    lines = (_SPACE_BEFORE_STOP.sub("", line) for line in lines)
    return "\n".join(line for line in lines if line)


def without_marks(text: str) -> str:
    """The text without the amendment marks, and with the spaces that the marks had replaced.

    A closing mark is told from brackets that happen to meet («lettera d)) che la parola») by
    what is open at that point. A mark may open in one paragraph and close in another, so one
    that closes nothing is dropped where it ends a text.
    """
    text = _SUPPRESSED.sub(_MARK, text)
    end = len(text.rstrip(" \n\f\t.;"))
    read: list[str] = []
    opened = _Opened()
    last = 0
    for run in re.finditer(r"\(+|\)+", text):
        read.append(text[last : run.start()])
        if run.group().startswith("("):
            read.append(_opened(len(run.group()), opened))
        elif _is_an_enumerator(text, run):
            read.append(run.group())
        else:
            read.append(_closed(len(run.group()), opened, at_end=run.end() >= end))
        last = run.end()
    return _healed("".join([*read, text[last:]]))


def _is_an_enumerator(text: str, run: re.Match[str]) -> bool:
    before = text[max(0, run.start() - 20) : run.start()]
    return len(run.group()) == 1 and _ENUMERATOR_BEFORE.search(before) is not None


@dataclass(slots=True)
class _Opened:
    """What is open at a place: how many brackets and marks, and how many stood before each mark."""

    count: int = 0
    marks: list[int] = field(default_factory=list)


def _opened(count: int, opened: _Opened) -> str:
    if count == 1:
        opened.count += 1
        return "("
    opened.marks.append(opened.count)
    opened.count += count - 1
    return _MARK + "(" * (count - 2)


def _closed(count: int, opened: _Opened, *, at_end: bool) -> str:
    innermost_is_a_mark = opened.marks[-1:] == [opened.count - 1]
    if count >= 2 and opened.marks and (innermost_is_a_mark or count >= 3):
        opened.count = opened.marks.pop()
        return ")" * (count - 2) + _MARK
    if opened.count and not innermost_is_a_mark:
        opened.count -= 1
        return ")" * count
    return ")" * (count - 2) + _MARK if count >= 2 and at_end and not opened.count else ")" * count


def _healed(text: str) -> str:
    """Close the seams that the marks left: two words stay two words, two full stops are one."""
    text = re.sub(rf"(?<=\.){_MARK}+\.(?!\.)", "", text)
    text = re.sub(rf"(?<=[\w,;:.)]){_MARK}+(?=[\w(«])", " ", text)
    return squeezed(text.replace(_MARK, ""))


def bare_heading(text: str) -> str:
    """A heading without the brackets, and the final full stop, that wrap the whole of it."""
    heading = tidy(without_marks(text)).replace("\n", " ")
    wrapped = re.fullmatch(r"\((.*)\)\.?", heading)
    if wrapped is None or not _is_balanced(wrapped.group(1)):
        return heading
    return wrapped.group(1).strip()


def _is_balanced(text: str) -> bool:
    depth = 0
    for bracket in re.findall(r"[()]", _ENUMERATOR.sub("", text)):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            return False
    return depth == 0


def bare_number(text: str) -> str:
    """A number as it is cited: «Art. 3-bis.» is "3-bis", «1)» is "1", «-» is no number."""
    words = [word.strip(".)(:-–—") for word in tidy(without_marks(text)).split()]
    words = [word for word in words if word]
    suffix = words.pop() if len(words) > 1 and words[-1] in SUFFIX_RANKS else ""
    # The word that names the kind («Art.», «Capo», «Comma») is not part of the number.
    if len(words) > 1 and words[0].isalpha():
        words = words[1:]
    return " ".join(words) + ("-" + suffix if suffix else "")


# --- Notes and pointers to them --------------------------------------------------------


def parted_from_notes(pieces: Iterable[Piece]) -> tuple[list[Piece], list[Piece]]:
    """The pieces of an article without the editor's notes, and the notes.

    A note starts at a line «AGGIORNAMENTO (n)», after a line of dashes that is dropped, and
    runs to the next note or to the end of the paragraph.
    """
    norms: list[Piece] = []
    notes: list[Piece] = []
    for piece in pieces:
        starts = list(_NOTE.finditer(piece.text))
        ends = [*(start.start() for start in starts), len(piece.text)][1:]
        before = piece.text[: starts[0].start()] if starts else piece.text
        norms.append(replace(piece, text=re.sub(r"\s-{3,}\s*$", "", before)))
        for start, end in zip(starts, ends, strict=True):
            words = re.sub(r"\s-{3,}\s*$", "", piece.text[start.end() : end])
            notes.append(Piece(SectionKind.NOTE, start.group(2), words))
    return norms, notes


def with_plain_pointers(text: str, notes: frozenset[str]) -> str:
    """A pointer that is itself an amendment, «((29))», written as any other pointer, «(29)».

    Only a number that a note of the same article carries is a pointer: without this the marks
    would be stripped and a bare «29» would be left among the words.
    """
    return _MARKED_POINTER.sub(
        lambda match: f"({match.group(1)})" if match.group(1) in notes else match.group(), text
    )


def without_pointers(text: str, notes: frozenset[str]) -> str:
    """The words of a comma or letter without the pointers to notes that close it.

    A bracketed number is a pointer when it stands at the end, after a closed sentence or on a
    line of its own, and a note of the same article carries that number. Any other stays: a
    reader can ignore a pointer, but cannot guess a number that was taken from the law.
    """
    text = text.rstrip()
    match = _POINTERS_AT_END.search(text, max(0, len(text) - _LAST_WORDS))
    if match is None or not set(re.findall(r"\d+", match.group("run"))) <= notes:
        return text
    return text[: match.start()].rstrip()


# --- Commi and letters that hide in the text -------------------------------------------


def with_hidden_parts(pieces: list[Piece], notes: frozenset[str]) -> list[Piece]:
    """The pieces of an article, with each comma and letter that hid in a text on its own.

    A number is believed only where one can start, and only if it continues the order of the
    numbers before it and stays below the next number that the markup gives: citations inside
    sentences («lettere a) e b)», «numero 37)», «all'articolo 1, comma 2») fail one or the other.
    """
    read: list[Piece] = []
    place = _Place()
    for piece, (next_comma, next_letter) in zip(pieces, _next_numbers(pieces), strict=True):
        if piece.kind is not None:
            place = place.after(piece.kind, piece.number)
        place = replace(place, next_comma=next_comma, next_letter=next_letter)
        parts, place = _parted(_without_repeated_number(piece), place, notes, read)
        read.extend(parts)
    return read


@dataclass(frozen=True, slots=True)
class _Place:
    """The last comma and letter that were read, and the next that the markup gives."""

    comma: Rank | None = None
    letter: Rank | None = None
    next_comma: Rank | None = None
    next_letter: Rank | None = None

    def after(self, kind: SectionKind, number: str) -> "_Place":
        if kind is SectionKind.COMMA:
            return replace(self, comma=rank_of(number), letter=None)
        return replace(self, letter=rank_of(number))


def _next_numbers(pieces: list[Piece]) -> list[tuple[Rank | None, Rank | None]]:
    """For each piece, the next comma after it, and the next letter of the same comma."""
    comma: Rank | None = None
    letter: Rank | None = None
    found: list[tuple[Rank | None, Rank | None]] = []
    for piece in reversed(pieces):
        found.append((comma, letter))
        if piece.kind is SectionKind.COMMA:
            comma, letter = rank_of(piece.number), None
        elif piece.kind is SectionKind.LETTER:
            letter = rank_of(piece.number)
    return found[::-1]


def _without_repeated_number(piece: Piece) -> Piece:
    """The piece without its own number, where the source prints it again before the words."""
    if piece.kind is None:
        return piece
    repeated = re.compile(rf"\s*{re.escape(piece.number)}[.)]\s*(?=[A-ZÀ-Ý\"«])")
    match = repeated.match(piece.text) if piece.number else None
    return replace(piece, text=piece.text[match.end() :]) if match else piece


def _parted(
    piece: Piece, place: _Place, notes: frozenset[str], read: list[Piece]
) -> tuple[list[Piece], _Place]:
    """One piece parted at its hidden numbers, and the place reached at its end."""
    parts: list[Piece] = []
    start, head = 0, piece
    quotation = _Quotation(piece.text)
    for kind, match in _candidates(piece):
        said = piece.text[max(start, match.start() - _LAST_WORDS) : match.start()]
        said = without_pointers(said if said.strip() else _last_words(read, parts), notes)
        if not _is_believable(kind, match, place, said, piece):
            continue
        if quotation.is_open_at(match.start(), brackets=not _opens_a_line(match)):
            continue
        parts.append(replace(head, text=piece.text[start : match.start()]))
        head = replace(piece, kind=kind, number=match.group("number"))
        start = match.end()
        place = place.after(kind, head.number)
    parts.append(replace(head, text=piece.text[start:]))
    # What is left of a piece that starts with a hidden number is nothing at all.
    return [part for part in parts if part.kind is not None or part.text.strip()], place


def _last_words(read: list[Piece], parts: list[Piece]) -> str:
    before = chain(reversed(parts), reversed(read))
    return next((piece.text[-_LAST_WORDS:] for piece in before if piece.text.strip()), "")


def _candidates(piece: Piece) -> list[tuple[SectionKind, re.Match[str]]]:
    commi = [(SectionKind.COMMA, match) for match in _HIDDEN_COMMA.finditer(piece.text)]
    letters = [(SectionKind.LETTER, match) for match in _HIDDEN_LETTER.finditer(piece.text)]
    # A text that counts again from 1, or a letter that counts again from a, lists items of its
    # own («1. … 2. …»), and their numbers are no commi and no letters.
    counted = commi[1:] if piece.kind is None else commi
    if any(match.group("number") == "1" for _, match in counted):
        commi = []
    if piece.kind is SectionKind.LETTER and any(m.group("number") == "a" for _, m in letters):
        letters = []
    return sorted(commi + letters, key=lambda candidate: candidate[1].start("number"))


def _opens_a_line(match: re.Match[str]) -> bool:
    return match.group("gap") in ("", "\n", "\f")


def _is_believable(
    kind: SectionKind, match: re.Match[str], place: _Place, said: str, piece: Piece
) -> bool:
    rank = rank_of(match.group("number"))
    if rank is None or rank.lettered != (kind is SectionKind.LETTER):
        return False
    if match.start() == 0 and piece.kind is not None:
        return False
    starts = match.start() == 0 or match.group("gap") == PARAGRAPH_BREAK
    opens_paragraph = starts and piece.own_paragraph
    if kind is SectionKind.COMMA:
        return _is_a_comma(rank, match, place, said, opens_paragraph=opens_paragraph)
    return _is_a_letter(rank, match, place, said, opens_paragraph=opens_paragraph)


def _is_a_comma(
    rank: Rank, match: re.Match[str], place: _Place, said: str, *, opens_paragraph: bool
) -> bool:
    # «2)» numbers an item of a list; only «2-bis)» can be the number of a comma.
    if match.group("end") == ")" and rank.suffix == 0:
        return False
    if place.next_comma is not None and rank >= place.next_comma:
        return False
    # What follows a «:» is an item of the comma that is open, and never another comma.
    if said.endswith(":"):
        return False
    if said and not said.endswith((".", ";", "»", '"')) and not opens_paragraph:
        return False
    if not _opens_a_line(match) and _ABBREVIATION_BEFORE.search(said[-12:]):
        return False
    if place.comma is None:
        return is_first(rank) and (opens_paragraph or not said)
    if opens_paragraph:
        return place.comma < rank and rank.base <= place.comma.base + 1
    return follows(rank, place.comma)


def _is_a_letter(
    rank: Rank, match: re.Match[str], place: _Place, said: str, *, opens_paragraph: bool
) -> bool:
    if place.next_letter is not None and rank >= place.next_letter:
        return False
    if place.letter is not None:
        return _ENDED_LETTER.search(said) is not None and follows(rank, place.letter)
    # The first letter follows the «:» of the comma. If it opens a paragraph, the source may
    # have lost the letters before it, and a letter that is there must not be lost as well.
    return said.endswith(":") and (is_first(rank) or (opens_paragraph and rank.suffix == 0))


class _Quotation:
    """Whether a place in a text is inside a quotation or, if asked, inside brackets.

    It reads the text once, in order, whatever the number of places that it is asked about.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._read = 0
        self._guillemets = 0
        self._quotes = 0
        self._brackets = 0

    def is_open_at(self, place: int, *, brackets: bool) -> bool:
        passed = self._text[self._read : place]
        self._read = place
        self._guillemets += passed.count("«") - passed.count("»")
        self._quotes += passed.count('"')
        passed = _ENUMERATOR.sub("", passed)
        self._brackets += passed.count("(") - passed.count(")")
        quoted = self._guillemets > 0 or self._quotes % 2 == 1
        return quoted or (brackets and self._brackets > 0)
