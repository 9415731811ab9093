"""Events keep the phone's own time and may come late; notes, temperatures and what was left over are events too.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BEFORE = (
    "route_accepted",
    "route_declined",
    "route_loaded",
    "route_completed",
    "stop_arrived",
    "stop_delivered",
    "stop_failed",
    "stop_reopened",
    "pickup_done",
)
_WORDS = (*_BEFORE, "stop_noted", "temperature_taken", "route_reconciled")


def upgrade() -> None:
    """Bring the tables forward."""
    listed = ", ".join(f"'{word}'" for word in _WORDS)
    with op.batch_alter_table("delivery_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("came_late", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f("ck_delivery_events_deliveryeventkind_word"), type_="check")
        batch_op.create_check_constraint(op.f("ck_delivery_events_deliveryeventkind_word"), f"kind IN ({listed})")
    with op.batch_alter_table("delivery_events", schema=None) as batch_op:
        batch_op.alter_column("came_late", server_default=None)
    op.create_table(
        "stop_notes",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "event_id"],
            ["delivery_events.network_id", "delivery_events.id"],
            name=op.f("fk_stop_notes_network_id_event_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "stop_id"],
            ["stops.network_id", "stops.id"],
            name=op.f("fk_stop_notes_network_id_stop_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_stop_notes_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stop_notes")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_stop_notes_network_id_id")),
        sa.UniqueConstraint("network_id", "event_id", name=op.f("uq_stop_notes_network_id_event_id")),
    )
    with op.batch_alter_table("stop_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stop_notes_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stop_notes_stop_id"), ["stop_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
