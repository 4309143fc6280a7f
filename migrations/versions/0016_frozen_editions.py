"""Have the database refuse all that would change a published edition

Its words were fixed; now its act and title, the addresses of its sections, its maps' sheets and
what its sections follow are too, and nothing is moved into it.

Revision ID: 0016
Revises: 0015
"""

from alembic import op

from ptm_participation.core.schema import freeze_editions

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    freeze_editions(op)
