"""A page asks a fixed number of questions, however much there is to show."""

import contextlib
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.access import Role
from ptm_participation.accounts.models import User
from ptm_participation.communications import service as communications
from ptm_participation.communications.models import ContentKind
from ptm_participation.communications.service import Words
from ptm_participation.consultations import service as consultations
from ptm_participation.consultations.models import ConsultationKind
from ptm_participation.consultations.service import Account, Attended
from ptm_participation.core import clock, form_tokens
from ptm_participation.core.db import db
from ptm_participation.observations import (
    assignments,
    codes,
    saved_filters,
    selection,
    service,
)
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import StepKind
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser

# Path, and how many statements it may take (the session of whoever is signed in included).
PUBLIC = {
    "/": 8,
    "/percorso": 8,
    "/piano": 7,
    "/piano?q=suolo&tema=consumo-di-suolo": 10,
    "/piano/nda": 12,
    "/piano/nda?q=art.+18": 15,
    "/piano/nda/art-18": 17,
    "/piano/nda/parte-ii/ramo": 9,
    "/piano/nda/stampa": 9,
    "/osservazioni": 6,
    "/osservazioni/ptm/1": 8,
    "/percorso/vas-0": 8,
    "/osserva": 3,
    "/osserva?procedimento=ptm": 3,
    "/notizie": 3,
    "/privacy": 3,
    "/segui/CODE": 13,
}
OFFICE = {
    "/ufficio/osservazioni": 16,
    "/ufficio/osservazioni/ptm/1": 15,
    "/ufficio/osservazioni/ptm/1/cronologia": 10,
    "/ufficio/osservazioni/nuova": 5,
    "/ufficio/osservazioni/pubblica": 3,
    "/ufficio/osservazioni/scelta/assegna": 4,
    "/ufficio/osservazioni/scelta/verifica": 4,
    "/ufficio/sintesi": 41,
    "/ufficio/sintesi/tabelle": 34,
    "/ufficio/sintesi/mappa": 14,
    "/ufficio/sintesi/mappa?misura=per-10000-abitanti&zona=3": 18,
    "/ufficio/sintesi/mappa.svg": 18,
    "/ufficio/esportazioni": 2,
    "/ufficio/esportazioni/register.csv": 15,
    "/ufficio/esportazioni/consultations.csv": 15,
    "/ufficio/esportazioni/summary.csv": 38,
    "/ufficio/consultazioni": 4,
    "/ufficio/consultazioni/1": 5,
    "/ufficio/consultazioni/nuova": 5,
    "/ufficio/soggetti": 2,
    "/ufficio/soggetti/1": 6,
    "/ufficio/posta": 2,
    "/ufficio/procedimenti": 4,
    "/ufficio/procedimento/vas-0": 7,
    "/ufficio/termini": 6,
    "/ufficio/posta-in-arrivo": 4,
    "/ufficio/protocollo": 4,
    "/ufficio/dati": 11,
    "/ufficio/dati/comuni": 2,
    "/ufficio/dati/sezioni": 2,
    "/ufficio/contenuti": 3,
    "/ufficio/piano/importa": 4,
    "/ufficio/piano/chiusure": 3,
    "/ufficio/piano/temi": 3,
    "/ufficio/piano/sezioni/30/temi": 7,
}
TOKEN = "b" * 32


@contextlib.contextmanager
def statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "SELECT pg_catalog")):
            said.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)


def _add_some(staff: User, manager: User, turn: int) -> None:
    """One more of everything that pages list."""
    procedure = procedures.get_procedure()
    arguments = {"zona": "3", "assegnata": "io"}
    saved_filters.save_filter(
        manager, procedure, name=f"Filtro {turn}", arguments=arguments, shared=False
    )
    body = factories.stakeholder("Comune di Rho" if turn else "Comune di Arese")
    made = factories.protocolled(
        staff,
        token=TOKEN if turn == 0 else None,
        name=f"Comune {turn}",
        type=SubjectType.MUNICIPALITY,
        sections="18; 41; Tav. 6",
        email="comune@example.org",
    )
    service.tie_party(staff, made.submitter, body)
    service.write_working_text(staff, made, text=f"Testo {turn}", base_version=1)
    service.publish(staff, [made])
    last = factories.protocolled(staff, sections="18", place="Rho")
    assignments.assign(staff, [made, last], manager)
    selection.change_selection(manager, procedure, add={made.id, last.id}, drop=set())
    consultations.log_consultation(
        staff,
        procedure,
        Account(
            kind=ConsultationKind.MEETING,
            phase=StepKind.LISTENING,
            title=f"Incontro {turn}",
            starts_at=clock.parse_instant("2020-10-01T18:00"),
            attended=(Attended(body.id), Attended(factories.stakeholder("WWF").id)),
            section_ids=(factories.section("18").id, factories.section("Tav. 6").id),
        ),
        token=form_tokens.new_token(),
    )
    factories.window_of(factories.procedure("vas-2006", f"vas-{turn}"))
    news = communications.draft_content(
        staff,
        procedure,
        ContentKind.NEWS,
        Words(f"Notizia {turn}", "Testo."),
        token=form_tokens.new_token(),
    )
    communications.publish_content(staff, news)


def _ask(browser: Browser, path: str) -> int:
    address = path.replace("CODE", codes.code_of(TOKEN))
    with statements() as said:
        page = browser.open(address)
    assert page.status == 200, path
    return len(said)


def test_no_page_asks_more_where_there_is_more(
    app: Flask, visitor: Browser, as_manager: Browser, staff: User
) -> None:
    manager = db.session.scalars(sa.select(User).filter_by(role=Role.MANAGER)).one()
    _add_some(staff, manager, 0)
    readers = {**dict.fromkeys(PUBLIC, visitor), **dict.fromkeys(OFFICE, as_manager)}
    for path, reader in readers.items():  # what is asked once a process is asked here
        _ask(reader, path)
    few = {path: _ask(reader, path) for path, reader in readers.items()}
    for turn in range(1, 6):
        _add_some(staff, manager, turn)
    many = {path: _ask(reader, path) for path, reader in readers.items()}

    grown = {path: (few[path], many[path]) for path in few if few[path] != many[path]}
    costly = {path: many[path] for path in many if many[path] > {**PUBLIC, **OFFICE}[path]}
    assert grown == {}
    assert costly == {}
