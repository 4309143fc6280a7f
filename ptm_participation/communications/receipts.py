"""Messages that leave the house: receipts, and links to drafts."""

import sqlalchemy as sa
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from ptm_participation.core import formats, mail
from ptm_participation.core.db import db
from ptm_participation.core.jobs import Leased, handles
from ptm_participation.core.sealing import unseal
from ptm_participation.observations import codes, documents
from ptm_participation.observations.drafting import RESUME_LINK
from ptm_participation.observations.intake import RECEIPT
from ptm_participation.observations.models import Observation
from ptm_participation.observations.queries import get_by_code
from ptm_participation.observations.supplement_models import RegularisationRequest
from ptm_participation.observations.supplements import ASKED_BY_MAIL
from ptm_participation.observations.workflow import Purpose
from ptm_participation.procedure.models import Register


@handles(RECEIPT)
def send_receipt(job: Leased) -> None:
    """Send the receipt, with its PDF, to the parties that gave an address."""
    code = unseal(job.payload["sealed"])["code"]
    observation = get_by_code(code)
    language = observation.submission.language
    addresses = list(dict.fromkeys(p.email for p in observation.parties if p.email))
    with force_locale(language):
        message = mail.compose(
            to=", ".join(addresses),
            subject=_(
                "Receipt of observation n. %(number)d on %(procedure)s",
                number=observation.number,
                procedure=observation.procedure.title,
            ),
            text=_receipt_text(observation, code),
            key=f"receipt-{observation.id}-{observation.submission.sha256[:16]}",
        )
    message.add_attachment(
        documents.receipt(observation, code),
        maintype="application",
        subtype="pdf",
        filename=f"ricevuta-{observation.register.slug}-{observation.number}.pdf",
    )
    mail.send(message)


def _receipt_text(observation: Observation, code: str) -> str:
    lines = [
        _("We have received your observation.")
        if observation.purpose is Purpose.OBSERVATION
        else documents.heading(observation) + ".",
        _(
            "Number in the register: %(number)d. Protocol: %(protocol)s.",
            number=observation.number,
            protocol=documents.protocol_sentence(observation),
        ),
        _("Received: %(when)s.", when=formats.exact_instant(observation.received_at)),
        formats.upfirst(documents.term_sentence(observation)) + ".",
        _("Tracking code: %(code)s", code=codes.printed(code)),
        _("Follow the case: %(address)s", address=_address(f"/segui/{code}", observation)),
        _("What happens now"),
        *(f"- {step}" for step in documents.next_steps(observation)),
        _("Whoever has the code can follow the case: do not pass this message on."),
        f"{observation.procedure.body}\n{observation.procedure.office}",
    ]
    return "\n\n".join(lines) + "\n"


@handles(ASKED_BY_MAIL)
def send_request_to_regularise(job: Leased) -> None:
    """Ask the sender for what is missing. The code is known to nobody here: the message says
    where it stands."""
    asked = db.session.get_one(RegularisationRequest, job.payload["request"])
    observation = asked.observation
    addresses = dict.fromkeys(p.email for p in observation.parties if p.email)
    with force_locale(observation.submission.language):
        lines = [
            _(
                "The author of observation n. %(number)d on %(procedure)s is not sufficiently "
                "identified. You can regularise it until %(term)s.",
                number=observation.number,
                procedure=observation.procedure.title,
                term=formats.term(asked.due_at),
            ),
            asked.words,
            _(
                "Open %(address)s, type the code of your receipt, and add there a signed copy "
                "with an identity document, or a digitally signed file.",
                address=_address("/segui", observation),
            ),
            _("What comes after that day is received all the same, and marked as late."),
            f"{observation.procedure.body}\n{observation.procedure.office}",
        ]
        message = mail.compose(
            to=", ".join(addresses),
            subject=_("Observation n. %(number)d: what is missing", number=observation.number),
            text="\n\n".join(line for line in lines if line) + "\n",
            key=f"regularise-{asked.id}",
        )
    mail.send(message)


def _address(path: str, observation: Observation) -> str:
    prefix = "/en" if observation.submission.language == "en" else ""
    return f"{current_app.config['PUBLIC_URL']}{prefix}{path}"


@handles(RESUME_LINK)
def send_resume_link(job: Leased) -> None:
    """Send the address of a draft to whoever asked for it."""
    sealed = unseal(job.payload["sealed"])
    title = (
        db.session.scalars(
            sa.select(Register)
            .options(joinedload(Register.procedure))
            .order_by(Register.id)
            .limit(1)
        )
        .one()
        .procedure.title
    )
    with force_locale(sealed["language"]):
        message = mail.compose(
            to=sealed["email"],
            subject=_("Your draft observation on %(procedure)s", procedure=title),
            text=_(
                "Open this address to go on writing, on any device:\n\n%(address)s\n\n"
                "Whoever has it can read and change the draft. A draft that nobody touches "
                "for 90 days is deleted.\n",
                address=(f"{current_app.config['PUBLIC_URL']}/osserva/{sealed['key']}/richieste"),
            ),
            key=f"draft-{job.id}",
        )
    mail.send(message)
