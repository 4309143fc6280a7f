"""Say of an observation what it is to an earlier one

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "observation_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *("integrates", "replaces", "duplicates", "withdraws"),
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("because", sa.String(300), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("undone_at", Instant(), nullable=True),
        sa.Column("undone_because", sa.String(300), nullable=False),
        sa.CheckConstraint("from_id > to_id", name=op.f("ck_observation_link_later_to_earlier")),
        sa.CheckConstraint(
            "(undone_at IS NULL) = (undone_because = '')", name=op.f("ck_observation_link_undone")
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["observation.id"], name=op.f("fk_observation_link_from_id_observation")
        ),
        sa.ForeignKeyConstraint(
            ["to_id"], ["observation.id"], name=op.f("fk_observation_link_to_id_observation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation_link")),
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_observation_link_standing",
        "observation_link",
        ["from_id", "to_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("ix_observation_link_to_id", "observation_link", ["to_id"])
