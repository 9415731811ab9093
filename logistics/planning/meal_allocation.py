"""Which donated portions are meant for which meal orders of one day (DOMAIN: allergen-safe allocation).

Safe first: only pairs that `domain.food` calls safe and some shift can reach in time are offered to the assignment.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from logistics.domain.food import FoodNeeds, why_unsafe
from logistics.domain.vocabulary import Fulfilment
from logistics.planning.reach import DayReach
from logistics.planning.sources import Source
from logistics.planning.visits import Allotted
from logistics.planning.week_input import BatchIn, DemandIn, WeekInput
from routing.assignment import Assignment, Demand, Supply, assign

NEAR_M = 250
"""Nearness counts in steps of this many metres, so that it stays coarse beside people and fairness."""
MAX_STEPS = 40
"""Nearness stops counting beyond this many steps."""
SCARCE_COST = 3
"""What each need that a batch meets and this household does not have costs: special food is kept for those who need it."""
DETERMINISTIC_TIME = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class MealAllocation:
    """What the day's meals were allotted, who is short by how many portions, and which pairs were on offer at all."""

    allotted: tuple[Allotted, ...]
    short: Mapping[uuid.UUID, int]
    offered: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    safe: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    shares: Mapping[str, Mapping[str, int]]

    def interchangeable(self, order_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
        """The batches that are safe for this order and within reach."""
        return tuple(sorted(self.offered.get(order_id, frozenset()), key=str))


def meal_lines(week_input: WeekInput, day_lines: Sequence[DemandIn]) -> tuple[DemandIn, ...]:
    """The meal orders among them whose household is on the map."""
    return tuple(
        line
        for line in day_lines
        if line.product.is_meal
        and line.fulfilment is Fulfilment.DELIVERY
        and week_input.households[line.household_id].site_id in week_input.places
    )


def allocate_meals(
    week_input: WeekInput,
    lines: Sequence[DemandIn],
    sources: Sequence[Source],
    reach: DayReach,
    *,
    forbidden: frozenset[tuple[uuid.UUID, str]] = frozenset(),
    previous: Mapping[str, Mapping[str, int]] | None = None,
) -> MealAllocation:
    """Share the day's portions: most people served, those missed last week first, then near and sparing of special food.

    `forbidden` holds (order, source) pairs that routing could not serve; with `previous` the fewest portions move.
    """
    safe: dict[uuid.UUID, frozenset[uuid.UUID]] = {}
    offered: dict[uuid.UUID, frozenset[uuid.UUID]] = {}
    costs: dict[tuple[str, str], int] = {}
    for line in lines:
        needs = week_input.households[line.household_id].needs
        pairs = [(source, batch) for source in sources for batch in _safe_batches(needs, source, line)]
        safe[line.order_id] = frozenset(batch.id for _, batch in pairs)
        within = {source.id for source, _ in pairs if (line.order_id, source.id) not in forbidden}
        within = {s.id for s in sources if s.id in within and reach.reachable(s, line)}
        offered[line.order_id] = frozenset(batch.id for source, batch in pairs if source.id in within)
        for source, batch in pairs:
            if source.id in within:
                costs[str(line.order_id), str(batch.id)] = _cost(week_input, reach, line, source, batch)
    answer = assign(
        [_demand(line, week_input) for line in lines],
        [
            Supply(id=str(batch.id), quantity=batch.portions, group=source.id)
            for source in sources
            for batch in (source.slot.batches if source.slot else ())
            if batch.portions
        ],
        costs,
        previous=previous,
        deterministic_time=DETERMINISTIC_TIME,
    )
    return MealAllocation(
        allotted=_allotted(answer, lines, sources),
        short={line.order_id: answer.short[str(line.order_id)] for line in lines if str(line.order_id) in answer.short},
        offered=offered,
        safe=safe,
        shares=answer.shares,
    )


def _safe_batches(needs: FoodNeeds, source: Source, line: DemandIn) -> list[BatchIn]:
    if source.slot is None:
        return []
    return [
        batch
        for batch in source.slot.batches
        if batch.portions and why_unsafe(needs, batch.declared, line.product, source.slot.day) is None
    ]


def _demand(line: DemandIn, week_input: WeekInput) -> Demand:
    household = week_input.households[line.household_id]
    return Demand(id=str(line.order_id), quantity=line.quantity, priority=int(household.was_missed))


def _cost(week_input: WeekInput, reach: DayReach, line: DemandIn, source: Source, batch: BatchIn) -> int:
    household = week_input.households[line.household_id]
    kind = next(iter(reach.travel.matrices))
    steps = min(MAX_STEPS, reach.travel.metres(kind, source.site_id, household.site_id) // NEAR_M)
    spare = len(batch.declared.diets - household.needs.diets)
    if household.needs.texture_iddsi is None and batch.declared.texture_iddsi is not None:
        spare += 5
    return steps + SCARCE_COST * spare


def _allotted(answer: Assignment, lines: Sequence[DemandIn], sources: Sequence[Source]) -> tuple[Allotted, ...]:
    source_of = {batch.id: source.id for source in sources for batch in (source.slot.batches if source.slot else ())}
    return tuple(
        Allotted(
            line=line,
            source_id=source_of[uuid.UUID(batch_id)],
            batch_id=uuid.UUID(batch_id),
            hub_id=None,
            quantity=quantity,
        )
        for line in lines
        for batch_id, quantity in sorted(answer.shares.get(str(line.order_id), {}).items())
    )
