"""Reads the Akoma Ntoso text of a law or of a plan's rules into the tree that is cited.

The tree is what a lawyer reads on the page, which is not always what the markup says: the
rules for the difference are in :mod:`ptm_participation.plan.akn_dirt`.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree.ElementTree import Element

from flask_babel import lazy_gettext as _l

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
)
from ptm_participation.plan.akn_xml import UnreadableText, parsed
from ptm_participation.plan.drafts import (
    LEVELS,
    Draft,
    NoArticle,
    assembled,
    holds_norms,
    printed_divisions,
)
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node

_DIVISIONS = {
    "part": SectionKind.PART,
    "title": SectionKind.TITLE,
    "chapter": SectionKind.CHAPTER,
    "section": SectionKind.SECTION,
}
_LABELS = {"num", "heading", "subheading"}


class NotAkomaNtoso(UnreadableText):
    """The XML is not an Akoma Ntoso act."""

    message = _l("The file is XML but holds no Akoma Ntoso act with a body.")


def read_akoma_ntoso(data: bytes) -> tuple[Node, ...]:
    """Read the body of an Akoma Ntoso act; preface, preamble and conclusions are left out.

    Elements are matched by their local names, whatever the version of the namespace.

    :raises UnreadableText: with a class for each reason that a text can be refused for.
    """
    body = _body_of(parsed(data))
    nodes = tuple(draft.node() for draft in _wrapped_divisions(body))
    if not any(holds_norms(node) for node in nodes):
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


def _divisions_in(parent: Element) -> list[Draft]:
    """The divisions and articles in an element, each under the one that it belongs to."""
    drafts: list[Draft] = []
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


def _add_division(drafts: list[Draft], element: Element) -> None:
    num, heading = _label_of(element, "num"), _label_of(element, "heading")
    chain = printed_divisions(_DIVISIONS[_name(element)], num, heading)
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
    misplaced = LEVELS.index(chain[0].kind) > LEVELS.index(_DIVISIONS[_name(element)])
    opened = _innermost_division(drafts, chain[0].kind) if misplaced else None
    (opened.children if opened else drafts).append(chain[0])


def _innermost_division(drafts: list[Draft], within: SectionKind | None = None) -> Draft | None:
    """The last division that is still open, or the last that can hold a division of a kind."""
    found = None
    while drafts and drafts[-1].kind in _DIVISIONS.values():
        if within and LEVELS.index(drafts[-1].kind) >= LEVELS.index(within):
            break
        found = drafts[-1]
        drafts = found.children
    return found


def _contents(element: Element, holder: Draft | None) -> list[Draft]:
    """What an element holds: commi of its own, if any, and the divisions in it."""
    words, own = _own_sections(element)
    if holder:
        holder.words.extend(words)
    elif words:
        own.insert(0, Draft(SectionKind.HEADING, words=words))
    return own + _divisions_in(element)


def _wrapped_divisions(element: Element) -> list[Draft]:
    """What an element that is no division holds; it counts only if it prints a heading."""
    heading = bare_heading(_label_of(element, "heading"))
    if not heading:
        return _contents(element, None)
    draft = Draft(SectionKind.HEADING, bare_number(_label_of(element, "num")), heading)
    draft.children = _contents(element, draft)
    return [draft]


# --- Articles --------------------------------------------------------------------------


def _article(element: Element) -> Draft:
    draft = Draft(SectionKind.ARTICLE, bare_number(_label_of(element, "num")))
    draft.heading = bare_heading(_label_of(element, "heading"))
    draft.words, draft.children = _own_sections(element, draft)
    return draft


def _own_sections(element: Element, article: Draft | None = None) -> tuple[list[str], list[Draft]]:
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
    words, drafts = assembled(norms, numbers)
    for note in notes:
        text = without_marks(note.text)
        drafts.append(Draft(SectionKind.NOTE, note.number, "AGGIORNAMENTO", [text]))
    return words, drafts


def _starts_with_a_heading(pieces: list[Piece]) -> bool:
    """Whether the first words are a heading: they are no sentence, and commi come after."""
    if len(pieces) < 2 or pieces[0].kind is not None or pieces[1].kind is None:
        return False
    words = tidy(pieces[0].text)
    return bare_heading(words) != words or not words.endswith((".", ";", ":"))


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
