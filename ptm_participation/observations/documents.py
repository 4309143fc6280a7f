"""The documents of an observation: its receipt, and the copies to print and sign."""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import segno
from flask_babel import force_locale
from flask_babel import gettext as _

from ptm_participation.core import clock, formats
from ptm_participation.core.typesetting import pdf
from ptm_participation.observations import codes, placing, received
from ptm_participation.observations.draft_models import Draft
from ptm_participation.observations.links import links_of
from ptm_participation.observations.models import Observation, ObservationParty
from ptm_participation.observations.steps import assemble, chosen_sections
from ptm_participation.observations.workflow import Basis, Channel, FileClass, PartyRole, Purpose
from ptm_participation.plan.queries import SectionRow
from ptm_participation.procedure.models import IdentityLevel, Procedure, RegisterKind, Window
from ptm_participation.procedure.reasoning import counting
from ptm_participation.procedure.terms import suspensions_of

P = TypeVar("P", ObservationParty, received.Declared)
RULES = 6  # writing lines for each thing asked on the blank form


def receipt(observation: Observation, code: str, language: str | None = None) -> bytes:
    """The receipt as PDF, in the language of the submission unless another is named."""
    with force_locale(language or observation.submission.language):
        return pdf("receipt", _receipt_values(observation, code))


def _receipt_values(observation: Observation, code: str) -> dict[str, Any]:
    procedure = observation.procedure
    submission = observation.submission
    return {
        **_frame(procedure, clock.rome(observation.received_at).date()),
        "title": {
            Purpose.OBSERVATION: _("Receipt of an observation"),
            Purpose.NO_OBSERVATIONS: _("Receipt of an answer: no observations"),
            Purpose.WITHDRAWAL: _("Receipt of a withdrawal"),
        }[observation.purpose],
        "number": _("n. %(number)d", number=observation.number),
        "number_meaning": _(
            "Number in the register «%(register)s» of %(procedure)s. It is not the protocol "
            "number, which the office gives afterwards.",
            register=observation.register.kind.label,
            procedure=procedure.title,
        ),
        "facts": _receipt_facts(observation),
        "code_label": _("Tracking code"),
        "code": codes.printed(code),
        "code_meaning": _(
            "Keep it: whoever has it can follow the case. We do not keep it in readable form."
        ),
        "term_title": _("How the term is counted"),
        "term": counting(observation.window, suspensions_of(procedure)),
        "next_title": _("What happens now"),
        "next": next_steps(observation),
        "text_title": _("What you sent"),
        "text": submission.text,
        "places_title": _("Places"),
        "places": _places(observation),
        "files_title": _("Files"),
        "files": [
            (
                f"{file.name} ({formats.size(file.file.size)}), {file.file_class.label}",
                file.file_sha256,
            )
            for file in submission.files
        ],
        "proof_title": _("Proof of the content"),
        "proof_meaning": _("SHA-256 digest of all that was received, files included:"),
        "sha256": submission.sha256,
    }


def _places(observation: Observation) -> list[str]:
    """Each place that was named, also those that the text leaves to the office."""
    several = placing.places_of(observation.submission.id)
    many = len(observation.submission.requests) > 1
    return [
        (_("Request %(number)d", number=number) + ": " if many else "")
        + place.said
        + ("" if place.public else f" ({_('Stays reserved')})")
        for number, places in several.items()
        for place in places
    ]


def _receipt_facts(observation: Observation) -> list[tuple[str, str]]:
    return [
        (_("Received"), received_sentence(observation, exact=True)),
        *_sent(observation),
        (_("Term"), term_sentence(observation)),
        (_("Protocol"), protocol_sentence(observation)),
        *_sender_protocol(observation),
        *party_facts(observation.parties, party_line),
        (_("Way in"), str(observation.channel.label)),
        (_("Author"), identity_sentence(observation)),
        (_("Subject"), observation.title),
        *((_("Link"), link.sentence) for link in links_of(observation)),
    ]


def _sender_protocol(observation: Observation) -> list[tuple[str, str]]:
    said = sender_protocol_sentence(observation)
    return [(_("Protocol of the sender"), said)] if said else []


def heading(observation: Observation) -> str:
    """That it was received, and under which number."""
    said = {
        Purpose.OBSERVATION: _("Observation n. %(number)s received"),
        Purpose.NO_OBSERVATIONS: _("Answer n. %(number)s received"),
        Purpose.WITHDRAWAL: _("Withdrawal n. %(number)s received"),
    }[observation.purpose]
    return said % {"number": observation.number}


def received_sentence(observation: Observation, *, exact: bool = False) -> str:
    """When it came: the day alone, where nobody wrote the hour."""
    received = observation.received_at
    if observation.channel is not Channel.WEB and clock.rome(received).time() == dt.time():
        return formats.weekday(received)
    return (
        formats.exact_instant(received) + _(", time of Rome")
        if exact
        else formats.instant(received)
    )


def counted_sentence(observation: Observation) -> str:
    """The instant that counts, or its day where only that is known, and why."""
    counts = observation.counts_at
    when = formats.weekday(counts) if observation.counts_hour is None else formats.instant(counts)
    return f"{when}: {observation.basis.label}"


def _sent(observation: Observation) -> list[tuple[str, str]]:
    """The date that counts, where it is not that of arrival."""
    if observation.basis is Basis.RECEIPT:
        return []
    return [(_("Date that counts"), counted_sentence(observation))]


def term_sentence(observation: Observation) -> str:
    """«nei termini (scadevano lunedì 2 novembre 2020, ore 24:00)»."""
    state = _("in time") if observation.in_time else _("late")
    return _(
        "%(state)s: the term is %(term)s",
        state=state,
        term=formats.term(observation.window.closes_at),
    )


def protocol_sentence(observation: Observation) -> str:
    if not observation.protocol_number:
        return _("to be given by the office")
    return formats.elide(
        _(
            "%(number)s of %(day)s",
            number=observation.protocol_number,
            day=formats.day(observation.protocol_on),
        )
    )


def sender_protocol_sentence(observation: Observation) -> str:
    """«n. 4471 del 30 ottobre 2020, Comune di Rho»; empty if the document bears none."""
    protocol = observation.sender_protocol
    said = protocol.number
    if protocol.on:
        said = _("%(number)s of %(day)s", number=said, day=formats.day(protocol.on))
    return formats.elide(", ".join(part for part in (said, protocol.registry) if part))


def identity_sentence(observation: Observation) -> str:
    """How the author was identified, and whether it suffices."""
    level = observation.submission.identity_level.label
    return f"{level}. {observation.author_standing}"


def party_facts(parties: Sequence[P], line: Callable[[P], str]) -> list[tuple[str, str]]:
    """Who submits, who represents it; then, together, those who sign along."""
    along = [party.name for party in parties if party.role is PartyRole.SIGNATORY]
    first = [party for party in parties if party.role is not PartyRole.SIGNATORY]
    facts: list[tuple[str, str]] = [
        (str(party.role.among(several=bool(along))), line(party)) for party in first
    ]
    return [*facts, (_("Further signatories"), "; ".join(along))] if along else facts


def party_line(party: ObservationParty) -> str:
    """A party in a line: name, type, Comune."""
    parts = [
        party.name,
        str(party.type.label) if party.type else "",
        party.municipality.name if party.municipality else "",
    ]
    if party.role is PartyRole.REPRESENTATIVE:
        parts.append(str(party.capacity.label))
    return ", ".join(part for part in parts if part)


def _answer(observation: Observation) -> str:
    """What becomes of what is asked: the plan is voted on, its assessment is not."""
    if observation.register.kind is RegisterKind.VAS:
        return _("The authorities of the environmental assessment take it into account.")
    return _("The office replies to each request; the Metropolitan Council votes.")


def next_steps(observation: Observation) -> list[str]:
    """What the office does next, in dated or ordered lines."""
    steps = [
        _("The office checks the observation.")
        if observation.protocol_number
        else _("The office gives the protocol number and checks the observation."),
        *([_answer(observation)] if observation.purpose is Purpose.OBSERVATION else []),
        _("You read every step on the tracking page, with the code of this receipt."),
    ]
    if not observation.in_time:
        steps.insert(
            1, _("Since it came after the term, the office decides whether to examine it.")
        )
    if observation.regularity.value == "to-regularise":
        steps.insert(
            0,
            _(
                "The author is to be regularised: add a signed copy with an identity document on "
                "the tracking page, or send it from your own PEC to %(pec)s, quoting the number "
                "of this receipt.",
                pec=observation.procedure.office_pec,
            ),
        )
    return steps


def _frame(procedure: Procedure, on: dt.date | None = None) -> dict[str, Any]:
    return {
        "date": (on or clock.today()).isoformat(),
        "body": procedure.body,
        "office": f"{procedure.office}, {procedure.office_address}",
        "language": formats.language(),
        "footer": f"{procedure.title}, {procedure.case_file}",
    }


def copy_to_sign(draft: Draft) -> bytes:
    """What the draft says, to be printed and signed. Only for one that misses nothing."""
    procedure = draft.window.procedure
    whole = assemble(
        draft,
        level=IdentityLevel.NONE,
        received_at=draft.updated_at,
        language="it",
    )
    rows = chosen_sections(draft.content)
    sections: list[dict[str, Any]] = [
        {
            "title": _("Request %(number)d", number=number),
            "text": _asked_text(asked, rows[number - 1]),
        }
        for number, asked in enumerate(whole.requests, 1)
    ]
    who = {
        "title": _("Who submits"),
        "facts": party_facts(whole.parties, _declared_line),
    }
    if not sections:
        said = received.as_text(whole, {})
        sections.append({"title": str(whole.purpose.label), "text": said})
    files = [file.name for file in draft.files if file.file_class is FileClass.ATTACHMENT]
    if files and whole.requests:
        sections.append({"title": _("Attachments"), "text": "\n".join(files)})
    return pdf(
        "form",
        {
            **_frame(procedure),
            **_signing(procedure),
            "title": _("Observation on %(plan)s", plan=procedure.plan.name),
            "intro": whole.subject or "",
            "sections": [*sections, who],
        },
    )


def _declared_line(party: received.Declared) -> str:
    parts = [party.name, str(party.type.label) if party.type else ""]
    if party.role is PartyRole.REPRESENTATIVE:
        parts.append(str(party.capacity.label))
    return ", ".join(part for part in parts if part)


def _asked_text(asked: received.Asked, rows: list[Any]) -> str:
    lines = [
        f"{chosen.row.citation}: «{chosen.exact}»" if chosen.exact else chosen.row.title
        for chosen in rows
    ]
    if asked.whole_plan:
        lines.append(_("The whole plan"))
    if asked.kind:
        lines.append(str(asked.kind.label))
    if asked.place:
        lines.append(_("Place: %(place)s", place=asked.place))
    for place in asked.places:
        reserved = "" if place.public else f" ({_('Stays reserved')})"
        lines.append(_("Place: %(place)s", place=place.said) + reserved)
    if asked.proposed:
        lines.append(_("Proposed words: «%(words)s»", words=asked.proposed))
    return "\n".join([*lines, "", asked.reasons])


def blank_form(
    procedure: Procedure, window: Window, section: SectionRow | None = None, address: str = ""
) -> bytes:
    """The form to fill in by hand; of a section, with a code that brings back to it."""
    spoken_of: dict[str, Any] = {
        "title": _("On what"),
        "lines": [_("Articles, maps or other sections of the plan")],
        "height": 2,
    }
    code: dict[str, str] = {}
    if section is not None:
        spoken_of = {"title": _("On what"), "text": section.title}
        meaning = _("Code that leads to this section: %(address)s", address=address)
        code = {"code": _code(address), "code_meaning": meaning, "code_address": address}
    return pdf(
        "form",
        {
            **code,
            **_frame(procedure),
            **_signing(procedure),
            "title": _("Observation on %(plan)s", plan=procedure.plan.name),
            "intro": _(
                "Term: %(term)s. An observation that comes later is registered as late.",
                term=formats.term(window.closes_at),
            ),
            "sections": [
                {
                    "title": _("Who submits"),
                    "lines": [
                        _("Name and surname, or name of the body, association or company"),
                        _("Comune"),
                        _("In own name, or on behalf of whom and by what right"),
                        _("E-mail or PEC, telephone"),
                    ],
                },
                spoken_of,
                {"title": _("What you ask"), "lines": [_("Proposed words")], "height": RULES},
                {"title": _("Why"), "lines": [_("Reasons")], "height": RULES},
            ],
        },
    )


def _code(address: str) -> str:
    """A QR code as SVG."""
    buffer = io.BytesIO()
    segno.make(address, error="m").save(buffer, kind="svg", border=1, xmldecl=False)
    return buffer.getvalue().decode("ascii")


def _signing(procedure: Procedure) -> dict[str, str]:
    return {
        "place_and_date": _("Place and date: ______________________________"),
        "signature": _("Signature"),
        "how_to_send": _(
            "Send it with a copy of an identity document, unless it is digitally signed or "
            "comes from your own PEC: by PEC to %(pec)s, by registered letter or by hand to "
            "%(office)s, %(address)s. For a registered letter the postmark counts.",
            pec=procedure.office_pec,
            office=procedure.office,
            address=procedure.office_address,
        ),
    }
