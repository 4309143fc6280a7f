"""The editions of the plans, in the office: their mapping and their publication."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.models import User
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.forms import labelled
from ptm_participation.core.numbers import whole
from ptm_participation.plan import mapping, mapping_queries, publishing, queries
from ptm_participation.plan.forms import PublicationForm, TieForm
from ptm_participation.plan.likeness import likely_followers, likely_sources
from ptm_participation.plan.mapping_queries import PAGE, TieGroup
from ptm_participation.plan.models import Document, Edition, EditionKind, SectionVersion, Succession
from ptm_participation.plan.views import bp

PARTS = 12  # of a section, shown by the form in which its tie is corrected


@bp.route("/ufficio/piano/edizioni/<int:edition_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def edition(edition_id: int) -> Any:
    """An edition: what it holds, how far its mapping is, and its publication."""
    shown = mapping_queries.get_plan_edition(edition_id)
    form = PublicationForm(obj=shown)
    form.kind.choices = labelled(EditionKind)
    if form.validate_on_submit() and signed_in_user().can(Permission.PUBLISH):
        try:
            publishing.publish_edition(_user(), shown, **form.publication())
        except DomainError as error:
            form.act.errors = [str(error)]
        else:
            flash(
                _("«%(edition)s» is published: its words are fixed.", edition=shown.title),
                "success",
            )
            return redirect(url_for("plan.edition", edition_id=shown.id))
    return render_template(
        "plan/edition.html",
        edition=shown,
        form=form,
        progress=mapping_queries.progress_of(shown),
        earlier=publishing.open_before(shown),
        held=[row for row in queries.editions_of_documents() if row.id == shown.id],
    )


@bp.route("/ufficio/piano/edizioni/<int:edition_id>/posto", methods=["POST"])
@requires(Permission.CORRECT_DATA)
def place_edition(edition_id: int) -> Any:
    """Say which edition comes just before."""
    shown = mapping_queries.get_plan_edition(edition_id)
    other = whole(request.form.get("dopo"))
    known = {edition.id: edition for edition in shown.plan.editions}
    try:
        mapping.place_after(_user(), shown, known.get(other or 0))
        flash(_("The order of the editions is set."), "success")
    except DomainError as error:
        flash(str(error), "danger")
    return redirect(url_for("plan.edition", edition_id=shown.id))


@bp.route("/ufficio/piano/edizioni/<int:edition_id>/<code>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def edition_mapping(edition_id: int, code: str) -> Any:
    """What each section of a document follows: looked at group by group, and confirmed."""
    shown = mapping_queries.get_plan_edition(edition_id)
    document = _document(shown, code)
    group = {group.value: group for group in TieGroup}.get(request.values.get("gruppo", ""))
    if request.method == "POST":
        return _confirm(shown, document, group)
    everything = request.args.get("tutte") == "si"
    ties = mapping_queries.list_ties(
        shown,
        document,
        group,
        open_only=not everything,
        after=whole(request.args.get("dopo")) or 0,
    )
    progress = {p.document.id: p for p in mapping_queries.progress_of(shown)}.get(document.id)
    return render_template(
        "plan/edition_mapping.html",
        edition=shown,
        document=document,
        before=mapping.edition_before(shown, document),
        group=group,
        everything=everything,
        ties=ties[:PAGE],
        more=ties[PAGE - 1].id if len(ties) > PAGE else None,
        progress=progress,
    )


def _confirm(shown: Edition, document: Document, group: TieGroup | None) -> Any:
    if group is not None and request.form.get("quali") == "tutte":
        wanted = mapping_queries.open_ties(shown, document, group)
    else:
        chosen = map(mapping.read_tie, request.form.getlist("scelta"))
        wanted = [tie for tie in chosen if tie is not None]
    try:
        if "quante" in request.form and len(wanted) != whole(request.form["quante"]):
            raise mapping.MappingChanged()
        count = mapping.confirm(_user(), shown, wanted)
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(
            ngettext("%(num)d section confirmed.", "%(num)d sections confirmed.", count)
            if count
            else _("Nothing was chosen: nothing is confirmed."),
            "success" if count else "info",
        )
    return redirect(
        url_for(
            "plan.edition_mapping", edition_id=shown.id, code=document.code, gruppo=group or None
        )
    )


@bp.route("/ufficio/piano/corrispondenze/<int:tie_id>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def tie(tie_id: int) -> Any:
    """One tie: correct which sections the later one follows, or into which the earlier one went;
    or take its confirmation back."""
    shown = mapping_queries.get_tie(tie_id)
    edition = mapping_queries.get_plan_edition(shown.edition_id)
    section = shown.after or shown.before
    assert section is not None
    before = mapping.edition_before(edition, section.document)
    likely = (
        likely_sources(section) if shown.after is not None else likely_followers(section, edition)
    )
    form = TieForm(ticked=mapping_queries.source_ids(section) if shown.after is not None else [])
    form.ticked.choices = [(one.id, one.brief) for one in likely]
    if form.validate_on_submit() and _still_so(form, shown):
        if "dubbio" in request.form:
            return _doubt(shown, edition, section.document)
        if _correct(form, shown, section, before if shown.after is not None else edition):
            return redirect(_mapping_address(edition, section.document))
    form.seen.data = mapping.seen_now(shown).key
    return render_template(
        "plan/tie.html",
        tie=shown,
        form=form,
        edition=edition,
        section=section,
        parts=mapping.parts_of(section)[:PARTS],
        before=before,
        likely=likely,
    )


def _still_so(form: TieForm, shown: Succession) -> bool:
    """Whether the tie is the one that the page showed; False with a sentence by the field."""
    if mapping.read_tie(form.seen.data or "") == mapping.seen_now(shown):
        return True
    form.others.errors = [str(mapping.MappingChanged())]
    return False


def _doubt(shown: Succession, of: Edition, document: Document) -> Any:
    try:
        mapping.doubt(_user(), shown)
        flash(_("The confirmation is taken back."), "info")
    except DomainError as error:
        flash(str(error), "danger")
    return redirect(_mapping_address(of, document))


def _correct(
    form: TieForm, shown: Succession, section: SectionVersion, among: Edition | None
) -> bool:
    """Say what a section is tied to, as the form names it; False with a sentence by the field."""
    found = [queries.get_version(id_) for id_ in form.ticked.data]
    if among is not None:
        named, unknown = mapping_queries.sections_named(
            among, section.document, form.others.data or ""
        )
        found += named
        if unknown:
            form.others.errors = [
                _(
                    "%(words)s: no such section in «%(edition)s».",
                    words="; ".join(unknown),
                    edition=among.title,
                )
            ]
            return False
    try:
        if shown.after is not None:
            mapping.set_sources(_user(), section, found)
            said = _("%(section)s: what it follows is set.", section=section.citation)
        else:
            edition = mapping_queries.get_plan_edition(shown.edition_id)
            mapping.set_followers(_user(), edition, section, list(dict.fromkeys(found)))
            said = _("%(section)s: where it went is set.", section=section.citation)
    except DomainError as error:
        form.others.errors = [str(error)]
        return False
    flash(said, "success")
    return True


def _mapping_address(of: Edition, document: Document) -> str:
    return url_for("plan.edition_mapping", edition_id=of.id, code=document.code)


def _document(of: Edition, code: str) -> Document:
    for document in of.plan.documents:
        if document.code == code.upper():
            return document
    raise NotFound()


def _user() -> User:
    user = signed_in_user()
    assert isinstance(user, User)
    return user
