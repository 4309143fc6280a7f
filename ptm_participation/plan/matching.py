"""Which section of a new text is which of the old one.

People know an article by what it says, so words come first: a renumbered article keeps its
identity, and a new one that takes an old number does not inherit it. Numbers decide only where
there are no words to compare.
"""

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from rapidfuzz import fuzz

from ptm_participation.core.reference import fold
from ptm_participation.plan.kinds import DIVISIONS, WITHIN_A_PAGE, SectionKind
from ptm_participation.plan.tree import Node

ALIKE = 75.0  # per cent of common words: below it, two articles are two
ALIKE_WITHIN = 60.0  # a comma's place within its article already speaks for it


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A section of an earlier edition: its identity, and the node that it was."""

    provision_id: int
    node: Node
    children: tuple["Known", ...] = ()

    def walk(self) -> Iterable["Known"]:
        yield self
        for child in self.children:
            yield from child.walk()


Pairs = dict[int, Known]  # by id() of the new node


def match(old: Sequence[Known], new: Sequence[Node]) -> Pairs:
    """Pair the new nodes with the known sections that they continue."""
    pairs: Pairs = {}
    old_pages = [known for root in old for known in root.walk() if _is_page(known.node)]
    new_pages = [node for root in new for node in root.walk() if _is_page(node)]
    for kind in SectionKind:
        _pair_kind(
            [known for known in old_pages if known.node.kind is kind],
            [node for node in new_pages if node.kind is kind],
            pairs,
        )
    for page in new_pages:
        if id(page) in pairs:
            _pair_within(pairs[id(page)].children, page.children, pairs)
    return pairs


def _is_page(node: Node) -> bool:
    return node.kind not in WITHIN_A_PAGE


def _pair_kind(old: list[Known], new: list[Node], pairs: Pairs) -> None:
    """Same words, then alike words, then the same number where one side has no words yet."""
    old, new = _pair_by(old, new, pairs, _words)
    old, new = _pair_alike(old, new, pairs, ALIKE)
    bare_old = [known for known in old if not _words(known.node)]
    bare_new = [node for node in new if not _words(node)]
    _pair_by(bare_old, new, pairs, lambda node: node.number)
    _pair_by(old, bare_new, pairs, lambda node: node.number)


def _words(node: Node) -> str:
    """The words by which a section is known: a division's are its heading alone."""
    return fold(node.heading if node.kind in DIVISIONS else node.words())


def _pair_within(old: Sequence[Known], new: Sequence[Node], pairs: Pairs) -> None:
    """Pair the commi of a matched article, then the letters of each."""
    left_old = [known for known in old if not _is_page(known.node)]
    left_new = [node for node in new if not _is_page(node)]
    for kind in WITHIN_A_PAGE:
        of_kind, nodes = _of_kind(left_old, left_new, kind)
        of_kind, nodes = _pair_by(of_kind, nodes, pairs, _words)
        _pair_alike(of_kind, nodes, pairs, ALIKE_WITHIN)
    for node in left_new:
        if id(node) in pairs:
            _pair_within(pairs[id(node)].children, node.children, pairs)


def _of_kind(
    old: Sequence[Known], new: Sequence[Node], kind: SectionKind
) -> tuple[list[Known], list[Node]]:
    return [k for k in old if k.node.kind is kind], [n for n in new if n.kind is kind]


def _pair_by(
    old: list[Known], new: list[Node], pairs: Pairs, key: Callable[[Node], str]
) -> tuple[list[Known], list[Node]]:
    """Pair, in order, what has the same key and is not paired yet; returns the rest."""
    taken = {id(known) for known in pairs.values()}
    waiting: dict[str, list[Known]] = {}
    for known in old:
        if key(known.node) and id(known) not in taken:
            waiting.setdefault(key(known.node), []).append(known)
    for node in new:
        candidates = waiting.get(key(node))
        if candidates and id(node) not in pairs:
            pairs[id(node)] = candidates.pop(0)
    return _unpaired(old, new, pairs)


def _pair_alike(
    old: list[Known], new: list[Node], pairs: Pairs, threshold: float
) -> tuple[list[Known], list[Node]]:
    """Pair the most alike first; an equal number breaks a tie. Returns the rest."""
    old_words = [_words(known.node) for known in old]
    new_words = [_words(node) for node in new]
    ranked = sorted(
        (-score, old[i].node.number != new[j].number, i, j)
        for i, left in enumerate(old_words)
        for j, right in enumerate(new_words)
        if left and right
        for score in [fuzz.ratio(left, right, score_cutoff=threshold)]
        if score
    )
    used: set[int] = set()
    for _score, _other_number, i, j in ranked:
        if i not in used and id(new[j]) not in pairs:
            used.add(i)
            pairs[id(new[j])] = old[i]
    return _unpaired(old, new, pairs)


def _unpaired(old: list[Known], new: list[Node], pairs: Pairs) -> tuple[list[Known], list[Node]]:
    taken = {id(known) for known in pairs.values()}
    return [k for k in old if id(k) not in taken], [n for n in new if id(n) not in pairs]
