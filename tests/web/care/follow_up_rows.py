"""Follow-ups made for a test."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.welfare import WelfareCause
from logistics.persistence.tables import FollowUp, WelfareCall
from tests.web.world import NOW, World


def a_follow_up(world: World, **values: Any) -> uuid.UUID:
    """One that a closed door has opened a minute ago."""
    household_id = values.pop("household_id", None) or world.household(world.fresh("H"), at_risk=True)
    defaults: dict[str, Any] = {
        "cause": FollowUpCause.NO_REPLY,
        "urgency": ConcernUrgency.URGENT,
        "opened_at": NOW - timedelta(minutes=1),
        "due_at": NOW + timedelta(minutes=29),
    }
    return world.add(FollowUp(id=uuid.uuid4(), household_id=household_id, **{**defaults, **values}))


def a_call(world: World, **values: Any) -> uuid.UUID:
    """A call that somebody is to make today."""
    household_id = values.pop("household_id", None) or world.household(world.fresh("H"))
    cause = WelfareCause.REGULAR if values.get("every_days") else WelfareCause.ASKED_FOR
    defaults: dict[str, Any] = {"due_on": NOW.date(), "cause": cause}
    return world.add(WelfareCall(id=uuid.uuid4(), household_id=household_id, **{**defaults, **values}))
