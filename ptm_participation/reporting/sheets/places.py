"""The places that observations name: one row a place, parcels among them, with its geometry."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask_babel import gettext as _

from ptm_participation.core.db import db
from ptm_participation.observations import placing
from ptm_participation.observations.models import Observation, Request
from ptm_participation.observations.place_models import RequestPlace
from ptm_participation.observations.queries import visible_to
from ptm_participation.observations.received import Located
from ptm_participation.procedure.models import Register
from ptm_participation.reporting.exports import Column, Kind, Places
from ptm_participation.reporting.exports.sheet import BATCH, Row
from ptm_participation.reporting.sheets.content import Content, Wanted
from ptm_participation.territory.queries import list_municipalities

GEOMETRY = -1  # the last column


def make(wanted: Wanted) -> Content:
    conditions = [*wanted.filter.conditions(wanted.procedure), visible_to(wanted.reader)]
    found = (
        sa.select(Register.slug, Observation.number, Request.position, RequestPlace)
        .select_from(RequestPlace)
        .join(Request, Request.id == RequestPlace.request_id)
        .join(Observation, Observation.submission_id == Request.submission_id)
        .join(Register, Register.id == Observation.register_id)
        .where(*conditions)
    )
    count = db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    ordered = found.order_by(
        Register.slug, Observation.number, Request.position, RequestPlace.position
    )
    columns = [
        Column("register", _("Register"), width=12),
        Column("number", _("Number"), Kind.NUMBER),
        Column("request", _("Request"), Kind.NUMBER),
        Column("place", _("Place"), width=48),
        Column("kind", _("Kind")),
        Column("municipalities", _("Comuni"), width=36),
        Column("cadastral_sheet", _("Cadastral sheet"), Kind.NUMBER),
        Column("parcel", _("Parcel"), Kind.NUMBER),
        Column("map_sheet", _("Marked on"), width=24),
        Column("public", _("Public"), Kind.YES_NO),
        Column("geometry", _("Geometry (GeoJSON, WGS 84)"), width=36),
    ]
    credit = _("Places as the authors of the observations marked them.")
    return Content(columns, _rows(ordered), count, places=Places(lambda row: row[GEOMETRY], credit))


def _rows(query: sa.Executable) -> Iterator[Row]:
    names = {row.istat: row.name for row in list_municipalities()}
    sheets = placing.names_of_sheets()
    result = db.session.execute(query, execution_options={"yield_per": BATCH})
    for part in result.partitions():
        for register, number, request, row in part:
            place = placing.as_located(row, names, sheets)
            yield _row(register, number, request, place)


def _row(register: str, number: int, request: int, place: Located) -> Row:
    return (
        register,
        number,
        request,
        place.said,
        str(place.kind.label),
        "; ".join(place.comuni),
        place.cadastral_sheet,
        place.parcel,
        place.sheet.name if place.sheet else None,
        place.seen_by_all,
        place.geometry or None,
    )
