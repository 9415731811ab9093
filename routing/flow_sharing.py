"""Sharing as a flow of least cost: exact but for the rule that a demand is filled from one group and, if whole, wholly.

Those rules are put on afterwards: a demand that the flow filled from several groups is held to the best one of them, and
the flow is found again. What the first flow reached is a bound, so the answer knows how good it is. OR-Tools'
network simplex takes milliseconds where a model of yes and no takes seconds, and tens of thousands of demands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from routing.first_sharing import Shares

if TYPE_CHECKING:
    from routing.assignment import Demand, Supply

ROUNDS = 60
"""How often demands that were filled from several groups are held to one,"""
MANY_PAIRS = 50_000
"""one at a time by trying its groups; with more pairs all at once, each to the group that gave most."""
MOST_COST = 2**62
"""OR-Tools multiplies costs by the number of nodes; above this the product overflows."""

type Tiers = tuple[int, int, int, int]
"""Weight served, demands served (weighted), units taken away (negative), cost (negative): each kept while the next is improved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is shared, and what one demand that gets anything, one unit lost and one more supply used are worth."""

    demands: Sequence[Demand]
    supplies: Sequence[Supply]
    costs: Mapping[tuple[str, str], int]
    previous: Mapping[str, Mapping[str, int]]
    priority_weight: int
    split_cost: int

    def served_worth(self, demand: Demand) -> int:
        """What it is worth that this demand gets anything."""
        return 1 + self.priority_weight * demand.priority

    def tiers(self, shares: Mapping[str, Mapping[str, int]]) -> Tiers:
        """How good a sharing is; the larger the better."""
        by_id = {demand.id: demand for demand in self.demands}
        weight = sum(by_id[demand].weight * sum(mine.values()) for demand, mine in shares.items())
        served = sum(self.served_worth(by_id[demand]) for demand, mine in shares.items() if any(mine.values()))
        lost = sum(
            max(0, units - shares.get(demand, {}).get(supply, 0))
            for demand, mine in self.previous.items()
            for supply, units in mine.items()
            if (demand, supply) in self.costs
        )
        cost = sum(
            self.costs[demand, supply] * units + self.split_cost
            for demand, mine in shares.items()
            for supply, units in mine.items()
            if units
        )
        return weight, served, -lost, -cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sharing that keeps every rule, and a bound: no sharing is better than that."""

    shares: Shares
    tiers: Tiers
    bound: Tiers

    @property
    def proven(self) -> bool:
        """Whether nothing better can be."""
        return self.tiers == self.bound

    @property
    def people_proven(self) -> bool:
        """Whether nothing better can be for those who are served; the cost may be."""
        return self.tiers[:3] == self.bound[:3]

    def is_near(self, part: float) -> bool:
        """Whether the cost is at most so much of it above the bound."""
        return -self.tiers[3] <= -self.bound[3] * (1 + part)


def flow_sharing(case: Case) -> Flow | None:
    """The best flow, put into the rules; None where the figures are too large for it."""
    network = _Network(case)
    if not network.fits:
        return None
    group_of = {supply.id: supply.group for supply in case.supplies}
    allowed: dict[str, str] = {}
    shares = network.shares(allowed)
    uses = sum(1 for mine in shares.values() if mine)
    weight, served, lost, cost = case.tiers(shares)
    # Each served demand uses one supply at least.
    splits = sum(len(mine) for mine in shares.values()) - uses
    bound = (weight, served, lost, cost + case.split_cost * splits)
    for _ in range(ROUNDS):
        torn = sorted(demand for demand, mine in shares.items() if _torn(mine, group_of))
        if not torn:
            break
        if len(case.costs) > MANY_PAIRS:
            allowed |= {demand: _groups(shares[demand], group_of)[0] for demand in torn}
            shares = network.shares(allowed)
        else:
            shares = _held(case, network, shares, torn[0], allowed)
    whole = {demand.id: demand.quantity for demand in case.demands if demand.whole}
    kept = {
        demand: mine
        for demand, mine in shares.items()
        if not _torn(mine, group_of) and sum(mine.values()) == whole.get(demand, sum(mine.values()))
    }
    return Flow(shares=kept, tiers=case.tiers(kept), bound=bound)


def _torn(mine: Mapping[str, int], group_of: Mapping[str, str]) -> bool:
    return len({group_of[supply] for supply in mine}) > 1


def _groups(mine: Mapping[str, int], group_of: Mapping[str, str]) -> list[str]:
    """The groups that gave something, the one that gave most first; of equals the first by name."""
    given: dict[str, int] = {}
    for supply, units in mine.items():
        given[group_of[supply]] = given.get(group_of[supply], 0) + units
    return sorted(given, key=lambda group: (-given[group], group))


def _held(case: Case, network: _Network, shares: Shares, demand: str, allowed: dict[str, str]) -> Shares:
    """The flow with this demand held to the one group that costs the whole least, which is noted in `allowed`."""
    group_of = {supply.id: supply.group for supply in case.supplies}
    had = _groups(shares[demand], group_of)
    others = sorted({group_of[supply] for wanting, supply in case.costs if wanting == demand} - set(had))
    before = case.tiers(shares)
    best: tuple[Tiers, str, Shares] | None = None
    for number, group in enumerate((*had, *others)):
        # Groups that gave it nothing are tried only where one that did would cost somebody their food.
        if number >= len(had) and best is not None and best[0][:3] >= before[:3]:
            break
        found = network.shares({**allowed, demand: group})
        tiers = case.tiers(found)
        if best is None or tiers > best[0]:
            best = (tiers, group, found)
    assert best is not None, "a demand that got something has a group"
    allowed[demand] = best[1]
    return best[2]


class _Network:
    """Source, demands, supplies, sink. The first unit of a demand is worth more than the next: that it gets anything."""

    def __init__(self, case: Case) -> None:
        self.case = case
        able = {demand for demand, _ in case.costs}
        self.wanting = [demand for demand in case.demands if demand.quantity and demand.id in able]
        self.pairs = sorted(case.costs)
        self.node = {demand.id: 1 + number for number, demand in enumerate(self.wanting)}
        self.supply_node = {each.id: 1 + len(self.node) + number for number, each in enumerate(case.supplies)}
        self.sink = 1 + len(self.node) + len(self.supply_node)
        self.units = sum(demand.quantity for demand in self.wanting)
        # Each tier's unit outweighs all that the tiers below it can come to.
        self.lost_worth = self.units * (max(case.costs.values(), default=0) + case.split_cost) + 1
        given = sum(units for mine in case.previous.values() for units in mine.values())
        self.served_worth = self.lost_worth * (given + 1)
        served = sum(case.served_worth(demand) for demand in self.wanting)
        self.weight_worth = self.served_worth * (served + 1)

    @property
    def fits(self) -> bool:
        """Whether the largest cost of a unit, times the nodes, stays a whole number that OR-Tools can hold."""
        heaviest = max((demand.weight for demand in self.wanting), default=1)
        return self.weight_worth * (heaviest + 1) * (self.sink + 2) < MOST_COST

    def shares(self, allowed: Mapping[str, str]) -> Shares:
        """Who gets what from where in a flow of least cost, each demand in `allowed` from that group alone."""
        from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # loads pandas, which no page needs

        case, flow = self.case, SimpleMinCostFlow()
        tails, heads, most, costs = [], [], [], []

        def arc(tail: int, head: int, capacity: int, cost: int) -> None:
            tails.append(tail)
            heads.append(head)
            most.append(capacity)
            costs.append(cost)

        group_of = {supply.id: supply.group for supply in case.supplies}
        wanted = {demand.id: demand.quantity for demand in self.wanting}
        owners: list[tuple[str, str]] = []
        for pair in self.pairs:
            demand, supply = pair
            if demand not in wanted or allowed.get(demand, group_of[supply]) != group_of[supply]:
                continue
            before = min(wanted[demand], case.previous.get(demand, {}).get(supply, 0))
            cost = case.costs[pair]
            for units, price in ((before, cost - self.lost_worth), (wanted[demand] - before, cost)):
                if units:
                    owners.append(pair)
                    arc(self.node[demand], self.supply_node[supply], units, price)
        for each in self.wanting:
            arc(
                0,
                self.node[each.id],
                1,
                -self.weight_worth * each.weight - self.served_worth * case.served_worth(each),
            )
            if each.quantity > 1:
                arc(0, self.node[each.id], each.quantity - 1, -self.weight_worth * each.weight)
        for store in case.supplies:
            arc(self.supply_node[store.id], self.sink, store.quantity, 0)
        arc(0, self.sink, self.units, 0)
        flow.add_arcs_with_capacity_and_unit_cost(
            np.array(tails, dtype=np.int32),
            np.array(heads, dtype=np.int32),
            np.array(most, dtype=np.int64),
            np.array(costs, dtype=np.int64),
        )
        flow.set_node_supply(0, self.units)
        flow.set_node_supply(self.sink, -self.units)
        status = flow.solve()
        # Sending everything past the demands is always possible.
        assert status == flow.OPTIMAL, f"the flow ended as {status}"
        found: Shares = {}
        amounts = flow.flows(np.arange(len(owners), dtype=np.int32))
        for index in np.flatnonzero(amounts):
            demand, supply = owners[int(index)]
            mine = found.setdefault(demand, {})
            mine[supply] = mine.get(supply, 0) + int(amounts[index])
        return found
