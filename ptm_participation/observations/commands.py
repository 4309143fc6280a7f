"""`ptm intake mail`: messages saved as files are read, and taken in."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _

from ptm_participation.core import schema
from ptm_participation.core.audit import Actor
from ptm_participation.mail.report import as_json, lines, unread
from ptm_participation.mail.saved import messages
from ptm_participation.observations import incoming

Taken = dict[str, Any]


def intake_group(operator: Callable[[], Actor]) -> click.Group:
    """The commands of what comes in; `operator` is who types them."""

    @click.group("intake")
    def group() -> None:
        """What comes in from outside: messages of certified mail."""

    @group.command("mail")
    @click.argument("place", type=click.Path(exists=True, path_type=Path), metavar="FILE|DIR")
    @click.option("--json", "as_list", is_flag=True, help="A list with an object a message.")
    @click.option("--dry-run", is_flag=True, help="Only say what they are, and keep nothing.")
    @with_appcontext
    def mail(place: Path, as_list: bool, dry_run: bool) -> None:
        """Read a message, or all those of a folder and its sub-folders, and take them in.

        The same message again is the record that it made. Without a database they are only read.
        """
        actor = None if dry_run else _actor(operator)
        with force_locale("it"):
            if as_list:
                _print_list(_read(place, actor))
            else:
                _print_lines(place, actor)

    return group


def _actor(operator: Callable[[], Actor]) -> Actor | None:
    """Who takes the messages in; None, with a remark, where there is nothing to put them in."""
    url, root = current_app.config["SQLALCHEMY_DATABASE_URI"], current_app.config["ROOT"]
    try:
        ready = schema.current(url) == schema.head(root)
    except sa.exc.SQLAlchemyError:
        ready = False
    if not ready:
        click.echo("The database is not ready (ptm init): messages are only read.", err=True)
        return None
    return operator()


def _read(place: Path, actor: Actor | None) -> Iterator[Taken]:
    for file, result in messages(place):
        if isinstance(result, str):
            yield unread(file, result) | {"record": None, "new": False}
            continue
        raw, message, match = result
        yield as_json(file, message, match) | _take_in(actor, raw)


def _take_in(actor: Actor | None, raw: bytes) -> Taken:
    if actor is None:
        return {"record": None, "new": False}
    row, new = incoming.take_in(actor, raw)
    return {"record": row.id, "new": new}


def _print_list(objects: Iterator[Taken]) -> None:
    """Object by object, as they are read."""
    before = "[\n"
    for value in objects:
        click.echo(before + json.dumps(value, ensure_ascii=False, indent=1), nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _print_lines(place: Path, actor: Actor | None) -> None:
    for file, result in messages(place):
        if isinstance(result, str):
            click.echo(f"{file}: {result}\n")
            continue
        raw, message, match = result
        for line in lines(file, message, match):
            click.echo(line.replace("\u00a0", " "))
        taken = _take_in(actor, raw)
        if taken["new"]:
            click.echo(_("Taken in: message n. %(number)d.", number=taken["record"]))
        elif taken["record"]:
            click.echo(_("It was here already: message n. %(number)d.", number=taken["record"]))
        click.echo()
