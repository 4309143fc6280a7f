"""Let a mandate, an answer without observations and what regularises an author come in

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant
from ptm_participation.core.schema import make_immutable

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

FILE_CLASSES = "'attachment', 'signed', 'identity', 'scan', 'mandate'"
PURPOSES = "'observation', 'no-observations', 'withdrawal'"


def upgrade() -> None:
    _let_mandates_in()
    _add_purpose()
    _add_supplements()


def _let_mandates_in() -> None:
    for table_name in ("draft_file", "submission_file"):
        name = op.f(f"ck_{table_name}_file_class")
        with op.batch_alter_table(table_name) as table:
            table.drop_constraint(name, type_="check")
            table.create_check_constraint(name, f"file_class IN ({FILE_CLASSES})")
    if op.get_bind().dialect.name == "sqlite":  # which drops a copied table's triggers
        make_immutable(op, "submission_file")


def _add_purpose() -> None:
    """In words that both engines take, so that a register of a million rows is not copied."""
    op.execute(
        "ALTER TABLE observation ADD COLUMN purpose VARCHAR(40) DEFAULT 'observation' NOT NULL"
        f" CONSTRAINT ck_observation_purpose CHECK (purpose IN ({PURPOSES}))"
    )
    op.create_index(
        "ix_observation_purpose", "observation", ["procedure_id", "purpose", "counts_at", "id"]
    )


def _add_supplements() -> None:
    op.create_table(
        "regularisation_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name=op.f("ck_regularisation_request_days")),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_regularisation_request_observation_id_observation"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"],
            ["user_account.id"],
            name=op.f("fk_regularisation_request_asked_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regularisation_request")),
    )
    op.create_index(
        "ix_regularisation_request_due", "regularisation_request", ["observation_id", "due_on"]
    )
    op.create_table(
        "supplement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_supplement_observation_id_observation"),
        ),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["regularisation_request.id"],
            name=op.f("fk_supplement_request_id_regularisation_request"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_supplement_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_supplement_token_sha256")),
    )
    op.create_index("ix_supplement_observation_id", "supplement", ["observation_id"])
    op.create_table(
        "supplement_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("supplement_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("file_class", sa.String(40), nullable=False),
        sa.CheckConstraint(
            f"file_class IN ({FILE_CLASSES})", name=op.f("ck_supplement_file_file_class")
        ),
        sa.ForeignKeyConstraint(
            ["supplement_id"],
            ["supplement.id"],
            name=op.f("fk_supplement_file_supplement_id_supplement"),
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_supplement_file_file_sha256_stored_file"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement_file")),
        sa.UniqueConstraint(
            "supplement_id", "position", name=op.f("uq_supplement_file_supplement_id_position")
        ),
    )
    op.create_index("ix_supplement_file_file_sha256", "supplement_file", ["file_sha256"])
    for table in ("regularisation_request", "supplement", "supplement_file"):
        make_immutable(op, table)
