"""The office's pages of one observation, and of the receipts."""

import datetime as dt
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts import queries as accounts
from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.consultations.queries import consultations_of
from ptm_participation.core import clock, downloads, jobs
from ptm_participation.core.errors import ChangedMeanwhile, DomainError, NotFound
from ptm_participation.core.forms import base_version, options
from ptm_participation.core.numbers import whole
from ptm_participation.observations import (
    bulk,
    documents,
    incoming,
    links,
    lists,
    placing,
    queries,
    service,
    stages,
    supplements,
)
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import OUTSIDE
from ptm_participation.observations.history import history
from ptm_participation.observations.intake import RECEIPT
from ptm_participation.observations.models import Observation, ObservationParty
from ptm_participation.observations.office_forms import (
    AssignForm,
    ClassifyForm,
    DateForm,
    ProtocolForm,
    PublishForm,
    RegulariseForm,
    TieForm,
    UnpublishForm,
    WorkingTextForm,
)
from ptm_participation.observations.supplements import ASKED_BY_MAIL
from ptm_participation.observations.workflow import ObservationState
from ptm_participation.plan import queries as plan
from ptm_participation.plan.models import Edition, SectionVersion
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.choice import stay_in
from ptm_participation.procedure.reasoning import sentences
from ptm_participation.stakeholders import queries as stakeholders
from ptm_participation.stakeholders.subjects import SubjectType


def officer() -> User:
    """The account that works here; the endpoint's permission has let it in."""
    user = signed_in_user()
    assert isinstance(user, User)
    return user


# -- one observation ---------------------------------------------------------------------


def observation_at(register: str, number: int) -> Observation:
    """The observation that an address names. Raises NotFound."""
    observation = queries.get_observation(register, number, seen_by=officer())
    stay_in(observation.procedure)
    return observation


def here(observation: Observation) -> Response:
    """Back to the observation's page, at its top: what was done is said there."""
    register, number = observation.address
    answer = redirect(url_for("observations.show", register=register, number=number))
    assert isinstance(answer, Response)
    return answer


def assign_form(observation: Observation) -> AssignForm:
    """Who works on the observation, and who could."""
    form = AssignForm(officer=str(observation.assigned_to_id or ""))
    form.offer(accounts.list_officers(), present=observation.assigned_to_id)
    form.guard()
    return form


@bp.route("/ufficio/osservazioni/<register>/<int:number>")
@requires(Permission.REGISTER)
def show(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    previous, following = queries.neighbours(observation)
    mails = jobs.about(f"observation:{observation.id}", (RECEIPT, ASKED_BY_MAIL))
    asked = supplements.requests_of(observation)
    return render_template(
        "observations/show.html",
        observation=observation,
        filed=queries.filed_under(observation),
        located=placing.places_of(observation.submission.id),
        links=links.links_of(observation),
        asked=asked,
        counted=supplements.reasons_of(observation, asked[0]) if asked else None,
        supplements=supplements.supplements_of(observation),
        sentences=sentences,
        notices=incoming.notices_about(observation),
        stages=stages.stages_of(observation),
        previous=previous,
        following=following,
        documents=documents,
        same_protocol=queries.same_protocol(observation),
        mails=[job for job in mails if job.kind == RECEIPT],
        asked_mails=[job for job in mails if job.kind == ASKED_BY_MAIL],
        confirm=ConfirmForm(),
        assign=assign_form(observation),
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/cronologia")
@requires(Permission.REGISTER)
def history_of(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    return render_template(
        "observations/history_of.html", observation=observation, entries=history(observation)
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/file/<int:file_id>")
@requires(Permission.REGISTER)
def download(register: str, number: int, file_id: int) -> Any:
    file = queries.get_file(procedures.get_register(register), number, file_id, seen_by=officer())
    return downloads.download(file.file, file.name)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/protocollo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def protocol(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = ProtocolForm(**_protocols(observation))
    form.guard()
    if form.validate_on_submit():
        try:
            bulk.record_protocols(
                officer(),
                {observation.id: form.protocol()},
                {observation.id: form.sender_protocol()},
            )
        except DomainError as error:
            form.on.errors = [str(error)]
        else:
            flash(_("The protocol number is saved."), "success")
            return here(observation)
    return render_template("observations/protocol.html", form=form, observation=observation)


def _protocols(observation: Observation) -> dict[str, Any]:
    """What ProtocolForm shows: the body's own protocol, and the sender's."""
    own, sent = observation.protocol, observation.sender_protocol
    return {
        "number": own.number,
        "on": own.on or clock.today(),
        "registry": own.registry,
        "case_file": own.case_file or observation.procedure.case_file,
        "sender_number": sent.number,
        "sender_on": sent.on,
        "sender_registry": sent.registry,
    }


@bp.route("/ufficio/osservazioni/<register>/<int:number>/verifica", methods=["POST"])
@requires(Permission.REGISTER)
def mark_checked(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    if ConfirmForm().validate_on_submit():
        service.check_observation(officer(), observation)
        flash(_("The observation is marked as checked."), "success")
    return here(observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/regolarizza", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def regularise(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = RegulariseForm()
    if form.validate_on_submit():
        service.regularise(officer(), observation, how=form.how.data)
        flash(_("The author is regularised."), "success")
        return here(observation)
    return render_template("observations/regularise.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/data", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def count_from(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    local = clock.rome(observation.counts_at)
    form = DateForm(counts_on=local.date(), hour=local.time().replace(second=0, microsecond=0))
    form.guard()
    if form.validate_on_submit():
        moment = dt.datetime.combine(form.counts_on.data, form.hour.data or dt.time(), clock.ROME)
        try:
            service.count_from(officer(), observation, counts_at=moment, reason=form.reason.data)
        except DomainError as error:
            form.counts_on.errors = [str(error)]
        else:
            flash(_("The date that counts is saved."), "success")
            return here(observation)
    return render_template("observations/count_from.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/testo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def write_text(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    last = observation.working_text
    form = WorkingTextForm(text=last.text, base_version=last.version)
    if form.validate_on_submit():
        try:
            service.write_working_text(
                officer(),
                observation,
                text=form.text.data,
                base_version=base_version(form.base_version),
            )
        except DomainError as error:
            form.text.errors = [str(error)]
            form.base_version.data = str(last.version)
        else:
            flash(_("The working text is saved."), "success")
            return here(observation)
    return render_template("observations/write_text.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/testo/<int:version>")
@requires(Permission.REGISTER)
def text_version(register: str, number: int, version: int) -> Any:
    """The working text as it stood in one of its versions."""
    observation = observation_at(register, number)
    text = next((text for text in observation.texts if text.version == version), None)
    if text is None:
        raise NotFound()
    return render_template("observations/text_version.html", observation=observation, text=text)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/classifica", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def classify(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    cited = [link.anchor.section_version.brief for link in observation.anchors]
    form = ClassifyForm(
        title=observation.title,
        type=observation.subject_type.value,
        municipality=str(observation.municipality_id or OUTSIDE),
        sections="; ".join(dict.fromkeys(cited)),
    )
    form.guard()
    if form.validate_on_submit():
        sections = sections_named(observation.procedure.edition, form.sections)
        if sections is not None and _classified(observation, form, sections):
            flash(_("The classification is saved."), "success")
            return here(observation)
    return render_template("observations/classify.html", form=form, observation=observation)


def _classified(
    observation: Observation, form: ClassifyForm, sections: list[SectionVersion]
) -> bool:
    """Whether it is classified as the form says; if not, a sentence stands beside a field."""
    try:
        service.classify(
            officer(),
            observation,
            title=form.title.data,
            subject_type=SubjectType(form.type.data),
            municipality_id=municipality_id(form.municipality.data),
            sections=sections,
        )
    except DomainError as error:
        form.title.errors = [str(error)]
        return False
    return True


def sections_named(edition: Edition, field: Any) -> list[SectionVersion] | None:
    """The sections that a field names; None, with a sentence beside it, if one is unknown."""
    found, unknown = resolve_references(edition, field.data or "")
    if unknown:
        field.errors = [_("Not found in the plan: %(what)s.", what="; ".join(unknown))]
        return None
    return [plan.get_version(version_id) for version_id in found]


def municipality_id(value: str) -> int | None:
    """What a select of Comuni chose; None for whoever is from elsewhere."""
    return None if value == OUTSIDE else int(value)


@bp.route(
    "/ufficio/osservazioni/<register>/<int:number>/soggetto/<int:party_id>",
    methods=["GET", "POST"],
)
@requires(Permission.REGISTER)
def tie(register: str, number: int, party_id: int) -> Any:
    observation = observation_at(register, number)
    party = next((p for p in observation.parties if p.id == party_id), None)
    if party is None:
        raise NotFound()
    words = request.args.get("q", party.name)
    found = stakeholders.find_stakeholders(words)
    form = TieForm(stakeholder=str(party.stakeholder_id or ""))
    form.stakeholder.choices = options((str(row.id), row.name) for row in found)
    if form.validate_on_submit():
        return _tie(observation, party, form.stakeholder.data)
    return render_template(
        "observations/tie.html",
        form=form,
        observation=observation,
        party=party,
        found=found,
        words=words,
    )


def _tie(observation: Observation, party: ObservationParty, choice: str) -> Any:
    number = whole(choice)
    chosen = stakeholders.get_stakeholder(number) if number is not None else None
    service.tie_party(officer(), party, chosen)
    if chosen is None:
        flash(_("%(name)s is no longer tied to a stakeholder.", name=party.name), "success")
    else:
        flash(_("%(name)s is tied to %(who)s.", name=party.name, who=chosen.name), "success")
    return here(observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/pubblica", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def publish(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    if observation.state is ObservationState.RECEIVED:
        flash(str(service.NotPublishable()), "warning")
        return redirect(url_for("observations.protocol", register=register, number=number))
    form = PublishForm(seen=[observation.publication_mark])
    if form.validate_on_submit():
        try:
            service.publish(officer(), [observation], seen=form.seen.data)
        except ChangedMeanwhile as error:
            form.seen.errors = [str(error)]
        else:
            flash(_("The observation is published."), "success")
            return here(observation)
    return render_template(
        "observations/publish.html",
        form=form,
        located=placing.places_of(observation.submission.id, public_only=True),
        observation=observation,
        filed=queries.filed_under(observation),
        documents=documents,
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/ritira", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def unpublish(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = UnpublishForm()
    if form.validate_on_submit():
        service.unpublish(officer(), observation, reason=form.reason.data)
        flash(_("The observation is no longer published."), "success")
        return here(observation)
    return render_template("observations/unpublish.html", form=form, observation=observation)


@bp.route("/ufficio/posta")
@requires(Permission.REGISTER)
def mail() -> Any:
    return render_template("observations/mail.html", jobs=lists.mail_jobs(), form=ConfirmForm())


@bp.route("/ufficio/posta/<int:job_id>/riprova", methods=["POST"])
@requires(Permission.REGISTER)
def send_mail_again(job_id: int) -> Any:
    if ConfirmForm().validate_on_submit():
        jobs.try_again_now(job_id)
        flash(_("It will be tried again at once."), "neutral")
    return redirect(url_for("observations.mail"))


# -- a stakeholder's dossier -------------------------------------------------------------


@bp.route("/ufficio/soggetti/<int:stakeholder_id>")
@requires(Permission.CONSULT)
def dossier(stakeholder_id: int) -> Any:
    """All that the office knows of a stakeholder: contacts, consultations, observations."""
    stakeholder = stakeholders.get_stakeholder(stakeholder_id)
    return render_template(
        "observations/dossier.html",
        stakeholder=stakeholder,
        consultations=consultations_of(stakeholder_id),
        rows=lists.observations_of_stakeholder(stakeholder_id),
    )
