"""What a driver's pages show, as frozen values. Personal fields are filled for open doors alone, and only on the day."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from logistics.domain.care_times import CareTimes
from logistics.domain.planning import StopKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import (
    Allergen,
    DeliveredHow,
    FailureReason,
    Handover,
    Product,
    TemperatureClass,
    VehicleKind,
)
from logistics.queries.plan_rows import ChargeRow


class DriverView(StrEnum):
    """Which page a driver's route shows now."""

    OFFER = "offer"
    DECLINED = "declined"
    WAITING = "waiting"
    UNDER_WAY = "under_way"
    FINISHED = "finished"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much a route carries, without a word about whom for. `areas` are postcode districts."""

    doors: int
    hot: int
    chilled: int
    parcels: int
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodClockView:
    """Until when service may begin at a door, and how long the food's clock is in all (seconds)."""

    latest_at: datetime
    limit_s: int
    temperature: TemperatureClass

    @property
    def starts_at(self) -> datetime:
        """When the clock begins to run: before it the food is not out yet."""
        return self.latest_at - timedelta(seconds=self.limit_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """What to hand over: so many of a dish or so many parcels, with the bag's code. `is_unsafe`: keep it, and ring.

    `missing_from` is the pickup (its stop's id) that has still to put it on board.
    """

    id: uuid.UUID
    quantity: int
    label: str
    diets: str
    code: str
    product: Product | None
    temperature: TemperatureClass | None
    is_unsafe: bool
    missing_from: uuid.UUID | None = None

    @property
    def is_parcel(self) -> bool:
        """Whether it may be left at the door where that is agreed."""
        return self.product is Product.PARCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorView:
    """An open delivery: the personal data that the door needs. Coordinates are None where none may be passed on."""

    first_name: str
    address: str
    postcode: str
    latitude: float | None
    longitude: float | None
    is_confidential: bool
    floor: int
    has_lift: bool
    access_notes: str
    phone: str
    language: str
    people_at_door: int
    handover: Handover
    allergens: frozenset[Allergen]
    clock: FoodClockView | None

    @property
    def allergen_names(self) -> str:
        """`celery, milk`, in the order of the law's list."""
        return ", ".join(allergen.label.lower() for allergen in Allergen if allergen in self.allergens)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadLine:
    """What a pickup puts on board, of one dish or of one kind of parcel."""

    batch_id: uuid.UUID | None
    quantity: int
    weight_g: int
    label: str
    temperature: TemperatureClass | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BagLine:
    """A bag or parcel to load: its code, what is in it, and the number of its stop. `has_allergy`: it is for that door alone."""

    code: str
    number: int
    quantity: int
    label: str
    has_allergy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PickupView:
    """A pickup or a drop at a hub. `bags` come in loading order: the last stop first. `temperature` is the food's class."""

    place: str
    address: str
    postcode: str
    latitude: float | None
    longitude: float | None
    access_notes: str
    phone: str
    lines: tuple[LoadLine, ...]
    collect_by: str
    bags: tuple[BagLine, ...]
    temperature: TemperatureClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPickup:
    """A pickup that something at a door waits for. `is_open` False: it was reported as failed, there is nothing to collect."""

    stop_id: uuid.UUID
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopView:
    """One stop of the list. `door` and `pickup` are None where nothing more may be shown; `summary` counts what it takes."""

    id: uuid.UUID
    sequence: int
    number: int | None
    kind: StopKind
    state: StopState
    due_at: datetime
    is_open: bool
    items: tuple[ItemView, ...]
    summary: str
    door: DoorView | None
    pickup: PickupView | None
    ended_at: datetime | None = None
    how: DeliveredHow | None = None
    reason: FailureReason | None = None
    missing: tuple[MissingPickup, ...] = ()
    takes_photo: bool = False
    has_photo: bool = False

    @property
    def is_left(self) -> bool:
        """Whether the food was left at the door."""
        return self.how is DeliveredHow.LEFT_AT_DOOR

    @property
    def is_proof(self) -> bool:
        """Whether it ended in a way that a photo may be the proof of."""
        return self.is_left or self.reason is FailureReason.FOOD_UNFIT

    @property
    def wants_photo(self) -> bool:
        """Whether a photo is offered here now: it ended so, the network takes them, and there is none."""
        return self.takes_photo and self.is_proof and not self.is_open and not self.has_photo

    @property
    def given_codes(self) -> tuple[str, ...]:
        """The codes of the bags that may be handed over here, each once."""
        return tuple(dict.fromkeys(item.code for item in self.items if item.code and not item.is_unsafe))

    @property
    def has_parcel(self) -> bool:
        """Whether there is anything that may be left at a door."""
        return any(item.is_parcel for item in self.items)

    @property
    def has_unsafe(self) -> bool:
        """Whether a menu was changed so that something here must be kept back."""
        return any(item.is_unsafe for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverRoute:
    """A route as one member of its crew may see it now."""

    view: DriverView
    letter: str
    service_date: date
    state: RouteState
    vehicle: VehicleKind
    departs_at: datetime
    ends_at: datetime
    distance_m: int
    is_estimate: bool
    roads_words: str
    is_helper: bool
    crew: tuple[str, ...]
    counts: Counts
    stops: tuple[StopView, ...]
    care_times: CareTimes
    on_call_name: str
    on_call_phone: str
    charges: tuple[ChargeRow, ...] = ()

    @property
    def doors(self) -> tuple[StopView, ...]:
        """The deliveries, in order."""
        return tuple(stop for stop in self.stops if stop.kind is StopKind.DELIVERY)

    @property
    def open_stops(self) -> tuple[StopView, ...]:
        """What is still to do, in order."""
        return tuple(stop for stop in self.stops if stop.is_open)

    @property
    def done_stops(self) -> tuple[StopView, ...]:
        """What is done or failed, the latest first."""
        ended = [stop for stop in self.stops if not stop.is_open]
        return tuple(sorted(ended, key=lambda stop: (stop.ended_at or stop.due_at, stop.sequence), reverse=True))

    def current(self, wanted: uuid.UUID | None = None) -> StopView | None:
        """The stop in hand: the one asked for while it is open, else the first open one."""
        return next((stop for stop in self.open_stops if stop.id == wanted), next(iter(self.open_stops), None))
