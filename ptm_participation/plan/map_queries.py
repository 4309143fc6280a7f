"""What pages read of a map's sheets."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ptm_participation.accounts.access import Permission
from ptm_participation.accounts.models import Reader
from ptm_participation.core.db import db
from ptm_participation.core.errors import NotFound
from ptm_participation.plan import sheet_view
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import Edition, SectionVersion
from ptm_participation.plan.sheet_view import SheetView


class SheetName(NamedTuple):
    """A sheet as a line names it, what tells whether it is still the same, and how it is shown."""

    id: int
    name: str
    mark: str
    view: SheetView


def named(citation: str, sheet: MapSheet) -> str:
    """«Tav. 6, foglio 1»; in words of the plan, which is Italian."""
    return ", ".join(part for part in (citation, f"foglio {sheet.number}") if part)


_CITED = (
    sa.select(MapSheet, SectionVersion.citation)
    .join(
        SectionVersion,
        sa.and_(
            SectionVersion.provision_id == MapSheet.provision_id,
            SectionVersion.edition_id == MapSheet.edition_id,
        ),
        isouter=True,
    )
    .where(MapSheet.id.in_(sa.bindparam("ids", expanding=True)))
)


def sheet_names(ids: Collection[int]) -> dict[int, SheetName]:
    """The names of these sheets, as far as they are there."""
    if not ids:
        return {}
    rows = db.session.execute(_CITED, {"ids": list(ids)})
    return {
        sheet.id: SheetName(
            sheet.id, named(citation or "", sheet), sheet.mark, sheet_view.of_sheet(sheet)
        )
        for sheet, citation in rows
    }


_OF_MAP = (
    sa.select(MapSheet)
    .where(
        MapSheet.edition_id == sa.bindparam("edition"),
        MapSheet.provision_id == sa.bindparam("provision"),
    )
    .options(selectinload(MapSheet.legend), joinedload(MapSheet.picture))
    .order_by(MapSheet.position, MapSheet.id)
)


def sheets_of(edition: Edition, provision_id: int) -> Sequence[MapSheet]:
    """The sheets of a map in an edition, with their legends."""
    return db.session.scalars(_OF_MAP, {"edition": edition.id, "provision": provision_id}).all()


def get_sheet(sheet_id: int, *, seen_by: Reader) -> MapSheet:
    """A sheet with its edition and legend; a draft edition's only staff sees. Raises NotFound."""
    sheet = db.session.scalar(
        sa.select(MapSheet)
        .where(MapSheet.id == sheet_id)
        .options(joinedload(MapSheet.edition), selectinload(MapSheet.legend))
    )
    if sheet is None or not (sheet.edition.is_public or seen_by.can(Permission.CORRECT_DATA)):
        raise NotFound()
    return sheet


class SheetChoice(NamedTuple):
    """A sheet that can be marked."""

    id: int
    name: str
    title: str


def sheets_to_mark(edition: Edition, provisions: Collection[int]) -> list[SheetChoice]:
    """The sheets with control points, those of the maps that are spoken of first; none of an
    edition that is the office's own draft."""
    if not edition.is_public:
        return []
    rows = db.session.execute(
        sa.select(MapSheet, SectionVersion.citation, SectionVersion.heading)
        .join(SectionVersion, SectionVersion.provision_id == MapSheet.provision_id)
        .where(MapSheet.edition_id == edition.id, SectionVersion.edition_id == edition.id)
        .order_by(SectionVersion.sort_key, MapSheet.position, MapSheet.id)
    )
    found = [
        (sheet, SheetChoice(sheet.id, named(citation, sheet), sheet.title or heading))
        for sheet, citation, heading in rows
        if sheet.control_points
    ]
    found.sort(key=lambda row: row[0].provision_id not in provisions)
    return [choice for _sheet, choice in found]


def map_of(sheet: MapSheet) -> SectionVersion | None:
    """The map that a sheet belongs to, as its edition has it."""
    return db.session.scalar(
        sa.select(SectionVersion)
        .where(
            SectionVersion.edition_id == sheet.edition_id,
            SectionVersion.provision_id == sheet.provision_id,
        )
        .options(joinedload(SectionVersion.document), joinedload(SectionVersion.edition))
    )


def sheet_at(edition: Edition, provision_id: int, number: str) -> MapSheet:
    """The sheet of a map by its number. Raises NotFound."""
    for sheet in sheets_of(edition, provision_id):
        if sheet.number == number:
            return sheet
    raise NotFound()
