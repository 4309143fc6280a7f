"""Which section of a new text is which of the old one.

People know an article by what it says, so words come first: a renumbered article keeps its
identity, and a new one that takes an old number does not inherit it. Numbers decide only with
the heading, or where there are no words to compare.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise, product

from rapidfuzz import fuzz

from ptm_participation.core.reference import fold
from ptm_participation.plan.kinds import DIVISIONS, WITHIN_A_PAGE, SectionKind
from ptm_participation.plan.tree import Node

ALIKE = 75.0  # per cent of common words: below it, two articles are two
ALIKE_WITHIN = 60.0  # a comma's place within its article already speaks for it

TELLING = 40  # characters by which a comma is known out of its article

FEW_PAIRS = 2_500  # up to here every pair is compared; beyond it, those that are likely
ENOUGH = 300  # holders of a section's rarest phrases that are counted
LIKELY = 10  # old sections that a new one is compared with
COMPARED = 10_000  # signs of a section by which it is known, or two huge ones take minutes


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


@dataclasses.dataclass(slots=True)
class _Matching:
    """What is paired so far, and which known sections that has taken."""

    pairs: Pairs = dataclasses.field(default_factory=dict)
    taken: set[int] = dataclasses.field(default_factory=set)

    def pair(self, node: Node, known: Known) -> None:
        self.pairs[id(node)] = known
        self.taken.add(id(known))

    def rest(self, old: list[Known], new: list[Node]) -> tuple[list[Known], list[Node]]:
        return (
            [known for known in old if id(known) not in self.taken],
            [node for node in new if id(node) not in self.pairs],
        )


def match(old: Sequence[Known], new: Sequence[Node]) -> Pairs:
    """Pair the new nodes with the known sections that they continue."""
    matching = _Matching()
    old_pages = [known for root in old for known in root.walk() if _is_page(known.node)]
    new_pages = [node for root in new for node in root.walk() if _is_page(node)]
    for kind in SectionKind:
        _pair_kind(
            [known for known in old_pages if known.node.kind is kind],
            [node for node in new_pages if node.kind is kind],
            matching,
        )
    for page in new_pages:
        if id(page) in matching.pairs:
            _pair_within(matching.pairs[id(page)].children, page.children, matching)
    _pair_strays(old, new, matching)
    return matching.pairs


def match_parts(old: Sequence[Known], new: Sequence[Known]) -> list[tuple[int, int]]:
    """Pair what two sections hold that are known to be one: the identities, old and new."""
    matching = _Matching()
    _pair_within(old, [known.node for known in new], matching)
    return [
        (matching.pairs[id(part.node)].provision_id, part.provision_id)
        for known in new
        for part in known.walk()
        if id(part.node) in matching.pairs
    ]


def _is_page(node: Node) -> bool:
    return node.kind not in WITHIN_A_PAGE


def _pair_kind(old: list[Known], new: list[Node], matching: _Matching) -> None:
    """Same words, then alike words, then number and heading, which a text written anew keeps; then
    the number alone where one side has no words yet."""
    old, new = _pair_by(old, new, matching, _words)
    old, new = _pair_alike(old, new, matching, ALIKE)
    old, new = _pair_by(old, new, matching, _name)
    _pair_bare(old, new, matching)


def _pair_bare(old: list[Known], new: list[Node], matching: _Matching) -> None:
    """Pair by number where one side has no words yet."""
    bare_old = [known for known in old if not _words(known.node)]
    bare_new = [node for node in new if not _words(node)]
    _pair_by(bare_old, new, matching, lambda node: node.number)
    _pair_by(old, bare_new, matching, lambda node: node.number)


def _words(node: Node) -> str:
    """The words by which a section is known: a division's are its heading alone."""
    return fold(node.heading if node.kind in DIVISIONS else node.words())


def _name(node: Node) -> str:
    """Number and heading, where a section has both."""
    return f"{node.number} {fold(node.heading)}" if node.number and node.heading else ""


def _pair_within(old: Sequence[Known], new: Sequence[Node], matching: _Matching) -> None:
    """Pair the commi of a matched article, then the letters of each."""
    left_old = [known for known in old if not _is_page(known.node)]
    left_new = [node for node in new if not _is_page(node)]
    for kind in WITHIN_A_PAGE:
        of_kind, nodes = _of_kind(left_old, left_new, kind)
        of_kind, nodes = _pair_by(of_kind, nodes, matching, _words)
        of_kind, nodes = _pair_alike(of_kind, nodes, matching, ALIKE_WITHIN)
        _pair_bare(of_kind, nodes, matching)
    for node in left_new:
        if id(node) in matching.pairs:
            _pair_within(matching.pairs[id(node)].children, node.children, matching)


def _pair_strays(old: Sequence[Known], new: Sequence[Node], matching: _Matching) -> None:
    """Pair what has left its article: a comma that is found in another, with what it holds."""
    left_old = [known for root in old for known in root.walk() if _is_stray(known.node)]
    left_new = [node for root in new for node in root.walk() if _is_stray(node)]
    for kind in WITHIN_A_PAGE:
        of_kind, nodes = matching.rest(*_of_kind(left_old, left_new, kind))
        of_kind, nodes = _pair_by(of_kind, nodes, matching, _words)
        _pair_alike(of_kind, nodes, matching, ALIKE)
    for node in left_new:
        if id(node) in matching.pairs:
            _pair_within(matching.pairs[id(node)].children, node.children, matching)


def _is_stray(node: Node) -> bool:
    """Whether a part has words enough to be known by them away from its place."""
    return not _is_page(node) and len(_words(node)) >= TELLING


def _of_kind(
    old: Sequence[Known], new: Sequence[Node], kind: SectionKind
) -> tuple[list[Known], list[Node]]:
    return [k for k in old if k.node.kind is kind], [n for n in new if n.kind is kind]


def _pair_by(
    old: list[Known], new: list[Node], matching: _Matching, key: Callable[[Node], str]
) -> tuple[list[Known], list[Node]]:
    """Pair, in order, what has the same key and is not paired yet; returns the rest."""
    waiting: dict[str, list[Known]] = {}
    for known in old:
        if key(known.node) and id(known) not in matching.taken:
            waiting.setdefault(key(known.node), []).append(known)
    for node in new:
        candidates = waiting.get(key(node))
        if candidates and id(node) not in matching.pairs:
            matching.pair(node, candidates.pop(0))
    return matching.rest(old, new)


def _pair_alike(
    old: list[Known], new: list[Node], matching: _Matching, threshold: float
) -> tuple[list[Known], list[Node]]:
    """Pair the most alike first; an equal number breaks a tie. Returns the rest."""
    if len(old) * len(new) > FEW_PAIRS:
        old, new = _pair_best(old, new, _likely(old, new), matching, threshold)
    if len(old) * len(new) <= FEW_PAIRS:
        every = product(range(len(old)), range(len(new)))
        old, new = _pair_best(old, new, every, matching, threshold)
    return old, new


def _pair_best(
    old: list[Known],
    new: list[Node],
    compared: Iterable[tuple[int, int]],
    matching: _Matching,
    threshold: float,
) -> tuple[list[Known], list[Node]]:
    old_words = [_words(known.node)[:COMPARED] for known in old]
    new_words = [_words(node)[:COMPARED] for node in new]
    ranked = sorted(
        (-score, old[i].node.number != new[j].number, i, j)
        for i, j in compared
        if old_words[i] and new_words[j]
        for score in [fuzz.ratio(old_words[i], new_words[j], score_cutoff=threshold)]
        if score
    )
    for _score, _other_number, i, j in ranked:
        if id(old[i]) not in matching.taken and id(new[j]) not in matching.pairs:
            matching.pair(new[j], old[i])
    return matching.rest(old, new)


def _likely(old: list[Known], new: list[Node]) -> Iterator[tuple[int, int]]:
    """The pairs worth comparing sign by sign: what shares rare words, or has the same number.

    Each new section is compared with the few old ones that share most of its rarest phrases,
    its neighbours first: to compare every pair of 2,000 articles took a minute and a half.
    """
    holders: dict[str, list[int]] = {}
    numbered: dict[str, list[int]] = {}
    for i, known in enumerate(old):
        numbered.setdefault(known.node.number, []).append(i)
        for phrase in _phrases(known.node):
            holders.setdefault(phrase, []).append(i)
    for j, node in enumerate(new):
        found = sorted((holders[p] for p in _phrases(node) if p in holders), key=len)
        shared = Counter(islice(chain.from_iterable(found), ENOUGH))
        likely = sorted(shared, key=lambda i: (-shared[i], abs(i - j), i))[:LIKELY]
        yield from ((i, j) for i in {*likely, *numbered.get(node.number, [])[:LIKELY]})


def _phrases(node: Node) -> Iterable[str]:
    """The words of a section, and each two that stand together: rarer, and lost sooner."""
    words = _words(node)[:COMPARED].split()
    return dict.fromkeys([*words, *map(" ".join, pairwise(words))])
