"""The public form's last step: all of it to be read again, the way of identification, sending."""

import datetime as dt
from typing import Any

from flask import redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ptm_participation.accounts.access import public
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core import form_tokens
from ptm_participation.core.arrival import arrived_at
from ptm_participation.core.errors import DomainError
from ptm_participation.core.formats import language
from ptm_participation.core.forms import labelled
from ptm_participation.core.numbers import whole
from ptm_participation.core.storage import files
from ptm_participation.observations import codes, documents, drafting, placing, queries, steps
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.draft_models import Draft, DraftFile
from ptm_participation.observations.forms import SendForm
from ptm_participation.observations.received import Declared
from ptm_participation.observations.signatures import holds_signature
from ptm_participation.observations.views import SENT, frame, pdf_answer, take_files
from ptm_participation.observations.workflow import FileClass, RequestKind
from ptm_participation.procedure import queries as procedures
from ptm_participation.procedure.models import IdentityLevel
from ptm_participation.territory.models import Municipality
from ptm_participation.territory.queries import get_municipality

# The identity levels that the site can take by itself, in the order in which they are offered.
ONLINE_LEVELS = (
    IdentityLevel.SIGNED_FILE,
    IdentityLevel.SIGNATURE_AND_DOCUMENT,
    IdentityLevel.ACCOUNT,
    IdentityLevel.NONE,
)
_WAYS = {
    IdentityLevel.SIGNED_FILE: _l("I add a digitally signed file"),
    IdentityLevel.SIGNATURE_AND_DOCUMENT: _l("I add a signed copy and an identity document"),
    IdentityLevel.ACCOUNT: _l("With my account, without a signature"),
    IdentityLevel.NONE: _l("I send without a signature for now"),
}


@bp.route("/osserva/<key>/controlla", methods=["GET", "POST"])
@public
def check(key: str) -> Any:
    moment = arrived_at()
    try:
        return _check(key, moment)
    except drafting.DraftGone:
        return _already_sent(key)


def _check(key: str, moment: dt.datetime) -> Any:
    draft = drafting.find_draft(key)
    form = _send_form(draft)
    if request.method == "POST":
        if "indietro" in request.form:
            return redirect(url_for("observations.who", key=key))
        if _may_send(key, form):
            try:
                return _send(drafting.find_draft(key), key, form, moment)
            except drafting.DraftChanged:
                pass  # said beside the declaration, whatever else is wrong
            except DomainError as error:
                form.identity.errors = [*form.identity.errors, str(error)]
        draft = drafting.find_draft(key)
        _note_change(draft, form)
    return render_template(
        "observations/check.html",
        form=form,
        missing=steps.missing(draft),
        content=draft.content,
        chosen=steps.chosen_sections(draft.content),
        located=placing.of_draft(draft.content),
        parties=(declared := _parties(draft)),
        municipality=_municipality(declared),
        private={file.file_class.value: file for file in draft.files},
        by_delegation=steps.by_delegation(draft.content["party"]),
        levels=_levels(draft),
        ways=_WAYS,
        kinds={kind.value: kind for kind in RequestKind},
        **frame(draft, key, steps.CHECK),
    )


def _already_sent(key: str) -> Any:
    """A draft that was sent is gone; whoever sends it again gets the same receipt."""
    if queries.observation_by_token(form_tokens.digest(key)) is None:
        raise drafting.DraftGone()
    return _to_receipt(key)


def _to_receipt(key: str) -> Any:
    code = codes.code_of(key)
    session[SENT] = [*session.get(SENT, [])[-4:], code]
    return redirect(url_for("observations.receipt", code=code))


def _levels(draft: Draft) -> list[tuple[IdentityLevel, bool]]:
    """The ways to be identified that are open here, and whether each suffices."""
    procedure = draft.window.procedure
    signed_in = isinstance(signed_in_user(), User)
    return [
        (level, procedure.suffices(level))
        for level in ONLINE_LEVELS
        if level is not IdentityLevel.ACCOUNT or signed_in
    ]


def _send_form(draft: Draft) -> SendForm:
    form = SendForm(revision=str(draft.revision))
    form.identity.choices = labelled(level for level, _suffices in _levels(draft))
    return form


def _parties(draft: Draft) -> list[Declared]:
    if any(gap.step == steps.WHO for gap in steps.missing(draft)):
        return []
    return steps.parties(draft.content["party"])


def _municipality(declared: list[Declared]) -> Municipality | None:
    """The Comune of who submits, for the page to say what of it will be public."""
    found = declared[0].municipality_id if declared else None
    return get_municipality(found) if found is not None else None


def _may_send(key: str, form: SendForm) -> bool:
    """Whether all is there; errors are left beside their fields. The files stay with the draft
    whatever is wrong, even that the session has ended."""
    good = form.validate_on_submit()
    for field, file_class in (
        (form.signed_file, FileClass.SIGNED),
        (form.identity_file, FileClass.IDENTITY),
    ):
        refused = take_files(key, [field.data] if field.data else [], file_class)
        field.errors = [*field.errors, *refused]
        good = good and not refused
    draft = drafting.find_draft(key)
    return good and _files_fit(draft, form) and not steps.missing(draft)


def _note_change(draft: Draft, form: SendForm) -> None:
    """Say that the draft is not the one that was read, and go on from the one now shown."""
    if form.revision.data != str(draft.revision):
        form.declaration.errors = [str(drafting.DraftChanged())]
        form.revision.data = str(draft.revision)


def _files_fit(draft: Draft, form: SendForm) -> bool:
    """Whether the files that the chosen way of identification needs are there."""
    here = {file.file_class: file for file in draft.files}
    level = form.identity.data
    signed = {IdentityLevel.SIGNED_FILE.value, IdentityLevel.SIGNATURE_AND_DOCUMENT.value}
    if level in signed and FileClass.SIGNED not in here:
        form.signed_file.errors = [_("Add the signed copy, or choose another way.")]
    if level == IdentityLevel.SIGNATURE_AND_DOCUMENT.value and FileClass.IDENTITY not in here:
        form.identity_file.errors = [_("Add the copy of your identity document.")]
    wants_signature = level == IdentityLevel.SIGNED_FILE.value and FileClass.SIGNED in here
    if wants_signature and not _digitally_signed(here[FileClass.SIGNED]):
        form.signed_file.errors = [
            _("This file holds no digital signature: send the signed PDF or the .p7m.")
        ]
    return not form.signed_file.errors and not form.identity_file.errors


def _digitally_signed(file: DraftFile) -> bool:
    return holds_signature(file.name, b"".join(files().read(file.file_sha256)))


def _send(draft: Draft, key: str, form: SendForm, moment: dt.datetime) -> Any:
    drafting.send_draft(
        signed_in_user(),
        draft.window,
        key,
        steps.assemble(
            draft,
            level=IdentityLevel(form.identity.data),
            received_at=moment,
            language=language(),
        ),
        revision=whole(form.revision.data) or 0,
        notice=procedures.notice_in_force(draft.window.procedure),
    )
    return _to_receipt(key)


@bp.route("/osserva/<key>/copia.pdf")
@public
def copy_to_sign(key: str) -> Any:
    draft = drafting.find_draft(key)
    if steps.missing(draft):
        return redirect(url_for("observations.check", key=key))
    return pdf_answer(documents.copy_to_sign(draft), "osservazione-da-firmare.pdf")
