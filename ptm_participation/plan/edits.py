"""What the office changes in a reading: a list of edits, made one after the other over the file.

The file stays the truth: the tree is always the reading with its edits, and taking back the last
is to leave it out. No edit changes the order of words, and none loses any.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from ptm_participation.core.errors import DomainError
from ptm_participation.plan.drafts import LEVELS
from ptm_participation.plan.heads import Item, Line, comma_of, head_of, letter_of
from ptm_participation.plan.kinds import DIVISIONS, SectionKind, citation
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.tree import Node

CHANGED_KINDS = (
    *(SectionKind.PART, SectionKind.TITLE, SectionKind.CHAPTER, SectionKind.SECTION),
    *(SectionKind.HEADING, SectionKind.ARTICLE, SectionKind.COMMA, SectionKind.LETTER),
    *(SectionKind.NOTE, SectionKind.MAP),
)
# What a section becomes one step further in, and one further out.
_INNER = {
    SectionKind.PART: SectionKind.TITLE,
    SectionKind.TITLE: SectionKind.CHAPTER,
    SectionKind.CHAPTER: SectionKind.SECTION,
    SectionKind.ARTICLE: SectionKind.COMMA,
    SectionKind.COMMA: SectionKind.LETTER,
}
_OUTERMOST = (SectionKind.HEADING, SectionKind.ARTICLE, SectionKind.MAP)
_OUTER = {SectionKind.COMMA: SectionKind.ARTICLE, SectionKind.LETTER: SectionKind.COMMA}


class NoSuchSection(DomainError):
    message = _l("This section is no longer in the tree: look at it again.")


class NothingOutside(DomainError):
    message = _l("«%(section)s» stands in nothing: it cannot be promoted.")


class NothingBefore(DomainError):
    message = _l("Before «%(section)s» there is nothing that could take it.")


class CannotHold(DomainError):
    message = _l("«%(outer)s» cannot hold «%(inner)s»: change what it is first.")


class NoSuchPlace(DomainError):
    message = _l("Choose where the text is parted: words that are in it once, and not its first.")


class NoSuchKind(DomainError):
    message = _l("Choose what it is from the list.")


@dataclasses.dataclass(slots=True, eq=False)
class Piece:
    """A section while it is edited. `key` is its place in the reading, or the edit that made it."""

    key: str
    kind: SectionKind
    number: str
    heading: str
    text: str
    children: list["Piece"]
    parent: "Piece | None" = None

    @property
    def named(self) -> str:
        return citation(self.kind, self.number) or self.heading or str(self.kind.label)

    def node(self) -> Node:
        children = tuple(child.node() for child in self.children)
        return Node(self.kind, self.number, self.heading, self.text, children)

    def walk(self) -> Iterator["Piece"]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclasses.dataclass(slots=True)
class Edited:
    """A reading with its edits: the tree, where each section's words are now, what is settled."""

    reading: Reading
    roots: list[Piece] = dataclasses.field(default_factory=list)
    settled: set[int] = dataclasses.field(default_factory=set)
    # Of a section that was joined to another, that one.
    joined: dict[str, str] = dataclasses.field(default_factory=dict)
    pieces: dict[str, Piece] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        count = iter(range(10**9))
        self.roots = [_piece(node, None, count) for node in self.reading.tree]
        self.pieces = {piece.key: piece for piece in self.walk()}

    @property
    def tree(self) -> tuple[Node, ...]:
        return tuple(piece.node() for piece in self.roots)

    def walk(self) -> Iterator[Piece]:
        """All the sections in reading order."""
        for root in self.roots:
            yield from root.walk()

    def find(self, key: str) -> Piece:
        """The section of a key. Raises NoSuchSection."""
        if key not in self.pieces:
            raise NoSuchSection()
        return self.pieces[key]

    def siblings(self, piece: Piece) -> list[Piece]:
        return piece.parent.children if piece.parent else self.roots

    def before(self, piece: Piece) -> Piece | None:
        """The section whose words come right before."""
        siblings = self.siblings(piece)
        at = siblings.index(piece)
        if not at:
            return piece.parent
        last = siblings[at - 1]
        while last.children:
            last = last.children[-1]
        return last


def _piece(node: Node, parent: Piece | None, count: Iterator[int]) -> Piece:
    own = (node.kind, node.number, node.heading, node.text)
    piece = Piece(str(next(count)), *own, children=[], parent=parent)
    piece.children = [_piece(child, piece, count) for child in node.children]
    return piece


def edited(reading: Reading, edits: Sequence[dict[str, Any]]) -> Edited:
    """A reading with its edits. Raises DomainError for one that cannot be made."""
    found = Edited(reading)
    for number, edit in enumerate(edits, 1):
        _VERBS[edit["do"]](found, edit, number)
    return found


def digest_of(reading: Reading) -> str:
    """What edits were made over: if the program comes to read a file otherwise, it shows."""
    nodes = [(n.kind, n.number, n.heading, n.text) for root in reading.tree for n in root.walk()]
    doubts = [(doubt.paragraph, str(doubt.facts)) for doubt in reading.doubts]
    told = json.dumps([nodes, doubts], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8")).hexdigest()


# -- what can hold what ----------------------------------------------------------------------


def may_hold(outer: Piece | None, kind: SectionKind) -> bool:
    """Whether a section, or the text itself, can hold one of a kind."""
    if outer is None:
        return kind in DIVISIONS or kind in _OUTERMOST
    if kind is SectionKind.MAP:
        return outer.kind in DIVISIONS
    if kind is SectionKind.HEADING:
        return outer.kind in DIVISIONS or outer.kind is SectionKind.HEADING
    if outer.kind in (SectionKind.LETTER, SectionKind.NOTE, SectionKind.MAP):
        return False
    return outer.kind is SectionKind.HEADING or LEVELS.index(outer.kind) < LEVELS.index(kind)


def _must_hold(outer: Piece | None, kind: SectionKind, inner: Piece) -> None:
    if not may_hold(outer, kind):
        name = outer.named if outer else str(_l("The text"))
        raise CannotHold(outer=name, inner=inner.named)


def _put(found: Edited, outer: Piece | None, at: int, pieces: Sequence[Piece]) -> None:
    """Put sections among those of another, or of the text."""
    for piece in pieces:
        _must_hold(outer, piece.kind, piece)
        piece.parent = outer
    (outer.children if outer else found.roots)[at:at] = pieces


def _take_on(found: Edited, piece: Piece, following: list[Piece]) -> None:
    """Give a section those that follow it: in it if it can hold them, else after it."""
    held = 0
    while held < len(following) and may_hold(piece, following[held].kind):
        held += 1
    _put(found, piece, len(piece.children), following[:held])
    at = found.siblings(piece).index(piece) + 1
    _put(found, piece.parent, at, following[held:])


# -- the edits -------------------------------------------------------------------------------


def _promote(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """One step out; what follows it where it stood comes with it, so that no words change place."""
    piece = found.find(edit["on"])
    outer = piece.parent
    if outer is None:
        raise NothingOutside(section=piece.named)
    at = outer.children.index(piece)
    following, outer.children[at:] = outer.children[at + 1 :], []
    if outer.kind is _OUTER.get(piece.kind):
        piece.kind = outer.kind
    place = found.siblings(outer).index(outer) + 1
    _put(found, outer.parent, place, [piece])
    _take_on(found, piece, following)


def _demote(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """One step in, into the section before it of the same rank."""
    piece = found.find(edit["on"])
    siblings = found.siblings(piece)
    at = siblings.index(piece)
    if not at:
        raise NothingBefore(section=piece.named)
    outer = siblings[at - 1]
    if not may_hold(outer, piece.kind):
        _shift(outer, piece)
    del siblings[at]
    _put(found, outer, len(outer.children), [piece])


def _shift(outer: Piece, piece: Piece) -> None:
    """Make a section, and what is in it, small enough to stand in another."""
    inner = _INNER.get(piece.kind)
    if inner is None or not may_hold(outer, inner):
        raise CannotHold(outer=outer.named, inner=piece.named)
    piece.kind = inner
    for child in piece.children:
        if not may_hold(piece, child.kind):
            _shift(piece, child)


def _join(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """Make a section words of the one before it, as printed; what it holds stays in its place."""
    piece = found.find(edit["on"])
    before = found.before(piece)
    if before is None:
        raise NothingBefore(section=piece.named)
    joint = " " if edit.get("same_line") else "\n"
    before.text = joint.join(filter(None, (before.text, printed(piece))))
    siblings = found.siblings(piece)
    at = siblings.index(piece)
    del siblings[at]
    found.joined[piece.key] = before.key
    del found.pieces[piece.key]
    children, outer = piece.children, piece.parent
    if at:
        _take_on(found, siblings[at - 1], children)
    else:
        _put(found, outer, 0, children)


def printed(piece: Piece) -> str:
    """A section's number, heading and words as a text prints them."""
    if piece.kind is SectionKind.COMMA:
        start = f"{piece.number}."
    elif piece.kind is SectionKind.LETTER:
        start = f"{piece.number})"
    elif piece.kind is SectionKind.NOTE:
        start = f"({piece.number})"
    elif piece.kind is SectionKind.HEADING:
        start = piece.number
    else:
        start = citation(piece.kind, piece.number)
        start = start[:1].upper() + start[1:]
    if piece.kind in (SectionKind.COMMA, SectionKind.LETTER, SectionKind.NOTE):
        return " ".join(filter(None, (start, piece.heading, piece.text)))
    head = " – ".join(filter(None, (start, piece.heading)))
    return "\n".join(filter(None, (head, piece.text)))


def _split(found: Edited, edit: dict[str, Any], number: int) -> None:
    """Part a section's text: what comes after is a section of its own, in it or after it."""
    piece = found.find(edit["on"])
    at = edit["at"]
    first, rest = piece.text[:at].rstrip(), piece.text[at:].strip()
    if not rest or not (first or piece.heading or piece.number) or not 0 <= at < len(piece.text):
        raise NoSuchPlace()
    kind = _kind(edit) if edit.get("kind") else piece.kind
    own, words = _numbered(kind, rest, edit.get("number", ""))
    new = Piece(f"e{number}", kind, own, "", words, [])
    if kind in (SectionKind.ARTICLE, SectionKind.HEADING) or kind in DIVISIONS:
        new.heading, _line, new.text = words.partition("\n")
        if len(new.heading) > 250:
            new.heading, new.text = "", words
    if may_hold(piece, kind) and kind is not piece.kind:
        _put(found, piece, 0, [new])
    else:
        _must_hold(piece.parent, kind, new)
        children, piece.children = piece.children, []
        _put(found, piece.parent, found.siblings(piece).index(piece) + 1, [new])
        _take_on(found, new, children)
    piece.text = first
    found.pieces[new.key] = new


def _no_item(_line: Line) -> Item | None:
    return None


def _numbered(kind: SectionKind, text: str, number: str) -> tuple[str, str]:
    """The number that a section of a kind has, and its words without it."""
    line = Line(0, text)
    item = {SectionKind.COMMA: comma_of, SectionKind.LETTER: letter_of}.get(kind, _no_item)(line)
    head = head_of(line)
    found: tuple[str, str] | None = None
    if item:
        found = item.number, item.rest
    elif head and head.kind is kind:
        found = head.number, head.rest
    if found is None or (number and number != found[0]):
        return number, text
    return found


def _kind(edit: dict[str, Any]) -> SectionKind:
    try:
        return SectionKind(edit["kind"])
    except ValueError as error:
        raise NoSuchKind() from error


def _name(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """Another kind, number or heading."""
    piece = found.find(edit["on"])
    kind = _kind(edit)
    if kind is not piece.kind:
        _must_hold(piece.parent, kind, piece)
        piece.kind = kind
        for child in piece.children:
            _must_hold(piece, child.kind, child)
    piece.number, piece.heading = edit["number"], edit["heading"]


def _take_heading(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """The first line of the text is the heading, or its end."""
    piece = found.find(edit["on"])
    line, _break, rest = piece.text.partition("\n")
    if not line:
        raise NoSuchPlace()
    piece.heading, piece.text = f"{piece.heading} {line}".strip(), rest


def _give_heading(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """The heading is the first line of the text."""
    piece = found.find(edit["on"])
    piece.text = "\n".join(filter(None, (piece.heading, piece.text)))
    piece.heading = ""


def _settle(found: Edited, edit: dict[str, Any], _number: int) -> None:
    """A doubt is settled, or is one again."""
    if not 0 <= edit["doubt"] < len(found.reading.doubts):
        raise NoSuchSection()
    found.settled ^= {edit["doubt"]}


_VERBS: dict[str, Callable[[Edited, dict[str, Any], int], None]] = {
    "promote": _promote,
    "demote": _demote,
    "join": _join,
    "split": _split,
    "name": _name,
    "take_heading": _take_heading,
    "give_heading": _give_heading,
    "settle": _settle,
}
VERBS = frozenset(_VERBS)
