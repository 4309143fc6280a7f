"""Find the plan's sections by the stems of their words; close them to observations

What a section is found by was its folded text, looked through with LIKE; it becomes the stems of
its words, with an index. Migration 0017 writes them.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core import schema
from ptm_participation.core.db import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schema.make_searchable(op, "section_version", "search_text")
    for name, columns in (("branch", ["parent_id", "position", "kind"]), ("kind", ["kind", "position"])):
        op.create_index(
            f"ix_section_version_{name}", "section_version", ["edition_id", "document_id", *columns]
        )
    _make_closings()


def _make_closings() -> None:
    op.create_table(
        "closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=False),
        sa.Column("reopened_at", Instant(), nullable=True),
        sa.Column("reopened_because", sa.String(500), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_closing_reason")),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (reopened_because = '')", name=op.f("ck_closing_reopened")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_closing_document_id_document")
        ),
        sa.ForeignKeyConstraint(
            ["provision_id"], ["provision.id"], name=op.f("fk_closing_provision_id_provision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing")),
    )
    op.create_index(op.f("ix_closing_document_id"), "closing", ["document_id"])
    for name, column, rule in (
        ("document", "document_id", "provision_id IS NULL AND reopened_at IS NULL"),
        ("provision", "provision_id", "reopened_at IS NULL"),
    ):
        where = sa.text(rule)
        op.create_index(
            f"ix_closing_{name}_in_force",
            "closing",
            [column],
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )
