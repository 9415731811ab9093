"""Welfare calls: somebody rings a household to hear how they are, and writes down what came of it (DOMAIN: states)."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

MOST_CALL_LETTERS = 1000
MOST_EVERY_DAYS = 60
TRIES_BEFORE_FOLLOW_UP = 3
"""Calls in a row that reached nobody, after which it becomes a follow-up."""


class WelfareCause(StrEnum):
    """Why somebody is to be rung."""

    ASKED_FOR = "asked_for"
    REGULAR = "regular"
    NO_REPLY = "no_reply"
    CALL_BACK = "call_back"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "asked_for": "Asked for",
            "regular": "Regular call",
            "no_reply": "Did not answer the door",
            "call_back": "To be rung again",
        }[self.value]


class WelfareOutcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    REFUSED = "refused"
    CALL_BACK = "call_back"
    VOICEMAIL = "voicemail"
    WRONG_NUMBER = "wrong_number"
    NO_ANSWER = "no_answer"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "reached": "Reached them",
            "refused": "They do not want calls",
            "call_back": "They asked to be rung later",
            "voicemail": "Left a message",
            "wrong_number": "Wrong number",
            "no_answer": "Nobody answered",
        }[self.value]

    @property
    def spoke(self) -> bool:
        """Whether somebody of the household was spoken with."""
        return self in (WelfareOutcome.REACHED, WelfareOutcome.REFUSED, WelfareOutcome.CALL_BACK)

    @property
    def is_try_again(self) -> bool:
        """Whether they must be rung again for the same reason."""
        return self in (WelfareOutcome.CALL_BACK, WelfareOutcome.VOICEMAIL, WelfareOutcome.NO_ANSWER)


def next_call_on(outcome: WelfareOutcome, every_days: int | None, called_on: date) -> date | None:
    """When to ring next: tomorrow where nobody was reached, else after the usual days; None where no more calls are due."""
    if outcome.is_try_again:
        return called_on + timedelta(days=1)
    if outcome is WelfareOutcome.REACHED and every_days is not None:
        return called_on + timedelta(days=every_days)
    return None
