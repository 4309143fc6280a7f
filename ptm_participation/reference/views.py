"""The office's pages of reference data."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import ChangedMeanwhile, DomainError, NotFound
from ptm_participation.core.forms import ChecksField, options
from ptm_participation.core.numbers import whole
from ptm_participation.plan import queries as plan
from ptm_participation.plan import themes
from ptm_participation.plan.models import SectionVersion
from ptm_participation.procedure.models import Step
from ptm_participation.reference import queries, service
from ptm_participation.reference.kinds import KINDS, FactForm, Kind, not_verified

bp = Blueprint("reference", __name__)


def _kind(slug: str) -> Kind:
    if slug not in KINDS:
        raise NotFound()
    return KINDS[slug]


@bp.route("/ufficio/dati")
@requires(Permission.CORRECT_DATA)
def index() -> Any:
    return render_template("reference/index.html", kinds=KINDS, counts=not_verified())


@bp.route("/ufficio/dati/<slug>")
@requires(Permission.CORRECT_DATA)
def facts(slug: str) -> Any:
    kind = _kind(slug)
    only_open = request.args.get("da-verificare") == "si"
    after = whole(request.args.get("dopo")) or 0
    rows, following = queries.list_facts(kind, only_to_verify=only_open, offset=after)
    return render_template(
        "reference/facts.html", kind=kind, rows=rows, only_open=only_open, following=following
    )


@bp.route("/ufficio/dati/<slug>/<int:fact_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def correct(slug: str, fact_id: int) -> Any:
    kind = _kind(slug)
    fact = queries.get_fact(kind, fact_id)
    form = _form(kind, fact)
    if form.validate_on_submit():
        try:
            if not form.is_of(fact):
                raise ChangedMeanwhile()
            changed = service.correct(signed_in_user(), fact, form.values(fact))
            if isinstance(fact, SectionVersion):
                chosen = {int(text) for text in form["themes"].data or []}
                themes.set_themes(signed_in_user(), fact, chosen)
        except DomainError as error:
            form[form.own[-1]].errors = [str(error)]
        else:
            flash(_("Corrected.") if changed else _("Nothing was different."), "success")
            return redirect(_back(slug, fact))
    return render_template(
        "reference/correct.html", form=form, kind=kind, fact=fact, back=_back(slug, fact)
    )


def _back(slug: str, fact: Any) -> str:
    """Where a fact is seen among those that belong with it."""
    if isinstance(fact, Step):
        return url_for("procedure.show", code=fact.procedure.code)
    return url_for("reference.facts", slug=slug)


def _form(kind: Kind, fact: Any) -> FactForm:
    form_class = kind.form()
    if isinstance(fact, SectionVersion):
        form_class = type(
            "SectionForm", (form_class,), {"themes": ChecksField(_("Themes"), coerce=str)}
        )
    form = form_class()
    kind.choices(form)
    if isinstance(fact, SectionVersion):
        listed = plan.list_themes(fact.edition.plan)
        form["themes"].choices = options((str(theme.id), theme.name) for theme in listed)
    if request.method != "POST":
        form.fill(fact)
        if isinstance(fact, SectionVersion):
            form["themes"].data = [str(number) for number in themes.theme_ids(fact)]
    return form
