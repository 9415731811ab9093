"""Who was erased since a backup was made does not come back with it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from logistics.persistence.database import open_database
from logistics.persistence.engine import make_engine
from logistics.persistence.schema import current_revision, newest_revision
from logistics.services.erasure_ledger import ErasureLedger
from logistics.settings import Settings


def keep_list(settings: Settings) -> None:
    """Before a restore: what the database in use knows of erasures goes onto the list in ROUNDS_HOME, if it can be read."""
    if _is_current(settings):
        database = open_database(settings.database_url)
        try:
            ErasureLedger(database, settings.home).write()
        finally:
            database.close()


def erase_again(settings: Settings, *, also: Path | None = None, now: datetime) -> int:
    """After a restore or an upgrade: erase whoever is on the list; returns how many. Nothing on an older schema: the upgrade does it.

    Raises LedgerUnreadable.
    """
    if not _is_current(settings):
        return 0
    database = open_database(settings.database_url)
    try:
        ledger = ErasureLedger(database, settings.home)
        again = ledger.replay(now=now, also=also)
        ledger.wipe(now=now)
        return again
    finally:
        database.close()


def _is_current(settings: Settings) -> bool:
    engine = make_engine(settings.database_url)
    try:
        return current_revision(engine) == newest_revision()
    finally:
        engine.dispose()
