"""Which kind of copies a database's URL asks for."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from logistics.persistence.copies.port import DatabaseCopies
from logistics.persistence.copies.postgres import PostgresCopies
from logistics.persistence.copies.sqlite import SqliteCopies


def copies_of(url: str) -> DatabaseCopies:
    """Copies of the database at this URL. Nothing is opened yet; close them at the end."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteCopies(Path(str(parsed.database)))
    return PostgresCopies(url)
