"""Keep beside each observation what lists and summaries go by

The procedure, the hour that counts, and the article of each section that an observation
speaks of; with them, indexes from which lists are read in order and counts answered without
reading a row.

Revision ID: 0002
Revises: 0001
"""

import datetime as dt
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROME = ZoneInfo("Europe/Rome")
INDEXES = {
    "counts": ["counts_at", "id"],
    "in_time": ["in_time", "counts_at", "id"],
    "state": ["state", "counts_at", "id"],
    "regularity": ["regularity", "counts_at", "id"],
    "published": ["published_at", "counts_at", "id"],
    "municipality": ["municipality_id", "counts_at", "id", "in_time"],
    "type": ["subject_type", "counts_at", "id", "in_time"],
    "channel": ["channel", "counts_at", "id", "in_time"],
    "day": ["counts_on", "counts_hour", "in_time"],
}


def upgrade() -> None:
    _change_indexes()
    _add_pages()


def _change_indexes() -> None:
    for name in ("counts", "published", "municipality", "type", "day"):
        op.drop_index(f"ix_observation_{name}", "observation")
    op.add_column("observation", sa.Column("procedure_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE observation SET procedure_id = (SELECT register.procedure_id FROM register"
        " WHERE register.id = observation.register_id)"
    )
    with op.batch_alter_table("observation") as table:
        table.add_column(sa.Column("counts_hour", sa.Integer(), nullable=True))
        table.alter_column("procedure_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(
            op.f("fk_observation_procedure_id_procedure"), "procedure", ["procedure_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_observation_hour"), "counts_hour BETWEEN 0 AND 23"
        )
    _fill_hours()
    for name, columns in INDEXES.items():
        op.create_index(f"ix_observation_{name}", "observation", ["procedure_id", *columns])
    published = sa.text("published_at IS NOT NULL")
    op.create_index(
        "ix_observation_public",
        "observation",
        ["procedure_id", "id"],
        sqlite_where=published,
        postgresql_where=published,
    )
    op.create_index(
        "ix_observation_protocol", "observation", ["register_id", "protocol_number", "number"]
    )


def _fill_hours() -> None:
    """As Observation.date does from now on."""
    connection = op.get_bind()
    observation = sa.table(
        "observation",
        sa.column("id", sa.Integer),
        sa.column("counts_at", sa.DateTime(timezone=connection.dialect.name != "sqlite")),
        sa.column("counts_hour", sa.Integer),
        sa.column("basis", sa.String),
        sa.column("channel", sa.String),
    )
    rows = connection.execute(
        sa.select(observation.c.id, observation.c.counts_at, observation.c.channel).where(
            observation.c.basis != "postmark"
        )
    ).all()
    hours = []
    for number, counts_at, channel in rows:
        utc = counts_at if counts_at.tzinfo else counts_at.replace(tzinfo=dt.UTC)
        local = utc.astimezone(ROME)
        if local.time() != dt.time() or channel == "web":
            hours.append({"of": number, "hour": local.hour})
    if hours:
        connection.execute(
            sa.update(observation)
            .where(observation.c.id == sa.bindparam("of"))
            .values(counts_hour=sa.bindparam("hour")),
            hours,
        )


def _add_pages() -> None:
    op.add_column("observation_anchor", sa.Column("page_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE observation_anchor SET page_id = ("
        "SELECT COALESCE(unit.provision_id, section.provision_id) FROM anchor"
        " JOIN section_version section ON section.id = anchor.section_version_id"
        " LEFT JOIN section_version unit ON unit.id = section.unit_id"
        " WHERE anchor.id = observation_anchor.anchor_id)"
    )
    with op.batch_alter_table("observation_anchor") as table:
        table.alter_column("page_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(
            op.f("fk_observation_anchor_page_id_provision"), "provision", ["page_id"], ["id"]
        )
    op.create_index(
        "ix_observation_anchor_page", "observation_anchor", ["page_id", "observation_id"]
    )
