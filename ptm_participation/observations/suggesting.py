"""Suggests the sections that somebody's words cite; whoever writes says yes or no to each."""

from collections.abc import Iterable, Mapping
from typing import Any

from ptm_participation.core.numbers import whole
from ptm_participation.observations import drafting, steps
from ptm_participation.observations.draft_models import Draft
from ptm_participation.plan.citation_queries import sections_cited
from ptm_participation.plan.queries import SectionRow

LINK, DECLINE = "collega", "non-collegare"
_DECLINED, _SHOWN = "declined", "shown"


def suggestions(draft: Draft) -> list[list[SectionRow]]:
    """For each request, the sections that its words cite and that it does not speak of yet."""
    edition_id = draft.window.procedure.edition_id
    chosen = steps.chosen_sections(draft.content)
    return [
        []
        if asked["whole_plan"]
        else [
            row
            for row in not_covered(
                sections_cited(edition_id, f"{asked['proposed']}\n\n{asked['reasons']}"),
                [section.row for section in about],
            )
            if row.id not in asked.get(_DECLINED, [])
        ]
        for asked, about in zip(draft.content["requests"], chosen, strict=True)
    ]


def not_covered(cited: Iterable[SectionRow], chosen: list[SectionRow]) -> list[SectionRow]:
    """What is neither chosen, nor in what is chosen, nor holds it."""
    ids = {row.id for row in chosen}
    units = {row.unit_id for row in chosen}
    return [
        row
        for row in cited
        if not ids & {row.id, row.parent_id, row.unit_id} and row.id not in units
    ]


def answered(key: str, draft: Draft, sent: Mapping[str, str]) -> int | None:
    """Link or leave out what a button of a suggestion names; the request that it is of."""
    button = next((name for name in (LINK, DECLINE) if name in sent), None)
    if button is None:
        return None
    place, _colon, version = sent[button].partition(":")
    number, version_id = whole(place), whole(version)
    found = suggestions(draft)
    if number is None or number >= len(found) or version_id not in {r.id for r in found[number]}:
        return 0
    if button == LINK:
        added = {"version": version_id}
        _change(key, number, lambda asked: {"sections": [*asked["sections"], added]})
    else:
        _change(key, number, lambda a: {_DECLINED: [*a.get(_DECLINED, []), version_id]})
    return number


def newly_found(key: str, draft: Draft) -> int | None:
    """The first request with a suggestion that nobody has seen yet; from now on it is seen.

    So whoever goes on is asked once, and who goes on again has said no.
    """
    first = None
    for number, rows in enumerate(suggestions(draft)):
        seen = draft.content["requests"][number].get(_SHOWN, [])
        new = [row.id for row in rows if row.id not in seen]
        if new:
            _change(key, number, lambda asked, new=new: {_SHOWN: [*asked.get(_SHOWN, []), *new]})
            first = number if first is None else first
    return first


def _change(key: str, number: int, change: Any) -> None:
    def changed(content: dict[str, Any]) -> dict[str, Any]:
        requests = list(content["requests"])
        if number < len(requests):
            requests[number] = {**requests[number], **change(requests[number])}
        return {**content, "requests": requests}

    drafting.change_draft(key, changed)
