"""What stands under a head: commi, letters, notes, and the words between.

Numbers are believed by the order of law: what continues it is a comma or a letter, what counts
again after a «:» is a list in the text, and what does neither is said as a doubt.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_dirt import PARAGRAPH_BREAK, Piece, with_hidden_parts, without_marks
from ptm_participation.plan.akn_order import Rank, follows, is_first, rank_of
from ptm_participation.plan.drafts import Draft, assembled
from ptm_participation.plan.heads import Item, Line, comma_of, letter_of
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.paragraphs import Place

COMMA_SKIPS = _l("Paragraph %(number)s comes after %(before)s: is one missing?")
COMMA_FIRST = _l("The first paragraph of the article has number %(number)s.")
COMMA_BACK = _l("Paragraph %(number)s comes after %(before)s: the numbers go back.")
COMMA_RESTARTS = _l(
    "The numbers start again from %(number)s after %(before)s: read as text of the latter."
)
LETTER_SKIPS = _l("Letter %(number)s) comes after %(before)s): is one missing?")
LETTER_FIRST = _l("The first letter is %(number)s).")
LETTER_BACK = _l(
    "Letter %(number)s) comes after %(before)s): read as text of what stands before it."
)
FAR = _l("Number %(number)s is far from %(before)s: read as text.")

FARTHEST = 10  # a number that skips more than this is a year, or a figure, and no comma
_NOTE = re.compile(r"(?:-{3,}\s*)?AGGIORNAMENTO\s*\((\w+)\)")
_DASHES = re.compile(r"-{3,}")
_ROMAN = re.compile(r"[ivx]+")

Doubtful = Callable[..., None]


@dataclass(slots=True)
class _Part:
    """A piece that is still growing. Its words are joined once, or each line would copy them."""

    kind: SectionKind | None
    number: str
    words: list[str]
    sources: list[int] = field(default_factory=list)
    place: Place | None = None
    has_bracket: bool = False

    @property
    def rank(self) -> Rank | None:
        return rank_of(self.number)

    @property
    def said(self) -> str:
        """The last words, by which it is known what may follow."""
        return next((words.rstrip() for words in reversed(self.words) if words.strip()), "")

    def piece(self) -> Piece:
        own, text = self.kind is None, "".join(self.words)
        return Piece(self.kind, self.number, without_marks(text), own, tuple(self.sources))


class Body:
    """Takes the lines under a head, and fills the head's draft when it ends."""

    def __init__(self, holder: Draft, doubt: Doubtful) -> None:
        self.holder = holder
        self._doubt = doubt
        self._parts: list[_Part] = []
        self._notes: list[Draft] = []
        self._comma: _Part | None = None
        self._letter: _Part | None = None
        # The last number of a list that counts inside a comma or a letter.
        self._inner: Rank | None = None

    @property
    def is_empty(self) -> bool:
        return not self._parts and not self._notes

    def take(self, line: Line, *, is_quoted: bool) -> None:
        """Put a line where it belongs."""
        if note := _NOTE.fullmatch(line.printed):
            self._notes.append(Draft(SectionKind.NOTE, note.group(1), "AGGIORNAMENTO"))
        if self._notes:
            self._add_to_note(line, is_head=bool(note))
        elif _DASHES.fullmatch(line.text):
            return
        elif line.is_row or is_quoted or line.is_bullet:
            self._add_words(line, inner=True)
        elif (item := comma_of(line)) is not None:
            self._take_number(line, item)
        elif (item := letter_of(line)) is not None:
            self._take_letter(line, item)
        else:
            self._add_words(line, inner=not line.is_first)

    def add_note(self, number: str, words: str, paragraph: int) -> None:
        """A footnote of what stands here."""
        note = Draft(SectionKind.NOTE, number, "", [words], sources=(paragraph,))
        self.holder.children.append(note)

    def end(self) -> None:
        """Give the holder its words, commi, letters and notes."""
        pieces = with_hidden_parts([part.piece() for part in self._parts], frozenset())
        words, drafts = assembled(pieces, frozenset())
        self.holder.words.extend(words)
        first = next((n for n, p in enumerate(self._parts) if p.kind is SectionKind.COMMA), None)
        for part in self._parts[:first]:
            if part.kind is None:
                self.holder.sources += tuple(part.sources)
        self.holder.children[:0] = [*drafts, *self._notes]

    # -- where a line goes ---------------------------------------------------------------

    def _add_to_note(self, line: Line, *, is_head: bool) -> None:
        note = self._notes[-1]
        if note.sources[-1:] != (line.paragraph,):
            note.sources += (line.paragraph,)
        if not is_head and not _DASHES.fullmatch(line.text):
            note.words.append(line.printed)

    def _open(self, kind: SectionKind, line: Line, item: Item, number: str) -> None:
        part = _Part(kind, number, [item.rest], [line.paragraph], line.place, item.has_bracket)
        self._parts.append(part)
        self._inner = None
        if kind is SectionKind.COMMA:
            self._comma, self._letter = part, None
        else:
            self._letter = part

    def _add_words(self, line: Line, *, inner: bool) -> None:
        """Words under no number: of a list, or of a paragraph that goes on."""
        part = self._parts[-1] if self._parts else None
        if part is None or not (inner or self._goes_on(part, line)):
            # The closing words of a comma that was parted into letters are the comma's own.
            self._parts.append(_Part(None, "", [line.printed], [line.paragraph]))
            return
        if any(part.words):
            part.words.append(PARAGRAPH_BREAK if line.is_first else "\n")
        part.words.append(line.printed)
        part.sources.append(line.paragraph)

    def _goes_on(self, part: _Part, line: Line) -> bool:
        """Whether the words belong to the letter that is open, and not to what holds it."""
        if part.kind is not SectionKind.LETTER:
            return True
        return not part.said or part.said.endswith(":") or line.text[:1].islower()

    def _said(self) -> str:
        return self._parts[-1].said if self._parts else ""

    # -- numbers -------------------------------------------------------------------------

    def _take_number(self, line: Line, item: Item) -> None:
        number = self._own_number(item.number)
        rank = rank_of(number)
        if rank is None:
            self._add_words(line, inner=True)
        elif self._is_inner_number(line, item, rank):
            self._inner = rank
            self._add_words(line, inner=True)
        elif self._is_a_comma(line, number, rank):
            self._open(SectionKind.COMMA, line, item, number)
        else:
            self._add_words(line, inner=True)

    def _own_number(self, number: str) -> str:
        """«18.2», counted under article 18, is its comma 2."""
        within, _dot, own = number.partition(".")
        is_own = own and within == self.holder.number.partition("-")[0]
        return own if is_own and self.holder.kind is SectionKind.ARTICLE else number

    def _is_inner_number(self, line: Line, item: Item, rank: Rank) -> bool:
        """Whether a number counts a list in the text, and no commi."""
        if self._comma is None:
            introduced = self._said().endswith(":") or self._letter is not None
            continued = self._inner is not None and follows(rank, self._inner)
            return bool(self._parts) and (continued or (introduced and is_first(rank)))
        last = self._comma.rank
        continues = last is not None and follows(rank, last)
        if line.place and self._comma.place:
            other = line.place != self._comma.place
            deeper = line.place.level > self._comma.place.level
            return other and (deeper or not continues or self._said().endswith(":"))
        if item.has_bracket and not rank.suffix and not self._comma.has_bracket:
            return True
        if self._said().endswith(":"):
            return is_first(rank)
        if self._inner is None or not follows(rank, self._inner):
            return False
        return not (continues and self._said().endswith("."))

    def _is_a_comma(self, line: Line, number: str, rank: Rank) -> bool:
        last = self._comma.rank if self._comma else None
        before = self._comma.number if self._comma else ""
        if last is None:
            if rank.base > FARTHEST:
                self._doubt(line.paragraph, FAR, number=number, before="0")
                return False
            if not is_first(rank) and rank.plain:
                self._doubt(line.paragraph, COMMA_FIRST, number=number)
            return True
        if follows(rank, last):
            return True
        said: Any = None
        if rank.base > last.base + FARTHEST:
            said = FAR
        elif rank > last:
            self._doubt(line.paragraph, COMMA_SKIPS, number=number, before=before)
            return True
        elif is_first(rank):
            said = COMMA_RESTARTS
        if said is None:
            self._doubt(line.paragraph, COMMA_BACK, number=number, before=before)
            return True
        self._doubt(line.paragraph, said, number=number, before=before)
        self._inner = rank if said is COMMA_RESTARTS else self._inner
        return False

    # -- letters -------------------------------------------------------------------------

    def _take_letter(self, line: Line, item: Item) -> None:
        rank = rank_of(item.number)
        if rank is not None and self._is_a_letter(line, item.number, rank):
            self._open(SectionKind.LETTER, line, item, item.number)
        else:
            self._add_words(line, inner=True)

    def _is_a_letter(self, line: Line, number: str, rank: Rank) -> bool:
        last = self._letter.rank if self._letter else None
        introduced = self._said().endswith(":")
        if last is None or self._letter is None:
            if _ROMAN.fullmatch(number) and not is_first(rank):
                return False
            if not is_first(rank):
                self._doubt(line.paragraph, LETTER_FIRST, number=number)
            return True
        if line.place and self._letter.place and line.place.level > self._letter.place.level:
            return False
        listed = self._inner is not None and follows(rank, self._inner)
        if listed and not (follows(rank, last) and self._said().endswith(".")):
            self._inner = rank
            return False
        if follows(rank, last) and not (introduced and number == "i"):
            return True
        if introduced and (is_first(rank) or number == "i"):
            self._inner = rank
            return False
        if _ROMAN.fullmatch(number) and len(number) > 1:
            return False
        before = self._letter.number
        if rank > last:
            self._doubt(line.paragraph, LETTER_SKIPS, number=number, before=before)
            return True
        self._doubt(line.paragraph, LETTER_BACK, number=number, before=before)
        return False
