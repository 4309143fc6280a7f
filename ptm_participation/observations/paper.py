"""Entering an observation that came on paper, by PEC or at the counter."""

import datetime as dt
from typing import Any

from flask import redirect, render_template, request, url_for

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core import clock, form_tokens
from ptm_participation.core.errors import DomainError
from ptm_participation.core.forms import options
from ptm_participation.core.storage import Kept
from ptm_participation.core.uploads import ACCEPTED, FileRefused, receive
from ptm_participation.observations import codes, documents, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import PaperForm
from ptm_participation.observations.intake import CountedOtherwise, InTheFuture, NotYetOpen
from ptm_participation.observations.models import Observation
from ptm_participation.observations.office import (
    municipality_id,
    observation_at,
    officer,
    sections_named,
)
from ptm_participation.observations.received import Asked, Declared, Enclosed, Quote, Received
from ptm_participation.observations.workflow import Capacity, Channel, FileClass, PartyRole
from ptm_participation.plan.models import SectionVersion
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel, Procedure
from ptm_participation.stakeholders.subjects import SubjectType


@bp.route("/ufficio/osservazioni/nuova", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def enter() -> Any:
    procedure = procedures.get_procedure()
    windows = [w for w in procedures.list_windows(procedure) if w.has_opened(clock.now())]
    form = PaperForm(token=form_tokens.new_token(), arrived_on=clock.today())
    form.window.choices = options((str(w.id), w.register.kind.label) for w in windows)
    if not form.window.data and windows:
        form.window.data = str(windows[-1].id)
    if form.is_submitted() and not form.session_ended:
        entered = _enter(form, procedure)
        if entered is not None:
            return redirect(
                url_for(
                    "observations.entered",
                    register=entered.register.slug,
                    number=entered.number,
                    codice=codes.code_of(form.token.data),
                )
            )
    return render_template(
        "observations/enter.html", form=form, procedure=procedure, accepted=ACCEPTED
    )


def _enter(form: PaperForm, procedure: Procedure) -> Observation | None:
    """Submit what the form says; None, with sentences beside all its fields, if it may not be."""
    good = form.validate()
    sections = sections_named(procedure.edition, form.sections)
    scan = _scan(form)
    if not good or sections is None or form.scan.errors:
        return None
    window = procedures.get_window(int(form.window.data))
    try:
        return service.enter_observation(
            officer(),
            window,
            _received(form, sections, scan),
            token=form.token.data,
            scan=scan[1] if scan else None,
            counted=_counted(form),
            protocol=_protocol(form),
        )
    except InTheFuture as error:
        form.arrived_on.errors = [str(error)]
    except NotYetOpen as error:
        form.sent_on.errors = [str(error)]
    except DomainError as error:
        form.window.errors = [str(error)]
    return None


def _scan(form: PaperForm) -> tuple[str, Kept] | None:
    upload = form.scan.data
    if not upload or not upload.filename:
        return None
    try:
        return receive(upload)
    except FileRefused as error:
        form.scan.errors = [str(error)]
        return None


def _protocol(form: PaperForm) -> tuple[str, dt.date] | None:
    if not form.protocol_number.data:
        return None
    return form.protocol_number.data, form.protocol_on.data


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
    return Received(
        channel=Channel(form.channel.data),
        received_at=dt.datetime.combine(form.arrived_on.data, hour, clock.ROME).astimezone(dt.UTC),
        sent_on=form.sent_on.data,
        parties=tuple(parties),
        requests=(
            Asked(
                reasons=form.text.data,
                quotes=tuple(Quote(section.id) for section in sections),
                whole_plan=not sections,
            ),
        ),
        identity_level=IdentityLevel(form.identity.data),
        subject=form.title.data,
        files=(Enclosed(scan[1].sha256, scan[0], FileClass.SCAN),) if scan else (),
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/registrata")
@requires(Permission.REGISTER)
def entered(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    code = request.args.get("codice", "")
    return render_template(
        "observations/entered.html",
        observation=observation,
        code=code,
        printed_code=codes.printed(code),
        documents=documents,
    )
