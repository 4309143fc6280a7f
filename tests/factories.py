"""Things that tests start from; each states only what matters to it."""

import datetime as dt
import io
import zipfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from ptm_participation.accounts.models import User
from ptm_participation.consultations.models import AttendanceRole, Consultation, ConsultationKind
from ptm_participation.consultations.service import Account, Attended, log_consultation
from ptm_participation.core import clock, form_tokens
from ptm_participation.core.audit import SYSTEM, VISITOR, Actor
from ptm_participation.core.db import db
from ptm_participation.core.transaction import use_case
from ptm_participation.observations import intake, service
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.received import Asked, Declared, Quote, Received
from ptm_participation.observations.workflow import Capacity, Channel, PartyRole, Purpose
from ptm_participation.plan.kinds import SectionKind
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.references import resolve_references
from ptm_participation.plan.service import import_text
from ptm_participation.plan.tree import Node
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import (
    Audience,
    IdentityLevel,
    Procedure,
    StepKind,
    Window,
)
from ptm_participation.procedure.patterns import get_pattern
from ptm_participation.procedure.service import Opening, open_procedure, open_window
from ptm_participation.procedure.terms import Term
from ptm_participation.reference.loader import FOLDER, Counts, load_reference_data
from ptm_participation.reference.models import ReferenceLoad
from ptm_participation.stakeholders.models import Stakeholder
from ptm_participation.stakeholders.subjects import SubjectType
from ptm_participation.territory.models import Municipality


def window() -> Window:
    """The PTM's window: 2 September to 2 November 2020."""
    found = procedures.public_window(procedures.get_procedure())
    assert found is not None
    return found


def procedure(pattern: str, code: str, *, title: str = "Un altro procedimento") -> Procedure:
    """A procedure beside the PTM's, on the same edition."""
    lead = procedures.get_procedure("ptm")
    opening = Opening(title=title, code=code, edition=lead.edition, body=lead.body)
    return open_procedure(SYSTEM, get_pattern(pattern), opening, token=form_tokens.new_token())


def window_of(
    made: Procedure,
    audience: Audience = Audience.EVERYONE,
    *,
    notice_on: str = "2020-10-01",
    days: int = 45,
) -> Window:
    """A window of a procedure, in its first register."""
    day = dt.date.fromisoformat(notice_on)
    return open_window(
        SYSTEM,
        made,
        procedures.list_registers(made)[0],
        token=form_tokens.new_token(),
        audience=audience,
        term=Term(day, day, days),
        act="Avviso di prova",
    )


def municipality(name: str = "Rho") -> Municipality:
    return db.session.scalars(sa.select(Municipality).filter_by(name=name)).one()


def stakeholder(name: str) -> Stakeholder:
    return db.session.scalars(sa.select(Stakeholder).filter_by(name=name)).one()


def section(reference: str = "18") -> SectionVersion:
    """A section of the adopted edition, as an officer would cite it."""
    found, unknown = resolve_references(procedures.get_procedure().edition, reference)
    assert not unknown, f"not in the plan: {unknown}"
    return db.session.get_one(SectionVersion, found[0])


def renew_text() -> None:
    """Import the adopted norms again: the same articles, in new versions."""
    norms = section("18").document
    nodes = [Node(SectionKind.ARTICLE, str(n), f"Articolo {n}", "Nuovo testo.") for n in (1, 18)]
    import_text(SYSTEM, norms, "adottata", nodes, source="prova")


def received(
    *,
    name: str = "Anna Bianchi",
    type: SubjectType = SubjectType.CITIZEN,
    place: str | None = "Rho",
    sections: str = "18",
    quote: Quote | None = None,
    reasons: str = "La soglia è troppo bassa.",
    at: dt.datetime | str | None = None,
    channel: Channel = Channel.WEB,
    level: IdentityLevel = IdentityLevel.NONE,
    email: str = "",
    **more: Any,
) -> Received:
    """What somebody sends."""
    moment = clock.parse_instant(at) if isinstance(at, str) else at or clock.now()
    quotes = resolve_references(procedures.get_procedure().edition, sections)[0]
    whole = tuple(Quote(q) for q in quotes)
    asked = Asked(reasons=reasons, quotes=(quote,) if quote else whole)
    asks = more.get("purpose", Purpose.OBSERVATION) is Purpose.OBSERVATION
    return Received(
        channel=channel,
        received_at=moment,
        parties=(
            Declared(
                PartyRole.SUBMITTER,
                name,
                Capacity.OWN_NAME,
                type,
                municipality(place).id if place else None,
                email,
            ),
        ),
        requests=(asked,) if asks else (),
        identity_level=level,
        **more,
    )


def observation(
    actor: Actor = VISITOR, *, token: str | None = None, author: User | None = None, **facts: Any
) -> Observation:
    """A registered observation."""
    return intake.submit_observation(
        actor,
        window(),
        received(**facts),
        token=token or form_tokens.new_token(),
        author=author,
    )


def meeting(staff: User, *, present: str, absent: str, sections: str = "18") -> Consultation:
    """A meeting of 7 October 2020 at which one body was and another was not."""
    return log_consultation(
        staff,
        procedures.get_procedure(),
        Account(
            kind=ConsultationKind.MEETING,
            phase=StepKind.LISTENING,
            title="Incontro",
            starts_at=clock.parse_instant("2020-10-07T18:00"),
            attended=(
                Attended(stakeholder(present).id),
                Attended(stakeholder(absent).id, AttendanceRole.ABSENT),
            ),
            section_ids=(section(sections).id,),
        ),
        token=form_tokens.new_token(),
    )


def protocolled(staff: User, **facts: Any) -> Observation:
    """A registered observation with a protocol number."""
    made = observation(**facts)
    service.record_protocol(staff, made, Protocol(f"018{made.number:04d}", clock.today()))
    return made


@use_case
def _forget_loads() -> None:
    db.session.execute(sa.delete(ReferenceLoad))


def load_again(folder: Path = FOLDER) -> Counts:
    """Load the reference data as after an upgrade that changed something in it."""
    _forget_loads()
    counts = load_reference_data(folder)
    assert counts is not None
    return counts


PDF_BYTES = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)
PNG_BYTES = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478"
    "9c6360f8cf000000030001005bd9d0aa0000000049454e44ae426082"
)


def signed_data() -> bytes:
    """A CMS signed with a certificate made here: what a .p7m holds."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Anna Bianchi")])
    day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day)
        .not_valid_after(day.replace(year=2030))
        .sign(key, hashes.SHA256())
    )
    builder = pkcs7.PKCS7SignatureBuilder().set_data(PDF_BYTES)
    signed = builder.add_signer(certificate, key, hashes.SHA256())
    return signed.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


def docx(**extra: bytes) -> bytes:
    """A small DOCX; `extra` adds entries to the archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        for name, content in extra.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def norms_with_commi() -> None:
    """Import the adopted norms with words: articles of two commi."""
    norms = section("18").document
    nodes = [
        Node(
            SectionKind.ARTICLE,
            str(n),
            f"Articolo {n}",
            "",
            tuple(Node(SectionKind.COMMA, str(c), "", f"Parole {n}.{c}.") for c in (1, 2)),
        )
        for n in (18, 41)
    ]
    import_text(SYSTEM, norms, "adottata", nodes, source="prova")
