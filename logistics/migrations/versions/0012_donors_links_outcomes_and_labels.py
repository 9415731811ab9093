"""Donors' links, outcomes and labels.

Revision 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "donor_links",
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "week", "calendar", name="donorlinkpurpose_word", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("monday", sa.Date(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(purpose = 'week') = (expires_at IS NOT NULL)", name=op.f("ck_donor_links_week_ends")),
        sa.CheckConstraint("(purpose = 'week') = (monday IS NOT NULL)", name=op.f("ck_donor_links_week_has_a_monday")),
        sa.ForeignKeyConstraint(
            ["network_id", "donor_id"],
            ["organisations.network_id", "organisations.id"],
            name=op.f("fk_donor_links_network_id_donor_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_donor_links_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_links")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_donor_links_network_id_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_donor_links_token_hash")),
    )
    with op.batch_alter_table("donor_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_donor_links_donor_id"), ["donor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_donor_links_network_id"), ["network_id"], unique=False)

    op.create_table(
        "label_photos",
        sa.Column("slot_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "slot_id"],
            ["donation_slots.network_id", "donation_slots.id"],
            name=op.f("fk_label_photos_network_id_slot_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_label_photos_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_photos")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_label_photos_network_id_id")),
    )
    with op.batch_alter_table("label_photos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_photos_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_label_photos_slot_id"), ["slot_id"], unique=False)

    with op.batch_alter_table("donation_slots", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_told_by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column(
                "rejected_for",
                sa.Enum(
                    "temperature",
                    "label",
                    "use_by",
                    "packaging",
                    "other",
                    name="rejectreason_word",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
    with op.batch_alter_table("donation_slots", schema=None) as batch_op:
        batch_op.alter_column("is_told_by_hand", server_default=None)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
