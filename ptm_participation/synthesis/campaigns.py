"""Campaigns: a text that is passed around, and the copies that people send of it."""

import dataclasses
import itertools
import random
from collections.abc import Sequence

from ptm_participation.observations.workflow import RequestKind
from ptm_participation.synthesis.words import SENTENCES, Writer

CAMPAIGNS = 50
# Who copies: rarely a Comune, often a citizen; together 30 in a hundred.
SHARE_OF_MUNICIPALITIES, SHARE_OF_ASSOCIATIONS, SHARE_OF_OTHERS = 0.08, 0.35, 0.53


@dataclasses.dataclass(frozen=True, slots=True)
class Campaign:
    """The text that goes around, with what it cites."""

    number: int
    title: str
    kind: RequestKind
    sections: tuple[int, ...]
    sentences: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Copy:
    """A campaign's text as one person sent it, and how many edits that person made."""

    campaign: Campaign
    title: str
    sentences: tuple[str, ...]
    edits: int


class Campaigns:
    """Fifty of them; a few are sent by most."""

    def __init__(self, chance: random.Random, writer: Writer, sections: Sequence[int]) -> None:
        self.chance, self.writer = chance, writer
        self.all = [
            Campaign(
                number,
                writer.title(),
                chance.choice(list(RequestKind)),
                tuple(chance.sample(sections[:60], min(chance.randint(1, 2), len(sections)))),
                tuple(writer.sentences(chance.randint(5, 11))),
            )
            for number in range(1, CAMPAIGNS + 1)
        ]
        self._weights = list(itertools.accumulate(1 / (n + 3) for n in range(CAMPAIGNS)))

    def copy(self) -> Copy:
        """One more copy: a third of them untouched, the others edited a little."""
        [campaign] = self.chance.choices(self.all, cum_weights=self._weights)
        edits = self.chance.choices(range(6), (33, 25, 18, 12, 8, 4))[0]
        sentences, title = list(campaign.sentences), campaign.title
        for _turn in range(edits):
            sentences, title = self._edit(sentences, title)
        return Copy(campaign, title, tuple(sentences), edits)

    def _edit(self, sentences: list[str], title: str) -> tuple[list[str], str]:
        """A sentence left out, one of one's own, a word dropped, two swapped, another title."""
        chance = self.chance
        what, place = chance.randrange(5), chance.randrange(len(sentences))
        if what == 0 and len(sentences) > 3:
            sentences.pop(place)
        elif what == 1:
            sentences.insert(place, self.writer.sentence(SENTENCES))
        elif what == 2 and len(sentences) > 2:
            other = place - 1
            sentences[place], sentences[other] = sentences[other], sentences[place]
        elif what == 3:
            title = f"{title} ({self.writer.places[chance.randrange(len(self.writer.places))]})"
            title = title[:200]
        else:
            words = sentences[place].split()
            words.pop(chance.randrange(len(words)))
            sentences[place] = " ".join(words) or "…"
        return sentences, title
