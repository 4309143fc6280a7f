"""The office's pages that keep filters of the worklist under a name."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.forms import ConfirmForm
from ptm_participation.core.errors import DomainError
from ptm_participation.observations import filters, saved_filters
from ptm_participation.observations.blueprint import bp
from ptm_participation.observations.office import officer
from ptm_participation.observations.office_forms import SavedFilterForm
from ptm_participation.observations.worklist_models import SavedFilter
from ptm_participation.procedure.choice import chosen_procedure, of_procedure


@bp.route("/ufficio/osservazioni/filtri/nuovo", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def save_filter() -> Any:
    procedure = chosen_procedure()
    arguments: dict[str, Any] = saved_filters.kept(request.args)
    form = SavedFilterForm()
    if form.validate_on_submit():
        try:
            saved_filters.save_filter(
                officer(),
                procedure,
                name=form.name.data,
                arguments=arguments,
                shared=form.shared.data,
            )
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            flash(_("The filter is saved, beside the lists."), "success")
            return redirect(url_for("observations.worklist", **arguments))
    return render_template(
        "observations/save_filter.html",
        form=form,
        chips=filters.chips(procedure, arguments, officer()),
        arguments=arguments,
    )


@bp.route("/ufficio/osservazioni/filtri/<int:filter_id>", methods=["GET", "POST"])
@requires(Permission.REGISTER)
@of_procedure
def change_filter(filter_id: int) -> Any:
    saved = saved_filters.get_saved(filter_id, seen_by=officer())
    procedure = chosen_procedure()
    form = SavedFilterForm(name=saved.name, shared=saved.shared)
    if form.validate_on_submit():
        try:
            saved_filters.change_filter(
                officer(), procedure, saved, name=form.name.data, shared=form.shared.data
            )
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            flash(_("The filter is changed."), "success")
            return redirect(url_for("observations.worklist", **_arguments(saved)))
    return render_template(
        "observations/change_filter.html",
        form=form,
        saved=saved,
        deletable=saved_filters.may_delete(
            officer(), own=saved.user_id == officer().id, shared=saved.shared
        ),
        arguments=_arguments(saved),
        in_words=filters.in_words(procedure, _arguments(saved), officer()),
    )


@bp.route("/ufficio/osservazioni/filtri/<int:filter_id>/elimina", methods=["POST"])
@requires(Permission.REGISTER)
@of_procedure
def delete_filter(filter_id: int) -> Any:
    saved = saved_filters.get_saved(filter_id, seen_by=officer())
    if ConfirmForm().validate_on_submit():
        saved_filters.delete_filter(officer(), saved)
        flash(_("The filter is deleted."), "success")
    return redirect(url_for("observations.worklist"))


def _arguments(saved: SavedFilter) -> dict[str, Any]:
    return saved_filters.arguments_of(saved.arguments)
