"""The days' plans as one week: routes, collections, allocations, and for everything not served its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from logistics.domain.vocabulary import Fulfilment
from logistics.planning.day_plan import DayPlan
from logistics.planning.day_problem import solver_charges
from logistics.planning.parcel_ledger import ParcelLedger
from logistics.planning.plan_values import PlannedAllocation, PlannedCollection, WeekPlan
from logistics.planning.reasons import Reasons, left_goods, reasons_of, unserved_orders
from logistics.planning.timed_routes import timed_routes
from logistics.planning.travel import Travel
from logistics.planning.week_input import WeekInput


def finished_week(
    week_input: WeekInput,
    travel: Travel,
    days: Mapping[date, DayPlan],
    ledger: ParcelLedger,
    *,
    seed: int,
    seconds: float,
    reasons: Reasons | None = None,
) -> WeekPlan:
    """Put the days together; `reasons` stands for what routing says of each day where the caller knows better. The cost leaves out the prizes of what is unserved (people are counted, not priced), and what the
    solver takes charge zones for: `with_charges` counts what is really paid."""
    engines = sorted({planned.solution.engine for planned in days.values()})
    return WeekPlan(
        routes=tuple(
            route for planned in days.values() for route in timed_routes(planned.routing, planned.solution, travel)
        ),
        collections=_collections(ledger),
        allocations=tuple(allocation for planned in days.values() for allocation in _allocations(planned)),
        unserved=unserved_orders(week_input, days, ledger, reasons_of(days) if reasons is None else reasons),
        left_goods=left_goods(days),
        cost=sum(_cost(planned, travel) for planned in days.values()),
        engine=", ".join(engines) or "none",
        seed=seed,
        seconds=seconds,
    )


def _cost(planned: DayPlan, travel: Travel) -> int:
    cost = planned.solution.cost
    return cost.total - cost.unserved - solver_charges(planned.routing, planned.solution, travel)


def _collections(ledger: ParcelLedger) -> tuple[PlannedCollection, ...]:
    return tuple(
        PlannedCollection(
            order_id=item.line.order_id,
            household_id=item.line.household_id,
            hub_id=item.hub_id,
            day=day,
            quantity=item.quantity,
        )
        for day, items in sorted(ledger.collections.items())
        for item in items
        if item.hub_id is not None and item.line.fulfilment is Fulfilment.COLLECTION
    )


def _allocations(planned: DayPlan) -> list[PlannedAllocation]:
    missed = {item for visit in planned.unserved_visits for item in visit.items}
    return [
        PlannedAllocation(
            order_id=item.line.order_id,
            batch_id=item.batch_id,
            hub_id=item.hub_id,
            day=planned.setting.day,
            quantity=item.quantity,
            interchangeable=planned.meals.interchangeable(item.line.order_id) if item.batch_id is not None else (),
        )
        for item in (*planned.meals.allotted, *planned.parcels)
        if item not in missed
    ]
