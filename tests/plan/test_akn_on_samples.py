"""The reader of Akoma Ntoso texts, on the Codice dell'amministrazione digitale.

The file is the consolidated text as its official publisher exports it. ``cad_tree.txt`` is
its outline, checked by hand against the text: a comma or letter is shown by its first and
last words, so that one that is parted in the wrong place shows.
"""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml import ElementTree

from ptm_participation.plan.akn import read_akoma_ntoso
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.tree import Node
from tests.plan.texts import outline

SAMPLE = Path(__file__).parents[2].parent / "shared" / "domain" / "samples"
SAMPLE /= "cad_dlgs82_2005_akn.xml"
TREE = Path(__file__).with_name("cad_tree.txt")

LATIN = ["", "bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies"]
LATIN += ["decies", "undecies", "duodecies"]

# All that the rules take away. The numbers are the pointers to the notes, counted by hand on
# the page, and the one of comma 1 of art. 13-bis, which is printed twice.
DROPPED_WORDS = {"Art": 121, "Capo": 9, "Sezione": 11}
DROPPED_NUMBERS = {"1": 3 + 1, "11": 1, "19": 1, "21": 2, "28": 15, "29": 5}
DROPPED_NUMBERS |= {"31": 2, "34": 1, "36": 1, "38": 15, "52": 1}


@pytest.fixture(scope="module")
def tree() -> tuple[Node, ...]:
    return read_akoma_ntoso(SAMPLE.read_bytes())


def everything_in(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from everything_in(node.children)


def words_of(nodes: tuple[Node, ...]) -> Iterator[str]:
    """The words of the tree in the order of the page, its numbers among them."""
    for node in nodes:
        printed = [node.number, node.heading, node.text]
        if node.kind is SectionKind.NOTE:
            printed = [node.heading, node.number, node.text]
        yield from re.findall(r"\w+", " ".join(printed))
        yield from words_of(node.children)


def legal_order(number: str) -> tuple[bool, int, str, int]:
    base, _, suffix = number.partition("-")
    return (not base.startswith("0"), len(base), base, LATIN.index(suffix))


def test_the_tree_is_the_one_that_was_checked_by_hand(tree: tuple[Node, ...]) -> None:
    expected = TREE.read_text(encoding="utf-8").splitlines()

    lines = list(outline(tree))

    assert lines == expected


def test_every_article_is_read_once(tree: tuple[Node, ...]) -> None:
    articles = [node for node in everything_in(tree) if node.kind is SectionKind.ARTICLE]

    numbers = {node.number for node in articles}

    assert len(articles) == len(numbers) == 121


def test_no_word_is_lost_and_none_moves(tree: tuple[Node, ...]) -> None:
    body = ElementTree.parse(SAMPLE).getroot().find(".//{*}body")
    assert body is not None
    source = re.findall(r"\w+", " ".join(body.itertext()))

    read = list(words_of(tree))
    remaining = iter(source)
    moved = [word for word in read if word not in remaining]

    assert moved == []
    assert Counter(source) - Counter(read) == DROPPED_WORDS | DROPPED_NUMBERS


def test_every_numbering_runs_in_the_legal_order(tree: tuple[Node, ...]) -> None:
    kinds = (SectionKind.ARTICLE, SectionKind.COMMA, SectionKind.LETTER)

    out_of_order = [
        (node.number, kind, numbers)
        for node in everything_in(tree)
        for kind in kinds
        if (numbers := [child.number for child in node.children if child.kind is kind])
        != sorted(set(numbers), key=legal_order)
    ]

    assert out_of_order == []


def test_no_mark_of_an_amendment_is_left(tree: tuple[Node, ...]) -> None:
    norms = [node for node in everything_in(tree) if node.kind is not SectionKind.NOTE]

    marked = [node for node in norms if re.search(r"\(\(|\)\)|--", node.heading + node.text)]
    pointers = [node.text for node in norms if re.search(r"\(\d+\)", node.text)]

    assert marked == []
    # The one number in brackets that is left is the law's own: no note of art. 62 has it.
    assert [text.endswith("di cui all'articolo (50);") for text in pointers] == [True]


def test_words_put_in_by_an_amendment_read_as_one_sentence(tree: tuple[Node, ...]) -> None:
    articles = [node for node in everything_in(tree) if node.kind is SectionKind.ARTICLE]

    first = next(node for node in articles if node.number == "3").children[0].text

    assert first.startswith(
        "Chiunque ha il diritto di usare, in modo accessibile ed efficace, le soluzioni e gli "
        "strumenti di cui al presente Codice"
    )
