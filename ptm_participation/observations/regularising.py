"""The pages on which an author is regularised: the office asks, the sender adds what is missing."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from ptm_participation.accounts.access import Permission, public, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import clock, downloads, form_tokens, formats
from ptm_participation.core.arrival import arrived_at
from ptm_participation.core.errors import DomainError
from ptm_participation.core.storage import Kept
from ptm_participation.core.uploads import receive
from ptm_participation.observations import codes, supplements
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.forms import SupplyForm
from ptm_participation.observations.models import Observation
from ptm_participation.observations.office import observation_at, officer
from ptm_participation.observations.office_forms import AskToRegulariseForm
from ptm_participation.observations.tracking import by_code
from ptm_participation.observations.workflow import FileClass
from ptm_participation.procedure.reasoning import sentences

DAYS = 10


@bp.route(
    "/ufficio/osservazioni/<register>/<int:number>/regolarizza/chiedi", methods=["GET", "POST"]
)
@requires(Permission.REGISTER)
def ask_to_regularise(register: str, number: int) -> Any:
    """Ask the sender; the term that follows from the days is shown before it is given."""
    observation = observation_at(register, number)
    form = AskToRegulariseForm(days=DAYS)
    if form.validate_on_submit() and "chiedi" in request.form and _ask(observation, form):
        return redirect(url_for("observations.show", register=register, number=number))
    return render_template(
        "observations/ask_to_regularise.html",
        form=form,
        observation=observation,
        addresses=[party.email for party in observation.parties if party.email],
        counted=_counted(observation, form),
    )


def _ask(observation: Observation, form: AskToRegulariseForm) -> bool:
    """Whether the sender is asked; if not, a sentence stands beside the days."""
    try:
        asked = supplements.ask_to_regularise(
            officer(), observation, days=form.days.data or 0, words=form.words.data or ""
        )
    except DomainError as error:
        form.days.errors = [str(error)]
        return False
    day = formats.day(asked.due_on)
    flash(_("The sender is asked to regularise by %(day)s.", day=day), "success")
    return True


def _counted(observation: Observation, form: AskToRegulariseForm) -> list[str]:
    """How the term of these days is counted; nothing for days that make none."""
    if form.days.errors or form.days.data is None:
        return []
    try:
        return sentences(supplements.term(observation.procedure, clock.today(), form.days.data))
    except DomainError as error:
        form.days.errors = [str(error)]
        return []


@bp.route("/ufficio/osservazioni/<register>/<int:number>/aggiunte/<int:file_id>")
@requires(Permission.REGISTER)
def supplement_file(register: str, number: int, file_id: int) -> Any:
    observation = observation_at(register, number)
    file = supplements.get_file(observation, file_id, seen_by=officer())
    return downloads.download(file.file, file.name)


@bp.route("/segui/<code>/regolarizza", methods=["GET", "POST"])
@public
def supply(code: str) -> Any:
    moment = arrived_at()
    observation = by_code(code)
    form = SupplyForm(token=form_tokens.new_token())
    if form.validate_on_submit():
        files, good = _taken(form)
        if good:
            try:
                supplements.supply(
                    signed_in_user(), observation, files, token=form.token.data, received_at=moment
                )
            except DomainError as error:
                form.signed_file.errors = [str(error)]
            else:
                flash(_("Received: the office looks at it."), "success")
                return redirect(url_for("observations.tracking", code=codes.read(code)))
    return render_template(
        "observations/supply.html",
        form=form,
        observation=observation,
        code=codes.read(code),
        asked=next(iter(supplements.requests_of(observation)), None),
    )


def _taken(form: SupplyForm) -> tuple[list[tuple[str, Kept, FileClass]], bool]:
    """The files of the form in the store, and whether none was refused."""
    files, good = [], True
    for field, file_class in (
        (form.signed_file, FileClass.SIGNED),
        (form.identity_file, FileClass.IDENTITY),
        (form.mandate, FileClass.MANDATE),
    ):
        if isinstance(field.data, FileStorage) and field.data.filename:
            try:
                files.append((*receive(field.data), file_class))
            except DomainError as error:
                field.errors, good = [str(error)], False
    return files, good
