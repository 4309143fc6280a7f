"""Let several procedures stand side by side, in an order, with steps still to come

The first in that order leads: until now it was the one made last. A step may have no day yet.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("procedure") as table:
        table.add_column(sa.Column("pattern", sa.String(40), nullable=False, server_default=""))
        table.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="1"))
        table.create_check_constraint(op.f("ck_procedure_position"), "position >= 1")
    op.execute(
        "UPDATE procedure SET position = (SELECT count(*) FROM procedure AS later"
        " WHERE later.id >= procedure.id)"
    )
    with op.batch_alter_table("step") as table:
        table.alter_column("starts_on", existing_type=sa.Date(), nullable=True)
        table.add_column(
            sa.Column("counts_from", sa.String(60), nullable=False, server_default="")
        )
        table.drop_constraint(op.f("ck_step_order"), type_="check")
        table.create_check_constraint(
            op.f("ck_step_order"),
            "ends_on IS NULL OR (starts_on IS NOT NULL AND ends_on >= starts_on)",
        )
