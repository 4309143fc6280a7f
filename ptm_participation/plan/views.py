"""Bringing the text of a document into an edition: choose a file, correct its tree, confirm."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.forms import options
from ptm_participation.plan import comparison, files, freezing, import_queries, importing, queries
from ptm_participation.plan.edits import CHANGED_KINDS, Edited
from ptm_participation.plan.forms import StepForm, TextForm, TreeEditForm, int_of
from ptm_participation.plan.import_models import TextImport
from ptm_participation.plan.models import Document
from ptm_participation.plan.preview import Preview

bp = Blueprint("plan", __name__)

# What is said beside the edition; the rest concerns the file.
_OF_THE_EDITION = (comparison.LabelNotGood, freezing.EditionFrozen, comparison.EditionObserved)


@bp.route("/ufficio/piano/importa", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def choose() -> Any:
    documents = queries.all_documents()
    form = TextForm(
        document=request.args.get("documento"),
        edition=request.args.get("edizione"),
        source=request.args.get("fonte"),
    )
    form.document.choices = options((d.code, f"{d.code} · {d.title}") for d in documents)
    if form.is_submitted():
        good = form.validate()
        if not form.file.data or not form.file.data.filename:
            form.file.errors = [_("Choose the file of the text.")]
        elif good and (address := _bring_in(form)):
            return redirect(address)
    return render_template(
        "plan/choose.html",
        form=form,
        accepted=files.ACCEPTED,
        under_way=import_queries.under_way(),
        editions=queries.editions_of_documents(),
    )


def _bring_in(form: TextForm) -> str | None:
    """Read and keep the file; the address of its import, or None with sentences beside fields."""
    what = (_document(form.document.data), form.edition.data)
    try:
        name, data = files.take_in(form.file.data)
        begun = importing.begin(
            signed_in_user(), *what, source=form.source.data, name=name, data=data
        )
    except importing.AlreadyThere as error:
        flash(str(error), "success")
        return url_for("plan.choose", documento=form.document.data, edizione=form.edition.data)
    except _OF_THE_EDITION as error:
        form.edition.errors = [str(error)]
        return None
    except DomainError as error:
        form.file.errors = [str(error)]
        return None
    if not begun.is_new:
        flash(_("This very file is being imported already: here is how it stands."), "info")
    return url_for("plan.work", key=begun.key)


def _document(code: str) -> Document:
    document = queries.document_of_code(code)
    if document is None:
        raise NotFound()
    return document


@bp.route("/ufficio/piano/importa/<int:key>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def work(key: int) -> Any:
    """The tree beside its source: POST makes one edit."""
    form = TreeEditForm()
    if not form.validate_on_submit():
        return _bench(key, form=form if form.is_submitted() else None)
    try:
        return redirect(_edited(key, form))
    except NotFound:
        raise
    except DomainError as error:
        return _bench(key, refusal=str(error), form=form)


def _edited(key: int, form: TreeEditForm) -> str:
    """Make the edit; the address of the page where it was made."""
    who, version = signed_in_user(), form.version.data or 0
    edit = form.edit
    if edit["do"] == "undo":
        importing.take_back(who, key, version)
        return _address(key, Preview(importing.edited_of(importing.get(key))), edit["on"])
    if edit["do"] == "split":
        piece = importing.edited_of(importing.get(key)).find(edit["on"])
        edit["at"] = form.place_in(piece.text)
    found = importing.change(who, key, version, edit)
    if edit["do"] == "settle":
        return url_for("plan.work", key=key, _anchor="dubbi")
    return _address(key, Preview(found), edit["on"])


def _address(key: int, preview: Preview, section: str) -> str:
    """The page that shows a section, open on it where it is still there."""
    found = preview.present(section)
    page = preview.page_of_section(section)
    return url_for(
        "plan.work",
        key=key,
        pagina=page if page > 1 else None,
        nodo=section if found == section else None,
        _anchor=f"s{found}",
    )


@bp.route("/ufficio/piano/importa/<int:key>/conferma", methods=["POST"])
@requires(Permission.CORRECT_DATA)
def confirm(key: int) -> Any:
    form = StepForm()
    row = importing.get(key)
    document = row.document
    if not form.validate_on_submit():
        return _bench(key)
    try:
        seen = form.seen.data or ""
        report = importing.write(signed_in_user(), key, form.version.data or 0, seen)
    except DomainError as error:
        return _bench(key, refusal=str(error))
    return _written(document, report)


@bp.route("/ufficio/piano/importa/<int:key>/scarta", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def give_up(key: int) -> Any:
    form = StepForm()
    if not form.validate_on_submit():
        return render_template("plan/give_up.html", row=importing.get(key), form=form)
    try:
        importing.give_up(signed_in_user(), key, form.version.data or 0)
    except importing.ImportChangedMeanwhile as error:
        return _bench(key, refusal=str(error))
    flash(_("The import was given up: nothing was written."), "success")
    return redirect(url_for("plan.choose"))


def _bench(key: int, *, refusal: str = "", form: TreeEditForm | None = None) -> Any:
    """The page of an import, with what a step was refused for."""
    row = importing.get(key)
    try:
        edited = importing.edited_of(row)
    except DomainError as error:
        return render_template("plan/unreadable.html", row=row, refusal=str(error))
    preview = Preview(edited)
    section = (form.on.data if form else "") or request.args.get("nodo", "")
    chosen = preview.chosen(section)
    page = chosen.page if chosen else int_of(request.args.get("pagina", "1"))
    shown = {"row": row, "preview": preview, "chosen": chosen, "refusal": refusal, "form": form}
    shown |= {"page": min(max(1, page), preview.pages), "kinds": CHANGED_KINDS}
    return render_template("plan/work.html", **shown, **_what_it_would_do(row, edited))


def _what_it_would_do(row: TextImport, edited: Edited) -> dict[str, Any]:
    """What writing the tree would do, or why it cannot be written."""
    try:
        compared = comparison.compare(row.document, row.label, edited.tree)
    except DomainError as error:
        return {"report": None, "obstacle": str(error)}
    return {"report": compared.report, "is_there": compared.is_there, "seen": compared.state}


def _written(document: Document, report: comparison.ImportReport) -> Any:
    said = _("%(document)s, edition %(edition)s: %(count)d sections were written.")
    facts = {"document": document.title, "edition": report.edition, "count": report.sections}
    flash(said % facts, "success")
    # There one confirms what each section continues, which is the next step.
    edition = queries.get_edition(document.plan, report.edition, seen_by=signed_in_user())
    return redirect(url_for("plan.edition_mapping", edition_id=edition.id, code=document.code))
