"""An officer maps an edition onto the one before, a manager publishes it, anybody compares them."""

import datetime as dt
import io
import threading
from collections.abc import Iterator

import docx
import pypdfium2
import pytest
import python_calamine
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import audit, clock
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import service
from ptm_participation.observations.received import Quote
from ptm_participation.plan import publishing
from ptm_participation.plan.freezing import EditionFrozen
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.map_service import describe_sheet
from ptm_participation.plan.mapping import (
    FrozenAfter,
    NotBefore,
    SectionSpokenOf,
    place_after,
    set_sources,
)
from ptm_participation.plan.mapping_queries import TieGroup
from ptm_participation.plan.models import Document, Edition, EditionKind, SectionVersion, Succession
from ptm_participation.plan.publishing import (
    EarlierOpen,
    MappingOpen,
    NothingToPublish,
    digest_of,
    publish_edition,
)
from ptm_participation.plan.service import draw_anchor, import_text
from ptm_participation.plan.tree import Node
from ptm_participation.reference.service import correct
from ptm_participation.reporting.exports.sheet import Sheet
from ptm_participation.reporting.exports.workbook import to_xlsx
from ptm_participation.site import synopsis_files
from tests import factories
from tests.commands import ptm
from tests.pages import Browser, Page
from tests.plan import sheets
from tests.plan.trees import article

GROUND = "I Comuni riducono il consumo di suolo secondo le soglie stabilite dalla tabella allegata."
GREEN = "La rete verde metropolitana connette i parchi, i corsi d'acqua e gli spazi agricoli."
HALVES = (
    "Gli interventi rispettano l'invarianza idraulica e idrologica dei suoli.",
    "Le acque meteoriche si restituiscono con portate contenute.",
)
WATER = " ".join(HALVES)
SHARED = "I piani tutelano le aree agricole strategiche e ne vietano ogni nuova edificazione."


ADOPTED = (
    article("1", "Consumo di suolo", GROUND, SHARED),
    article("2", "Rete verde", GREEN),
    article("3", "Acque", WATER),
)
REPLIED = (
    article("1", "Consumo di suolo", GROUND.replace("tabella", "nuova tabella"), SHARED),
    article("2", "Monitoraggio", "Gli indicatori si pubblicano ogni due anni sul sito dell'ente."),
    article("3", "Rete verde", GREEN),
    article("4", "Acque", *HALVES),
)


def _norms() -> Document:
    return db.session.scalars(sa.select(Document).filter_by(code="NDA")).one()


def _edition(label: str) -> Edition:
    return db.session.scalars(sa.select(Edition).filter_by(label=label)).one()


def _section(label: str, slug: str) -> SectionVersion:
    return db.session.scalars(
        sa.select(SectionVersion).filter_by(edition_id=_edition(label).id, slug=slug)
    ).one()


@pytest.fixture
def two_editions(app: Flask) -> None:
    """The adopted text, and one with the replies, which comes before the approved one."""
    import_text(SYSTEM, _norms(), "adottata", ADOPTED, source="DCM 14/2020")
    import_text(SYSTEM, _norms(), "controdedotta", REPLIED, source="Proposta di controdeduzioni")
    place_after(SYSTEM, _edition("controdedotta"), _edition("adottata"))


def _mapping(browser: Browser, **asked: str) -> Page:
    return browser.open(f"/ufficio/piano/edizioni/{_edition('controdedotta').id}/NDA", **asked)


def _confirm_all(browser: Browser) -> None:
    for group in TieGroup:
        page = _mapping(browser, gruppo=group.value)
        if page.soup.select("button[value=tutte]"):
            page.press("Conferma tutte")


def _publish(browser: Browser, label: str, act: str) -> Page:
    page = browser.open(f"/ufficio/piano/edizioni/{_edition(label).id}")
    return page.submit(has="act", act=act, dated_on="29/07/2020", sure="y")


@pytest.mark.usefixtures("two_editions")
def test_who_publishes_says_that_it_was_checked_and_in_which_order(
    as_manager: Browser, as_staff: Browser
) -> None:
    _confirm_all(as_staff)
    early = as_manager.open(f"/ufficio/piano/edizioni/{_edition('controdedotta').id}")
    page = as_manager.open(f"/ufficio/piano/edizioni/{_edition('adottata').id}")

    unsure = page.submit(has="act", act="DCM 14/2020", dated_on="29/07/2020")

    assert "Da pubblicare prima: Edizione adottata" in early.text
    assert "non si può tornare indietro" in unsure.error_of("sure")
    assert _edition("adottata").frozen_sha256 is None


@pytest.mark.usefixtures("two_editions")
def test_what_is_proposed_is_confirmed_group_by_group(as_staff: Browser) -> None:
    page = _mapping(as_staff, gruppo="alike")
    assert [row[1].split()[0:2] for row in page.rows()][:1] == [["art.", "1"]]

    page = page.press("Conferma quelle segnate")

    assert "Sono tutte confermate." in page.text
    unsure = _mapping(as_staff, gruppo="split")
    assert unsure.soup.select("input[name=scelta]")
    assert not unsure.soup.select("input[name=scelta][checked]")
    left = {row[0].split(" Sono")[0] for row in _mapping(as_staff, gruppo="split").rows()}
    assert len(left) == 1
    tie = db.session.scalars(
        sa.select(Succession).where(Succession.confirmed_at.is_not(None)).limit(1)
    ).one()
    assert tie.confirmed_by_id is not None
    assert audit.verify() == []


@pytest.mark.usefixtures("two_editions")
def test_a_wrong_proposal_is_corrected_and_the_identity_follows(as_staff: Browser) -> None:
    new = _section("controdedotta", "art-2-c-1")
    tie = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).one()
    assert tie.kind == "new"
    page = as_staff.open(f"/ufficio/piano/corrispondenze/{tie.id}")

    refused = page.submit(others="art. 99 c. 1")
    page.submit(others="art. 1 c. 2")

    assert refused.error_of("others") == (
        "art. 99 c. 1: in «Edizione adottata» non c’è una sezione così."
    )
    ties = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).all()
    assert [(tie.before and tie.before.slug, tie.kind.value) for tie in ties] == [
        ("art-1-c-2", "split")
    ]
    other = _section("controdedotta", "art-1-c-2")
    assert other.provision_id == _section("adottata", "art-1-c-2").provision_id
    assert new.provision_id != other.provision_id


@pytest.mark.usefixtures("two_editions")
def test_an_edition_is_not_published_while_its_mapping_is_open(
    as_manager: Browser, as_staff: Browser
) -> None:
    assert "è pubblicata" in _publish(as_manager, "adottata", "DCM 14/2020").text
    open_ = as_manager.open(f"/ufficio/piano/edizioni/{_edition('controdedotta').id}")
    assert "Da pubblicare prima" not in open_.text
    by_staff = as_staff.open(f"/ufficio/piano/edizioni/{_edition('controdedotta').id}")

    assert "attendono la conferma della corrispondenza" in open_.text
    assert "La pubblica un responsabile" in by_staff.text
    _confirm_all(as_staff)
    assert "è pubblicata" in _publish(as_manager, "controdedotta", "Decreto 5/2021").text
    assert (
        "2 frozen editions, all of them intact"
        in ptm(as_manager.client.application, "plan", "verify").stdout
    )


def _publish_as_program(label: str) -> None:
    publish_edition(
        SYSTEM,
        _edition(label),
        kind=EditionKind.WITH_REPLIES,
        act="Decreto 5/2021",
        dated_on=dt.date(2021, 3, 1),
    )


@pytest.mark.usefixtures("two_editions")
def test_what_cannot_be_published_stays_a_draft() -> None:
    for label, refusal in (("approvata", NothingToPublish), ("controdedotta", EarlierOpen)):
        with pytest.raises(refusal):
            _publish_as_program(label)
    _publish_as_program("adottata")
    with pytest.raises(MappingOpen, match=r"Di 10 sezioni .*\(la prima è art\. 1\)"):
        _publish_as_program("controdedotta")

    assert _edition("controdedotta").frozen_sha256 is None
    with pytest.raises(FrozenAfter):
        place_after(SYSTEM, _edition("controdedotta"), None)


@pytest.mark.usefixtures("two_editions")
def test_what_a_section_follows_is_of_the_edition_before_and_stays_once_spoken_of(
    staff: User,
) -> None:
    new, old = _section("controdedotta", "art-2-c-1"), _section("adottata", "art-1-c-2")
    with pytest.raises(NotBefore):
        set_sources(staff, new, [_section("approvata", "art-1")])
    draw_anchor(new)

    with pytest.raises(SectionSpokenOf):
        set_sources(staff, new, [old])

    tie = db.session.scalars(sa.select(Succession).filter_by(to_version_id=new.id)).one()
    assert tie.kind == "new"


@pytest.mark.usefixtures("two_editions")
def test_ties_are_proposed_afresh_for_another_order_of_the_editions(as_staff: Browser) -> None:
    edition = _edition("controdedotta")
    page = as_staff.open(f"/ufficio/piano/edizioni/{edition.id}")

    page.submit(dopo="")

    assert "Nessuna edizione precedente contiene" in as_staff.open(page.address).text
    assert db.session.scalars(sa.select(Succession).filter_by(edition_id=edition.id)).all() == []


@pytest.mark.usefixtures("two_editions")
def test_a_synopsis_too_long_for_pages_is_had_as_a_spreadsheet(
    as_manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synopsis_files, "MOST_ROWS", 2)

    refused = as_manager.open("/piano/nda/confronto.pdf")
    taken = as_manager.open("/piano/nda/confronto.xlsx")

    assert "troppe per un documento: scaricalo come foglio di calcolo" in refused.text
    assert taken.response.data.startswith(b"PK")


@pytest.mark.usefixtures("two_editions")
def test_loading_the_data_again_leaves_the_order_that_the_office_gave(app: Flask) -> None:
    def order() -> list[str]:
        return list(db.session.scalars(sa.select(Edition.label).order_by(Edition.position)))

    given = order()
    factories.load_again()

    assert order() == given == ["adottata", "controdedotta", "approvata"]
    assert sorted(db.session.scalars(sa.select(Edition.position))) == [1, 2, 3]


@pytest.mark.usefixtures("two_editions")
def test_of_synopses_one_is_made_at_a_time(
    as_manager: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, made_alone = threading.Lock(), []

    def written(sheet: Sheet) -> Iterator[bytes]:
        made_alone.append(busy.locked())
        yield from to_xlsx(sheet)

    monkeypatch.setattr(synopsis_files, "to_xlsx", written)
    monkeypatch.setattr(synopsis_files, "_ONE_AT_A_TIME", busy)
    monkeypatch.setattr(synopsis_files, "LONGEST_WAIT", 0)

    with busy:
        asked = as_manager.open("/piano/nda/confronto.pdf")
    again = as_manager.open("/piano/nda/confronto.xlsx")

    assert asked.status == 503
    assert "In questo momento se ne prepara un altro" in asked.text
    assert again.status == 200
    assert made_alone == [True]


@pytest.mark.usefixtures("two_editions")
def test_words_corrected_while_an_edition_is_published_come_too_late(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest is taken, and nobody writes until it is kept."""
    comma, happened = _section("adottata", "art-1-c-1").id, []

    def correct_it() -> None:
        with app.app_context():
            section = db.session.get_one(SectionVersion, comma)
            try:
                correct(SYSTEM, section, {"text": "Parole che nessuno ha pubblicato."})
            except EditionFrozen:
                happened.append("refused")

    other = threading.Thread(target=correct_it)

    def while_another_corrects(edition: Edition) -> str:
        digest = digest_of(edition)
        other.start()
        other.join(0.5)
        return digest

    monkeypatch.setattr(publishing, "digest_of", while_another_corrects)
    _publish_as_program("adottata")
    other.join()
    monkeypatch.undo()

    assert happened == ["refused"]
    assert ptm(app, "plan", "verify").exit_code == 0


@pytest.mark.usefixtures("two_editions")
def test_words_that_are_not_those_published_are_told(app: Flask) -> None:
    _publish_as_program("adottata")
    whole = ptm(app, "plan", "verify")
    forged = {"state": "frozen", "frozen_at": clock.now(), "frozen_sha256": "0" * 64}
    _forge("controdedotta", forged)

    told = ptm(app, "plan", "verify")

    assert whole.exit_code == 0
    assert told.exit_code == 1
    assert "not those that were published: controdedotta" in told.stderr


@pytest.mark.usefixtures("two_editions")
def test_an_edition_that_is_gone_from_among_the_published_is_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish_as_program("adottata")
    monkeypatch.setattr(publishing, "frozen_editions", list)  # as if a hand had thawed it

    told = ptm(app, "plan", "verify")

    assert told.exit_code == 1
    assert "not those that were published: adottata" in told.stderr


@pytest.mark.usefixtures("two_editions")
def test_title_act_and_day_of_a_published_edition_stay(as_manager: Browser, app: Flask) -> None:
    _publish_as_program("adottata")
    edition = db.session.scalars(sa.select(Edition).filter_by(label="adottata")).one()
    published = (edition.title, edition.act, edition.dated_on)
    page = as_manager.open(f"/ufficio/dati/edizioni/{edition.id}")

    for values in ({"act": ""}, {"act": "Atto falso"}, {"title": "Altro"}):
        assert "Questa edizione è pubblicata" in page.submit(**values).text
    factories.load_again()

    db.session.expire_all()
    assert (edition.title, edition.act, edition.dated_on) == published


@use_case
def _forge(label: str, values: dict[str, object]) -> None:
    db.session.execute(sa.update(Edition).filter_by(label=label).values(**values))


@pytest.mark.usefixtures("two_editions")
def test_the_words_of_a_published_edition_are_fixed(as_manager: Browser) -> None:
    _publish(as_manager, "adottata", "DCM 14/2020")
    comma = _section("adottata", "art-1-c-1")

    with pytest.raises(EditionFrozen):
        import_text(SYSTEM, _norms(), "adottata", REPLIED, source="Altro")
    page = as_manager.open(f"/ufficio/dati/sezioni/{comma.id}")
    refused = page.submit(text="Altre parole.")

    assert "Il testo di questa edizione è congelato" in refused.text


def _refused(*statements: str) -> None:
    db.session.rollback()  # a TRUNCATE would wait for who reads
    for statement in statements:
        with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="is frozen"):
            connection.execution_options(ptm_writes=True).exec_driver_sql(statement)


@pytest.mark.usefixtures("two_editions")
def test_the_database_refuses_any_change_of_a_published_edition(
    app: Flask, staff: User, engine: str
) -> None:
    sheet = sheets.sheet(staff)
    _publish_as_program("adottata")
    adopted, later = _edition("adottata").id, _edition("controdedotta").id
    columns = ", ".join(column.name for column in SectionVersion.__table__.columns)
    published = f"edition_id = {adopted}"

    _refused(
        *(
            f"UPDATE section_version SET {column} = {column} WHERE {published}"
            for column in ("text", "heading", "number", "slug", "citation", "brief", "unit_id")
        ),
        f"DELETE FROM section_version WHERE {published}",
        f"INSERT INTO section_version ({columns}) SELECT {columns} FROM section_version"
        f" WHERE {published}",
        f"UPDATE section_version SET {published} WHERE edition_id = {later}",
        *(
            f"UPDATE edition SET {column} = {column} WHERE id = {adopted}"
            for column in ("act", "title", "label", "kind", "dated_on", "plan_id")
        ),
        f"UPDATE edition SET state = 'draft', frozen_at = NULL WHERE id = {adopted}",
        f"DELETE FROM edition WHERE id = {adopted}",
        *(
            f"UPDATE map_sheet SET {column} = {column} WHERE id = {sheet.id}"
            for column in ("title", "picture_sha256", "control_points", "provision_id")
        ),
        f"DELETE FROM map_sheet WHERE id = {sheet.id}",
        f"UPDATE legend_item SET label = 'x' WHERE sheet_id = {sheet.id}",
        f"INSERT INTO legend_item VALUES ({sheet.id}, 9, 'x')",
        f"DELETE FROM legend_item WHERE sheet_id = {sheet.id}",
    )
    if engine == "postgresql":
        _refused(*(f"TRUNCATE {table} CASCADE" for table in ("edition", "legend_item")))
    if engine == "sqlite":  # which alone replaces rows without a word
        _refused(
            f"REPLACE INTO edition SELECT * FROM edition WHERE id = {adopted}",
            f"REPLACE INTO section_version SELECT * FROM section_version WHERE {published}",
        )
    _mark(sheet)
    place_after(SYSTEM, _edition("controdedotta"), _edition("approvata"))


@use_case
def _mark(sheet: MapSheet) -> None:
    """As an observation that is drawn on it does."""
    sheet.marked_at = clock.now()


@pytest.mark.usefixtures("two_editions")
def test_a_text_found_afterwards_leaves_the_mapping_of_what_is_published(
    as_staff: Browser,
) -> None:
    import_text(SYSTEM, _norms(), "proposta", (), source="Proposta")
    place_after(SYSTEM, _edition("proposta"), None)
    _publish_as_program("adottata")
    _confirm_all(as_staff)
    _publish_as_program("controdedotta")
    of_it = sa.select(Succession.id).filter_by(edition_id=_edition("controdedotta").id)
    confirmed = db.session.scalars(of_it).all()

    import_text(SYSTEM, _norms(), "proposta", ADOPTED, source="Proposta")

    assert confirmed
    assert db.session.scalars(of_it).all() == confirmed
    _refused(
        f"UPDATE succession SET confirmed_at = NULL WHERE id = {confirmed[0]}",
        f"DELETE FROM succession WHERE id = {confirmed[0]}",
    )


@pytest.mark.usefixtures("two_editions")
def test_the_digest_of_an_edition_is_of_its_maps_too(staff: User) -> None:
    bare = digest_of(_edition("adottata"))
    sheet = sheets.sheet(staff)
    drawn = digest_of(_edition("adottata"))
    describe_sheet(staff, sheet, title="Rho", legend=("Altra voce",), points=sheet.points)

    assert len({bare, drawn, digest_of(_edition("adottata"))}) == 3


@pytest.mark.usefixtures("two_editions")
def test_anybody_reads_what_changed_and_takes_the_synopsis(
    as_manager: Browser, visitor: Browser
) -> None:
    nobody = visitor.open("/piano/nda/confronto")
    assert "non c’è ancora nulla da confrontare" in nobody.text
    edition = _edition("controdedotta")
    _confirm_all(as_manager)
    _publish(as_manager, "adottata", "DCM 14/2020")
    _publish(as_manager, edition.label, "Decreto 5/2021")

    page = visitor.open("/piano/nda/confronto")

    assert "modifiche da «Edizione adottata» a «controdedotta»" in page.text
    [changed] = page.soup.select("ins.ptm-ins")[1:2]
    assert "[aggiunto: nuova" in page.text
    assert changed is not None
    turned = visitor.open("/piano/nda/confronto", da="controdedotta", a="adottata")
    assert "modifiche da «Edizione adottata» a «controdedotta»" in turned.text
    split = visitor.open("/piano/nda/confronto", tipo="split")
    assert [row[1].split(" era ")[0] for row in split.rows()] == ["art. 4 c. 1 + art. 4 c. 2"]
    section = visitor.open("/piano/nda/art-3/confronto")
    assert "Art. 3. Rete verde" in section.heading
    assert "art. 2" in section.rows()[0][0]

    pdf = visitor.open("/piano/nda/confronto.pdf").response.data
    words = " ".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    assert "Quadro sinottico" in words
    assert edition.frozen_sha256 in words.replace("\r\n", "")
    word = docx.Document(io.BytesIO(visitor.open("/piano/nda/confronto.docx").response.data))
    marked = [
        run.text
        for row in word.tables[0].rows
        for paragraph in row.cells[1].paragraphs
        for run in paragraph.runs
        if run.underline
    ]
    assert "nuova " in marked
    xlsx = visitor.open("/piano/nda/confronto.xlsx").response.data
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(xlsx))
    rows = book.get_sheet_by_index(0).to_python()
    assert ["art. 1, comma 1", "sì", "nuova"] in [[row[0], row[3], row[7]] for row in rows]
    assert book.sheet_names == ["Quadro sinottico", "Note"]


def test_an_article_alone_says_of_itself_what_the_whole_comparison_says(visitor: Browser) -> None:
    def parts(first: tuple[Node, ...], second: tuple[Node, ...]) -> list[Node]:
        return [
            Node(SectionKind.PART, number, f"Parte {number}", "", articles)
            for number, articles in (("I", first), ("II", second))
        ]

    ground, green, water = ADOPTED
    other = article("4", "Controlli", "La Città metropolitana verifica ogni anno le soglie.")
    import_text(SYSTEM, _norms(), "adottata", parts((ground, green), (water, other)), source="x")
    import_text(SYSTEM, _norms(), "approvata", parts((ground,), (water, green, other)), source="x")

    def said(slug: str) -> bool:
        return "Spostata" in visitor.open(f"/piano/nda/{slug}/confronto").text

    assert [row[1].split()[1] for row in visitor.open("/piano/nda/confronto").rows()] == ["2"]
    assert {slug: said(slug) for slug in ("art-1", "art-2", "art-3", "art-4")} == {
        "art-1": False,
        "art-2": True,
        "art-3": False,
        "art-4": False,
    }


def test_words_that_were_quoted_are_looked_for_in_the_next_edition(
    visitor: Browser, staff: User
) -> None:
    import_text(SYSTEM, _norms(), "adottata", ADOPTED, source="DCM 14/2020")
    comma = _section("adottata", "art-1-c-1")
    for words in ("dalla tabella allegata", "il consumo di suolo"):
        service.publish(staff, [factories.protocolled(staff, quote=Quote(comma.id, words))])
    import_text(SYSTEM, _norms(), "approvata", REPLIED, source="DCM 16/2021")

    adopted = visitor.open("/piano/nda/art-1")
    approved = visitor.open("/piano/nda/art-1", ed="approvata")

    assert "«dalla tabella allegata»" in adopted.text
    assert "non ci sono più" not in adopted.text
    assert "Su parole che qui non ci sono più: «dalla tabella allegata»" in approved.text
    assert approved.link("Vedi dov’erano").endswith("/piano/nda/art-1-c-1?ed=adottata")
    assert "«il consumo di suolo»" in approved.text
    assert "più: «il consumo di suolo»" not in approved.text


def test_of_words_that_stood_twice_the_one_left_is_not_taken_for_the_other(
    visitor: Browser, staff: User
) -> None:
    parks, canals = (
        "Nei parchi vale il limite più basso.",
        "Lungo i navigli vale il limite più alto.",
    )
    import_text(
        SYSTEM,
        _norms(),
        "adottata",
        [article("1", "Limiti", f"{parks} {canals}", SHARED, GREEN)],
        source="x",
    )
    comma = _section("adottata", "art-1-c-1")
    meant = Quote(comma.id, "vale il limite", "Lungo i navigli ", " più alto.")
    service.publish(staff, [factories.protocolled(staff, quote=meant)])
    import_text(
        SYSTEM, _norms(), "approvata", [article("1", "Limiti", parks, SHARED, GREEN)], source="x"
    )

    page = visitor.open("/piano/nda/art-1", ed="approvata")

    assert "Su parole che qui non ci sono più: «vale il limite»" in page.text
