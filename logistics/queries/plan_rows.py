"""What a plan's pages show, as frozen rows: heads, routes, crews, stops, items, the unserved and the collected."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.states import PlanState, RouteState, StopState
from logistics.domain.vocabulary import PlanMethod, Product, TemperatureClass, UnservedCode, VehicleKind
from logistics.gateways.roads.port import stored_roads_label
from logistics.queries.rounds_of_week import Session as DaySession

ROUTE_COLOURS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHead:
    """What a list of versions says of one plan."""

    id: uuid.UUID
    week_id: uuid.UUID
    number: int
    state: PlanState
    method: PlanMethod
    engine: str
    roads_engine: str
    roads_data_date: str
    roads_data: str
    roads_attribution: str
    roads_is_estimate: bool
    cost: int
    distance_m: int
    duration_s: int
    violations: int
    made_at: datetime
    published_at: datetime | None
    left_goods_g: int
    charges_pence: int
    notes: tuple[str, ...]
    made_with: tuple[str, ...] = ()
    """The settings of the road that it was made with, in words; those that change nothing are left out."""

    @property
    def roads_words(self) -> str:
        """What made times and distances, as it stands beside them: `roads: OSRM, OpenStreetMap data of 20 July 2020`."""
        return stored_roads_label(
            engine=self.roads_engine,
            data=self.roads_data,
            data_date=self.roads_data_date,
            is_estimate=self.roads_is_estimate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """What changes hands: portions of a dish, or parcels. `session` is None at pickups."""

    order_id: uuid.UUID | None
    batch_id: uuid.UUID | None
    product: Product | None
    quantity: int
    weight_g: int
    code: str
    dish: str
    temperature: TemperatureClass | None
    session: DaySession | None
    window_start: time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRow:
    """A stop of a route. `name` is a household's reference, or the donor's or hub's name; never a person's.

    A household with a confidential address has no coordinates here.
    """

    id: uuid.UUID
    number: int | None
    kind: StopKind
    state: StopState
    name: str
    household_id: uuid.UUID | None
    is_confidential: bool
    arrives_at: datetime
    service_at: datetime
    departs_at: datetime
    latest_at: datetime | None
    load: Mapping[str, int]
    latitude: float | None
    longitude: float | None
    items: tuple[ItemRow, ...]

    @property
    def spare_s(self) -> int | None:
        """Seconds left at this door before the food reaches its limit; None where no clock runs."""
        return None if self.latest_at is None else int((self.latest_at - self.service_at).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewRow:
    """Who goes."""

    volunteer_id: uuid.UUID
    name: str
    ref: str
    role: CrewRole


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow:
    """The most that is carried of one kind at a time, and what may be; litres are in millilitres."""

    name: str
    unit: str
    used: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRow:
    """What a route pays for a charge zone."""

    zone: str
    price_pence: int


def charges_of(stored: Iterable[Mapping[str, Any]] | None) -> tuple[ChargeRow, ...]:
    """From a route's row."""
    return tuple(ChargeRow(zone=each["name"], price_pence=each["price_pence"]) for each in stored or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRow:
    """A route with its crew, loads and stops."""

    id: uuid.UUID
    letter: str
    day: date
    vehicle: VehicleKind
    state: RouteState
    departs_at: datetime
    ends_at: datetime
    distance_m: int
    duration_s: int
    crew: tuple[CrewRow, ...]
    loads: tuple[LoadRow, ...]
    stops: tuple[StopRow, ...]
    charges: tuple[ChargeRow, ...] = ()

    @property
    def colour_index(self) -> int:
        """Which of the eight route colours, by the letter: A the first, I the first again, AA (the 27th) the third."""
        place = 0
        for letter in self.letter:
            place = place * 26 + ord(letter) - ord("A") + 1
        return (place - 1) % ROUTE_COLOURS

    @property
    def style(self) -> str:
        """The class that carries the colour and the dash: `ra` to `rh`."""
        return "r" + "abcdefgh"[self.colour_index]

    @property
    def driver(self) -> str:
        """The driver's name, and the helper's where two go."""
        return " with ".join(member.name for member in self.crew)

    @property
    def doors(self) -> tuple[StopRow, ...]:
        """The stops at households."""
        return tuple(stop for stop in self.stops if stop.kind is StopKind.DELIVERY)

    @property
    def goods_g(self) -> int:
        """Grams of goods that it brings to a hub."""
        return sum(item.weight_g for stop in self.stops if stop.kind is StopKind.HUB_DROP for item in stop.items)

    @property
    def done_stops(self) -> int:
        """How many of its stops, pickups and drops among them, are done."""
        return sum(stop.state is StopState.COMPLETED for stop in self.stops)

    @property
    def least_spare_s(self) -> int | None:
        """The tightest food clock of the route."""
        return min((stop.spare_s for stop in self.stops if stop.spare_s is not None), default=None)

    @property
    def sessions(self) -> frozenset[str]:
        """The slugs of the sessions that this route serves."""
        return frozenset(item.session.slug for stop in self.doors for item in stop.items if item.session)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnservedRow:
    """An order, or a part of it, that the plan leaves out."""

    order_id: uuid.UUID
    household_id: uuid.UUID
    ref: str
    product: Product
    quantity: int
    day: date | None
    code: UnservedCode
    sentence: str
    remedy: str
    session: DaySession
    window_start: time
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedRow:
    """A parcel that the household fetches at the hub."""

    order_id: uuid.UUID
    ref: str
    product: Product
    quantity: int
    day: date
    session: DaySession
    window_start: time
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """One plan version, whole."""

    head: PlanHead
    routes: tuple[RouteRow, ...]
    unserved: tuple[UnservedRow, ...]
    collected: tuple[CollectedRow, ...]
