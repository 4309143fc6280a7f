"""The words of a text as both engines index them, and what a question asks for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.core.search import (
    LONGEST_WORD,
    MOST_WORDS,
    Piece,
    excerpt,
    indexed,
    marked,
    read,
    words_of,
)

TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300)


@given(TEXTS)
def test_whatever_a_text_holds_only_plain_letters_or_digits_are_indexed(text: str) -> None:
    stems = indexed(text).split(" ") if indexed(text) else []

    assert all(re.fullmatch(r"[a-z]+|[0-9]+", stem) for stem in stems)
    assert all(len(stem) <= LONGEST_WORD for stem in stems)


@given(TEXTS)
def test_a_word_is_found_where_it_stands(text: str) -> None:
    for word in words_of(text):
        assert word.stem in indexed(text[word.start : word.end]).split()


@given(TEXTS, TEXTS)
def test_a_text_says_the_same_beside_another(one: str, other: str) -> None:
    assert indexed(f"{one} {other}").split() == indexed(one).split() + indexed(other).split()


@given(TEXTS, TEXTS)
def test_marking_takes_nothing_away_and_adds_nothing(text: str, question: str) -> None:
    pieces = marked(text, read(question))

    assert "".join(piece.text for piece in pieces) == text


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("i suoli agricoli", "suolo agricolo"),
        ("gli edifici degli enti", "edificio ente"),
        ("le acque dei laghi", "acqua lago"),
        ("Perché", "perche'"),
        ("CITTÀ", "citta"),
        ("l’urbanistica", "urbanistico"),
        ("18-bis", "18bis"),
        ("Goßnitz", "gossnitz"),
        ("Ἀθῆναι", "αθηναι"),
    ],
)
def test_words_meet_whatever_their_ending_accent_or_alphabet(written: str, typed: str) -> None:
    assert set(indexed(typed).split()) <= set(indexed(written).split())


def test_a_question_asks_for_every_word_but_the_small_ones() -> None:
    asked = read('riduzione del "consumo di suolo" nei Comun')

    assert [term.stems for term in asked] == [("riduzion",), ("consum", "di", "suol"), ("comun",)]
    assert [term.beginning for term in asked] == ["", "", "comun"]
    assert [term.stems for term in read("il di")] == [("il",), ("di",)]


@pytest.mark.parametrize("question", ["", "  ", '"', "«»", "!!! * ^", '""', "\u0301", "()-+:"])
def test_a_question_without_a_word_asks_nothing(question: str) -> None:
    assert read(question) == ()


@pytest.mark.parametrize("typed", ["edi", "edif", "edifi", "edific", "edifici", "edificio"])
def test_what_is_typed_of_a_word_finds_it_at_each_letter(typed: str) -> None:
    [term] = read(typed)
    [stem] = indexed("edificio").split()

    assert stem in term.stems or (term.beginning and stem.startswith(term.beginning))


def test_a_text_beyond_all_measure_is_indexed_as_far_as_both_engines_go() -> None:
    assert len(indexed("suolo " * (MOST_WORDS + 10)).split()) == MOST_WORDS
    assert indexed("b" * 1000) == "b" * LONGEST_WORD


def test_an_excerpt_shows_the_words_with_some_around_them() -> None:
    text = f"{'Prima parte. ' * 30}La riduzione del consumo di suolo è un obiettivo. {'Poi. ' * 60}"

    pieces = excerpt(text, read("consumo suolo"))

    assert [piece.text for piece in pieces if piece.found] == ["consumo", "suolo"]
    assert pieces[0] == Piece("… ")
    assert pieces[-1] == Piece(" …")
    assert "La riduzione del" in "".join(piece.text for piece in pieces)
    assert len("".join(piece.text for piece in pieces)) < 260
