"""Running `ptm` within a test, on the application under test."""

import contextvars

from click.testing import Result
from flask import Flask
from flask.cli import ScriptInfo

from ptm_participation.core import clock
from ptm_participation.core.db import db


def ptm(app: Flask, *arguments: str) -> Result:
    """What the command printed and how it ended; it runs outside the test's own context."""
    from wsgi import cli

    now = clock.now()

    def run() -> Result:
        with clock.at(now):
            info = ScriptInfo(create_app=lambda: app)
            return app.test_cli_runner().invoke(cli, list(arguments), obj=info)

    done = contextvars.Context().run(run)
    db.session.rollback()  # what the test reads next is what the command has just written
    return done
