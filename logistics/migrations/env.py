"""How Alembic runs our migrations: on the connection it is handed, inside the caller's transaction."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from logistics.persistence import tables
from logistics.persistence.base import Base
from logistics.persistence.columns import UtcDateTime, WordSet

assert tables.__all__, "every table is registered"


def render_item(kind: str, item: Any, autogen_context: Any) -> str | Literal[False]:
    """Migrations are written in plain database types, so that they never change when our column classes do."""
    del autogen_context
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, WordSet):
        return f"sa.String(length={item.length})"
    return False


def run(connection: Connection) -> None:
    """Run on this connection; the caller commits."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=context.config.attributes.get("batch", False),
        render_item=render_item,
        compare_type=True,
        transactional_ddl=True,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
