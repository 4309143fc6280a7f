"""Finding a text by its words, the same on both engines.

A text is kept a second time as the stems of its words, made here, so that SQLite's FTS5 and
PostgreSQL's `simple` dictionary index the same and find the same. What is indexed is parted into
runs of ASCII letters and runs of digits: no parser of either engine reads anything else into them.
"""

import dataclasses
import functools
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from snowballstemmer import stemmer
from sqlalchemy.dialects.postgresql import TSQUERY

from ptm_participation.core.db import db
from ptm_participation.core.reference import fold

# PostgreSQL keeps no place of a word beyond the 16,383rd, and no more than a megabyte of a text.
MOST_WORDS = 16_000
LONGEST_WORD = 40
LEAST_BEGINNING = 3
SHORTEST_INFLECTED = 4  # «ente»; of «via» or «per» no ending is taken
# What an Italian sentence is held together with: asked for only where nothing else is, or within
# quotation marks.
SMALL_WORDS = frozenset(
    re.findall(
        r"[a-z]+",
        """a ad agli ai al all alla alle allo anche c che chi ci come con cui d da dagli dai dal
        dall dalla dalle dallo de degli dei del dell della delle dello di e ed fra gli ha i il in l
        la le li lo ma ne negli nei nel nell nella nelle nello non o od per qual quale quali quell
        se si su sugli sui sul sull sulla sulle sullo tra un una uno""",
    )
)
_PIECE = re.compile(r"[\w\u0300-\u036f]+")
_RUN = re.compile(r"[a-z]+|[0-9]+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ASKED = re.compile(r"[\"“”«]([^\"“”«»]+)[\"“”»]|([^\s\"“”«»]+)")


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """What a text must hold: a stem, or several in a row. `beginning` is what the last word that
    was typed begins with: it may not be whole."""

    stems: tuple[str, ...]
    beginning: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text that was found, and whether it is what was looked for."""

    text: str
    found: bool = False


Spot = tuple[int, int]  # where in a text something begins and ends


class Word(NamedTuple):
    """A stem, and where in the text the word stands."""

    stem: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    """The words of a text as they are indexed, in their order."""
    for piece in _PIECE.finditer(text):
        for stem in _stems(piece[0][: 2 * LONGEST_WORD]):
            yield Word(stem, piece.start(), piece.end())


def indexed(text: str) -> str:
    """The text as it is kept to be found: its stems, parted by spaces."""
    stems = (word.stem for word in words_of(text))
    return " ".join(stem for stem, _turn in zip(stems, range(MOST_WORDS), strict=False))


@functools.lru_cache(maxsize=50_000)
def _stems(piece: str) -> tuple[str, ...]:
    return tuple(_stem(run) for run in _runs(piece))


def _runs(piece: str) -> list[str]:
    """The runs of letters and of digits in a piece: «18bis» has two."""
    return [run[:LONGEST_WORD] for run in _RUN.findall(_BEYOND_ASCII.sub(_spelled, fold(piece)))]


def _spelled(letter: re.Match[str]) -> str:
    """A letter of another alphabet by the number that it has, in letters."""
    if not letter[0].isalnum():
        return " "
    return "".join(chr(ord("a") + int(digit, 16)) for digit in f"{ord(letter[0]):x}")


def _stem(run: str) -> str:
    """A word without its ending. Snowball leaves that of short words («ente» and «enti», «lago» and
    «laghi»), and takes more of «edifici» than of «edificio»: here they are one."""
    if not run.isalpha():
        return run
    # A stemmer keeps the word that it works on, so each thread needs its own; making one is cheap.
    stem: str = stemmer("italian").stemWord(run[:-1] if run.endswith("ficio") else run)
    if stem == run and len(run) >= SHORTEST_INFLECTED and stem.endswith(tuple("aeio")):
        stem = stem[:-1]
    return stem[:-1] if stem.endswith(("ch", "gh")) else stem


def read(asked: str) -> tuple[Term, ...]:
    """What was asked for: every word, words within quotation marks in a row, and of the last word
    what it may be the beginning of. Nothing if no word is in it."""
    terms: list[Term] = []
    small: list[Term] = []
    for quoted, plain in _ASKED.findall(asked):
        if quoted:
            stems = tuple(word.stem for word in words_of(quoted))
            terms += [Term(stems)] if stems else []
            continue
        for run in (run for piece in _PIECE.findall(plain) for run in _runs(piece)):
            # What is typed of «edificio» must not lose it at the sixth letter.
            beginning = run[:-2] if run.endswith("fic") else run
            (small if run in SMALL_WORDS else terms).append(Term((_stem(run),), beginning))
    return tuple(_with_one_beginning(list(dict.fromkeys(terms or small))))


def _with_one_beginning(terms: list[Term]) -> Iterator[Term]:
    """Only the last word may be one that is not yet whole."""
    for place, term in enumerate(terms, 1):
        whole = term.beginning.isdigit() or len(term.beginning) < LEAST_BEGINNING
        yield Term(term.stems, "" if whole or place < len(terms) else term.beginning)


def engine() -> str:
    """Which of the two engines is asked: each is asked in its own words."""
    return db.engine.dialect.name


def holds(column: Any, dialect: str) -> sa.ColumnElement[bool]:
    """Whether a row holds what `asked` says, given under that name: `column` is the one that
    `schema.make_searchable` was given."""
    table = column.class_.__table__
    said: sa.BindParameter[str] = sa.bindparam("asked", type_=sa.Text)
    if dialect == "postgresql":
        vector: sa.ColumnClause[Any] = sa.literal_column(f"{table.name}.fts_words")
        return vector.op("@@", is_comparison=True)(sa.cast(said, TSQUERY))
    index = f"fts_{table.name}"
    rows = sa.table(index, sa.column("rowid"))
    match = sa.column(index).op("MATCH", is_comparison=True)(said)
    return column.class_.id.in_(sa.select(rows.c.rowid).select_from(rows).where(match))


def asked(terms: Sequence[Term], dialect: str) -> str:
    """The question as an engine takes it; its words are stems, so nothing in it needs a mask."""
    if dialect == "postgresql":
        return " & ".join(map(_for_postgresql, terms))
    return " AND ".join(map(_for_sqlite, terms))


def _for_sqlite(term: Term) -> str:
    row = f'"{" ".join(term.stems)}"'
    return f'({row} OR "{term.beginning}"*)' if term.beginning else row


def _for_postgresql(term: Term) -> str:
    row = f"({' <-> '.join(repr(stem) for stem in term.stems)})"
    return f"({row} | '{term.beginning}':*)" if term.beginning else row


def marked(text: str, terms: Sequence[Term]) -> list[Piece]:
    """A text in pieces: what was looked for, and the rest."""
    return _pieces(text, _spots(text, terms), 0, len(text))


def excerpt(text: str, terms: Sequence[Term], length: int = 240) -> list[Piece]:
    """As much of a text as is shown of it: where it first holds what was looked for."""
    text = " ".join(text.split())
    spots = _spots(text, terms)
    first = spots[0][0] if spots else 0
    start = _word_before(text, first - length // 4) if first > length // 2 else 0
    end = text.rfind(" ", start, start + length) if len(text) > start + length else len(text)
    end = end if end > first else min(len(text), start + length)
    pieces = _pieces(text, spots, start, end)
    before = [Piece("… ")] if start else []
    return [*before, *pieces, *([Piece(" …")] if end < len(text) else [])]


def _word_before(text: str, place: int) -> int:
    return text.rfind(" ", 0, max(place, 0)) + 1


def _pieces(text: str, spots: list[Spot], start: int, end: int) -> list[Piece]:
    pieces: list[Piece] = []
    for begin, stop in spots:
        if begin >= start and stop <= end:
            pieces += [Piece(text[start:begin]), Piece(text[begin:stop], found=True)]
            start = stop
    pieces.append(Piece(text[start:end]))
    return [piece for piece in pieces if piece.text]


def _spots(text: str, terms: Sequence[Term]) -> list[Spot]:
    """Where a text holds what was looked for, one after another."""
    single = {term.stems[0] for term in terms if len(term.stems) == 1}
    beginnings = tuple(term.beginning for term in terms if term.beginning)
    rows = [term.stems for term in terms if len(term.stems) > 1]
    words = list(words_of(text))
    spots: list[Spot] = []
    for place, (stem, start, end) in enumerate(words):
        if stem in single or stem.startswith(beginnings):
            spots.append((start, end))
        for row in rows:
            there = words[place : place + len(row)] if stem == row[0] else []
            if there and tuple(word.stem for word in there) == row:
                spots.append((start, there[-1].end))
    return _apart(sorted(spots, key=lambda spot: (spot[0], -spot[1])))


def _apart(spots: list[Spot]) -> list[Spot]:
    """Those that do not overlap one before."""
    kept: list[Spot] = []
    for start, end in spots:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
