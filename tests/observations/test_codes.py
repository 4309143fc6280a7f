"""Tracking codes: what people type, and what they mistype."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.observations import codes

tokens = st.text(string.hexdigits, min_size=32, max_size=32)


@given(tokens)
def test_a_code_is_read_however_it_is_typed(token: str) -> None:
    code = codes.code_of(token)

    printed = codes.printed(code)
    assert codes.read(printed) == codes.read(printed.lower().replace("-", " ")) == code
    assert not set(code) & set("0O1I")


@given(tokens, st.integers(0, 27), st.sampled_from(codes.ALPHABET))
def test_one_wrong_letter_is_told_from_a_code_that_nobody_has(
    token: str, place: int, letter: str
) -> None:
    code = codes.code_of(token)
    wrong = code[:place] + letter + code[place + 1 :]

    if wrong == code:
        assert codes.read(wrong) == code
    else:
        # Ten check bits: about one slip in a thousand passes for another code.
        try:
            codes.read(wrong)
        except codes.MistypedCode:
            return
        assert codes.digest(wrong) != codes.digest(code)


@pytest.mark.parametrize("typed", ["", "ABCD", "è" * 28, "A" * 27, "A" * 29])
def test_what_cannot_be_a_code_is_refused(typed: str) -> None:
    with pytest.raises(codes.MistypedCode):
        codes.read(typed)
