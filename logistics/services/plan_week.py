"""Plan a week from the database to the database: freeze, read, plan, store, check. The one path for page, job and command."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import RuleBroken
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import IsoWeek
from logistics.gateways.roads.port import Router
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion
from logistics.planning.charges import with_charges
from logistics.planning.last_week import plan_as_last_week
from logistics.planning.off_roads import OffRoads, on_roads
from logistics.planning.plan_values import WeekPlan
from logistics.planning.progress import Report, ShouldStop, ignore_progress, never_stop
from logistics.planning.week_plan import PlanWish, plan_week_values
from logistics.queries.week_input import read_week_input
from logistics.services.check_plan import check_plan
from logistics.services.freeze_demand import FrozenDemand, freeze_demand
from logistics.services.store_plan import PlanSource, store_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOrder:
    """What to plan and how: the week, the method, seconds of solving, a seed, and threads of the solver."""

    week: IsoWeek
    method: PlanMethod = PlanMethod.SOLVER
    seconds: float = 15.0
    seed: int = 0
    threads: int = 1


type TellOffRoads = Callable[[tuple[OffRoads, ...]], None]
"""Hears of the places that no road is near, before anything is solved."""


def ignore_off_roads(_: tuple[OffRoads, ...]) -> None:
    """For callers that read the plan's notes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePlan:
    """A plan that is made but not stored yet: `write` adds its rows to a session and returns the plan version's id."""

    plan: WeekPlan
    frozen: FrozenDemand
    write: Callable[[Session], uuid.UUID]


class PlanFaulty(RuleBroken):
    """The independent checker found a fault in a plan: nothing of it is stored."""


def make_plan(
    database: Database,
    network_id: uuid.UUID,
    order: PlanOrder,
    *,
    roads: Router,
    now: datetime,
    report: Report = ignore_progress,
    should_stop: ShouldStop = never_stop,
    tell_off_roads: TellOffRoads = ignore_off_roads,
) -> MadePlan:
    """Freeze the week's demand in a transaction of its own, read it, and plan it in memory.

    Places that no road is near are told, by name, before anything is solved; they stand in the plan's notes, too.
    """
    with database.writing(network_id) as session:
        frozen = freeze_demand(session, Actor.system(network_id), order.week, now=now)
    with database.reading(network_id) as session:
        everything = read_week_input(session, network_id=network_id, week=order.week, snapshot_id=frozen.snapshot_id)
    week_input, off_roads = on_roads(everything.for_a_new_plan(), roads)
    if off_roads:
        tell_off_roads(off_roads)
    if order.method is PlanMethod.AS_LAST_WEEK:
        plan = plan_as_last_week(week_input, roads)
    else:
        wish = PlanWish(
            seconds=order.seconds,
            seed=order.seed,
            from_last_week=order.method is PlanMethod.FROM_LAST_WEEK,
            threads=order.threads,
        )
        plan = plan_week_values(week_input, roads, wish, report=report, should_stop=should_stop)
    plan = with_charges(plan, week_input, roads)
    plan = replace(plan, notes=(*plan.notes, *(f"Left out: {off.sentence}" for off in off_roads)))
    source = PlanSource(
        week_id=frozen.week_id,
        snapshot_id=frozen.snapshot_id,
        week=order.week,
        method=order.method,
        roads=roads.info(),
        rules=week_input.rules,
        charge_zones=week_input.charge_zones,
    )
    return MadePlan(
        plan=plan, frozen=frozen, write=lambda session: store_checked(session, plan, source, roads, now=now)
    )


def store_checked(session: Session, plan: WeekPlan, source: PlanSource, roads: Router, *, now: datetime) -> uuid.UUID:
    """Store a plan and recompute it from the rows. Raises PlanFaulty, so that nothing is kept, when the checker objects."""
    plan_id = store_plan(session, plan, source, now=now)
    session.flush()
    session.expire_all()
    faults = check_plan(session, plan_id, roads=roads)
    if faults:
        more = f" and {len(faults) - 1} more" if len(faults) > 1 else ""
        raise PlanFaulty(f"The plan broke a rule and was not kept: {faults[0].sentence}{more}. Please report this.")
    session.get_one(PlanVersion, plan_id).violations = 0
    return plan_id


def plan_week(
    database: Database,
    network_id: uuid.UUID,
    order: PlanOrder,
    *,
    roads: Router,
    now: datetime,
    report: Report = ignore_progress,
    should_stop: ShouldStop = never_stop,
    tell_off_roads: TellOffRoads = ignore_off_roads,
) -> uuid.UUID:
    """Plan and store at once: the command line's way. Returns the plan version's id."""
    made = make_plan(
        database,
        network_id,
        order,
        roads=roads,
        now=now,
        report=report,
        should_stop=should_stop,
        tell_off_roads=tell_off_roads,
    )
    with database.writing(network_id) as session:
        return made.write(session)
