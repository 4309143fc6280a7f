"""The office's pages of observations: the worklist, one observation, entering from paper."""

import datetime as dt
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.consultations.queries import consultations_of
from ptm_participation.core import clock, downloads, form_tokens, jobs
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.forms import options
from ptm_participation.core.storage import Kept
from ptm_participation.core.uploads import ACCEPTED, FileRefused, receive
from ptm_participation.observations import codes, documents, filters, queries, service
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import (
    OUTSIDE,
    ClassifyForm,
    DateForm,
    PaperForm,
    ProtocolForm,
    RegulariseForm,
    TieForm,
    UnpublishForm,
    WorkingTextForm,
)
from ptm_participation.observations.history import history
from ptm_participation.observations.models import Observation, ObservationParty
from ptm_participation.observations.received import Asked, Declared, Enclosed, Quote, Received
from ptm_participation.observations.workflow import (
    Capacity,
    Channel,
    FileClass,
    PartyRole,
)
from ptm_participation.plan import queries as plan
from ptm_participation.plan.models import Edition, SectionVersion
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel, Window
from ptm_participation.stakeholders import queries as stakeholders
from ptm_participation.stakeholders.subjects import SubjectType


def officer() -> User:
    """The account that works here; the endpoint's permission has let it in."""
    user = signed_in_user()
    assert isinstance(user, User)
    return user


# -- the worklist ------------------------------------------------------------------------


@bp.route("/ufficio/osservazioni")
@requires(Permission.REGISTER)
def worklist() -> Any:
    procedure = procedures.get_procedure(request.args.get("procedimento"))
    filter_, problems = filters.read(request.args)
    page = queries.list_observations(
        procedure,
        filter_,
        seen_by=officer(),
        after=request.args.get("dopo", ""),
        before=request.args.get("prima", ""),
    )
    return render_template(
        "observations/worklist.html",
        procedure=procedure,
        page=page,
        count=queries.count_observations(procedure, filter_, seen_by=officer()),
        cap=queries.COUNT_CAP - 1,
        views=filters.views(procedure, officer(), request.args),
        problems=problems,
        chips=filters.chips(procedure, request.args),
        choices=filters.choices(procedure),
        arguments=request.args,
        address=without_paging(request.args),
    )


@bp.route("/ufficio/vai")
@requires(Permission.REGISTER)
def jump() -> Any:
    """Go to what was typed: an observation's number, a section, else whatever holds the words."""
    words = request.args.get("q", "").strip()[:200]
    procedure = procedures.get_procedure()
    if words.isdigit() and len(words) < 9:
        filter_ = queries.Filter(words=words)
        found = queries.list_observations(procedure, filter_, seen_by=officer(), size=1).rows
        if found:
            row = found[0]
            return redirect(url_for("observations.show", register=row.register, number=row.number))
    sections = plan.resolve_references(procedure.edition, words)[0] if words else []
    if sections:
        section = plan.sections(sections)[sections[0]]
        return redirect(url_for("site.section", document=section.document_slug, slug=section.slug))
    return redirect(url_for("observations.worklist", q=words or None))


# -- one observation ---------------------------------------------------------------------


def _observation(register: str, number: int) -> Observation:
    return queries.get_observation(procedures.get_register(register), number, seen_by=officer())


def _here(observation: Observation, anchor: str | None = None) -> Response:
    """Back to the observation's page."""
    register, number = observation.address
    answer = redirect(
        url_for("observations.show", register=register, number=number, _anchor=anchor)
    )
    assert isinstance(answer, Response)
    return answer


@bp.route("/ufficio/osservazioni/<register>/<int:number>")
@requires(Permission.REGISTER)
def show(register: str, number: int) -> Any:
    observation = _observation(register, number)
    previous, following = queries.neighbours(observation)
    return render_template(
        "observations/show.html",
        observation=observation,
        previous=previous,
        following=following,
        documents=documents,
        mails=jobs.about(f"observation:{observation.id}", (service.RECEIPT,)),
        confirm=ConfirmForm(),
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/cronologia")
@requires(Permission.REGISTER)
def history_of(register: str, number: int) -> Any:
    observation = _observation(register, number)
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
    observation = _observation(register, number)
    form = ProtocolForm(
        number=observation.protocol_number, on=observation.protocol_on or clock.today()
    )
    if form.validate_on_submit():
        try:
            service.record_protocol(
                officer(), observation, number=form.number.data, on=form.on.data
            )
        except DomainError as error:
            form.on.errors = [str(error)]
        else:
            return _here(observation)
    return render_template("observations/protocol.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/verifica", methods=["POST"])
@requires(Permission.REGISTER)
def mark_checked(register: str, number: int) -> Any:
    observation = _observation(register, number)
    if ConfirmForm().validate_on_submit():
        service.check_observation(officer(), observation)
        flash(_("The observation is marked as checked."), "success")
    return _here(observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/regolarizza", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def regularise(register: str, number: int) -> Any:
    observation = _observation(register, number)
    form = RegulariseForm()
    if form.validate_on_submit():
        service.regularise(officer(), observation, how=form.how.data)
        return _here(observation)
    return render_template("observations/regularise.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/data", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def count_from(register: str, number: int) -> Any:
    observation = _observation(register, number)
    local = clock.rome(observation.counts_at)
    form = DateForm(counts_on=local.date(), hour=local.time().replace(second=0, microsecond=0))
    if form.validate_on_submit():
        moment = dt.datetime.combine(form.counts_on.data, form.hour.data or dt.time(), clock.ROME)
        try:
            service.count_from(officer(), observation, counts_at=moment, reason=form.reason.data)
        except DomainError as error:
            form.counts_on.errors = [str(error)]
        else:
            return _here(observation)
    return render_template("observations/count_from.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/testo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def write_text(register: str, number: int) -> Any:
    observation = _observation(register, number)
    last = observation.working_text
    form = WorkingTextForm(text=last.text, base_version=last.version)
    if form.validate_on_submit():
        try:
            service.write_working_text(
                officer(),
                observation,
                text=form.text.data,
                base_version=int(form.base_version.data or 0),
            )
        except DomainError as error:
            form.text.errors = [str(error)]
            form.base_version.data = str(last.version)
        else:
            return _here(observation, "testo")
    return render_template("observations/write_text.html", form=form, observation=observation)


@bp.route("/ufficio/osservazioni/<register>/<int:number>/classifica", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def classify(register: str, number: int) -> Any:
    observation = _observation(register, number)
    cited = [
        link.anchor.section_version.brief
        for link in observation.anchors
        if link.anchor.section_version
    ]
    form = ClassifyForm(
        title=observation.title,
        type=observation.subject_type.value,
        municipality=str(observation.municipality_id or OUTSIDE),
        sections="; ".join(dict.fromkeys(cited)),
    )
    if form.validate_on_submit():
        sections = _sections(observation.procedure.edition, form.sections)
        if sections is not None:
            service.classify(
                officer(),
                observation,
                title=form.title.data,
                subject_type=SubjectType(form.type.data),
                municipality_id=_municipality_id(form.municipality.data),
                sections=sections,
            )
            return _here(observation)
    return render_template("observations/classify.html", form=form, observation=observation)


def _sections(edition: Edition, field: Any) -> list[SectionVersion] | None:
    """The sections that a field names; None, with a sentence beside it, if one is unknown."""
    found, unknown = plan.resolve_references(edition, field.data or "")
    if unknown:
        field.errors = [_("Not found in the plan: %(what)s.", what="; ".join(unknown))]
        return None
    return [plan.get_version(version_id) for version_id in found]


def _municipality_id(value: str) -> int | None:
    return None if value == OUTSIDE else int(value)


@bp.route(
    "/ufficio/osservazioni/<register>/<int:number>/soggetto/<int:party_id>",
    methods=["GET", "POST"],
)
@requires(Permission.REGISTER)
def tie(register: str, number: int, party_id: int) -> Any:
    observation = _observation(register, number)
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
    chosen = stakeholders.get_stakeholder(int(choice)) if choice.isdigit() else None
    service.tie_party(officer(), party, chosen)
    return _here(observation, "chi")


@bp.route("/ufficio/osservazioni/<register>/<int:number>/pubblica", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def publish(register: str, number: int) -> Any:
    observation = _observation(register, number)
    form = ConfirmForm()
    if form.validate_on_submit():
        service.publish(officer(), [observation])
        flash(_("The observation is published."), "success")
        return _here(observation)
    return render_template(
        "observations/publish.html", form=form, observation=observation, documents=documents
    )


@bp.route("/ufficio/osservazioni/<register>/<int:number>/ritira", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def unpublish(register: str, number: int) -> Any:
    observation = _observation(register, number)
    form = UnpublishForm()
    if form.validate_on_submit():
        service.unpublish(officer(), observation, reason=form.reason.data)
        return _here(observation)
    return render_template("observations/unpublish.html", form=form, observation=observation)


def _worklist_address() -> str:
    """The worklist under the present filter."""
    arguments: dict[str, Any] = without_paging(request.args)
    return url_for("observations.worklist", **arguments)


@bp.route("/ufficio/osservazioni/pubblica", methods=["GET", "POST"])
@requires(Permission.PUBLISH)
def publish_many() -> Any:
    """Publish all that a filter finds and that may be published."""
    procedure = procedures.get_procedure()
    filter_, _problems = filters.read(request.args)
    ready = queries.publishable(procedure, filter_, seen_by=officer())
    form = ConfirmForm()
    if form.validate_on_submit():
        count = service.publish(officer(), ready)
        flash(_("Published: %(count)d observations.", count=count), "success")
        return redirect(_worklist_address())
    return render_template(
        "observations/publish_many.html",
        form=form,
        ready=ready,
        chips=filters.chips(procedure, request.args),
        arguments=request.args,
    )


@bp.route("/ufficio/posta")
@requires(Permission.REGISTER)
def mail() -> Any:
    return render_template("observations/mail.html", jobs=queries.mail_jobs(), form=ConfirmForm())


@bp.route("/ufficio/posta/<int:job_id>/riprova", methods=["POST"])
@requires(Permission.REGISTER)
def send_mail_again(job_id: int) -> Any:
    if ConfirmForm().validate_on_submit():
        jobs.try_again_now(job_id)
        flash(_("It will be tried again at once."), "success")
    return redirect(url_for("observations.mail"))


# -- from paper --------------------------------------------------------------------------


@bp.route("/ufficio/osservazioni/nuova", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def enter() -> Any:
    procedure = procedures.get_procedure()
    windows = [w for w in procedures.list_windows(procedure) if w.has_opened(clock.now())]
    form = PaperForm(token=form_tokens.new_token(), arrived_on=clock.today())
    form.window.choices = options((str(w.id), w.register.kind.label) for w in windows)
    if not form.window.data and windows:
        form.window.data = str(windows[-1].id)
    if form.validate_on_submit():
        window = procedures.get_window(int(form.window.data))
        entered = _enter(form, window)
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


def _enter(form: PaperForm, window: Window) -> Observation | None:
    """Submit what the form says; None, with sentences beside the fields, if it may not be."""
    sections = _sections(window.procedure.edition, form.sections)
    if sections is None:
        return None
    try:
        scan = _scan(form)
        return service.enter_observation(
            officer(),
            window,
            _received(form, sections, scan),
            token=form.token.data,
            scan=scan[1] if scan else None,
            counted=_counted(form),
            protocol=_protocol(form),
        )
    except FileRefused as error:
        form.scan.errors = [str(error)]
    except service.InTheFuture as error:
        form.arrived_on.errors = [str(error)]
    except service.NotYetOpen as error:
        form.sent_on.errors = [str(error)]
    except DomainError as error:
        form.window.errors = [str(error)]
    return None


def _scan(form: PaperForm) -> tuple[str, Kept] | None:
    upload = form.scan.data
    return receive(upload) if upload and upload.filename else None


def _protocol(form: PaperForm) -> tuple[str, dt.date] | None:
    if not form.protocol_number.data:
        return None
    return form.protocol_number.data, form.protocol_on.data


def _counted(form: PaperForm) -> service.CountedOtherwise | None:
    if form.counts_on.data is None:
        return None
    return service.CountedOtherwise(clock.start_of_day(form.counts_on.data), form.reason.data)


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
            _municipality_id(form.municipality.data),
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
    observation = _observation(register, number)
    code = request.args.get("codice", "")
    return render_template(
        "observations/entered.html",
        observation=observation,
        code=code,
        printed_code=codes.printed(code),
        documents=documents,
    )


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
        rows=queries.observations_of_stakeholder(stakeholder_id),
    )
