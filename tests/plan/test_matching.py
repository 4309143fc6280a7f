"""Which section continues which, where there are many."""

import random

from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.matching import FEW_PAIRS, Known, match
from ptm_participation.plan.tree import Node
from tests.plan.trees import article

SYLLABLES = ("ba", "co", "di", "fe", "gu", "la", "mo", "ne", "pi", "ro", "sa", "tu", "ve", "zi")
LETTERS = random.Random(7)
WORDS = ["".join(LETTERS.choices(SYLLABLES, k=3)) for _word in range(900)]


def _article(number: int, words: list[str]) -> Node:
    return Node(SectionKind.ARTICLE, str(number), "", " ".join(words))


def _plan(articles: int, words: int = 80) -> list[list[str]]:
    return [LETTERS.choices(WORDS, k=words) for _article in range(articles)]


def _reworded(words: list[str]) -> list[str]:
    """A word in ten is another."""
    return [LETTERS.choice(WORDS) if LETTERS.random() < 0.1 else word for word in words]


def _known(texts: list[list[str]]) -> list[Known]:
    return [Known(place, _article(place, words)) for place, words in enumerate(texts)]


def test_many_reworded_articles_keep_their_identities_when_they_move() -> None:
    texts = _plan(150)
    assert len(texts) ** 2 > FEW_PAIRS
    order = LETTERS.sample(range(len(texts)), k=len(texts))
    new = [_article(number, _reworded(texts[place])) for number, place in enumerate(order, 500)]

    pairs = match(_known(texts), new)

    assert [pairs[id(node)].provision_id for node in new] == order


def test_many_articles_that_say_almost_the_same_are_all_continued() -> None:
    texts = [["articolo", "abrogato", "dalla", "legge", "regionale", WORDS[n]] for n in range(150)]
    new = [_article(n, [*words[:4], "nazionale", words[5]]) for n, words in enumerate(texts, 900)]

    pairs = match(_known(texts), new)

    assert [pairs[id(node)].provision_id for node in new] == list(range(150))


def test_what_says_something_else_continues_nothing_however_many_there_are() -> None:
    texts, others = _plan(60), _plan(60)

    pairs = match(_known(texts), [_article(n, words) for n, words in enumerate(others)])

    assert pairs == {}


def test_an_article_written_anew_under_its_number_and_heading_is_continued_with_its_commi() -> None:
    kept = " ".join(WORDS[:20])
    old = article("18", "Consumo di suolo", kept, *(" ".join(words) for words in _plan(4)))
    new = article("18", "Consumo di suolo", *(" ".join(words) for words in _plan(4)), kept)
    other = article("19", "Consumo di suolo", *(" ".join(words) for words in _plan(3)))
    commi = tuple(Known(place, node) for place, node in enumerate(old.children, 1))

    pairs = match([Known(0, old, commi)], [other, new])

    assert pairs[id(new)].provision_id == 0
    assert pairs[id(new.children[-1])].provision_id == 1
    assert id(other) not in pairs


def test_four_thousand_reworded_articles_are_matched() -> None:
    """Every pair of them, compared sign by sign, would take many minutes."""
    texts = _plan(4_000, words=60)
    new = [_article(number, _reworded(words)) for number, words in enumerate(texts)]

    pairs = match(_known(texts), new)

    assert all(pairs[id(node)].provision_id == number for number, node in enumerate(new))


def test_two_sections_as_long_as_a_book_are_compared() -> None:
    """Sign by sign to their ends it would take a quarter of an hour."""
    words = LETTERS.choices(WORDS, k=1_000_000)
    new = _article(2, [*words[:100], "altro", *words[100:]])

    pairs = match(_known([words]), [new])

    assert pairs[id(new)].provision_id == 0
