"""What is left of a running day as a routing problem: vehicles from where they are, with what they have on board.

What is on board stays with its vehicle. A route that cannot keep its promises as it is (it runs late) is left alone: it neither gives nor takes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import TemperatureClass, VehicleKind
from logistics.planning.day_problem import GOODS_PRIZE, MOTORS, PERSON_PRIZE, VEHICLE_COST
from logistics.planning.replan_case import (
    Door,
    ReplanCase,
    SourceNow,
    doors_of,
    slots_of_batches,
    source_of,
    sources_of,
    van,
)
from logistics.planning.replan_vehicles import Drivers, VehicleNow
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop, RunningDay
from logistics.planning.travel import Travel
from logistics.planning.visits import DIMENSIONS
from routing.matrix import Matrix
from routing.problem import Need, Pickup, Problem, Stop, Vehicle, Visit, VisitKind, Window
from routing.problem import StopKind as RoutingKind
from routing.replay import build_solution, retime
from routing.solution import Solution

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanWorld:
    """The problem with what its ids stand for; `running`: the day's plan in it, as it goes on where nothing is changed."""

    day: RunningDay
    case: ReplanCase
    problem: Problem
    running: Solution
    doors: Mapping[str, Door]
    vehicles: Mapping[str, VehicleNow]
    sources: Mapping[str, SourceNow]
    sites: Sequence[Id]
    travel: Travel
    late: tuple[LiveRoute, ...]
    """Routes that cannot keep what they promised as things are."""


class ReplanBuilder:
    """Makes the problems of one case: with the routes that are out, with volunteers who are free, or with both."""

    def __init__(self, day: RunningDay, case: ReplanCase, travel: Travel) -> None:
        self.day, self.case, self.travel = day, case, travel
        self.rules = day.week_input.rules
        self.sources = sources_of(day, case)
        self.slot_of = slots_of_batches(day)
        self.hub_of: Mapping[Id | None, Id] = {hub.organisation_id: hub.id for hub in day.week_input.hubs}
        self.doors = doors_of(day, case)
        self.drivers = Drivers(day, case, travel, self.doors, self._is_known)
        self.temperature = {batch.id: slot.temperature for slot in day.week_input.slots for batch in slot.batches}

    def world(self, *, running: bool, free: bool, only: Id | None = None, own: bool = False) -> ReplanWorld:
        """The problem with those who may drive; `only`: this volunteer and nobody else takes anything; `own`: no door gets
        another driver."""
        vehicles = [*(self.drivers.out() if running else ()), *(self.drivers.free() if free else ())]
        late: list[LiveRoute] = []
        while True:
            found = self._world(vehicles, only, tuple(late), own=own)
            sequences = self._sequences(vehicles)
            routes, breaches = retime(found.problem, sequences)
            if not breaches:
                return replace(found, running=build_solution(found.problem, routes, engine="running"))
            broken = {breach.vehicle_id for breach in breaches}
            late += [vehicle.route for vehicle in vehicles if vehicle.id in broken and vehicle.route is not None]
            vehicles = [vehicle for vehicle in vehicles if vehicle.id not in broken]

    def is_to_be_loaded(self, item: LiveItem) -> str | None:
        """The source of an item that is not on board."""
        return source_of(item, self.slot_of)

    def load_of(self, items: Iterable[LiveItem]) -> tuple[int, ...]:
        """What the items take of a vehicle, in `DIMENSIONS`."""
        parcels = portions = hot_ml = cold_ml = 0
        for item in items:
            if item.product is None and item.weight_g:
                parcels += -(-item.weight_g // self.rules.parcel_g)
            elif item.batch_id is None:
                parcels += item.quantity
            else:
                portions += item.quantity
                volume_ml = item.quantity * self.rules.portion_ml
                hot_ml += volume_ml if self.temperature.get(item.batch_id) is TemperatureClass.HOT else 0
                cold_ml += volume_ml if self.temperature.get(item.batch_id) is TemperatureClass.CHILLED else 0
        return parcels, portions, hot_ml, cold_ml

    def _world(
        self, vehicles: Sequence[VehicleNow], only: Id | None, late: tuple[LiveRoute, ...], *, own: bool
    ) -> ReplanWorld:
        known = {vehicle.id for vehicle in vehicles}
        doors = [door for door in self.doors if door.items and (door.is_open or door.vehicle_id in known)]
        doors = [door for door in doors if all(self._is_known(item) for item in door.items)]
        used = {source for door in doors for item in door.items if (source := self.is_to_be_loaded(item)) is not None}
        sources = {name: self.sources[name] for name in sorted(used)}
        sites = sorted(
            {door.live.site_id for door in doors}
            | {source.site_id for source in sources.values()}
            | {vehicle.start_site_id for vehicle in vehicles},
            key=str,
        )
        at = {site: index for index, site in enumerate(sites)}
        stops = tuple(self._stop(door, at, vehicles, only, own=own) for door in doors)
        problem = Problem(
            dimensions=DIMENSIONS,
            matrices=self._matrices(vehicles, sites),
            vehicles=tuple(self._vehicle(vehicle, at) for vehicle in vehicles),
            stops=stops,
            pickups=tuple(
                Pickup(
                    id=source.id,
                    location=at[source.site_id],
                    windows=(Window(source.opens_s, source.closes_s),),
                    service_s=source.service_s,
                )
                for source in sources.values()
            ),
            preferences=self._preferences(doors, vehicles),
            pins=self._pins(doors, known),
            fixed_prefix={v.id: prefix for v in vehicles if (prefix := self._prefix(v, used))},
        )
        return ReplanWorld(
            day=self.day,
            case=self.case,
            problem=problem,
            running=build_solution(problem, (), engine="nobody"),
            doors={door.id: door for door in doors},
            vehicles={vehicle.id: vehicle for vehicle in vehicles},
            sources=sources,
            sites=sites,
            travel=self.travel,
            late=late,
        )

    def _is_known(self, item: LiveItem) -> bool:
        source = self.is_to_be_loaded(item)
        return source is None or source in self.sources

    def _vehicle(self, now: VehicleNow, at: Mapping[Id, int]) -> Vehicle:
        driver, route = now.driver, now.route
        done = 0 if route is None else sum(stop.kind is StopKind.DELIVERY for stop in route.settled)
        most = max(0, min(member.max_stops for member in now.members) - done)
        skills = frozenset.intersection(*(member.skills_on(self.day.day) for member in now.members))
        is_out = route is not None and route.left_s is not None
        return Vehicle(
            id=now.id,
            profile=_profile(driver.vehicle, now.slow_percent),
            start=at[now.start_site_id],
            shift=Window(now.earliest_s, now.end_s),
            capacity=(driver.capacity_parcels, driver.capacity_portions, driver.hot_ml, driver.cold_ml),
            skills=frozenset(skill.value for skill in skills),
            crew_size=len(now.members),
            max_stops=most,
            max_duration_s=None if is_out or route is None else self.drivers.longest_s(route),
            fixed_cost=0 if is_out else VEHICLE_COST * len(now.members),
            cost_per_m=1 if driver.vehicle in MOTORS else 0,
            cost_per_s=len(now.members),
        )

    def _stop(
        self, door: Door, at: Mapping[Id, int], vehicles: Sequence[VehicleNow], only: Id | None, *, own: bool
    ) -> Stop:
        live, household = door.live, door.household
        forbidden = frozenset(
            vehicle.id
            for vehicle in vehicles
            if (household is not None and self._is_blocked(vehicle, household.id))
            or (only is not None and door.is_open and vehicle.driver.id != only)
            or (own and door.is_open and vehicle.route is not door.owner)
        )
        common: dict[str, Any] = {
            "id": door.id,
            "location": at[live.site_id],
            "windows": (self._window(door),),
            "parking_s": self.rules.parking_s,
            "needs": self._needs(door),
            "forbidden_vehicles": forbidden,
        }
        if household is None:
            return Stop(
                **common,
                service_s=self.rules.hub_pickup_s,
                kind=RoutingKind.DROPOFF,
                building=f"hub:{door.hub.id if door.hub else live.site_id}",
                prize=GOODS_PRIZE,
            )
        items = sum(item.quantity for item in door.items)
        return Stop(
            **common,
            service_s=self.rules.door_service_s(items=items, floor=household.floor, has_lift=household.has_lift),
            building=self.day.week_input.places[household.site_id].building,
            required_skills=frozenset(need.value for need in household.driver_needs),
            crew_size=household.people_at_door,
            prize=PERSON_PRIZE * max(1, min(household.people, 50)),
        )

    def _is_blocked(self, vehicle: VehicleNow, household_id: Id) -> bool:
        return any(self.day.week_input.is_blocked(member.id, household_id) for member in vehicle.members)

    def _window(self, door: Door) -> Window:
        midnight_s = self.day.midnight_s
        if door.household is None:
            hub = door.hub
            return (
                Window(midnight_s + hub.opens_s, midnight_s + hub.closes_s) if hub else Window(0, midnight_s + 86_399)
            )
        spans = [span for item in door.items if item.order_id and (span := self.day.windows.get(item.order_id))]
        first = max((start for start, _ in spans), default=0)
        last = min((end for _, end in spans), default=86_399)
        return Window(midnight_s + first, midnight_s + max(first, last))

    def _needs(self, door: Door) -> tuple[Need, ...]:
        groups: dict[str | None, list[LiveItem]] = {}
        for item in door.items:
            groups.setdefault(self.is_to_be_loaded(item), []).append(item)
        return tuple(self._need(source, items) for source, items in groups.items())

    def _need(self, source: str | None, items: Sequence[LiveItem]) -> Need:
        load = self.load_of(items)
        limits = [item.limit_s for item in items if item.limit_s is not None]
        if source is None or source.startswith("van:"):
            return Need(pickup_id=source, load=load, latest_start_s=min(limits, default=None))
        clock = self.sources[source].clock
        if clock is None:
            return Need(pickup_id=source, load=load)
        if clock.hold_until_s is None:
            return Need(pickup_id=source, load=load, latest_start_s=clock.latest_start_s)
        return Need(pickup_id=source, load=load, max_ride_s=clock.limit_s, hold_until_s=clock.hold_until_s)

    def _matrices(self, vehicles: Sequence[VehicleNow], sites: Sequence[Id]) -> tuple[Matrix, ...]:
        ways = sorted({(vehicle.driver.vehicle, vehicle.slow_percent) for vehicle in vehicles})
        made = []
        for kind, percent in ways or [(next(iter(self.travel.matrices)), 100)]:
            durations_s, distances_m = self.travel.block(kind, sites, percent)
            made.append(Matrix(profile=_profile(kind, percent), durations_s=durations_s, distances_m=distances_m))
        return tuple(made)

    def _pins(self, doors: Iterable[Door], known: set[str]) -> dict[str, str]:
        """What is on board stays with its vehicle."""
        return {
            door.id: door.vehicle_id
            for door in doors
            if door.vehicle_id is not None and door.vehicle_id in known and any(item.on_board for item in door.items)
        }

    def _preferences(self, doors: Sequence[Door], vehicles: Sequence[VehicleNow]) -> dict[tuple[str, str], int]:
        wishes, each = self.day.week_input.preferences, self.rules.continuity_cost
        return {
            (door.id, vehicle.id): -each * weight
            for door in doors
            if door.household is not None
            for vehicle in vehicles
            if (weight := sum(wishes.get((member.id, door.household.id), 0) for member in vehicle.members))
        }

    def _prefix(self, vehicle: VehicleNow, used: set[str]) -> tuple[Visit, ...]:
        if vehicle.heading is None:
            return ()
        if vehicle.heading.kind is not StopKind.PICKUP:
            return (Visit(VisitKind.STOP, f"stop:{vehicle.heading.id}"),)
        visit = Visit(VisitKind.PICKUP, self.source_at(vehicle.heading))
        own = self._own_visits(vehicle.route) if vehicle.route is not None else ()
        return (visit,) if visit.id in used and own[:1] == (visit,) else ()

    def source_at(self, pickup: LiveStop) -> str:
        """The name of the source that a pickup stop visits."""
        if pickup.from_route_id is not None:
            return van(pickup.from_route_id)
        if pickup.slot_id is not None:
            return f"slot:{pickup.slot_id}"
        return f"hub:{self.hub_of.get(pickup.organisation_id)}"

    def _sequences(self, vehicles: Iterable[VehicleNow]) -> dict[str, tuple[Visit, ...]]:
        """What each route would go on to do by itself."""
        return {vehicle.id: self._own_visits(vehicle.route) for vehicle in vehicles if vehicle.route is not None}

    def _own_visits(self, route: LiveRoute) -> tuple[Visit, ...]:
        held = {door.live.id: door for door in self.doors if door.owner is route and door.items and not door.is_open}
        visits: list[Visit] = []
        for place, stop in enumerate(route.open_stops):
            if stop.kind is StopKind.PICKUP:
                source = self.source_at(stop)
                if self._is_needed(source, route.open_stops[place + 1 :], held):
                    visits.append(Visit(VisitKind.PICKUP, source))
            elif stop.id in held:
                visits.append(Visit(VisitKind.STOP, held[stop.id].id))
        return tuple(visits)

    def _is_needed(self, source: str, later: Sequence[LiveStop], held: Mapping[Id, Door]) -> bool:
        """Whether a door that stays with this route, before the source is visited again, is served from it."""
        for stop in later:
            if stop.kind is StopKind.PICKUP and self.source_at(stop) == source:
                return False
            if stop.id in held and any(self.is_to_be_loaded(item) == source for item in held[stop.id].items):
                return True
        return False


def _profile(kind: VehicleKind, percent: int) -> str:
    return f"{kind.value} at {percent}%"
