"""What planning knows of one week: frozen values, ids only where a person is meant. All instants lie on the planning axis
(seconds since Monday 00:00, wall time; see `domain.week`)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from logistics.domain.charge_zones import ChargeZone
from logistics.domain.food import Declared, FoodNeeds
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import (
    CredentialKind,
    DriverNeed,
    Fulfilment,
    Product,
    TemperatureClass,
    Trait,
    VehicleKind,
)
from logistics.domain.week import IsoWeek
from logistics.domain.withholding import Withheld

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A site with coordinates (degrees, WGS84). `building` groups doors that share one parking."""

    site_id: Id
    latitude: float
    longitude: float
    building: str

    @property
    def point(self) -> tuple[float, float]:
        """(latitude, longitude), as routers take it."""
        return self.latitude, self.longitude


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandIn:
    """One order as the snapshot fixed it. It may be served on any one of `days` (dates), service beginning in the window
    (`window_start_s`, `window_end_s`: seconds of the day)."""

    order_id: Id
    household_id: Id
    product: Product
    quantity: int
    days: tuple[date, ...]
    window_start_s: int
    window_end_s: int
    fulfilment: Fulfilment


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdIn:
    """What planning must know of a household. `people` counts who eats; `was_missed` in the last week on record.

    `withheld`: its data may not be used, so that no new plan holds it.
    """

    id: Id
    ref: str
    site_id: Id
    needs: FoodNeeds
    people: int
    floor: int
    has_lift: bool
    driver_needs: frozenset[DriverNeed]
    people_at_door: int
    was_missed: bool
    withheld: Withheld | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchIn:
    """One dish of a slot. `portions` 0 with a weight: goods for the hub."""

    id: Id
    dish: str
    portions: int
    weight_g: int
    declared: Declared


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotIn:
    """A donor's pickup window: loading may begin from `ready_s` to `collect_by_s` (planning axis)."""

    id: Id
    donor_id: Id
    site_id: Id
    day: date
    ready_s: int
    collect_by_s: int
    temperature: TemperatureClass
    hold_until_s: int | None
    batches: tuple[BatchIn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubIn:
    """Where parcels are packed. Opening hours are seconds of the day; `parcels_per_day` may leave on one day."""

    id: Id
    organisation_id: Id
    site_id: Id
    parcels_per_day: int
    opens_s: int
    closes_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerIn:
    """Who can drive: capacities in parcels, portions and millilitres, weekly seconds on the road, checks by expiry.

    `is_restricted`: their data may not be used, so that no new plan sends them.
    """

    id: Id
    ref: str
    site_id: Id
    vehicle: VehicleKind
    capacity_parcels: int
    capacity_portions: int
    hot_ml: int
    cold_ml: int
    credentials: Mapping[CredentialKind, date]
    traits: frozenset[Trait]
    max_stops: int
    max_week_s: int
    is_restricted: bool = False

    def meets(self, needs: frozenset[DriverNeed], on: date) -> bool:
        """Whether this volunteer has, on that date, everything a household asks of its driver."""
        return all(need in self.skills_on(on) for need in needs)

    def skills_on(self, on: date) -> frozenset[DriverNeed]:
        """What a household may ask for that this volunteer has on that date. An enhanced check includes the basic one."""
        skills: set[DriverNeed] = set()
        if any(
            kind in self.credentials and self.credentials[kind] >= on
            for kind in (CredentialKind.DBS_BASIC, CredentialKind.DBS_ENHANCED)
        ):
            skills.add(DriverNeed.DBS_BASIC)
        if Trait.FEMALE_DRIVER in self.traits:
            skills.add(DriverNeed.FEMALE_DRIVER)
        return frozenset(skills)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftIn:
    """A volunteer's availability, on the planning axis."""

    id: Id
    volunteer_id: Id
    day: date
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """One visit of a round as driven the week before, moved to this week's date."""

    round_name: str
    day: date
    volunteer_id: Id
    household_id: Id
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekInput:
    """Everything one planning run reads. `places` holds only sites with coordinates: the rest cannot be routed.

    `off_roads`: sites that have coordinates and were taken out of `places`, because no road is near; metres to the nearest.
    """

    network_id: Id
    week: IsoWeek
    rules: PlanningRules
    places: Mapping[Id, Place]
    demand: tuple[DemandIn, ...]
    households: Mapping[Id, HouseholdIn]
    slots: tuple[SlotIn, ...]
    hubs: tuple[HubIn, ...]
    volunteers: Mapping[Id, VolunteerIn]
    shifts: tuple[ShiftIn, ...]
    blocks: frozenset[tuple[Id, Id]] = frozenset()
    preferences: Mapping[tuple[Id, Id], int] = field(default_factory=dict)
    last_week: tuple[PastVisit, ...] = ()
    organisation_names: Mapping[Id, str] = field(default_factory=dict)
    off_roads: Mapping[Id, float] = field(default_factory=dict)
    charge_zones: tuple[ChargeZone, ...] = ()

    @property
    def plannable(self) -> tuple[DemandIn, ...]:
        """The demand of those whose data may be used. The rest of it is told as unserved."""
        return tuple(line for line in self.demand if self.households[line.household_id].withheld is None)

    def for_a_new_plan(self) -> WeekInput:
        """The same without shifts of those whose data may not be used. What is planned already keeps them."""
        return replace(
            self, shifts=tuple(each for each in self.shifts if not self.volunteers[each.volunteer_id].is_restricted)
        )

    def is_blocked(self, volunteer_id: Id, household_id: Id) -> bool:
        """Whether this volunteer must never be sent to this household."""
        return (volunteer_id, household_id) in self.blocks
