"""What a draft takes over from an earlier observation of the same sender."""

import json
from collections.abc import Sequence
from typing import Any

from ptm_participation.observations import drafting, placing, queries
from ptm_participation.observations.forms import OUTSIDE
from ptm_participation.observations.models import Observation, ObservationParty, Request
from ptm_participation.observations.received import Located
from ptm_participation.observations.workflow import Capacity, LinkKind, PartyRole, Purpose
from ptm_participation.plan.models import Anchor
from ptm_participation.plan.quotes import Quotation
from ptm_participation.stakeholders.subjects import SubjectType


def begun_from(observation: Observation, kind: LinkKind, *, contacts: bool) -> dict[str, Any]:
    """What a draft that integrates, replaces or withdraws the observation begins with.

    The parties are those of the earlier one, with their `contacts` if its own account asks: the
    code of a receipt shows neither address nor telephone. One that replaces it begins with its
    requests too, one that integrates it with its sections; sections that no longer stand are asked
    for again by the form, as of any old draft. Files
    stay with the earlier one.
    """
    slug, number = observation.address
    begun: dict[str, Any] = {
        "party": _party(observation, contacts=contacts),
        "earlier": {"register": slug, "number": number, "kind": kind.value},
    }
    if kind is LinkKind.WITHDRAWS:
        begun["purpose"] = Purpose.WITHDRAWAL.value
    if kind is LinkKind.REPLACES and observation.purpose is Purpose.OBSERVATION:
        queries.load_requests(observation.submission)
        begun["subject"] = _subject(observation)
        places = placing.places_of(observation.submission.id)
        begun["requests"] = [
            _request(asked, places.get(asked.position, []))
            for asked in observation.submission.requests
        ]
    if kind is LinkKind.INTEGRATES and (sections := _sections(observation)):
        begun["requests"] = [{**drafting.empty_request(), "sections": sections}]
    return begun


def _subject(observation: Observation) -> str:
    """The subject as it was sent, whatever title the office has given since."""
    return str(json.loads(observation.submission.raw)["subject"])


def _request(request: Request, places: Sequence[Located]) -> dict[str, Any]:
    return {
        **drafting.empty_request(),
        "sections": [_quoted(anchor) for anchor in request.anchors],
        "whole_plan": request.whole_plan,
        "kind": request.kind.value if request.kind else "",
        "place": request.place,
        "proposed": request.proposed,
        "reasons": request.reasons,
        "places": placing.taken_over(places),
    }


def _sections(observation: Observation) -> list[dict[str, Any]]:
    """What the earlier one spoke of, for more to be said of it."""
    queries.load_requests(observation.submission)
    spoken_of = {
        (anchor.section_version_id, anchor.exact, anchor.prefix): anchor
        for asked in observation.submission.requests
        for anchor in asked.anchors
    }
    return [_quoted(anchor) for anchor in spoken_of.values()]


def _quoted(anchor: Anchor) -> dict[str, Any]:
    """The words of an anchor, as a draft keeps them."""
    if not anchor.exact:
        return {"version": anchor.section_version_id}
    assert anchor.section_version_id is not None
    return drafting.quoted_words(
        anchor.section_version_id, Quotation(anchor.exact, anchor.prefix, anchor.suffix)
    )


def _party(observation: Observation, *, contacts: bool) -> dict[str, Any]:
    """The parties as the form of who writes has them."""
    first = observation.submitter
    spoken_for = next((p for p in observation.parties if p.role is PartyRole.REPRESENTATIVE), None)
    common = {
        "municipality": str(first.municipality_id or OUTSIDE),
        "signatories": "\n".join(party.name for party in observation.signatories),
    }
    if spoken_for is not None and (spoken_for.type or _is_private(first)):
        return {
            **common,
            **_contacts(spoken_for, contacts),
            "type": (spoken_for.type or SubjectType.CITIZEN).value,
            "name": spoken_for.name,
            "capacity": Capacity.DELEGATE.value,
            "principal_name": first.name,
            "principal_type": first.type.value if first.type else "",
        }
    party = {
        **common,
        **_contacts(first, contacts),
        "type": (first.type or SubjectType.CITIZEN).value,
        "name": first.name,
        "capacity": Capacity.OWN_NAME.value,
    }
    if spoken_for is not None:
        party["representative"] = spoken_for.name
        party["representative_capacity"] = spoken_for.capacity.value
    return party


def _contacts(party: ObservationParty, known: bool) -> dict[str, str]:
    return {"email": party.email, "phone": party.phone} if known else {}


def _is_private(party: ObservationParty) -> bool:
    return party.type is None or party.type.is_private_person
