"""Which section follows which, as it is proposed: by identity, and by the words that were parted.

What continues a section has its identity already (`plan/matching.py`). Here it is seen besides
which new section was cut out of an old one, and which old one went into another: most of its
words are found there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from ptm_participation.core.reference import fold
from ptm_participation.plan.models import SectionVersion, Succession, SuccessionKind

MOST = 0.7  # share of a section's phrases that are found where it comes from, or goes
FEWEST = 5  # phrases: in shorter ones anything is found

Link = tuple[SectionVersion, SectionVersion]


def propose(
    edition_id: int, before: Sequence[SectionVersion], after: Sequence[SectionVersion]
) -> list[Succession]:
    """A tie for each section of two editions of a document, none of them confirmed. Both come in
    reading order, with the ids that the database gave them."""
    links = list(_links(before, after))
    parts = Counter(old.id for old, _new in links)
    sources = Counter(new.id for _old, new in links)
    ties = [
        Succession(
            edition_id=edition_id,
            from_version_id=old.id,
            to_version_id=new.id,
            kind=kind_of(old, new, parts=parts[old.id], sources=sources[new.id]),
        )
        for old, new in links
    ]
    ties += [
        Succession(edition_id=edition_id, to_version_id=new.id, kind=SuccessionKind.NEW)
        for new in after
        if not sources[new.id]
    ]
    ties += [
        Succession(edition_id=edition_id, from_version_id=old.id, kind=SuccessionKind.DROPPED)
        for old in before
        if not parts[old.id]
    ]
    return ties


def kind_of(
    old: SectionVersion, new: SectionVersion, *, parts: int, sources: int
) -> SuccessionKind:
    """What ties two sections, of which the old one has `parts` followers and the new one
    `sources`."""
    if parts > 1:
        return SuccessionKind.SPLIT
    if sources > 1:
        return SuccessionKind.JOINED
    return SuccessionKind.SAME if old.slug == new.slug else SuccessionKind.MOVED


def _links(before: Sequence[SectionVersion], after: Sequence[SectionVersion]) -> Iterator[Link]:
    old_of = {version.provision_id: version for version in before}
    new_of = {version.provision_id: version for version in after}
    old_words, new_words = words_of(before), words_of(after)
    changed_before, changed_after = [], []
    for old in before:
        new = new_of.get(old.provision_id)
        if new is not None:
            yield old, new
        if new is None or old_words[old.id] != new_words[new.id]:
            changed_before.append(old)
    for new in after:
        known = old_of.get(new.provision_id)
        if known is None or old_words[known.id] != new_words[new.id]:
            changed_after.append(new)
    parted = [new for new in changed_after if new.provision_id not in old_of]
    wholes = [old for old in changed_before if old.provision_id in new_of]
    for new, old in _contained(parted, new_words, wholes, old_words):
        yield old, new
    joined = [old for old in changed_before if old.provision_id not in new_of]
    for old, new in _contained(joined, old_words, changed_after, new_words):
        yield old, new


def words_of(versions: Sequence[Any]) -> dict[int, str]:
    """The words of each section with those of what it holds, folded, by its id. They come in
    reading order, with at least `id`, `parent_id`, `heading` and `text`."""
    said = {version.id: [version.heading, version.text] for version in versions}
    for version in reversed(versions):
        if version.parent_id in said:
            said[version.parent_id][2:2] = said[version.id]
    return {id_: fold(" ".join(filter(None, words))) for id_, words in said.items()}


def _contained(
    parts: Iterable[SectionVersion],
    part_words: dict[int, str],
    wholes: Iterable[SectionVersion],
    whole_words: dict[int, str],
) -> Iterator[Link]:
    """Each part with the whole of its kind that holds most of its phrases, if one does."""
    holders: dict[str, list[SectionVersion]] = {}
    for whole in wholes:
        for phrase in phrases_of(whole_words[whole.id]):
            holders.setdefault(phrase, []).append(whole)
    for part in parts:
        phrases = phrases_of(part_words[part.id])
        shared: Counter[int] = Counter()
        known: dict[int, SectionVersion] = {}
        for phrase in phrases:
            for whole in holders.get(phrase, ()):
                if whole.kind is part.kind:
                    shared[whole.id] += 1
                    known[whole.id] = whole
        best = shared.most_common(1)
        if best and len(phrases) >= FEWEST and best[0][1] >= MOST * len(phrases):
            yield part, known[best[0][0]]


def phrases_of(words: str) -> set[str]:
    """Each two words that stand together."""
    return {f"{one} {other}" for one, other in pairwise(words.split())}
