"""Who works on what, what cannot be read, and what the log tells of both."""

import ast
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

import ptm_participation
from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.core import form_tokens
from ptm_participation.core.audit import SYSTEM
from ptm_participation.core.db import db
from ptm_participation.observations import assignments, history, service
from ptm_participation.observations.assignments import NotOfTheOffice
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import Channel
from tests import factories
from tests.pages import Browser

LIST = "/ufficio/osservazioni"
FIRST = f"{LIST}/ptm/1"


def _numbers(browser: Browser, **filters: object) -> list[str]:
    return browser.open(LIST, **filters).items("[data-rows] .ptm-id")


def _counts(browser: Browser) -> dict[str, str]:
    page = browser.open(LIST)
    names = page.items(".ptm-views a span:first-child")
    return dict(zip(names, page.items(".ptm-views .c"), strict=True))


def test_an_officer_takes_an_observation_and_gives_another_away(
    as_staff: Browser, staff: User
) -> None:
    for _turn in range(3):
        factories.observation()

    taken = as_staff.open(FIRST).press("Prendila tu")
    given = as_staff.open(f"{LIST}/ptm/2").submit(officer=str(staff.id))

    assert "Osservazione assegnata a Istruttrice." in taken.text
    assert "Assegnata a Istruttrice" in taken.items(".ptm-case .facts")[0]
    assert "Assegnata a Ufficio" in given.items(".ptm-case .facts")[0]
    assert _numbers(as_staff, assegnata="io") == ["1"]
    assert _numbers(as_staff, assegnata=staff.id) == ["2"]
    assert _numbers(as_staff, assegnata="nessuno") == ["3"]
    page = as_staff.open(LIST, assegnata=staff.id)
    assert page.items(".ptm-chip:not(.add)") == ["Assegnata a: Ufficio"]
    assert page.rows()[0][-1] == "Ricevuta Ufficio"


def test_the_views_say_what_is_to_be_done(as_staff: Browser, staff: User) -> None:
    factories.observation()
    service.note_unreadable(staff, factories.protocolled(staff), what="Pagina 2.")
    as_staff.open(FIRST).press("Prendila tu")

    counts = _counts(as_staff)

    assert {name: counts[name] for name in ("Mie", "Da assegnare", "Tardive", "Illeggibili")} == {
        "Mie": "1",
        "Da assegnare": "1",
        "Tardive": "0",
        "Illeggibili": "1",
    }
    assert (counts["Da regolarizzare"], counts["Senza protocollo"]) == ("2", "1")
    assert as_staff.open(LIST).follow("Illeggibili").items("[data-rows] .ptm-id") == ["2"]


def test_of_two_officers_the_second_learns_that_it_is_taken(
    as_staff: Browser, as_manager: Browser
) -> None:
    factories.observation()
    late = as_manager.open(FIRST)
    as_staff.open(FIRST).press("Prendila tu")

    refused = late.press("Prendila tu")

    assert "Qualcun altro ha modificato" in refused.error_of("officer")
    assert "Assegnata a Istruttrice" in refused.items(".ptm-case .facts")[0]
    assert "assegnata a Dirigente" in refused.press("Prendila tu").text


@pytest.mark.parametrize("role", [Role.STAKEHOLDER, Role.CONTRIBUTOR])
def test_only_who_works_on_the_register_is_given_observations(
    as_staff: Browser, staff: User, role: Role
) -> None:
    made = factories.observation()
    stranger = accounts.add_user(SYSTEM, email="altri@example.org", name="Altri", role=role)
    closed = accounts.add_user(SYSTEM, email="ex@example.org", name="Ex", role=Role.STAFF)
    accounts.close_account(SYSTEM, closed)

    for who in (stranger, closed):
        with pytest.raises(NotOfTheOffice):
            assignments.assign(staff, [made], who)
    page = as_staff.open(FIRST)

    assert page.items("select[name=officer] option") == ["nessuno", "Istruttrice", "Ufficio"]
    assert db.session.scalars(sa.select(Observation)).one().assigned_to_id is None


def test_what_cannot_be_read_is_said_and_unsaid(as_staff: Browser, staff: User) -> None:
    factories.observation()
    factories.observation()

    page = as_staff.open(FIRST).follow("Qualcosa non si legge")
    assert page.submit(what=" ").error_of("what") == "Scrivere che cosa non si legge."
    page = page.submit(what="La pagina 2 della scansione.")

    assert "Non si legge: La pagina 2 della scansione." in page.text
    assert _numbers(as_staff, leggibile="no") == ["1"]
    assert _numbers(as_staff, leggibile="si") == ["2"]
    assert "Non si legge" in as_staff.open(LIST, leggibile="no").rows()[0][1]
    page.follow("Modifica che cosa non si legge").press("Invece si legge")
    assert _numbers(as_staff, leggibile="no") == []
    assert [row[1] for row in as_staff.open(f"{FIRST}/cronologia").rows()][:2] == [
        "Di nuovo leggibile non si leggeva: «La pagina 2 della scansione.»",
        "Segnata come illeggibile «La pagina 2 della scansione.»",
    ]


def test_a_scan_that_cannot_be_read_is_marked_as_it_is_entered(as_staff: Browser) -> None:
    fields = {
        "channel": "hand",
        "arrived_on": "2020-10-19",
        "type": "citizen",
        "name": "Bruno Rossi",
        "municipality": str(factories.municipality().id),
        "title": "Oggetto",
        "text": "Quel che si legge.",
        "cannot_be_read": "y",
    }
    page = as_staff.open(f"{LIST}/nuova").submit(**fields)
    assert page.error_of("what_cannot") == "Scrivere che cosa non si legge."

    page = page.submit(**fields, what_cannot="Il disegno.")

    assert page.heading == "Registrata con il n. 1"
    assert "Non si legge: Il disegno." in as_staff.open(FIRST).text
    told = as_staff.open(f"{FIRST}/cronologia").rows()
    assert told[0][1] == "Segnata come illeggibile «Il disegno.»"


def test_the_same_letter_sent_again_does_not_bring_back_what_was_settled(staff: User) -> None:
    token = form_tokens.new_token()
    received = factories.received(channel=Channel.HAND)

    def enter() -> Observation:
        return service.enter_observation(
            staff, factories.window(), received, token=token, unreadable="Il disegno."
        )

    made = enter()
    service.note_unreadable(staff, made, what="")
    enter()

    assert made.unreadable == ""


def test_corrections_are_told_with_what_was_before(
    as_staff: Browser, as_manager: Browser, staff: User
) -> None:
    factories.observation(channel=Channel.EMAIL, sections="18", at="2020-10-20T09:00")
    as_staff.open(FIRST).press("Prendila tu")
    as_manager.open(FIRST).press("Prendila tu")
    as_staff.open(f"{FIRST}/classifica").submit(
        title="Soglie",
        type="company",
        municipality=str(factories.municipality("Magenta").id),
        sections="Tav. 6",
    )
    as_staff.open(f"{FIRST}/data").submit(
        counts_on="2020-10-19", hour="10:30", reason="Consegnata a mano."
    )
    as_staff.open(f"{FIRST}/testo").submit(text="Altre parole.")

    page = as_staff.open(f"{FIRST}/cronologia")
    told = [row[1] for row in page.rows()]

    assert told[0] == "Testo di lavoro modificato versione 2, prima era la versione 1"
    assert "La soglia è troppo bassa." in page.follow("versione 1").text
    assert told[1] == (
        "Data che fa fede decisa dall’ufficio Consegnata a mano. 19 ottobre 2020, ore 10:30 "
        "(nei termini), prima era 20 ottobre 2020, ore 09:00 (nei termini)"
    )
    assert told[2].startswith("Classificazione modificata Oggetto: «Soglie», prima era «")
    for words in (
        "Tipo: Impresa, prima era Cittadino",
        "Comune: Magenta, prima era Rho",
        "Articoli e mappe: Tav. 6, prima era art. 18",
    ):
        assert words in told[2]
    assert told[3] == "Assegnazione modificata Dirigente, prima era Istruttrice"
    assert told[4] == "Assegnazione modificata Istruttrice, prima era nessuno"


def test_every_act_on_an_observation_has_its_words_in_the_history() -> None:
    """Read from the source: an act without words would be told by its name in the code."""
    recorded = set()
    for path in Path(ptm_participation.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [
                *(node.args if isinstance(node, ast.Call) and _records(node) else []),
                *([node.value] if isinstance(node, ast.Assign) and _is_action(node) else []),
            ]
            recorded |= {
                constant.value
                for argument in named
                for constant in ast.walk(argument)
                if isinstance(constant, ast.Constant)
                and re.fullmatch(r"observation\.\w+", str(constant.value))
            }

    assert recorded == set(history._DEEDS)


def _records(call: ast.Call) -> bool:
    return ast.unparse(call.func) in {"audit.record", "_record", "_note"}


def _is_action(assignment: ast.Assign) -> bool:
    return [ast.unparse(target) for target in assignment.targets] == ["action"]
