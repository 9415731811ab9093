"""A stored plan as planning's values again, from the rows that the checker reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows
from logistics.domain.vocabulary import Fulfilment
from logistics.domain.week import IsoWeek, instant_to_axis
from logistics.planning.plan_values import (
    CrewMember,
    LeftGoods,
    PlannedAllocation,
    PlannedCharge,
    PlannedCollection,
    PlannedItem,
    PlannedRoute,
    PlannedStop,
    Unserved,
    WeekPlan,
)


def stored_plan(rows: PlanRows, week: IsoWeek) -> WeekPlan:
    """The plan's routes with their letters, times on the week's planning axis, and everything that is not on a route."""
    totals = rows.plan.totals
    return WeekPlan(
        routes=tuple(_route(rows, route, week) for route in rows.routes),
        collections=tuple(_collections(rows)),
        allocations=tuple(_allocations(rows)),
        unserved=tuple(
            Unserved(
                order_id=row.order_id,
                household_id=row.household_id,
                product=row.product,
                quantity=row.quantity,
                day=row.service_date,
                code=row.code,
                sentence=row.sentence,
                remedy=row.remedy,
            )
            for row in rows.unserved
        ),
        left_goods=tuple(
            LeftGoods(
                slot_id=uuid.UUID(left["slot_id"]), weight_g=int(left["weight_g"]), sentence=str(left["sentence"])
            )
            for left in totals.get("left_goods", [])
        ),
        cost=rows.plan.cost,
        engine=rows.plan.engine,
        seed=rows.plan.seed,
        seconds=float(totals.get("seconds", 0.0)),
        notes=tuple(totals.get("notes", [])),
    )


def _route(rows: PlanRows, route: RouteRows, week: IsoWeek) -> PlannedRoute:
    row = route.route
    return PlannedRoute(
        day=row.service_date,
        shift_id=row.shift_id,
        volunteer_id=row.volunteer_id,
        vehicle=row.vehicle,
        crew=tuple(
            CrewMember(volunteer_id=member.volunteer_id, shift_id=member.shift_id, role=member.role)
            for member in route.crew
        ),
        departs_s=instant_to_axis(week, row.departs_at, rows.zone),
        ends_s=instant_to_axis(week, row.ends_at, rows.zone),
        distance_m=row.distance_m,
        duration_s=row.duration_s,
        stops=tuple(_stop(rows, at, week) for at in route.stops),
        letter=row.letter,
        charges=tuple(
            PlannedCharge(zone_id=uuid.UUID(each["zone_id"]), name=each["name"], price_pence=int(each["price_pence"]))
            for each in row.charges or ()
        ),
    )


def _stop(rows: PlanRows, at: StopRows, week: IsoWeek) -> PlannedStop:
    stop = at.stop
    return PlannedStop(
        kind=stop.kind,
        site_id=stop.site_id,
        household_id=stop.household_id,
        organisation_id=stop.organisation_id,
        slot_id=stop.slot_id,
        arrive_s=instant_to_axis(week, stop.arrives_at, rows.zone),
        service_s=instant_to_axis(week, stop.service_at, rows.zone),
        depart_s=instant_to_axis(week, stop.departs_at, rows.zone),
        latest_s=None if stop.latest_at is None else instant_to_axis(week, stop.latest_at, rows.zone),
        leg_m=stop.leg_m,
        leg_s=stop.leg_s,
        load=stop.load,
        items=tuple(
            PlannedItem(
                order_id=item.order_id,
                batch_id=item.batch_id,
                hub_id=item.hub_id,
                product=item.product,
                quantity=item.quantity,
                weight_g=item.weight_g,
            )
            for item in at.items
        ),
    )


def _collections(rows: PlanRows) -> Iterator[PlannedCollection]:
    for row in rows.allocations:
        line = rows.lines.get(row.order_id)
        if line is not None and line.fulfilment is Fulfilment.COLLECTION and row.hub_id is not None:
            yield PlannedCollection(
                order_id=row.order_id,
                household_id=line.household_id,
                hub_id=row.hub_id,
                day=row.service_date,
                quantity=row.quantity,
            )


def _allocations(rows: PlanRows) -> Iterator[PlannedAllocation]:
    for row in rows.allocations:
        line = rows.lines.get(row.order_id)
        if line is None or line.fulfilment is not Fulfilment.COLLECTION:
            yield PlannedAllocation(
                order_id=row.order_id,
                batch_id=row.batch_id,
                hub_id=row.hub_id,
                day=row.service_date,
                quantity=row.quantity,
                interchangeable=tuple(uuid.UUID(batch) for batch in row.interchangeable),
            )
