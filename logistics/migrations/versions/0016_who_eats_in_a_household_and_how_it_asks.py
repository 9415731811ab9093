"""Who eats in a household, and how it asks.

Revision 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "saved_forms",
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("locked", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_saved_forms_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_saved_forms_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_forms")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_saved_forms_code_hash")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_saved_forms_network_id_id")),
    )
    with op.batch_alter_table("saved_forms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_forms_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_forms_network_id"), ["network_id"], unique=False)

    op.create_table(
        "household_bands",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "0-1",
                "2-4",
                "5-10",
                "11-17",
                "18-64",
                "65+",
                name="ageband_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("people >= 1", name=op.f("ck_household_bands_people")),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_household_bands_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_household_bands_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_bands")),
        sa.UniqueConstraint(
            "network_id", "household_id", "band", name=op.f("uq_household_bands_network_id_household_id_band")
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_household_bands_network_id_id")),
    )
    with op.batch_alter_table("household_bands", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_bands_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_household_bands_network_id"), ["network_id"], unique=False)

    op.create_table(
        "household_extras",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "nappies",
                "period_products",
                "pet_food",
                "other",
                name="extra_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.String(length=120), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_household_extras_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_household_extras_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_extras")),
        sa.UniqueConstraint(
            "network_id", "household_id", "kind", name=op.f("uq_household_extras_network_id_household_id_kind")
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_household_extras_network_id_id")),
    )
    with op.batch_alter_table("household_extras", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_extras_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_household_extras_network_id"), ["network_id"], unique=False)

    op.create_table(
        "household_members",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column(
            "band",
            sa.Enum(
                "0-1",
                "2-4",
                "5-10",
                "11-17",
                "18-64",
                "65+",
                name="ageband_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("diets", sa.String(length=200), nullable=False),
        sa.Column("allergens", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_household_members_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_household_members_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_members")),
        sa.UniqueConstraint(
            "network_id", "household_id", "number", name=op.f("uq_household_members_network_id_household_id_number")
        ),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_household_members_network_id_id")),
    )
    with op.batch_alter_table("household_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_members_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_household_members_network_id"), ["network_id"], unique=False)

    op.create_table(
        "referrals",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "asked",
                "accepted",
                "declined",
                name="referralstate_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("meals_a_week", sa.Integer(), nullable=True),
        sa.Column("parcels_a_week", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("meals_a_week >= 0 AND parcels_a_week >= 0", name=op.f("ck_referrals_entitlement")),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_referrals_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_referrals_network_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referrals")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_referrals_code_hash")),
        sa.UniqueConstraint("network_id", "household_id", name=op.f("uq_referrals_network_id_household_id")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_referrals_network_id_id")),
    )
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referrals_network_id"), ["network_id"], unique=False)

    op.create_table(
        "referral_changes",
        sa.Column("referral_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("before", sa.String(length=120), nullable=False),
        sa.Column("after", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_referral_changes_account_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "referral_id"],
            ["referrals.network_id", "referrals.id"],
            name=op.f("fk_referral_changes_network_id_referral_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_referral_changes_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_changes")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_referral_changes_network_id_id")),
    )
    with op.batch_alter_table("referral_changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_changes_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_changes_referral_id"), ["referral_id"], unique=False)

    with op.batch_alter_table("households", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "kitchen",
                sa.Enum(
                    "full",
                    "kettle_only",
                    "no_cook",
                    name="kitchen_word",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                server_default="full",
                nullable=False,
            )
        )


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
