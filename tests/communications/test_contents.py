"""A contributor drafts, staff publish, the public reads."""

import io

import pytest
import sqlalchemy as sa

from ptm_participation.communications.models import Content
from ptm_participation.core.db import db
from tests import factories
from tests.pages import Browser, Page


def _draft(browser: Browser, kind: str = "notizie", **more: object) -> Page:
    values = {"title": "Nuovo incontro", "body": "Prima riga.\n\nSeconda.", **more}
    return browser.open("/ufficio/contenuti/nuovo", genere=kind).submit(**values)


def test_what_a_contributor_drafts_is_public_only_after_staff_publish_it(
    as_contributor: Browser, as_staff: Browser, visitor: Browser
) -> None:
    draft = _draft(as_contributor)

    assert draft.items(".navbar-nav .nav-link") == ["Notizie e contenuti", "Sito pubblico"]
    assert "la pubblica il personale dell’ufficio" in draft.text
    assert "Nuovo incontro" not in visitor.open("/notizie").text
    assert not draft.soup.find("button", string="Pubblica")

    as_staff.open(draft.address).press("Pubblica")

    page = visitor.open("/notizie").follow("Nuovo incontro")
    assert "Seconda." in page.text
    assert "Nuovo incontro" in visitor.open("/").text


def test_a_published_text_is_changed_by_staff_alone(
    as_contributor: Browser, as_staff: Browser
) -> None:
    draft = _draft(as_contributor)
    form = as_contributor.open(draft.address)
    as_staff.open(draft.address).press("Pubblica")

    refused = form.submit(title="Titolo cambiato")

    assert refused.status == 403
    assert db.session.scalars(sa.select(Content.title)).one() == "Nuovo incontro"


def test_a_contributor_sees_no_personal_data(as_contributor: Browser) -> None:
    factories.observation(name="Anna Bianchi")

    for path in (
        "/ufficio/osservazioni",
        "/ufficio/osservazioni/ptm/1",
        "/ufficio/soggetti",
        "/ufficio/sintesi",
        "/ufficio/esportazioni/register.csv",
        "/ufficio/posta",
    ):
        assert as_contributor.open(path).status == 403, path


def test_who_publishes_sees_first_what_the_public_will_read(
    as_staff: Browser, visitor: Browser
) -> None:
    body = "Iscrizioni su https://www.cittametropolitana.mi.it/ptm\n\n<b>Seconda</b> riga."

    draft = _draft(as_staff, body=body)

    assert "Bozza salvata." in draft.text
    preview = draft.soup.select_one("article")
    draft.press("Pubblica")
    page = visitor.open("/notizie").follow("Nuovo incontro")
    read = page.soup.select_one("article")
    assert [str(p) for p in preview.select("p")][-2:] == [str(p) for p in read.select("p")][-2:]
    link = read.select_one("p a")
    assert link["href"] == "https://www.cittametropolitana.mi.it/ptm"
    assert set(link["rel"]) == {"nofollow", "noopener"}
    assert "<b>Seconda</b> riga." in page.text


def test_a_content_is_taken_back_only_after_asking(as_staff: Browser, visitor: Browser) -> None:
    page = _draft(as_staff).press("Pubblica")

    asked = page.follow("Togli dalla pubblicazione")

    assert "il pubblico non lo trova più" in asked.text
    assert "Nuovo incontro" in visitor.open("/notizie").text
    page = asked.press("Togli dalla pubblicazione")
    assert "Il contenuto è di nuovo una bozza." in page.text
    assert "Nuovo incontro" not in visitor.open("/notizie").text


def test_an_event_has_its_day_hour_and_place(as_staff: Browser, visitor: Browser) -> None:
    without = _draft(as_staff, "incontri")
    assert without.error_of("hour") == "Scrivere l’ora di inizio."

    made = without.submit(
        title="Zona Sud Est", body="Con i Comuni.", day="2020-11-05", hour="16:45", place="Rho"
    )
    made.press("Pubblica")

    assert "giovedì 5 novembre 2020, ore 16:45, Rho" in visitor.open("/incontri").text


def test_a_document_is_downloaded_as_it_was_given(as_staff: Browser, visitor: Browser) -> None:
    bare = _draft(as_staff, "documenti")
    assert bare.error_of("file") == "Scegliere il file."
    hostile = bare.submit(title="A", body="B", file=(io.BytesIO(b"<svg/>"), "a.svg"))
    assert "non si può accettare" in hostile.error_of("file")

    made = hostile.submit(
        title="Modulo", body="Da stampare.", file=(io.BytesIO(factories.PDF_BYTES), "modulo.pdf")
    )
    link = f"/documenti/{db.session.scalars(sa.select(Content.id)).one()}/file"
    assert visitor.open(link).status == 404
    made.press("Pubblica")

    assert visitor.open(link).response.data == factories.PDF_BYTES
    assert "modulo.pdf" in visitor.open("/documenti").text


def test_a_page_is_reached_under_its_own_kind_alone(as_staff: Browser, visitor: Browser) -> None:
    _draft(as_staff, "pagine", title="Come si scrive").press("Pubblica")
    number = db.session.scalars(sa.select(Content.id)).one()

    assert visitor.open(f"/pagine/{number}").heading == "Come si scrive"
    assert visitor.open(f"/notizie/{number}").status == 404
    assert as_staff.open("/ufficio/contenuti/nuovo", genere="sconosciuto").status == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "Scrivere un titolo."),
        ("title", "x" * 161, "Al massimo 160 caratteri."),
        ("body", " ", "Scrivere il testo."),
    ],
)
def test_what_is_missing_is_said(as_staff: Browser, field: str, value: str, sentence: str) -> None:
    assert _draft(as_staff, **{field: value}).error_of(field) == sentence
    assert not db.session.scalar(sa.select(sa.func.count(Content.id)))


def test_two_writers_do_not_overwrite_each_other(
    as_staff: Browser, as_contributor: Browser
) -> None:
    draft = _draft(as_contributor)
    first, second = as_staff.open(draft.address), as_contributor.open(draft.address)
    first.submit(body="Testo dell'ufficio.")

    page = second.submit(body="Testo del redattore.")

    assert "Qualcun altro ha modificato" in page.error_of("body")
    assert db.session.scalars(sa.select(Content.body)).one() == "Testo dell'ufficio."
