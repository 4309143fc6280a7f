"""`ptm intake mail`: what messages saved as files say, without a database."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_babel import gettext as _

from ptm_participation.mail.duplicates import Match, Seen
from ptm_participation.mail.message import Message, read
from ptm_participation.mail.report import as_json, lines, unread

MOST_BYTES = 1024 * 1024 * 1024


@click.group()
def intake() -> None:
    """What comes in from outside: messages of certified mail."""


@intake.command("mail")
@click.argument("place", type=click.Path(exists=True, path_type=Path), metavar="FILE|DIR")
@click.option("--json", "as_list", is_flag=True, help="A list with an object for each message.")
@with_appcontext
def mail(place: Path, as_list: bool) -> None:
    """Read a message, or all those of a folder and its sub-folders, and say what they are."""
    with force_locale("it"):
        if as_list:
            _print_list(place)
            return
        for file, result in messages(place):
            if isinstance(result, str):
                click.echo(f"{file}: {result}\n")
                continue
            for line in lines(file, *result):
                click.echo(line.replace("\u00a0", " "))
            click.echo()


def messages(place: Path) -> Iterator[tuple[str, tuple[Message, Match] | str]]:
    """Each file in its turn with what was read of it, or why it could not be opened.

    One message at a time is held: a folder may be far larger than the memory.
    """
    seen = Seen()
    for path in _files(place):
        name = _shown(path)
        try:
            if path.stat().st_size > MOST_BYTES:
                yield name, _("The file is larger than any message: it is not opened.")
                continue
            raw = path.read_bytes()
        except OSError as error:
            yield name, _("The file cannot be opened (%(why)s).", why=error.strerror or error)
            continue
        message = read(raw)
        yield name, (message, seen.add(name, message))


def _print_list(place: Path) -> None:
    """Object by object, as they are read."""
    before = "[\n"
    for file, result in messages(place):
        value = unread(file, result) if isinstance(result, str) else as_json(file, *result)
        click.echo(before + json.dumps(value, ensure_ascii=False, indent=1), nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _files(place: Path) -> list[Path]:
    """The file, or those of the folder in the order of their names, hidden ones left out.

    A link is not followed out of the folder, nor a pipe waited for.
    """
    if not place.is_dir():
        return [place]
    found = (
        path for path in place.rglob("*") if _is_file(path) and not _hidden(path.relative_to(place))
    )
    return sorted(found)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file() and not path.is_symlink()
    except OSError:  # in a folder that may be listed and not entered: said when it is opened
        return True


def _hidden(path: Path) -> bool:
    return any(step.startswith(".") for step in path.parts)


def _shown(path: Path) -> str:
    """The path as words, whatever bytes its name is of."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
