"""The WSGI application (`wsgi:app`), the server's target and the `ptm` command."""

import os

from flask import Flask
from flask.cli import FlaskGroup

from config import Config
from ptm_participation import create_app
from ptm_participation.cli import register
from ptm_participation.gateway import Gateway


def create(*, demonstration: bool | None = None) -> Flask:
    """The application for what the environment says.

    Whatever the process writes (database, files received, backups) is readable by its account
    alone: all of it may hold personal data.
    """
    os.umask(0o077)
    return create_app(Config(demonstration=demonstration))


def gateway() -> Gateway:
    """What each of the server's workers runs (`ptm serve`)."""
    app = create()
    return Gateway(
        app, threads=app.config["THREADS"], largest_body=app.config["MAX_CONTENT_LENGTH"]
    )


def __getattr__(name: str) -> object:
    """Make `wsgi:app` when another server asks for it, not when the command is imported."""
    if name == "app":
        return create()
    raise AttributeError(name)


cli = FlaskGroup(
    create_app=create,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    help="The register of a plan's participation.",
)
register(cli)

if __name__ == "__main__":
    cli()
