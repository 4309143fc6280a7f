"""Two editions of a document side by side, part by part: what changed, and how.

A part is a section of either edition with words or a number of its own: an article, a comma, a
letter. It is set beside the one that it continues, whatever its number is by now; what was parted
stands beside all that it became, and what was joined beside all that it came from.
"""

import dataclasses
import enum
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.redline import Piece, redline

_WORD = re.compile(r"\w+")


class ChangeKind(enum.StrEnum):
    """How a part differs from the one that it continues. One may differ in several ways."""

    NEW = "new"
    DROPPED = "dropped"
    SPLIT = "split"
    JOINED = "joined"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    EDITED = "edited"

    @property
    def label(self) -> Any:
        return {
            ChangeKind.NEW: _l("New"),
            ChangeKind.DROPPED: _l("Dropped"),
            ChangeKind.SPLIT: _l("Split"),
            ChangeKind.JOINED: _l("Joined"),
            ChangeKind.MOVED: _l("Moved"),
            ChangeKind.RENUMBERED: _l("Renumbered"),
            ChangeKind.EDITED: _l("Changed words"),
        }[self]


class Part(NamedTuple):
    """A section as one edition has it."""

    id: int
    parent_id: int | None
    unit_id: int
    provision_id: int
    kind: SectionKind
    number: str
    depth: int
    slug: str
    citation: str
    brief: str
    heading: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """Parts of the one edition beside those of the other that continue them.

    `within` says that what holds it is itself new or dropped, so that it is no change of its own.
    """

    before: tuple[Part, ...]
    after: tuple[Part, ...]
    kinds: frozenset[ChangeKind]
    within: bool = False

    @property
    def changed(self) -> bool:
        return bool(self.kinds)

    @property
    def shown(self) -> Part:
        """The part by which the entry is named: the later one, if it is still there."""
        return (self.after or self.before)[0]

    @property
    def ordered_kinds(self) -> list[ChangeKind]:
        return [kind for kind in ChangeKind if kind in self.kinds]

    @property
    def heading(self) -> tuple[Piece, ...]:
        return redline(*(" ".join(p.heading for p in side) for side in self.sides))

    @property
    def words(self) -> tuple[Piece, ...]:
        """The words of both; those of several parts one after the other."""
        return redline(*("\n".join(p.text for p in side if p.text) for side in self.sides))

    @property
    def sides(self) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        return self.before, self.after


Descent = Mapping[int, Iterable[int]]  # from a provision to those that were parted or joined of it


def collate(before: Sequence[Part], after: Sequence[Part], descent: Descent) -> list[Entry]:
    """Every part of either edition, in the reading order of the later one; what is no longer
    there follows what it stood after. Parts come in reading order."""
    groups = _groups(before, after, descent)
    of_before = {part.id: group for group in groups for part in group.before}
    of_after = {part.id: group for group in groups for part in group.after}
    moved = _out_of_order(before, after, of_before)
    entries: dict[int, Entry] = {}
    for group in groups:
        kinds = _kinds(group, of_before, moved)
        entries[id(group)] = Entry(
            tuple(group.before),
            tuple(group.after),
            kinds,
            within=_is_within(group, of_before if group.before else of_after),
        )
    return [entries[id(group)] for group in _in_order(before, after, of_before, of_after)]


def changes(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that are a change of their own: a new article counts once, not once for each
    of its commi."""
    return [entry for entry in entries if entry.changed and not entry.within]


@dataclasses.dataclass(slots=True)
class _Group:
    """The parts of both editions that belong together."""

    before: list[Part]
    after: list[Part]


def _groups(before: Sequence[Part], after: Sequence[Part], descent: Descent) -> list[_Group]:
    """What is tied by identity or descent, directly or through others."""
    by_provision = {part.provision_id: part for part in after}
    group_of: dict[int, _Group] = {}
    groups: list[_Group] = []
    for part in before:
        reached = [
            by_provision[p] for p in _reached(part.provision_id, descent) if p in by_provision
        ]
        known = list({id(g): g for p in reached if (g := group_of.get(p.id))}.values())
        group = known[0] if known else _Group([], [])
        if not known:
            groups.append(group)
        for other in known[1:]:
            group.before += other.before
            group.after += other.after
            groups.remove(other)
        group.before.append(part)
        group.after += [p for p in reached if p.id not in group_of]
        group_of.update((p.id, group) for p in group.after)
    groups += [_Group([], [part]) for part in after if part.id not in group_of]
    places = {part.id: place for place, part in enumerate(after)}
    for group in groups:
        group.after.sort(key=lambda part: places[part.id])
    return groups


def _reached(provision: int, descent: Descent) -> list[int]:
    """A provision and all that came of it."""
    found, waiting = [], [provision]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.append(at)
            waiting.extend(descent.get(at, ()))
    return found


def _kinds(
    group: _Group, of_before: Mapping[int, _Group], moved: frozenset[int]
) -> frozenset[ChangeKind]:
    if not group.before:
        return frozenset({ChangeKind.NEW})
    if not group.after:
        return frozenset({ChangeKind.DROPPED})
    kinds = set()
    if len(group.after) > 1:
        kinds.add(ChangeKind.SPLIT)
    if len(group.before) > 1:
        kinds.add(ChangeKind.JOINED)
    old, new = group.before[0], group.after[0]
    if kinds:
        return frozenset(kinds | _edited_too(group))
    if _same_line(old.heading) != _same_line(new.heading) or _same(old) != _same(new):
        kinds.add(ChangeKind.EDITED)
    if old.number.lower() != new.number.lower():
        kinds.add(ChangeKind.RENUMBERED)
    holder = of_before.get(old.parent_id) if old.parent_id is not None else None
    held_by = [part.id for part in holder.after] if holder else [None]
    if new.parent_id not in held_by or new.kind is not old.kind or new.id in moved:
        kinds.add(ChangeKind.MOVED)
    return frozenset(kinds)


def _edited_too(group: _Group) -> set[ChangeKind]:
    """Whether words changed as well as the places where they are parted: a sentence that is cut in
    two has another full stop and another capital, but the same words."""
    before, after = (
        _WORD.findall(" ".join(part.text for part in side).casefold())
        for side in (group.before, group.after)
    )
    return set() if before == after else {ChangeKind.EDITED}


def _same(part: Part) -> str:
    return _same_line(part.text)


def _same_line(text: str) -> str:
    return " ".join(text.split())


def _out_of_order(
    before: Sequence[Part], after: Sequence[Part], of_before: Mapping[int, _Group]
) -> frozenset[int]:
    """The later parts that changed places among those beside them: as few as explain the order."""
    places = {part.id: place for place, part in enumerate(before)}
    came_from = {
        group.after[0].id: group.before[0]
        for group in of_before.values()
        if len(group.before) == len(group.after) == 1
    }
    beside: dict[tuple[int | None, int | None], list[Part]] = {}
    for part in after:
        if (old := came_from.get(part.id)) is not None:
            beside.setdefault((old.parent_id, part.parent_id), []).append(part)
    out: set[int] = set()
    for parts in beside.values():
        order = [places[came_from[part.id].id] for part in parts]
        staying = set(_longest_run(order))
        out.update(
            part.id for part, place in zip(parts, order, strict=True) if place not in staying
        )
    return frozenset(out)


def _longest_run(order: Sequence[int]) -> Iterator[int]:
    """The longest rising run in a list of different numbers, from its end."""
    ends: list[int] = []
    ends_at: list[int] = []
    previous: list[int | None] = []
    for index, value in enumerate(order):
        at = bisect_left(ends, value)
        previous.append(ends_at[at - 1] if at else None)
        ends[at:] = [value]
        ends_at[at:] = [index]
    index_: int | None = ends_at[-1] if ends_at else None
    while index_ is not None:
        yield order[index_]
        index_ = previous[index_]


def _is_within(group: _Group, of_side: Mapping[int, _Group]) -> bool:
    """Whether a part that stands on one side alone is held by another that does too."""
    if group.before and group.after:
        return False
    parent = (group.before or group.after)[0].parent_id
    holder = of_side.get(parent) if parent is not None else None
    return holder is not None and not (holder.before and holder.after)


def _in_order(
    before: Sequence[Part],
    after: Sequence[Part],
    of_before: Mapping[int, _Group],
    of_after: Mapping[int, _Group],
) -> Iterator[_Group]:
    dropped: dict[int | None, list[_Group]] = {}
    last: int | None = None
    for part in before:
        group = of_before[part.id]
        if group.after:
            last = group.after[-1].id
        else:
            dropped.setdefault(last, []).append(group)
    yield from dropped.get(None, ())
    said: set[int] = set()
    for part in after:
        group = of_after[part.id]
        if id(group) not in said:
            said.add(id(group))
            yield group
        yield from dropped.get(part.id, ())
