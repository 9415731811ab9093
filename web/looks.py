"""Views say who was looked at; the edge of the request writes it into the trail before the page goes out.

In a session of its own, because a page that is only read has one that only reads, and a form that was refused has one that
is rolled back: what it showed was seen all the same.
"""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from logistics.bootstrap import Services
from logistics.domain.authority import Actor
from logistics.domain.looks import Look
from logistics.services.looks import LookAt, note_looks


def looked(look: Look, subject: str, subject_id: uuid.UUID | None = None, **details: Any) -> None:
    """This answer shows it. `details`: ids, words and dates, never what was typed or shown."""
    g.looks.append(LookAt(look=look, subject=subject, subject_id=subject_id, details=details))


def looked_at_household(household_id: uuid.UUID, page: str = "") -> None:
    """This answer shows a household; `page`: which part of it, where it is not its own page."""
    looked(Look.HOUSEHOLD, "household", household_id, **({"page": page} if page else {}))


def looked_at_volunteer(volunteer_id: uuid.UUID, page: str = "") -> None:
    """This answer shows a volunteer."""
    looked(Look.VOLUNTEER, "volunteer", volunteer_id, **({"page": page} if page else {}))


def keep_looks(services: Services, network_id: uuid.UUID) -> None:
    """Write what this request's answer shows into the trail. An answer whose looks cannot be kept is not sent."""
    if not g.looks:
        return
    who = g.actor if isinstance(g.actor, Actor) else Actor.system(network_id)
    with services.database.writing(network_id) as session:
        note_looks(session, who, g.looks, now=services.clock.now())
