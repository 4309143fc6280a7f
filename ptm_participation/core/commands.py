"""Groups of `ptm` commands whose errors are sentences."""

import contextlib
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import AppGroup

from ptm_participation.core import backup
from ptm_participation.core.errors import DomainError


@contextlib.contextmanager
def sentences() -> Iterator[None]:
    """Let what goes wrong for a reason outside the program end with a sentence, not a trace."""
    try:
        yield
    except (DomainError, backup.BackupError) as error:
        raise click.ClickException(str(error)) from error
    except UnicodeError as error:
        raise click.ClickException(f"What was given is no text in UTF-8 ({error}).") from error
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise click.ClickException(f"{place}{error.strerror or error}.") from error


class Commands(AppGroup):
    """Commands whose errors are sentences, and whose words are those of the default language."""

    def invoke(self, ctx: click.Context) -> Any:
        with sentences():
            return super().invoke(ctx)
