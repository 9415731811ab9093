"""The trail is a chain that nobody changes.

Revision 0015, after 0014.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

from logistics.domain.audit_chain import START, entry_hash

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REFUSAL = "An entry of the trail is never changed or deleted."
_SQLITE = (
    f"CREATE TRIGGER audit_events_unchanged BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER audit_events_kept BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
)
_POSTGRESQL = (
    f"""CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    """CREATE TRIGGER audit_events_unchanged BEFORE UPDATE OR DELETE ON audit_events
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()""",
    """CREATE TRIGGER audit_events_kept BEFORE TRUNCATE ON audit_events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
)
_AT_ONCE = 1000


def upgrade() -> None:
    """Number and chain what is there by when it happened, then have the database refuse changes."""
    op.create_table(
        "audit_chains",
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["networks.id"],
            name=op.f("fk_audit_chains_network_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chains")),
        sa.UniqueConstraint("network_id", name=op.f("uq_audit_chains_network_id")),
        sa.UniqueConstraint("network_id", "id", name=op.f("uq_audit_chains_network_id_id")),
    )
    op.create_index(op.f("ix_audit_chains_network_id"), "audit_chains", ["network_id"], unique=False)
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("previous_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=True))
    _chain(op.get_bind())
    with op.batch_alter_table("audit_events", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("previous_hash", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("hash", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_audit_events_network_id_number"), ["network_id", "number"])
    # After the tables are what they will be: SQLite makes a changed table anew, and its triggers go with the old one.
    for statement in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(statement)


def _chain(connection: sa.Connection) -> None:
    key = sa.Uuid()
    events = sa.table(
        "audit_events",
        sa.column("id", key),
        sa.column("network_id", key),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("account_id", key),
        sa.column("action", sa.String()),
        sa.column("subject", sa.String()),
        sa.column("subject_id", key),
        sa.column("details", sa.JSON()),
        sa.column("number", sa.Integer()),
        sa.column("previous_hash", sa.String()),
        sa.column("hash", sa.String()),
    )
    chains = sa.table(
        "audit_chains", sa.column("id", key), sa.column("network_id", key), sa.column("length"), sa.column("hash")
    )
    networks = connection.scalars(sa.select(events.c.network_id).distinct()).all()
    write = (
        events.update()
        .where(events.c.id == sa.bindparam("of_id"))
        .values(
            number=sa.bindparam("to_number"), previous_hash=sa.bindparam("to_previous"), hash=sa.bindparam("to_hash")
        )
    )
    for network_id in networks:
        number, last = 0, START
        query = sa.select(events).where(events.c.network_id == network_id).order_by(events.c.at, events.c.id)
        for rows in connection.execute(query).partitions(_AT_ONCE):
            chained: list[dict[str, Any]] = []
            for row in rows:
                number += 1
                own = entry_hash(
                    last,
                    number=number,
                    network_id=network_id,
                    entry_id=row.id,
                    at=row.at,
                    account_id=row.account_id,
                    action=row.action,
                    subject=row.subject,
                    subject_id=row.subject_id,
                    details=row.details,
                )
                chained.append({"of_id": row.id, "to_number": number, "to_previous": last, "to_hash": own})
                last = own
            connection.execute(write, chained)
        connection.execute(
            chains.insert(), [{"id": uuid.uuid4(), "network_id": network_id, "length": number, "hash": last}]
        )


def downgrade() -> None:
    """Refused: a restored copy is the way back, because going back by statement would lose what people wrote since."""
    raise RuntimeError("There is no way back by command: restore the copy of the database made before the upgrade.")
