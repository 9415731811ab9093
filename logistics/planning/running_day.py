"""A day while it runs, as values: what is done, who is where, what is on board, who is free (planning axis; ids only)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from logistics.domain.planning import StopKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Product
from logistics.planning.week_input import ShiftIn, VolunteerIn, WeekInput

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveItem:
    """What changes hands at a stop. `on_board`: the pickup behind it is done, so it is in the vehicle now.

    `from_route_id`: it is (to be) fetched from that route's van. `limit_s`: the last second for service to begin, for food that
    is loaded already; `stated_limit_s`: the same as the plan's times state it, which is never the earlier one.
    """

    order_id: Id | None
    batch_id: Id | None
    hub_id: Id | None
    product: Product | None
    quantity: int
    weight_g: int
    on_board: bool = False
    from_route_id: Id | None = None
    limit_s: int | None = None
    stated_limit_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStop:
    """A stop with its state. `told_s`: when service was last promised; `latest_s`: the food's limit as the plan states it."""

    id: Id
    sequence: int
    number: int | None
    kind: StopKind
    state: StopState
    site_id: Id
    household_id: Id | None
    organisation_id: Id | None
    slot_id: Id | None
    from_route_id: Id | None
    told_s: int
    service_s: int
    latest_s: int | None
    leg_m: int
    leg_s: int
    items: tuple[LiveItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRoute:
    """A route as it stands. `settled`: stops that nothing can change any more, in the order in which they happened.

    `left_s`: when the driver left the last place that is known; None while they are at home.
    """

    id: Id
    letter: str
    state: RouteState
    driver: VolunteerIn
    shift: ShiftIn
    helper: VolunteerIn | None
    helper_shift: ShiftIn | None
    departs_s: int
    ends_s: int
    settled: tuple[LiveStop, ...]
    open_stops: tuple[LiveStop, ...]
    left_s: int | None
    mark: str
    """A word that changes with everything that happens on this route."""

    @property
    def members(self) -> tuple[VolunteerIn, ...]:
        """Driver first."""
        return (self.driver,) if self.helper is None else (self.driver, self.helper)

    @property
    def stands_at(self) -> Id:
        """The site of the last stop that is settled, or home."""
        return self.settled[-1].site_id if self.settled else self.driver.site_id

    @property
    def vehicle_id(self) -> str:
        """Its name in a routing problem."""
        return f"route:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningDay:
    """One date of a published plan. `week_input` holds the facts as they are now; `spent_s`: seconds on the road this week by
    volunteer; `spare_parcels` by hub and `spare_portions` by batch: what no order of the plan has."""

    day: date
    midnight_s: int
    now_s: int
    plan_id: Id
    week_input: WeekInput
    routes: tuple[LiveRoute, ...]
    free_shifts: tuple[ShiftIn, ...]
    spent_s: Mapping[Id, int]
    windows: Mapping[Id, tuple[int, int]]
    """By order: between which seconds of the day service may begin."""
    spare_parcels: Mapping[Id, int]
    spare_portions: Mapping[Id, int]

    def route(self, route_id: Id) -> LiveRoute | None:
        """The route of that id."""
        return next((route for route in self.routes if route.id == route_id), None)

    def hours_left_s(self, volunteer_id: Id) -> int:
        """Seconds that this volunteer may still be on the road this week."""
        return self.week_input.volunteers[volunteer_id].max_week_s - self.spent_s.get(volunteer_id, 0)
