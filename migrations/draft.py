"""Draft the step from the last migration to the models: `make migration TITLE="Add points"`.

The draft is to be read and completed: it knows neither triggers nor rows.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command

from ptm_participation.core import schema

ROOT = Path(__file__).resolve().parents[1]


def draft(title: str) -> None:
    """Write the next numbered revision beside the others."""
    number = f"{int(schema.head(ROOT)) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.sqlite"
        schema.upgrade(ROOT, url)
        with schema.bare_connection(url) as connection:
            config = schema.alembic_config(ROOT, connection)
            command.revision(config, title, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    draft(sys.argv[1])
