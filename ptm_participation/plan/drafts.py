"""A text that is being read, whatever the file: its divisions, and what stands under them.

What the reader of Akoma Ntoso and that of paragraphs share; each finds the pieces of a text in
its own way, and both put them together here.
"""

import re
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_dirt import (
    PARAGRAPH_BREAK,
    Piece,
    bare_heading,
    bare_number,
    tidy,
    without_pointers,
)
from ptm_participation.plan.akn_xml import UnreadableText
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node

LEVELS = list(SectionKind)
WORDS = {
    "parte": SectionKind.PART,
    "titolo": SectionKind.TITLE,
    "capo": SectionKind.CHAPTER,
    "sezione": SectionKind.SECTION,
}
_PRINTED_DIVISION = re.compile(
    r"(?P<word>Parte|PARTE|Titolo|TITOLO|Capo|CAPO|Sezione|SEZIONE)\s+"
    r"(?P<number>[IVXLC]+|\d+|[Uu]nic[ao]|UNIC[AO])(?P<suffix>-[a-z]+)?(?![\w-])[\s.:–—-]*"
)


class NoArticle(UnreadableText):
    """There is a text, and no article in it."""

    message = _l("No article or numbered heading was found in the text.")


@dataclass(slots=True)
class Draft:
    """A section that is still being read. `sources` are the paragraphs that it was read from."""

    kind: SectionKind
    number: str = ""
    heading: str = ""
    words: list[str] = field(default_factory=list)
    children: list["Draft"] = field(default_factory=list)
    sources: tuple[int, ...] = ()

    def node(self) -> Node:
        text = tidy(PARAGRAPH_BREAK.join(self.words))
        children = tuple(child.node() for child in self.children)
        return Node(self.kind, self.number, self.heading, text, children)


def holds_norms(node: Node) -> bool:
    """Whether there is an article in a text, or the numbered heading or map of one without."""
    numbered = node.kind is SectionKind.HEADING and node.number != ""
    whole = numbered or node.kind in (SectionKind.ARTICLE, SectionKind.MAP)
    return whole or any(map(holds_norms, node.children))


def printed_divisions(kind: SectionKind, num: str, heading: str) -> list[Draft]:
    """The divisions that one element prints: «Capo I … Sezione I …» are two, and «((...))» none.

    The word that is printed decides the kind. A second division is read in a heading only if
    it is a smaller one and the first of its kind, as any that opens together with its outer is.
    """
    number = bare_number(num)
    if not number and not bare_heading(heading):
        return []
    printed = bare_heading(heading)
    if number:
        word = bare_heading(num).split()[0].rstrip(".").lower()
        drafts = [Draft(WORDS.get(word, kind), number)]
    elif start := _PRINTED_DIVISION.match(printed):
        drafts = [_draft_of(start)]
        printed = printed[start.end() :]
    else:
        drafts = [Draft(kind)]
    read = 0
    for inner in _PRINTED_DIVISION.finditer(printed):
        draft = _draft_of(inner)
        smaller = LEVELS.index(draft.kind) > LEVELS.index(drafts[-1].kind)
        if smaller and draft.number.lower() in ("i", "1", "unica", "unico"):
            drafts[-1].heading = bare_heading(printed[read : inner.start()])
            drafts.append(draft)
            read = inner.end()
    drafts[-1].heading = bare_heading(printed[read:])
    return drafts


def _draft_of(printed: re.Match[str]) -> Draft:
    number = printed.group("number") + (printed.group("suffix") or "")
    return Draft(WORDS[printed.group("word").lower()], number)


def assembled(pieces: list[Piece], notes: frozenset[str]) -> tuple[list[str], list[Draft]]:
    """The words under no number, and the commi with their letters."""
    words: list[str] = []
    drafts: list[Draft] = []
    comma: Draft | None = None
    for piece in pieces:
        text = without_pointers(piece.text, notes)
        if piece.kind is None:
            (comma.words if comma else words).append(text)
            if comma:
                comma.sources += piece.sources
            continue
        draft = Draft(piece.kind, piece.number, words=[text], sources=piece.sources)
        if piece.kind is SectionKind.COMMA:
            comma = draft
            drafts.append(draft)
        else:
            (comma.children if comma else drafts).append(draft)
    return words, drafts
