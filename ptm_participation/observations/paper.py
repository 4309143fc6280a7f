"""Entering an observation that came on paper, by PEC or at the counter."""

import dataclasses
import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock, form_tokens
from ptm_participation.core.errors import DomainError
from ptm_participation.core.forms import keepable, options
from ptm_participation.core.numbers import whole
from ptm_participation.core.storage import Kept, files
from ptm_participation.core.uploads import ACCEPTED, FileRefused, receive
from ptm_participation.observations import codes, documents, incoming, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.intake import (
    CountedOtherwise,
    InTheFuture,
    NoSuchEarlier,
    NotABody,
    NothingToReturnTo,
    NotYetOpen,
    WithdrawnAlready,
)
from ptm_participation.observations.mail_models import IncomingMail
from ptm_participation.observations.models import Observation, Protocol
from ptm_participation.observations.office import (
    municipality_id,
    observation_at,
    officer,
    sections_named,
)
from ptm_participation.observations.paper_forms import PaperForm
from ptm_participation.observations.received import (
    Asked,
    Declared,
    Earlier,
    Enclosed,
    Quote,
    Received,
)
from ptm_participation.observations.steps import signatories
from ptm_participation.observations.suggesting import not_covered
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    LinkKind,
    PartyRole,
    Purpose,
)
from ptm_participation.plan import queries as plan
from ptm_participation.plan.citation_queries import sections_cited
from ptm_participation.plan.closing import closed_among
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.queries import SectionRow
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import chosen_procedure, of_procedure, stay_in
from ptm_participation.procedure.models import Audience, IdentityLevel, Window
from ptm_participation.stakeholders.subjects import SubjectType

LONGEST_ADDRESS = 254
_ENTERED = "entered"  # what this browser has just entered, with its code


@bp.route("/ufficio/osservazioni/nuova", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def enter() -> Any:
    windows = procedures.list_opened_windows()
    mail = _mail()
    if mail is not None and mail.observation is not None:
        flash(str(incoming.AlreadyEntered(number=mail.observation.number)), "neutral")
        slug, number = mail.observation.address
        return redirect(url_for("observations.show", register=slug, number=number))
    form = _form(mail, windows)
    cited = _cited(form, windows)
    if "citati" in request.form:
        cited = _with_cited(form, cited)
    elif form.is_submitted() and not form.session_ended:
        entered = _enter(form, windows, mail)
        if entered is not None:
            slug, number = entered.address
            _say_closed(entered)
            # Not in the address: whoever has the code reads the case.
            session[_ENTERED] = [slug, number, codes.code_of(form.token.data)]
            return redirect(url_for("observations.entered", register=slug, number=number))
    return render_template(
        "observations/enter.html",
        form=form,
        accepted=ACCEPTED,
        mail=mail,
        cited=cited,
        looked="citati" in request.form,
    )


def _form(mail: IncomingMail | None, windows: Sequence[Window]) -> PaperForm:
    """The form with what the message, or the address, says already."""
    proposed: dict[str, Any] = _proposed(mail) if mail else {"arrived_on": clock.today()}
    proposed["sections"] = request.args.get("sezioni", "")[:500]
    form = PaperForm(token=form_tokens.new_token(), **proposed)
    form.window.choices = _windows(windows)
    if not form.window.data:
        own = [w for w in windows if w.procedure is chosen_procedure()]
        form.window.data = str(own[-1].id) if own else None
    return form


def _cited(form: PaperForm, windows: Sequence[Window]) -> list[SectionRow]:
    """The sections that the letter's words cite and that the officer has not named."""
    window = next((w for w in windows if str(w.id) == form.window.data), None)
    if window is None or not form.text.data:
        return []
    edition = window.procedure.edition
    named = resolve_references(edition, form.sections.data or "")[0]
    chosen = list(plan.sections(named).values())
    return not_covered(sections_cited(edition.id, form.text.data), chosen)


def _with_cited(form: PaperForm, cited: list[SectionRow]) -> list[SectionRow]:
    """Write what is cited into the field, if the officer says so; what is left to suggest."""
    if request.form["citati"] != "aggiungi":
        return cited
    named = (form.sections.data or "").strip().rstrip(";")
    form.sections.data = "; ".join([*([named] if named else []), *(row.brief for row in cited)])
    return []


def _say_closed(entered: Observation) -> None:
    """Tell the officer which of its sections take no observations: it is filed all the same."""
    versions = [link.anchor.section_version for link in entered.anchors]
    citations = {version.id: version.citation for version in versions}
    for version_id, closed in closed_among(citations).items():
        said = _("It was filed all the same.")
        flash(f"{closed.refusal(citations[version_id])} {said}", "warning")


def _windows(windows: Sequence[Window]) -> list[SelectChoice]:
    """The windows as choices, grouped by procedure where there are several."""
    several = len({window.procedure_id for window in windows}) > 1
    return [
        choice
        for window in windows
        for choice in options(
            [(str(window.id), _named(window))], window.procedure.title if several else None
        )
    ]


def _named(window: Window) -> str:
    """The register, and for whom if it is not for everyone."""
    register = str(window.register.kind.label)
    if window.audience is Audience.EVERYONE:
        return register
    return f"{register}: {window.audience.label}"


@bp.route("/m/<procedure>/<document>/<slug>")
@public
def from_paper(procedure: str, document: str, slug: str) -> Any:
    """Where the code of a printed form leads: an officer to the entry, with the section filled
    in; anybody else to the section."""
    asked = procedures.get_procedure(procedure)
    section = plan.get_section(asked.edition, document, slug)
    if signed_in_user().can(Permission.REGISTER):
        stay_in(asked)
        return redirect(url_for("observations.enter", sezioni=section.brief))
    return redirect(url_for("site.section", document=document, slug=slug))


def _mail() -> IncomingMail | None:
    """The message that the entry is made from, if the address names one. Raises NotFound."""
    number = whole(request.args.get("posta"))
    if number is None:
        return None
    return incoming.get_mail(number, seen_by=officer())


def _proposed(mail: IncomingMail) -> dict[str, Any]:
    """What the message says, for the officer to confirm or correct."""
    arrived = clock.rome(mail.arrived_at)
    certified = mail.channel is Channel.PEC
    return {
        "channel": mail.channel.value,
        "arrived_on": arrived.date(),
        "arrived_at": arrived.time().replace(microsecond=0),
        "email": mail.sender if len(mail.sender) <= LONGEST_ADDRESS else "",
        "title": keepable(mail.subject)[:200],
        "text": keepable(mail.content["body"]),
        "identity": (IdentityLevel.PEC if certified else IdentityLevel.NONE).value,
        **_attested(mail.content.get("registration")),
    }


def _attested(registration: dict[str, str] | None) -> dict[str, Any]:
    """The sender's own protocol, if the message brings its data."""
    if not registration:
        return {}
    return {
        "sender_number": registration["number"],
        "sender_on": dt.date.fromisoformat(registration["on"]) if registration["on"] else None,
        "sender_registry": registration["registry"],
    }


def _enter(
    form: PaperForm, windows: Sequence[Window], mail: IncomingMail | None
) -> Observation | None:
    """Submit what the form says; None, with sentences beside all its fields, if it may not be."""
    good = form.validate()
    window = next((w for w in windows if str(w.id) == form.window.data), None)
    scan = _scan(form)
    if window is None:
        return None
    sections = sections_named(window.procedure.edition, form.sections)
    if not good or sections is None or form.scan.errors:
        return None
    try:
        if mail is not None:
            enclosed, named = _enclosed(mail)
            received = _received(form, sections, scan)
            return incoming.enter_from_mail(
                officer(),
                mail,
                window,
                dataclasses.replace(
                    received, files=(*received.files, *named), **_instants(form, mail)
                ),
                token=form.token.data,
                enclosed=[*enclosed, *([scan[1]] if scan else [])],
                counted=_counted(form),
                protocol=_protocol(form),
                sender_protocol=_sender_protocol(form),
                unreadable=form.unreadable,
            )
        return service.enter_observation(
            officer(),
            window,
            _received(form, sections, scan),
            token=form.token.data,
            scan=scan[1] if scan else None,
            counted=_counted(form),
            protocol=_protocol(form),
            sender_protocol=_sender_protocol(form),
            unreadable=form.unreadable,
        )
    except InTheFuture as error:
        form.arrived_on.errors = [str(error)]
    except (NoSuchEarlier, WithdrawnAlready, NothingToReturnTo) as error:
        form.withdraws.errors = [str(error)]
    except NotABody as error:
        form.type.errors = [str(error)]
    except NotYetOpen as error:
        form.sent_on.errors = [str(error)]
    except DomainError as error:
        form.window.errors = [str(error)]
    return None


def _enclosed(mail: IncomingMail) -> tuple[list[Kept], list[Enclosed]]:
    """The message as it was received, then each of its attachments, in the store."""
    kept = [Kept(mail.file.sha256, mail.file.size, mail.file.media_type)]
    named = [Enclosed(mail.file.sha256, f"messaggio-{mail.id}.eml", FileClass.SCAN)]
    for attachment in incoming.message_of(mail).attachments:
        file = files().keep(io.BytesIO(attachment.content), attachment.media_type)
        if file.sha256 not in {known.sha256 for known in kept}:
            kept.append(file)
            named.append(Enclosed(file.sha256, attachment.name, FileClass.ATTACHMENT))
    return kept, named


def _instants(form: PaperForm, mail: IncomingMail) -> dict[str, Any]:
    """To the second, as attested; unless the officer wrote another day or hour."""
    shown = clock.rome(mail.arrived_at).replace(second=0, microsecond=0)
    hour = form.arrived_at.data or dt.time()
    written = dt.datetime.combine(form.arrived_on.data, hour.replace(second=0), clock.ROME)
    if written != shown or Channel(form.channel.data) is not mail.channel:
        return {}
    accepted = mail.counts_at if mail.channel is Channel.PEC else None
    return {"received_at": mail.arrived_at, "accepted_at": accepted}


def _scan(form: PaperForm) -> tuple[str, Kept] | None:
    upload = form.scan.data
    if not upload or not upload.filename:
        return None
    try:
        return receive(upload)
    except FileRefused as error:
        form.scan.errors = [str(error)]
        return None


def _protocol(form: PaperForm) -> Protocol | None:
    if not form.protocol_number.data:
        return None
    return Protocol(form.protocol_number.data, form.protocol_on.data)


def _sender_protocol(form: PaperForm) -> Protocol | None:
    if not form.sender_number.data:
        return None
    registry = form.sender_registry.data or ""
    return Protocol(form.sender_number.data, form.sender_on.data, registry)


def _counted(form: PaperForm) -> CountedOtherwise | None:
    if form.counts_on.data is None:
        return None
    return CountedOtherwise(clock.start_of_day(form.counts_on.data), form.reason.data)


def _received(
    form: PaperForm, sections: list[SectionVersion], scan: tuple[str, Kept] | None
) -> Received:
    hour = form.arrived_at.data or dt.time()
    parties = [
        Declared(
            PartyRole.SUBMITTER,
            form.name.data,
            Capacity.OWN_NAME,
            SubjectType(form.type.data),
            municipality_id(form.municipality.data),
            form.email.data or "",
            form.phone.data or "",
        )
    ]
    if form.representative.data:
        parties.append(
            Declared(
                PartyRole.REPRESENTATIVE,
                form.representative.data,
                Capacity(form.representative_capacity.data),
            )
        )
    parties += signatories(form.signatories.data or "", SubjectType(form.type.data))
    purpose = Purpose(form.purpose.data)
    asked = Asked(
        reasons=form.text.data,
        quotes=tuple(Quote(section.id) for section in sections),
        whole_plan=not sections,
        places=form.named_parcels(),
    )
    return Received(
        purpose=purpose,
        earlier=_withdrawn(form) if purpose is Purpose.WITHDRAWAL else None,
        because="" if purpose is Purpose.OBSERVATION else form.text.data or "",
        channel=Channel(form.channel.data),
        received_at=dt.datetime.combine(form.arrived_on.data, hour, clock.ROME).astimezone(dt.UTC),
        sent_on=form.sent_on.data,
        parties=tuple(parties),
        requests=(asked,) if purpose is Purpose.OBSERVATION else (),
        identity_level=IdentityLevel(form.identity.data),
        subject=form.title.data,
        files=(Enclosed(scan[1].sha256, scan[0], FileClass.SCAN),) if scan else (),
    )


def _withdrawn(form: PaperForm) -> Earlier:
    """The observation of the same register that the letter withdraws."""
    register = procedures.get_window(int(form.window.data)).register
    return Earlier(register.slug, whole(form.withdraws.data) or 0, LinkKind.WITHDRAWS)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/registrata")
@requires(Permission.REGISTER)
def entered(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    *known, code = session.get(_ENTERED, ["", 0, ""])
    code = code if known == [register, number] else ""
    return render_template(
        "observations/entered.html",
        observation=observation,
        code=code,
        printed_code=codes.printed(code),
        documents=documents,
    )
