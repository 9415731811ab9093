"""Photos taken at doors.

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "door_photos",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("volunteer_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"],
            ["delivery_events.network_id", "delivery_events.id"],
            name=op.f("fk_door_photos_network_id_event_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "stop_id"],
            ["stops.network_id", "stops.id"],
            name=op.f("fk_door_photos_network_id_stop_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "volunteer_id"],
            ["volunteers.network_id", "volunteers.id"],
            name=op.f("fk_door_photos_network_id_volunteer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_door_photos_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_photos")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_door_photos_network_id_id")),
    )
    with op.batch_alter_table("door_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_photos_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_photos_received_at"), ["received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_photos_stop_id"), ["stop_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
