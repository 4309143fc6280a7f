"""Let a mandate come with an observation

Revision ID: 0007
Revises: 0005
"""

from alembic import op

from ptm_participation.core.schema import make_immutable

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

FILE_CLASSES = "'attachment', 'signed', 'identity', 'scan', 'mandate'"


def upgrade() -> None:
    _let_mandates_in()


def _let_mandates_in() -> None:
    for table_name in ("draft_file", "submission_file"):
        name = op.f(f"ck_{table_name}_file_class")
        with op.batch_alter_table(table_name) as table:
            table.drop_constraint(name, type_="check")
            table.create_check_constraint(name, f"file_class IN ({FILE_CLASSES})")
    if op.get_bind().dialect.name == "sqlite":  # which drops a copied table's triggers
        make_immutable(op, "submission_file")
