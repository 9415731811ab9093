"""Every rule that a plan must keep, over rows that were read or made in memory: publishing and editing ask the same."""

from __future__ import annotations

from logistics.checking.cargo import cargo_faults
from logistics.checking.charges import charge_faults
from logistics.checking.faults import PlanFault
from logistics.checking.food import food_faults
from logistics.checking.orders import order_faults
from logistics.checking.people import people_faults
from logistics.checking.plan_rows import PlanRows
from logistics.checking.supply import supply_faults
from logistics.checking.timing import timing_faults
from logistics.checking.totals import totals_faults
from logistics.gateways.roads.port import Router


def faults_of(rows: PlanRows, roads: Router) -> tuple[PlanFault, ...]:
    """Every rule that the plan breaks, food first."""
    return (*route_faults(rows, roads), *week_faults(rows, roads))


def route_faults(rows: PlanRows, roads: Router) -> tuple[PlanFault, ...]:
    """The rules that each route keeps or breaks by itself, or with those of its day: food, what is on board, where and when, charges."""
    return (*food_faults(rows), *cargo_faults(rows), *timing_faults(rows, roads), *charge_faults(rows, roads))


def week_faults(rows: PlanRows, roads: Router) -> tuple[PlanFault, ...]:
    """The rules over all routes together: what there is, who is forgotten, who goes, the sums."""
    return (*supply_faults(rows), *order_faults(rows), *people_faults(rows, roads), *totals_faults(rows))
