"""Who writes in a synthetic process, in the proportions of the PTM's register.

Of its 79 observations 36 came from 30 Comuni, 11 from associations, 32 from others.
"""

import dataclasses
import itertools
import random
from collections.abc import Sequence

from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.synthesis.words import Writer

MUNICIPALITIES, ASSOCIATIONS, OTHERS = 36, 11, 32
MARK = "(sintetico)"
MOST_BODIES = 150

_ASSOCIATIONS = (
    (SubjectType.ENVIRONMENTAL_ASSOCIATION, "Associazione per", 4),
    (SubjectType.ASSOCIATION, "Circolo di", 4),
    (SubjectType.COMMITTEE, "Comitato per", 3),
)
# The 32 others as the demonstration has them.
_OTHERS = (
    (SubjectType.CITIZEN, "", 7),
    (SubjectType.COMPANY, "Società immobiliare", 6),
    (SubjectType.TRADE_ASSOCIATION, "Associazione di categoria", 5),
    (SubjectType.COMPANY, "Impresa agricola", 3),
    (SubjectType.PROFESSIONAL, "", 2),
    (SubjectType.CITIZENS, "Cittadini di", 2),
    (SubjectType.PROFESSIONAL_ORDER, "Ordine professionale", 2),
    (SubjectType.PARK_AUTHORITY, "Ente gestore del parco", 2),
    (SubjectType.OPERATOR, "Gestore di rete", 2),
    (SubjectType.POLITICAL_GROUP, "Gruppo consiliare", 1),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A Comune and how many live there."""

    id: int
    name: str
    population: int


@dataclasses.dataclass(frozen=True, slots=True)
class Author:
    """Somebody who writes."""

    type: SubjectType
    name: str
    municipality_id: int | None


class Authors:
    """Gives authors by chance: Comuni and bodies come again, people are nearly always new."""

    def __init__(
        self, chance: random.Random, writer: Writer, places: Sequence[Place], observations: int
    ) -> None:
        self.chance, self.writer, self.places = chance, writer, places
        self._people = list(itertools.accumulate(place.population for place in places))
        # An administration of a large city writes more often, but not as its people are more.
        self._offices = list(itertools.accumulate(place.population**0.5 for place in places))
        pool = min(MOST_BODIES, 12 + observations // 60)
        self.associations = self._bodies(_ASSOCIATIONS, pool)
        self.bodies = self._bodies([kind for kind in _OTHERS if kind[1]], 2 * pool)

    def _bodies(self, kinds: Sequence[tuple[SubjectType, str, int]], count: int) -> list[Author]:
        """Different ones, none of them a private person."""
        kinds = [kind for kind in kinds if not kind[0].is_private_person]
        made = {body.name: body for body in (self._body(kinds) for _turn in range(count))}
        return list(made.values())

    def _place(self) -> Place:
        return self.chance.choices(self.places, cum_weights=self._people)[0]

    def _body(self, kinds: Sequence[tuple[SubjectType, str, int]]) -> Author:
        [(type_, start, _weight)] = self.chance.choices(kinds, [kind[2] for kind in kinds])
        place, surname = self._place(), self.writer.person().split(" ", 1)[1]
        name = f"{start} {place.name}, {surname} {MARK}"
        return Author(type_, name, place.id)

    def give(self) -> Author:
        """The next author."""
        turn = self.chance.random() * (MUNICIPALITIES + ASSOCIATIONS + OTHERS)
        if turn < MUNICIPALITIES:
            [place] = self.chance.choices(self.places, cum_weights=self._offices)
            return Author(SubjectType.MUNICIPALITY, f"Comune di {place.name}", place.id)
        if turn < MUNICIPALITIES + ASSOCIATIONS:
            return self._skewed(self.associations)
        [(type_, start, _weight)] = self.chance.choices(_OTHERS, [kind[2] for kind in _OTHERS])
        if not type_.is_private_person:
            same = [body for body in self.bodies if body.type is type_]
            return self._skewed(same or self.bodies or self.associations)
        return self.person(type_, start)

    def person(self, type_: SubjectType = SubjectType.CITIZEN, start: str = "") -> Author:
        """A private person or a group of them."""
        place = self._place() if self.chance.random() < 0.95 else None
        names = [start, place.name if place and start else "", self.writer.person(), MARK]
        return Author(type_, " ".join(filter(None, names)), place.id if place else None)

    def _skewed(self, several: Sequence[Author]) -> Author:
        return several[int(self.chance.random() ** 2 * len(several))]
