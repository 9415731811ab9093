"""Concerns that drivers raise, and the follow-ups that grow out of them.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "concerns",
        sa.Column("route_id", sa.Uuid(), nullable=False),
        sa.Column("stop_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("raised_by_id", sa.Uuid(), nullable=False),
        sa.Column(
            "about",
            sa.Enum(
                "household",
                "volunteer",
                "staff",
                name="concernabout_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "urgent",
                "today",
                "soon",
                name="concernurgency_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_concerns_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "raised_by_id"],
            ["volunteers.network_id", "volunteers.id"],
            name=op.f("fk_concerns_network_id_raised_by_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "route_id"],
            ["routes.network_id", "routes.id"],
            name=op.f("fk_concerns_network_id_route_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "stop_id"],
            ["stops.network_id", "stops.id"],
            name=op.f("fk_concerns_network_id_stop_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_concerns_network_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concerns")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_concerns_network_id_id")),
    )
    with op.batch_alter_table("concerns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_concerns_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_concerns_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_concerns_route_id"), ["route_id"], unique=False)

    op.create_table(
        "follow_ups",
        sa.Column(
            "cause",
            sa.Enum(
                "concern", "no_reply", name="followupcause_word", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("concern_id", sa.Uuid(), nullable=True),
        sa.Column("stop_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("is_restricted", sa.Boolean(), nullable=False),
        sa.Column(
            "urgency",
            sa.Enum(
                "urgent",
                "today",
                "soon",
                name="concernurgency_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "raised",
                "triaged",
                "assigned",
                "contact_attempted",
                "contacted",
                "action_agreed",
                "referred",
                "escalated",
                "emergency",
                "closed",
                "duplicate",
                name="followupstate_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "safe_and_well",
                "help_arranged",
                "referred_on",
                "emergency_services",
                "could_not_reach",
                "nothing_needed",
                name="followupoutcome_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome IS NOT NULL)", name=op.f("ck_follow_ups_closed_with_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "concern_id"],
            ["concerns.network_id", "concerns.id"],
            name=op.f("fk_follow_ups_network_id_concern_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_follow_ups_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "stop_id"],
            ["stops.network_id", "stops.id"],
            name=op.f("fk_follow_ups_network_id_stop_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_follow_ups_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["accounts.id"], name=op.f("fk_follow_ups_owner_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("network_id", "concern_id", name=op.f("uq_follow_ups_network_id_concern_id")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_follow_ups_network_id_id")),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_ups_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_ups_stop_id"), ["stop_id"], unique=False)

    op.create_table(
        "follow_up_entries",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "raised",
                "triaged",
                "assigned",
                "contact_attempted",
                "contacted",
                "action_agreed",
                "referred",
                "escalated",
                "emergency",
                "closed",
                "duplicate",
                name="followupstate_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_follow_up_entries_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "follow_up_id"],
            ["follow_ups.network_id", "follow_ups.id"],
            name=op.f("fk_follow_up_entries_network_id_follow_up_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_follow_up_entries_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_entries")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_follow_up_entries_network_id_id")),
    )
    with op.batch_alter_table("follow_up_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_entries_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_entries_network_id"), ["network_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
