"""What can be done to a map's sheets, as long as its edition is a draft and nobody marked them."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from ptm_participation.core import audit, jobs
from ptm_participation.core.audit import Actor
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError
from ptm_participation.core.storage import FORGET_HELD, name_file
from ptm_participation.core.transaction import use_case
from ptm_participation.plan.freezing import EditionFrozen, hold_draft
from ptm_participation.plan.georeference import ControlPoint, fit
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.map_models import LegendItem, MapSheet
from ptm_participation.plan.models import Edition, SectionVersion
from ptm_participation.plan.sheet_files import Picture

MOST_SHEETS = 100


class MapFrozen(DomainError):
    message = _l("This edition is frozen: its sheets change no more.")


class NotAMap(DomainError):
    message = _l("Only a map has sheets.")


class SheetThere(DomainError):
    message = _l("The map has a sheet with this number already.")


class TooManySheets(DomainError):
    message = _l("At most %(most)d sheets for each map.")


class SheetMarkedAlready(DomainError):
    message = _l(
        "Observations have marked this sheet: its picture and control points change no more."
    )


@use_case
def add_sheet(
    actor: Actor, section: SectionVersion, picture: Picture, *, number: str, title: str = ""
) -> MapSheet:
    """Give a map one more sheet, the last. Raises MapFrozen, NotAMap, SheetThere and
    TooManySheets."""
    _must_be_draft(section.edition)
    if section.kind is not SectionKind.MAP:
        raise NotAMap()
    there = db.session.execute(
        sa.select(MapSheet.number, MapSheet.position).filter_by(
            edition_id=section.edition_id, provision_id=section.provision_id
        )
    ).all()
    if number in {known for known, _position in there}:
        raise SheetThere()
    if len(there) >= MOST_SHEETS:
        raise TooManySheets(most=MOST_SHEETS)
    sheet = MapSheet(
        edition_id=section.edition_id,
        provision_id=section.provision_id,
        number=number,
        title=title,
        position=max((position for _known, position in there), default=0) + 1,
        picture_sha256=name_file(picture.shown),
        width=picture.width,
        height=picture.height,
        original_sha256=name_file(picture.original),
        original_name=picture.name,
        control_points=[],
    )
    db.session.add(sheet)
    db.session.flush()
    audit.record(
        actor,
        "map.sheet_added",
        sheet,
        edition=section.edition.label,
        map=section.citation,
        number=number,
        title=title,
        picture=picture.shown.sha256,
        original=picture.original.sha256,
    )
    return sheet


@use_case
def describe_sheet(
    actor: Actor,
    sheet: MapSheet,
    *,
    title: str,
    legend: Sequence[str],
    points: Sequence[ControlPoint],
) -> None:
    """Write a sheet's title, the entries of its legend in order, and its control points.

    Raises MapFrozen, SheetMarkedAlready and PointsNotGood.
    """
    _must_be_draft(sheet.edition)
    db.session.refresh(sheet, with_for_update={"of": MapSheet})
    if list(points) != sheet.points:
        if sheet.marked_at is not None:
            raise SheetMarkedAlready()
        if points:
            fit(points, sheet.width, sheet.height)
        sheet.control_points = [list(point) for point in points]
    sheet.title = title
    sheet.legend = []
    db.session.flush()
    sheet.legend = [
        LegendItem(position=position, label=label) for position, label in enumerate(legend, 1)
    ]
    audit.record(
        actor,
        "map.sheet_described",
        sheet,
        title=title,
        legend=list(legend),
        control_points=sheet.control_points,
    )


@use_case
def drop_sheet(actor: Actor, sheet: MapSheet) -> None:
    """Take a sheet away. Raises MapFrozen and SheetMarkedAlready."""
    _must_be_draft(sheet.edition)
    db.session.refresh(sheet, with_for_update={"of": MapSheet})
    if sheet.marked_at is not None:
        raise SheetMarkedAlready()
    audit.record(actor, "map.sheet_dropped", sheet, number=sheet.number, title=sheet.title)
    db.session.delete(sheet)
    jobs.enqueue(FORGET_HELD)


def _must_be_draft(edition: Edition) -> None:
    try:
        hold_draft(edition)
    except EditionFrozen as error:
        raise MapFrozen() from error
