"""Closing a week: what must be answered first, and what the next week remembers of it."""

from __future__ import annotations

from enum import StrEnum

from logistics.domain.states import RouteState, StopState

MOST_REASON_LETTERS = 300

OFF_THE_ROAD = (RouteState.RECONCILED, RouteState.DECLINED, RouteState.HANDED_OVER, RouteState.ABORTED)
"""Routes that a week need not wait for: counted up, or not driven."""

NOT_REPORTED = "not_reported"
"""A door that nobody told about. The next week takes it for not served: rather twice than never."""


class OpenMatter(StrEnum):
    """What may stand open at the end of a week."""

    NOT_FINISHED = "not_finished"
    NOT_COUNTED = "not_counted"
    NOT_COLLECTED = "not_collected"
    SILENT_DOOR = "silent_door"
    FOLLOW_UP = "follow_up"

    @property
    def holds_up(self) -> bool:
        """Whether a week with it is closed only with a reason; the others go on after the week."""
        return self in (OpenMatter.NOT_FINISHED, OpenMatter.NOT_COUNTED, OpenMatter.NOT_COLLECTED)


def outcome_of(state: StopState, reason: str | None) -> str:
    """What the memory keeps of a door: delivered, why not, or that nobody told."""
    if state is StopState.COMPLETED:
        return "delivered"
    if state is StopState.FAILED:
        return reason or "failed"
    return state.value if state in (StopState.SKIPPED, StopState.CANCELLED) else NOT_REPORTED
