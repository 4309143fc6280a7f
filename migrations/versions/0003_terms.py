"""Let a term be counted from its notice, with what suspends and extends it

Windows that stand end with a day that an act named; of its own window the next loading of the
reference data tells how it is counted.

Revision ID: 0003
Revises: 0002
"""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROME = ZoneInfo("Europe/Rome")


def upgrade() -> None:
    with op.batch_alter_table("procedure") as table:
        table.add_column(sa.Column("local_feasts", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("late_examined", sa.Boolean(), nullable=True))
        table.add_column(
            sa.Column("late_act", sa.String(200), nullable=False, server_default="")
        )
        table.create_check_constraint(
            op.f("ck_procedure_late_by_act"), "(late_examined IS NULL) = (late_act = '')"
        )
    with op.batch_alter_table("step") as table:
        for name in ("actor", "ground"):
            table.add_column(sa.Column(name, sa.String(200), nullable=False, server_default=""))
        table.add_column(sa.Column("term_days", sa.Integer(), nullable=True))
        table.create_check_constraint(
            op.f("ck_step_term_days"), "term_days BETWEEN 1 AND 3650"
        )
    with op.batch_alter_table("submission_window") as table:
        table.add_column(sa.Column("notice_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("term_days", sa.Integer(), nullable=True))
        table.add_column(sa.Column("last_day", sa.Date(), nullable=True))
        table.add_column(sa.Column("closing_hour", sa.Time(), nullable=True))
    _name_last_days()
    with op.batch_alter_table("submission_window") as table:
        table.create_check_constraint(
            op.f("ck_submission_window_counted"), "(notice_on IS NULL) = (term_days IS NULL)"
        )
        table.create_check_constraint(
            op.f("ck_submission_window_counted_or_named"),
            "(notice_on IS NULL) <> (last_day IS NULL)",
        )
        table.create_check_constraint(
            op.f("ck_submission_window_term_days"), "term_days BETWEEN 1 AND 3650"
        )
    op.create_table(
        "term_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.CheckConstraint("act <> ''", name=op.f("ck_term_extension_by_act")),
        sa.CheckConstraint(
            "(days > 0) <> (until IS NOT NULL)", name=op.f("ck_term_extension_days_or_day")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"],
            ["submission_window.id"],
            name=op.f("fk_term_extension_window_id_submission_window"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_extension")),
    )
    op.create_index("ix_term_extension_window_id", "term_extension", ["window_id"])
    op.create_table(
        "term_suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("procedure_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column(
            "verification",
            sa.Enum(
                "verified",
                "to-verify",
                name="verification",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrected_at", Instant(), nullable=True),
        sa.CheckConstraint("act <> ''", name=op.f("ck_term_suspension_by_act")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_term_suspension_order")),
        sa.ForeignKeyConstraint(
            ["procedure_id"],
            ["procedure.id"],
            name=op.f("fk_term_suspension_procedure_id_procedure"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_suspension")),
        sa.UniqueConstraint(
            "procedure_id", "code", name=op.f("uq_term_suspension_procedure_id_code")
        ),
    )


def _name_last_days() -> None:
    """The day and the hour in Rome with which each window ends."""
    connection = op.get_bind()
    window = sa.table(
        "submission_window",
        sa.column("id", sa.Integer),
        sa.column("closes_at", Instant),
        sa.column("last_day", sa.Date),
        sa.column("closing_hour", sa.Time),
    )
    for number, closes_at in connection.execute(sa.select(window.c.id, window.c.closes_at)).all():
        closes = closes_at.astimezone(ROME)
        hour = None if closes.time() == dt.time() else closes.time()
        last_day = closes.date() if hour else closes.date() - dt.timedelta(days=1)
        connection.execute(
            sa.update(window)
            .where(window.c.id == number)
            .values(last_day=last_day, closing_hour=hour)
        )
