"""Two texts are compared word by word."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.plan.redline import Op, Piece, redline, without

TEXTS = st.text(st.sampled_from("suolo rete, d'area\n.1ab "), max_size=60)


def _said(before: str, after: str) -> list[tuple[str, str]]:
    return [(piece.op.value, piece.text) for piece in redline(before, after)]


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts(before: str, after: str) -> None:
    pieces = redline(before, after)

    assert without(Op.PUT_IN, pieces) == before
    assert without(Op.TAKEN_OUT, pieces) == after
    assert all(piece.text for piece in pieces)
    assert all(a.op is not b.op for a, b in itertools.pairwise(pieces))


def test_words_change_as_wholes() -> None:
    assert _said("la soglia del 20 per cento.", "la soglia del 25 per cento.") == [
        ("same", "la soglia del "),
        ("taken-out", "20"),
        ("put-in", "25"),
        ("same", " per cento."),
    ]


def test_what_is_put_in_is_all_that_is_marked() -> None:
    assert redline("Nei Comuni densi.", "Nei Comuni più densi.") == (
        Piece(Op.SAME, "Nei Comuni "),
        Piece(Op.PUT_IN, "più "),
        Piece(Op.SAME, "densi."),
    )


def test_a_rewritten_phrase_is_read_as_one_change() -> None:
    assert _said(
        "I Comuni provvedono entro il termine di un anno.",
        "I Comuni adeguano i piani nella prima revisione utile.",
    ) == [
        ("same", "I Comuni "),
        ("taken-out", "provvedono entro il termine di un anno"),
        ("put-in", "adeguano i piani nella prima revisione utile"),
        ("same", "."),
    ]
