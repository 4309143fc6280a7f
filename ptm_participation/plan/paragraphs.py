"""The paragraphs of a text as they are printed, whatever the file that they come in.

A reader of each format makes them; `plan/structure.py` reads the articles in them.
"""

import dataclasses

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.akn_xml import UnreadableText

MOST_PARAGRAPHS = 20_000


class TooManyParagraphs(UnreadableText):
    """More paragraphs than any plan has."""

    message = _l("The document has more than %(most)d paragraphs: divide it.")

    def __init__(self) -> None:
        super().__init__(most=MOST_PARAGRAPHS)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a numbered paragraph stands: in which list, at which level."""

    list: str
    level: int


@dataclasses.dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as printed. `level` is that of a heading, from 0; `place` that of a list.

    `label` is what the format counts and does not write among the words; `page` and `line` are
    where the paragraph begins in a file that has them, from 1.
    """

    number: int
    text: str
    label: str = ""
    level: int | None = None
    place: Place | None = None
    is_contents: bool = False
    is_row: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    page: int = 0
    line: int = 0

    @property
    def printed(self) -> str:
        return f"{self.label} {self.text}".strip()
