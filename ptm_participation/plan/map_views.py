"""The office's pages of a map's sheets: add one, describe it, take it away."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.forms import PtmForm
from ptm_participation.core.uploads import FileRefused
from ptm_participation.plan import map_queries, map_service, queries, sheet_files, sheet_view
from ptm_participation.plan.georeference import PointsNotGood
from ptm_participation.plan.map_forms import DescriptionForm, SheetForm, written
from ptm_participation.plan.map_models import MapSheet
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.views import bp


@bp.route("/ufficio/piano/tavole/<int:section_id>/fogli/nuovo", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def add_sheet(section_id: int) -> Any:
    section = queries.get_version(section_id)
    form = SheetForm()
    if form.validate_on_submit() and (sheet := _brought(section, form)):
        flash(_("The sheet is there: write its legend and its control points."), "success")
        return redirect(url_for("plan.edit_sheet", sheet_id=sheet.id))
    return render_template(
        "plan/add_sheet.html",
        form=form,
        section=section,
        accepted=sheet_files.ACCEPTED,
        back=_map_address(section),
    )


def _brought(section: SectionVersion, form: SheetForm) -> MapSheet | None:
    """The new sheet, or None with a sentence beside a field."""
    if not form.file.data or not form.file.data.filename:
        form.file.errors = [_("Choose the file of the sheet.")]
        return None
    try:
        picture = sheet_files.take_in(form.file.data)
        number, title = form.number.data or "", form.title.data or ""
        return map_service.add_sheet(signed_in_user(), section, picture, number=number, title=title)
    except FileRefused as error:
        form.file.errors = [str(error)]
    except DomainError as error:
        form.number.errors = [str(error)]
    return None


@bp.route("/ufficio/piano/fogli/<int:sheet_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def edit_sheet(sheet_id: int) -> Any:
    sheet = map_queries.get_sheet(sheet_id, seen_by=signed_in_user())
    form = DescriptionForm(
        title=sheet.title,
        legend="\n".join(item.label for item in sheet.legend),
        points=written(sheet.points),
    )
    form.guard()
    if form.validate_on_submit() and _described(sheet, form):
        flash(_("The sheet is saved."), "success")
        return redirect(url_for("plan.edit_sheet", sheet_id=sheet.id))
    section = map_queries.map_of(sheet)
    return render_template(
        "plan/edit_sheet.html",
        form=form,
        sheet=sheet,
        section=section,
        fit=sheet.fit,
        shown=sheet_view.of_sheet(sheet),
        back=_map_address(section) if section else url_for("site.plan_index"),
    )


def _described(sheet: MapSheet, form: DescriptionForm) -> bool:
    try:
        map_service.describe_sheet(
            signed_in_user(),
            sheet,
            title=form.title.data or "",
            legend=form.entries,
            points=form.control_points,
        )
    except (PointsNotGood, map_service.SheetMarkedAlready) as error:
        form.points.errors = [str(error)]
        return False
    except DomainError as error:
        form.title.errors = [str(error)]
        return False
    return True


@bp.route("/ufficio/piano/fogli/<int:sheet_id>/togli", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def drop_sheet(sheet_id: int) -> Any:
    sheet = map_queries.get_sheet(sheet_id, seen_by=signed_in_user())
    section = map_queries.map_of(sheet)
    if section is None:
        raise NotFound()
    form = PtmForm()
    if form.validate_on_submit():
        map_service.drop_sheet(signed_in_user(), sheet)
        flash(_("The sheet is taken away."), "success")
        return redirect(_map_address(section))
    return render_template("plan/drop_sheet.html", form=form, sheet=sheet, section=section)


def _map_address(section: SectionVersion) -> str:
    """The map's page, in its edition."""
    return url_for(
        "site.section",
        document=section.document.slug,
        slug=section.slug,
        ed=section.edition.label,
    )
