"""The trail: who did what to which thing, when. Ids and words only, never a personal value.

Entries of a network form a chain of hashes, tied in the moment of the commit (`logistics.persistence.audit_chain`), and are never
changed or deleted.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.persistence.tables import AuditEvent


def note(
    session: Session,
    actor: Actor,
    action: str,
    subject: str,
    subject_id: uuid.UUID | None,
    *,
    now: datetime,
    **details: Any,
) -> None:
    """Add one entry to the trail of the actor's network, if the session commits. `details`: ids, words, dates, nothing personal."""
    session.add(
        AuditEvent(
            network_id=actor.network_id,
            at=now,
            account_id=actor.account_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            details=details,
        )
    )
