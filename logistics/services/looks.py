"""Who looked at whom, written into the trail when a page was made and before it is handed out."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.looks import Look
from logistics.services.audit import note


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAt:
    """One look: what was done, at which thing. `details`: ids, words and dates, never what was typed or shown."""

    look: Look
    subject: str
    subject_id: uuid.UUID | None
    details: Mapping[str, Any] = field(default_factory=dict)


def note_looks(session: Session, actor: Actor, looks: Iterable[LookAt], *, now: datetime) -> None:
    """Add each look to the trail of the actor's network."""
    for look in looks:
        note(session, actor, look.look.value, look.subject, look.subject_id, now=now, **look.details)
