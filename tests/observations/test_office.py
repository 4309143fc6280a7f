"""Officers read the register, and work on what came in without altering it."""

import datetime as dt

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.db import db
from ptm_participation.core.errors import WrongState
from ptm_participation.observations import lists, service
from ptm_participation.observations.lists import Filter
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.workflow import (
    OBSERVATION_WORKFLOW,
    Channel,
    ObservationState,
    Regularity,
)
from ptm_participation.procedure import queries as procedures
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser

LIST = "/ufficio/osservazioni"
FIRST = f"{LIST}/ptm/1"


def _numbers(browser: Browser, **filters: object) -> list[str]:
    page = browser.open(LIST, **filters)
    return [row[0] for row in page.rows()] if page.soup.find("table") else []


def test_the_worklist_shows_the_latest_first_and_an_empty_one_says_so(as_staff: Browser) -> None:
    assert "Nessuna osservazione registrata. La prima comparirà qui." in as_staff.open(LIST).text

    factories.observation(at="2020-10-01T09:00", name="Prima")
    factories.observation(at="2020-10-02T09:00", name="Seconda")

    page = as_staff.open(LIST)
    assert page.heading == "Registro 2 registrazioni"
    assert [row[0] for row in page.rows()] == ["2", "1"]


def test_each_filter_finds_its_own_and_says_itself(as_staff: Browser) -> None:
    factories.observation(name="Anna Bianchi", place="Rho", sections="18")
    factories.observation(
        name="Comune di Magenta",
        type=SubjectType.MUNICIPALITY,
        place="Magenta",
        sections="41; Tav. 6",
        channel=Channel.PEC,
        reasons="Ambito agricolo da riperimetrare.",
    )
    with clock.at("2020-11-05T10:00"):
        factories.observation(name="Legambiente", type=SubjectType.ASSOCIATION, place=None)
    municipality = factories.municipality("Magenta")

    found = {
        words: _numbers(as_staff, **{key: value})
        for words, key, value in [
            ("Comune", "comune", municipality.id),
            ("outside", "comune", "fuori"),
            ("zone", "zona", municipality.zone_id),
            ("type", "tipo", "citizen"),
            ("group", "gruppo", SubjectType.ASSOCIATION.group.value),
            ("late", "nei-termini", "no"),
            ("channel", "canale", "pec"),
            ("section", "articolo", factories.section("41").provision_id),
            ("words", "q", "AMBITO riperimetrare"),
            ("name", "q", "bianchi"),
            ("number", "q", "2"),
            ("since", "dal", "2020-11-01"),
            ("until", "al", "2020-10-31"),
        ]
    }
    chips = as_staff.open(LIST, zona=municipality.zone_id, q="ambito").items(".ptm-chip")

    assert found == {
        "Comune": ["2"],
        "outside": ["3"],
        "zone": ["2"],
        "type": ["1"],
        "group": ["3"],
        "late": ["3"],
        "channel": ["2"],
        "section": ["2"],
        "words": ["2"],
        "name": ["1"],
        "number": ["2"],
        "since": ["3"],
        "until": ["2", "1"],
    }
    assert chips[:2] == ["Parole: ambito", "Zona: Magentino e Abbiatense"]


def test_a_further_filter_keeps_those_already_there(as_staff: Browser, staff: User) -> None:
    factories.observation(channel=Channel.PEC)
    settled = factories.observation(channel=Channel.PEC)
    service.regularise(staff, settled, how="Copia firmata.")
    section = factories.section("18").provision_id

    page = as_staff.open(LIST, regolarita="to-regularise", articolo=section)
    page = page.submit(canale="pec")

    assert page.items(".ptm-chip:not(.add)") == [
        "Autore: Da regolarizzare",
        "Canale: PEC",
        "Sezione: art. 18",
    ]
    assert [row[0] for row in page.rows()] == ["1"]
    page = page.submit(regolarita="regularised")
    assert [row[0] for row in page.rows()] == ["2"]


def test_a_filter_named_like_an_order_to_the_program_is_no_order(as_manager: Browser) -> None:
    factories.observation()

    page = as_manager.open(LIST, endpoint="site.home", _anchor="altrove", stato="received")

    assert page.status == 200
    assert page.link("Pubblica").endswith(f"{LIST}/pubblica?stato=received")
    assert page.follow("Pubblica").status == 200


def test_a_filter_that_means_nothing_is_said_and_left_out(as_staff: Browser) -> None:
    factories.observation()

    page = as_staff.open(LIST, zona="ovunque", dal="31/02/2020", stato="persa")

    assert len(page.rows()) == 1
    assert page.items(".ptm-chip:not(.add)") == []
    assert page.items(".ptm-todo") == [
        "«persa» non è un valore di questo filtro: è stato tralasciato.",
        "«ovunque» non è un valore di questo filtro: è stato tralasciato.",
        "«31/02/2020» non è un valore di questo filtro: è stato tralasciato.",
    ]


def test_dates_the_wrong_way_round_are_exchanged(as_staff: Browser) -> None:
    factories.observation(at="2020-10-10T09:00")

    page = as_staff.open(LIST, dal="2020-10-20", al="2020-10-01")

    assert len(page.rows()) == 1
    assert "le date sono state scambiate" in page.text


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_paging_there_and_back_shows_each_observation_once(staff: User, size: int) -> None:
    """Also where several arrived in the same instant."""
    for hour in (9, 8, 9, 9, 10, 8, 9):
        factories.observation(at=f"2020-10-01T{hour:02}:00")
    procedure = procedures.get_procedure()

    def page(**cursor: str) -> lists.PageOf:
        return lists.list_observations(procedure, Filter(), seen_by=staff, size=size, **cursor)

    pages = [page()]
    while pages[-1].after is not None:
        pages.append(page(after=pages[-1].after))
    back = pages[-1]
    for expected in pages[-2::-1]:
        assert back.before is not None
        back = page(before=back.before)
        assert back.rows == expected.rows

    assert [row.number for one in pages for row in one.rows] == [5, 7, 4, 3, 1, 6, 2]
    assert back.before is None


def test_a_made_up_cursor_shows_the_first_page(as_staff: Browser) -> None:
    factories.observation()

    for cursor in ("~", "domani~1", "2020-10-01T00:00:00+00:00~x", "x" * 500):
        assert len(as_staff.open(LIST, dopo=cursor).rows()) == 1
        assert len(as_staff.open(LIST, prima=cursor).rows()) == 1


def test_the_jump_box_goes_to_a_number_an_article_or_the_words(as_staff: Browser) -> None:
    factories.observation(name="Anna Bianchi")
    factories.observation(name="Bruno Rossi")

    assert as_staff.open("/ufficio/vai", q="2").address.startswith(f"{LIST}/ptm/2")
    assert [row[0] for row in as_staff.open("/ufficio/vai", q="rossi").rows()] == ["2"]
    page = as_staff.open("/ufficio/vai", q="art. 18")
    assert page.heading == "Registro 2 registrazioni"
    assert page.items(".ptm-chip:not(.add)") == ["Sezione: art. 18"]
    assert page.follow("Leggi l’art. 18").heading.startswith("Art. 18.")


def test_words_find_a_comune_and_the_sections_that_they_cite(as_staff: Browser) -> None:
    factories.observation(place="Rho", sections="18", reasons="Il verde.")
    factories.observation(place="Magenta", sections="41; Tav. 6", reasons="Il suolo.")
    factories.observation(place=None, sections="26", reasons="L'articolo 18 non c'entra.")

    assert _numbers(as_staff, q="rho") == ["1"]
    assert _numbers(as_staff, q="suolo magenta") == ["2"]
    assert _numbers(as_staff, q="verde magenta") == []
    assert _numbers(as_staff, q="art. 18") == ["1"]
    assert _numbers(as_staff, q="tav. 6; 18") == ["2", "1"]
    assert _numbers(as_staff, q="18") == [], "a bare number is an observation's"


def test_the_original_stands_beside_the_working_text(as_staff: Browser) -> None:
    made = factories.observation(reasons="La mia casa in via Roma 5 è dentro l'ambito.")
    page = as_staff.open(f"{FIRST}/testo")

    page = page.submit(text="La casa del proponente è dentro l'ambito.")

    assert "La mia casa in via Roma 5" in page.text
    assert "Testo di lavoro, versione 2" in page.text
    assert page.items(".callout.success") == ["Testo di lavoro salvato."]
    assert "La casa del proponente" in page.text
    db.session.refresh(made)
    assert "via Roma 5" in made.submission.text


def test_two_officers_do_not_overwrite_each_other(as_staff: Browser, as_manager: Browser) -> None:
    factories.observation()
    mine, theirs = as_staff.open(f"{FIRST}/testo"), as_manager.open(f"{FIRST}/testo")
    mine.submit(text="Prima versione dell'ufficio.")

    page = theirs.submit(text="Versione scritta nello stesso momento.")

    assert "Qualcun altro ha modificato questi dati nel frattempo" in page.text
    assert "Prima versione dell'ufficio." in page.text
    assert "Versione scritta nello stesso momento." in page.form_with("text").get_text()
    made = db.session.scalars(sa.select(Observation)).one()
    assert made.working_text.text == "Prima versione dell'ufficio."


def test_the_protocol_and_the_check_move_an_observation_on(as_staff: Browser) -> None:
    factories.observation()

    page = as_staff.open(f"{FIRST}/protocollo").submit(number="0187643", on="2020-10-20")
    assert "0187643 del 20 ottobre 2020" in page.text
    assert page.items(".callout.success") == ["Numero di protocollo salvato."]
    assert page.items(".ptm-steps li") == [
        "Ricevuta 20 ott, fatto",
        "Protocollata 20 ott, stato attuale",
        "In esame, ancora da fare",
        "Decisa, ancora da fare",
        "Pubblicata, ancora da fare",
    ]

    page = page.press("Verificata: passa all’esame")
    assert "segnata come verificata" in page.text
    assert page.items(".ptm-steps .now") == ["In esame 20 ott, stato attuale"]
    made = db.session.scalars(sa.select(Observation)).one()
    assert made.state is ObservationState.CHECKED


@given(st.lists(st.sampled_from(list(ObservationState)), max_size=6))
def test_no_order_of_steps_skips_the_protocol(wanted: list[ObservationState]) -> None:
    class Case:
        state = ObservationState.RECEIVED

    case, walked = Case(), [ObservationState.RECEIVED]
    for following in wanted:
        try:
            OBSERVATION_WORKFLOW.advance(case, following)
        except WrongState:
            assert case.state is walked[-1]
        else:
            walked.append(following)

    assert walked == list(ObservationState)[: len(walked)]


@pytest.mark.parametrize(
    ("number", "on", "field", "sentence"),
    [
        ("", "2020-10-20", "number", "Scrivere il numero."),
        ("1", "", "on", "Scrivere la data."),
        ("1", "20 ottobre", "on", "Scrivere la data come giorno/mese/anno, per esempio 2/11/2020."),
        ("1", "2020-12-01", "on", "Questa data deve ancora venire."),
        ("9" * 41, "2020-10-20", "number", "Al massimo 40 caratteri."),
    ],
)
def test_a_protocol_that_cannot_be_is_refused(
    as_staff: Browser, number: str, on: str, field: str, sentence: str
) -> None:
    made = factories.observation()

    page = as_staff.open(f"{FIRST}/protocollo").submit(number=number, on=on)

    assert page.error_of(field) == sentence
    db.session.refresh(made)
    assert made.state is ObservationState.RECEIVED


def test_the_office_may_decide_that_another_day_counts_and_says_why(as_staff: Browser) -> None:
    made = factories.observation(channel=Channel.EMAIL, at="2020-10-20T09:00")
    future = as_staff.open(f"{FIRST}/data").submit(
        counts_on="2020-11-02", hour="", reason="Così risulta."
    )
    assert future.error_of("counts_on") == "Questa data deve ancora venire."
    silent = future.submit(counts_on="2020-10-19", hour="", reason="")
    assert silent.error_of("reason") == "Scrivere perché fa fede un’altra data."

    page = silent.submit(counts_on="2020-10-19", hour="10:30", reason="Consegnata a mano prima.")

    assert "19 ottobre 2020, ore 10:30" in page.text
    assert page.items(".callout.success") == ["Data che fa fede salvata."]
    assert "Consegnata a mano prima." in page.text
    db.session.refresh(made)
    assert clock.rome(made.submission.counts_at).date() == dt.date(2020, 10, 20)


def test_no_day_before_the_opening_can_count(as_staff: Browser) -> None:
    factories.observation()

    page = as_staff.open(f"{FIRST}/data").submit(counts_on="1900-01-01", reason="Errore.")

    assert page.error_of("counts_on") == "Le osservazioni non sono ancora aperte."


def test_a_protocol_number_given_twice_is_pointed_out(as_staff: Browser, staff: User) -> None:
    first = factories.protocolled(staff)
    factories.observation()

    page = as_staff.open("/ufficio/osservazioni/ptm/2/protocollo").submit(
        number=first.protocol_number, on="2020-10-20"
    )

    assert "Lo stesso numero è anche della n. 1" in page.text


def test_a_classification_does_not_undo_anothers(as_staff: Browser, as_manager: Browser) -> None:
    made = factories.observation()
    first, second = (b.open(f"{FIRST}/classifica") for b in (as_staff, as_manager))
    first.submit(title="Il titolo della prima")

    page = second.submit(type="company")
    assert "Qualcun altro ha modificato" in page.error_of("title")
    page.submit(type="company")

    db.session.refresh(made)
    assert made.subject_type is SubjectType.COMPANY


def test_an_author_is_regularised_with_the_way_it_was_done(as_staff: Browser) -> None:
    made = factories.observation()
    assert made.regularity is Regularity.TO_REGULARISE

    page = as_staff.open(f"{FIRST}/regolarizza").submit(how="Copia firmata giunta via PEC.")

    assert "Regolarizzato: Copia firmata giunta via PEC." in page.text
    assert page.items(".callout.success") == ["Autore regolarizzato."]
    again = as_staff.open(f"{FIRST}/regolarizza").submit(how="Di nuovo.")
    assert again.status == 409


def test_an_observation_is_filed_under_other_sections_and_keeps_its_own(as_staff: Browser) -> None:
    made = factories.observation(sections="18")
    before = made.anchors[0].anchor_id

    unknown = as_staff.open(f"{FIRST}/classifica").submit(sections="18; 999; Tav. 77")
    assert unknown.error_of("sections") == "Non si trova nel piano: 999; Tav. 77."
    page = unknown.submit(sections="art. 18; Tav. 6", title="Soglie e ambiti agricoli")

    assert page.text.count("Tav. 6") >= 1
    assert page.items(".callout.success") == ["Classificazione salvata."]
    db.session.expire_all()
    assert {link.anchor.section_version.brief for link in made.anchors} == {"art. 18", "Tav. 6"}
    assert before in {link.anchor_id for link in made.anchors}
    assert [a.section_version.brief for a in made.submission.requests[0].anchors] == ["art. 18"]


def test_a_declared_party_is_tied_to_a_stakeholder_and_stays_as_declared(
    as_staff: Browser,
) -> None:
    made = factories.observation(
        name="COMUNE DI RHO - Ufficio tecnico", type=SubjectType.MUNICIPALITY, place="Rho"
    )
    rho = factories.stakeholder("Comune di Rho")
    page = as_staff.open(FIRST).follow("Collega a un portatore")
    page = page.press("Cerca", q="rho")

    page = page.submit(stakeholder=str(rho.id))

    assert "COMUNE DI RHO - Ufficio tecnico" in page.text
    assert "Corrisponde a Comune di Rho" in page.text
    assert page.items(".callout.success") == [
        "COMUNE DI RHO - Ufficio tecnico è collegato a Comune di Rho."
    ]
    assert "n. 1" in as_staff.open(page.link("Comune di Rho")).text
    db.session.refresh(made)
    assert made.submitter.name == "COMUNE DI RHO - Ufficio tecnico"


def test_the_history_tells_who_did_what(as_staff: Browser, staff: User) -> None:
    made = factories.observation()
    service.record_protocol(staff, made, Protocol("77", clock.today()))

    page = as_staff.open(f"{FIRST}/cronologia")

    assert "Ufficio, Personale dell’ufficio" in page.text
    assert "77" in page.text


def test_a_corrected_protocol_number_is_told_with_the_one_before(
    as_staff: Browser, staff: User
) -> None:
    made = factories.observation()
    service.record_protocol(staff, made, Protocol("77", clock.today()))
    service.record_protocol(staff, made, Protocol("78", clock.today()))

    told = as_staff.open(f"{FIRST}/cronologia").rows()

    assert told[0][1] == (
        "Numero di protocollo modificato 78 del 20 ottobre 2020, prima era 77 del 20 ottobre 2020"
    )
    assert told[1][1] == "Numero di protocollo inserito 77 del 20 ottobre 2020"


def test_earlier_versions_of_the_working_text_can_be_read(as_staff: Browser, staff: User) -> None:
    made = factories.observation(reasons="Le prime parole.")
    service.write_working_text(staff, made, text="Le seconde parole.", base_version=1)
    service.write_working_text(staff, made, text="Le terze parole.", base_version=2)

    second = as_staff.open(f"{FIRST}/cronologia").follow("versione 2")

    assert second.heading == "Testo di lavoro, versione 2"
    assert "Le seconde parole." in second.text
    assert "Le terze parole." not in second.text
    assert "Le prime parole." in as_staff.open(FIRST).follow("versione 1").text
    assert as_staff.open(f"{FIRST}/testo/4").status == 404


def test_a_file_is_only_ever_a_download(as_staff: Browser, visitor: Browser) -> None:
    from tests.observations.test_submission import _as_citizen, _ask, _send, _start, _with_file

    _send(_as_citizen(_ask(_with_file(_start(visitor), "mappa.pdf", factories.PDF_BYTES))))
    link = as_staff.open(FIRST).link("mappa.pdf")

    answer = as_staff.open(link).response

    assert answer.data == factories.PDF_BYTES
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert visitor.open(link).heading == "Accedi"
