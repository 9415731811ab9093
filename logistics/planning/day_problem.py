"""One day as a routing problem: a vehicle per crew, a pickup per source, a stop per door visit, hub goods as drop-offs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from logistics.domain.food import FoodClock
from logistics.domain.slow_hours import USUAL_PERCENT
from logistics.domain.vocabulary import VehicleKind
from logistics.planning.crews import DayCrew
from logistics.planning.sources import Source
from logistics.planning.travel import Travel
from logistics.planning.visits import DIMENSIONS, DoorVisit, load_of
from logistics.planning.week_input import HubIn, WeekInput
from logistics.planning.zone_costs import MOST_COST
from routing.matrix import UNREACHABLE, Matrix
from routing.problem import Need, Pickup, Problem, Stop, StopKind, Vehicle, VehicleLimit, Window
from routing.solution import Solution

PERSON_PRIZE = 1_000_000
"""What feeding one more person is worth: more than any route of the day costs, so that serving always comes first."""
MISSED_PRIZE = 200_000
"""What it is worth more to serve somebody who was missed last week."""
GOODS_PRIZE = 100_000
"""What fetching one lot of goods for the hub is worth: less than any person's meal."""
GOODS_LOT_PARCELS = 10
"""Goods travel in lots of at most this many parcels' weight, so that a car can take a part."""
VEHICLE_COST = 300
"""What sending out one more volunteer costs, in seconds or metres."""
MOTORS = frozenset({VehicleKind.CAR, VehicleKind.VAN})


@dataclass(frozen=True, slots=True, order=True)
class _Way:
    """What crews must agree in to share a table of travel: kind, slowness, and the charge zones that they would drive into."""

    kind: VehicleKind
    percent: int
    zones: tuple[uuid.UUID, ...]

    @classmethod
    def of(cls, crew: DayCrew, travel: Travel) -> _Way:
        outside = (zone for zone in crew.charged_in if not travel.starts_inside(zone, crew.driver.site_id))
        return cls(crew.driver.vehicle, crew.slow_percent, tuple(outside))

    @property
    def profile(self) -> str:
        """`car`, or `car at 130%` for a shift in slow hours, with the zones that cost it something."""
        slow = "" if self.percent == USUAL_PERCENT else f" at {self.percent}%"
        return f"{self.kind.value}{slow}{''.join(f' in {zone}' for zone in self.zones)}"


def kind_of_profile(profile: str) -> VehicleKind | None:
    """The kind of vehicle that travels so; None for a profile of nobody."""
    name = profile.split(" ", 1)[0]
    return VehicleKind(name) if name in set(VehicleKind) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsLot:
    """A part of a slot's goods for the hub: one load, in grams."""

    id: str
    source: Source
    batch_id: uuid.UUID
    weight_g: int
    parcels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayProblem:
    """The routing problem of a day with what its ids stand for."""

    problem: Problem
    visits: Mapping[str, DoorVisit]
    crews: Mapping[str, DayCrew]
    sources: Mapping[str, Source]
    lots: Mapping[str, tuple[GoodsLot, HubIn]]
    sites: tuple[uuid.UUID, ...]


def goods_lots(sources: Sequence[Source], parcel_g: int) -> tuple[GoodsLot, ...]:
    """Cut every slot's goods for the hub into loads of at most `GOODS_LOT_PARCELS` parcels' weight."""
    lots = []
    for source in sources:
        for batch in source.slot.batches if source.slot else ():
            left_g, number = (batch.weight_g if not batch.portions else 0), 0
            while left_g > 0:
                weight_g = min(left_g, GOODS_LOT_PARCELS * parcel_g)
                lots.append(
                    GoodsLot(
                        id=f"goods:{batch.id}:{number}",
                        source=source,
                        batch_id=batch.id,
                        weight_g=weight_g,
                        parcels=-(-weight_g // parcel_g),
                    )
                )
                left_g, number = left_g - weight_g, number + 1
    return tuple(lots)


def build_day_problem(
    week_input: WeekInput,
    travel: Travel,
    *,
    crews: Sequence[DayCrew],
    visits: Sequence[DoorVisit],
    sources: Sequence[Source],
    lots: Sequence[GoodsLot],
    remaining_s: Mapping[uuid.UUID, int],
    usual: Mapping[uuid.UUID, frozenset[uuid.UUID]],
    departure_cost: int,
    hub_of_lot: Mapping[str, HubIn] | None = None,
) -> DayProblem:
    """The day's Problem. `usual` names, per household, who came on this weekday last week; `departure_cost` is what
    sending anybody else costs (0: only a small discount for the familiar face). `hub_of_lot`: where a plan brings its goods
    already; else each lot goes to the hub nearest its donor."""
    by_source = {source.id: source for source in sources}
    if hub_of_lot is None:
        hub_targets = _goods_targets(week_input, travel, lots)
    else:
        hub_targets = {lot.id: (lot, hub_of_lot[lot.id]) for lot in lots}
    wanted = {visit.household.site_id for visit in visits} | {source.site_id for source in sources}
    wanted |= {crew.driver.site_id for crew in crews} | {hub.site_id for _, hub in hub_targets.values()}
    sites = tuple(sorted(wanted, key=str))
    at = {site: index for index, site in enumerate(sites)}
    ways = sorted({_Way.of(crew, travel) for crew in crews})
    stops = [_door(visit, week_input, by_source, at, crews) for visit in visits]
    stops += [_goods_drop(lot, hub, week_input, by_source, at) for lot, hub in hub_targets.values()]
    problem = Problem(
        dimensions=DIMENSIONS,
        matrices=tuple(_matrix(travel, way, sites) for way in ways) or (_no_way(len(sites)),),
        vehicles=tuple(_vehicle(crew, travel, at, remaining_s) for crew in crews),
        stops=tuple(stops),
        pickups=tuple(_pickup(source, at) for source in sources),
        limits=_limits(crews, remaining_s),
        preferences=_preferences(week_input, visits, crews, usual, departure_cost),
    )
    return DayProblem(
        problem=problem,
        visits={visit.id: visit for visit in visits},
        crews={crew.id: crew for crew in crews},
        sources=by_source,
        lots={lot.id: (lot, hub) for lot, hub in hub_targets.values()},
        sites=sites,
    )


def _matrix(travel: Travel, way: _Way, sites: Sequence[uuid.UUID]) -> Matrix:
    durations_s, distances_m = travel.block(way.kind, sites, way.percent)
    costs = None
    if way.zones:
        entries = travel.entry_costs(way.zones, sites)
        costs = np.where(durations_s == UNREACHABLE, UNREACHABLE, entries) if entries.any() else None
    return Matrix(profile=way.profile, durations_s=durations_s, distances_m=distances_m, costs=costs)


def _no_way(places: int) -> Matrix:
    """For a day on which nobody travels: a problem needs a matrix, and a matrix a place."""
    legs = np.full((max(1, places), max(1, places)), UNREACHABLE, dtype=np.int32)
    np.fill_diagonal(legs, 0)
    return Matrix(profile="nobody", durations_s=legs, distances_m=legs)


def _vehicle(
    crew: DayCrew, travel: Travel, at: Mapping[uuid.UUID, int], remaining_s: Mapping[uuid.UUID, int]
) -> Vehicle:
    hours_s = remaining_s[crew.driver.id]
    if crew.helper is not None:
        hours_s = min(hours_s, remaining_s[crew.helper.id] - crew.meeting_s)
    return Vehicle(
        id=crew.id,
        profile=_Way.of(crew, travel).profile,
        start=at[crew.driver.site_id],
        end=None,
        shift=Window(crew.start_s, crew.end_s),
        capacity=(
            crew.driver.capacity_parcels,
            crew.driver.capacity_portions,
            crew.driver.hot_ml,
            crew.driver.cold_ml,
        ),
        skills=frozenset(skill.value for skill in crew.skills),
        crew_size=len(crew.members),
        max_stops=min(member.max_stops for member in crew.members),
        max_duration_s=min(hours_s, crew.end_s - crew.start_s),
        fixed_cost=VEHICLE_COST * len(crew.members) + _cost_at_home(crew, travel),
        cost_per_m=1 if crew.driver.vehicle in MOTORS else 0,
        cost_per_s=len(crew.members),
    )


def _cost_at_home(crew: DayCrew, travel: Travel) -> int:
    """What the zones cost in which the driver starts: whoever drives out of one pays as well."""
    here = [zone for zone in crew.charged_in if travel.starts_inside(zone, crew.driver.site_id)]
    return min(MOST_COST, sum(travel.zones[zone].cost for zone in here))


def solver_charges(day: DayProblem, solution: Solution, travel: Travel) -> int:
    """What charge zones make of a solution's cost: the legs' prices and those of who starts inside."""
    cost = 0
    for route in solution.routes:
        vehicle = day.problem.vehicle(route.vehicle_id)
        costs = day.problem.matrix(vehicle.profile).costs
        cost += _cost_at_home(day.crews[vehicle.id], travel)
        if costs is not None:
            driven = [step.location for step in route.steps[:-1]]  # a route ends at its last stop
            cost += sum(int(costs[here, there]) for here, there in pairwise(driven))
    return cost


def _pickup(source: Source, at: Mapping[uuid.UUID, int]) -> Pickup:
    return Pickup(
        id=source.id,
        location=at[source.site_id],
        windows=(Window(source.opens_s, source.closes_s),),
        service_s=source.service_s,
    )


def _need(source: Source, load: tuple[int, ...]) -> Need:
    clock: FoodClock | None = source.clock
    if clock is None:
        return Need(pickup_id=source.id, load=load)
    if clock.hold_until_s is None:
        return Need(pickup_id=source.id, load=load, latest_start_s=clock.latest_start_s)
    return Need(pickup_id=source.id, load=load, max_ride_s=clock.limit_s, hold_until_s=clock.hold_until_s)


def _door(
    visit: DoorVisit,
    week_input: WeekInput,
    sources: Mapping[str, Source],
    at: Mapping[uuid.UUID, int],
    crews: Sequence[DayCrew],
) -> Stop:
    household, rules = visit.household, week_input.rules
    needs = []
    for source_id in visit.source_ids:
        items = [item for item in visit.items if item.source_id == source_id]
        needs.append(_need(sources[source_id], load_of(items, sources, rules.portion_ml)))
    prize = visit.people_fed * PERSON_PRIZE + (MISSED_PRIZE if household.was_missed else 0)
    return Stop(
        id=visit.id,
        location=at[household.site_id],
        windows=(Window(visit.window_start_s, visit.window_end_s),),
        service_s=rules.door_service_s(items=visit.quantity, floor=household.floor, has_lift=household.has_lift),
        needs=tuple(needs),
        building=week_input.places[household.site_id].building,
        parking_s=rules.parking_s,
        required_skills=frozenset(need.value for need in household.driver_needs),
        crew_size=household.people_at_door,
        forbidden_vehicles=frozenset(crew.id for crew in crews if crew.is_blocked_at(household.id, week_input)),
        prize=prize,
    )


def _goods_targets(
    week_input: WeekInput, travel: Travel, lots: Sequence[GoodsLot]
) -> dict[str, tuple[GoodsLot, HubIn]]:
    """Each lot goes to the hub nearest its donor."""
    hubs = [hub for hub in week_input.hubs if hub.site_id in travel.sites]
    kind = next(iter(travel.matrices), None)

    def way(lot: GoodsLot, hub: HubIn) -> tuple[int, str]:
        return 0 if kind is None else travel.metres(kind, lot.source.site_id, hub.site_id), str(hub.id)

    return {lot.id: (lot, min(hubs, key=lambda hub: way(lot, hub))) for lot in lots} if hubs else {}


def _goods_drop(
    lot: GoodsLot, hub: HubIn, week_input: WeekInput, sources: Mapping[str, Source], at: Mapping[uuid.UUID, int]
) -> Stop:
    midnight_s = sources[lot.source.id].opens_s // 86_400 * 86_400
    return Stop(
        id=lot.id,
        location=at[hub.site_id],
        windows=(Window(midnight_s + hub.opens_s, midnight_s + hub.closes_s),),
        service_s=week_input.rules.hub_pickup_s,
        needs=(Need(pickup_id=lot.source.id, load=(lot.parcels, 0, 0, 0)),),
        kind=StopKind.DROPOFF,
        building=f"hub:{hub.id}",
        parking_s=week_input.rules.parking_s,
        prize=GOODS_PRIZE,
    )


def _limits(crews: Sequence[DayCrew], remaining_s: Mapping[uuid.UUID, int]) -> tuple[VehicleLimit, ...]:
    """A volunteer's vehicles of the day share the hours left in the week, and are never on the road at once."""
    by_volunteer: dict[uuid.UUID, list[DayCrew]] = {}
    for crew in crews:
        for member in crew.members:
            by_volunteer.setdefault(member.id, []).append(crew)
    limits = []
    for volunteer_id, own in by_volunteer.items():
        if len(own) > 1:
            meeting_s = sum(
                crew.meeting_s for crew in own if crew.helper is not None and crew.helper.id == volunteer_id
            )
            limits.append(
                VehicleLimit(
                    id=f"volunteer:{volunteer_id}",
                    vehicle_ids=frozenset(crew.id for crew in own),
                    max_total_duration_s=max(0, remaining_s[volunteer_id] - meeting_s),
                    exclusive=True,
                )
            )
    return tuple(limits)


def _preferences(
    week_input: WeekInput,
    visits: Sequence[DoorVisit],
    crews: Sequence[DayCrew],
    usual: Mapping[uuid.UUID, frozenset[uuid.UUID]],
    departure_cost: int,
) -> dict[tuple[str, str], int]:
    costs: dict[tuple[str, str], int] = {}
    per_weight = week_input.rules.continuity_cost
    for visit in visits:
        household = visit.household.id
        regulars = usual.get(household, frozenset())
        for crew in crews:
            members = {member.id for member in crew.members}
            cost = -per_weight * sum(week_input.preferences.get((member, household), 0) for member in members)
            if regulars and members & regulars:
                cost -= per_weight
            elif regulars:
                cost += departure_cost
            if cost:
                costs[visit.id, crew.id] = cost
    return costs
