"""The smallest weeks that planning tests need: places on one street, so many hundred metres apart; all in memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from logistics.domain.food import Declared, FoodNeeds
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import AllergenDeclaration, Fulfilment, Product, TemperatureClass, VehicleKind
from logistics.domain.week import DAY_S, IsoWeek
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.planning.day_plan import DaySetting, set_up_day
from logistics.planning.travel import Travel, travel_of_week
from logistics.planning.week_input import (
    BatchIn,
    DemandIn,
    HouseholdIn,
    HubIn,
    PastVisit,
    Place,
    ShiftIn,
    SlotIn,
    VolunteerIn,
    WeekInput,
)

WEEK = IsoWeek(2026, 49)
MON, TUE, WED = WEEK.days[:3]
ROADS = StraightLineRouter()
HUNDRED_M = 0.001443
"""Degrees of longitude at London's latitude."""


def named(name: str) -> uuid.UUID:
    """The same id for the same name, so that a failure reads the same twice."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


def clock(text: str) -> int:
    """`12:30` as seconds of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def axis(day: date, text: str) -> int:
    """`12:30` on a date as seconds of the planning axis."""
    return (day - WEEK.monday).days * DAY_S + clock(text)


def dish(name: str, portions: int, **declared: Any) -> BatchIn:
    """A batch; declared free of the 14 unless said otherwise. Its temperature is taken from its slot."""
    plain: dict[str, Any] = {
        "temperature": TemperatureClass.HOT,
        "diets": frozenset(),
        "declaration": AllergenDeclaration.NONE,
        "allergens": frozenset(),
        "texture_iddsi": None,
        "use_by": None,
    }
    return BatchIn(id=named(name), dish=name, portions=portions, weight_g=0, declared=Declared(**{**plain, **declared}))


@dataclass(kw_only=True)
class World:
    """A week being put together. `at` is the position on the street, in hundreds of metres."""

    rules: PlanningRules = field(default_factory=PlanningRules)
    places: dict[uuid.UUID, Place] = field(default_factory=dict)
    demand: list[DemandIn] = field(default_factory=list)
    households: dict[uuid.UUID, HouseholdIn] = field(default_factory=dict)
    slots: list[SlotIn] = field(default_factory=list)
    hubs: list[HubIn] = field(default_factory=list)
    volunteers: dict[uuid.UUID, VolunteerIn] = field(default_factory=dict)
    shifts: list[ShiftIn] = field(default_factory=list)
    blocks: set[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=set)
    preferences: dict[tuple[uuid.UUID, uuid.UUID], int] = field(default_factory=dict)
    last_week: list[PastVisit] = field(default_factory=list)

    def place(self, name: str, at: float | None, building: str | None = None) -> uuid.UUID:
        """A site; None is one that nobody placed on the map."""
        site = named(f"site {name}")
        if at is not None:
            self.places[site] = Place(
                site_id=site, latitude=51.5, longitude=-0.07 + at * HUNDRED_M, building=building or name
            )
        return site

    def household(self, ref: str, at: float | None = 0, *, building: str | None = None, **values: Any) -> uuid.UUID:
        """One person on the ground floor who eats everything."""
        plain: dict[str, Any] = {
            "needs": FoodNeeds(),
            "people": 1,
            "floor": 0,
            "has_lift": False,
            "driver_needs": frozenset(),
            "people_at_door": 1,
            "was_missed": False,
        }
        row = HouseholdIn(id=named(ref), ref=ref, site_id=self.place(ref, at, building), **{**plain, **values})
        self.households[row.id] = row
        return row.id

    def order(
        self,
        household: uuid.UUID,
        product: Product = Product.HOT_MEAL,
        quantity: int = 1,
        *,
        days: Iterable[date] = (MON,),
        window: tuple[str, str] = ("12:00", "14:00"),
        fulfilment: Fulfilment = Fulfilment.DELIVERY,
    ) -> uuid.UUID:
        """A line of demand."""
        line = DemandIn(
            order_id=named(f"order {len(self.demand)}"),
            household_id=household,
            product=product,
            quantity=quantity,
            days=tuple(days),
            window_start_s=clock(window[0]),
            window_end_s=clock(window[1]),
            fulfilment=fulfilment,
        )
        self.demand.append(line)
        return line.order_id

    def slot(
        self,
        *batches: BatchIn,
        at: float = 0,
        day: date = MON,
        ready: str = "11:30",
        collect_by: str = "13:00",
        temperature: TemperatureClass = TemperatureClass.HOT,
        hold_until: str | None = None,
    ) -> uuid.UUID:
        """A donor's slot."""
        name = f"slot {len(self.slots)}"
        row = SlotIn(
            id=named(name),
            donor_id=named(f"donor of {name}"),
            site_id=self.place(name, at),
            day=day,
            ready_s=axis(day, ready),
            collect_by_s=axis(day, collect_by),
            temperature=temperature,
            hold_until_s=axis(day, hold_until) if hold_until else None,
            batches=tuple(
                replace(batch, declared=replace(batch.declared, temperature=temperature)) for batch in batches
            ),
        )
        self.slots.append(row)
        return row.id

    def hub(self, parcels_per_day: int = 10, at: float = 0) -> uuid.UUID:
        """A hub that is open from 9 to 17."""
        name = f"hub {len(self.hubs)}"
        row = HubIn(
            id=named(name),
            organisation_id=named(f"organisation of {name}"),
            site_id=self.place(name, at),
            parcels_per_day=parcels_per_day,
            opens_s=clock("9:00"),
            closes_s=clock("17:00"),
        )
        self.hubs.append(row)
        return row.id

    def volunteer(self, ref: str, at: float | None = 0, **values: Any) -> uuid.UUID:
        """Somebody with a car and plenty of room and time."""
        plain: dict[str, Any] = {
            "vehicle": VehicleKind.CAR,
            "capacity_parcels": 10,
            "capacity_portions": 20,
            "hot_ml": 20 * 600,
            "cold_ml": 20 * 600,
            "credentials": {},
            "traits": frozenset(),
            "max_stops": 12,
            "max_week_s": 40 * 3600,
        }
        row = VolunteerIn(id=named(ref), ref=ref, site_id=self.place(f"home of {ref}", at), **{**plain, **values})
        self.volunteers[row.id] = row
        return row.id

    def shift(self, volunteer: uuid.UUID, day: date = MON, starts: str = "11:00", ends: str = "15:00") -> uuid.UUID:
        """A promise."""
        row = ShiftIn(
            id=named(f"shift {len(self.shifts)}"),
            volunteer_id=volunteer,
            day=day,
            start_s=axis(day, starts),
            end_s=axis(day, ends),
        )
        self.shifts.append(row)
        return row.id

    def driver(self, ref: str, at: float | None = 0, *, day: date = MON, **values: Any) -> uuid.UUID:
        """A volunteer with one shift, 11:00 to 15:00."""
        volunteer = self.volunteer(ref, at, **values)
        self.shift(volunteer, day)
        return volunteer

    def came(self, volunteer: uuid.UUID, *households: uuid.UUID, day: date = MON, name: str = "Lunch") -> None:
        """This volunteer's round of last week, already moved to this week's date."""
        for household in households:
            self.last_week.append(
                PastVisit(
                    round_name=name,
                    day=day,
                    volunteer_id=volunteer,
                    household_id=household,
                    sequence=len(self.last_week) + 1,
                )
            )

    def week(self) -> WeekInput:
        """The frozen values."""
        return WeekInput(
            network_id=named("network"),
            week=WEEK,
            rules=self.rules,
            places=self.places,
            demand=tuple(sorted(self.demand, key=lambda line: (line.days, str(line.order_id)))),
            households=self.households,
            slots=tuple(sorted(self.slots, key=lambda slot: (slot.ready_s, str(slot.id)))),
            hubs=tuple(self.hubs),
            volunteers=self.volunteers,
            shifts=tuple(sorted(self.shifts, key=lambda shift: (shift.start_s, str(shift.id)))),
            blocks=frozenset(self.blocks),
            preferences=self.preferences,
            last_week=tuple(self.last_week),
        )

    def travel(self) -> Travel:
        """The straight lines between the places."""
        return travel_of_week(self.week(), ROADS)

    def day(self, day: date = MON, remaining_s: dict[uuid.UUID, int] | None = None) -> DaySetting:
        """One day set up, with all the hours that its volunteers offer."""
        hours = {volunteer.id: volunteer.max_week_s for volunteer in self.volunteers.values()}
        return set_up_day(self.week(), self.travel(), day, {**hours, **(remaining_s or {})}, usual={})
