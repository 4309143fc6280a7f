"""Bringing the text of a document into an edition: choose a file, compare, confirm."""

import contextlib
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from ptm_participation.accounts.access import Permission, requires
from ptm_participation.accounts.reader import signed_in_user
from ptm_participation.core.errors import DomainError, NotFound
from ptm_participation.core.forms import options
from ptm_participation.plan import comparison, files, preview, queries, service
from ptm_participation.plan.forms import ConfirmForm, TextForm
from ptm_participation.plan.models import Document
from ptm_participation.plan.reading import Reading

bp = Blueprint("plan", __name__)

# What is said beside the edition; the rest concerns the file.
_OF_THE_EDITION = (comparison.LabelNotGood, comparison.EditionFrozen, comparison.EditionObserved)
# What the preview says, where the doubts tell why.
_OF_THE_TEXT = (comparison.NumberTwice, comparison.TooLongForLaw)


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
        editions=queries.editions_of_documents(),
    )


def _bring_in(form: TextForm) -> str | None:
    """Read and keep the file; the address of its preview, or None with sentences beside fields."""
    try:
        name, data, reading = files.take_in(form.file.data)
        _try_import(_document(form.document.data), form.edition.data, reading)
    except _OF_THE_EDITION as error:
        form.edition.errors = [str(error)]
        return None
    except DomainError as error:
        form.file.errors = [str(error)]
        return None
    return url_for(
        "plan.compare",
        sha256=files.keep(name, data),
        documento=form.document.data,
        edizione=form.edition.data,
        fonte=form.source.data,
        file=name,
    )


def _try_import(document: Document, label: str, reading: Reading) -> None:
    """See whether the edition can take a text. Raises what only another edition would help."""
    with contextlib.suppress(*_OF_THE_TEXT):
        comparison.compare(document, label, reading.tree)


def _document(code: str) -> Document:
    document = queries.document_of_code(code)
    if document is None:
        raise NotFound()
    return document


@bp.route("/ufficio/piano/importa/<sha256>", methods=["GET", "POST"])
@requires(Permission.CORRECT_DATA)
def compare(sha256: str) -> Any:
    asked = {name: request.args.get(name, "") for name in ("documento", "edizione", "fonte")}
    document, name = _document(asked["documento"]), request.args.get("file", "")
    reading = files.kept_text(sha256, name)
    what = (document, asked["edizione"], reading.tree)
    form, refusal, report = ConfirmForm(), "", None
    try:
        if form.validate_on_submit():
            report = service.import_text(
                signed_in_user(),
                *what,
                source=asked["fonte"],
                seen=form.seen.data or "",
                file_sha256=sha256,
            )
            return _written(document, report)
        report = comparison.compare(*what).report
    except service.TextChangedMeanwhile as error:
        refusal = str(error)
        report = comparison.compare(*what).report
    except DomainError as error:
        refusal = str(error)
    shown = {"document": document, "asked": asked, "name": name, "reading": reading, "form": form}
    shown |= {"report": report, "refusal": refusal, "seen": comparison.state_of_text(document)}
    return render_template("plan/compare.html", preview=preview, **shown)


def _written(document: Document, report: comparison.ImportReport) -> Any:
    said = _("%(document)s, edition %(edition)s: %(count)d sections were written.")
    facts = {"document": document.title, "edition": report.edition, "count": report.sections}
    flash(said % facts, "success")
    return redirect(
        url_for(
            "plan.choose",
            documento=document.code,
            edizione=report.edition,
            scritto=document.slug,
        )
    )
