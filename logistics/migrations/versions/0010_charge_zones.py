"""Charge zones of a network, and what the routes of a plan pay for them.

Revision 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward. Plans made before it pay for none."""
    op.create_table(
        "charge_zones",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("price_pence", sa.Integer(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("vehicles", sa.JSON(), nullable=False),
        sa.Column("geometry", sa.JSON(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("price_pence >= 0", name=op.f("ck_charge_zones_price_pence")),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_charge_zones_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_zones")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_charge_zones_network_id_id")),
    )
    with op.batch_alter_table("charge_zones", schema=None) as batch_op:
        batch_op.create_index(
            "ix_charge_zones_in_force",
            ["network_id", "name"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_charge_zones_network_id"), ["network_id"], unique=False)

    with op.batch_alter_table("plan_versions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("charge_zones", sa.JSON(), nullable=True))

    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("charges", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
