"""`ptm plan`: a text is imported, two editions compared, frozen ones verified, citations read."""

import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import click
from flask.cli import with_appcontext

from ptm_participation.core.audit import Actor
from ptm_participation.core.commands import Commands
from ptm_participation.plan import comparison, queries
from ptm_participation.plan.comparison import ImportReport
from ptm_participation.plan.editions import Synopsis, synopsis
from ptm_participation.plan.models import Document
from ptm_participation.plan.publishing import altered_editions, frozen_editions
from ptm_participation.plan.reading import Reading
from ptm_participation.plan.redline import Op, Piece
from ptm_participation.plan.synopsis import Entry, Part

_MARKS = {Op.SAME: "{}", Op.TAKEN_OUT: "[-{}-]", Op.PUT_IN: "{{+{}+}}"}


def plan_group(operator: Callable[[], Actor]) -> click.Group:
    """The commands of the plan; `operator` is who types them."""
    group = Commands("plan", help="The plan's text.")
    for command in (cite, compare, verify):
        group.add_command(command)

    @group.command("import")
    @click.argument("file", type=click.Path(exists=True, path_type=Path))
    @click.option("--document", required=True, help="Code of the document, for example NDA.")
    @click.option("--edition", required=True, help="Label of the edition; a draft is made if new.")
    @click.option("--dry-run", is_flag=True, help="Say what would be done, and write nothing.")
    @click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
    def import_(file: Path, document: str, edition: str, dry_run: bool, as_json: bool) -> None:
        """Read a text and put it into an edition.

        FILE is a text document (.docx, .odt), a PDF with text, Markdown, reStructuredText, a table
        (.csv), Akoma Ntoso (.xml), or a folder or ZIP of Markdown or reStructuredText.
        """
        from ptm_participation.plan.files import read_folder, read_text
        from ptm_participation.plan.service import import_text

        reading = read_folder(file) if file.is_dir() else read_text(file.name, file.read_bytes())
        target = _document(document)
        if dry_run:
            report = comparison.compare(target, edition, reading.tree).report
        else:
            report = import_text(operator(), target, edition, reading.tree, source=file.name)
        if as_json:
            values = {**dataclasses.asdict(report), "dry_run": dry_run, **reading.report()}
            click.echo(json.dumps(values, ensure_ascii=False, indent=1))
            return
        _tell(report, reading)
        if dry_run:
            click.echo("Nothing was written.")

    @group.command("link-citations")
    def link_citations() -> None:
        """Recognise again what the sections of every edition cite, and keep it."""
        from ptm_participation.plan.citation_links import link_all_citations

        for edition, count in link_all_citations(operator()).items():
            click.echo(f"{edition}: {count} citations.")

    return group


def _tell(report: ImportReport, reading: Reading) -> None:
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.by_kind.items())
    click.echo(
        f"{report.document}, edition {report.edition}: {report.sections} sections ({kinds})."
    )
    if report.base:
        click.echo(
            f"Against edition {report.base}: {report.same} stay as they were numbered, "
            f"{report.moved} are renumbered, {report.new} are new, {report.gone} are no longer "
            "there."
        )
    if report.replaced is not None:
        click.echo(
            f"Against the text that it replaces: {len(report.replaced.changed)} change, "
            f"{len(report.replaced.added)} are added, {len(report.replaced.dropped)} are dropped."
        )
    if reading.doubts:
        click.echo("Look at:")
    for doubt in reading.doubts:
        click.echo(f"  {reading.place_of(doubt)}: {doubt}")


@click.command("cite")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="Print spans and targets as JSON.")
@with_appcontext
def cite(file: IO[bytes], as_json: bool) -> None:
    """Say what a text cites: FILE is of a format that is imported, or plain text; - is what is
    piped in."""
    from ptm_participation.plan.citing_files import passages_of

    named = getattr(file, "name", "<stdin>")
    name = "testo.txt" if named == "<stdin>" else Path(named).name
    passages = passages_of(name, file.read())
    if as_json:
        found = [
            {"section": passage.section, **citation.as_json(passage.text)}
            for passage in passages
            for citation in passage.citations
        ]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for passage in passages:
        for citation in passage.citations:
            where = f"{passage.section}, " if passage.section else ""
            words = " ".join(passage.text[citation.start : citation.end].split())
            doubt = "  (of which act is not said)" if citation.doubtful else ""
            click.echo(
                f"{where}{citation.start}-{citation.end}: {words} → {citation.target}{doubt}"
            )


@click.command("compare")
@click.argument("one")
@click.argument("other")
@click.option("--document", required=True, help="Code of the document, for example NDA.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@with_appcontext
def compare(one: str, other: str, document: str, as_json: bool) -> None:
    """Say what changed in a document between two editions, ONE and OTHER, by their labels."""
    found = _document(document)
    known = {edition.label: edition for edition in found.plan.editions}
    for label in (one, other):
        if label not in known:
            raise click.ClickException(
                f"There is no edition {label}: choose two of {', '.join(known)}."
            )
    compared = synopsis(found, known[one], known[other])
    if as_json:
        click.echo(json.dumps(_plain(compared), ensure_ascii=False, indent=1))
        return
    for entry in compared.changes:
        kinds = ", ".join(kind.value for kind in entry.ordered_kinds)
        click.echo(f"{_cited(entry.before)} -> {_cited(entry.after)}: {kinds}")
        for words in (_marked(entry.heading), _marked(entry.words)):
            if words and entry.before and entry.after:
                click.echo(f"    {words}")
    click.echo(
        f"{len(compared.changes)} changes from {compared.before.label} to {compared.after.label}."
    )


@click.command("verify")
@with_appcontext
def verify() -> None:
    """Take the digests of the frozen editions again: their words are those that were published, as
    the log has it."""
    altered = altered_editions()
    if altered:
        raise click.ClickException(
            f"The words are not those that were published: {', '.join(altered)}."
        )
    for edition in frozen_editions():
        click.echo(f"{edition.label}: intact, {edition.frozen_sha256}")
    click.echo(f"{len(frozen_editions())} frozen editions, all of them intact.")


def _document(code: str) -> Document:
    found = queries.document_of_code(code)
    if found is None:
        known = ", ".join(document.code for document in queries.all_documents())
        raise click.ClickException(f"There is no document {code}: choose one of {known}.")
    return found


def _cited(parts: Iterable[Part]) -> str:
    return " + ".join(part.brief for part in parts) or "nothing"


def _marked(pieces: Iterable[Piece]) -> str:
    return "".join(_MARKS[piece.op].format(piece.text) for piece in pieces)


def _plain(compared: Synopsis) -> dict[str, Any]:
    return {
        "document": compared.document.code,
        "before": compared.before.label,
        "after": compared.after.label,
        "counts": {kind.value: count for kind, count in compared.counts().items()},
        "changes": [_plain_entry(entry) for entry in compared.changes],
    }


def _plain_entry(entry: Entry) -> dict[str, Any]:
    return {
        "kinds": [kind.value for kind in entry.ordered_kinds],
        "before": [_plain_part(part) for part in entry.before],
        "after": [_plain_part(part) for part in entry.after],
        "heading": [list(piece) for piece in entry.heading],
        "words": [list(piece) for piece in entry.words],
    }


def _plain_part(part: Part) -> dict[str, str]:
    return {"citation": part.citation, "heading": part.heading, "text": part.text}
