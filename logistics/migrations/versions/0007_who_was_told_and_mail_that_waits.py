"""Who was told about a follow-up, mail that waits to be sent, and the role of a deputy.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ROLES = (
    "admin",
    "coordinator",
    "dispatcher",
    "group_lead",
    "donor",
    "referrer",
    "driver",
    "recipient",
    "support_worker",
    "safeguarding_lead",
    "safeguarding_deputy",
)


def upgrade() -> None:
    """Bring the tables forward."""
    listed = ", ".join(f"'{word}'" for word in _ROLES)
    with op.batch_alter_table("memberships", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_memberships_role_word"), type_="check")
        batch_op.create_check_constraint(op.f("ck_memberships_role_word"), f"role IN ({listed})")
    op.create_table(
        "follow_up_escalations",
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "rung",
            sa.Enum(
                "at_once",
                "owner",
                "lead",
                "deputy",
                "coordinator",
                name="escalationrung_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "follow_up_id"],
            ["follow_ups.network_id", "follow_ups.id"],
            name=op.f("fk_follow_up_escalations_network_id_follow_up_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_follow_up_escalations_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_escalations")),
        sa.UniqueConstraint(
            "network_id",
            "follow_up_id",
            "due_at",
            "rung",
            name=op.f("uq_follow_up_escalations_network_id_follow_up_id_due_at_rung"),
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_follow_up_escalations_network_id_id")),
    )
    with op.batch_alter_table("follow_up_escalations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_escalations_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_escalations_network_id"), ["network_id"], unique=False)

    op.create_table(
        "outgoing_messages",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "concern_waits",
                "follow_up_waits",
                "follow_up_overdue",
                "passed_to_you",
                "given_to_you",
                name="messagekind_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("escalation_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gave_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "fault",
            sa.Enum(
                "not_taken",
                "no_address",
                "account_closed",
                name="messagefault_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(next_try_at IS NULL) = (sent_at IS NOT NULL OR gave_up_at IS NOT NULL)",
            name=op.f("ck_outgoing_messages_waits_or_over"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_outgoing_messages_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "escalation_id"],
            ["follow_up_escalations.network_id", "follow_up_escalations.id"],
            name=op.f("fk_outgoing_messages_network_id_escalation_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "follow_up_id"],
            ["follow_ups.network_id", "follow_ups.id"],
            name=op.f("fk_outgoing_messages_network_id_follow_up_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_outgoing_messages_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_messages")),
        sa.UniqueConstraint(
            "network_id",
            "escalation_id",
            "account_id",
            name=op.f("uq_outgoing_messages_network_id_escalation_id_account_id"),
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_outgoing_messages_network_id_id")),
    )
    with op.batch_alter_table("outgoing_messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_messages_follow_up_id"), ["follow_up_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_messages_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_messages_next_try_at"), ["next_try_at"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
