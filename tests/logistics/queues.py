"""The queue that goes with a test's database, dropped with it."""

from __future__ import annotations

import psycopg
from psycopg import sql
from sqlalchemy import make_url


def drop_queue(queue_url: str) -> None:
    """Remove a queue's PostgreSQL database, whoever is still connected; a SQLite file goes with its folder."""
    url = make_url(queue_url)
    if url.get_backend_name() != "postgresql":
        return
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(url.database))))
