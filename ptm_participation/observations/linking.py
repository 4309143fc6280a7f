"""The office's pages that link observations to one another."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.numbers import whole
from ptm_participation.observations import links, queries
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import observation_at, officer
from ptm_participation.observations.office_forms import LinkKindForm, UndoForm
from ptm_participation.observations.workflow import LinkKind


@bp.route("/ufficio/osservazioni/<register>/<int:number>/collega", methods=["GET", "POST"])
@requires(Permission.REGISTER)
def link(register: str, number: int) -> Any:
    observation = observation_at(register, number)
    form = LinkKindForm()
    if form.validate_on_submit():
        try:
            earlier = queries.get_observation(
                register, whole(form.number.data) or 0, seen_by=officer()
            )
            kind = LinkKind(form.kind.data)
            links.link_observations(
                officer(), observation, kind, earlier, because=form.because.data or ""
            )
        except NotFound:
            form.number.errors = [_("There is no observation of this number.")]
        except DomainError as error:
            form.number.errors = [str(error)]
        else:
            flash(_("The link is saved: it stands on both observations."), "success")
            return redirect(url_for("observations.show", register=register, number=number))
    return render_template("observations/link.html", form=form, observation=observation)


@bp.route(
    "/ufficio/osservazioni/<register>/<int:number>/collega/<int:link_id>",
    methods=["GET", "POST"],
)
@requires(Permission.REGISTER)
def unlink(register: str, number: int, link_id: int) -> Any:
    observation = observation_at(register, number)
    found = next((one for one in links.links_of(observation) if one.id == link_id), None)
    if found is None:
        raise NotFound()
    form = UndoForm()
    if form.validate_on_submit():
        links.undo_link(officer(), link_id, observation, because=form.because.data)
        flash(_("The link is undone: its trace stays in the log."), "success")
        return redirect(url_for("observations.show", register=register, number=number))
    return render_template(
        "observations/unlink.html", form=form, observation=observation, link=found
    )
