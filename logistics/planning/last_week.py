"""A plan from last week's rounds, driven by the same people in the same order, with no solver (DOMAIN: familiar rounds).

What no longer holds (a block, a lapsed check, a full bag, a food clock) is left out with its reason, never bent.
"""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from logistics.domain.vocabulary import Product, UnservedCode
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.port import Router
from logistics.planning.day_plan import DayPlan, DaySetting, allot_day, route_problem, set_up_day
from logistics.planning.day_problem import DayProblem
from logistics.planning.finished_week import finished_week
from logistics.planning.parcel_ledger import ParcelLedger
from logistics.planning.plan_values import Unserved, WeekPlan
from logistics.planning.routing_reasons import Told, tell
from logistics.planning.travel import travel_of_week
from logistics.planning.visits import visits_of
from logistics.planning.week_input import WeekInput
from routing.compiled import Compiled
from routing.explain import Reason
from routing.problem import Visit, VisitKind
from routing.replay import build_solution, replay
from routing.rules import Rule
from routing.solution import Route

ENGINE = "as last week"
REMEDY = "Let the planner start from last week's rounds: it may find a place for it."
NOT_IN_A_ROUND = Told(
    code=UnservedCode.NOT_LAST_WEEK, sentence="It was in none of last week's rounds on this day.", remedy=REMEDY
)


def plan_as_last_week(week_input: WeekInput, roads: Router) -> WeekPlan:
    """Last week's rounds with this week's food and orders. Households that were in no round are named as such."""
    began = time.monotonic()
    travel = travel_of_week(week_input, roads)
    remaining_s = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
    days: dict[date, DayPlan] = {}
    reasons: dict[date, dict[uuid.UUID, Told]] = {}
    for day in week_input.week.days:
        planned, dropped = _drive_again(set_up_day(week_input, travel, day, dict(remaining_s), usual={}))
        for volunteer, spent in planned.driving_s.items():
            remaining_s[volunteer] -= spent
        days[day] = planned
        reasons[day] = _told(planned, dropped)
    plan = finished_week(
        week_input,
        travel,
        days,
        ParcelLedger(week_input),
        seed=0,
        seconds=time.monotonic() - began,
        reasons=reasons,
    )
    return replace(plan, engine=ENGINE, unserved=tuple(_in_rounds(week_input, plan)))


def _drive_again(setting: DaySetting) -> tuple[DayPlan, dict[str, Rule]]:
    """The day's rounds again, and for each visit that had to be left out the rule it would break."""
    familiar = {visit.household_id for visit in setting.week_input.last_week if visit.day == setting.day}
    meals = allot_day(replace(setting, lines=tuple(li for li in setting.lines if li.household_id in familiar)))
    routing = route_problem(setting, visits_of(meals.allotted, setting.week_input, setting.midnight_s))
    world = Compiled(routing.problem)
    routes = []
    dropped: dict[str, Rule] = {}
    for vehicle_id, wanted in _sequences(setting, routing).items():
        route = _longest(routing, world, vehicle_id, wanted, dropped)
        if route is not None:
            routes.append(route)
    solution = build_solution(routing.problem, routes, engine=ENGINE, world=world)
    return DayPlan(setting=setting, routing=routing, solution=solution, meals=meals, parcels=()), dropped


def _told(planned: DayPlan, dropped: Mapping[str, Rule]) -> dict[uuid.UUID, Told]:
    """Why each visit of last week's rounds is not driven again; a further visit of the same household was in no round."""
    past: dict[uuid.UUID, uuid.UUID] = {
        visit.household_id: visit.volunteer_id
        for visit in planned.setting.week_input.last_week
        if visit.day == planned.setting.day
    }
    told: dict[uuid.UUID, Told] = {}
    in_rounds = {stop for wanted in _sequences(planned.setting, planned.routing).values() for stop in wanted}
    shifts = {crew.driver.id for crew in planned.routing.crews.values()}
    for visit in planned.unserved_visits:
        volunteer = planned.setting.week_input.volunteers.get(past[visit.household.id])
        who = volunteer.ref if volunteer is not None else "Whoever"
        if visit.id in dropped:
            why = tell(Reason(stop_id=visit.id, rules=(dropped[visit.id],)), visit, planned)
            sentence = f"It no longer fits {who}'s round of last week. {why.sentence}"
            why = replace(why, sentence=sentence, remedy=REMEDY)
        elif visit.id in in_rounds or past[visit.household.id] in shifts:
            why = NOT_IN_A_ROUND
        else:
            day = Weekday.of(planned.setting.day).label
            why = Told(
                code=UnservedCode.NO_DRIVER,
                sentence=f"{who}, who came last week, is not on shift on {day}.",
                remedy=REMEDY,
            )
        told.update({item.line.order_id: why for item in visit.items})
    return told


def _sequences(setting: DaySetting, routing: DayProblem) -> dict[str, list[str]]:
    """Vehicle -> the visits of last week's round in their order, for the shift of that volunteer that fits the most."""
    by_household: dict[uuid.UUID, list[str]] = defaultdict(list)
    for visit in routing.visits.values():
        by_household[visit.household.id].append(visit.id)
    for own_visits in by_household.values():
        own_visits.sort(key=lambda stop: routing.visits[stop].window_start_s)
    rounds: dict[tuple[uuid.UUID, str], list[str]] = defaultdict(list)
    for past in setting.week_input.last_week:
        if past.day == setting.day:
            # A household may have two meals that day: each visit of last week stands for one of them, the earlier first.
            waiting = by_household.get(past.household_id)
            if waiting:
                rounds[past.volunteer_id, past.round_name].append(waiting.pop(0))
    sequences: dict[str, list[str]] = defaultdict(list)
    for (volunteer_id, _), wanted in rounds.items():
        own = [crew for crew in routing.crews.values() if crew.driver.id == volunteer_id]
        if own and wanted:
            starts = [routing.visits[stop].window_start_s for stop in wanted]
            best = max(own, key=lambda crew: (sum(crew.start_s <= s < crew.end_s for s in starts), crew.id))
            sequences[best.id] += wanted
    return sequences


def _longest(
    routing: DayProblem, world: Compiled, vehicle_id: str, wanted: list[str], dropped: dict[str, Rule]
) -> Route | None:
    """The route that keeps the order and leaves out each door that would break a rule, noted in `dropped`."""
    kept: list[str] = []
    best: Route | None = None
    vehicle = world.vehicle_index[vehicle_id]
    for stop_id in wanted:
        refusal = world.refusal(world.stop_node[stop_id], vehicle)
        if stop_id in kept:
            continue
        if refusal is not None:
            dropped[stop_id] = refusal
            continue
        route = replay(routing.problem, vehicle_id, _with_pickups(routing, [*kept, stop_id]), world=world)
        if isinstance(route, Route):
            kept.append(stop_id)
            best = route
        else:
            dropped[stop_id] = route.rule
    return best


def _with_pickups(routing: DayProblem, stops: list[str]) -> list[Visit]:
    """All pickups first, by when they close, then the doors."""
    needed = {source for stop in stops for source in routing.visits[stop].source_ids}
    order = sorted(needed, key=lambda source: (routing.sources[source].closes_s, source))
    return [Visit(VisitKind.PICKUP, source) for source in order] + [Visit(VisitKind.STOP, stop) for stop in stops]


def _in_rounds(week_input: WeekInput, plan: WeekPlan) -> Iterator[Unserved]:
    familiar = {(visit.household_id, visit.day) for visit in week_input.last_week}
    for missing in plan.unserved:
        was_there = missing.product is not Product.PARCEL and (missing.household_id, missing.day) in familiar
        if was_there or missing.code in (UnservedCode.NOT_PLACED, UnservedCode.WITHHELD):
            yield missing
        else:
            why = NOT_IN_A_ROUND
            yield replace(missing, code=why.code, sentence=why.sentence, remedy=why.remedy)
