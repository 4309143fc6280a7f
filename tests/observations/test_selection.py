"""Officers select observations, page on, filter, and act on all of them at once."""

import pytest
import sqlalchemy as sa

from ptm_participation.accounts.models import User
from ptm_participation.core.audit import AuditEntry
from ptm_participation.core.db import db
from ptm_participation.observations import lists, selection, service
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.models import Observation
from ptm_participation.observations.selection import SelectionChanged, TooManySelected
from ptm_participation.observations.workflow import Channel, ObservationState
from ptm_participation.procedure import queries as procedures
from tests import factories
from tests.pages import Browser, Page

LIST = "/ufficio/osservazioni"


def _ticked(page: Page) -> list[str]:
    """The numbers of the rows that are shown as selected."""
    return [
        row.select_one(".ptm-id").get_text()
        for row in page.soup.select("[data-rows] tr")
        if row.select_one("input[name=pick]").has_attr("checked")
    ]


def _box(page: Page, number: int) -> str:
    """The value of a row's box, as a hand would tick it."""
    return str(page.soup.find("input", {"aria-label": f"Scegli la n. {number}"})["value"])


def _said(page: Page) -> str:
    return page.items("[data-picked]")[0]


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lists.list_observations.__kwdefaults__, "size", 2)


@pytest.mark.usefixtures("short_pages")
def test_what_is_ticked_stays_through_pages_and_filters(as_staff: Browser) -> None:
    for channel in (Channel.PEC, Channel.WEB, Channel.PEC, Channel.WEB):
        factories.observation(channel=channel)
    first = as_staff.open(LIST)

    second = first.press("Meno recenti", pick=[_box(first, 4)])
    assert _said(second) == "1 scelta, 1 in un’altra pagina"
    back = second.press("Più recenti", pick=[_box(second, 1)])

    assert (_said(back), _ticked(back)) == ("2 scelte, 1 in un’altra pagina", ["4"])
    assert _ticked(as_staff.open(LIST, canale="pec")) == ["1"]
    chosen = as_staff.open(LIST).follow("Vedi le scelte")
    assert chosen.items("[data-rows] .ptm-id") == ["4", "1"]
    assert chosen.items(".ptm-chip:not(.add)") == ["Scelte da: Istruttrice"]
    assert _said(as_staff.open(LIST).press("Annulla la scelta")) == "0 scelte"


@pytest.mark.usefixtures("short_pages")
def test_a_page_or_all_that_a_filter_finds_is_selected_together(as_staff: Browser) -> None:
    for turn in range(5):
        factories.observation(channel=Channel.WEB if turn == 2 else Channel.PEC)

    page = as_staff.open(LIST, canale="pec").press("Tieni la scelta", whole_page="y")
    assert _said(page) == "2 scelte"
    page = page.press("Tieni la scelta", pick=[])
    assert _said(page) == "0 scelte"

    page = page.press("Scegli tutte le 4 trovate")

    assert page.address == f"{LIST}?canale=pec"
    assert _said(page) == "4 scelte, 2 in altre pagine"
    assert as_staff.open(LIST, scelta="si").heading == "Registro 4 registrazioni"


def test_two_windows_do_not_undo_each_others_ticks(as_staff: Browser) -> None:
    for _turn in range(3):
        factories.observation()
    one, other = as_staff.open(LIST), as_staff.open(LIST)

    one.press("Tieni la scelta", pick=[_box(one, 1)])
    page = other.press("Tieni la scelta", pick=[_box(other, 3)])

    assert _ticked(page) == ["3", "1"]


def test_nobody_sees_or_acts_on_anothers_selection(as_staff: Browser, as_manager: Browser) -> None:
    factories.observation()
    page = as_staff.open(LIST)
    page.press("Tieni la scelta", pick=[_box(page, 1)])

    assert _said(as_manager.open(LIST)) == "0 scelte"
    assert as_manager.open(LIST, scelta="si").heading == "Registro 0 registrazioni"
    assert "Nessuna osservazione è scelta" in as_manager.open(f"{LIST}/scelta/assegna").text


def test_all_that_is_selected_is_assigned_and_stays_selected(
    as_staff: Browser, staff: User
) -> None:
    for _turn in range(3):
        factories.observation()
    as_staff.open(f"{LIST}/ptm/2/assegna").submit(officer=str(staff.id))
    page = as_staff.open(LIST)
    page = page.press("Assegna", pick=[_box(page, 1), _box(page, 2)])
    assert page.heading == "Assegna 2 osservazioni"

    done = page.submit(officer=str(staff.id))

    assert done.heading == "1 osservazione assegnata"
    assert "Ora le segue Ufficio." in done.text
    assert done.items(".ptm-todo li") == ["già assegnate così: n. 2"]
    back = done.follow("Torna al registro")
    assert _ticked(back) == ["2", "1"]
    assert [row[-1] for row in back.rows()] == [
        "Ricevuta",
        "Ricevuta Ufficio",
        "Ricevuta Ufficio",
    ]


def test_of_those_selected_all_that_can_be_are_checked_and_the_rest_is_named(
    as_staff: Browser, staff: User
) -> None:
    factories.observation()
    factories.protocolled(staff)
    service.check_observation(staff, factories.protocolled(staff))
    page = as_staff.open(LIST)

    page = page.press("Segna come verificate", whole_page="y")
    assert page.heading == "Segna 1 osservazione come verificata"
    left = ["senza numero di protocollo: n. 1", "già verificate: n. 3"]
    assert page.items(".ptm-todo li") == left
    done = page.press("Segna come verificat")

    assert done.heading == "1 osservazione verificata"
    assert done.items(".ptm-todo li") == left
    states = db.session.scalars(sa.select(Observation.state).order_by(Observation.number)).all()
    assert states == [
        ObservationState.RECEIVED,
        ObservationState.CHECKED,
        ObservationState.CHECKED,
    ]
    entries = sa.select(AuditEntry.subject_id).where(AuditEntry.action == "observation.checked")
    assert len(db.session.scalars(entries).all()) == 2, "each has its entry in the log"
    assert _ticked(done.follow("Torna al registro")) == ["3", "2", "1"]


def test_a_selection_that_changed_in_another_window_is_looked_at_again(
    as_staff: Browser, staff: User
) -> None:
    for _turn in range(2):
        factories.protocolled(staff)
    page = as_staff.open(LIST)
    seen = page.press("Segna come verificate", pick=[_box(page, 1)])
    page.press("Tieni la scelta", pick=[_box(page, 2)])

    refused = seen.press("Segna come verificat")

    assert "La scelta è cambiata nel frattempo" in refused.text
    assert refused.heading == "Segna 2 osservazioni come verificate"
    made = db.session.scalars(sa.select(Observation)).all()
    assert {row.state for row in made} == {ObservationState.REGISTERED}


def test_a_manager_publishes_and_exports_what_is_selected(
    as_manager: Browser, as_staff: Browser, staff: User, visitor: Browser
) -> None:
    for _turn in range(3):
        service.check_observation(staff, factories.protocolled(staff))
    factories.observation()
    page = as_manager.open(LIST)

    page = page.press("Pubblica", pick=[_box(page, 1), _box(page, 4)])
    assert page.heading == "Pubblica 1 osservazione"
    assert page.items(".ptm-todo li") == ["senza numero di protocollo: n. 4"]
    done = page.press("Pubblica quelle")

    assert visitor.open("/osservazioni").items(".ptm-list .ptm-id") == ["n. 1"]
    assert done.items("[data-rows] .ptm-id") == ["4", "1"]
    csv = as_manager.open("/ufficio/esportazioni/register.csv", scelta="si").response
    assert "Scelte da: Dirigente" in csv.get_data(as_text=True)
    assert "Pubblica" not in as_staff.open(LIST).items(".ptm-bulk .btn")


def test_a_tick_is_kept_at_once_and_the_answer_says_how_many(as_staff: Browser) -> None:
    made = factories.observation()
    page = as_staff.open(LIST)
    token = page.soup.find("input", {"name": "csrf_token"})["value"]

    answer = as_staff.client.post(
        f"{LIST}/scelta",
        data={"csrf_token": token, "pick": made.id, "shown": made.id},
        headers={"Origin": "http://localhost", "Accept": "application/json"},
    )

    assert answer.get_json() == {"said": "1 scelta", "count": 1}


def test_there_is_a_limit_to_what_is_selected(
    as_staff: Browser, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _turn in range(3):
        factories.observation()
    monkeypatch.setattr(selection, "MOST", 2)

    page = as_staff.open(LIST).press("Tieni la scelta", whole_page="y")
    assert "Si possono scegliere al massimo 1.000" in page.text
    assert _said(page) == "0 scelte"
    with pytest.raises(TooManySelected):
        selection.select_found(staff, procedures.get_procedure(), Filter())


def test_a_selection_is_changed_as_it_was_seen(staff: User) -> None:
    made = factories.protocolled(staff)
    procedure = procedures.get_procedure()
    selection.change_selection(staff, procedure, add={made.id, 999}, drop=set())

    assert [row.id for row in selection.picked(procedure, staff)] == [made.id]
    with pytest.raises(SelectionChanged):
        selection.assign_selected(staff, procedure, staff, seen="")
