"""What pages and forms read of the territory."""

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from ptm_participation.core.db import ask, db
from ptm_participation.core.errors import NotFound
from ptm_participation.core.reference import Verification
from ptm_participation.territory.models import Municipality, Zone


class MunicipalityRow(NamedTuple):
    """A Comune in a list or in a choice."""

    id: int
    name: str
    slug: str
    istat: str
    zone: str
    zone_to_verify: bool
    population: int


_MUNICIPALITIES = (
    sa.select(
        Municipality.id,
        Municipality.name,
        Municipality.slug,
        Municipality.istat,
        Zone.name,
        Municipality.verification == Verification.TO_VERIFY,
        Municipality.population,
    )
    .join(Zone, Zone.id == Municipality.zone_id)
    .order_by(Municipality.sort_key)
)
_ZONES = sa.select(Zone).order_by(Zone.position)


def list_municipalities() -> list[MunicipalityRow]:
    """All the Comuni in alphabetical order."""
    return [MunicipalityRow._make(row) for row in ask(_MUNICIPALITIES)]


def list_zones() -> Sequence[Zone]:
    """The zones in their usual order."""
    return db.session.scalars(_ZONES).all()


def get_municipality(municipality_id: int) -> Municipality:
    """One Comune. Raises NotFound."""
    row = db.session.get(Municipality, municipality_id)
    if row is None:
        raise NotFound()
    return row
