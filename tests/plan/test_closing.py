"""What is closed to observations says so, is refused by the form, and is filed by the office."""

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core import clock
from ptm_participation.core.audit import SYSTEM, AuditEntry
from ptm_participation.core.db import db
from ptm_participation.observations.models import Observation
from ptm_participation.observations.workflow import Channel
from ptm_participation.plan import closing
from ptm_participation.plan.closing import ClosedAlready, ClosedToObservations, closed_among
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import Closing, SectionVersion
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from tests import factories
from tests.pages import Browser

REASON = "Materia decisa da un accordo di programma"


def _close(reference: str = "18", *, from_on: dt.date | None = None) -> Closing:
    section = factories.section(reference)
    return closing.close_to_observations(
        SYSTEM,
        section.document,
        section,
        reason=REASON,
        act="Decreto 5/2020",
        from_on=from_on or clock.today(),
    )


def _close_document(reference: str = "Tav. 6") -> None:
    document = factories.section(reference).document
    closing.close_to_observations(
        SYSTEM, document, None, reason=REASON, act="", from_on=clock.today()
    )


def _count() -> int:
    return db.session.scalar(sa.select(sa.func.count(Observation.id))) or 0


@pytest.fixture
def norms(app: Flask) -> None:
    factories.norms_with_commi()


def test_why_an_office_s_draft_is_closed_only_the_office_reads(
    norms: None, visitor: Browser, staff: User
) -> None:
    norms_ = factories.section("18").document
    nodes = [Node(SectionKind.ARTICLE, "1", "Bozza", "Testo.")]
    import_text(SYSTEM, norms_, "bozza", nodes, source="prova")
    drafted = db.session.scalars(
        sa.select(SectionVersion).where(SectionVersion.heading == "Bozza")
    ).one()
    closing.close_to_observations(
        SYSTEM, norms_, drafted, reason="Segreto", act="", from_on=clock.today()
    )

    page = visitor.open("/osserva", sezione=drafted.id)

    assert page.status == 200
    assert "Segreto" not in page.text


def test_a_closed_section_and_what_it_holds_are_refused_with_the_reason(norms: None) -> None:
    before = factories.observation(sections="18 c. 1")
    _close("18")

    for sections in ("18", "18 c. 1", "41; 18 c. 2"):
        with pytest.raises(
            ClosedToObservations, match=r"Art\. 18.*non prende osservazioni.*accordo"
        ):
            factories.observation(sections=sections)
    factories.observation(sections="41")

    assert _count() == 2
    assert before.number == 1


def test_a_closed_document_is_closed_with_all_its_sections_and_no_other(app: Flask) -> None:
    _close_document("Tav. 6")

    with pytest.raises(ClosedToObservations):
        factories.observation(sections="Tav. 6")
    factories.observation(sections="18")


def test_a_closing_to_come_refuses_nothing_before_its_day(app: Flask) -> None:
    _close("18", from_on=clock.today() + dt.timedelta(days=3))

    factories.observation(sections="18")

    section = factories.section("18")
    assert closed_among([section.id]) == {}
    assert section.id in closed_among([section.id], clock.today() + dt.timedelta(days=3))


def test_what_is_closed_is_closed_once_and_may_be_closed_again(app: Flask, staff: User) -> None:
    made = _close("18")
    with pytest.raises(ClosedAlready):
        _close("18")

    closing.reopen_to_observations(staff, made, because="Accordo non firmato.")
    factories.observation(sections="18")
    _close("18")

    actions = db.session.scalars(
        sa.select(AuditEntry.action).filter_by(subject_type="closing").order_by(AuditEntry.id)
    ).all()
    shut, reopened = "plan.closed_to_observations", "plan.reopened_to_observations"
    assert actions == [shut, reopened, shut]


def test_the_office_closes_a_section_and_its_page_says_so(
    as_staff: Browser, visitor: Browser
) -> None:
    page = as_staff.open("/piano/nda/art-18").follow("Chiudi alle osservazioni")
    empty = page.submit(reason="")
    done = empty.submit(reason=REASON + ".", act="Decreto 5/2020", from_on="20/10/2020")

    assert empty.error_of("reason") == "Scrivi il motivo della chiusura: lo leggono tutti."
    assert done.rows("Chiusure")[0][0].startswith("Art. 18")
    shown = visitor.open("/piano/nda/art-18")
    assert all(words in shown.text for words in (REASON, "Decreto 5/2020", "Dal 20 ottobre 2020"))
    assert shown.items(".ptm-tree .cur .ptm-tag") == ["chiuso"]
    assert "Osserva l’art. 18" not in shown.text
    reopened = done.follow("Riapri art. 18").submit(because="Accordo non firmato.")
    assert "Riaperta" in reopened.rows("Chiusure")[0][2]
    assert REASON not in visitor.open("/piano/nda/art-18").text


def test_the_form_says_why_a_section_cannot_be_chosen(visitor: Browser) -> None:
    section_id = factories.section("18").id
    began = visitor.open("/osserva", procedimento="ptm", sezione=section_id).press(
        "Comincia a scrivere"
    )
    _close("18")

    start = visitor.open("/osserva", procedimento="ptm", sezione=section_id)
    choosing = visitor.open(began.address.replace("richieste", "su-che-cosa"), q="art. 18")
    check = visitor.open(began.address.replace("richieste", "controlla"))

    sentence = f"Art. 18 non prende osservazioni: {REASON}."
    assert sentence in start.text
    assert f"Chiuso alle osservazioni: {REASON}" in choosing.text
    assert choosing.soup.select(f"button[name=scegli][value='{section_id}']") == []
    assert sentence in check.text
    token = choosing.soup.find(attrs={"name": "csrf_token"})["value"]
    by_hand = visitor.send(choosing.address, {"csrf_token": token, "scegli": section_id})
    assert (by_hand.status, by_hand.heading) == (409, sentence.removesuffix("."))


def test_a_letter_on_a_closed_section_is_filed_and_the_officer_is_told(
    as_staff: Browser,
) -> None:
    _close("18")

    done = as_staff.open("/ufficio/osservazioni/nuova").submit(
        name="Anna Bianchi",
        type="citizen",
        channel=Channel.REGISTERED_MAIL.value,
        sent_on="2020-10-16",
        arrived_on="2020-10-19",
        municipality=str(factories.municipality("Rho").id),
        sections="18",
        text="La soglia è troppo bassa.",
        title="Soglie",
    )

    assert f"Art. 18 non prende osservazioni: {REASON}." in done.text
    assert "registrata lo stesso" in done.text
    assert _count() == 1


def test_a_section_that_was_closed_stays_closed_under_another_number(app: Flask) -> None:
    _close("18")
    section = factories.section("18")
    others = db.session.scalars(
        sa.select(SectionVersion.id).filter_by(provision_id=section.provision_id)
    ).all()

    assert set(closed_among(others)) == set(others)
