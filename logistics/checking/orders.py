"""Is nobody forgotten and nobody doubled? Every order of the snapshot against what the plan hands over and leaves."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows, clock_label, day_label, seconds_of
from logistics.domain.vocabulary import Fulfilment
from logistics.persistence.tables import DemandLine, Stop, StopItem

type Share = tuple[uuid.UUID | None, uuid.UUID | None, uuid.UUID | None, date]
"""Order, batch, hub, date."""


def order_faults(rows: PlanRows) -> Iterator[PlanFault]:
    """Orders served too much, too little, twice, on a wrong day or at a wrong time."""
    for route, stop, item in rows.handovers():
        yield from _handover(rows, route, stop, item)
    yield from _collections(rows)
    yield from _balance(rows)
    yield from _allocations(rows)


def _handover(rows: PlanRows, route: RouteRows, stop: Stop, item: StopItem) -> Iterator[PlanFault]:
    line = rows.lines.get(item.order_id) if item.order_id is not None else None
    ref = rows.household_ref(stop.household_id)

    def fault(rule: PlanRule, words: str) -> PlanFault:
        return PlanFault(
            rule=rule,
            sentence=f"{route.label}: {ref} {words}",
            route_id=route.route.id,
            stop_id=stop.id,
            household_id=stop.household_id,
            order_id=item.order_id,
        )

    if line is None or line.household_id != stop.household_id or line.product is not item.product or item.quantity < 1:
        yield fault(PlanRule.UNKNOWN_ORDER, "gets something that answers no order of theirs for this week.")
        return
    if line.fulfilment is not Fulfilment.DELIVERY:
        yield fault(PlanRule.FULFILMENT, "comes to the hub for this parcel, and it is delivered.")
    day = route.route.service_date
    if day.isoformat() not in line.dates:
        yield fault(PlanRule.DATE, f"is served on {day_label(day)}, which is none of the order's days.")
    service_s = rows.wall_s(stop.service_at, day)
    if not seconds_of(line.window_start) <= service_s <= seconds_of(line.window_end):
        window = f"{line.window_start:%H:%M} to {line.window_end:%H:%M}"
        yield fault(PlanRule.WINDOW, f"is served at {clock_label(service_s)}, outside the window {window}.")


def _collections(rows: PlanRows) -> Iterator[PlanFault]:
    for allocation in rows.allocations:
        line = rows.lines.get(allocation.order_id)
        if line is None:
            yield PlanFault(
                rule=PlanRule.UNKNOWN_ORDER,
                sentence="Food is allotted to an order that is not in this week's snapshot.",
                order_id=allocation.order_id,
            )
        elif line.fulfilment is Fulfilment.COLLECTION and allocation.service_date.isoformat() not in line.dates:
            yield PlanFault(
                rule=PlanRule.DATE,
                sentence=f"{rows.household_ref(line.household_id)} is to collect on {day_label(allocation.service_date)}, "
                "which is none of the order's days.",
                household_id=line.household_id,
                order_id=line.order_id,
            )


def served_quantities(rows: PlanRows) -> Counter[uuid.UUID]:
    """Portions and parcels each order gets, at its door or at the hub."""
    served: Counter[uuid.UUID] = Counter()
    for _, _, item in rows.handovers():
        if item.order_id is not None:
            served[item.order_id] += item.quantity
    for allocation in rows.allocations:
        line = rows.lines.get(allocation.order_id)
        if line is not None and line.fulfilment is Fulfilment.COLLECTION:
            served[allocation.order_id] += allocation.quantity
    return served


def _balance(rows: PlanRows) -> Iterator[PlanFault]:
    served = served_quantities(rows)
    unserved: Counter[uuid.UUID] = Counter()
    for row in rows.unserved:
        unserved[row.order_id] += row.quantity
        if row.order_id not in rows.lines:
            yield PlanFault(
                rule=PlanRule.UNKNOWN_ORDER,
                sentence="An order is named as unserved that is not in this week's snapshot.",
                household_id=row.household_id,
                order_id=row.order_id,
            )
    for line in rows.lines.values():
        rule = _unbalanced(line.quantity, served[line.order_id], unserved[line.order_id])
        if rule is not None:
            yield _balance_fault(rows, line, rule, served[line.order_id], unserved[line.order_id])


def _unbalanced(wanted: int, served: int, unserved: int) -> PlanRule | None:
    if served > wanted:
        return PlanRule.OVERSERVED
    if served + unserved < wanted:
        return PlanRule.FORGOTTEN
    return PlanRule.DOUBLED if served + unserved > wanted else None


def _balance_fault(rows: PlanRows, line: DemandLine, rule: PlanRule, served: int, unserved: int) -> PlanFault:
    return PlanFault(
        rule=rule,
        sentence=f"{rows.household_ref(line.household_id)} asked for {line.product.counted(line.quantity)} "
        f"({', '.join(line.dates)}): {served} served and {unserved} named as unserved.",
        household_id=line.household_id,
        order_id=line.order_id,
    )


def _allocations(rows: PlanRows) -> Iterator[PlanFault]:
    """Food meant for an order and food handed over for it are the same."""
    meant: Counter[Share] = Counter()
    given: Counter[Share] = Counter()
    for allocation in rows.allocations:
        line = rows.lines.get(allocation.order_id)
        if line is not None and line.fulfilment is Fulfilment.DELIVERY:
            key = (allocation.order_id, allocation.batch_id, allocation.hub_id, allocation.service_date)
            meant[key] += allocation.quantity
    for route, _, item in rows.handovers():
        line = rows.lines.get(item.order_id) if item.order_id is not None else None
        if line is not None and line.fulfilment is not Fulfilment.DELIVERY:
            continue  # a fault of its own, and a collection's allocation is no promise to deliver
        given[item.order_id, item.batch_id, item.hub_id, route.route.service_date] += item.quantity
    for share in sorted(set(meant) | set(given), key=str):
        if meant[share] != given[share]:
            order_id = share[0]
            line = rows.lines.get(order_id) if order_id is not None else None
            household_id = line.household_id if line is not None else None
            yield PlanFault(
                rule=PlanRule.ALLOCATION,
                sentence=f"{rows.household_ref(household_id)} is allotted {meant[share]} of a source on "
                f"{day_label(share[3])}, and gets {given[share]} of it.",
                household_id=household_id,
                order_id=order_id,
            )
