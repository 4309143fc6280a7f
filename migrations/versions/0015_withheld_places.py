"""Let the office keep a place to itself, and have every anchor be of a section

Places have a table of their own: an anchor is words of a section, and no longer has a geometry.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.schema import make_immutable

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withheld_place",
        sa.Column("request_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_withheld_place_reason")),
        sa.ForeignKeyConstraint(
            ["request_id", "position"],
            ["request_place.request_id", "request_place.position"],
            name=op.f("fk_withheld_place_request_id_request_place"),
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name=op.f("pk_withheld_place")),
    )
    with op.batch_alter_table("anchor") as anchor:
        anchor.drop_constraint(op.f("ck_anchor_somewhere"), type_="check")
        anchor.drop_column("geometry")
        anchor.alter_column("section_version_id", existing_type=sa.Integer(), nullable=False)
    if op.get_bind().dialect.name == "sqlite":
        make_immutable(op, "anchor")
