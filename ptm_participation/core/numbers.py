"""Whole numbers in an address or a form: text that anybody may have written."""

MOST = 2**31 - 1  # what a column of the database holds


def whole(text: str | None) -> int | None:
    """The number that the text says in the digits 0 to 9; None if it says none that can be kept."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(MOST)):
        return None
    number = int(text)
    return number if number <= MOST else None
