"""An officer says what a section follows: what hangs on its identity goes with it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.plan import map_queries, map_service, sheet_files
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.mapping import SectionSpokenOf, set_sources
from ptm_participation.plan.models import Edition, SectionVersion, Succession
from tests.pages import Browser
from tests.plan import sheets


def _map(label: str, number: int) -> SectionVersion:
    return db.session.scalars(
        sa.select(SectionVersion)
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(Edition.label == label, SectionVersion.slug == f"tav-{number}")
    ).one()


def _sheet(staff: User, section: SectionVersion, number: str) -> MapSheet:
    picture = sheet_files.take_in(sheets.upload(sheets.png()))
    return map_service.add_sheet(staff, section, picture, number=number)


def _shown(section: SectionVersion) -> list[str]:
    return [s.number for s in map_queries.sheets_of(section.edition, section.provision_id)]


def test_a_source_that_is_named_twice_or_again_is_one(as_staff: Browser) -> None:
    new = _map("approvata", 3)
    tie = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).one()

    page = as_staff.open(f"/ufficio/piano/corrispondenze/{tie.id}").submit(sources="Tav. 3; Tav. 3")

    assert page.status == 200
    ties = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).all()
    assert [(tie.before and tie.before.slug, tie.kind.value) for tie in ties] == [("tav-3", "same")]
    assert ties[0].confirmed_at is not None


def test_the_sheets_of_a_map_stay_with_it_when_it_follows_another(app: Flask, staff: User) -> None:
    one, two = _map("approvata", 1), _map("approvata", 2)
    _sheet(staff, one, "1")
    _sheet(staff, two, "1")
    _sheet(staff, two, "2")

    set_sources(staff, one, [])
    set_sources(staff, two, [_map("adottata", 1)])
    set_sources(staff, one, [_map("adottata", 2)])

    assert (_shown(one), _shown(two)) == (["1"], ["1", "2"])


def test_sheets_that_no_map_has_are_not_mixed_with_those_of_another(
    app: Flask, staff: User
) -> None:
    one, two = _map("approvata", 1), _map("approvata", 2)
    _sheet(staff, one, "1")
    _sheet(staff, two, "1")
    left = one.provision_id
    set_sources(staff, one, [])
    stray = _sheet(staff, one, "2")
    _leave(stray, left)  # as of a map that the text no longer has

    set_sources(staff, two, [_map("adottata", 1)])

    assert two.provision_id == left
    assert (_shown(one), _shown(two)) == (["1"], ["1"])


def test_a_map_whose_sheets_are_marked_keeps_its_identity(app: Flask, staff: User) -> None:
    one = _map("approvata", 1)
    _mark(_sheet(staff, one, "1"))

    with pytest.raises(SectionSpokenOf):
        set_sources(staff, one, [])


@use_case
def _mark(sheet: MapSheet) -> None:
    sheet.marked_at = clock.now()


@use_case
def _leave(sheet: MapSheet, provision: int) -> None:
    sheet.provision_id = provision
