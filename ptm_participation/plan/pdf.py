"""Reads a plan's norms from a PDF: the paragraphs that its printed lines make.

A PDF keeps lines and no paragraphs. One begins after a larger gap, at a number that can open
one, and wherever the line before was ended though the next word had room on it.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from flask_babel import lazy_gettext as _l

from ptm_participation.core.uploads import Damaged, Disguised, FileRefused, Protected
from ptm_participation.plan.akn_xml import UnreadableText
from ptm_participation.plan.apart import ParserStopped, run
from ptm_participation.plan.heads import (
    Line,
    comma_of,
    head_of,
    letter_of,
    lists_a_head,
    numbered_head_of,
)
from ptm_participation.plan.paragraphs import FOOTNOTED, Collector, Paragraph
from ptm_participation.plan.pdf_lines import Pages, Printed, body_size, pages_of
from ptm_participation.plan.reading import Doubt, Reading
from ptm_participation.plan.structure import structured

NO_TEXT_ON_PAGE = _l("Page %(page)d is an image or cannot be read: its words are left out.")
RUNNING = _l(
    "%(count)d lines at the head or foot of the pages are left out, such as «%(text)s» "
    "(page %(page)d)."
)
COMPOUND = _l("«%(word)s» was parted at the end of a line: is its hyphen part of the word?")

_ENDED = re.compile(r"[.;:»”!?)]$")
_ABBREVIATION = re.compile(
    r"(?:^|\W)(?:artt?|nn?|pp?|lett?|co?|cfr|l|d|r|s|all|reg|tav|cap|par)\.$"
)
_GAP = 1.35  # of the usual distance between lines
_INDENT = 4.0  # points
_WIDEST = 1.25  # of a line's mean width of a sign: what those of a word may have
_WORD_AT_END = re.compile(r"(\w+)[-\u00ad]$")
_WORD_AT_START = re.compile(r"\w+")
_LONGEST_SHOWN = 60
_UPDATE = re.compile(r"-{3,}|(?:-{3,}\s*+)?AGGIORNAMENTO\s*+\(\w{1,8}\)")


class Scanned(UnreadableText):
    message = _l(
        "«%(name)s» has no text: page %(page)d and all the others are images. Ask for the "
        "document that it was printed from, or have the words recognised first."
    )


class TooLongPdf(FileRefused):
    message = _l("«%(name)s» has more pages or words than any plan: divide it.")


class PdfStopped(FileRefused):
    message = _l("«%(name)s» takes too long to read: save it again as PDF, or as a text document.")


def read_pdf(data: bytes, name: str) -> Reading:
    """Read a PDF with text. Raises FileRefused or UnreadableText."""
    if data.lstrip()[:5] != b"%PDF-":
        raise Disguised(name=name, extension="pdf")
    try:
        found = run("pdf", data)
    except ParserStopped as error:
        raise PdfStopped(name=name) from error
    if "error" in found:
        raise {"protected": Protected, "large": TooLongPdf}.get(found["error"], Damaged)(name=name)
    pages = pages_of(found["pages"])
    if not pages.lines:
        raise Scanned(name=name, page=1)
    reader = _Reader(pages)
    reader.read()
    return structured(reader.paragraphs, reader.doubts)


class _Reader(Collector):
    """Puts lines together into paragraphs."""

    def __init__(self, pages: Pages) -> None:
        super().__init__()
        self._pages = pages
        self._body = body_size(pages.lines)
        self._leading = _leading(pages.lines)
        self._rights: dict[int, float] = {}
        for line in pages.lines:
            self._rights[line.page] = max(self._rights.get(line.page, 0.0), line.right)
        self._widest = max(self._rights.values())
        self._last = {line.page: line for line in pages.lines}
        self._words = _whole_words(pages.lines)

    def read(self) -> None:
        group: list[Printed] = []
        for line in self._pages.lines:
            if group and self._begins(group, line):
                self._end(group)
                group = []
            group.append(line)
        self._end(group)
        self._say_what_is_left_out()

    # -- where paragraphs begin ----------------------------------------------------------

    def _begins(self, group: Sequence[Printed], line: Printed) -> bool:
        before = group[-1]
        if lists_a_head(before.text) or abs(before.size - line.size) > 0.6:
            return True
        if before.page == line.page and before.base - line.base > _GAP * self._leading * line.size:
            return True
        ended = _ENDED.search(before.text) and not _ABBREVIATION.search(before.text)
        if _UPDATE.fullmatch(line.text):
            return True
        if _opens(line.text):
            return bool(ended) or self._had_room(before, line) or self._ends_a_heading(line)
        if not ended and line.text[:1].islower():
            return False
        if self._had_room(before, line):
            return True
        moved = abs(line.left - before.left) > _INDENT
        hanging = len(group) == 1 and _opens(before.text) and line.left > before.left
        return bool(ended and moved and not hanging and before.page == line.page)

    def _ends_a_heading(self, line: Printed) -> bool:
        """Whether a line begins the first comma after the heading of an article."""
        number = comma_of(Line(0, line.text))
        above = self.paragraphs[-1].text if self.paragraphs else ""
        head = head_of(Line(0, above))
        return bool(number and number.number == "1" and head and not head.rest)

    def _had_room(self, before: Printed, line: Printed) -> bool:
        """Whether the first word of a line would have stood at the end of the line before."""
        width = (line.right - line.left) / max(1, len(line.text))
        word = line.text.split(" ", 1)[0]
        right = self._rights[before.page]
        right = right if right > 0.85 * self._widest else self._widest
        return before.right + (len(word) + 1) * width * _WIDEST + 2 < right

    # -- paragraphs ----------------------------------------------------------------------

    def _end(self, group: Sequence[Printed]) -> None:
        words, compounds = self._joined([line.text for line in group])
        first, last = group[0], group[-1]
        head = numbered_head_of(words)
        is_larger = first.heavy or first.size > 1.05 * self._body
        level = head.number.count(".") if head and is_larger and len(group) < 3 else None
        notes = self._notes(last.page) if last is self._last[last.page] else ()
        paragraph = Paragraph(0, words, level=level, notes=notes, page=first.page)
        self.add(paragraph, [FOOTNOTED] if notes else [])
        number = len(self.paragraphs)
        self.doubts.extend(Doubt(number, COMPOUND, {"word": word}) for word in compounds)

    def _joined(self, lines: Sequence[str]) -> tuple[str, list[str]]:
        """The words of lines, and those of which it is not known how they are written."""
        parts, compounds = [lines[0]], []
        for line in lines[1:]:
            end, start = _WORD_AT_END.search(parts[-1][-60:]), _WORD_AT_START.match(line)
            if end is None or start is None or not line[0].islower():
                parts[-1] = parts[-1].rstrip("\u00ad")
                parts += [" ", line]
                continue
            stem, rest = end.group(1), start.group()
            whole, parted = self._words[stem + rest], self._words[f"{stem}-{rest}"]
            keeps_hyphen = stem[-1].isdigit() or parted > whole
            parts[-1] = parts[-1][:-1] + ("-" if keeps_hyphen else "")
            parts.append(line)
            if not (keeps_hyphen or whole) and self._words[stem] and self._words[rest]:
                compounds.append(f"{stem}-{rest}")
        return "".join(parts), compounds

    def _notes(self, page: int) -> tuple[tuple[str, str], ...]:
        notes: list[tuple[str, str]] = []
        for line in self._pages.notes.get(page, ()):
            head = re.match(r"[(\[]?(\d{1,3}|\*{1,3})[)\]]?\s*(.*)", line.text)
            if head and (head.group(1).startswith("*") or _continues(notes, head.group(1))):
                notes.append((head.group(1), head.group(2)))
            elif notes:
                notes[-1] = (notes[-1][0], self._joined([notes[-1][1], line.text])[0])
        return tuple(notes)

    def _say_what_is_left_out(self) -> None:
        pages = [paragraph.page for paragraph in self.paragraphs]
        for page in self._pages.without_text:
            place = max(1, bisect_right(pages, page))
            self.doubts.append(Doubt(place, NO_TEXT_ON_PAGE, {"page": page}))
        if self._pages.repeated:
            shown = max(self._pages.repeated, key=lambda line: len(line.text))
            facts = {"count": len(self._pages.repeated), "text": shown.text[:_LONGEST_SHOWN]}
            self.doubts.append(Doubt(1, RUNNING, {**facts, "page": shown.page}))


def _whole_words(lines: Sequence[Printed]) -> Counter[str]:
    """The words that no end of a line parts, by which it is known how one is written."""
    words: Counter[str] = Counter()
    parted = False
    for line in lines:
        found = re.findall(r"[\w-]+", line.text)
        ends_parted = _WORD_AT_END.search(line.text[-60:]) is not None
        words.update(found[parted : len(found) - ends_parted])
        parted = ends_parted
    return words


def _continues(notes: Sequence[tuple[str, str]], number: str) -> bool:
    """Whether a number opens a note, and is not a figure that begins a line of one."""
    return not notes or (notes[-1][0].isdigit() and int(number) == int(notes[-1][0]) + 1)


def _opens(text: str) -> bool:
    line = Line(0, text)
    found = head_of(line), comma_of(line), letter_of(line)
    return any(found) or line.is_bullet or _UPDATE.match(text) is not None


def _leading(lines: Sequence[Printed]) -> float:
    """The usual distance between two lines, in sizes of the print."""
    gaps: Counter[float] = Counter()
    for before, line in pairwise(lines):
        if before.page == line.page and before.base - line.base > 0 and line.size:
            gaps[round((before.base - line.base) / line.size, 1)] += 1
    return gaps.most_common(1)[0][0] if gaps else 1.2
