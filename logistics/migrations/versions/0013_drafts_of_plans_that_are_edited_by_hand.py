"""Drafts of plans that are edited by hand.

Revision 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
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
)


def upgrade() -> None:
    """Bring the tables forward. An order may be unserved because somebody took it off its route."""
    listed = ", ".join(f"'{word}'" for word in _CODES)
    with op.batch_alter_table("unserved_orders", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_unserved_orders_unservedcode_word"), type_="check")
        batch_op.create_check_constraint(op.f("ck_unserved_orders_unservedcode_word"), f"code IN ({listed})")
    op.create_table(
        "plan_drafts",
        sa.Column("week_id", sa.Uuid(), nullable=False),
        sa.Column("base_plan_id", sa.Uuid(), nullable=False),
        sa.Column("saved_plan_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open", "saved", "dropped", name="draftstate_word", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pins", sa.JSON(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["accounts.id"],
            name=op.f("fk_plan_drafts_changed_by"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "base_plan_id"],
            ["plan_versions.network_id", "plan_versions.id"],
            name=op.f("fk_plan_drafts_network_id_base_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "run_id"],
            ["solve_runs.network_id", "solve_runs.id"],
            name=op.f("fk_plan_drafts_network_id_run_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "saved_plan_id"],
            ["plan_versions.network_id", "plan_versions.id"],
            name=op.f("fk_plan_drafts_network_id_saved_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "week_id"],
            ["weeks.network_id", "weeks.id"],
            name=op.f("fk_plan_drafts_network_id_week_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_plan_drafts_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["accounts.id"], name=op.f("fk_plan_drafts_opened_by"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_drafts")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_plan_drafts_network_id_id")),
    )
    with op.batch_alter_table("plan_drafts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_drafts_base_plan_id"), ["base_plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_drafts_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_drafts_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_drafts_saved_plan_id"), ["saved_plan_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_drafts_week_id"), ["week_id"], unique=False)

    op.create_table(
        "plan_edits",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "move_stop",
                "add_order",
                "remove_stop",
                "change_driver",
                "split_route",
                "pin_stop",
                "pin_route",
                "pin_pair",
                name="editkind_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by"], ["accounts.id"], name=op.f("fk_plan_edits_made_by"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "draft_id"],
            ["plan_drafts.network_id", "plan_drafts.id"],
            name=op.f("fk_plan_edits_network_id_draft_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_plan_edits_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_edits")),
        sa.UniqueConstraint("network_id", "draft_id", "number", name=op.f("uq_plan_edits_network_id_draft_id_number")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_plan_edits_network_id_id")),
    )
    with op.batch_alter_table("plan_edits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_plan_edits_draft_id"), ["draft_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_edits_network_id"), ["network_id"], unique=False)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
