"""Addresses and forms that no page of ours makes: a page that says so, never a failure."""

import io
import re
from typing import Any

import pytest
from flask import Flask

from ptm_participation.consultations.models import Consultation
from ptm_participation.core.db import db
from ptm_participation.core.numbers import MOST, whole
from tests import factories
from tests.pages import Browser, Page

TOO_LARGE = "9" * 30
ENCODED = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("12", 12),
        (str(MOST), MOST),
        (str(MOST + 1), None),
        ("9" * 5000, None),
        ("²", None),
        ("٣", None),
        ("-1", None),
        ("1.5", None),
        (" 1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_whole_number_is_written_in_ten_digits(text: str | None, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "address",
    [
        f"/osservazioni/ptm/{TOO_LARGE}",
        f"/notizie/{TOO_LARGE}",
        f"/documenti/{TOO_LARGE}/file",
        f"/notizie/{MOST + 1}",
        "/notizie/\N{ARABIC-INDIC DIGIT THREE}",
        "/piano/€",
        "/piano/nda/art-\N{ARABIC-INDIC DIGIT THREE}",
        "/segui/€",
    ],
)
def test_what_cannot_be_there_is_not_found(visitor: Browser, address: str) -> None:
    page = visitor.open(address)

    assert page.status == 404
    assert page.heading.startswith("Questa pagina non esiste, o non puoi vederla")


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/osservazioni", {"zona": "²"}),
        ("/osservazioni", {"articolo": "፩"}),
        ("/osservazioni", {"dopo": str(2**63)}),
        ("/ufficio/consultazioni", {"dal": "0001-01-01"}),
        ("/ufficio/consultazioni", {"al": "9999-12-31"}),
        ("/ufficio/consultazioni", {"soggetto": str(2**31)}),
        ("/ufficio/consultazioni", {"dopo": "2020-10-20T10:00~²"}),
        ("/ufficio/consultazioni", {"dopo": f"2020-10-20T10:00~{TOO_LARGE}"}),
        ("/ufficio/consultazioni", {"dopo": "0001-01-01T00:00~1"}),
        ("/ufficio/soggetti", {"dopo": "a~²"}),
        ("/ufficio/soggetti", {"dopo": f"a~{TOO_LARGE}"}),
        ("/ufficio/dati/comuni", {"dopo": TOO_LARGE}),
        ("/ufficio/dati/comuni", {"dopo": "-1"}),
    ],
)
def test_a_filter_or_a_page_that_cannot_be_is_left_out(
    as_staff: Browser, address: str, query: dict[str, str]
) -> None:
    page = as_staff.open(address, **query)

    assert page.status == 200
    assert page.items("tbody tr") == as_staff.open(address).items("tbody tr")


@pytest.mark.parametrize("address", ["/piano/%00", "/piano?q=%00", "/piano?ed=a%00"])
def test_a_sign_that_cannot_be_kept_is_refused_in_an_address(
    visitor: Browser, address: str
) -> None:
    page = visitor.open(address)

    assert page.status == 400
    assert page.heading == "Non siamo riusciti a leggere i dati inviati"


# -- forms -------------------------------------------------------------------------------


def _consultation(browser: Browser, **more: Any) -> Page:
    values = {"title": "Tavolo", "day": "2020-02-20", **more}
    return browser.open("/ufficio/consultazioni/nuova").submit(**values)


def test_a_version_that_is_no_number_is_one_that_somebody_changed(
    as_staff: Browser, as_contributor: Browser
) -> None:
    logged = _consultation(as_staff, stakeholders=[str(factories.stakeholder("Comune di Rho").id)])
    written = as_contributor.open("/ufficio/contenuti/nuovo").submit(title="Titolo", body="Testo.")

    answers = [
        as_staff.open(f"{logged.address}/modifica").submit(base_version="abc"),
        logged.follow("Presenze").submit(base_version="²"),
        written.submit(base_version=TOO_LARGE),
    ]

    for page in answers:
        assert page.status == 200
        assert "Qualcun altro ha modificato" in page.text


def test_an_end_that_the_clocks_skip_is_said_to_be_before_the_beginning(as_staff: Browser) -> None:
    """On 29 March 2020 it was 03:00 right after 01:59."""
    page = _consultation(as_staff, day="2020-03-29", starts="02:30", ends="03:15")

    assert page.error_of("ends") == "Non può finire prima di cominciare."
    assert _consultation(as_staff, day="2020-03-29", starts="03:15", ends="03:30").status == 200
    assert db.session.query(Consultation).count() == 1


def test_those_who_attended_are_numbers_of_the_list(as_staff: Browser) -> None:
    page = _consultation(as_staff, stakeholders=["²"])

    assert page.error_of("stakeholders") == "Scegliere i portatori d’interesse dall’elenco."


@pytest.mark.parametrize("field", ["email", "password"])
def test_a_file_sent_for_a_text_is_no_text(visitor: Browser, field: str) -> None:
    values: dict[str, Any] = {"email": "anna@example.org", "password": "quattro parole"}

    page = visitor.open("/accedi").submit(**values | {field: (io.BytesIO(b"x"), "x.txt")})

    assert page.status == 200
    assert page.error_of(field).startswith("Scriv")


def test_a_text_sent_for_a_file_is_no_file(as_staff: Browser) -> None:
    page = _consultation(as_staff, file="verbale.pdf")

    assert page.heading == "Tavolo"


def test_a_field_that_the_form_does_not_have_is_left_out(as_staff: Browser) -> None:
    sheet = _consultation(as_staff, stakeholders=[str(factories.stakeholder("Comune di Rho").id)])

    page = sheet.follow("Presenze").submit(
        **{
            "attendees-0-role": "excused",
            "attendees-²-role": "present",
            f"attendees-{'9' * 5000}-role": "present",
        }
    )

    assert "Presenti 0 su 1" in page.text


def test_a_part_without_a_name_is_refused(app: Flask) -> None:
    parts = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"

    for address in ("/accedi", "/osserva", "/nessuna-pagina"):
        answer = app.test_client().post(
            address, data=parts, content_type="multipart/form-data; boundary=b"
        )
        assert answer.status_code == 400
        assert "Non siamo riusciti a leggere i dati inviati" in answer.text


@pytest.mark.parametrize("data", ["[1]", '{"email": {"a": 1}, "password": [2]}'])
def test_what_is_no_form_fills_none(app: Flask, data: str) -> None:
    answer = app.test_client().post(
        "/accedi",
        data=data,
        content_type="application/json",
        headers={"Origin": "http://localhost"},
    )

    assert answer.status_code == 200
    assert "Scriv" in answer.text


@pytest.mark.parametrize("data", ["a=" + "x" * 3_000_000, "a&" * 20_000])
def test_a_form_is_refused_before_it_fills_the_memory(app: Flask, data: str) -> None:
    answer = app.test_client().post("/accedi", data=data, content_type=ENCODED)

    assert answer.status_code == 413
    assert "Troppi dati" in answer.text


def test_an_attendance_sheet_of_two_thousand_rows_is_taken(as_staff: Browser) -> None:
    page = _consultation(as_staff, stakeholders=[str(factories.stakeholder("Comune di Rho").id)])
    address = page.link("Presenze")
    token = re.search('name="csrf_token"[^>]*value="([^"]+)"', as_staff.open(address).response.text)
    assert token is not None
    rows = "&".join(
        f"attendees-{n}-stakeholder=0&attendees-{n}-role=present&attendees-{n}-represented_by=x"
        for n in range(2000)
    )

    answer = as_staff.client.post(
        address, data=f"csrf_token={token[1]}&base_version=1&{rows}", content_type=ENCODED
    )

    assert answer.status_code == 302
