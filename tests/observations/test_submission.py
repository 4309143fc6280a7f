"""A citizen, a Comune and an association submit, in the steps of the public form."""

import hashlib
import io

import pytest
import sqlalchemy as sa
from flask import Flask

from ptm_participation import worker
from ptm_participation.core import clock, jobs
from ptm_participation.core.audit import VISITOR
from ptm_participation.core.db import db
from ptm_participation.core.storage import StoredFile, files
from ptm_participation.observations import codes, drafting
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.models import Observation, Submission
from ptm_participation.observations.steps import assemble
from ptm_participation.observations.workflow import PartyRole
from ptm_participation.procedure.models import IdentityLevel
from tests import factories
from tests.observations.filling import REASONS
from tests.observations.filling import as_citizen as _as_citizen
from tests.observations.filling import ask as _ask
from tests.observations.filling import only_observation as _only_observation
from tests.observations.filling import send as _send
from tests.observations.filling import sent as _sent
from tests.observations.filling import start as _start
from tests.pages import Browser, Page


def test_a_citizen_gets_a_number_a_code_and_a_receipt(visitor: Browser) -> None:
    receipt = _sent(visitor)

    made = _only_observation()
    assert receipt.heading == "Osservazione n. 1 ricevuta"
    assert "nei termini" in receipt.text
    assert "1 è il numero nel registro" in receipt.text
    code = codes.read(receipt.items(".ptm-code")[0])
    assert made.submission.code_sha256 == codes.digest(code)
    assert made.submitter.name == "Anna Bianchi"
    assert made.municipality is not None
    assert made.municipality.name == "Rho"
    assert made.submission.requests[0].reasons == REASONS
    assert made.submission.requests[0].anchors[0].section_version_id == factories.section().id
    assert made.submission.identity_level is IdentityLevel.NONE
    assert "Da regolarizzare" in receipt.text


def test_the_code_opens_the_case_and_the_pdf_and_nothing_else_does(visitor: Browser) -> None:
    receipt = _sent(visitor)
    printed = receipt.items(".ptm-code")[0]

    case = visitor.open("/segui").submit(codice=printed.lower().replace("-", " "))
    pdf = visitor.client.get(f"/ricevuta/{codes.read(printed)}.pdf")
    wrong = visitor.open("/segui").submit(codice=codes.code_of("somebody else's token"))
    mistyped = visitor.open("/segui").submit(codice="ABCD-2345")

    assert case.heading == "La tua osservazione è stata ricevuta"
    assert REASONS in case.text
    assert pdf.data.startswith(b"%PDF-")
    assert "Nessuna osservazione con questo codice" in wrong.text
    assert "I codici non contengono 0, O, 1, I" in mistyped.text


def test_no_code_and_no_file_are_said_at_their_fields(visitor: Browser) -> None:
    code = visitor.open("/segui").submit(codice=" ")
    files = _start(visitor).submit(button="carica")

    assert code.error_of("codice") == "Scrivi il codice."
    assert files.error_of("files") == "Scegli prima un file."


def test_after_ten_wrong_codes_one_must_wait(visitor: Browser) -> None:
    for turn in range(10):
        visitor.open("/segui", codice=codes.code_of(f"guess {turn}"))

    assert visitor.open("/segui", codice=codes.code_of("one more")).status == 429


def test_sending_the_same_form_again_shows_the_same_receipt(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))

    first = _send(check)
    again = _send(check)

    assert first.heading == again.heading == "Osservazione n. 1 ricevuta"
    assert first.address == again.address
    assert _only_observation().number == 1


def test_the_term_is_said_first_and_late_is_registered_as_late(visitor: Browser) -> None:
    with clock.at("2020-11-02T23:59:59"):
        in_time = _sent(visitor)
    with clock.at("2020-11-03T00:00:00"):
        start = visitor.open("/osserva")
        late = _sent(visitor)

    rows = db.session.scalars(sa.select(Observation).order_by(Observation.number)).all()
    assert "Fuori termine" in start.text
    assert "Il termine è scaduto lunedì 2 novembre 2020, ore 24:00" in start.text
    assert [row.in_time for row in rows] == [True, False]
    assert "nei termini" in in_time.text
    assert "Tardiva" in late.text


def test_before_the_opening_the_form_says_when(visitor: Browser) -> None:
    with clock.at("2020-09-01T23:59"):
        page = visitor.open("/osserva")

    assert "Le osservazioni si aprono" in page.text
    assert not page.soup.select("main form")


def test_what_is_missing_is_said_beside_each_field_and_nothing_is_lost(visitor: Browser) -> None:
    step2 = _start(visitor)

    page = step2.submit(button="continua", **{"requests-0-proposed": "altre parole"})

    assert page.title.startswith("Errore:")
    assert page.error_of("requests-0-kind") == "Scegli che cosa vorresti fare."
    assert page.error_of("requests-0-reasons") == "Scrivi che cosa chiedi e perché."
    assert (
        page.form_with("requests-0-proposed")
        .find("textarea", attrs={"name": "requests-0-proposed"})
        .string.strip()
        == "altre parole"
    )


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("x" * 10_001, "Al massimo 10000 caratteri."),
        ("con un segno \x0b nascosto", "contiene caratteri che non si possono stampare"),
        ("   \n ", "Scrivi che cosa chiedi e perché."),
    ],
    ids=["too long", "control character", "blank"],
)
def test_text_that_cannot_be_kept_is_refused_with_a_sentence(
    visitor: Browser, typed: str, sentence: str
) -> None:
    page = _ask(_start(visitor), **{"requests-0-reasons": typed})

    assert sentence in page.error_of("requests-0-reasons")
    assert not db.session.scalar(sa.select(sa.func.count(Submission.id)))


def test_emoji_and_any_script_are_received_and_printed(visitor: Browser) -> None:
    words = "Più verde 🌳🌿, перевод и 漢字 «così»"

    receipt = _send(_as_citizen(_ask(_start(visitor), **{"requests-0-reasons": words})))

    made = _only_observation()
    pdf = visitor.client.get(receipt.link("Scarica la ricevuta"))
    assert made.submission.requests[0].reasons == words
    assert pdf.status_code == 200


def test_each_request_has_its_own_sections(visitor: Browser) -> None:
    page = _start(visitor).submit(
        button="aggiungi", **{"requests-0-kind": "change", "requests-0-reasons": REASONS}
    )
    assert page.heading == "Su che cosa"

    page = page.submit(q="Tav. 6")
    chosen = page.submit(button=f"scegli={factories.section('Tav. 6').id}")
    page = chosen.submit(button="continua")
    page = page.submit(
        button="continua",
        **{"requests-1-kind": "redraw", "requests-1-reasons": "L'area è coltivata."},
    )
    _send(_as_citizen(page))

    first, second = _only_observation().submission.requests
    assert [a.section_version_id for a in first.anchors] == [factories.section("18").id]
    assert [a.section_version_id for a in second.anchors] == [factories.section("Tav. 6").id]


def test_what_was_searched_or_opened_is_where_the_page_leads(visitor: Browser) -> None:
    start = _start(visitor).submit(button="sezioni=0")

    assert start.form_with("q")["action"].endswith("#risultati")
    found = start.submit(q="18")
    assert found.soup.find(id="risultati") is not None
    opened = start.follow("Norme")
    assert opened.soup.find(id="doc-nda") is not None
    page = opened.submit(button=f"scegli={factories.section('41').id}")
    assert page.soup.find(id="doc-nda").name == "b", "the document stays open"


def test_a_section_already_chosen_is_not_offered_again(visitor: Browser) -> None:
    chosen = factories.section("18")

    page = _start(visitor).submit(button="sezioni=0").submit(q="art. 18")

    assert page.soup.find("button", attrs={"name": "scegli", "value": str(chosen.id)}) is None
    assert "Già scelto" in page.text


def test_a_request_without_a_section_is_not_sent(visitor: Browser) -> None:
    step1 = visitor.open("/osserva").submit(has="csrf_token")

    page = step1.submit(button="continua")

    assert "Non è scelto niente" in page.text or "almeno un articolo" in page.text
    whole = page.submit(button="tutto=1").submit(button="continua")
    assert whole.heading == "Che cosa chiedi"


def test_a_request_with_words_in_it_is_removed_only_after_asking(visitor: Browser) -> None:
    written = {"requests-0-kind": "change", "requests-0-reasons": REASONS}
    page = _start(visitor).submit(button="aggiungi", **written)
    page = page.submit(button="tutto=1").submit(button="continua")

    asked = page.submit(button="togli=0")

    assert asked.heading == "Togli la richiesta 1"
    assert REASONS in asked.text
    kept = asked.follow("Tieni la richiesta")
    assert kept.items(".ptm-askcard h2") == ["Richiesta 1", "Richiesta 2"]
    empty = kept.submit(button="togli=1")
    assert empty.items(".ptm-askcard h2") == ["Richiesta 1"], "nothing was written in it"
    assert REASONS in empty.soup.find(id="requests-0-reasons").get_text()


def test_a_request_is_gone_once_its_author_has_confirmed(visitor: Browser) -> None:
    written = {"requests-0-kind": "change", "requests-0-reasons": REASONS}
    page = _start(visitor).submit(button="aggiungi", **written)
    page = page.submit(button="tutto=1").submit(button="continua")

    left = page.submit(button="togli=0").press("Togli la richiesta")

    assert left.items(".ptm-askcard h2") == ["Richiesta 1"]
    assert REASONS not in left.soup.find(id="requests-0-reasons").get_text()
    assert "La richiesta è stata tolta." in left.text


def test_a_page_that_only_says_a_sentence_has_it_as_title_without_a_full_stop(
    visitor: Browser,
) -> None:
    page = visitor.open("/osserva/0123/su-che-cosa")

    assert page.status == 404
    assert page.heading.startswith("Questa bozza non")
    assert not page.heading.endswith(".")


def test_who_writes_is_asked_in_five_answers_and_further_only_where_it_matters(
    visitor: Browser,
) -> None:
    first = _ask(_start(visitor))

    assert len(first.items("[name=type]")) == 5
    assert first.submit(type="citizen").error_of("name") == "", "a citizen is asked nothing more"
    finer = first.submit(type="any-association")
    assert finer.heading == "Chi sei"
    assert "Sindacato" in finer.text
    assert "Comune" not in finer.items(".form-check label")
    nothing = finer.submit(has="type")
    assert nothing.errors == ["Scegli se scrivi come cittadino, impresa, ente o altro."]
    assert "Scrivi come: Sindacato" in nothing.submit(type="trade-union").text
    again = nothing.browser.open(nothing.address.partition("?")[0], tipo=1)
    assert again.soup.find("input", checked=True)["value"] == "any-association"


def test_an_answer_that_is_none_of_the_five_is_refused(visitor: Browser) -> None:
    page = _ask(_start(visitor)).submit(type="martian")

    assert page.errors == ["Questa voce non è nell’elenco."]


def test_a_comune_writes_through_its_representative(visitor: Browser) -> None:
    page = _ask(_start(visitor)).submit(type="municipality")
    page = page.submit(
        municipality=str(factories.municipality("Rho").id),
        representative="Carla Verdi",
        representative_capacity="legal-representative",
        email="protocollo@comune.example.org",
    )
    _send(page)

    made = _only_observation()
    assert made.submitter.name == "Comune di Rho"
    assert [p.name for p in made.parties if p.role is PartyRole.REPRESENTATIVE] == ["Carla Verdi"]


def test_a_professional_writes_on_behalf_of_a_company(visitor: Browser) -> None:
    page = _ask(_start(visitor)).submit(type="professional")
    values = {
        "name": "Dario Neri",
        "municipality": str(factories.municipality("Rho").id),
        "capacity": "delegate",
        "email": "dario@example.org",
    }
    refused = page.submit(**values)
    assert refused.error_of("principal_name") == "Scrivi per conto di chi presenti l’osservazione."

    _send(
        refused.submit(
            **values,
            principal_name="Alfa srl",
            principal_type="company",
            mandate=(io.BytesIO(factories.PDF_BYTES), "delega.pdf"),
        )
    )

    made = _only_observation()
    assert made.submitter.name == "Alfa srl"
    assert made.subject_type.value == "company"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Scrivi il nome."),
        ("email", "anna@", "Questo indirizzo e-mail non è completo: controllalo."),
        ("municipality", "", "Scegli il Comune dall’elenco."),
        ("municipality", "999999", "Questa voce non è nell’elenco."),
        ("name", "x" * 201, "Al massimo 200 caratteri."),
    ],
)
def test_who_one_is_must_be_complete(
    visitor: Browser, field: str, value: str, sentence: str
) -> None:
    page = _as_citizen(_ask(_start(visitor)), **{field: value})

    assert page.error_of(field) == sentence
    assert page.heading == "Chi sei"


def test_a_section_of_another_plan_cannot_be_chosen(visitor: Browser) -> None:
    page = visitor.open("/osserva").submit(has="csrf_token")

    token = page.form_with("continua").find("input", {"name": "csrf_token"})["value"]

    missing = visitor.send(page.address, {"csrf_token": token, "scegli": "999999"})

    assert missing.status == 404


def test_a_form_whose_session_ended_keeps_the_text(app: Flask, visitor: Browser) -> None:
    step2 = _start(visitor)
    visitor.client.delete_cookie("ptm")

    page = _ask(step2)

    assert "La sessione è scaduta" in page.text
    assert REASONS in page.form_with("requests-0-reasons").get_text()
    assert _ask(page).heading == "Chi sei"


def test_the_draft_is_saved_while_it_is_written(visitor: Browser) -> None:
    step2 = _start(visitor)
    token = step2.form_with("requests-0-reasons").find("input", {"name": "csrf_token"})["value"]
    key = step2.address.split("/")[2]

    answer = visitor.client.post(
        f"/osserva/{key}/salva",
        data={"csrf_token": token, "requests-0-reasons": "a metà"},
        headers={"Origin": "http://localhost"},
    )

    db.session.rollback()
    assert answer.json["message"] == "Bozza salvata alle 10:00"
    kept = db.session.scalars(sa.select(Draft)).one()
    assert kept.content["requests"][0]["reasons"] == "a metà"
    assert "a metà" in visitor.open(f"/osserva/{key}/richieste").form_with("subject").get_text()


def test_an_autosave_that_comes_late_undoes_nothing(visitor: Browser) -> None:
    step2 = _start(visitor)
    token = step2.form_with("requests-0-reasons").find("input", {"name": "csrf_token"})["value"]
    typed = {"requests-0-reasons": "La prima.", "requests-1-reasons": "La seconda."}
    step2.submit(button="aggiungi", **{"requests-0-reasons": "La prima."})
    page = visitor.open(step2.address).submit(button="continua", **typed)
    visitor.open(f"{step2.address}/1/togli").submit(has="csrf_token")

    visitor.client.post(
        step2.address.replace("richieste", "salva"),
        data={"csrf_token": token, **typed},
        headers={"Origin": "http://localhost"},
    )

    assert page.errors
    left = db.session.scalars(sa.select(Draft)).one().content["requests"]
    assert [asked["reasons"] for asked in left] == ["La seconda."]


def test_texts_of_a_page_with_other_requests_do_not_come_under_other_sections(
    visitor: Browser,
) -> None:
    step2 = _start(visitor)
    step2.submit(button="aggiungi", **{"requests-0-reasons": "La prima."})
    two = visitor.open(step2.address)
    typed = {"requests-0-reasons": "La prima.", "requests-1-reasons": "La seconda."}
    two.submit(button="continua", **typed)
    visitor.open(f"{step2.address}/1/togli").submit(has="csrf_token")

    page = two.submit(button="continua", **typed)

    assert "La bozza è cambiata in un’altra finestra" in page.text
    left = db.session.scalars(sa.select(Draft)).one().content["requests"]
    assert [asked["reasons"] for asked in left] == ["La seconda."]


def test_a_removal_is_of_the_request_that_was_shown(visitor: Browser) -> None:
    step2 = _start(visitor)
    step2.submit(button="aggiungi", **{"requests-0-reasons": "La prima."})
    typed = {"requests-0-reasons": "La prima.", "requests-1-reasons": "La seconda."}
    visitor.open(step2.address).submit(button="continua", **typed)
    visitor.open(step2.address).submit(button="aggiungi", **typed)
    asked = visitor.open(f"{step2.address}/1/togli")
    visitor.open(f"{step2.address}/1/togli").submit(has="csrf_token")

    page = asked.submit(has="csrf_token")

    assert "La bozza è cambiata in un’altra finestra" in page.text
    left = db.session.scalars(sa.select(Draft)).one().content["requests"]
    assert [request["reasons"] for request in left] == ["La seconda.", ""]


def test_what_changes_while_it_is_being_sent_is_not_sent_unread(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    key = check.address.split("/")[2]
    read = drafting.find_draft(key)
    received = assemble(read, level=IdentityLevel.NONE, received_at=clock.now(), language="it")
    seen = read.revision
    drafting.change_draft(key, lambda content: {**content, "subject": "Altro oggetto"})

    with pytest.raises(drafting.DraftChanged):
        drafting.send_draft(VISITOR, read.window, key, received, revision=seen, notice=None)

    assert not db.session.scalar(sa.select(sa.func.count(Submission.id)))


def test_a_file_changed_elsewhere_is_seen_before_it_is_sent(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    key = check.address.split("/")[2]
    visitor.open(f"/osserva/{key}/richieste").submit(
        button="carica", files=(io.BytesIO(factories.PDF_BYTES), "altro.pdf")
    )

    page = _send(check)

    assert "La bozza è cambiata" in page.text
    assert not db.session.scalar(sa.select(sa.func.count(Submission.id)))


def test_a_draft_changed_elsewhere_is_read_again_before_it_is_sent(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    key = check.address.split("/")[2]
    _ask(visitor.open(f"/osserva/{key}/richieste"), **{"requests-0-reasons": "Altre parole."})

    page = _send(check)

    assert "La bozza è cambiata" in page.text
    assert not db.session.scalar(sa.select(sa.func.count(Submission.id)))
    assert _send(page).heading == "Osservazione n. 1 ricevuta"


def test_the_quoted_words_are_anchored_with_what_is_around_them(visitor: Browser) -> None:
    from ptm_participation.core.audit import SYSTEM
    from ptm_participation.plan.kinds import SectionKind
    from ptm_participation.plan.service import import_text
    from ptm_participation.plan.tree import Node

    comma = Node(SectionKind.COMMA, "1", "", "Il suolo è risorsa. Il suolo libero si tutela.")
    article = Node(SectionKind.ARTICLE, "18", "Suolo", "", (comma,))
    norms = factories.section("18").document
    import_text(SYSTEM, norms, "adottata", [article], source="prova")
    section = factories.section("18 c. 1")

    page = visitor.open("/osserva", sezione=section.id, parole="Il suolo libero", prima="risorsa. ")
    page = page.submit(has="parole")
    _send(_as_citizen(_ask(page)))

    anchor = _only_observation().submission.requests[0].anchors[0]
    assert anchor.exact == "Il suolo libero"
    assert anchor.prefix.endswith("risorsa. ")
    assert anchor.suffix == " si tutela."


def _with_file(page: Page, name: str, content: bytes) -> Page:
    return page.submit(
        button="carica",
        **{"requests-0-reasons": REASONS, "files": (io.BytesIO(content), name)},
    )


def test_files_go_with_the_observation(visitor: Browser) -> None:
    page = _with_file(_start(visitor), "estratto mappa.pdf", factories.PDF_BYTES)
    assert "estratto mappa.pdf" in page.text

    _send(_as_citizen(_ask(page)))

    assert [file.name for file in _only_observation().submission.files] == ["estratto mappa.pdf"]


def test_a_refused_file_leaves_the_text_and_says_why(visitor: Browser) -> None:
    page = _with_file(_start(visitor), "pagina.html", b"<script>alert(1)</script>")

    assert "non si può accettare" in page.error_of("files")
    assert REASONS in page.form_with("requests-0-reasons").get_text()


def test_a_signed_copy_with_an_identity_document_suffices(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    copy = visitor.client.get(check.link("Copia da stampare e firmare"))
    assert copy.data.startswith(b"%PDF-")

    without = check.submit(has="declaration", identity="signature-and-document", declaration="y")
    assert "Aggiungi la copia firmata" in without.error_of("signed_file")

    receipt = without.submit(
        has="declaration",
        identity="signature-and-document",
        declaration="y",
        signed_file=(io.BytesIO(factories.PDF_BYTES), "firmata.pdf"),
        identity_file=(io.BytesIO(factories.PNG_BYTES), "carta.png"),
    )

    made = _only_observation()
    assert made.submission.identity_level is IdentityLevel.SIGNATURE_AND_DOCUMENT
    assert "Da regolarizzare" not in receipt.text
    assert {f.file_class.value for f in made.submission.files} == {"signed", "identity"}


def test_a_file_said_to_be_signed_must_hold_a_signature(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))

    page = check.submit(
        has="declaration",
        identity="signed-file",
        declaration="y",
        signed_file=(io.BytesIO(factories.PDF_BYTES), "firmata.pdf"),
    )

    assert "non contiene una firma digitale" in page.error_of("signed_file")


def test_the_declaration_is_needed(visitor: Browser) -> None:
    page = _as_citizen(_ask(_start(visitor))).submit(has="declaration", identity="none")

    assert page.error_of("declaration") == "Conferma la dichiarazione."


def test_the_receipt_waits_for_the_mail_server_and_says_so(visitor: Browser) -> None:
    receipt = _sent(visitor)

    assert "in arrivo nella tua casella" in receipt.text
    assert jobs.work_one()
    page = visitor.open(receipt.address)
    assert "Non siamo ancora riusciti a scriverti" in page.text


def test_an_unpublished_observation_is_seen_by_staff_its_author_and_the_code_alone(
    visitor: Browser, as_stakeholder: Browser, as_other_stakeholder: Browser, as_staff: Browser
) -> None:
    _sent(as_stakeholder)

    assert as_stakeholder.open("/osservazioni/ptm/1").status == 200
    assert "1" in as_stakeholder.open("/mie-osservazioni").heading
    assert as_staff.open("/ufficio/osservazioni/ptm/1").status == 200
    assert as_other_stakeholder.open("/osservazioni/ptm/1").status == 404
    assert visitor.open("/osservazioni/ptm/1").status == 404
    assert "Anna Bianchi" not in visitor.open("/osservazioni").text


def test_a_draft_can_be_deleted(visitor: Browser) -> None:
    step2 = _start(visitor)

    page = visitor.open(step2.link("Elimina questa bozza")).submit(has="csrf_token")

    assert "La bozza è eliminata" in page.text
    assert visitor.open(step2.address).status == 404


def test_a_signed_file_suffices_and_the_office_is_told_to_verify_it(
    visitor: Browser, as_staff: Browser
) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    forged = check.submit(
        has="declaration",
        identity="signed-file",
        declaration="y",
        signed_file=(io.BytesIO(b"MII"), "firma.p7m"),
    )
    assert forged.error_of("signed_file")

    receipt = forged.submit(
        has="declaration",
        identity="signed-file",
        declaration="y",
        signed_file=(io.BytesIO(factories.signed_data()), "osservazione.pdf.p7m"),
    )

    assert "Firma che l’ufficio deve ancora verificare" in receipt.text
    assert "Firma che l’ufficio deve" in as_staff.open("/ufficio/osservazioni/ptm/1").text


@pytest.mark.parametrize("kind", ["clarify", "redraw", "remove"])
def test_words_proposed_with_any_kind_of_request_are_received(visitor: Browser, kind: str) -> None:
    check = _as_citizen(
        _ask(_start(visitor), **{"requests-0-kind": kind, "requests-0-proposed": "Parole mie."})
    )

    _send(check)

    assert "Parole mie." in check.text
    assert "Parole mie." in _only_observation().submission.text


def test_the_check_shows_the_subject_the_comune_and_what_the_public_will_see(
    visitor: Browser,
) -> None:
    check = _as_citizen(_ask(_start(visitor), subject="Soglie nei Comuni densi"))

    assert "Soglie nei Comuni densi" in check.text
    assert "In pubblico si vede solo la zona: Nord Ovest" in check.text
    assert "Privato cittadino, Nord Ovest" in check.text


def test_a_group_that_writes_for_another_keeps_its_signatories(visitor: Browser) -> None:
    who = _ask(_start(visitor)).submit(type="citizens")

    check = who.submit(
        name="Anna Bianchi",
        municipality=str(factories.municipality("Rho").id),
        capacity="delegate",
        principal_name="Comitato di Mazzo",
        principal_type="committee",
        signatories="Luca Verdi\nMara Neri",
        email="anna@example.org",
        mandate=(io.BytesIO(factories.PDF_BYTES), "delega.pdf"),
    )
    _send(check)

    names = {p.name for p in _only_observation().parties}
    assert names == {"Comitato di Mazzo", "Anna Bianchi", "Luca Verdi", "Mara Neri"}


def test_the_start_leads_back_to_the_draft_that_was_begun(visitor: Browser) -> None:
    step2 = _start(visitor)
    step2.submit(button="aggiungi", **{"requests-0-reasons": REASONS})

    page = visitor.open("/osserva").follow("Riprendi la bozza")

    assert REASONS in page.form_with("requests-0-reasons").get_text()


def test_who_has_just_sent_reads_the_receipt_whatever_others_typed(visitor: Browser) -> None:
    check = _as_citizen(_ask(_start(visitor)))
    for turn in range(10):
        visitor.open("/segui", codice=codes.code_of(f"guess {turn}"))

    assert _send(check).heading == "Osservazione n. 1 ricevuta"


def test_a_text_that_was_renewed_meanwhile_is_chosen_again(app: Flask, visitor: Browser) -> None:
    step2 = _start(visitor)
    factories.renew_text()

    check = _as_citizen(_ask(step2))

    assert "il testo del piano è stato rinnovato" in check.text
    assert check.soup.find("input", {"name": "declaration"}) is None


def test_the_files_of_a_deleted_draft_are_deleted_and_shared_ones_stay(
    app: Flask, visitor: Browser
) -> None:
    kept = _send(
        _as_citizen(_ask(_start(visitor), files=(io.BytesIO(factories.PDF_BYTES), "piano.pdf")))
    )
    check = _as_citizen(_ask(_start(visitor), files=(io.BytesIO(factories.PDF_BYTES), "piano.pdf")))
    check.submit(
        has="declaration",
        identity="signature-and-document",
        identity_file=(io.BytesIO(factories.PNG_BYTES), "carta.png"),
    )
    identity, shared = (
        hashlib.sha256(content).hexdigest()
        for content in (factories.PNG_BYTES, factories.PDF_BYTES)
    )
    assert files().holds(identity)

    visitor.open(check.link("Elimina questa bozza")).submit(has="csrf_token")
    worker.work(app, until_idle=True)

    assert kept.heading == "Osservazione n. 1 ricevuta"
    assert not files().holds(identity)
    assert files().holds(shared)
    assert not db.session.get(StoredFile, identity)
