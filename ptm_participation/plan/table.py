"""Reads a plan's norms from a table: a code, a heading and a text in each row (CSV).

«18» is an article, «18.2» its comma 2, «18.2.a» the letter a of that and «18.nota 5» a note;
«Titolo II» and «Capo I» are divisions, «par. 5.1» is a numbered heading and «Tav. 6» a map. A row
stands under the one that its code names.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_order import follows, rank_of
from ptm_participation.plan.akn_xml import MAX_BYTES, EmptyText, TooLargeText, UnreadableText
from ptm_participation.plan.drafts import LEVELS, Draft, NoArticle, holds_norms
from ptm_participation.plan.heads import Line, head_of
from ptm_participation.plan.kinds import DIVISIONS, SectionKind
from ptm_participation.plan.paragraphs import MOST_PARAGRAPHS, TooManyParagraphs
from ptm_participation.plan.reading import Doubt, Reading, SourceParagraph
from ptm_participation.plan.structure import ARTICLE_BACK, ARTICLE_SKIPS

_MOST_SAID = 10  # errors, of which the rest is only counted
_SIGNS = 10_000_000
_HEADER = {"code", "codice", "cod", "numero", "number"}
_SUFFIX = r"(?:[-\s](?!nota)[a-z]{2,20})?"
_CODE = re.compile(
    rf"(?:(?i:art(?:icolo)?)\.?\s*+)?(?P<article>\d{{1,4}}{_SUFFIX})"
    rf"(?:\.(?P<comma>\d{{1,4}}{_SUFFIX}))?(?:\.(?P<letter>0?[a-z]{{1,2}}{_SUFFIX}))?"
    r"(?:\.nota\s(?P<note>\w{1,10}))?"
)
_MAP = re.compile(r"(?i:tav(?:ola)?)\.?\s*+(?P<number>\d{1,3}[a-z]?(?:\.\d{1,3}[a-z]?){0,3})")
_HEADING = re.compile(r"(?i:par(?:agrafo)?)\.?\s*+(?P<number>\d{1,3}(?:\.\d{1,3}){0,4})")


class BadTable(UnreadableText):
    message = _l("The table cannot be read. %(errors)s")


NO_COLUMNS = _l(
    "Line %(line)d: a row has a code, a heading and a text; this one has %(count)d cells."
)
NO_CODE = _l("Line %(line)d: the code is missing, such as 18, 18.2, 18.2.a, Tav. 6 or Titolo II.")
BAD_CODE = _l("Line %(line)d: «%(code)s» is no code such as 18, 18.2, 18.2.a, Tav. 6 or Titolo II.")
NO_OUTER = _l("Line %(line)d: «%(code)s» comes before «%(outer)s», which would hold it.")
FAR_FROM = _l("Line %(line)d: «%(code)s» does not stand among the rows of «%(outer)s».")
CODE_TWICE = _l("Line %(line)d: «%(code)s» is already on line %(before)d.")
FURTHER = _l("There are %(count)d more lines like these.")
BROKEN_SIGNS = _l("Line %(line)d: it holds bytes that are no letters: save the table as CSV UTF-8.")
BROKEN_ROW = _l("Line %(line)d: a quotation mark is not closed, or a cell is too long.")


def read_csv(data: bytes) -> Reading:
    """Read a table. Raises UnreadableText, naming the lines that it is about."""
    if len(data) > MAX_BYTES:
        raise TooLargeText
    table = _Table()
    for line, row in _rows(_text(data)):
        table.take(line, row)
    table.refuse_errors()
    if not table.rows:
        raise EmptyText
    tree = tuple(draft.node() for draft in table.roots)
    if not any(map(holds_norms, tree)):
        raise NoArticle
    order = [draft for root in table.roots for draft in _walk(root)]
    places = {id(draft): place for place, draft in enumerate(order)}
    source = tuple(
        SourceParagraph(number, text, places[id(draft)], line=line)
        for number, (line, text, draft) in enumerate(table.rows, 1)
    )
    return Reading(tree, source, tuple(table.doubts))


def _walk(draft: Draft) -> Iterator[Draft]:
    yield draft
    for child in draft.children:
        yield from _walk(child)


def _text(data: bytes) -> str:
    """The table's signs: UTF-8, UTF-16 where it says so, else as Excel saves it in Italy. Raises
    BadTable, with the line, for what is UTF-8 but for a few bytes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            _refuse_broken(data, error.start)
            text = data.decode("cp1252", "replace")
    if "\0" in text:
        raise BadTable(
            errors=str(BROKEN_SIGNS) % {"line": text.count("\n", 0, text.index("\0")) + 1}
        )
    return text


def _refuse_broken(data: bytes, at: int) -> None:
    """Raises BadTable where more signs are good UTF-8 than not."""
    good = sum(sign > "\x7f" for sign in data.decode("utf-8", "ignore"))
    bad = len(data) - len(data.decode("utf-8", "ignore").encode())
    if good >= bad:
        raise BadTable(errors=str(BROKEN_SIGNS) % {"line": data.count(b"\n", 0, at) + 1})


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with the line that it begins on."""
    first = text.split("\n", 1)[0]
    delimiter = max(";\t,", key=first.count)
    csv.field_size_limit(_SIGNS)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells) and not (line == 1 and cells[0].lower() in _HEADER):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(errors=str(BROKEN_ROW) % {"line": line}) from error


class _Table:
    """Puts each row under the one that its code names, and remembers what is wrong."""

    def __init__(self) -> None:
        self.roots: list[Draft] = []
        self.rows: list[tuple[int, str, Draft]] = []
        self.doubts: list[Doubt] = []
        self._errors: list[str] = []
        self._open: list[Draft] = []
        self._drafts: dict[tuple[str, ...], Draft] = {}
        self._lines: dict[tuple[str, ...], int] = {}
        self._last_article = ""

    def take(self, line: int, row: list[str]) -> None:
        if len(self.rows) >= MOST_PARAGRAPHS:
            raise TooManyParagraphs
        if not 2 <= len([cell for cell in row if cell]) <= 3 and len(row) != 3:
            self._say(NO_COLUMNS, line, count=len(row))
            return
        code, heading, text = [*row, "", ""][:3]
        draft, path = _draft_of(code)
        if draft is None:
            self._say(BAD_CODE if code.strip() else NO_CODE, line, code=code[:40])
            return
        draft.heading, draft.words = heading, [text.replace("\n", "\f")]
        if self._is_placed(draft, path, code, line):
            shown = " · ".join(filter(None, (code, heading, text)))
            self.rows.append((line, shown, draft))
            self._check_order(draft)

    def _is_placed(self, draft: Draft, path: tuple[str, ...], code: str, line: int) -> bool:
        if path:  # an article, or what is in one, by the numbers that hold it
            if path in self._lines:
                self._say(CODE_TWICE, line, code=code, before=self._lines[path])
                return False
            if len(path) > 1 and path[:-1] not in self._lines:
                self._say(NO_OUTER, line, code=code, outer=".".join(path[:-1]))
                return False
            self._lines[path] = line
        outer = self._drafts.get(path[:-1]) if len(path) > 1 else None
        while self._open and not _may_hold(self._open[-1], draft, outer):
            self._open.pop()
        if outer and not self._open:
            self._say(FAR_FROM, line, code=code, outer=".".join(path[:-1]))
            return False
        if path:
            self._drafts[path] = draft
        (self._open[-1].children if self._open else self.roots).append(draft)
        self._open.append(draft)
        return True

    def _check_order(self, draft: Draft) -> None:
        if draft.kind is not SectionKind.ARTICLE:
            return
        rank, last = rank_of(draft.number), rank_of(self._last_article)
        if rank and last and not follows(rank, last):
            said = ARTICLE_SKIPS if rank > last else ARTICLE_BACK
            facts = {"number": draft.number, "before": self._last_article}
            self.doubts.append(Doubt(len(self.rows), said, facts))
        self._last_article = draft.number

    def _say(self, sentence: object, line: int, **facts: object) -> None:
        self._errors.append(str(sentence) % {"line": line, **facts})

    def refuse_errors(self) -> None:
        """Raise BadTable if there was something wrong."""
        said, more = self._errors[:_MOST_SAID], len(self._errors) - _MOST_SAID
        if more > 0:
            said = [*said, str(FURTHER) % {"count": more}]
        if said:
            raise BadTable(errors=" ".join(said))


def _draft_of(code: str) -> tuple[Draft | None, tuple[str, ...]]:
    """What a code stands for, and its path of numbers if it is an article or in one."""
    if match := _CODE.fullmatch(code):
        parts = {name: part.replace(" ", "-") for name, part in match.groupdict().items() if part}
        kind = SectionKind(list(parts)[-1])
        if kind is SectionKind.NOTE:
            return Draft(kind, parts["note"]), (*list(parts.values())[:-1], f"nota {parts['note']}")
        return Draft(kind, parts[kind.value]), tuple(parts.values())
    if match := _MAP.fullmatch(code):
        return Draft(SectionKind.MAP, match.group("number")), (f"Tav. {match.group('number')}",)
    if match := _HEADING.fullmatch(code):
        return Draft(SectionKind.HEADING, match.group("number")), ()
    head = head_of(Line(0, code, level=0))
    if head is None or (head.rest and head.kind is not SectionKind.HEADING):
        return None, ()
    return Draft(head.kind, head.number, head.rest), ()


def _may_hold(outer: Draft, inner: Draft, named: Draft | None) -> bool:
    """Whether an open section holds a row; `named` is the one that the row's code names."""
    if named is not None:
        return outer is named
    if SectionKind.MAP in (outer.kind, inner.kind):
        return outer.kind in DIVISIONS
    if outer.kind is inner.kind is SectionKind.HEADING:
        return inner.number.startswith(f"{outer.number}.") and outer.number != ""
    if outer.kind is SectionKind.HEADING and inner.kind is not SectionKind.COMMA:
        return LEVELS.index(inner.kind) > LEVELS.index(outer.kind) and outer.number != ""
    return LEVELS.index(outer.kind) < LEVELS.index(inner.kind)
