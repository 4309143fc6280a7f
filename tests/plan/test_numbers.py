"""Numbers of law: how they sort, how they are cited."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.plan import kinds
from ptm_participation.plan.kinds import LATIN_SUFFIXES, SectionKind

suffixes = st.sampled_from(["", *LATIN_SUFFIXES])


@given(st.lists(st.tuples(st.integers(1, 400), suffixes), min_size=2, unique=True))
def test_articles_sort_by_number_then_by_latin_suffix(numbers: list[tuple[int, str]]) -> None:
    rank = {suffix: place for place, suffix in enumerate(["", *LATIN_SUFFIXES])}
    by_law = sorted(numbers, key=lambda pair: (pair[0], rank[pair[1]]))

    def printed(pair: tuple[int, str]) -> str:
        return "-".join(str(part) for part in pair if part)

    by_key = sorted(numbers, key=lambda n: kinds.sort_key(SectionKind.ARTICLE, printed(n)))

    assert by_key == by_law


@pytest.mark.parametrize(
    ("kind", "in_order"),
    [
        (SectionKind.COMMA, ["01", "1", "1-bis", "1-ter", "2", "10", "10-quater"]),
        (SectionKind.LETTER, ["0a", "a", "b", "i", "i-bis", "l", "z", "aa", "bb"]),
        (SectionKind.TITLE, ["I", "II", "IV", "V", "IX", "X", "XIV", "XL"]),
        (SectionKind.MAP, ["1", "2", "5.1", "5.2", "5.10", "6"]),
        (SectionKind.GROUP, ["1–4", "5–13", "14–23"]),
    ],
)
def test_what_was_put_in_between_sorts_between(kind: SectionKind, in_order: list[str]) -> None:
    keys = [kinds.sort_key(kind, number) for number in in_order]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_a_letter_is_cited_with_its_comma_and_article() -> None:
    article = kinds.citation(SectionKind.ARTICLE, "7-bis")
    comma = kinds.citation(SectionKind.COMMA, "2", article)
    brief = kinds.brief(SectionKind.COMMA, "2", kinds.brief(SectionKind.ARTICLE, "7-bis"))

    assert kinds.citation(SectionKind.LETTER, "a", comma) == "art. 7-bis, comma 2, lett. a)"
    assert brief == "art. 7-bis c. 2"
    assert kinds.slug(SectionKind.COMMA, "2", "art-7-bis") == "art-7-bis-c-2"


def test_an_article_is_cited_without_the_chapter_that_holds_it(app: Flask) -> None:
    assert kinds.citation(SectionKind.ARTICLE, "5", "Capo II") == "art. 5"
    assert kinds.citation(SectionKind.SECTION, "I", "Capo II") == "Capo II, Sezione I"
