"""Whether this process could serve pages now: its database answers, and its tables are those of this version."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from logistics.persistence.database import Database
from logistics.persistence.schema import current_revision, newest_revision

log = logging.getLogger(__name__)


def why_not_ready(database: Database) -> str:
    """A sentence without an address or a version in it, for strangers may ask; empty when all is well."""
    try:
        stands_at = current_revision(database.engine)
    except SQLAlchemyError as error:
        log.warning("the database does not answer: %s", type(error).__name__)
        return "The database does not answer."
    if stands_at != newest_revision():
        return "The database has the tables of another version."
    return ""
