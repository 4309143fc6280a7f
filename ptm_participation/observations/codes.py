"""Tracking codes: 128 random bits that people can type.

A code is not stored: it follows from the token of the form that was sent, which only the
sender's browser holds, and the database keeps the code's hash. So a form that arrives twice
gets the same receipt twice, and a copy of the database opens no case.
"""

import hashlib

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without 0, O, 1, I
RANDOM_LETTERS, CHECK_LETTERS = 26, 2
GROUP = 4


class MistypedCode(ValueError):
    """The letters cannot be a code: one is missing or wrong."""


def code_of(token: str) -> str:
    """The code of a form's token, in its bare form of 28 letters."""
    bits = int.from_bytes(hashlib.sha256(f"tracking code {token}".encode()).digest()[:16], "big")
    letters = "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in range(RANDOM_LETTERS))
    return letters + _check(letters)


def printed(code: str) -> str:
    """The code in groups of four, as receipts show it."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(text: str) -> str:
    """The bare code of what somebody typed. Raises MistypedCode.

    A slip is told from a code that nobody was given, without asking the database.
    """
    code = "".join(letter for letter in text.upper() if letter.isascii() and letter.isalnum())
    letters, check = code[:RANDOM_LETTERS], code[RANDOM_LETTERS:]
    if len(code) != RANDOM_LETTERS + CHECK_LETTERS or _check(letters) != check:
        raise MistypedCode()
    return code


def digest(code: str) -> str:
    """What the database keeps of a code."""
    return hashlib.sha256(code.encode("ascii")).hexdigest()


def _check(letters: str) -> str:
    value = int.from_bytes(hashlib.sha256(letters.encode()).digest()[:2], "big")
    return ALPHABET[value & 31] + ALPHABET[(value >> 5) & 31]
