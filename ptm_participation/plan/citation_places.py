"""Where in an edition a citation leads: its numbers, looked up in the tree of the sections."""

import dataclasses
import re
from collections.abc import Iterable
from typing import NamedTuple

from ptm_participation.plan import kinds
from ptm_participation.plan.cited import Citation
from ptm_participation.plan.kinds import SectionKind

MOST_IN_A_RANGE = 200


class Place(NamedTuple):
    """A section of the edition, as far as citations need it."""

    id: int
    provision_id: int
    document_id: int
    parent_id: int | None
    kind: SectionKind
    number: str
    position: int


@dataclasses.dataclass(frozen=True, slots=True)
class _Named:
    kind: SectionKind
    number: str


class Places:
    """The sections of an edition, found by their numbers.

    The same number in two documents, or twice in one, is not decided here: nothing is found.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_id: dict[int, Place] = {}
        self._numbered: dict[_Named, list[Place]] = {}
        self._within: dict[int | None, dict[_Named, list[Place]]] = {}
        self._groups: list[tuple[Place, str, str]] = []
        for place in places:
            self._by_id[place.id] = place
            named = _Named(place.kind, place.number.lower())
            self._numbered.setdefault(named, []).append(place)
            self._within.setdefault(place.parent_id, {}).setdefault(named, []).append(place)
            if place.kind is SectionKind.GROUP:
                first, *last = re.split(r"\s*[-–]\s*(?=\d)", place.number)
                self._groups.append((place, _order(first), _order(last[-1] if last else first)))

    def cited(self, citation: Citation, citing_id: int | None = None) -> list[Place]:
        """What a citation of this text leads to, seen from the section where it stands.

        The whole range of «artt. 41-43»; the article alone where its comma is not known.
        """
        if not citation.inside or not citation.steps:
            return []
        citing = self._by_id.get(citing_id) if citing_id is not None else None
        here = self._start(citation, citing)
        if here is None:
            return []
        found, steps = here
        for count, (kind, number) in enumerate(steps, 1):
            inner = self._inner(found, kind, number)
            if inner is None:
                return [found]
            last = count == len(steps)
            if last and citation.to:
                return self._up_to(inner, citation.to)
            found = inner
        return self._up_to(found, citation.to) if citation.to and not steps else [found]

    def _start(
        self, citation: Citation, citing: Place | None
    ) -> tuple[Place, tuple[tuple[str, str], ...]] | None:
        """The outermost section that is named, and the steps that go on from it."""
        (kind, number), *rest = citation.steps
        if kind in ("comma", "letter", "item", "sheet") or not number:
            holder = self._holding(citing, kind)
            steps = citation.steps if number else citation.steps[1:]
            return (holder, steps) if holder is not None else None
        outermost = self._named(SectionKind(kind), number, citing)
        if outermost is None and kind == "article":
            outermost, rest = self._group_of(number), []
        return (outermost, tuple(rest)) if outermost is not None else None

    def _holding(self, citing: Place | None, kind: str) -> Place | None:
        """The article where the citation stands, or for a letter the comma, if it is in one."""
        wanted = {SectionKind.ARTICLE}
        if kind == "letter":
            wanted.add(SectionKind.COMMA)
        while citing is not None and citing.kind not in wanted:
            citing = self._by_id.get(citing.parent_id) if citing.parent_id else None
        return citing

    def _named(self, kind: SectionKind, number: str, citing: Place | None) -> Place | None:
        found = self._numbered.get(_Named(kind, number.lower()), [])
        if citing is not None and len(found) > 1:
            found = [place for place in found if place.document_id == citing.document_id]
        return found[0] if len(found) == 1 else None

    def _inner(self, holder: Place, kind: str, number: str) -> Place | None:
        if kind == "item":
            return None
        named = _Named(SectionKind(kind), number.lower())
        found = self._within.get(holder.id, {}).get(named, [])
        return found[0] if len(found) == 1 else None

    def _group_of(self, number: str) -> Place | None:
        """The range of articles, known only as one, that holds an article."""
        order = _order(number)
        found = [place for place, first, last in self._groups if first <= order <= last]
        return found[0] if len(found) == 1 else None

    def _up_to(self, first: Place, last: str) -> list[Place]:
        """The sections of a range, which stand in one document and, if within, in one holder."""
        ends = _order(first.number), _order(last)
        beside = (
            self._within.get(first.parent_id, {})
            if first.kind in kinds.WITHIN_A_PAGE
            else self._numbered
        )
        between = [
            place
            for named, places in beside.items()
            if named.kind is first.kind and ends[0] <= _order(named.number) <= ends[1]
            for place in places
            if place.document_id == first.document_id
        ]
        return sorted(between, key=lambda place: place.position)[:MOST_IN_A_RANGE] or [first]


def _order(number: str) -> str:
    return kinds.sort_key(SectionKind.ARTICLE, number)
