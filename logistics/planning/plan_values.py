"""A week's plan as values: routes with timed stops and items, collections, what is unserved and why, and the totals."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.vocabulary import Product, UnservedCode, VehicleKind

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedItem:
    """Portions of a batch, or parcels of a hub, for an order; without an order: goods for the hub (grams)."""

    order_id: Id | None
    batch_id: Id | None
    hub_id: Id | None
    product: Product | None
    quantity: int
    weight_g: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStop:
    """A timed stop (planning axis). `latest_s`: the food clock's last second for service to begin. `load` on leaving, by
    dimension. `leg_m` and `leg_s`: the way from the stop before."""

    kind: StopKind
    site_id: Id
    household_id: Id | None
    organisation_id: Id | None
    slot_id: Id | None
    arrive_s: int
    service_s: int
    depart_s: int
    latest_s: int | None
    leg_m: int
    leg_s: int
    load: Mapping[str, int]
    items: tuple[PlannedItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewMember:
    """A volunteer, the shift given to the route, and what they do in it."""

    volunteer_id: Id
    shift_id: Id
    role: CrewRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCharge:
    """What a route pays for a charge zone."""

    zone_id: Id
    name: str
    price_pence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRoute:
    """All the trips of one shift (planning axis). `duration_s`: leaving the start to the last departure.

    `charges` holds what an earlier route of the same person and day has not paid already. Without a `letter` it is named by
    the order of departures when the plan is stored; of a day either all have one or none.
    """

    day: date
    shift_id: Id
    volunteer_id: Id
    vehicle: VehicleKind
    crew: tuple[CrewMember, ...]
    departs_s: int
    ends_s: int
    distance_m: int
    duration_s: int
    stops: tuple[PlannedStop, ...]
    charges: tuple[PlannedCharge, ...] = ()
    letter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCollection:
    """A parcel that the household fetches at the hub: no stop."""

    order_id: Id
    household_id: Id
    hub_id: Id
    day: date
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAllocation:
    """Which batch or hub was meant for which order, and the batches that would be as safe."""

    order_id: Id
    batch_id: Id | None
    hub_id: Id | None
    day: date
    quantity: int
    interchangeable: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """An order, or part of one, that is not served: the true reason, and what would fix it."""

    order_id: Id
    household_id: Id
    product: Product
    quantity: int
    day: date | None
    code: UnservedCode
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftGoods:
    """Goods for the hub that nobody could fetch (grams)."""

    slot_id: Id
    weight_g: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPlan:
    """The whole proposal. `cost` is the sum of the days' objectives without the prizes of what is unserved, charges for
    zones counted once each."""

    routes: tuple[PlannedRoute, ...]
    collections: tuple[PlannedCollection, ...]
    allocations: tuple[PlannedAllocation, ...]
    unserved: tuple[Unserved, ...]
    left_goods: tuple[LeftGoods, ...]
    cost: int
    engine: str
    seed: int
    seconds: float
    notes: tuple[str, ...] = field(default=())

    @property
    def distance_m(self) -> int:
        """Metres over all routes."""
        return sum(route.distance_m for route in self.routes)

    @property
    def duration_s(self) -> int:
        """Seconds on the road over all routes."""
        return sum(route.duration_s for route in self.routes)
