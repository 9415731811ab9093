"""Closed doors, welfare calls and the end of a week.

Revision 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_follow_ups_followupcause_word"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_follow_ups_followupcause_word"), "cause IN ('concern', 'no_reply', 'not_reached')"
        )
    op.create_table(
        "week_closings",
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_week_closings_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "plan_id"],
            ["plan_versions.network_id", "plan_versions.id"],
            name=op.f("fk_week_closings_network_id_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "week_id"],
            ["weeks.network_id", "weeks.id"],
            name=op.f("fk_week_closings_network_id_week_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_week_closings_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_week_closings")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_week_closings_network_id_id")),
        sa.UniqueConstraint("network_id", "week_id", name=op.f("uq_week_closings_network_id_week_id")),
    )
    with op.batch_alter_table("week_closings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_week_closings_network_id"), ["network_id"], unique=False)

    op.create_table(
        "welfare_calls",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "asked_for",
                "regular",
                "no_reply",
                "call_back",
                name="welfarecause_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("every_days", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "reached",
                "refused",
                "call_back",
                "voicemail",
                "wrong_number",
                "no_answer",
                name="welfareoutcome_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(outcome IS NULL) = (called_at IS NULL)", name=op.f("ck_welfare_calls_called_with_outcome")
        ),
        sa.CheckConstraint("every_days >= 1", name=op.f("ck_welfare_calls_every_days")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_welfare_calls_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_welfare_calls_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_welfare_calls_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_welfare_calls")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_welfare_calls_network_id_id")),
    )
    with op.batch_alter_table("welfare_calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_welfare_calls_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_welfare_calls_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_welfare_calls_network_id"), ["network_id"], unique=False)

    op.create_table(
        "door_steps_taken",
        sa.Column("stop_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "seen",
                "try_again",
                "next_of_kin",
                "rang_999",
                "settled",
                name="doorstep_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_door_steps_taken_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "stop_id"],
            ["stops.network_id", "stops.id"],
            name=op.f("fk_door_steps_taken_network_id_stop_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_door_steps_taken_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_steps_taken")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_door_steps_taken_network_id_id")),
        sa.UniqueConstraint("network_id", "stop_id", "step", name=op.f("uq_door_steps_taken_network_id_stop_id_step")),
    )
    with op.batch_alter_table("door_steps_taken", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_door_steps_taken_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_door_steps_taken_stop_id"), ["stop_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
