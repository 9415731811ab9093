"""Questions about places.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "place_questions",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column(
            "doubt",
            sa.Enum(
                "address_changed",
                "pin_kept",
                "newer_data",
                name="placedoubt_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column(
            "precision",
            sa.Enum(
                "rooftop",
                "postcode",
                "manual",
                name="geocodeprecision_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("former_address", sa.String(length=300), nullable=False),
        sa.Column("former_postcode", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_place_questions_both_coordinates")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"],
            ["sites.network_id", "sites.id"],
            name=op.f("fk_place_questions_network_id_site_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_place_questions_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_questions")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_place_questions_network_id_id")),
        sa.UniqueConstraint("network_id", "site_id", name=op.f("uq_place_questions_network_id_site_id")),
    )
    with op.batch_alter_table("place_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_questions_network_id"), ["network_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
