"""What a reader makes of a file: the tree, the source beside it, and what it is not sure of."""

import dataclasses
from typing import Any

from flask_babel import gettext as _

from ptm_participation.plan.tree import Node


@dataclasses.dataclass(frozen=True, slots=True)
class Doubt:
    """What whoever knows the text should look at, and at which paragraph of the source."""

    paragraph: int
    sentence: Any
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)

    def __str__(self) -> str:
        text = str(self.sentence)
        return text % self.facts if self.facts else text


@dataclasses.dataclass(frozen=True, slots=True)
class SourceParagraph:
    """A paragraph as it is printed; `node` is its section's place in the tree, from 0.

    `page` and `line` are where it begins in a file that has them, from 1; `file` is which of
    several.
    """

    number: int
    text: str
    node: int | None
    page: int = 0
    line: int = 0
    file: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The tree and its source. A file that says itself what each piece is has no paragraphs."""

    tree: tuple[Node, ...]
    paragraphs: tuple[SourceParagraph, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    def place_of(self, doubt: Doubt) -> str:
        """Where a doubt is: the page or the line where the file has them, and the paragraph."""
        at = self.paragraphs[doubt.paragraph - 1] if self.paragraphs else None
        number = {"number": doubt.paragraph}
        if at and at.page:
            return _("page %(page)d, paragraph %(number)d") % {"page": at.page, **number}
        if at and at.file:
            facts = {"file": at.file, "line": at.line, **number}
            return _("%(file)s, line %(line)d, paragraph %(number)d") % facts
        if at and at.line:
            return _("line %(line)d, paragraph %(number)d") % {"line": at.line, **number}
        return _("paragraph %(number)d") % number

    def report(self) -> dict[str, Any]:
        """The doubts and what found no place, for a program to read."""
        doubts = []
        for doubt in self.doubts:
            at = self.paragraphs[doubt.paragraph - 1] if self.paragraphs else None
            place = {"paragraph": doubt.paragraph, "text": at.text[:200] if at else ""}
            place |= (
                {"page": at.page or None, "line": at.line or None, "file": at.file or None}
                if at
                else {}
            )
            doubts.append({**place, "doubt": str(doubt)})
        return {
            "doubts": doubts,
            "left_out": [at.number for at in self.paragraphs if at.node is None],
        }
