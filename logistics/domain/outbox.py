"""Mail that waits to be sent: what it is about, how often it is tried again, and when it is given up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(days=2)
"""From the making of a mail. By then somebody has seen on the page that it was not sent."""

CLAIM_FOR = timedelta(minutes=2)
"""How long one sender has a mail to itself; longer than any mail server may take to answer."""


class MessageKind(StrEnum):
    """What a mail says. None says anything about anybody: whoever gets it signs in."""

    CONCERN_WAITS = "concern_waits"
    FOLLOW_UP_WAITS = "follow_up_waits"
    FOLLOW_UP_OVERDUE = "follow_up_overdue"
    PASSED_TO_YOU = "passed_to_you"
    GIVEN_TO_YOU = "given_to_you"


class MessageFault(StrEnum):
    """Why a mail was not taken."""

    NOT_TAKEN = "not_taken"
    NO_ADDRESS = "no_address"
    ACCOUNT_CLOSED = "account_closed"


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 30 seconds, then twice as long each time, at most half an hour."""
    doublings = min(attempts - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
