"""Reads a plan's norms in paragraphs: part, title, chapter, article, comma, letter.

Structure comes from the styles of headings, from automatic numbering, or from numbers
that were typed; a document may mix them. What does not fit is placed where it does least harm
and said as a doubt: whoever knows the text decides, before anything is written.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_order import Rank, follows, rank_of
from ptm_participation.plan.body import Body
from ptm_participation.plan.drafts import (
    LEVELS,
    Draft,
    NoArticle,
    holds_norms,
    printed_divisions,
)
from ptm_participation.plan.heads import (
    LONGEST_HEADING,
    Head,
    Line,
    comma_of,
    head_of,
    is_heading_words,
    letter_of,
    lines_of,
    numbered_head_of,
    words_after_head,
)
from ptm_participation.plan.kinds import DIVISIONS, SectionKind, citation, sort_key
from ptm_participation.plan.paragraphs import MOST_PARAGRAPHS, Paragraph, TooManyParagraphs
from ptm_participation.plan.reading import Doubt, Reading, SourceParagraph

ARTICLE_SKIPS = _l("Article %(number)s comes after %(before)s: is one missing?")
ARTICLE_BACK = _l("Article %(number)s comes after %(before)s: the numbers go back.")
ARTICLE_TWICE = _l("Another article has number %(number)s.")
ARTICLE_EMPTY = _l("Article %(number)s has no text.")
DIVISION_SKIPS = _l("%(name)s does not follow the one before it: is one missing?")
DIVISION_BACK = _l("%(name)s comes after one with a higher or equal number.")
OUT_OF_ORDER = _l(
    "The style of «%(name)s» is of a higher rank than that of «%(outer)s», which holds it."
)
NOT_STYLED = _l("It reads as the head of an article, but other articles have a heading's style.")
NOT_BELIEVED = _l("It reads as the head of an article, but is out of order: read as text.")
QUOTE_OPEN = _l("A quotation that opens here is not closed.")
TITLE = _l("«%(name)s» is taken as the title of the whole text, and left out.")
LEFT_OUT = _l("%(count)d paragraphs before the first article or title are left out.")
CONTENTS = _l("%(count)d paragraphs of the table of contents are left out.")

_QUOTE_LINES = 60  # as far as the end of a quotation is looked for
_FEWEST_LISTED = 3  # articles that a list of heads must have to be a table of contents


def structured(paragraphs: Sequence[Paragraph], doubts: Sequence[Doubt]) -> Reading:
    """The tree that paragraphs make; `doubts` are those of their reader. Raises NoArticle."""
    structure = _Structure(paragraphs)
    structure.read()
    structure.leave_out_the_title()
    tree = tuple(draft.node() for draft in structure.roots)
    if not any(holds_norms(node) for node in tree):
        raise NoArticle
    places = _places(structure.roots)
    source = tuple(
        SourceParagraph(p.number, p.printed, places.get(p.number), p.page, p.line, p.file)
        for p in paragraphs
    )
    said = sorted([*doubts, *structure.doubts], key=lambda doubt: doubt.paragraph)
    return Reading(tree, source, tuple(said))


def _places(roots: Sequence[Draft]) -> dict[int, int]:
    """The first section of each paragraph, by its place in the tree."""
    places: dict[int, int] = {}
    waiting, place = list(reversed(roots)), 0
    while waiting:
        draft = waiting.pop()
        for paragraph in draft.sources:
            places.setdefault(paragraph, place)
        place += 1
        waiting.extend(reversed(draft.children))
    return places


class _Structure:
    """Reads line after line; knows what is open, and what has been numbered so far."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.roots: list[Draft] = []
        self.doubts: list[Doubt] = []
        self._notes = {p.number: p.notes for p in paragraphs if p.notes}
        self._lines = [line for paragraph in paragraphs for line in lines_of(paragraph)]
        if len(self._lines) > MOST_PARAGRAPHS:
            raise TooManyParagraphs
        self._heads = [head_of(line) for line in self._lines]
        if not any(head and head.kind is SectionKind.ARTICLE for head in self._heads):
            self._number_the_headings()
        self._listed = self._typed_contents()
        sure = [h for h in self._heads if h and h.kind is SectionKind.ARTICLE and h.is_sure]
        self._articles_are_styled = len(sure) > 1
        self._kind_at_level = self._learned_kinds()
        self._open: list[tuple[Draft, int | None]] = []
        self._body: Body | None = None
        self._article: tuple[Draft, int | None] | None = None
        self._last: Rank | None = None
        self._last_number = ""
        self._last_division: dict[SectionKind, int] = {}
        self._numbers: set[str] = set()
        self._quoted_until = -1

    def read(self) -> None:
        left_out: list[int] = []
        for index, line in enumerate(self._lines):
            if line.is_contents or index in self._listed:
                continue
            head = self._believed_head(index)
            if head is not None:
                self._open_head(head, line)
            elif self._body is None:
                left_out.append(line.paragraph)
            elif self._is_a_heading(index):
                self._add_heading(line)
            else:
                self._take(index)
            if line.is_first:
                self._take_notes(line)
        self._end_body()
        self._say_what_is_left_out(left_out)

    def leave_out_the_title(self) -> None:
        """A heading without a number that holds all the rest is the document's own title."""
        if len(self.roots) != 1:
            return
        (first,) = self.roots
        is_title = first.kind is SectionKind.HEADING and not (first.number or first.words)
        if is_title and first.children:
            self.roots = first.children
            self._doubt(first.sources[0], TITLE, name=first.heading)

    def _doubt(self, paragraph: int, sentence: object, **facts: object) -> None:
        self.doubts.append(Doubt(paragraph, sentence, facts))

    # -- before reading ------------------------------------------------------------------

    def _number_the_headings(self) -> None:
        """Where there is no article, «5.1 Rete ecologica» heads what stands under it.

        A number of one figure may be a paragraph's: it heads only in the print of a heading,
        in capitals, or right before a heading of its own.
        """
        found = [
            numbered_head_of(line.printed) if line.is_first and not line.is_row else None
            for line in self._lines
        ]
        for index, head in enumerate(found):
            line = self._lines[index]
            if head is None or self._heads[index]:
                continue
            after = found[index + 1] if index + 1 < len(found) else None
            opens = after is not None and after.number.startswith(f"{head.number}.")
            if "." in head.number or line.level is not None or opens or head.rest.isupper():
                self._heads[index] = head
                self._lines[index] = replace(line, level=head.number.count("."))

    def _learned_kinds(self) -> dict[int, SectionKind]:
        """What the headings of each level are, where most of them say it in words."""
        found: dict[int, Counter[SectionKind]] = {}
        for line, head in zip(self._lines, self._heads, strict=True):
            if head and line.level is not None and head.kind is not SectionKind.HEADING:
                found.setdefault(line.level, Counter())[head.kind] += 1
        return {level: kinds.most_common(1)[0][0] for level, kinds in found.items()}

    def _typed_contents(self) -> set[int]:
        """The lines of a table of contents that is typed: heads and nothing else, then again."""
        keys = [(h.kind, h.number) if h else None for h in self._heads]
        first = next((n for n, key in enumerate(keys) if key), None)
        article = next((n for n, k in enumerate(keys) if k and k[0] is SectionKind.ARTICLE), None)
        if first is None or article is None:
            return set()
        again = next((n for n in range(article + 1, len(keys)) if keys[n] == keys[article]), None)
        if again is None:
            return set()
        start = next((n for n in range(first + 1, again) if keys[n] == keys[first]), again)
        listed = range(first, start)
        articles = sum(key[0] is SectionKind.ARTICLE for key in keys[first:start] if key)
        only_heads = all(keys[n] or self._may_be_heading(self._lines[n]) for n in listed)
        return set(listed) if articles >= _FEWEST_LISTED and only_heads else set()

    def _say_what_is_left_out(self, left_out: list[int]) -> None:
        contents = [
            line.paragraph
            for index, line in enumerate(self._lines)
            if line.is_first and (line.is_contents or index in self._listed)
        ]
        for paragraphs, sentence in (
            (list(dict.fromkeys(left_out)), LEFT_OUT),
            (contents, CONTENTS),
        ):
            if paragraphs:
                self._doubt(paragraphs[0], sentence, count=len(paragraphs))

    # -- heads ---------------------------------------------------------------------------

    def _believed_head(self, index: int) -> Head | None:
        line, head = self._lines[index], self._heads[index]
        if head is None:
            return self._styled_head(index)
        if index <= self._quoted_until and line.level is None:
            return None
        if head.kind is not SectionKind.ARTICLE or head.is_sure:
            return head
        rank = rank_of(head.number)
        in_order = rank is not None and (self._last is None or follows(rank, self._last))
        if self._articles_are_styled:
            self._doubt(line.paragraph, NOT_STYLED if in_order else NOT_BELIEVED)
            return head if in_order else None
        if not in_order and head.rest and self._is_a_citation(head, line):
            self._doubt(line.paragraph, NOT_BELIEVED)
            return None
        return head

    @staticmethod
    def _is_a_citation(head: Head, line: Line) -> bool:
        """Whether nothing parts the number from the words («Art. 5 D.Lgs. 42/2004»)."""
        return not any(sign in line.text[: -len(head.rest)].rstrip()[-1:] for sign in ".:–—-)")

    def _styled_head(self, index: int) -> Head | None:
        """A heading that says by its style alone that it is one."""
        line = self._lines[index]
        if line.level is None or self._is_a_heading(index):
            return None
        if self._article and self._article[1] is not None and line.level > self._article[1]:
            return None
        item = comma_of(line)
        kind = self._kind_at_level.get(line.level, SectionKind.HEADING)
        if item and kind in (SectionKind.ARTICLE, *DIVISIONS):
            return Head(kind, item.number, item.rest)
        if not line.text:
            return None
        if kind is SectionKind.HEADING and (numbered := numbered_head_of(line.printed)):
            return numbered
        label = line.label.strip(".)")
        return Head(SectionKind.HEADING, "" if label == "•" else label, line.text)

    def _open_head(self, head: Head, line: Line) -> None:
        self._end_body()
        self._quoted_until = -1
        if head.kind is SectionKind.ARTICLE:
            self._open_article(head, line)
        else:
            self._open_division(head, line)

    def _open_article(self, head: Head, line: Line) -> None:
        heading, words = words_after_head(head.rest)
        draft = Draft(SectionKind.ARTICLE, head.number, heading, sources=(line.paragraph,))
        self._close_for_article(line.level)
        self._check_article(draft, line)
        (self._open[-1][0].children if self._open else self.roots).append(draft)
        self._article = (draft, line.level)
        self._body = Body(draft, self._doubt)
        if words:
            self._body.take(Line(line.paragraph, words), is_quoted=False)

    def _open_division(self, head: Head, line: Line) -> None:
        """Open a division, or the two that one head prints («Capo I … Sezione I …»)."""
        self._article = None
        for draft in self._division(head):
            draft.sources = (line.paragraph,)
            self._close_for(draft.kind, line)
            self._check_division(draft, line)
            (self._open[-1][0].children if self._open else self.roots).append(draft)
            self._open.append((draft, line.level))
            self._body = Body(draft, self._doubt)

    @staticmethod
    def _division(head: Head) -> list[Draft]:
        if head.kind is SectionKind.HEADING:
            return [Draft(SectionKind.HEADING, head.number, head.rest)]
        word = citation(head.kind, head.number)
        return printed_divisions(head.kind, word, head.rest) or [Draft(head.kind, head.number)]

    def _close_for_article(self, level: int | None) -> None:
        while self._open and self._open[-1][0].kind is SectionKind.HEADING:
            of_heading = self._open[-1][1]
            if of_heading is not None and (level is None or of_heading < level):
                return
            if self._open[-1][0].heading.lower().startswith("allegat"):
                return
            self._open.pop()

    def _close_for(self, kind: SectionKind, line: Line) -> None:
        """Close what cannot hold a division: those of its kind and smaller, and side headings."""
        while self._open:
            outer, level = self._open[-1]
            if SectionKind.HEADING in (kind, outer.kind):
                if level is not None and line.level is not None and level < line.level:
                    return
            elif LEVELS.index(outer.kind) < LEVELS.index(kind):
                if level is not None and line.level is not None and line.level < level:
                    names = {"name": line.printed[:80], "outer": citation(outer.kind, outer.number)}
                    self._doubt(line.paragraph, OUT_OF_ORDER, **names)
                return
            self._open.pop()

    # -- the order of heads --------------------------------------------------------------

    def _check_article(self, draft: Draft, line: Line) -> None:
        rank = rank_of(draft.number)
        facts = {"number": draft.number, "before": self._last_number}
        if draft.number in self._numbers:
            self._doubt(line.paragraph, ARTICLE_TWICE, number=draft.number)
        elif rank and self._last and rank <= self._last:
            self._doubt(line.paragraph, ARTICLE_BACK, **facts)
        elif rank and self._last and not follows(rank, self._last):
            self._doubt(line.paragraph, ARTICLE_SKIPS, **facts)
        self._numbers.add(draft.number)
        if rank:
            self._last, self._last_number = rank, draft.number

    def _check_division(self, draft: Draft, line: Line) -> None:
        key = sort_key(draft.kind, draft.number)[:5]
        if draft.kind is SectionKind.HEADING or not key.isdigit():
            return
        number, last = int(key), self._last_division.get(draft.kind, 0)
        name = citation(draft.kind, draft.number)
        if number == last and "-" in draft.number:
            return
        outer = self._open[-1][0] if self._open else None
        restarts = number == 1 and outer is not None and not self._holds(outer, draft.kind)
        if number <= last and not restarts:
            self._doubt(line.paragraph, DIVISION_BACK, name=name)
        elif number > last + 1:
            self._doubt(line.paragraph, DIVISION_SKIPS, name=name)
        self._last_division[draft.kind] = number

    @staticmethod
    def _holds(outer: Draft, kind: SectionKind) -> bool:
        return any(child.kind is kind for child in reversed(outer.children))

    # -- what stands under a head --------------------------------------------------------

    def _is_a_heading(self, index: int) -> bool:
        """Whether a line is the heading of the head that was opened just before it."""
        body, line = self._body, self._lines[index]
        if body is None or not body.is_empty or line.is_row or not line.text or line.label:
            return False
        holder = body.holder
        if holder.kind is SectionKind.HEADING:
            return False
        if len(holder.heading) > LONGEST_HEADING:
            return False
        if holder.heading:
            both = holder.kind in DIVISIONS and holder.heading.isupper() and line.text.isupper()
            return (both or not line.is_first) and self._may_be_heading(line)
        if not line.is_first and holder.sources[-1] == line.paragraph:
            return comma_of(line) is None and is_heading_words(line.text)
        if line.level is None and self._is_followed_by_a_head(index):
            return holder.kind in DIVISIONS and self._may_be_heading(line)
        return self._may_be_heading(line)

    @staticmethod
    def _may_be_heading(line: Line) -> bool:
        plain = comma_of(line) is None and letter_of(line) is None and not line.is_bullet
        return plain and is_heading_words(line.text)

    def _is_followed_by_a_head(self, index: int) -> bool:
        return index + 1 >= len(self._lines) or self._heads[index + 1] is not None

    def _add_heading(self, line: Line) -> None:
        assert self._body is not None
        holder = self._body.holder
        _heading, words = words_after_head(line.text)
        joined = f"{holder.heading} {_heading or words}".strip()
        holder.heading = joined
        holder.sources += (line.paragraph,)

    def _take(self, index: int) -> None:
        assert self._body is not None
        line = self._lines[index]
        quoted = index <= self._quoted_until
        if not quoted:
            self._look_for_quotation(index)
        self._body.take(line, is_quoted=quoted)

    def _look_for_quotation(self, index: int) -> None:
        """Find where a quotation that opens in a line is closed: what it quotes is only text."""
        if _opened(self._lines[index].text) <= 0:
            return
        balance = 0
        for further in range(index, min(index + _QUOTE_LINES, len(self._lines))):
            if further > index and self._lines[further].level is not None and self._heads[further]:
                break
            balance += _opened(self._lines[further].text)
            if balance <= 0:
                self._quoted_until = further
                return
        self._doubt(self._lines[index].paragraph, QUOTE_OPEN)

    def _take_notes(self, line: Line) -> None:
        if self._body is not None:
            for number, words in self._notes.get(line.paragraph, ()):
                self._body.add_note(number, words, line.paragraph)

    def _end_body(self) -> None:
        if self._body is None:
            return
        self._body.end()
        holder = self._body.holder
        if holder.kind is SectionKind.ARTICLE and not holder.words and not holder.children:
            self._doubt(holder.sources[0], ARTICLE_EMPTY, number=holder.number)
        self._body = None


def _opened(text: str) -> int:
    """How many quotations a text opens and does not close."""
    return text.count("«") + text.count("“") - text.count("»") - text.count("”")
