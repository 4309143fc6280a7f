"""Whole numbers out of an address or a form, where anybody may have typed anything."""

# The largest that an integer column holds on PostgreSQL.
LARGEST = 2**31 - 1


def whole(text: object) -> int | None:
    """The number that the text is in plain digits, if a column can hold it; else None."""
    digits = str(text)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10:
        return None
    number = int(digits)
    return number if number <= LARGEST else None
