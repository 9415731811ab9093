"""Concerns and the follow-ups that grow out of them: who must look, by when, and how it may end (DOMAIN: states)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from logistics.domain.states import FollowUpState

MOST_CONCERN_LETTERS = 1000
MOST_ENTRY_LETTERS = 2000


class ConcernUrgency(StrEnum):
    """How soon a person must look at it, as whoever noticed it says."""

    URGENT = "urgent"
    TODAY = "today"
    SOON = "soon"

    @property
    def label(self) -> str:
        """As people read it."""
        return {"urgent": "Urgent", "today": "Today", "soon": "In the next days"}[self.value]


class ConcernAbout(StrEnum):
    """Whom a concern is about. Anything but a household is restricted: the safeguarding lead alone reads it."""

    HOUSEHOLD = "household"
    VOLUNTEER = "volunteer"
    STAFF = "staff"

    @property
    def is_restricted(self) -> bool:
        """Whether only a safeguarding lead may read it."""
        return self is not ConcernAbout.HOUSEHOLD


class FollowUpCause(StrEnum):
    """What opened a follow-up: a person's worry, or a closed door where a closed door must worry somebody."""

    CONCERN = "concern"
    NO_REPLY = "no_reply"

    @property
    def label(self) -> str:
        """As people read it."""
        return {"concern": "Concern", "no_reply": "No reply, at risk"}[self.value]


class FollowUpOutcome(StrEnum):
    """How a follow-up ended. None is closed without one."""

    SAFE_AND_WELL = "safe_and_well"
    HELP_ARRANGED = "help_arranged"
    REFERRED_ON = "referred_on"
    EMERGENCY_SERVICES = "emergency_services"
    COULD_NOT_REACH = "could_not_reach"
    NOTHING_NEEDED = "nothing_needed"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "safe_and_well": "Safe and well",
            "help_arranged": "Help arranged",
            "referred_on": "Referred to another service",
            "emergency_services": "Emergency services took over",
            "could_not_reach": "Could not be reached after every try",
            "nothing_needed": "Nothing was needed",
        }[self.value]


LOOK_WITHIN = {
    ConcernUrgency.URGENT: timedelta(hours=1),
    ConcernUrgency.TODAY: timedelta(hours=4),
    ConcernUrgency.SOON: timedelta(days=3),
}
"""From being told to the time by which somebody must have looked."""

NO_REPLY_WITHIN = timedelta(minutes=30)
"""A closed door at a household at risk (DOMAIN: no reply ladder)."""

OVER = (FollowUpState.CLOSED, FollowUpState.DUPLICATE)

BY_HAND = (
    FollowUpState.CONTACT_ATTEMPTED,
    FollowUpState.CONTACTED,
    FollowUpState.ACTION_AGREED,
    FollowUpState.REFERRED,
    FollowUpState.ESCALATED,
    FollowUpState.EMERGENCY,
    FollowUpState.DUPLICATE,
    FollowUpState.CLOSED,
)
"""The steps that a person may write down. Taking it on is a button of its own."""


def due_at(urgency: ConcernUrgency, told_at: datetime) -> datetime:
    """By when somebody must have looked at a concern that reached us at `told_at`."""
    return told_at + LOOK_WITHIN[urgency]
