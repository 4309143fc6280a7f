"""Sections that say much of what another says, offered to whoever corrects a mapping."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from ptm_participation.core.db import ask
from ptm_participation.plan.mapping import edition_before
from ptm_participation.plan.models import Edition, SectionVersion, Succession
from ptm_participation.plan.succession import phrases_of, words_of

MOST = 5  # by likeness; that of the same number, and what is tied already, come besides
FAINT = 0.15  # share of phrases below which two sections have little in common


class Likely(NamedTuple):
    """A section of the other edition, and what speaks for it."""

    id: int
    brief: str
    heading: str
    text: str  # its own, or the first that stands in it
    tied: bool  # it is followed, or follows, already: by the section itself or by another
    same_number: bool
    shared: int  # per cent of the phrases of the shorter of the two that both have


def likely_sources(section: SectionVersion) -> list[Likely]:
    """The sections of the edition before that one may follow: those tied to it first."""
    before = edition_before(section.edition, section.document)
    if before is None:
        return []
    present = [id_ for (id_,) in ask(_tied("from").where(Succession.to_version_id == section.id))]
    taken = ask(_tied("from").where(Succession.edition_id == section.edition_id))
    return _likely(section, before, present, {id_ for (id_,) in taken})


def likely_followers(section: SectionVersion, edition: Edition) -> list[Likely]:
    """The sections of a later edition into which one may have gone."""
    taken = ask(_tied("to").where(Succession.edition_id == edition.id))
    return _likely(section, edition, (), {id_ for (id_,) in taken})


def _tied(end: str) -> sa.Select[Any]:
    """One end of the ties that have both."""
    ends = {"from": Succession.from_version_id, "to": Succession.to_version_id}
    return sa.select(ends[end]).where(*(column.is_not(None) for column in ends.values()))


def _likely(
    section: SectionVersion, other: Edition, present: Iterable[int], taken: set[int]
) -> list[Likely]:
    mine = {row.id: row for row in _rows(section.edition, section)}
    phrases = phrases_of(words_of(list(mine.values()))[section.id])
    rows = _rows(other, section)
    words = words_of(rows)
    first = {row.parent_id: row.text for row in reversed(rows)}
    found = []
    for row in rows:
        if row.kind is section.kind or row.id in present:
            known = phrases_of(words[row.id])
            share = len(phrases & known) / (min(len(phrases), len(known)) or 1)
            found.append((row, share))
    best = sorted(found, key=lambda pair: (-pair[1], pair[0].id in taken))[:MOST]
    chosen = {row.id for row, share in best if share >= FAINT} | set(present)
    chosen |= {row.id for row, _share in found if row.slug == section.slug}
    return sorted(
        (
            Likely(
                row.id,
                row.brief,
                row.heading,
                row.text or first.get(row.id, ""),
                row.id in taken,
                row.slug == section.slug,
                round(share * 100),
            )
            for row, share in found
            if row.id in chosen
        ),
        key=lambda one: (one.id not in present, -one.shared),
    )


def _rows(edition: Edition, section: SectionVersion) -> Sequence[Any]:
    """What each section of the document says in an edition, in reading order."""
    return ask(
        sa.select(
            SectionVersion.id,
            SectionVersion.parent_id,
            SectionVersion.kind,
            SectionVersion.slug,
            SectionVersion.brief,
            SectionVersion.heading,
            SectionVersion.text,
        )
        .where(
            SectionVersion.edition_id == edition.id,
            SectionVersion.document_id == section.document_id,
        )
        .order_by(SectionVersion.position)
    )
