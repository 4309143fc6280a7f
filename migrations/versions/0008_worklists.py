"""Say who works on an observation and what of it cannot be read; keep filters and selections

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("observation") as table:
        table.add_column(sa.Column("assigned_to_id", sa.Integer(), nullable=True))
        table.add_column(
            sa.Column("unreadable", sa.String(300), nullable=False, server_default="")
        )
        table.create_foreign_key(
            op.f("fk_observation_assigned_to_id_user_account"),
            "user_account",
            ["assigned_to_id"],
            ["id"],
        )
    op.create_index(
        "ix_observation_assigned",
        "observation",
        ["procedure_id", "assigned_to_id", "counts_at", "id"],
    )
    unreadable = sa.text("unreadable <> ''")
    op.create_index(
        "ix_observation_unreadable",
        "observation",
        ["procedure_id", "counts_at", "id"],
        sqlite_where=unreadable,
        postgresql_where=unreadable,
    )
    _keep_filters()
    _keep_selections()


def _keep_filters() -> None:
    name = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("name", name, nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_saved_filter_named")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_saved_filter_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
            name=op.f("fk_saved_filter_procedure_id_procedure"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "user_id",
            "procedure_id",
            "name",
            name=op.f("uq_saved_filter_user_id_procedure_id_name"),
        ),
    )
    op.create_index("ix_saved_filter_procedure_id", "saved_filter", ["procedure_id"])


def _keep_selections() -> None:
    op.create_table(
        "selected_observation",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_selected_observation_user_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_selected_observation_observation_id_observation"),
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "observation_id", name=op.f("pk_selected_observation")
        ),
    )
    op.create_index(
        "ix_selected_observation_observation_id", "selected_observation", ["observation_id"]
    )
