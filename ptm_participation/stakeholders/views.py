"""The office's list of stakeholders, and their contacts."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.chips import without_paging
from ptm_participation.core.db import db
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.form_tokens import new_token
from ptm_participation.core.numbers import whole
from ptm_participation.stakeholders import queries, service
from ptm_participation.stakeholders.forms import ContactForm, StakeholderForm, shown
from ptm_participation.stakeholders.models import Contact, Stakeholder
from ptm_participation.stakeholders.subjects import SubjectGroup

bp = Blueprint("stakeholders", __name__)


@bp.route("/ufficio/soggetti")
@requires(Permission.CONSULT)
def index() -> Any:
    words = request.args.get("q", "")[:200]
    group = request.args.get("gruppo", "")
    known = {g.value: g for g in SubjectGroup}
    rows, after = queries.list_stakeholders(
        words=words, group=known.get(group), after=request.args.get("dopo", "")
    )
    return render_template(
        "stakeholders/index.html",
        rows=rows,
        after=after,
        words=words,
        group=group,
        groups=list(SubjectGroup),
        address=without_paging(request.args),
    )


@bp.route("/ufficio/soggetti/nuovo", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def new() -> Any:
    form = StakeholderForm(
        token=new_token(),
        name=request.args.get("nome", "")[:200],
        type=request.args.get("tipo", ""),
        municipality=request.args.get("comune", "0"),
    )
    if form.validate_on_submit():
        try:
            made = service.add_stakeholder(signed_in_user(), token=form.token.data, **form.values())
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            flash(_("The stakeholder is registered."), "success")
            return redirect(_onward(made))
    return render_template("stakeholders/new.html", form=form)


def _onward(made: Stakeholder) -> str:
    """Back to the party that was being tied, if that is where the officer came from."""
    register = request.args.get("registro")
    number, party = (whole(request.args.get(name)) for name in ("numero", "parte"))
    if register and number is not None and party is not None:
        return url_for(
            "observations.tie",
            register=register,
            number=number,
            party_id=party,
            q=made.name,
        )
    return url_for("observations.dossier", stakeholder_id=made.id)


@bp.route("/ufficio/soggetti/<int:stakeholder_id>/modifica", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def edit(stakeholder_id: int) -> Any:
    stakeholder = queries.get_stakeholder(stakeholder_id)
    form = StakeholderForm(**shown(stakeholder))
    form.guard()
    if form.validate_on_submit():
        try:
            service.change_stakeholder(signed_in_user(), stakeholder, **form.values())
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            return redirect(url_for("observations.dossier", stakeholder_id=stakeholder_id))
    return render_template("stakeholders/edit.html", form=form, stakeholder=stakeholder)


@bp.route("/ufficio/soggetti/<int:stakeholder_id>/contatti/nuovo", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def new_contact(stakeholder_id: int) -> Any:
    stakeholder = queries.get_stakeholder(stakeholder_id)
    form = ContactForm(token=new_token())
    del form.ended
    if form.validate_on_submit():
        service.add_contact(signed_in_user(), stakeholder, token=form.token.data, **form.values())
        return redirect(url_for("observations.dossier", stakeholder_id=stakeholder_id))
    return render_template("stakeholders/new_contact.html", form=form, stakeholder=stakeholder)


@bp.route("/ufficio/soggetti/<int:stakeholder_id>/contatti/<int:id>", methods=["GET", "POST"])
@requires(Permission.CONSULT)
def edit_contact(stakeholder_id: int, id: int) -> Any:
    contact = db.session.get(Contact, id)
    if contact is None or contact.stakeholder_id != stakeholder_id:
        raise NotFound()
    form = ContactForm(obj=contact, ended=contact.ended_on is not None)
    form.guard()
    if form.validate_on_submit():
        service.change_contact(signed_in_user(), contact, **form.values(), ended=form.ended.data)
        return redirect(url_for("observations.dossier", stakeholder_id=stakeholder_id))
    return render_template("stakeholders/edit_contact.html", form=form, contact=contact)
