"""The office's log of consultations."""

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.consultations import filters, queries, service
from ptm_participation.consultations.forms import AttendanceForm, ConsultationForm
from ptm_participation.consultations.models import (
    Attendance,
    AttendanceRole,
    Consultation,
    ConsultationKind,
)
from ptm_participation.consultations.service import Account, Attended
from ptm_participation.core import clock, downloads
from ptm_participation.core.chips import without_paging
from ptm_participation.core.errors import DomainError
from ptm_participation.core.form_tokens import new_token
from ptm_participation.core.forms import base_version
from ptm_participation.core.numbers import whole
from ptm_participation.core.uploads import ACCEPTED, FileRefused, receive
from ptm_participation.plan.references import resolve_references
from ptm_participation.procedure.choice import chosen_procedure, of_procedure, stay_in
from ptm_participation.procedure.models import Procedure, StepKind
from ptm_participation.stakeholders.choices import Choices, consultable

bp = Blueprint("consultations", __name__)


@bp.route("/ufficio/consultazioni")
@requires(Permission.CONSULT)
@of_procedure
def index() -> Any:
    procedure = chosen_procedure()
    filter_ = filters.read(request.args)
    rows, after = queries.list_consultations(
        procedure, filter_, before=request.args.get("dopo", "")
    )
    return render_template(
        "consultations/index.html",
        rows=rows,
        after=after,
        count=queries.count_consultations(procedure, filter_),
        filtered=filter_ != queries.ConsultationFilter(),
        chips=filters.chips(procedure, filter_, request.args),
        address=without_paging(request.args),
        kinds=list(ConsultationKind),
        phases=list(StepKind),
        arguments=request.args,
    )


@bp.route("/ufficio/consultazioni/nuova", methods=["GET", "POST"])
@requires(Permission.CONSULT)
@of_procedure
def new() -> Any:
    procedure = chosen_procedure()
    form = ConsultationForm(token=new_token())
    choices = consultable()
    if form.validate_on_submit():
        account = _account(form, procedure, choices)
        if account is not None:
            made = service.log_consultation(
                signed_in_user(), procedure, account, token=form.token.data
            )
            return _after_saving(form, made)
    return render_template("consultations/new.html", form=form, **_choosing(form, choices))


def _consultation(consultation_id: int) -> Consultation:
    """The consultation that an address names. Raises NotFound."""
    consultation = queries.get_consultation(consultation_id)
    stay_in(consultation.procedure)
    return consultation


@bp.route("/ufficio/consultazioni/<int:consultation_id>")
@requires(Permission.CONSULT)
def show(consultation_id: int) -> Any:
    consultation = _consultation(consultation_id)
    return render_template(
        "consultations/show.html",
        consultation=consultation,
        files=queries.files_of(consultation),
    )


@bp.route("/ufficio/consultazioni/<int:consultation_id>/modifica", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def edit(consultation_id: int) -> Any:
    consultation = _consultation(consultation_id)
    form = ConsultationForm(**_shown(consultation))
    choices = consultable({a.stakeholder_id for a in consultation.attendances})
    if form.validate_on_submit():
        account = _account(form, consultation.procedure, choices, consultation)
        if account is not None:
            try:
                service.change_consultation(
                    signed_in_user(),
                    consultation,
                    account,
                    base_version=base_version(form.base_version),
                )
            except DomainError as error:
                form.minutes.errors = [str(error)]
                form.base_version.data = str(consultation.version)
                # Whom somebody else added meanwhile is shown, not dropped by the next sending.
                present = {str(row.stakeholder_id) for row in consultation.attendances}
                form.stakeholders.data = sorted({*(form.stakeholders.data or []), *present})
            else:
                return _after_saving(form, consultation)
    return render_template(
        "consultations/edit.html",
        form=form,
        consultation=consultation,
        **_choosing(form, choices),
    )


def _choosing(form: ConsultationForm, choices: Choices) -> dict[str, Any]:
    """What the form needs to show the stakeholders that can be chosen."""
    chosen = {whole(text) for text in form.stakeholders.data or []}
    return {"choices": choices, "chosen_ids": chosen, "accepted": ACCEPTED}


def _shown(consultation: Consultation) -> dict[str, Any]:
    """What the form shows of a consultation."""
    starts = clock.rome(consultation.starts_at)
    cited = [a.section_version.brief for a in consultation.anchors]
    return {
        "base_version": consultation.version,
        "kind": consultation.kind.value,
        "phase": consultation.phase.value,
        "title": consultation.title,
        "day": starts.date(),
        "starts": starts.time() if consultation.hour_known else None,
        "ends": clock.rome(consultation.ends_at).time() if consultation.ends_at else None,
        "place": consultation.place,
        "municipality": str(consultation.municipality_id or 0),
        "zone": str(consultation.zone_id or 0),
        "agenda": consultation.agenda,
        "minutes": consultation.minutes,
        "stakeholders": [str(a.stakeholder_id) for a in consultation.attendances],
        "sections": "; ".join(cited),
    }


def _account(
    form: ConsultationForm,
    procedure: Procedure,
    choices: Choices,
    consultation: Consultation | None = None,
) -> Account | None:
    """What the form tells; None, with sentences beside the fields, if it cannot be kept."""
    found, unknown = resolve_references(procedure.edition, form.sections.data or "")
    if unknown:
        form.sections.errors = [_("Not found in the plan: %(what)s.", what="; ".join(unknown))]
        return None
    said = form.stakeholders.data or []
    chosen = [number for text in said if (number := whole(text)) is not None]
    if len(chosen) < len(said) or not set(chosen) <= choices.ids:
        form.stakeholders.errors = [_("Choose the stakeholders from the list.")]
        return None
    known = {a.stakeholder_id: a for a in consultation.attendances} if consultation else {}
    attended = tuple(
        Attended(number, known[number].role, known[number].represented_by)
        if number in known
        else Attended(number)
        for number in dict.fromkeys(chosen)
    )
    return Account(
        kind=ConsultationKind(form.kind.data),
        phase=StepKind(form.phase.data),
        title=form.title.data,
        starts_at=form.instant_of(form.starts.data or dt.time()),
        hour_known=form.starts.data is not None,
        ends_at=form.instant_of(form.ends.data) if form.ends.data else None,
        place=form.place.data or "",
        municipality_id=int(form.municipality.data or 0) or None,
        zone_id=int(form.zone.data or 0) or None,
        agenda=form.agenda.data or "",
        minutes=form.minutes.data or "",
        attended=attended,
        section_ids=tuple(found),
    )


def _after_saving(form: ConsultationForm, consultation: Consultation) -> Any:
    """Take the file, if one came, and go to the consultation's page."""
    upload = form.file.data
    if upload and upload.filename:
        try:
            name, kept = receive(upload)
            service.add_file(signed_in_user(), consultation, name, kept)
        except FileRefused as error:
            flash(_("The consultation is saved without the file. %(why)s", why=error), "warning")
            return redirect(url_for("consultations.show", consultation_id=consultation.id))
    flash(_("The consultation is saved."), "success")
    return redirect(url_for("consultations.show", consultation_id=consultation.id))


@bp.route("/ufficio/consultazioni/<int:consultation_id>/presenze", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def attendance(consultation_id: int) -> Any:
    consultation = _consultation(consultation_id)
    rows = sorted(consultation.attendances, key=lambda row: row.stakeholder.sort_key)
    form = AttendanceForm(
        base_version=consultation.version, attendees=[_attendee(row) for row in rows]
    )
    problems = []
    if form.validate_on_submit():
        try:
            service.record_attendance(
                signed_in_user(),
                consultation,
                _attended(form, rows),
                base_version=base_version(form.base_version),
            )
        except DomainError as error:
            problems = [("attendees", str(error))]
            form.base_version.data = str(consultation.version)
        else:
            flash(_("The attendance is saved."), "success")
            return redirect(url_for("consultations.show", consultation_id=consultation.id))
    return render_template(
        "consultations/attendance.html",
        form=form,
        consultation=consultation,
        names={str(row.stakeholder_id): row.stakeholder.name for row in rows},
        problems=problems,
    )


def _attendee(row: Attendance) -> dict[str, Any]:
    return {
        "stakeholder": row.stakeholder_id,
        "role": row.role.value,
        "represented_by": row.represented_by,
    }


def _attended(form: AttendanceForm, rows: list[Attendance]) -> list[Attended]:
    """What the form says of those who are written down; who is not on it stays as it is."""
    said = {entry.form.stakeholder.data: entry.form for entry in form.attendees}
    attended = []
    for row in rows:
        told = said.get(str(row.stakeholder_id))
        attended.append(
            Attended(row.stakeholder_id, row.role, row.represented_by)
            if told is None
            else Attended(
                row.stakeholder_id,
                AttendanceRole(told.role.data),
                told.represented_by.data or "",
            )
        )
    return attended


@bp.route("/ufficio/consultazioni/<int:consultation_id>/file/<int:file_id>")
@requires(Permission.CONSULT)
def download(consultation_id: int, file_id: int) -> Any:
    file = queries.get_file(_consultation(consultation_id), file_id)
    return downloads.download(file.file, file.name)
