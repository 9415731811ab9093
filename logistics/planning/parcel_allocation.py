"""Which hub packs which parcel on which of its possible days, for delivery and for collection alike.

Parcels that must leave on a day come before those that can wait; each hub lets so many leave a day.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from logistics.domain.vocabulary import Fulfilment, Product
from logistics.planning.meal_allocation import MAX_STEPS, NEAR_M
from logistics.planning.reach import DayReach
from logistics.planning.sources import Source
from logistics.planning.visits import Allotted
from logistics.planning.week_input import DemandIn, WeekInput
from routing.assignment import Demand, Supply, assign

DETERMINISTIC_TIME = 1.0
LATER_DAY_COST = 2
"""A day's wait costs a little, so that early days are used and late ones stay free for what fails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelPlan:
    """(order, day, hub) as allotted; `short` counts parcels no hub has room for; `offered` the (day, hub) pairs on offer."""

    by_day: Mapping[date, tuple[Allotted, ...]]
    short: Mapping[uuid.UUID, int]
    offered: Mapping[uuid.UUID, frozenset[tuple[date, uuid.UUID]]]


def parcel_lines(week_input: WeekInput) -> tuple[DemandIn, ...]:
    """All parcel orders of the week whose household is on the map, or that are fetched at the hub."""
    return tuple(
        line
        for line in week_input.plannable
        if line.product is Product.PARCEL
        and (
            line.fulfilment is Fulfilment.COLLECTION
            or week_input.households[line.household_id].site_id in week_input.places
        )
    )


def allocate_parcels(
    week_input: WeekInput,
    lines: Sequence[DemandIn],
    sources: Mapping[date, Sequence[Source]],
    reaches: Mapping[date, DayReach],
    *,
    used: Mapping[tuple[date, uuid.UUID], int],
    forbidden: frozenset[tuple[uuid.UUID, date]] = frozenset(),
) -> ParcelPlan:
    """Allot the parcels still open to the days still open.

    `used` counts parcels that already leave a hub on a day; `forbidden` holds (order, day) pairs routing could not serve.
    """
    costs: dict[tuple[str, str], int] = {}
    offered: dict[uuid.UUID, set[tuple[date, uuid.UUID]]] = {line.order_id: set() for line in lines}
    supplies: dict[str, tuple[date, Source]] = {}
    for day, day_sources in sources.items():
        for source in day_sources:
            if source.hub is not None:
                supplies[f"{day.isoformat()}/{source.hub.id}"] = (day, source)
    first = min(sources, default=None)
    for line in lines:
        for key, (day, source) in supplies.items():
            if day not in line.days or (line.order_id, day) in forbidden or source.hub is None or first is None:
                continue
            if line.fulfilment is Fulfilment.DELIVERY and not reaches[day].reachable(source, line):
                continue
            offered[line.order_id].add((day, source.hub.id))
            costs[str(line.order_id), key] = (
                _nearness(week_input, reaches[day], line, source) + LATER_DAY_COST * (day - first).days
            )
    answer = assign(
        [_demand(line, week_input) for line in lines],
        [
            Supply(id=key, quantity=max(0, source.hub.parcels_per_day - used.get((day, source.hub.id), 0)), group=key)
            for key, (day, source) in supplies.items()
            if source.hub is not None
        ],
        costs,
        deterministic_time=DETERMINISTIC_TIME,
    )
    by_day: dict[date, list[Allotted]] = {day: [] for day in sources}
    for line in lines:
        for key, quantity in answer.shares.get(str(line.order_id), {}).items():
            day, source = supplies[key]
            if source.hub is not None:
                by_day[day].append(
                    Allotted(line=line, source_id=source.id, batch_id=None, hub_id=source.hub.id, quantity=quantity)
                )
    return ParcelPlan(
        by_day={day: tuple(items) for day, items in by_day.items()},
        short={line.order_id: answer.short[str(line.order_id)] for line in lines if str(line.order_id) in answer.short},
        offered={order: frozenset(pairs) for order, pairs in offered.items()},
    )


def _demand(line: DemandIn, week_input: WeekInput) -> Demand:
    household = week_input.households[line.household_id]
    return Demand(
        id=str(line.order_id),
        quantity=line.quantity,
        weight=max(1, household.people),
        priority=int(household.was_missed),
        whole=True,
    )


def _nearness(week_input: WeekInput, reach: DayReach, line: DemandIn, source: Source) -> int:
    household = week_input.households[line.household_id]
    if household.site_id not in reach.travel.sites or source.site_id not in reach.travel.sites:
        return 0
    kind = next(iter(reach.travel.matrices), None)
    return 0 if kind is None else min(MAX_STEPS, reach.travel.metres(kind, source.site_id, household.site_id) // NEAR_M)
