"""Let an edition be frozen, and say of each section what it follows

An edition says where in the procedure it comes from. A section that follows none is new, one that
none follows is dropped, and both are said, so that a mapping can be whole; what an edition that is
frozen says is refused any change by the database itself.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from ptm_participation.core.schema import freeze_sections

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

EDITIONS = ("proposal", "adopted", "with-replies", "approved", "variant")
TIES = ("same", "moved", "split", "joined", "new", "dropped")


def _one_of(*values: str) -> sa.Enum:
    return sa.Enum(*values, name="kind", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    with op.batch_alter_table("edition") as table:
        table.add_column(
            sa.Column("kind", _one_of(*EDITIONS), nullable=False, server_default="proposal")
        )
    op.execute("UPDATE edition SET kind = 'adopted' WHERE label = 'adottata'")
    op.execute("UPDATE edition SET kind = 'approved' WHERE label = 'approvata'")
    # None could be frozen until now: what would prove its words was not kept.
    op.execute("UPDATE edition SET state = 'draft', frozen_at = NULL, frozen_sha256 = NULL")
    with op.batch_alter_table("edition") as table:
        table.alter_column("kind", server_default=None)
        table.create_check_constraint(
            op.f("ck_edition_frozen"),
            "(state = 'frozen') = (frozen_at IS NOT NULL)"
            " AND (frozen_at IS NULL) = (frozen_sha256 IS NULL)",
        )
    _ties()
    freeze_sections(op)


def _ties() -> None:
    with op.batch_alter_table("succession") as table:
        table.add_column(sa.Column("edition_id", sa.Integer(), nullable=True))
        table.alter_column("from_version_id", existing_type=sa.Integer(), nullable=True)
        table.alter_column("to_version_id", existing_type=sa.Integer(), nullable=True)
        table.drop_constraint(op.f("ck_succession_kind"), type_="check")
    op.execute(
        "UPDATE succession SET edition_id = (SELECT edition_id FROM section_version"
        " WHERE section_version.id = succession.to_version_id)"
    )
    with op.batch_alter_table("succession") as table:
        table.alter_column("edition_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(
            op.f("fk_succession_edition_id_edition"), "edition", ["edition_id"], ["id"]
        )
        table.create_check_constraint(
            op.f("ck_succession_kind"), f"kind IN ({', '.join(map(repr, TIES))})"
        )
        table.create_check_constraint(
            op.f("ck_succession_ends"),
            "(from_version_id IS NULL) = (kind = 'new')"
            " AND (to_version_id IS NULL) = (kind = 'dropped')",
        )
        table.create_check_constraint(
            op.f("ck_succession_confirmed"),
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)",
        )
        table.create_index("ix_succession_edition", ["edition_id", "confirmed_at"])
    _say_what_is_new_or_dropped()


def _say_what_is_new_or_dropped() -> None:
    """Of sections that are tied to nothing, beside an edition that holds their document."""
    neighbour = (
        "(SELECT other.id FROM edition other WHERE other.plan_id = edition.plan_id"
        " AND other.position {than} edition.position AND EXISTS (SELECT 1 FROM section_version there"
        " WHERE there.edition_id = other.id AND there.document_id = section_version.document_id)"
        " ORDER BY other.position {order} LIMIT 1)"
    )
    before = neighbour.format(than="<", order="DESC")
    after = neighbour.format(than=">", order="ASC")
    of_each = " FROM section_version JOIN edition ON edition.id = section_version.edition_id WHERE "
    op.execute(
        "INSERT INTO succession (edition_id, to_version_id, kind)"
        f" SELECT edition.id, section_version.id, 'new'{of_each} {before} IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM succession tie WHERE tie.to_version_id = section_version.id)"
    )
    op.execute(
        "INSERT INTO succession (edition_id, from_version_id, kind)"
        f" SELECT {after}, section_version.id, 'dropped'{of_each} {after} IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM succession tie WHERE tie.from_version_id = section_version.id"
        f" AND tie.edition_id = {after})"
    )
