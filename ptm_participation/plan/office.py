"""The office's pages of the plan: what takes no observations, and the themes of its sections."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError
from ptm_participation.core.forms import options
from ptm_participation.core.numbers import whole
from ptm_participation.plan import closing, queries, themes
from ptm_participation.plan.forms import ClosingForm, ReopeningForm, SectionThemesForm, ThemeForm
from ptm_participation.plan.kinds import DIVISIONS
from ptm_participation.plan.models import SectionVersion
from ptm_participation.plan.views import bp


@bp.route("/ufficio/piano/chiusure")
@requires(Permission.CORRECT_DATA)
def closings() -> Any:
    return render_template("plan/closings.html", rows=closing.list_closings())


@bp.route("/ufficio/piano/chiudi", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def close() -> Any:
    number = whole(request.args.get("sezione"))
    section = queries.get_version(number) if number is not None else None
    documents = {d.code: d for d in queries.all_documents()}
    code = section.document.code if section else request.args.get("documento")
    form = ClosingForm(document=code)
    form.document.choices = options((d.code, d.title) for d in documents.values())
    if form.validate_on_submit():
        document = section.document if section else documents[form.document.data]
        try:
            closing.close_to_observations(signed_in_user(), document, section, **form.values())
        except DomainError as error:
            form.reason.errors = [str(error)]
        else:
            flash(_("Closed to observations."), "success")
            return redirect(url_for("plan.closings"))
    return render_template("plan/close.html", form=form, section=section)


@bp.route("/ufficio/piano/chiusure/<int:closing_id>/riapri", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def reopen(closing_id: int) -> Any:
    row = closing.closing_row(closing_id)
    form = ReopeningForm()
    if form.validate_on_submit():
        try:
            closing.reopen_to_observations(signed_in_user(), row.closing, because=form.because.data)
        except DomainError as error:
            form.because.errors = [str(error)]
        else:
            flash(_("It takes observations again."), "success")
            return redirect(url_for("plan.closings"))
    return render_template("plan/reopen.html", form=form, row=row)


@bp.route("/ufficio/piano/temi", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def list_themes() -> Any:
    plans = themes.plans_with_themes()
    form = ThemeForm()
    form.plan.choices = options((plan.code, plan.name) for plan, _themes in plans)
    if form.validate_on_submit():
        plan = next(plan for plan, _themes in plans if plan.code == form.plan.data)
        try:
            theme = themes.add_theme(signed_in_user(), plan, name=form.name.data)
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            flash(_("Theme added: %(name)s.", name=theme.name), "success")
            return redirect(url_for("plan.list_themes"))
    return render_template("plan/list_themes.html", form=form, plans=plans)


@bp.route("/ufficio/piano/temi/<int:theme_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def rename_theme(theme_id: int) -> Any:
    theme = themes.get_theme(theme_id)
    form = ThemeForm(name=theme.name)
    del form.plan
    if form.validate_on_submit():
        try:
            themes.rename_theme(signed_in_user(), theme, name=form.name.data)
        except DomainError as error:
            form.name.errors = [str(error)]
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("plan.list_themes"))
    return render_template("plan/rename_theme.html", form=form, theme=theme)


@bp.route("/ufficio/piano/sezioni/<int:section_id>/temi", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def section_themes(section_id: int) -> Any:
    section = queries.get_version(section_id)
    kept = [str(number) for number in sorted(themes.theme_ids(section))]
    form = SectionThemesForm(themes=kept)
    listed = queries.list_themes(section.edition.plan)
    form.themes.choices = options((str(theme.id), theme.name) for theme in listed)
    if section.kind not in DIVISIONS:
        del form.inner
    form.guard()
    if form.validate_on_submit():
        chosen = {int(number) for number in form.themes.data}
        inner = bool(form.inner and form.inner.data)
        themes.set_themes(signed_in_user(), section, chosen, inner=inner)
        flash(_("Saved."), "success")
        return redirect(_page_of(section))
    return render_template(
        "plan/section_themes.html", form=form, section=section, back=_page_of(section)
    )


def _page_of(section: SectionVersion) -> str:
    label = section.edition.label
    return url_for("site.section", document=section.document.slug, slug=section.slug, ed=label)
