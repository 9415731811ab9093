"""Words of a re-plan: what went wrong, what became of the food, and what is proposed."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import RouteState, StopState


class ReplanReason(StrEnum):
    """What happened on the day that the plan did not foresee."""

    VOLUNTEER_OUT = "volunteer_out"
    VAN_BROKEN_DOWN = "van_broken_down"
    HAND_OVER = "hand_over"
    DONOR_LATE = "donor_late"
    DONOR_SHORT = "donor_short"
    URGENT_ORDER = "urgent_order"

    @property
    def ends_a_route(self) -> bool:
        """Whether somebody's route goes to others."""
        return self in (ReplanReason.VOLUNTEER_OUT, ReplanReason.VAN_BROKEN_DOWN, ReplanReason.HAND_OVER)

    @property
    def is_about_food(self) -> bool:
        """Whether a donor's food comes later, or less of it."""
        return self in (ReplanReason.DONOR_LATE, ReplanReason.DONOR_SHORT)

    @property
    def is_about_somebody_new(self) -> bool:
        """Whether somebody needs food today who is not in the plan."""
        return self is ReplanReason.URGENT_ORDER


class FoodOnVan(StrEnum):
    """What becomes of the food that is on board of a route that cannot go on."""

    FETCH = "fetch"
    """It is fit to eat and is fetched from where it stands; its clock runs on."""
    LOST = "lost"
    """Nobody can or may fetch it."""


class ReplanState(StrEnum):
    """A re-plan, from the tap to what came of it."""

    ASKED = "asked"
    READY = "ready"
    ACCEPTED = "accepted"
    DROPPED = "dropped"


class ProposalKind(StrEnum):
    """How a proposal goes about it."""

    LEAST_CHANGE = "least_change"
    FREE_VOLUNTEER = "free_volunteer"
    BOTH = "both"
    LEAVE_OUT = "leave_out"
    HAND_OVER = "hand_over"


PUT_ASIDE = "put_aside"
"""In a re-plan's details: how many ways broke a rule when they were tried, and are not proposed."""
WHY_NOT = "why_not"
"""In a re-plan's details: why nobody can bring an urgent order."""
ORDER_ASKED = "order_id"
"""In a re-plan's details: the order that came today."""
REACTION = timedelta(minutes=10)
"""What a volunteer who is at home needs before they can set off."""
GOOD_FOR = timedelta(minutes=10)
"""How long a proposal may be accepted: later, its times have passed."""
OVER_ROUTES = frozenset({RouteState.COMPLETED, RouteState.RECONCILED, RouteState.HANDED_OVER, RouteState.ABORTED})
"""Routes that nothing can be taken from or given to."""
SETTLED_STOPS = frozenset(
    {StopState.ARRIVED, StopState.COMPLETED, StopState.FAILED, StopState.SKIPPED, StopState.CANCELLED}
)
"""Stops that a re-plan leaves exactly as they are: done, or somebody stands at the door."""
ON_THE_ROAD = frozenset({RouteState.LOADED, RouteState.IN_PROGRESS})

TELLS_WHERE = frozenset(
    {
        DeliveryEventKind.STOP_ARRIVED,
        DeliveryEventKind.STOP_DELIVERED,
        DeliveryEventKind.STOP_FAILED,
        DeliveryEventKind.PICKUP_DONE,
        DeliveryEventKind.ROUTE_LOADED,
    }
)
"""Events that say that a driver was somewhere."""
