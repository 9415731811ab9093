"""Rows are of one network, in PostgreSQL's own eyes too.

Revision 0022, after 0021.
"""

from __future__ import annotations

from alembic import op

from logistics.persistence.row_security import statements_for

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    "allocations",
    "audit_chains",
    "audit_events",
    "batches",
    "charge_zones",
    "concerns",
    "consents",
    "credentials",
    "delivery_events",
    "demand_lines",
    "demand_snapshots",
    "donation_schedules",
    "donation_slots",
    "donor_links",
    "door_photos",
    "door_steps_taken",
    "driver_links",
    "erasures",
    "follow_up_entries",
    "follow_up_escalations",
    "follow_ups",
    "household_bands",
    "household_extras",
    "household_members",
    "household_needs",
    "households",
    "hubs",
    "invitations",
    "label_photos",
    "memberships",
    "orders",
    "organisations",
    "outgoing_messages",
    "pairs",
    "pauses",
    "place_questions",
    "plan_drafts",
    "plan_edits",
    "plan_versions",
    "referral_changes",
    "referrals",
    "replan_proposals",
    "replans",
    "round_visits",
    "rounds",
    "route_crew",
    "routes",
    "saved_forms",
    "shifts",
    "sites",
    "solve_runs",
    "standing_orders",
    "stop_items",
    "stop_notes",
    "stops",
    "unserved_orders",
    "volunteers",
    "week_closings",
    "weeks",
    "welfare_calls",
)
"""Every table whose rows belong to a network, as of this revision."""


def upgrade() -> None:
    """Put the policy on each of them, in PostgreSQL; SQLite knows none."""
    if op.get_bind().dialect.name != "postgresql":
        return
    # References are checked at the commit; a table with checks that wait, of an earlier migration's rows, cannot be altered.
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.execute("SET CONSTRAINTS ALL DEFERRED")
    for statement in statements_for(TABLES):
        op.execute(statement)


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
