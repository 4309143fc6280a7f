"""The log of consultations: what was held, who came, what was said, on which sections."""

import io
from typing import Any

import pytest
import sqlalchemy as sa

from ptm_participation.consultations.models import AttendanceRole, Consultation
from ptm_participation.core import clock
from ptm_participation.core.db import db
from tests import factories
from tests.pages import Browser, Page

LIST = "/ufficio/consultazioni"


def _log(browser: Browser, **more: Any) -> Page:
    values = {
        "title": "Incontro della zona Sud Est",
        "kind": "meeting",
        "phase": "listening",
        "day": "2019-11-28",
        "starts": "16:45",
        "place": "San Donato Milanese",
        "stakeholders": [
            str(factories.stakeholder("Comune di San Donato Milanese").id),
            str(factories.stakeholder("Comune di Melegnano").id),
        ],
        "sections": "18; Tav. 6",
        "agenda": "Consumo di suolo\nDiscussione",
        **more,
    }
    return browser.open(f"{LIST}/nuova").submit(**values)


def _only() -> Consultation:
    return db.session.scalars(sa.select(Consultation)).one()


def test_a_meeting_is_logged_with_who_came_and_on_what(as_staff: Browser) -> None:
    page = _log(as_staff)

    assert page.heading == "Incontro della zona Sud Est"
    assert "giovedì 28 novembre 2019, ore 16:45, San Donato Milanese" in page.text
    assert "Comune di Melegnano" in page.text
    made = _only()
    assert clock.rome(made.starts_at).isoformat() == "2019-11-28T16:45:00+01:00"
    assert {a.section_version.brief for a in made.anchors} == {"art. 18", "Tav. 6"}
    assert page.items("ol li") == ["Consumo di suolo", "Discussione"]


def test_the_hour_may_be_unknown(as_staff: Browser) -> None:
    page = _log(as_staff, starts="")

    assert "28 novembre 2019" in page.text
    assert "ore 00:00" not in page.text


def test_minutes_and_signed_file_come_later(as_staff: Browser) -> None:
    page = _log(as_staff)
    assert "Il verbale è ancora da scrivere." in page.text

    page = page.follow("Scrivi il verbale").submit(
        minutes="I Comuni chiedono tempi certi.",
        file=(io.BytesIO(factories.PDF_BYTES), "verbale firmato.pdf"),
    )

    assert "I Comuni chiedono tempi certi." in page.text
    file = as_staff.open(page.link("verbale firmato.pdf")).response
    assert file.data == factories.PDF_BYTES
    assert file.headers["Content-Disposition"].startswith("attachment")


def test_who_was_absent_and_who_spoke_is_written_down(as_staff: Browser) -> None:
    page = _log(as_staff)
    page = as_staff.open(page.link("Presenze"))
    assert page.items("tbody b") == ["Comune di Melegnano", "Comune di San Donato Milanese"]

    refused = page.submit(**{"attendees-0-represented_by": "Il Sinda\x00co"})
    page = page.submit(
        **{"attendees-0-role": "excused"}, **{"attendees-1-represented_by": "Il Sindaco"}
    )

    assert "caratteri che non si possono stampare" in refused.text

    assert "Presenti 1 su 2" in page.text
    assert "Il Sindaco" in page.text
    roles = {a.stakeholder.name: a.role for a in _only().attendances}
    assert roles["Comune di Melegnano"] is AttendanceRole.EXCUSED


def test_a_stakeholder_dossier_shows_where_it_was_heard(as_staff: Browser) -> None:
    page = _log(as_staff)

    dossier = page.follow("Comune di Melegnano")

    assert "Incontro della zona Sud Est" in dossier.text


def test_two_officers_do_not_overwrite_each_other(as_staff: Browser, as_manager: Browser) -> None:
    _log(as_staff)
    address = f"{LIST}/{_only().id}/modifica"
    first, second = as_staff.open(address), as_manager.open(address)
    first.submit(minutes="Verbale della prima.")

    page = second.submit(minutes="Verbale della seconda.")

    assert "Qualcun altro ha modificato" in page.error_of("minutes")
    assert _only().minutes == "Verbale della prima."


def test_an_attendance_sheet_does_not_undo_another(as_staff: Browser, as_manager: Browser) -> None:
    page = _log(as_staff)
    address = page.link("Presenze")
    first, second = as_staff.open(address), as_manager.open(address)
    first.submit(**{"attendees-0-role": "excused"})

    page = second.submit(**{"attendees-1-represented_by": "Il Sindaco"})

    assert "Qualcun altro ha modificato" in page.text
    assert {a.role for a in _only().attendances} == {AttendanceRole.EXCUSED, AttendanceRole.PRESENT}


def test_whoever_was_added_meanwhile_stays_on_the_attendance_sheet(
    as_staff: Browser, as_manager: Browser
) -> None:
    page = _log(as_staff)
    sheet = as_staff.open(page.link("Presenze"))
    rho = factories.stakeholder("Comune di Rho").id
    edit = as_manager.open(f"{LIST}/{_only().id}/modifica")
    edit.submit(stakeholders=[*(str(a.stakeholder_id) for a in _only().attendances), str(rho)])

    refused = sheet.submit(**{"attendees-0-role": "excused"})
    refused.submit(**{"attendees-0-role": "excused"})

    assert rho in {a.stakeholder_id for a in _only().attendances}


def test_whoever_was_added_meanwhile_is_shown_before_saving_again(
    as_staff: Browser, as_manager: Browser
) -> None:
    _log(as_staff)
    address = f"{LIST}/{_only().id}/modifica"
    first, second = as_staff.open(address), as_manager.open(address)
    rho = str(factories.stakeholder("Comune di Rho").id)
    first.submit(stakeholders=[*(str(a.stakeholder_id) for a in _only().attendances), rho])

    refused = second.submit(minutes="Verbale della seconda.")

    ticked = refused.soup.select("input[name=stakeholders][checked]")
    assert rho in {box["value"] for box in ticked}


def test_the_same_form_twice_logs_one(as_staff: Browser) -> None:
    form = as_staff.open(f"{LIST}/nuova")

    for _click in range(2):
        form.submit(title="Tavolo", day="2020-02-20", kind="table")

    assert _only().title == "Tavolo"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Scrivere un titolo."),
        ("day", "", "Scrivere il giorno."),
        ("day", "30/2/2020", "Scrivere la data come giorno/mese/anno, per esempio 2/11/2020."),
        ("ends", "15:00", "Non può finire prima di cominciare."),
        ("sections", "art. 1000", "Non si trova nel piano: art. 1000."),
        ("stakeholders", ["999999"], "Scegliere i portatori d’interesse dall’elenco."),
        ("municipality", "999999", "Questa voce non è nell’elenco."),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(
    as_staff: Browser, field: str, value: Any, sentence: str
) -> None:
    page = _log(as_staff, **{field: value})

    assert page.error_of(field) == sentence
    assert not db.session.scalar(sa.select(sa.func.count(Consultation.id)))


def test_the_log_is_narrowed_by_kind_and_phase(as_staff: Browser) -> None:
    assert "Nessuna consultazione è ancora registrata" in as_staff.open(LIST).text
    _log(as_staff)
    _log(as_staff, title="Tavolo con le parti sociali", kind="table", phase="start")

    def titles(**filters: str) -> list[str]:
        return as_staff.open(LIST, **filters).items("tbody .t")

    assert len(titles()) == 2
    assert titles(tipologia="table") == ["Tavolo con le parti sociali"]
    assert titles(fase="listening") == ["Incontro della zona Sud Est"]
    assert "Nessuna consultazione con questi filtri" in as_staff.open(LIST, tipologia="forum").text


def test_private_people_are_not_offered_as_attendants(as_staff: Browser) -> None:
    as_staff.open("/ufficio/soggetti/nuovo").submit(name="Anna Bianchi", type="citizen")

    assert "Anna Bianchi" not in as_staff.open(f"{LIST}/nuova").text
