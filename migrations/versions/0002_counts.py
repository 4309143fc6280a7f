"""Keep beside each observation what summaries count by

The hour that counts, and the article of each section that an observation speaks of; with
them, indexes from which every count is answered without reading a row.

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
COUNTED = {
    "ix_observation_hour": "counts_hour",
    "ix_observation_municipality": "municipality_id",
    "ix_observation_type": "subject_type",
    "ix_observation_channel": "channel",
}


def upgrade() -> None:
    _add_hours()
    _add_pages()


def _add_hours() -> None:
    for name in ("ix_observation_municipality", "ix_observation_type"):
        op.drop_index(name, "observation")
    with op.batch_alter_table("observation") as table:
        table.add_column(sa.Column("counts_hour", sa.Integer(), nullable=True))
        table.create_check_constraint(
            op.f("ck_observation_hour"), "counts_hour BETWEEN 0 AND 23"
        )
    _fill_hours()
    for name, column in COUNTED.items():
        op.create_index(name, "observation", ["register_id", column, "in_time"])


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
