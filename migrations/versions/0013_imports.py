"""Keep a text that is on its way into the plan, and what the office changes in its reading

An import can be left and taken up again: the file is named by a row, and so are the edits made
over it.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant, Json

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "text_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("reading_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("edits", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'written')", name=op.f("ck_text_import_state")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_text_import_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"], name=op.f("fk_text_import_file_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["started_by_id"], ["user_account.id"], name=op.f("fk_text_import_started_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["user_account.id"], name=op.f("fk_text_import_changed_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_import")),
    )
    op.create_index(op.f("ix_text_import_file_sha256"), "text_import", ["file_sha256"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_text_import_open",
        "text_import",
        ["document_id", "label", "file_sha256"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
