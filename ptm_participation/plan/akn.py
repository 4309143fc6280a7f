"""Reads the Akoma Ntoso text of a law or of a plan's rules into the tree that is cited.

The tree is what a lawyer reads on the page, which is not always what the markup says: the
rules for the difference are in :mod:`ptm_participation.plan.akn_dirt`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from ptm_participation.plan.akn_dirt import (
    PARAGRAPH_BREAK,
    Piece,
    bare_heading,
    bare_number,
    parted_from_notes,
    squeezed,
    tidy,
    with_hidden_parts,
    with_plain_pointers,
    without_marks,
    without_pointers,
)
from ptm_participation.plan.akn_xml import UnreadableText, parsed
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node

_DIVISIONS = {
    "part": SectionKind.PART,
    "title": SectionKind.TITLE,
    "chapter": SectionKind.CHAPTER,
    "section": SectionKind.SECTION,
}
_WORDS = {
    "parte": SectionKind.PART,
    "titolo": SectionKind.TITLE,
    "capo": SectionKind.CHAPTER,
    "sezione": SectionKind.SECTION,
}
_LEVELS = list(SectionKind)
_PRINTED_DIVISION = re.compile(
    r"(?P<word>Parte|PARTE|Titolo|TITOLO|Capo|CAPO|Sezione|SEZIONE)\s+"
    r"(?P<number>[IVXLC]+|\d+|[Uu]nic[ao]|UNIC[AO])(?P<suffix>-[a-z]+)?(?![\w-])[\s.:–—-]*"
)
_LABELS = {"num", "heading", "subheading"}


class NotAkomaNtoso(UnreadableText):
    """The XML is not an Akoma Ntoso act."""

    message = "The file is XML but holds no Akoma Ntoso act with a body."


class NoArticle(UnreadableText):
    """The act has a body, and no article in it."""

    message = "The act has no article in its body."


def read_akoma_ntoso(data: bytes) -> tuple[Node, ...]:
    """Read the body of an Akoma Ntoso act; preface, preamble and conclusions are left out.

    Elements are matched by their local names, whatever the version of the namespace.

    :raises UnreadableText: with a class for each reason that a text can be refused for.
    """
    body = _body_of(parsed(data))
    nodes = tuple(draft.node() for draft in _wrapped_divisions(body))
    if not any(_holds_an_article(node) for node in nodes):
        raise NoArticle
    return nodes


# --- XML -------------------------------------------------------------------------------


def _body_of(root: Element) -> Element:
    for element in root.iter():
        if _name(element) in ("act", "bill"):
            body = next((child for child in element if _name(child) == "body"), None)
            if body is not None:
                return body
    raise NotAkomaNtoso


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _words_of(element: Element) -> str:
    """The words of an element, with a line break where the source breaks the line."""
    return squeezed("".join(_strings_of(element))).strip()


def _strings_of(element: Element) -> Iterator[str]:
    if _name(element) in ("br", "eol"):
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _strings_of(child)
        yield child.tail or ""


def _label_of(element: Element, name: str) -> str:
    return " ".join(_words_of(child) for child in element if _name(child) == name)


# --- Divisions -------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """A section that is still being read."""

    kind: SectionKind
    number: str = ""
    heading: str = ""
    words: list[str] = field(default_factory=list)
    children: list["_Draft"] = field(default_factory=list)

    def node(self) -> Node:
        text = tidy(PARAGRAPH_BREAK.join(self.words))
        children = tuple(child.node() for child in self.children)
        return Node(self.kind, self.number, self.heading, text, children)


def _divisions_in(parent: Element) -> list[_Draft]:
    """The divisions and articles in an element, each under the one that it belongs to."""
    drafts: list[_Draft] = []
    for child in parent:
        name = _name(child)
        if name in _LABELS or not _holds_divisions(child):
            continue
        if name == "article":
            drafts.append(_article(child))
        elif name in _DIVISIONS:
            _add_division(drafts, child)
        else:
            drafts.extend(_wrapped_divisions(child))
    return drafts


def _holds_divisions(element: Element) -> bool:
    return any(_name(inner) == "article" or _name(inner) in _DIVISIONS for inner in element.iter())


def _add_division(drafts: list[_Draft], element: Element) -> None:
    num, heading = _label_of(element, "num"), _label_of(element, "heading")
    chain = _printed_divisions(_DIVISIONS[_name(element)], num, heading)
    if not chain:
        # A division whose heading was suppressed is not there any more: what it held belongs
        # to the division that is open at that point.
        opened = _innermost_division(drafts) if heading else None
        (opened.children if opened else drafts).extend(_contents(element, opened))
        return
    for outer, inner in pairwise(chain):
        outer.children.append(inner)
    chain[-1].children.extend(_contents(element, chain[-1]))
    # A «chapter» that prints only «Sezione II» belongs under the Capo that is open.
    misplaced = _LEVELS.index(chain[0].kind) > _LEVELS.index(_DIVISIONS[_name(element)])
    opened = _innermost_division(drafts, chain[0].kind) if misplaced else None
    (opened.children if opened else drafts).append(chain[0])


def _innermost_division(drafts: list[_Draft], within: SectionKind | None = None) -> _Draft | None:
    """The last division that is still open, or the last that can hold a division of a kind."""
    found = None
    while drafts and drafts[-1].kind in _DIVISIONS.values():
        if within and _LEVELS.index(drafts[-1].kind) >= _LEVELS.index(within):
            break
        found = drafts[-1]
        drafts = found.children
    return found


def _printed_divisions(kind: SectionKind, num: str, heading: str) -> list[_Draft]:
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
        drafts = [_Draft(_WORDS.get(word, kind), number)]
    elif start := _PRINTED_DIVISION.match(printed):
        drafts = [_draft_of(start)]
        printed = printed[start.end() :]
    else:
        drafts = [_Draft(kind)]
    read = 0
    for inner in _PRINTED_DIVISION.finditer(printed):
        draft = _draft_of(inner)
        smaller = _LEVELS.index(draft.kind) > _LEVELS.index(drafts[-1].kind)
        if smaller and draft.number.lower() in ("i", "1", "unica", "unico"):
            drafts[-1].heading = bare_heading(printed[read : inner.start()])
            drafts.append(draft)
            read = inner.end()
    drafts[-1].heading = bare_heading(printed[read:])
    return drafts


def _draft_of(printed: re.Match[str]) -> _Draft:
    number = printed.group("number") + (printed.group("suffix") or "")
    return _Draft(_WORDS[printed.group("word").lower()], number)


def _contents(element: Element, holder: _Draft | None) -> list[_Draft]:
    """What an element holds: commi of its own, if any, and the divisions in it."""
    words, own = _own_sections(element)
    if holder:
        holder.words.extend(words)
    elif words:
        own.insert(0, _Draft(SectionKind.HEADING, words=words))
    return own + _divisions_in(element)


def _holds_an_article(node: Node) -> bool:
    return node.kind is SectionKind.ARTICLE or any(map(_holds_an_article, node.children))


def _wrapped_divisions(element: Element) -> list[_Draft]:
    """What an element that is no division holds; it counts only if it prints a heading."""
    heading = bare_heading(_label_of(element, "heading"))
    if not heading:
        return _contents(element, None)
    draft = _Draft(SectionKind.HEADING, bare_number(_label_of(element, "num")), heading)
    draft.children = _contents(element, draft)
    return [draft]


# --- Articles --------------------------------------------------------------------------


def _article(element: Element) -> _Draft:
    draft = _Draft(SectionKind.ARTICLE, bare_number(_label_of(element, "num")))
    draft.heading = bare_heading(_label_of(element, "heading"))
    draft.words, draft.children = _own_sections(element, draft)
    return draft


def _own_sections(
    element: Element, article: _Draft | None = None
) -> tuple[list[str], list[_Draft]]:
    """The words that an element holds under no number, and the commi, letters and notes in it.

    An article without a heading takes the one that hides in its first paragraph.
    """
    norms, notes = parted_from_notes(_pieces_in(element))
    numbers = frozenset(note.number for note in notes)
    norms = [replace(p, text=without_marks(with_plain_pointers(p.text, numbers))) for p in norms]
    norms = [piece for piece in norms if piece.kind or piece.text.strip()]
    norms = with_hidden_parts(norms, numbers)
    if article and not article.heading and _starts_with_a_heading(norms):
        article.heading = bare_heading(norms.pop(0).text)
    words, drafts = _assembled(norms, numbers)
    for note in notes:
        text = without_marks(note.text)
        drafts.append(_Draft(SectionKind.NOTE, note.number, "AGGIORNAMENTO", [text]))
    return words, drafts


def _starts_with_a_heading(pieces: list[Piece]) -> bool:
    """Whether the first words are a heading: they are no sentence, and commi come after."""
    if len(pieces) < 2 or pieces[0].kind is not None or pieces[1].kind is None:
        return False
    words = tidy(pieces[0].text)
    return bare_heading(words) != words or not words.endswith((".", ";", ":"))


def _assembled(pieces: list[Piece], notes: frozenset[str]) -> tuple[list[str], list[_Draft]]:
    """The words under no number, and the commi with their letters."""
    words: list[str] = []
    drafts: list[_Draft] = []
    comma: _Draft | None = None
    for piece in pieces:
        text = without_pointers(piece.text, notes)
        if piece.kind is None:
            (comma.words if comma else words).append(text)
            continue
        draft = _Draft(piece.kind, piece.number, words=[text])
        if piece.kind is SectionKind.COMMA:
            comma = draft
            drafts.append(draft)
        else:
            (comma.children if comma else drafts).append(draft)
    return words, drafts


def _pieces_in(element: Element) -> Iterator[Piece]:
    """The numbered pieces in an element, and the words around them, in their order."""
    words: list[str] = []
    for item in _flow(element):
        if isinstance(item, str):
            words.append(item)
            continue
        if words:
            yield Piece(None, "", PARAGRAPH_BREAK.join(words), own_paragraph=True)
            words = []
        yield from _numbered_pieces(item)
    if words:
        yield Piece(None, "", PARAGRAPH_BREAK.join(words), own_paragraph=True)


def _numbered_pieces(element: Element) -> Iterator[Piece]:
    """A comma with its letters, or a letter with the items in its text."""
    number = bare_number(_label_of(element, "num"))
    kind = SectionKind.COMMA if _name(element) == "paragraph" else SectionKind.LETTER
    own = Piece(kind if number else None, number, "", own_paragraph=not number)
    words: list[str] = []
    for item in _flow(element):
        if isinstance(item, str):
            words.append(item)
            continue
        yield replace(own, text=PARAGRAPH_BREAK.join(words))
        yield from _numbered_pieces(item)
        own, words = Piece(None, "", ""), []
    yield replace(own, text=PARAGRAPH_BREAK.join(words))


def _flow(element: Element) -> Iterator[str | Element]:
    """The paragraphs of text in an element, and the numbered elements that it parts into.

    A division or an article parts into commi and letters, a comma into letters; the numbered
    items of a letter are lines of its text.
    """
    numbered = {"paragraph": {"point"}, "point": set()}.get(_name(element), {"paragraph", "point"})
    inner = (child for child in element if _name(child) not in _LABELS)
    if _name(element) not in ("article", "paragraph", "point"):
        inner = (child for child in inner if not _holds_divisions(child))
    for child in inner:
        yield from _flow_of_child(child, numbered)


def _flow_of_child(child: Element, numbered: set[str]) -> Iterator[str | Element]:
    if _name(child) in numbered:
        yield child
    elif _name(child) == "p" or _has_own_words(child):
        if words := _words_of(child):
            yield words
    else:
        yield from _flow_of_wrapper(child, set() if "quoted" in _name(child) else numbered)


def _flow_of_wrapper(wrapper: Element, numbered: set[str]) -> Iterator[str | Element]:
    """What is in an element that is nothing but a wrapper; its number opens its first line."""
    number = ""
    for child in wrapper:
        if _name(child) == "num":
            number = _words_of(child)
            continue
        for item in _flow_of_child(child, numbered):
            if number and isinstance(item, str):
                item, number = f"{number} {item}", ""
            yield item
    if number:
        yield number


def _has_own_words(element: Element) -> bool:
    strings = [element.text, *(child.tail for child in element)]
    return any(string and string.strip() for string in strings)
