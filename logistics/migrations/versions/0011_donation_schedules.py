"""Donation schedules.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "donation_schedules",
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("breaks", sa.JSON(), nullable=False),
        sa.Column("ready_at", sa.Time(), nullable=False),
        sa.Column("collect_by", sa.Time(), nullable=False),
        sa.Column(
            "temperature",
            sa.Enum(
                "hot",
                "chilled",
                "ambient",
                name="temperatureclass_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("hot_hold_until", sa.Time(), nullable=True),
        sa.Column("dishes", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_donation_schedules_ends_after_it_starts")
        ),
        sa.CheckConstraint("ready_at <= collect_by", name=op.f("ck_donation_schedules_ready_before_collected")),
        sa.ForeignKeyConstraint(
            ["network_id", "donor_id"],
            ["organisations.network_id", "organisations.id"],
            name=op.f("fk_donation_schedules_network_id_donor_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_donation_schedules_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donation_schedules")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_donation_schedules_network_id_id")),
    )
    with op.batch_alter_table("donation_schedules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_donation_schedules_donor_id"), ["donor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_donation_schedules_network_id"), ["network_id"], unique=False)

    with op.batch_alter_table("donation_slots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("schedule_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("occurs_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("is_exception", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_check_constraint(
            batch_op.f("ck_donation_slots_occurs_by_schedule"), "(schedule_id IS NULL) = (occurs_on IS NULL)"
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_donation_slots_network_id_schedule_id_occurs_on"), ["network_id", "schedule_id", "occurs_on"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_donation_slots_network_id_schedule_id"),
            "donation_schedules",
            ["network_id", "schedule_id"],
            ["network_id", "id"],
            initially="DEFERRED",
            deferrable=True,
        )
    with op.batch_alter_table("donation_slots", schema=None) as batch_op:
        batch_op.alter_column("is_exception", server_default=None)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
