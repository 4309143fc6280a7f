"""Let a mandate come with an observation, and a body answer that it has none

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
PURPOSES = "'observation', 'no-observations', 'withdrawal'"


def upgrade() -> None:
    _let_mandates_in()
    _add_purpose()


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
