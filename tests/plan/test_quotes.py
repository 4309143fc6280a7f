"""Words that are quoted from a section, looked for in another text of it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ptm_participation.plan.quotes import AROUND, Quotation, Standing, find, quote

COMMA = (
    "I Comuni riducono il consumo di suolo. La soglia di riduzione del consumo di suolo è fissata "
    "al venti per cento, e i Comuni riducono il resto con i propri atti."
)
WORDS = "La soglia di riduzione"


def quoted(words: str, text: str = COMMA) -> Quotation:
    start = text.index(words)
    return quote(text, start, start + len(words))


def test_an_edit_before_the_quoted_words_finds_them() -> None:
    edited = COMMA.replace("riducono il consumo", "e gli altri enti riducono tutto il consumo", 1)

    found = find(edited, quoted(WORDS))

    assert found.standing is Standing.FOUND
    assert edited[found.start : found.end] == WORDS


def test_an_edit_in_the_quoted_words_leaves_them_without_a_place() -> None:
    assert find(COMMA.replace("soglia di", "quota di"), quoted(WORDS)).standing is Standing.ORPHANED


@pytest.mark.parametrize("which", [0, 1])
def test_of_repeated_words_those_are_found_that_were_meant(which: int) -> None:
    start = [COMMA.index("Comuni riducono"), COMMA.rindex("Comuni riducono")][which]

    found = find(COMMA, quote(COMMA, start, start + len("Comuni riducono")))

    assert (found.standing, found.start) == (Standing.FOUND, start)


def test_repeated_words_are_never_guessed() -> None:
    assert find(COMMA, Quotation("consumo di suolo")).standing is Standing.REPEATED
    twins = "Entro un anno si provvede. Entro un anno si provvede."
    both = Quotation("si provvede", prefix="Entro un anno ", suffix=".")
    assert find(twins, both).standing is Standing.REPEATED
    many = " ".join([twins, twins])
    inner = many.index("si provvede", many.index("si provvede") + 1)
    meant = quote(many, inner, inner + len("si provvede"))
    assert find(many, meant).standing is Standing.REPEATED


def test_when_the_meant_one_of_two_is_deleted_the_other_does_not_take_its_place() -> None:
    second = COMMA.rindex("consumo di suolo")
    meant = quote(COMMA, second, second + len("consumo di suolo"))

    edited = COMMA.replace("di riduzione del consumo di suolo è fissata al venti", "resta al dieci")

    assert find(edited, meant).standing is Standing.ORPHANED


SOME_WORDS = st.lists(
    st.sampled_from(["suolo", "rete", "verde", "comune", "piano", "area"]), min_size=1
)


@given(SOME_WORDS, SOME_WORDS, SOME_WORDS, SOME_WORDS)
def test_words_are_found_where_they_stand_or_not_at_all(
    before: list[str], words: list[str], after: list[str], put_in: list[str]
) -> None:
    text = " ".join([*before, *words, *after])
    start = len(" ".join(before)) + 1
    exact = " ".join(words)
    meant = quote(text, start, start + len(exact))

    same = find(text, meant)
    moved = find(f"{' '.join(put_in)}. {text}", meant)

    assert same.standing in (Standing.FOUND, Standing.REPEATED)
    assert same.standing is Standing.REPEATED or same.start == start
    shift = len(" ".join(put_in)) + 2
    assert moved.standing is not Standing.FOUND or moved.start == start + shift


@given(st.text("ab ", min_size=1, max_size=200), st.data())
def test_what_is_found_is_what_was_quoted(text: str, data: st.DataObject) -> None:
    text = " ".join(text.split())
    assume(text)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + AROUND)))
    other = data.draw(st.text("ab ", max_size=200))

    found = find(other, quote(text, start, end))

    shown = " ".join(other.split())
    assert found.standing is not Standing.FOUND or shown[found.start : found.end] == text[start:end]
