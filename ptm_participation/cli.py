"""The `ptm` commands. They call use cases, and end with status 1 and a sentence on error."""

import contextlib
import dataclasses
import functools
import getpass
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import ScriptInfo, with_appcontext
from flask_babel import force_locale

import ptm_participation.models  # noqa: F401 - a backup holds the tables that no page imports too
from ptm_participation.accounts import service as accounts
from ptm_participation.accounts.access import PERMISSIONS, Permission, Role
from ptm_participation.accounts.models import User
from ptm_participation.core import audit, backup, clock, heads, schema
from ptm_participation.core.audit import NamedActor
from ptm_participation.core.commands import Commands, sentences
from ptm_participation.core.db import db, length_of
from ptm_participation.core.storage import files
from ptm_participation.observations.commands import intake_group
from ptm_participation.plan.commands import plan_group
from ptm_participation.procedure.commands import procedure_group, term

F = TypeVar("F", bound=Callable[..., Any])


@dataclasses.dataclass(frozen=True, slots=True)
class Operator(NamedActor):
    """Whoever has a shell on the server: reads all, and is named in the log."""

    name: str = ""

    def can(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[Role.ADMINISTRATOR]


def operator() -> Any:
    """The person at the command line, by the name of the system account."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        name = str(os.getuid())
    return Operator(f"command line ({name})", f"command line ({name})")


def register(group: click.Group) -> None:
    """Give the `ptm` group its commands."""
    for command in (
        init,
        serve,
        worker,
        demo,
        synth,
        user,
        plan_group(operator),
        term,
        intake_group(operator),
        procedure_group(operator),
        export,
        audit_group,
        backup_,
        restore,
    ):
        group.add_command(command)


def _sentence(function: F) -> F:
    """Let a command end with a sentence instead of a trace."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        with sentences():
            return function(*args, **kwargs)

    return run  # type: ignore[return-value]


# -- running -----------------------------------------------------------------------------


@click.command()
@click.option("--admin-email", default="admin@localhost.localdomain", show_default=True)
@click.option("--serve", "serve_it", is_flag=True, help="Serve when all is ready.")
@with_appcontext
@_sentence
def init(admin_email: str, serve_it: bool) -> None:
    """Bring the database up to date, load the reference data, make the first administrator.

    Prints a one-time link to set the administrator's password while none has one.
    """
    app = _application()
    prepare(app)
    link = _first_administrator(admin_email)
    if link:
        click.echo(f"Set the administrator's password here, once ({admin_email}):\n\n  {link}\n")
    if serve_it:
        _serve(app)


def prepare(app: Flask) -> None:
    """Migrate and load; nothing is done that was done before."""
    from ptm_participation.reference.loader import load_reference_data

    url, root = app.config["SQLALCHEMY_DATABASE_URI"], app.config["ROOT"]
    if schema.current(url) != schema.head(root):
        schema.upgrade(root, url)
        click.echo("The database is at the present schema.")
    counts = load_reference_data()
    if counts is not None:
        click.echo(
            f"Reference data: {counts.added} added, {counts.updated} updated, "
            f"{counts.corrected} left as corrected by hand."
        )


def _first_administrator(email: str) -> str | None:
    """The link for the first administrator, made anew until the password is set."""
    administrators = db.session.scalars(
        sa.select(User).filter_by(role=Role.ADMINISTRATOR, active=True)
    ).all()
    if any(user.password_hash for user in administrators):
        return None
    user = (
        administrators[0]
        if administrators
        else accounts.add_user(
            operator(), email=email, name="Amministratore", role=Role.ADMINISTRATOR
        )
    )
    token = accounts.issue_password_link(operator(), user)
    return f"{current_app.config['PUBLIC_URL']}/imposta-password/{token}"


@click.command()
@with_appcontext
@_sentence
def serve() -> None:
    """Serve the site, with a worker process beside it, until stopped."""
    _serve(_application())


def _application() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _serve(app: Flask) -> None:
    from ptm_participation.serving import serve as run

    click.echo(f"Open {app.config['PUBLIC_URL']} (to stop: Ctrl+C)")
    run(app)


@click.command()
@click.option("--until-idle", is_flag=True, help="Do what is due, then end.")
@with_appcontext
def worker(until_idle: bool) -> None:
    """Do the jobs that wait: messages, and what each day wants."""
    from ptm_participation.worker import work

    work(_application(), until_idle=until_idle)


@click.command()
@click.option("--serve", "serve_it", is_flag=True, help="Then serve it.")
@click.pass_context
@_sentence
def demo(context: click.Context, serve_it: bool) -> None:
    """Fill a separate database with a process whose totals are the PTM's real ones."""
    from ptm_participation.demonstration import fill

    os.environ["PTM_DEMO"] = "1"  # read by this process's configuration and the server's workers
    app = context.ensure_object(ScriptInfo).load_app()
    with app.app_context():
        prepare(app)
        fill(click.echo)
    if serve_it:
        _serve_afresh(app.config["ROOT"])


MOST_OBSERVATIONS = 2_000_000
PLACES = ("PTM_HOME", "PTM_DATABASE_URL", "PTM_STORAGE_URL")


@click.command()
@click.option(
    "--observations",
    type=click.IntRange(0, MOST_OBSERVATIONS),
    default=10_000,
    show_default=True,
    help="How many.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another one, other data.")
@click.option("--serve", "serve_it", is_flag=True, help="Then serve it.")
@click.pass_context
@_sentence
def synth(context: click.Context, observations: int, seed: int, serve_it: bool) -> None:
    """Fill an empty database of its own with an invented process of any size.

    It is made in var/synth. To make it elsewhere, set PTM_DEMO=1 beside PTM_HOME or
    PTM_DATABASE_URL: invented observations never get into a real register.
    """
    from ptm_participation.synthesis.process import START, fill, refuse_unless_empty

    if not any(os.environ.get(name) for name in PLACES):
        os.environ["PTM_DEMO"] = "1"
        os.environ["PTM_HOME"] = str(Path(__file__).resolve().parents[1] / "var" / "synth")
    app = context.ensure_object(ScriptInfo).load_app()
    with app.app_context():
        if not app.config["DEMONSTRATION"]:
            refuse_unless_empty()
        with clock.at(START):
            prepare(app)
        fill(observations, seed, click.echo)
    if serve_it:
        _serve_afresh(app.config["ROOT"])
    home = app.config["HOME"]
    click.echo(f"To serve it: PTM_DEMO=1 PTM_HOME={home} ptm serve")


def _serve_afresh(root: Path) -> None:
    """Serve from a fresh process in the place of this one.

    Setting documents and storing files has started threads of typst and obstore here. The server
    forks its workers, and in a fork those threads are gone: whoever waits for them hangs.
    """
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, str(root / "wsgi.py"), "serve"])  # noqa: S606


# -- accounts ----------------------------------------------------------------------------

user = Commands("user", help="Accounts.")


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", default="", help="Name and surname; the e-mail address if not given.")
def user_add(email: str, role: str, name: str) -> None:
    """Open an account and print the one-time link to set its password."""
    shown = name or email[: length_of(User.name)]
    _print_link(accounts.add_user(operator(), email=email, name=shown, role=Role(role)))


@user.command("link")
@click.argument("email")
def user_link(email: str) -> None:
    """Print a one-time link to set the password anew of an account."""
    known = db.session.scalar(sa.select(User).filter_by(email=email.strip().lower()))
    if known is None:
        raise click.ClickException(f"There is no account {email}.")
    _print_link(known)


def _print_link(account: User) -> None:
    token = accounts.issue_password_link(operator(), account)
    click.echo(f"{current_app.config['PUBLIC_URL']}/imposta-password/{token}")


# -- data out ----------------------------------------------------------------------------

EXPORT_NAMES = (
    "register",
    "municipalities",
    "zones",
    "stakeholders",
    "consultations",
    "sections",
    "summary",
)
EXPORT_FORMATS = ("xlsx", "csv", "json", "geojson")


@click.command()
@click.argument("name", type=click.Choice(EXPORT_NAMES))
@click.option("--format", "format_", type=click.Choice(EXPORT_FORMATS), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--filter",
    "filter_",
    default="",
    help="As in the address: comune=12&tipo=citizen; tabella=zones for one table of the summary.",
)
@with_appcontext
@_sentence
def export(name: str, format_: str, out: Path, filter_: str) -> None:
    """Write an export to a file; a file that is there is replaced only by a whole one."""
    from urllib.parse import parse_qsl

    from ptm_participation.procedure.queries import get_procedure
    from ptm_participation.reporting import exports, sheets
    from ptm_participation.reporting.service import note_export

    sheets.get_export(name, format_)
    asked = dict(parse_qsl(filter_))
    procedure = get_procedure(asked.get("procedimento"))
    _refuse_unusable(asked)
    with force_locale("it"), _file_made_whole(out) as file:
        sheet = sheets.make(name, procedure, asked, seen_by=operator())
        file.writelines(exports.write(sheet, format_))
    note_export(operator(), procedure, name=name, format=format_, filter=filter_)
    click.echo(f"{out}")


def _refuse_unusable(asked: dict[str, str]) -> None:
    """A page says what it left out of a filter; a command would hand over everything."""
    from ptm_participation.core.chips import CONDITIONS, narrowed
    from ptm_participation.observations import filters
    from ptm_participation.reporting.sheets import TABLE

    unknown = sorted(asked.keys() - CONDITIONS - {TABLE})
    problems = [f"«{name}» is no condition of a filter." for name in unknown]
    # Days the wrong way round are meant the other way: the file says so.
    problems += filters.read({**asked, **(narrowed(asked, {}) or {})})[1]
    if any("\0" in value for value in asked.values()):
        problems.append("A condition holds a character that no text has.")
    if problems:
        raise click.ClickException(" ".join([*problems, "Nothing was written."]))


@contextlib.contextmanager
def _file_made_whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of the one at `path` once all is written.

    A device or a pipe is written into: replacing it would leave a file in its place.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    if not path.parent.is_dir():
        raise click.ClickException(f"There is no folder {path.parent}.")
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


audit_group = Commands("audit", help="The log of every change.")


@audit_group.command("verify")
@click.option(
    "--heads",
    "heads_at",
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder of exported heads; PTM_HEADS_DIR if not given.",
)
def audit_verify(heads_at: Path | None) -> None:
    """Read every chain and compare it with the exported heads."""
    folder = heads_at or current_app.config["HEADS_FOLDER"]
    known = heads.read(folder) if folder.exists() else []
    findings = audit.verify(known)
    for finding in findings:
        click.echo(f"NOT INTACT  {finding}")
    if findings:
        raise click.ClickException(f"{len(findings)} findings.")
    for head in audit.heads():
        click.echo(f"intact  {head.stream}  {head.seq} entries  {head.hash}")
    click.echo(f"Compared with {len(known)} exported heads.")


@audit_group.command("heads")
def audit_heads() -> None:
    """Export the heads of the chains now."""
    click.echo(f"{heads.export(current_app.config['HEADS_FOLDER'])}")


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@with_appcontext
@_sentence
def backup_(folder: Path) -> None:
    """Copy database and files into FOLDER, while the program serves."""
    revision = schema.head(current_app.config["ROOT"])
    report = backup.back_up(folder, files(), revision)
    click.echo(f"{report.rows} rows and {report.files} files are in {folder}.")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
@_sentence
def restore(folder: Path) -> None:
    """Fill an empty database and storage from a backup."""
    manifest = backup.read_manifest(folder)
    root, url = current_app.config["ROOT"], current_app.config["SQLALCHEMY_DATABASE_URI"]
    if not schema.knows(root, manifest["revision"]):
        raise backup.BackupError("The backup was made by a newer version of the program.")
    present = schema.current(url)
    if present not in {None, manifest["revision"]}:
        raise backup.BackupError("The database is not empty and has another schema.")
    if present is None:
        schema.upgrade(root, url, manifest["revision"])
    report = backup.restore(folder, files())
    if [dataclasses.asdict(head) for head in report.heads] != manifest["heads"]:
        raise backup.BackupError("The restored log differs from that of the backup.")
    if manifest["revision"] != schema.head(root):
        schema.upgrade(root, url)
    click.echo(f"{report.rows} rows and {report.files} files are restored.")
    sys.stdout.flush()
