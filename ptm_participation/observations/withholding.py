"""The office keeps from the public places that their sender let it see.

A place may tell what an observation's text does not: whose house it is. What was received stays
as it came; the choice stands beside it, with its reason, and can be taken back.
Source: GDPR, art. 5, par. 1, lett. c.
"""

from collections.abc import Collection

import sqlalchemy as sa

from ptm_participation.core import audit
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import ChangedMeanwhile, NotFound
from ptm_participation.core.transaction import use_case
from ptm_participation.observations.intake import must_stand
from ptm_participation.observations.models import Observation, Request
from ptm_participation.observations.place_models import RequestPlace, WithheldPlace

Key = tuple[int, int]  # a request's position, and that of a place among its places


@use_case
def withhold_places(
    actor: Actor,
    observation: Observation,
    kept: Collection[Key],
    *,
    seen: Collection[Key],
    reason: str,
) -> None:
    """Keep these of an observation's public places from the public, and no others.

    `seen` are those that were kept when the person chose. Raises Annulled, ChangedMeanwhile if
    they no longer are, and NotFound for a place that its sender did not make public.
    """
    must_stand(observation)
    places = _public_places(observation)
    if not set(kept) <= set(places):
        raise NotFound()
    before = {key for key, place in places.items() if place.withheld}
    if set(seen) != before:
        raise ChangedMeanwhile()
    withheld, shown = set(kept) - before, before - set(kept)
    for key in withheld:
        place = places[key]
        db.session.add(
            WithheldPlace(request_id=place.request_id, position=place.position, reason=reason)
        )
    for key in shown:
        place = places[key]
        db.session.delete(db.session.get_one(WithheldPlace, (place.request_id, place.position)))
    if withheld or shown:
        audit.record(
            actor,
            "observation.places_withheld",
            observation,
            stream=observation.procedure.stream,
            withheld=sorted(withheld),
            shown=sorted(shown),
            reason=reason,
        )


def _public_places(observation: Observation) -> dict[Key, RequestPlace]:
    rows = db.session.execute(
        sa.select(Request.position, RequestPlace)
        .join(Request, Request.id == RequestPlace.request_id)
        .where(Request.submission_id == observation.submission_id, RequestPlace.public)
        .execution_options(populate_existing=True)
    )
    return {(number, place.position): place for number, place in rows}
