"""What can happen on a route, and what each event makes of its stop (DOMAIN: states; events are the only truth)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from logistics.domain.states import RouteState, StopState


class DeliveryEventKind(StrEnum):
    """The closed list of events that a phone or the desk may send."""

    ROUTE_ACCEPTED = "route_accepted"
    ROUTE_DECLINED = "route_declined"
    ROUTE_LOADED = "route_loaded"
    ROUTE_COMPLETED = "route_completed"
    STOP_ARRIVED = "stop_arrived"
    STOP_DELIVERED = "stop_delivered"
    STOP_FAILED = "stop_failed"
    STOP_REOPENED = "stop_reopened"
    PICKUP_DONE = "pickup_done"
    STOP_NOTED = "stop_noted"
    TEMPERATURE_TAKEN = "temperature_taken"
    ROUTE_RECONCILED = "route_reconciled"

    @property
    def is_of_a_stop(self) -> bool:
        """Whether the event must name a stop of the route."""
        return not self.value.startswith("route_")


STOP_STATE_AFTER = {
    DeliveryEventKind.STOP_ARRIVED: StopState.ARRIVED,
    DeliveryEventKind.STOP_DELIVERED: StopState.COMPLETED,
    DeliveryEventKind.STOP_FAILED: StopState.FAILED,
    DeliveryEventKind.STOP_REOPENED: StopState.PLANNED,
    DeliveryEventKind.PICKUP_DONE: StopState.COMPLETED,
}
"""What each stop event makes of the stop."""

ROUTE_STATE_AFTER = {
    DeliveryEventKind.ROUTE_ACCEPTED: RouteState.ACCEPTED,
    DeliveryEventKind.ROUTE_DECLINED: RouteState.DECLINED,
    DeliveryEventKind.ROUTE_LOADED: RouteState.LOADED,
    DeliveryEventKind.ROUTE_COMPLETED: RouteState.COMPLETED,
    DeliveryEventKind.ROUTE_RECONCILED: RouteState.RECONCILED,
}
"""What each route event makes of the route."""


CLOCK_TOLERANCE = timedelta(seconds=60)
"""A phone whose clock is out by less is believed: the difference may be the time that the message took."""

MOST_NOTE_LETTERS = 500

MOST_FAILED_CHECKS = 5
"""Wrong answers to the second check of a driver's link, after which it is blocked."""


class TemperatureDecision(StrEnum):
    """What is done with food whose probe reads below 63 C (hot) or above 8 C (chilled)."""

    LEFT_BEHIND = "left_behind"
    ON_CALL_AGREED = "on_call_agreed"


def true_time(told: datetime, sent_at: datetime | None, now: datetime) -> datetime:
    """When a tap happened, by our clock: a phone that sends at 14:00 by its own clock when it is 12:00 here is two hours ahead."""
    if sent_at is None or abs(now - sent_at) <= CLOCK_TOLERANCE:
        return told
    return told + (now - sent_at)


def decides_late(happened_at: datetime, last_at: datetime, *, is_same_person: bool) -> bool:
    """Whether a report about a stop comes after a later one of somebody else of the crew: it is kept and decides nothing.

    One person's reports are taken in the order in which they were sent, whatever their clock does meanwhile.
    """
    return not is_same_person and happened_at < last_at
