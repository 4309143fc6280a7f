"""The `ptm plan` commands that read editions: compare two, verify those that are frozen."""

import json
from collections.abc import Iterable
from typing import Any

import click
from flask.cli import with_appcontext

from ptm_participation.plan import queries
from ptm_participation.plan.editions import Synopsis, synopsis
from ptm_participation.plan.publishing import altered_editions, frozen_editions
from ptm_participation.plan.redline import Op, Piece
from ptm_participation.plan.synopsis import Entry, Part

_MARKS = {Op.SAME: "{}", Op.TAKEN_OUT: "[-{}-]", Op.PUT_IN: "{{+{}+}}"}


@click.command("compare")
@click.argument("one")
@click.argument("other")
@click.option("--document", required=True, help="Code of the document, for example NDA.")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@with_appcontext
def compare(one: str, other: str, document: str, as_json: bool) -> None:
    """Say what changed in a document between two editions, ONE and OTHER, by their labels."""
    found = queries.document_of_code(document)
    if found is None:
        raise click.ClickException(f"There is no document {document}.")
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
    """Take the digests of the frozen editions again: their words are those that were published."""
    altered = altered_editions()
    if altered:
        labels = ", ".join(edition.label for edition in altered)
        raise click.ClickException(f"The words are not those that were published: {labels}.")
    for edition in frozen_editions():
        click.echo(f"{edition.label}: intact, {edition.frozen_sha256}")
    click.echo(f"{len(frozen_editions())} frozen editions, all of them intact.")


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
