"""Let maps have sheets, and let what is asked name places

A sheet has a picture, a legend and control points; a place is drawn in degrees or is a parcel of
the land register. Places are received, and are refused changes.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.db import Instant, Json
from ptm_participation.core.schema import make_immutable

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "map_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("provision_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("picture_sha256", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("original_name", sa.String(200), nullable=False),
        sa.Column("control_points", Json(), nullable=False),
        sa.Column("marked_at", Instant(), nullable=True),
        sa.CheckConstraint("number <> ''", name=op.f("ck_map_sheet_numbered")),
        sa.CheckConstraint("width > 0 AND height > 0", name=op.f("ck_map_sheet_size")),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.{key}"], name=op.f(f"fk_map_sheet_{column}_{table}")
            )
            for column, table, key in (
                ("edition_id", "edition", "id"),
                ("provision_id", "provision", "id"),
                ("picture_sha256", "stored_file", "sha256"),
                ("original_sha256", "stored_file", "sha256"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_map_sheet")),
        sa.UniqueConstraint(
            "edition_id",
            "provision_id",
            "number",
            name=op.f("uq_map_sheet_edition_id_provision_id_number"),
        ),
    )
    for column in ("provision_id", "picture_sha256", "original_sha256"):
        op.create_index(f"ix_map_sheet_{column}", "map_sheet", [column])
    op.create_table(
        "legend_item",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["map_sheet.id"], name=op.f("fk_legend_item_sheet_id_map_sheet")
        ),
        sa.PrimaryKeyConstraint("sheet_id", "position", name=op.f("pk_legend_item")),
    )
    _make_places()


def _make_places() -> None:
    kinds = sa.Enum(
        *("point", "line", "area", "parcel"),
        name="kind",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "request_place",
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("comuni", Json(), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=True),
        sa.Column("sheet_id", sa.Integer(), nullable=True),
        sa.Column("cadastral_sheet", sa.Integer(), nullable=True),
        sa.Column("parcel", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'parcel') = (geometry IS NULL)", name=op.f("ck_request_place_drawn")
        ),
        sa.CheckConstraint(
            "(kind = 'parcel') = (cadastral_sheet IS NOT NULL)"
            " AND (kind = 'parcel') = (parcel IS NOT NULL)",
            name=op.f("ck_request_place_named"),
        ),
        sa.CheckConstraint(
            "sheet_id IS NULL OR kind <> 'parcel'", name=op.f("ck_request_place_on_a_sheet")
        ),
        sa.CheckConstraint(
            "cadastral_sheet BETWEEN 1 AND 9999", name=op.f("ck_request_place_cadastral_sheet")
        ),
        sa.CheckConstraint("parcel BETWEEN 1 AND 99999", name=op.f("ck_request_place_parcel")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_place_request_id_request")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["map_sheet.id"], name=op.f("fk_request_place_sheet_id_map_sheet")
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name=op.f("pk_request_place")),
    )
    op.create_index("ix_request_place_sheet_id", "request_place", ["sheet_id"])
    make_immutable(op, "request_place")
