"""The office's pages of the messages that came in."""

import io
from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.core import downloads
from ptm_participation.core.errors import NotFound
from ptm_participation.observations import incoming, polling
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import officer
from ptm_participation.observations.office_forms import MessageForm, SetAsideForm
from ptm_participation.observations.workflow import MailState


@bp.route("/ufficio/posta-in-arrivo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def incoming_mail() -> Any:
    form = MessageForm()
    if form.validate_on_submit():
        upload = form.file.data
        row, new = incoming.take_in(officer(), upload.stream.read())
        said = _("The message is taken in.") if new else _("This message was here already.")
        flash(said, "success" if new else "neutral")
        return redirect(url_for("observations.message", mail_id=row.id))
    states = {state.value: state for state in MailState}
    state = states.get(request.args.get("stato", MailState.TO_ENTER.value))
    if request.args.get("stato") == "tutti":
        state = None
    return render_template(
        "observations/incoming_mail.html",
        form=form,
        state=state,
        states=list(MailState),
        counts=incoming.count_mail(),
        rows=incoming.list_mail(state, seen_by=officer()),
        most=incoming.PAGE,
        polled=bool(current_app.config["IMAP_URL"]),
        reading=polling.last_reading(),
    )


@bp.route("/ufficio/posta-in-arrivo/<int:mail_id>")
@requires(Permission.REGISTER)
def message(mail_id: int) -> Any:
    row = incoming.get_mail(mail_id, seen_by=officer())
    return render_template(
        "observations/message.html", row=row, aside=SetAsideForm(), confirm=ConfirmForm()
    )


@bp.route("/ufficio/posta-in-arrivo/<int:mail_id>/originale")
@requires(Permission.REGISTER)
def original_message(mail_id: int) -> Any:
    row = incoming.get_mail(mail_id, seen_by=officer())
    return downloads.download(row.file, f"messaggio-{row.id}.eml")


@bp.route("/ufficio/posta-in-arrivo/<int:mail_id>/allegato/<int:place>")
@requires(Permission.REGISTER)
def message_attachment(mail_id: int, place: int) -> Any:
    """An attachment, cut anew out of the message."""
    row = incoming.get_mail(mail_id, seen_by=officer())
    attachments = incoming.message_of(row).attachments
    if place >= len(attachments):
        raise NotFound()
    found = attachments[place]
    answer = Response(io.BytesIO(found.content), mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=found.name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.content_length = found.size
    return answer


@bp.route("/ufficio/posta-in-arrivo/<int:mail_id>/metti-da-parte", methods=["POST"])
@requires(Permission.REGISTER)
def set_mail_aside(mail_id: int) -> Any:
    row = incoming.get_mail(mail_id, seen_by=officer())
    form = SetAsideForm()
    if not form.validate_on_submit():
        return render_template(
            "observations/message.html", row=row, aside=form, confirm=ConfirmForm()
        )
    incoming.set_mail_aside(officer(), row, reason=form.reason.data)
    flash(_("The message is set aside: it stays kept."), "success")
    return redirect(url_for("observations.message", mail_id=row.id))


@bp.route("/ufficio/posta-in-arrivo/<int:mail_id>/riprendi", methods=["POST"])
@requires(Permission.REGISTER)
def take_mail_up(mail_id: int) -> Any:
    row = incoming.get_mail(mail_id, seen_by=officer())
    if ConfirmForm().validate_on_submit():
        incoming.take_mail_up_again(officer(), row)
        flash(_("The message is to be entered again."), "success")
    return redirect(url_for("observations.message", mail_id=row.id))
