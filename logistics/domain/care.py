"""Concerns and the follow-ups that grow out of them: who must look, by when, and how it may end (DOMAIN: states)."""

from __future__ import annotations

from datetime import timedelta
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
    """What opened a follow-up: a person's worry, a closed door where it must worry somebody, or calls that reached nobody."""

    CONCERN = "concern"
    NO_REPLY = "no_reply"
    NOT_REACHED = "not_reached"

    @property
    def label(self) -> str:
        """As people read it."""
        return {"concern": "Concern", "no_reply": "No reply, at risk", "not_reached": "Not reached by phone"}[
            self.value
        ]


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


class LookAgain(StrEnum):
    """By when somebody must look at a follow-up next."""

    HOUR = "hour"
    HOURS_4 = "hours_4"
    DAY = "day"
    DAYS_3 = "days_3"
    WEEK = "week"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "hour": "In an hour",
            "hours_4": "In 4 hours",
            "day": "Tomorrow at this time",
            "days_3": "In 3 days",
            "week": "In a week",
        }[self.value]

    @property
    def within(self) -> timedelta:
        """From now on."""
        return timedelta(hours={"hour": 1, "hours_4": 4, "day": 24, "days_3": 72, "week": 168}[self.value])


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
