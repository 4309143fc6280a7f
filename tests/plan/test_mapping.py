"""An officer says what a section follows: what hangs on its identity goes with it."""

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.plan import map_queries, map_service, sheet_files
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.mapping import SectionSpokenOf, set_sources
from ptm_participation.plan.models import Document, Edition, SectionVersion, Succession
from ptm_participation.plan.service import import_text
from tests.pages import Browser, Page
from tests.plan import sheets
from tests.plan.trees import article


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

    page = as_staff.open(f"/ufficio/piano/corrispondenze/{tie.id}").submit(others="Tav. 3; Tav. 3")

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


RIVERS = "Lungo i corsi d'acqua naturali resta libera una fascia di dieci metri."
PARKS = "I parchi si visitano tutto l'anno e la loro cura spetta ai Comuni che li ospitano."
OLD = (
    article("1", "Fasce fluviali", RIVERS, "Le fasce non si recintano mai."),
    article("2", "Parchi", PARKS),
)
# Written anew but for a comma that is too short to be known away from its article.
NEW = (
    article(
        "1",
        "Acque",
        "Ogni fiume, torrente e roggia conserva sulle due sponde uno spazio senza costruzioni.",
        "Le fasce non si recintano.",
    ),
    article("2", "Parchi", PARKS),
)


@pytest.fixture
def written_anew(app: Flask) -> None:
    norms = db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()
    import_text(SYSTEM, norms, "adottata", OLD, source="DCM 14/2020")
    import_text(SYSTEM, norms, "approvata", NEW, source="DCM 16/2021")


def _section(label: str, slug: str) -> SectionVersion:
    return db.session.scalars(
        sa.select(SectionVersion)
        .join(Edition, Edition.id == SectionVersion.edition_id)
        .where(Edition.label == label, SectionVersion.slug == slug)
    ).one()


def _open_tie(browser: Browser, **end: int) -> Page:
    tie = db.session.scalars(sa.select(Succession).filter_by(**end)).one()
    return browser.open(f"/ufficio/piano/corrispondenze/{tie.id}")


def _ties(label: str, slug: str) -> list[tuple[str | None, str]]:
    db.session.rollback()
    rows = db.session.scalars(
        sa.select(Succession).filter_by(to_version_id=_section(label, slug).id)
    )
    return [(tie.before and tie.before.slug, tie.kind.value) for tie in rows]


@pytest.mark.usefixtures("written_anew")
def test_what_says_most_of_the_same_is_offered_and_ticked(as_staff: Browser) -> None:
    page = _open_tie(as_staff, to_version_id=_section("approvata", "art-1").id)
    offered = [one.get_text(" ", strip=True) for one in page.soup.select("#ticked label")]

    assert page.soup.select("#ticked input[checked]") == []
    assert "Fasce fluviali Lungo i corsi" in offered[0]
    assert "stesso numero · nessuna sezione la segue ancora" in offered[0]

    page.submit(ticked=[str(_section("adottata", "art-1").id)])

    assert _ties("approvata", "art-1") == [("art-1", "same")]


@pytest.mark.usefixtures("written_anew")
def test_once_an_article_is_tied_its_commi_are_proposed_anew(as_staff: Browser) -> None:
    new = _section("approvata", "art-1")
    assert _ties("approvata", "art-1-c-2") == [(None, "new")]

    _open_tie(as_staff, to_version_id=new.id).submit(others="art. 1")

    assert _ties("approvata", "art-1-c-1") == [(None, "new")]
    assert _ties("approvata", "art-1-c-2") == [("art-1-c-2", "same")]
    part, old = _section("approvata", "art-1-c-2"), _section("adottata", "art-1-c-2")
    assert part.provision_id == old.provision_id
    tie = db.session.scalars(sa.select(Succession).filter_by(to_version_id=part.id)).one()
    assert tie.confirmed_at is None


@pytest.mark.usefixtures("written_anew")
def test_of_what_is_dropped_one_says_where_it_went(as_staff: Browser) -> None:
    rivers, parks = _section("adottata", "art-1-c-1"), _section("approvata", "art-2-c-1")
    page = _open_tie(as_staff, from_version_id=rivers.id)
    assert page.heading == "Dov’è finita: art. 1, comma 1"

    page.submit(ticked=[], others="art. 2 c. 1")

    assert sorted(_ties("approvata", "art-2-c-1")) == [
        ("art-1-c-1", "joined"),
        ("art-2-c-1", "joined"),
    ]
    assert parks.provision_id == _section("adottata", "art-2-c-1").provision_id


@pytest.mark.usefixtures("written_anew")
def test_what_goes_nowhere_is_confirmed_as_dropped(as_staff: Browser) -> None:
    rivers = _section("adottata", "art-1-c-1")

    _open_tie(as_staff, from_version_id=rivers.id).submit(ticked=[])

    tie = db.session.scalars(sa.select(Succession).filter_by(from_version_id=rivers.id)).one()
    assert (tie.kind.value, tie.confirmed_at is None) == ("dropped", False)


def _mapping_page(browser: Browser, **asked: str) -> Page:
    edition = db.session.scalars(sa.select(Edition).filter_by(label="approvata")).one()
    return browser.open(f"/ufficio/piano/edizioni/{edition.id}/NDA", **asked)


@pytest.mark.usefixtures("written_anew")
def test_what_changed_since_the_page_was_made_is_not_confirmed(
    as_staff: Browser, staff: User
) -> None:
    page = _mapping_page(as_staff, gruppo="alike")
    parks = db.session.scalars(
        sa.select(Succession).filter_by(to_version_id=_section("approvata", "art-2-c-1").id)
    ).one()
    tie = as_staff.open(f"/ufficio/piano/corrispondenze/{parks.id}")
    set_sources(staff, _section("approvata", "art-1-c-1"), [_section("adottata", "art-2-c-1")])

    confirmed = page.press("Conferma quelle segnate")
    corrected = tie.submit(others="art. 2")

    changed = "La corrispondenza è cambiata da quando questa pagina è stata aperta"
    assert changed in confirmed.text
    assert changed in corrected.error_of("others")
    db.session.refresh(parks)
    assert (parks.kind.value, parks.confirmed_at) == ("split", None)


@pytest.mark.usefixtures("written_anew")
def test_a_tie_that_becomes_another_is_confirmed_anew(as_staff: Browser, staff: User) -> None:
    _mapping_page(as_staff, gruppo="alike").press("Conferma quelle segnate")
    parks = db.session.scalars(
        sa.select(Succession).filter_by(to_version_id=_section("approvata", "art-2-c-1").id)
    ).one()
    assert parks.confirmed_at is not None

    set_sources(staff, _section("approvata", "art-1-c-1"), [_section("adottata", "art-2-c-1")])

    db.session.refresh(parks)
    assert (parks.kind.value, parks.confirmed_at) == ("split", None)


def test_of_two_maps_that_were_taken_for_one_another_each_has_its_own_identity(
    app: Flask, staff: User
) -> None:
    one, two = _map("approvata", 1), _map("approvata", 2)

    set_sources(staff, one, [_map("adottata", 2)])
    set_sources(staff, two, [_map("adottata", 1)])

    assert one.provision_id == _map("adottata", 2).provision_id
    assert two.provision_id == _map("adottata", 1).provision_id
