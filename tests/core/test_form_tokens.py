"""A form sent twice is handled once; a failed one can be sent again."""

import contextlib

from flask import Flask

from ptm_participation.core import form_tokens
from ptm_participation.core.transaction import use_case


@use_case
def _handle(token: str, key: int) -> str | None:
    made = form_tokens.claim(token)
    if made is None:
        form_tokens.made(token, key)
    return made


def test_the_second_time_a_form_finds_what_the_first_one_made(app: Flask) -> None:
    token = form_tokens.new_token()

    assert _handle(token, 7) is None
    assert _handle(token, 8) == "7"


def test_a_form_whose_handling_failed_can_be_sent_again(app: Flask) -> None:
    token = form_tokens.new_token()

    @use_case
    def fail() -> None:
        _handle(token, 7)
        raise RuntimeError

    with contextlib.suppress(RuntimeError):
        fail()

    assert _handle(token, 8) is None
