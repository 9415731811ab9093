"""A running day is planned again: what was asked, what was proposed, and routes that are partly history.

Revision 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_METHODS = ("solver", "as_last_week", "from_last_week", "by_hand", "replanned")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "replans",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("service_date", sa.Date(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "volunteer_out",
                "van_broken_down",
                "hand_over",
                "donor_late",
                "donor_short",
                "urgent_order",
                name="replanreason_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("route_id", sa.Uuid(), nullable=True),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "ready",
                "accepted",
                "dropped",
                name="replanstate_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_number", sa.Integer(), nullable=True),
        sa.Column("accepted_plan_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "accepted_plan_id"],
            ["plan_versions.network_id", "plan_versions.id"],
            name=op.f("fk_replans_network_id_accepted_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "household_id"],
            ["households.network_id", "households.id"],
            name=op.f("fk_replans_network_id_household_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "plan_id"],
            ["plan_versions.network_id", "plan_versions.id"],
            name=op.f("fk_replans_network_id_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "route_id"],
            ["routes.network_id", "routes.id"],
            name=op.f("fk_replans_network_id_route_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "run_id"],
            ["solve_runs.network_id", "solve_runs.id"],
            name=op.f("fk_replans_network_id_run_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "site_id"],
            ["sites.network_id", "sites.id"],
            name=op.f("fk_replans_network_id_site_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "slot_id"],
            ["donation_slots.network_id", "donation_slots.id"],
            name=op.f("fk_replans_network_id_slot_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["networks.id"], name=op.f("fk_replans_network_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replans")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_replans_network_id_id")),
    )
    with op.batch_alter_table("replans", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replans_network_id"), ["network_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replans_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_replans_service_date"), ["service_date"], unique=False)

    op.create_table(
        "replan_proposals",
        sa.Column("replan_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "least_change",
                "free_volunteer",
                "both",
                "leave_out",
                "hand_over",
                name="proposalkind_word",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id", "replan_id"],
            ["replans.network_id", "replans.id"],
            name=op.f("fk_replan_proposals_network_id_replan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_replan_proposals_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replan_proposals")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_replan_proposals_network_id_id")),
        sa.UniqueConstraint(
            "network_id", "replan_id", "number", name=op.f("uq_replan_proposals_network_id_replan_id_number")
        ),
    )
    with op.batch_alter_table("replan_proposals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replan_proposals_network_id"), ["network_id"], unique=False)

    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("resumed_after", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.alter_column("resumed_after", server_default=None)

    with op.batch_alter_table("stops", schema=None) as batch_op:
        batch_op.add_column(sa.Column("from_route_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_stops_network_id_from_route_id"),
            "routes",
            ["network_id", "from_route_id"],
            ["network_id", "id"],
            initially="DEFERRED",
            deferrable=True,
        )

    with op.batch_alter_table("stop_items", schema=None) as batch_op:
        batch_op.add_column(sa.Column("loaded_at_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_stop_items_network_id_loaded_at_id"),
            "stops",
            ["network_id", "loaded_at_id"],
            ["network_id", "id"],
            initially="DEFERRED",
            deferrable=True,
        )
    listed = ", ".join(f"'{word}'" for word in _METHODS)
    for table in ("solve_runs", "plan_versions"):
        name = op.f(f"ck_{table}_planmethod_word")
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(name, type_="check")
            batch_op.create_check_constraint(name, f"method IN ({listed})")


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
