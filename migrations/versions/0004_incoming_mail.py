"""Keep the messages that come in, and what was read of them

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant, Json

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = (
    *("certified", "ordinary", "acceptance", "non-acceptance", "take-charge", "delivery"),
    *("failure", "notice", "virus", "error-envelope", "unreadable"),
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("kind", _one_of("kind", *KINDS), nullable=False),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("identifier", sa.String(300), nullable=False),
        sa.Column("message_id", sa.String(500), nullable=False),
        sa.Column("refers_to", sa.String(500), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("taken_at", Instant(), nullable=False),
        sa.Column("counts_at", Instant(), nullable=True),
        sa.Column(
            "counts_by",
            _one_of("counts_by", "pec-acceptance", "pec-receipt", "date-header"),
            nullable=True,
        ),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("content", Json(), nullable=False),
        sa.Column("problems", Json(), nullable=False),
        sa.Column(
            "state",
            _one_of("state", "to-enter", "entered", "kept", "set-aside"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("same_as_id", sa.Integer(), nullable=True),
        sa.Column("observation_id", sa.Integer(), nullable=True),
        sa.Column("about_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'entered') = (observation_id IS NOT NULL)",
            name=op.f("ck_incoming_mail_entered"),
        ),
        sa.CheckConstraint(
            "(state = 'set-aside') = (reason <> '')", name=op.f("ck_incoming_mail_set_aside")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"],
            ["stored_file.sha256"],
            name=op.f("fk_incoming_mail_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"],
            ["observation.id"],
            name=op.f("fk_incoming_mail_observation_id_observation"),
        ),
        sa.ForeignKeyConstraint(
            ["about_id"],
            ["observation.id"],
            name=op.f("fk_incoming_mail_about_id_observation"),
        ),
        sa.ForeignKeyConstraint(
            ["same_as_id"],
            ["incoming_mail.id"],
            name=op.f("fk_incoming_mail_same_as_id_incoming_mail"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_incoming_mail_file_sha256")),
    )
    for column in ("identifier", "message_id", "refers_to", "observation_id", "about_id"):
        op.create_index(f"ix_incoming_mail_{column}", "incoming_mail", [column])
    op.create_index("ix_incoming_mail_state", "incoming_mail", ["state", "id"])
