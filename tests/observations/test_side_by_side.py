"""Several procedures at once: each has its own register, lists, figures and calendar."""

import csv
import io

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import form_tokens
from ptm_participation.core.audit import VISITOR
from ptm_participation.core.db import db
from ptm_participation.observations import intake, service
from ptm_participation.observations.audiences import NotOfTheAudience
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.procedure.models import Audience, Window
from ptm_participation.procedure.service import put_first, shut_window
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.observations.test_submission import _as_citizen, _ask, _send
from tests.pages import Browser, Page

VAS = "VAS del PTM"


@pytest.fixture
def vas(app: Flask) -> Window:
    """A window of a second procedure, open to everyone until 16 November 2020."""
    return factories.window_of(factories.procedure("vas-2006", "vas", title=VAS))


def _send_in(window: Window, **facts: object) -> Observation:
    received = factories.received(**facts)  # type: ignore[arg-type]
    return intake.submit_observation(VISITOR, window, received, token=form_tokens.new_token())


def _publish(staff: User, *rows: Observation) -> None:
    for number, row in enumerate(rows, 1):
        service.record_protocol(staff, row, Protocol(f"{number:07d}", row.received_at.date()))
    service.publish(staff, rows)


def test_what_is_sent_in_one_is_in_none_of_the_lists_of_the_other(
    vas: Window, as_manager: Browser, staff: User, visitor: Browser
) -> None:
    of_plan = _send_in(factories.window(), subject="Sul piano", name="Anna Bianchi")
    of_vas = _send_in(vas, subject="Sulla VAS", name="Carla Verdi")
    _publish(staff, of_plan, of_vas)

    told = {
        path: (as_manager.open(path).text, as_manager.open(f"{path}?procedimento=vas").text)
        for path in ("/ufficio/osservazioni", "/ufficio/protocollo")
    }
    public = visitor.open("/osservazioni").text, visitor.open("/osservazioni?procedimento=vas").text
    tables = [
        list(csv.reader(io.StringIO(as_manager.open(path).response.data.decode("utf-8-sig"))))
        for path in (
            "/ufficio/esportazioni/register.csv",
            "/ufficio/esportazioni/register.csv?procedimento=vas",
        )
    ]

    for plan, assessment in (told["/ufficio/osservazioni"], public):
        assert "Sul piano" in plan
        assert "Sulla VAS" not in plan
        assert "Sulla VAS" in assessment
        assert "Sul piano" not in assessment
    assert ["Sul piano" in str(table) for table in tables] == [True, False]
    assert ["Sulla VAS" in str(table) for table in tables] == [False, True]
    section = visitor.open("/piano/nda/art-18")
    assert "Sul piano" in section.text
    assert "Sulla VAS" not in section.text
    summary = as_manager.open("/ufficio/sintesi?procedimento=vas")
    assert summary.items(".ptm-eyebrow")[0].startswith(VAS)
    assert summary.link("Tutte le tabelle") == "/ufficio/sintesi/tabelle?procedimento=vas"


def test_each_register_counts_for_itself_without_gaps(vas: Window) -> None:
    windows = [factories.window(), vas, vas, factories.window(), vas]

    numbers = [
        (made.register.slug, made.number) for made in (_send_in(window) for window in windows)
    ]

    assert numbers == [("ptm", 1), ("vas", 1), ("vas", 2), ("ptm", 2), ("vas", 3)]


def test_the_office_changes_procedure_and_stays_in_it(vas: Window, as_manager: Browser) -> None:
    made = _send_in(vas, subject="Sulla VAS")

    there = as_manager.open("/ufficio/osservazioni").follow(VAS)
    assert there.address == "/ufficio/osservazioni?procedimento=vas"
    assert made.title in there.text
    filtered = there.submit(q="niente")
    assert "procedimento=vas" in filtered.address
    assert filtered.follow("Togli tutti i filtri").address == there.address
    one = there.follow("Sulla VAS")
    assert "procedimento=vas" in one.link("Registro")
    assert as_manager.open("/ufficio/termini").follow(VAS).heading == "Termini"
    assert as_manager.open("/ufficio/osservazioni?procedimento=mai").status == 404


def test_paper_is_entered_in_the_procedure_of_its_window(vas: Window, as_staff: Browser) -> None:
    form = as_staff.open("/ufficio/osservazioni/nuova?procedimento=vas")
    groups = [group["label"] for group in form.soup.select("#window optgroup")]
    assert groups == ["Piano Territoriale Metropolitano", VAS]

    form.submit(
        sent_on="2020-10-12",
        arrived_on="2020-10-14",
        type="citizen",
        municipality=str(factories.municipality().id),
        name="Bruno Rossi",
        title="Oggetto",
        sections="18",
        text="Testo",
    )

    made = db.session.scalars(sa.select(Observation)).one()
    assert (made.register.slug, made.number) == ("vas", 1)


def test_whoever_writes_chooses_first_when_several_are_open(vas: Window, visitor: Browser) -> None:
    section = factories.section("18").id
    question = visitor.open(f"/osserva?sezione={section}")
    assert "Su che cosa vuoi scrivere?" in question.text
    refused = question.submit(has="finestra")
    assert refused.errors == ["Scegli su che cosa vuoi scrivere."]

    start = refused.submit(finestra=str(vas.id))

    assert VAS in start.text
    receipt = _send(_as_citizen(_ask(start.press("Comincia a scrivere"))))
    assert receipt.heading == "Osservazione n. 1 ricevuta"
    made = db.session.scalars(sa.select(Observation)).one()
    assert (made.register.slug, made.window_id) == ("vas", vas.id)
    assert visitor.open("/osserva?procedimento=ptm").heading == "Presenta un’osservazione"
    assert "Su che cosa vuoi scrivere" not in visitor.open("/osserva?procedimento=vas").text


@pytest.mark.parametrize("code", ["ptm", "vas"])
def test_who_has_nothing_to_observe_answers_in_the_window_that_was_chosen(
    vas: Window, visitor: Browser, code: str
) -> None:
    start = visitor.open("/osserva", procedimento=code)

    step = start.press("Rispondi che non hai osservazioni")

    assert step.heading == "Chi sei"
    draft = db.session.scalars(sa.select(Draft)).one()
    assert draft.window.procedure.code == code


def test_a_window_that_was_shut_meanwhile_gives_way_to_no_other(
    vas: Window, visitor: Browser, manager: User
) -> None:
    start = visitor.open(f"/osserva?finestra={vas.id}")
    shut_window(manager, vas, act="Determina 1/2020")

    page = start.press("Comincia a scrivere")

    assert page.address == "/osserva"
    assert db.session.scalar(sa.select(sa.func.count(Draft.id))) == 0


def test_the_plan_leads_to_a_procedure_that_is_open(
    vas: Window, visitor: Browser, manager: User
) -> None:
    shut_window(manager, factories.window(), act="DCM 16/2021")

    button = visitor.open("/piano/nda/art-18").soup.select_one("#osserva")
    assert button is not None
    page = visitor.open(str(button["href"]))

    assert VAS in page.text
    assert page.press("Comincia a scrivere").heading == "Che cosa chiedi"


def test_home_and_path_speak_of_the_first_and_name_the_others(
    vas: Window, visitor: Browser, manager: User
) -> None:
    home = visitor.open("/")
    assert "Altri procedimenti" in home.text
    assert home.follow(VAS).heading == f"Il percorso: {VAS}"

    put_first(manager, vas.procedure)

    assert "lunedì 16 novembre 2020" in visitor.open("/").items(".ptm-term .when")[0]
    assert "VAS" in visitor.open("/percorso").text


# -- windows that are not for everyone ----------------------------------------------------


def _as_body(page: Page, name: str = "") -> Page:
    values = {
        "municipality": str(factories.municipality("Rho").id),
        "representative": "Carla Verdi",
        "representative_capacity": "legal-representative",
        "email": "comune@example.org",
    }
    return page.submit(**values, **({"name": name} if name else {}))


def test_a_comune_writes_in_the_window_of_the_comuni(app: Flask, visitor: Browser) -> None:
    made = factories.procedure("sttm", "sttm", title="STTM 1")
    window = factories.window_of(made, Audience.MUNICIPALITIES)
    section = factories.section("18").id
    question = visitor.open(f"/osserva?sezione={section}")
    assert "STTM 1: sei un Comune" in question.text
    assert "16 novembre 2020" in question.text

    start = question.submit(finestra=str(window.id)).press("Comincia a scrivere")
    who = _ask(start)

    assert "Scrivi come: Comune" in who.text
    assert "tipo=1" not in str(who.soup.main)
    receipt = _send(_as_body(who))
    assert receipt.heading == "Osservazione n. 1 ricevuta"
    sent = db.session.scalars(sa.select(Observation)).one()
    assert (sent.register.slug, sent.submitter.name) == ("sttm", "Comune di Rho")


def test_an_authority_is_offered_bodies_alone(app: Flask, visitor: Browser) -> None:
    made = factories.procedure("vas-2006", "vas", title=VAS)
    window = factories.window_of(made, Audience.ENVIRONMENTAL_AUTHORITIES, days=90)
    section = factories.section("18").id
    start = visitor.open(f"/osserva?sezione={section}&finestra={window.id}")

    who = _ask(start.press("Comincia a scrivere"))

    offered = who.items(".ptm-choices label")
    assert "Comune" in offered
    assert "Ente gestore di un parco" in offered
    assert "Cittadino" not in offered
    assert "Associazione ambientalista" not in offered
    receipt = _send(_as_body(who.submit(type="park-authority"), "Parco di prova"))
    assert receipt.heading == "Osservazione n. 1 ricevuta"


def test_nobody_else_gets_into_such_a_window_by_any_way(app: Flask, as_staff: Browser) -> None:
    made = factories.procedure("sttm", "sttm", title="STTM 1")
    comuni = factories.window_of(made, Audience.MUNICIPALITIES)

    with pytest.raises(NotOfTheAudience):
        _send_in(comuni, type=SubjectType.CITIZEN)
    assert _send_in(comuni, type=SubjectType.MUNICIPALITY).number == 1
    paper = as_staff.open("/ufficio/osservazioni/nuova?procedimento=sttm").submit(
        sent_on="2020-10-12",
        arrived_on="2020-10-14",
        type="citizen",
        municipality=str(factories.municipality().id),
        name="Bruno Rossi",
        title="Oggetto",
        text="Testo",
    )
    assert paper.error_of("window") == "Questa finestra non è per tutti, ma per: Comuni."
