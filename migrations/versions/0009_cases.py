"""Follow a case by its dates, and let an entry of the register be annulled

What was checked tells when, read from the log; what is annulled leaves every list and count, what
is no observation leaves the summaries, and the indexes tell both. The sender's own protocol stands beside the body's.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEXES = {
    "counts": ["counts_at", "id"],
    "in_time": ["in_time", "counts_at", "id"],
    "state": ["state", "counts_at", "id"],
    "regularity": ["regularity", "counts_at", "id"],
    "published": ["published_at", "counts_at", "id"],
    "assigned": ["assigned_to_id", "counts_at", "id"],
    "municipality": ["municipality_id", "counts_at", "id", "in_time"],
    "type": ["subject_type", "counts_at", "id", "in_time"],
    "channel": ["channel", "counts_at", "id", "in_time"],
    "day": ["counts_on", "counts_hour", "in_time"],
}
STATES = ("received", "registered", "checked", "decided")


def upgrade() -> None:
    for name in (*INDEXES, "purpose", "unreadable"):
        op.drop_index(f"ix_observation_{name}", "observation")
    with op.batch_alter_table("observation") as table:
        table.drop_constraint(op.f("ck_observation_state"), type_="check")
        for name, length in (
            ("protocol_registry", 80),
            ("protocol_case_file", 80),
            ("sender_protocol_number", 40),
            ("sender_protocol_registry", 80),
        ):
            table.add_column(
                sa.Column(name, sa.String(length), nullable=False, server_default="")
            )
        table.add_column(sa.Column("sender_protocol_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("checked_at", Instant(), nullable=True))
        table.add_column(sa.Column("decided_on", sa.Date(), nullable=True))
        table.add_column(
            sa.Column("decided_act", sa.String(200), nullable=False, server_default="")
        )
        table.add_column(sa.Column("annulled_at", Instant(), nullable=True))
        table.add_column(
            sa.Column("annulled_because", sa.String(300), nullable=False, server_default="")
        )
    _date_checks()
    with op.batch_alter_table("observation") as table:
        for name, rule in (
            ("state", f"state IN ({', '.join(map(repr, STATES))})"),
            ("checked", "(state IN ('checked', 'decided')) = (checked_at IS NOT NULL)"),
            (
                "sender_protocol",
                "sender_protocol_number <> ''"
                " OR (sender_protocol_on IS NULL AND sender_protocol_registry = '')",
            ),
            ("decided", "(state = 'decided') = (decided_on IS NOT NULL)"),
            ("decided_by_act", "(decided_on IS NULL) = (decided_act = '')"),
            ("annulled", "(annulled_at IS NULL) = (annulled_because = '')"),
            ("annulled_hidden", "annulled_at IS NULL OR published_at IS NULL"),
        ):
            table.create_check_constraint(op.f(f"ck_observation_{name}"), rule)
    op.create_index(
        "ix_observation_purpose",
        "observation",
        ["procedure_id", "purpose", "counts_at", "id", "annulled_at"],
    )
    unreadable = sa.text("unreadable <> ''")
    op.create_index(
        "ix_observation_unreadable",
        "observation",
        ["procedure_id", "counts_at", "id", "annulled_at"],
        sqlite_where=unreadable,
        postgresql_where=unreadable,
    )
    for name, columns in INDEXES.items():
        op.create_index(
            f"ix_observation_{name}", "observation", ["procedure_id", *columns, "annulled_at", "purpose"]
        )
    # Last: of two indexes that cost the same SQLite takes the one made later.
    annulled = sa.text("annulled_at IS NOT NULL")
    op.create_index(
        "ix_observation_annulled",
        "observation",
        ["procedure_id", "counts_at", "id", "annulled_at", "purpose"],
        sqlite_where=annulled,
        postgresql_where=annulled,
    )


def _date_checks() -> None:
    """When the log says that each was checked; what it no longer says, on its arrival."""
    op.execute(
        "UPDATE observation SET checked_at = COALESCE((SELECT MIN(entry.at) FROM audit_entry entry"
        " WHERE entry.subject_type = 'observation' AND entry.action = 'observation.checked'"
        " AND entry.subject_id = CAST(observation.id AS VARCHAR)), received_at)"
        " WHERE state = 'checked'"
    )
