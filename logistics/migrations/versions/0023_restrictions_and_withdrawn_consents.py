"""Restrictions and consents that were taken back.

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from logistics.persistence.row_security import statements_for

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_CODES = (
    "not_placed",
    "no_safe_food",
    "not_enough_food",
    "hub_full",
    "out_of_reach",
    "no_driver",
    "no_time",
    "no_room",
    "food_clock",
    "driver_needs",
    "two_people",
    "hours",
    "blocked",
    "not_last_week",
    "taken_off",
    "withheld",
)


def upgrade() -> None:
    """Bring the tables forward. An order may be unserved because its household's data may not be used."""
    listed = ", ".join(f"'{word}'" for word in _CODES)
    with op.batch_alter_table("unserved_orders", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_unserved_orders_unservedcode_word"), type_="check")
        batch_op.create_check_constraint(op.f("ck_unserved_orders_unservedcode_word"), f"code IN ({listed})")
    op.create_table(
        "consent_withdrawals",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "food_support",
                "health_and_religion",
                name="consentpurpose_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "told_us",
                "in_writing",
                "own_page",
                "own_code",
                "on_a_form",
                name="withdrawalmethod_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_consent_withdrawals_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_consent_withdrawals_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_withdrawals")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_consent_withdrawals_network_id_id")),
    )
    with op.batch_alter_table("consent_withdrawals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_withdrawals_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_withdrawals_network_id"), ["network_id"], unique=False)

    op.create_table(
        "restrictions",
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("volunteer_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reason",
            sa.Enum(
                "wrong",
                "unlawful",
                "claim",
                "objected",
                name="restrictionreason_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restricted_by", sa.Uuid(), nullable=True),
        sa.Column(
            "lift_reason",
            sa.Enum(
                "asked",
                "settled",
                "mistake",
                name="liftreason_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(household_id IS NULL) <> (volunteer_id IS NULL)", name=op.f("ck_restrictions_one_person")),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_restrictions_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "volunteer_id"],
            ["volunteers.network_id", "volunteers.id"],
            name=op.f("fk_restrictions_network_id_volunteer_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_restrictions_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restrictions")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_restrictions_network_id_id")),
    )
    with op.batch_alter_table("restrictions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_restrictions_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_restrictions_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_restrictions_volunteer_id"), ["volunteer_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in statements_for(["consent_withdrawals", "restrictions"]):
            op.execute(statement)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
