"""Keep what each section cites

A citation leads to a provision of the plan or names an act outside; what stands in the editions
already is recognised by `ptm plan link-citations`.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "section_citation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_version_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("cited_provision_id", sa.Integer(), nullable=True),
        sa.Column("act_iri", sa.String(200), nullable=False),
        sa.Column("act_label", sa.String(200), nullable=False),
        sa.Column("act_address", sa.String(300), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.CheckConstraint("start >= 0 AND start < stop", name=op.f("ck_section_citation_span")),
        sa.CheckConstraint(
            "cited_provision_id IS NULL OR (act_iri = '' AND NOT doubtful)",
            name=op.f("ck_section_citation_one_target"),
        ),
        sa.ForeignKeyConstraint(
            ["section_version_id"],
            ["section_version.id"],
            name=op.f("fk_section_citation_section_version_id_section_version"),
        ),
        sa.ForeignKeyConstraint(
            ["cited_provision_id"],
            ["provision.id"],
            name=op.f("fk_section_citation_cited_provision_id_provision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_citation")),
    )
    op.create_index(
        op.f("ix_section_citation_section_version_id"), "section_citation", ["section_version_id"]
    )
    op.create_index(
        op.f("ix_section_citation_cited_provision_id"), "section_citation", ["cited_provision_id"]
    )
