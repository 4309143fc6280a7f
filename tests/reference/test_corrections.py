"""What is known of the territory and the plan: loaded from its sources, corrected on screen."""

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.core import audit
from ptm_participation.core.db import Model, db
from ptm_participation.core.reference import Verification
from ptm_participation.plan.models import Document, Edition, PlanLink, SectionVersion, Theme
from ptm_participation.procedure.models import Step
from ptm_participation.reference.kinds import KINDS
from ptm_participation.reference.loader import FOLDER, load_reference_data
from ptm_participation.territory.models import Municipality, Zone
from tests import factories
from tests.pages import Browser

# A boundary, but for one of its corners.
POINTED = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, %s], [0, 0]]]}'


def _count(model: type[Model], *conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*conditions)) or 0


def test_the_133_comuni_are_those_of_the_list(app: Flask) -> None:
    milano = factories.municipality("Milano")
    san_colombano = factories.municipality("San Colombano al Lambro")

    assert _count(Municipality) == 133
    assert _count(Zone) == 8
    assert (milano.istat, milano.belfiore) == ("015146", "F205")
    assert milano.zone.name == "Milano"
    assert db.session.scalar(sa.select(sa.func.sum(Municipality.population))) > 3_000_000
    assert json.loads(san_colombano.boundary)["type"] in {"Polygon", "MultiPolygon"}
    doubtful = db.session.scalars(
        sa.select(Municipality.name).where(Municipality.verification == Verification.TO_VERIFY)
    ).all()
    assert set(doubtful) == {"Vernate", "Noviglio"}


def test_the_plan_and_its_real_calendar_are_there(app: Flask) -> None:
    days = {step.code: step.starts_on.isoformat() for step in db.session.scalars(sa.select(Step))}
    editions = {e.label: str(e.dated_on) for e in db.session.scalars(sa.select(Edition))}

    assert editions["adottata"] == "2020-07-29"
    assert editions["approvata"] == "2021-05-11"
    assert days["adozione"] == "2020-07-29"
    assert days["burl-deposito"] == "2020-09-02"
    assert days["termine"] == "2020-11-02"
    assert days["approvazione"] == "2021-05-11"
    assert days["efficacia"] == "2021-10-06"
    assert _count(PlanLink) == 1
    assert _count(SectionVersion, SectionVersion.kind == "article") == 2 * 79
    assert {d.code for d in db.session.scalars(sa.select(Document))} >= {"NDA", "TAV", "STTM"}
    assert _count(Theme) > 5


def test_the_zone_of_vernate_is_corrected_and_stays_so(as_staff: Browser) -> None:
    vernate = factories.municipality("Vernate")
    sud_ovest = db.session.scalars(sa.select(Zone).filter_by(name="Sud Ovest")).one()
    page = as_staff.open("/ufficio/dati/comuni", **{"da-verificare": "si"}).follow("Vernate")
    assert "potrebbe essere Sud Ovest" in page.form_with("note").get_text()

    page.submit(zone_id=str(sud_ovest.id), verification="verified", source="Statuto, allegato A")
    counts = factories.load_again()

    db.session.refresh(vernate)
    assert vernate.zone_id == sud_ovest.id
    assert vernate.verification is Verification.VERIFIED
    assert counts.corrected >= 1
    assert audit.verify() == []


def test_loading_twice_changes_nothing(app: Flask) -> None:
    assert load_reference_data() is None

    counts = factories.load_again()

    assert (counts.added, counts.updated, counts.corrected) == (0, 0, 0)


def test_new_data_reach_what_nobody_corrected(as_staff: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(FOLDER, folder)
    table = (folder / "comuni.csv").read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if ",Rho," in line)
    old = str(factories.municipality("Rho").population)
    (folder / "comuni.csv").write_text(table.replace(row, row.replace(old, "60000")))

    counts = load_reference_data(folder)

    assert counts is not None
    assert (counts.added, counts.updated) == (0, 1)
    db.session.expire_all()
    assert factories.municipality("Rho").population == 60_000


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_every_kind_of_fact_can_be_corrected_on_screen(as_staff: Browser, slug: str) -> None:
    kind = KINDS[slug]
    fact = db.session.scalars(sa.select(kind.model).order_by(*kind.order)).first()
    address = f"/ufficio/dati/{slug}/{fact.id}"

    same = as_staff.open(address).submit(has="verification")
    assert "Non c’era nulla da cambiare" in same.text
    page = as_staff.open(address).submit(note="Riscontrato sul testo.", verification="verified")

    assert "Corretto" in page.text
    db.session.refresh(fact)
    assert fact.note == "Riscontrato sul testo."
    assert fact.corrected_at is not None


def test_a_corrected_address_of_the_office_is_on_every_public_page(
    as_staff: Browser, visitor: Browser
) -> None:
    page = as_staff.open("/ufficio/dati/procedimento").follow("Piano Territoriale Metropolitano")

    page.submit(office_pec="piano@pec.example.org")

    for address in ("/", "/accedi", "/osserva", "/non-esiste"):
        foot = visitor.open(address).items("footer a")
        assert "piano@pec.example.org" in foot, address


@pytest.mark.parametrize(
    ("slug", "field", "value", "sentence"),
    [
        ("comuni", "name", "", "Non può essere vuoto."),
        ("comuni", "population", "molti", "Scrivere un numero intero tra 0 e 10.000.000."),
        ("comuni", "population", "-1", "Scrivere un numero intero tra 0 e 10.000.000."),
        ("comuni", "zone_id", "999", "Questa voce non è nell’elenco."),
        ("comuni", "boundary", '{"type":"Point"}', "Scrivere un GeoJSON"),
        ("comuni", "boundary", POINTED % ("1" * 400), "Scrivere un GeoJSON"),
        ("comuni", "population", "٣", "Scrivere un numero intero"),
        ("calendario", "starts_on", "mai", "Scrivere la data come giorno/mese/anno"),
        ("sezioni", "heading", "x" * 501, "Al massimo 500 caratteri."),
    ],
)
def test_a_correction_that_cannot_be_is_refused(
    as_staff: Browser, slug: str, field: str, value: str, sentence: str
) -> None:
    kind = KINDS[slug]
    fact = db.session.scalars(sa.select(kind.model).order_by(*kind.order)).first()

    page = as_staff.open(f"/ufficio/dati/{slug}/{fact.id}").submit(**{field: value})

    assert sentence in page.error_of(field)
    db.session.refresh(fact)
    assert fact.corrected_at is None


def test_the_last_day_of_a_step_cannot_come_before_the_first(as_staff: Browser) -> None:
    step = db.session.scalars(sa.select(Step).filter_by(code="albo")).one()

    page = as_staff.open(f"/ufficio/dati/calendario/{step.id}").submit(ends_on="2020-01-01")

    assert "L’ultimo giorno viene prima del primo" in page.text


def test_words_that_an_observation_speaks_of_are_not_corrected(as_staff: Browser) -> None:
    factories.observation(sections="18")
    section = factories.section("18")

    page = as_staff.open(f"/ufficio/dati/sezioni/{section.id}").submit(text="Altre parole.")

    assert "importa" in page.text.lower()
    db.session.refresh(section)
    assert section.text == ""


def test_number_and_heading_are_corrected_until_they_are_verified(as_staff: Browser) -> None:
    factories.observation(sections="18")
    section = factories.section("18")
    address = f"/ufficio/dati/sezioni/{section.id}"

    as_staff.open(address).submit(heading="Riduzione del suolo", verification="verified")
    refused = as_staff.open(address).submit(heading="Altra rubrica")

    assert "importa" in refused.text.lower()
    db.session.refresh(section)
    assert section.heading == "Riduzione del suolo"


def test_a_correction_does_not_undo_anothers(as_staff: Browser, as_manager: Browser) -> None:
    rho = factories.municipality("Rho")
    first, second = (b.open(f"/ufficio/dati/comuni/{rho.id}") for b in (as_staff, as_manager))
    first.submit(population="51000")

    page = second.submit(note="Nota mia.")

    assert "Qualcun altro ha modificato" in page.text
    db.session.refresh(rho)
    assert (rho.population, rho.note) == (51_000, "")


def test_a_section_that_is_renumbered_takes_its_commi_along(app: Flask, as_staff: Browser) -> None:
    section = factories.section("18")

    clash = as_staff.open(f"/ufficio/dati/sezioni/{section.id}").submit(number="19")
    assert "stesso indirizzo" in clash.text
    done = clash.submit(number="18-bis")

    assert "Corretto" in done.text
    db.session.refresh(section)
    assert (section.slug, section.citation) == ("art-18-bis", "art. 18-bis")


def test_a_fact_known_only_as_a_month_is_listed_as_a_month(as_administrator: Browser) -> None:
    rows = as_administrator.open("/ufficio/dati/calendario").rows()

    when = {row[0].removesuffix(" da verificare"): row[1] for row in rows}
    assert (
        when["Primi incontri di zona con sindaci, assessori e tecnici"]
        == "autunno 2019 · Piano Territoriale Metropolitano"
    )
    assert (
        when["Registro e controdeduzioni pronti"]
        == "aprile 2021 · Piano Territoriale Metropolitano"
    )
