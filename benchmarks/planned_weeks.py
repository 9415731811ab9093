"""Random weeks planned and stored for real, and checked from their rows: no plan may break a rule."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from dataclasses import dataclass

from benchmarks.random_weeks import NOW, WEEK, own_database, store_week, week_of
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import PlanMethod
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion
from logistics.planning.charges import with_charges
from logistics.planning.last_week import plan_as_last_week
from logistics.planning.plan_values import WeekPlan
from logistics.planning.week_input import WeekInput
from logistics.planning.week_plan import PlanWish, plan_week_values
from logistics.queries.week_input import read_week_input
from logistics.services.check_plan import PlanFault, check_plan
from logistics.services.freeze_demand import freeze_demand
from logistics.services.store_plan import PlanSource, store_plan

METHODS = (PlanMethod.SOLVER, PlanMethod.SOLVER, PlanMethod.SOLVER, PlanMethod.FROM_LAST_WEEK, PlanMethod.AS_LAST_WEEK)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWeek:
    """What came of one random week."""

    plan: WeekPlan
    faults: tuple[PlanFault, ...]


def plan_and_check(
    database: Database, network_id: uuid.UUID, method: PlanMethod, *, seconds: float = 0.1, least_day_s: float = 0.02
) -> PlannedWeek:
    """Freeze, read, plan, store and check, with so little time that nothing is polished."""
    roads = StraightLineRouter()
    with database.writing(network_id) as session:
        frozen = freeze_demand(session, Actor.system(network_id), WEEK, now=NOW)
        week_input = read_week_input(session, network_id=network_id, week=WEEK, snapshot_id=frozen.snapshot_id)
    plan = with_charges(_planned(week_input, method, seconds=seconds, least_day_s=least_day_s), week_input, roads)
    source = PlanSource(
        week_id=frozen.week_id,
        snapshot_id=frozen.snapshot_id,
        week=WEEK,
        method=method,
        roads=roads.info(),
        rules=week_input.rules,
        charge_zones=week_input.charge_zones,
    )
    with database.writing(network_id) as session:
        plan_id = store_plan(session, plan, source, now=NOW)
        assert session.get_one(PlanVersion, plan_id).number >= 1
        return PlannedWeek(plan=plan, faults=check_plan(session, plan_id, roads=roads))


def _planned(week_input: WeekInput, method: PlanMethod, *, seconds: float, least_day_s: float) -> WeekPlan:
    roads = StraightLineRouter()
    if method is PlanMethod.AS_LAST_WEEK:
        return plan_as_last_week(week_input, roads)
    from_last_week = method is PlanMethod.FROM_LAST_WEEK
    wish = PlanWish(seconds=seconds, from_last_week=from_last_week, least_day_s=least_day_s)
    return plan_week_values(week_input, roads, wish)


def run(n: int, seed: int) -> dict[str, int]:
    """Plan `n` random weeks from that seed on. Raises AssertionError with the seed and the first fault; else counts."""
    counts: Counter[str] = Counter()
    with own_database() as database:
        for number in range(seed, seed + n):
            chance = random.Random(number)
            network_id = store_week(database, week_of(chance))
            done = plan_and_check(database, network_id, chance.choice(METHODS))
            assert not done.faults, f"seed {number}: {len(done.faults)} faults: {done.faults[0].sentence}"
            counts["weeks"] += 1
            counts["routes"] += len(done.plan.routes)
            counts["stops"] += sum(len(route.stops) for route in done.plan.routes)
            counts["crews of two"] += sum(len(route.crew) == 2 for route in done.plan.routes)
            counts["charges"] += sum(len(route.charges) for route in done.plan.routes)
            counts["collections"] += len(done.plan.collections)
            counts["unserved"] += len(done.plan.unserved)
    return dict(counts)
