"""Plan one day: allot the food, route it, and re-allot what routing could not serve until no more people are fed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from datetime import time as wall_time

from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.week import axis_s
from logistics.planning.crews import DayCrew, DoorForTwo, day_crews, with_pairs
from logistics.planning.day_problem import DayProblem, GoodsLot, build_day_problem, goods_lots
from logistics.planning.meal_allocation import MealAllocation, allocate_meals, meal_lines
from logistics.planning.progress import ShouldStop
from logistics.planning.reach import DayReach
from logistics.planning.sources import Source, goods_sources, hub_sources, meal_sources
from logistics.planning.travel import Travel
from logistics.planning.visits import Allotted, DoorVisit, load_of, visits_of
from logistics.planning.week_input import DemandIn, WeekInput
from routing.engines.protocol import MaxSeconds, OnProgress
from routing.problem import Problem
from routing.solution import Solution
from routing.solving import solve

RETRIES = 3
"""How often a day is re-allotted after routing could not serve somebody."""
RETRY_SHARE = 0.25
"""Each retry gets this share of the time that is left, the first solve the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySetting:
    """What stays the same through all attempts at one day."""

    week_input: WeekInput
    travel: Travel
    day: date
    midnight_s: int
    lines: tuple[DemandIn, ...]
    sources: tuple[Source, ...]
    lots: tuple[GoodsLot, ...]
    reach: DayReach
    crews: tuple[DayCrew, ...]
    remaining_s: Mapping[uuid.UUID, int]
    usual: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    departure_cost: int
    threads: int
    """Threads of the solver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """One day planned: its problem, its solution, and how the meals were allotted."""

    setting: DaySetting
    routing: DayProblem
    solution: Solution
    meals: MealAllocation
    parcels: tuple[Allotted, ...]
    forbidden: frozenset[tuple[uuid.UUID, str]] = frozenset()
    apart: frozenset[str] = frozenset()
    """Visits that could not be served whole and are tried source by source."""

    @property
    def people_fed(self) -> int:
        """People who get something that day."""
        unserved = set(self.solution.unserved)
        return sum(visit.people_fed for visit in self.routing.visits.values() if visit.id not in unserved)

    @property
    def unserved_visits(self) -> tuple[DoorVisit, ...]:
        """The visits that no route makes."""
        visits = self.routing.visits
        return tuple(visits[stop] for stop in self.solution.unserved if stop in visits)

    @property
    def driving_s(self) -> dict[uuid.UUID, int]:
        """Seconds on the road that this day takes of each volunteer's week, a helper's way to the driver included."""
        spent: dict[uuid.UUID, int] = {}
        for route in self.solution.routes:
            crew = self.routing.crews[route.vehicle_id]
            spent[crew.driver.id] = spent.get(crew.driver.id, 0) + route.duration_s
            if crew.helper is not None:
                spent[crew.helper.id] = spent.get(crew.helper.id, 0) + route.duration_s + crew.meeting_s
        return spent


def set_up_day(
    week_input: WeekInput,
    travel: Travel,
    day: date,
    remaining_s: Mapping[uuid.UUID, int],
    *,
    usual: Mapping[uuid.UUID, frozenset[uuid.UUID]],
    departure_cost: int = 0,
    threads: int = 1,
) -> DaySetting:
    """Gather a day's lines, sources and crews."""
    midnight_s = axis_s(week_input.week, day, wall_time())
    crews = day_crews(week_input, travel, day, remaining_s)
    goods = goods_sources(week_input, day)
    meals = meal_sources(week_input, day)
    known = {source.id for source in meals}
    return DaySetting(
        week_input=week_input,
        travel=travel,
        day=day,
        midnight_s=midnight_s,
        lines=meal_lines(week_input, [line for line in week_input.plannable if day in line.days]),
        sources=meals + tuple(s for s in goods if s.id not in known) + hub_sources(week_input, day),
        lots=goods_lots(goods, week_input.rules.parcel_g),
        reach=DayReach(week_input=week_input, travel=travel, crews=crews, midnight_s=midnight_s),
        crews=crews,
        remaining_s=remaining_s,
        usual=usual,
        departure_cost=departure_cost,
        threads=threads,
    )


def allot_day(setting: DaySetting) -> MealAllocation:
    """The day's first sharing of donated portions."""
    return allocate_meals(setting.week_input, setting.lines, _meal_sources(setting), setting.reach)


def plan_day(
    setting: DaySetting,
    parcels: tuple[Allotted, ...],
    *,
    seconds: float,
    seed: int,
    should_stop: ShouldStop,
    on_progress: OnProgress | None = None,
) -> DayPlan:
    """The best plan of the day found in that time."""
    deadline = time.monotonic() + seconds
    best = _attempt(
        setting,
        allot_day(setting),
        parcels,
        seconds=seconds * (1 - RETRY_SHARE),
        seed=seed,
        should_stop=should_stop,
        on_progress=on_progress,
    )
    for attempt in range(2, RETRIES + 2):
        if not best.unserved_visits or should_stop():
            break
        meals, forbidden, apart = _allot_again(setting, best)
        if meals.shares == best.meals.shares and apart == best.apart:
            break
        left_s = max(0.2, deadline - time.monotonic())
        again = _attempt(
            setting,
            meals,
            parcels,
            seconds=left_s * (RETRY_SHARE if attempt <= RETRIES else 1),
            seed=seed,
            should_stop=should_stop,
            initial=best.solution,
            apart=apart,
        )
        if again.people_fed <= best.people_fed:
            break
        best = replace(again, forbidden=forbidden)
    return best


def _allot_again(
    setting: DaySetting, best: DayPlan
) -> tuple[MealAllocation, frozenset[tuple[uuid.UUID, str]], frozenset[str]]:
    """Share the food again without the pairs that routing could not serve, moving as little as possible.

    What could not be brought whole is tried in parts before any part of it is given to others.
    """
    whole = {visit.id for visit in best.unserved_visits if len(visit.source_ids) > 1}
    refused = {
        (item.line.order_id, item.source_id)
        for visit in best.unserved_visits
        for item in visit.items
        if item.batch_id is not None and visit.id not in whole
    }
    forbidden = best.forbidden | refused
    meals = allocate_meals(
        setting.week_input,
        setting.lines,
        _meal_sources(setting),
        setting.reach,
        forbidden=forbidden,
        previous=best.meals.shares,
    )
    return meals, forbidden, best.apart | whole


def extend_day(
    before: DayPlan,
    setting: DaySetting,
    parcels: tuple[Allotted, ...],
    *,
    seconds: float,
    seed: int,
    should_stop: ShouldStop,
    on_progress: OnProgress | None = None,
) -> DayPlan:
    """The same day with these parcels, from the routes it has; its meals stay as they were allotted."""
    again = _attempt(
        setting,
        before.meals,
        parcels,
        seconds=seconds,
        seed=seed,
        should_stop=should_stop,
        on_progress=on_progress,
        initial=before.solution,
        apart=before.apart,
    )
    return replace(again, forbidden=before.forbidden)


def _meal_sources(setting: DaySetting) -> tuple[Source, ...]:
    return tuple(
        source
        for source in setting.sources
        if source.slot is not None and source.slot.temperature is not TemperatureClass.AMBIENT
    )


def _attempt(
    setting: DaySetting,
    meals: MealAllocation,
    parcels: tuple[Allotted, ...],
    *,
    seconds: float,
    seed: int,
    should_stop: ShouldStop,
    on_progress: OnProgress | None = None,
    initial: Solution | None = None,
    apart: frozenset[str] = frozenset(),
) -> DayPlan:
    visits = visits_of((*meals.allotted, *parcels), setting.week_input, setting.midnight_s, apart)
    routing = route_problem(setting, visits)
    # A day with nothing to bring, or with nobody to bring it, needs no looking for better routes.
    worth_it = bool(routing.problem.stops and routing.problem.vehicles)
    solution = solve(
        routing.problem,
        stop=MaxSeconds(seconds if worth_it else 0.0),
        seed=seed,
        initial=_carried_over(initial, routing.problem),
        on_progress=on_progress,
        should_cancel=should_stop,
        threads=setting.threads,
    )
    return DayPlan(setting=setting, routing=routing, solution=solution, meals=meals, parcels=parcels, apart=apart)


def route_problem(
    setting: DaySetting, visits: Sequence[DoorVisit], crews: Sequence[DayCrew] | None = None
) -> DayProblem:
    """The routing problem of these visits, with volunteers paired up where two must go (or with the crews given)."""
    if crews is None:
        sources = {source.id: source for source in setting.sources}
        doors = _doors_for_two(setting, visits, sources)
        crews = with_pairs(setting.crews, doors, setting.week_input, setting.travel, setting.remaining_s)
    return build_day_problem(
        setting.week_input,
        setting.travel,
        crews=crews,
        visits=visits,
        sources=setting.sources,
        lots=setting.lots,
        remaining_s=setting.remaining_s,
        usual=setting.usual,
        departure_cost=setting.departure_cost,
    )


def _carried_over(initial: Solution | None, problem: Problem) -> Solution | None:
    """A former answer is a start only while its vehicles are still the same (pairs may have changed)."""
    if initial is None or any(not problem.has_vehicle(route.vehicle_id) for route in initial.routes):
        return None
    return initial


def _doors_for_two(
    setting: DaySetting, visits: Sequence[DoorVisit], sources: Mapping[str, Source]
) -> tuple[DoorForTwo, ...]:
    doors = []
    for visit in visits:
        if visit.household.people_at_door < 2:
            continue
        parcels, portions, hot_ml, cold_ml = load_of(visit.items, sources, setting.week_input.rules.portion_ml)
        opens = [sources[source].opens_s for source in visit.source_ids]
        clocks = [source.clock.latest_start_s for s in visit.source_ids if (source := sources[s]).clock is not None]
        doors.append(
            DoorForTwo(
                household_id=visit.household.id,
                driver_needs=visit.household.driver_needs,
                earliest_s=max(visit.window_start_s, *opens),
                latest_s=min([visit.window_end_s, *clocks]),
                portions=portions,
                parcels=parcels,
                hot_ml=hot_ml,
                cold_ml=cold_ml,
            )
        )
    return tuple(sorted(doors, key=lambda door: (door.latest_s, str(door.household_id))))
