"""Comuni and homogeneous zones with their figures, and with their boundaries for maps."""

import functools
import json
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.core.db import db
from ptm_participation.core.reference import Verification
from ptm_participation.reporting import queries
from ptm_participation.reporting.exports import Column, Kind, Places
from ptm_participation.reporting.exports.sheet import Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.territory.models import Municipality, Zone

# Boundaries carry the credit that their licence asks for. Source: data/README.md.
LICENCE = "CC BY 4.0"


def _figures() -> list[Column]:
    return [
        Column("observations", _("Observations"), Kind.NUMBER),
        Column("in_time", _("In time"), Kind.NUMBER),
        Column("late", _("Late ones"), Kind.NUMBER),
        Column("consultations", _("Consultations attended"), Kind.NUMBER),
    ]


def _credit() -> str:
    return _("Boundaries: ISTAT, via openpolis, %(licence)s, simplified; WGS 84.", licence=LICENCE)


def make_municipalities(wanted: Wanted) -> Content:
    """All 133, those without any observation included."""
    facts = {
        str(row.id): row
        for row in db.session.execute(
            sa.select(
                Municipality.id,
                Municipality.istat,
                Municipality.population,
                Municipality.verification,
            )
        )
    }
    lines = queries.by_municipality(wanted.tally).lines
    columns = [
        Column("istat_code", _("ISTAT code"), width=12),
        Column("municipality", _("Comune")),
        Column("zone", _("Homogeneous zone")),
        Column("zone_to_verify", _("Zone to verify"), Kind.YES_NO),
        Column("residents", _("Residents"), Kind.NUMBER),
        *_figures(),
    ]

    def rows() -> Iterator[Row]:
        for line in lines:
            fact = facts.get(line.arguments["comune"])
            yield (
                fact.istat if fact else "",
                line.label,
                line.note,
                fact.verification is Verification.TO_VERIFY if fact else None,
                fact.population if fact else None,
                line.total,
                line.in_time,
                line.late,
                line.consultations,
            )

    places = Places(_looked_up(_boundaries), _credit())
    return Content(columns, rows(), len(lines), places=places)


def make_zones(wanted: Wanted) -> Content:
    """The zones, Milano among them, and whoever is from elsewhere."""
    codes = {
        str(number): code for number, code in db.session.execute(sa.select(Zone.id, Zone.code))
    }
    lines = queries.by_zone(wanted.tally).lines
    columns = [
        Column("zone_code", _("Code"), width=16),
        Column("zone", _("Homogeneous zone")),
        *_figures(),
    ]

    def rows() -> Iterator[Row]:
        for line in lines:
            code = codes.get(line.arguments.get("zona", ""), "")
            yield (code, line.label, line.total, line.in_time, line.late, line.consultations)

    gathered = _("A zone is drawn as its Comuni side by side, with the lines between them.")
    places = Places(_looked_up(_zone_boundaries), f"{_credit()} {gathered}")
    return Content(columns, rows(), len(lines), places=places)


def _looked_up(read: Callable[[], dict[str, str]]) -> Callable[[Row], str | None]:
    """A row's boundary by its first cell; all are read once, and only if one is asked for."""
    known = functools.cache(read)
    return lambda row: known().get(row[0])


def _boundaries() -> dict[str, str]:
    """By ISTAT code."""
    rows = db.session.execute(sa.select(Municipality.istat, Municipality.boundary))
    return dict(rows.all())


def _zone_boundaries() -> dict[str, str]:
    """By the zone's code, the polygons of its Comuni in one."""
    polygons: dict[str, list[object]] = {}
    for code, boundary in db.session.execute(
        sa.select(Zone.code, Municipality.boundary)
        .join(Zone, Zone.id == Municipality.zone_id)
        .order_by(Municipality.sort_key)
    ):
        polygons.setdefault(code, []).extend(json.loads(boundary)["coordinates"])
    return {
        code: json.dumps({"type": "MultiPolygon", "coordinates": found})
        for code, found in polygons.items()
    }
