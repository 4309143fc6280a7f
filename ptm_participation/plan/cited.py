"""A citation as it is recognised: where it stands, what it cites, and of which text."""

import dataclasses
from typing import Any

from ptm_participation.plan.acts import Act

Steps = tuple[tuple[str, str], ...]

_FRAGMENTS = {
    "article": "art_",
    "comma": "com",
    "letter": "let",
    "item": "num",
    "map": "map_",
    "sheet": "sheet",
    "heading": "par_",
    "strategy": "sttm_",
    "part": "part_",
    "title": "title_",
    "chapter": "chap_",
    "section": "sec_",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Citation:
    """A citation at a place of a text, from `start` to `end`.

    `steps` lead to what is cited, outermost first: article 18, comma 3, letter b. Where the
    first is a comma or a letter, it is of the article or comma where the citation stands; an
    article without a number is «the present article». `to` ends a range. `act` is another act;
    `doubtful` tells that the words do not say of which text the place is.
    """

    start: int
    end: int
    steps: Steps = ()
    to: str = ""
    act: Act | None = None
    doubtful: bool = False

    @property
    def kind(self) -> str:
        """What is cited: the innermost step, or a whole act."""
        return self.steps[-1][0] if self.steps else "act"

    @property
    def inside(self) -> bool:
        """Whether it is of the text itself, as far as the words say."""
        return self.act is None and not self.doubtful

    @property
    def place(self) -> str:
        """The place as Akoma Ntoso names it: «art_18-com3-letb»."""
        if self.steps == (("article", ""),):
            return "this"
        joined = "-".join(_FRAGMENTS[kind] + _plain(number) for kind, number in self.steps)
        return f"{joined}..{_plain(self.to)}" if self.to else joined

    @property
    def target(self) -> str:
        """What is cited, in one word: «#art_18-com3», «/akn/it/act/…/!main#art_5»."""
        fragment = f"#{self.place}" if self.steps else ""
        if self.act is not None:
            return self.act.iri + fragment
        return f"?{fragment}" if self.doubtful else fragment

    @property
    def ends(self) -> list[str]:
        """The single places to which it leads: its target, of a range the first and the last."""
        if not self.to:
            return [self.target]
        first = dataclasses.replace(self, to="")
        last = dataclasses.replace(first, steps=(*self.steps[:-1], (self.kind, self.to)))
        return [first.target, last.target]

    def as_json(self, text: str) -> dict[str, Any]:
        """The citation for whoever reads it by machine."""
        act = self.act
        return {
            "start": self.start,
            "end": self.end,
            "text": text[self.start : self.end],
            "kind": self.kind,
            **dict(self.steps),
            "to": self.to,
            "inside": self.inside,
            "ambiguous": self.doubtful,
            "target": self.target,
            "ends": self.ends,
            "act": None
            if act is None
            else {
                "type": act.kind,
                "number": act.number,
                "year": act.year,
                "date": act.dated if len(act.dated) > 4 else None,
                "authority": act.authority,
                "urn": act.urn or None,
                "address": act.address(self.place if self.steps else "") or None,
            },
        }


def _plain(number: str) -> str:
    return number.replace("-", "")
