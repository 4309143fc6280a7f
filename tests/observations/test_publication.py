"""What the public may read, and what it never may."""

import io
import zipfile

import pytest
from flask import Flask

from ptm_participation.accounts.models import User
from ptm_participation.core.db import db
from ptm_participation.observations import service
from ptm_participation.observations.service import NotPublishable
from ptm_participation.stakeholders.subjects import SubjectType
from tests import factories
from tests.pages import Browser

PRIVATE = ("Anna Bianchi", "anna@example.org", "3331234567")


def _private(staff: User) -> None:
    service.publish(
        staff,
        [
            factories.protocolled(
                staff, name="Anna Bianchi", place="Cassina de' Pecchi", email="anna@example.org"
            )
        ],
    )


def test_private_people_have_no_name_and_no_comune_in_any_public_byte(
    app: Flask, visitor: Browser, staff: User
) -> None:
    _private(staff)
    addresses = [
        "/",
        "/osservazioni",
        "/osservazioni/ptm/1",
        "/piano/nda/art-18",
        "/osservazioni?q=bianchi",
        "/en/osservazioni/ptm/1",
    ]

    for address in addresses:
        page = visitor.open(address)
        assert page.status == 200
        text = page.response.get_data(as_text=True)
        for private in (*PRIVATE, "Cassina", "0180001"):
            assert private not in text, f"{private} on {address}"

    assert "Privato cittadino" in visitor.open("/osservazioni/ptm/1").text


def test_bodies_and_associations_appear_with_their_name(visitor: Browser, staff: User) -> None:
    made = factories.protocolled(
        staff, name="Legambiente Lombardia", type=SubjectType.ENVIRONMENTAL_ASSOCIATION
    )

    service.publish(staff, [made])

    assert "Legambiente Lombardia" in visitor.open("/osservazioni").text
    assert "Legambiente Lombardia" in visitor.open("/piano/nda/art-18").text


def test_the_public_reads_the_version_that_was_published(
    visitor: Browser, as_manager: Browser, staff: User
) -> None:
    made = factories.protocolled(staff, reasons="Abito in via Roma 5 a Rho.")
    service.write_working_text(staff, made, text="Senza l'indirizzo.", base_version=1)

    page = as_manager.open("/ufficio/osservazioni/ptm/1/pubblica")
    assert "Senza l'indirizzo." in page.text
    assert "via Roma" not in page.items(".ptm-paperbox")[0]
    page.press("Pubblica")
    service.write_working_text(staff, made, text="Un'altra bozza.", base_version=2)

    public = visitor.open("/osservazioni/ptm/1")
    assert "Senza l'indirizzo." in public.text
    assert "via Roma" not in public.response.get_data(as_text=True)
    assert "Un'altra bozza" not in public.text


def test_only_a_manager_publishes(as_staff: Browser, staff: User, visitor: Browser) -> None:
    factories.protocolled(staff)

    assert as_staff.open("/ufficio/osservazioni/ptm/1/pubblica").status == 403
    assert as_staff.open("/ufficio/osservazioni/pubblica").status == 403
    assert "Pubblica" not in as_staff.open("/ufficio/osservazioni/ptm/1").items(".btn")
    assert visitor.open("/osservazioni/ptm/1").status == 404


def test_without_a_protocol_number_nothing_is_published(staff: User) -> None:
    ready, bare = factories.protocolled(staff), factories.observation()

    with pytest.raises(NotPublishable):
        service.publish(staff, [ready, bare])

    db.session.refresh(ready)
    assert ready.published_at is None


def test_publishing_what_a_filter_finds_says_how_many(
    as_manager: Browser, staff: User, visitor: Browser
) -> None:
    for _turn in range(3):
        checked = factories.protocolled(staff, name="Comune di Rho", type=SubjectType.MUNICIPALITY)
        service.check_observation(staff, checked)
    factories.protocolled(staff, name="Comune di Rho", type=SubjectType.MUNICIPALITY)
    service.check_observation(staff, factories.protocolled(staff))

    page = as_manager.open("/ufficio/osservazioni/pubblica", tipo="municipality")
    assert page.heading == "Pubblica 3 osservazioni"
    ticked = [box["value"] for box in page.soup.find_all("input", {"name": "seen"})]
    done = page.press("Pubblica", seen=ticked[:2])

    assert "Osservazioni pubblicate: 2" in done.text
    assert visitor.open("/osservazioni").heading == "Osservazioni pubblicate 2"


@pytest.mark.parametrize(
    "address", ["/ufficio/osservazioni/ptm/1/pubblica", "/ufficio/osservazioni/pubblica"]
)
def test_only_what_the_manager_read_is_published(
    as_manager: Browser, staff: User, visitor: Browser, address: str
) -> None:
    made = factories.protocolled(staff)
    service.check_observation(staff, made)
    page = as_manager.open(address)
    service.write_working_text(staff, made, text="Abito in via Roma 5.", base_version=1)

    refused = page.press("Pubblica")

    assert "Qualcun altro ha modificato" in refused.text
    assert visitor.open("/osservazioni/ptm/1").status == 404


@pytest.mark.parametrize(
    ("address", "change"),
    [
        ("/ufficio/osservazioni/ptm/1/pubblica", {"sections": "41"}),
        ("/ufficio/osservazioni/pubblica?tipo=citizen", {"type": "company"}),
    ],
    ids=["filed elsewhere", "no longer in the filter"],
)
def test_what_was_counted_otherwise_meanwhile_is_not_published_unseen(
    as_manager: Browser,
    as_staff: Browser,
    staff: User,
    visitor: Browser,
    address: str,
    change: dict[str, str],
) -> None:
    made = factories.protocolled(staff, sections="18")
    service.check_observation(staff, made)
    page = as_manager.open(address)
    as_staff.open("/ufficio/osservazioni/ptm/1/classifica").submit(**change)

    refused = page.press("Pubblica")

    assert "Qualcun altro ha modificato" in refused.text
    assert visitor.open("/osservazioni/ptm/1").status == 404


def test_who_wrote_as_a_private_person_stays_one_however_the_office_counts_it(
    as_manager: Browser, as_staff: Browser, staff: User, visitor: Browser
) -> None:
    service.publish(staff, [factories.protocolled(staff, name="Anna Bianchi")])
    form = as_staff.open("/ufficio/osservazioni/ptm/1/classifica")

    refused = form.submit(type="company", title="Altro titolo")
    as_manager.open("/ufficio/osservazioni/ptm/1/classifica").submit(type="company")

    assert "può cambiarne oggetto e classificazione soltanto chi pubblica" in refused.text
    public = visitor.open("/osservazioni/ptm/1")
    assert "Anna Bianchi" not in public.response.get_data(as_text=True)
    assert "Privato cittadino" in public.text


def test_a_publication_can_be_taken_back_with_a_reason(
    as_manager: Browser, staff: User, visitor: Browser
) -> None:
    service.publish(staff, [factories.protocolled(staff)])
    page = as_manager.open("/ufficio/osservazioni/ptm/1/ritira")

    assert page.submit(reason="").error_of("reason")
    page.submit(reason="Contiene un indirizzo privato.")

    assert visitor.open("/osservazioni/ptm/1").status == 404
    assert "n. 1" not in visitor.open("/osservazioni").text


def test_the_public_list_is_narrowed_by_public_facts_alone(visitor: Browser, staff: User) -> None:
    association = factories.protocolled(
        staff, name="Italia Nostra", type=SubjectType.ASSOCIATION, sections="41"
    )
    citizen = factories.protocolled(staff, place="Magenta")
    service.publish(staff, [association, citizen])
    magenta = factories.municipality("Magenta").zone_id
    agriculture = factories.section("41").provision_id

    def numbers(**filters: object) -> list[str]:
        return visitor.open("/osservazioni", **filters).items(".ptm-list .ptm-id")

    assert numbers(gruppo=SubjectType.ASSOCIATION.group.value) == ["n. 1"]
    assert numbers(zona=magenta) == ["n. 2"]
    assert numbers(articolo=agriculture) == ["n. 1"]
    assert (
        "Nessuna osservazione con questi filtri"
        in visitor.open("/osservazioni", **{"nei-termini": "no"}).text
    )


def test_a_page_that_was_shared_never_holds_what_a_session_sees(
    visitor: Browser, as_staff: Browser, staff: User
) -> None:
    _private(staff)

    public = visitor.open("/osservazioni/ptm/1").response.headers
    inside = as_staff.open("/ufficio/osservazioni/ptm/1").response.headers

    assert public["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in public
    assert inside["Cache-Control"] == "no-store"


def test_identity_documents_are_in_no_export(app: Flask, as_manager: Browser) -> None:
    from ptm_participation.procedure.models import IdentityLevel
    from tests.observations.test_submission import _as_citizen, _ask, _start

    check = _as_citizen(_ask(_start(Browser(app.test_client()))))
    check.submit(
        has="declaration",
        identity=IdentityLevel.SIGNATURE_AND_DOCUMENT.value,
        declaration="y",
        signed_file=(io.BytesIO(factories.PDF_BYTES), "firmata.pdf"),
        identity_file=(io.BytesIO(factories.PNG_BYTES), "carta-di-Anna.png"),
    )
    for name in ("register", "summary", "sections", "municipalities"):
        for format_ in ("csv", "xlsx", "json"):
            answer = as_manager.open(f"/ufficio/esportazioni/{name}.{format_}").response
            content = answer.data
            if format_ == "xlsx":
                with zipfile.ZipFile(io.BytesIO(content)) as book:
                    content = b"".join(book.read(part) for part in book.namelist())
            assert b"carta-di-Anna" not in content
            assert factories.PNG_BYTES not in content
