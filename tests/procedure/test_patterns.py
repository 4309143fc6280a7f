"""Patterns, and procedures opened from them."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar

from ptm_participation.accounts.models import User
from ptm_participation.core.audit import AuditEntry, AuditStream
from ptm_participation.core.db import db
from ptm_participation.core.reference import Verification
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import Audience, Procedure, Register, Step
from ptm_participation.procedure.patterns import Pattern, patterns
from ptm_participation.reference import service as reference
from tests import factories
from tests.commands import ptm
from tests.pages import Browser

# Terms in days as the law gives them, by pattern and step (process.md, A and B).
TERMS = {
    "ptm": {
        "parere-conferenza": 90,
        "deposito": 30,
        "termine": 60,
        "regione-verifica": 120,
        "controdeduzioni": 120,
    },
    "vas-2006": {"scoping": 90, "consultazione": 60, "parere-motivato": 90},
    "vas-2021": {"scoping": 45, "consultazione": 45, "parere-motivato": 45},
    "sttm": {},
}
TERMS["variante"] = TERMS["ptm"]


def _actions(stream: str) -> list[str]:
    entries = sa.select(AuditEntry.action).join(AuditStream, AuditStream.id == AuditEntry.stream_id)
    return list(
        db.session.scalars(entries.where(AuditStream.key == stream).order_by(AuditEntry.seq))
    )


@pytest.mark.parametrize("pattern", patterns().values(), ids=patterns())
def test_each_pattern_says_its_ground_or_that_it_is_to_verify(pattern: Pattern) -> None:
    doubtful = {s.code for s in pattern.steps if s.verification is Verification.TO_VERIFY}
    codes = {step.code for step in pattern.steps}

    assert {s.code: s.term_days for s in pattern.steps if s.term_days} == TERMS[pattern.code]
    assert {step.code for step in pattern.steps if not step.ground} <= doubtful
    assert all(window.ground or window.to_verify for window in pattern.windows)
    assert all(step.counts_from in codes for step in pattern.steps if step.counts_from)
    assert {window.register for window in pattern.windows} <= set(pattern.registers)
    assert pattern.validity
    assert len(codes) == len(pattern.steps)
    assert [s.stage for s in pattern.steps] == sorted(
        (s.stage for s in pattern.steps), key=list(type(pattern.steps[0].stage)).index
    )


def test_what_is_to_verify_in_a_pattern_stays_so() -> None:
    doubtful = {
        code: {s.code for s in pattern.steps if s.verification is Verification.TO_VERIFY}
        for code, pattern in patterns().items()
    }

    assert {"parere-conferenza", "burl-deposito", "regione-richieste"} <= doubtful["ptm"]
    assert {"controdeduzioni", "correzioni"} <= doubtful["ptm"]
    assert "termine" not in doubtful["ptm"]
    assert {"scoping", "consultazione", "parere-motivato"} <= doubtful["vas-2021"]
    assert not {"scoping", "consultazione"} & doubtful["vas-2006"]
    for code in ("sttm", "variante"):
        assert len(doubtful[code]) == len(patterns()[code].steps)


@pytest.mark.parametrize("code", patterns())
def test_a_procedure_is_opened_of_each_pattern(as_manager: Browser, code: str) -> None:
    pattern = patterns()[code]
    start = as_manager.open("/ufficio/procedimenti").follow("Apri un procedimento")
    form = start.submit(modello=code)
    assert form.error_of("title") == ""

    page = form.submit(title="Un procedimento nuovo", case_file="1/2026")

    assert page.heading == "Un procedimento nuovo"
    made = procedures.get_procedure("un-procedimento-nuovo")
    assert (made.plan.code, made.edition.label, made.position) == ("ptm", "adottata", 2)
    assert [step.code for step in made.steps] == [step.code for step in pattern.steps]
    assert not any(step.starts_on for step in made.steps)
    assert [r.kind for r in procedures.list_registers(made)] == list(pattern.registers)
    assert page.text.count("data non ancora nota") == len(pattern.steps)
    assert _actions(made.stream) == ["procedure.opened"]
    listed = as_manager.open("/ufficio/procedimenti")
    assert "Ancora da avviare." in listed.text


def test_a_procedure_is_opened_once_and_its_code_is_nobody_elses(as_manager: Browser) -> None:
    empty = as_manager.open("/ufficio/procedimenti/nuovo").submit(has="modello")
    assert empty.errors == ["Scegliere di quale procedimento si tratta."]
    form = as_manager.open("/ufficio/procedimenti/nuovo?modello=vas-2006")

    assert form.submit(title="").error_of("title") == "Scrivere il titolo."
    taken = form.submit(title="Un altro", code="ptm")
    wrong = form.submit(title="Un altro", code="Il PTM!")
    first = form.submit(title="VAS del piano", code="ptm-vas")
    again = form.submit(title="VAS del piano", code="ptm-vas")

    assert taken.error_of("code") == "Esiste già un procedimento «ptm»."
    assert "lettere minuscole" in wrong.error_of("code")
    assert first.heading == again.heading == "VAS del piano"
    assert db.session.scalar(sa.select(sa.func.count(Procedure.id))) == 2
    slugs = db.session.scalars(sa.select(Register.slug).order_by(Register.id)).all()
    assert slugs == ["ptm", "ptm-vas", "ptm-vas-2"]


def test_the_command_line_opens_and_lists_procedures(app: Flask) -> None:
    made = ptm(
        app,
        *("procedure", "add", "sttm", "--code", "sttm-1", "--title", "STTM 1"),
        *("--plan", "ptm", "--edition", "approvata"),
    )
    nowhere = ptm(
        app,
        *("procedure", "add", "sttm", "--code", "x", "--title", "x"),
        *("--plan", "ptm", "--edition", "mai"),
    )

    assert made.output == "sttm-1\n"
    assert (nowhere.exit_code, "«mai»" in nowhere.output) == (1, True)
    lines = ptm(app, "procedure", "list").output.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["ptm", "sttm-1"]
    assert {
        line.split("\t")[0] for line in ptm(app, "procedure", "patterns").output.splitlines()
    } == (set(patterns()))


def test_a_step_still_to_come_is_on_the_path_and_in_no_calendar(
    as_manager: Browser, visitor: Browser, manager: User
) -> None:
    made = factories.procedure("vas-2006", "vas", title="VAS del PTM")
    for address in ("/percorso/vas", "/percorso/vas.ics"):
        assert visitor.open(address).status == 404  # the office still prepares it
    assert "VAS del PTM" not in visitor.open("/osservazioni").text
    path = as_manager.open("/percorso/vas")
    assert path.heading == "Il percorso: VAS del PTM"
    assert path.text.count("data non ancora nota") == len(made.steps)
    assert "Consultazione pubblica" in path.items("h2")
    notice = db.session.scalars(
        sa.select(Step).filter_by(procedure_id=made.id, code="deposito")
    ).one()

    office = as_manager.open(f"/ufficio/dati/calendario/{notice.id}")
    refused = office.submit(ends_on="2020-09-02")
    saved = office.submit(starts_on="2020-09-02", act="Avviso di prova")

    assert "ha anche il primo" in refused.text
    assert saved.heading == "VAS del PTM"
    told = visitor.open("/percorso/vas")
    assert "Avviso di prova" in told.text
    assert "il termine finirebbe lunedì 2 novembre 2020" in told.text
    feed = Calendar.from_ical(visitor.open("/percorso/vas.ics").response.data)
    events = feed.walk("VEVENT")
    assert [event["dtstart"].dt for event in events] == [dt.date(2020, 9, 2)]
    assert events[0]["url"] == "http://localhost/percorso/vas"


def test_the_foreseen_window_is_opened_with_its_notice_and_act(as_manager: Browser) -> None:
    made = factories.procedure("vas-2006", "vas")
    form = as_manager.open("/ufficio/procedimento/vas").follow("Consultazione pubblica")
    assert "60 giorni dopo l'avviso di deposito" in form.text.replace("\u2019", "'")

    page = form.submit(notice_on="2020-09-02", act="Avviso di deposito della VAS")

    assert page.address == "/ufficio/termini?procedimento=vas"
    (window,) = procedures.list_windows(procedures.get_procedure("vas"))
    assert (window.audience, window.term_days) == (Audience.EVERYONE, 60)
    assert window.last_day is None
    assert "lunedì 2 novembre 2020" in page.text
    assert made.code == "vas"


def test_the_first_of_the_procedures_is_chosen_by_a_manager(
    as_manager: Browser, as_staff: Browser, visitor: Browser
) -> None:
    factories.procedure("sttm", "sttm", title="STTM 1")
    assert "STTM 1" not in visitor.open("/").text
    assert "Metti in evidenza" not in as_staff.open("/ufficio/procedimenti").text

    as_manager.open("/ufficio/procedimenti").press("Metti in evidenza")

    assert [p.code for p in procedures.list_procedures()] == ["sttm", "ptm"]
    assert procedures.get_procedure().code == "sttm"
    assert visitor.open("/percorso").follow("Piano Territoriale Metropolitano").heading == (
        "Il percorso: Piano Territoriale Metropolitano"
    )
    assert _actions("procedure/sttm") == ["procedure.opened", "procedure.put_first"]


def test_a_correction_of_one_procedure_leaves_the_pattern_and_the_others(manager: User) -> None:
    one, other = factories.procedure("ptm", "uno"), factories.procedure("ptm", "due")

    reference.correct(manager, one.steps[0], {"ground": "Altro fondamento"})

    assert other.steps[0].ground == patterns()["ptm"].steps[0].ground != "Altro fondamento"
