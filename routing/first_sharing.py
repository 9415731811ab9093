"""A quick sharing of supplies among demands by hand rules: the start that CP-SAT improves, and what is left without it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.assignment import Demand, Supply

ROUNDS = 4
"""How often room is made and filled again."""

type Shares = dict[str, dict[str, int]]


def first_sharing(
    demands: Sequence[Demand],
    supplies: Sequence[Supply],
    costs: Mapping[tuple[str, str], int],
    previous: Mapping[str, Mapping[str, int]] | None = None,
) -> Shares:
    """One unit (or all, where a part is forbidden) for each demand in turn, then more for those who have some.

    Those with a priority go first, then those with the fewest groups to choose from. A demand keeps the group it had
    before if that still works; else it takes the group that has most left for it, the cheaper of equals.
    """
    left = {supply.id: supply.quantity for supply in supplies}
    group_of = {supply.id: supply.group for supply in supplies}
    groups: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for demand_id, supply_id in sorted(costs, key=lambda pair: (costs[pair], pair)):
        groups[demand_id][group_of[supply_id]].append(supply_id)
    order = sorted(
        (demand for demand in demands if demand.quantity and demand.id in groups),
        key=lambda demand: (-demand.priority, len(groups[demand.id]), -demand.weight, demand.id),
    )
    shares: Shares = {}
    for demand in order:
        had = {group_of[supply] for supply in (previous or {}).get(demand.id, {}) if supply in group_of}
        wanted = demand.quantity if demand.whole else 1
        options = [
            (group not in had, -sum(left[s] for s in ids), costs[demand.id, ids[0]], group)
            for group, ids in groups[demand.id].items()
            if sum(left[s] for s in ids) >= wanted
        ]
        if options:
            shares[demand.id] = {}
            _take(shares[demand.id], groups[demand.id][min(options)[3]], wanted, left)
    for _ in range(ROUNDS):
        for demand in sorted(order, key=lambda demand: -demand.weight):
            _fill(demand, groups[demand.id], shares, left, group_of)
        moved = [_make_room(demand, groups[demand.id], shares, left, group_of) for demand in order]
        if not any(moved):
            break
    return shares


def _fill(
    demand: Demand,
    groups: Mapping[str, list[str]],
    shares: Shares,
    left: dict[str, int],
    group_of: Mapping[str, str],
) -> None:
    """More of the demand's own group; or all of what another group has for it, when that is more."""
    mine = shares.get(demand.id, {})
    own = group_of[next(iter(mine))] if mine else None
    room = {
        group: sum(left[s] for s in ids) + (sum(mine.values()) if group == own else 0) for group, ids in groups.items()
    }
    best = max(groups, key=lambda group: (min(room[group], demand.quantity), group == own))
    wanted = min(room[best], demand.quantity)
    if wanted <= sum(mine.values()) or (demand.whole and wanted < demand.quantity):
        return
    for supply_id, units in mine.items():
        left[supply_id] += units
    shares[demand.id] = {}
    _take(shares[demand.id], groups[best], wanted, left)


def _make_room(
    demand: Demand,
    groups: Mapping[str, list[str]],
    shares: Shares,
    left: dict[str, int],
    group_of: Mapping[str, str],
) -> bool:
    """Move a demand from a group that is used up to one that has as much left over, for others to follow."""
    mine = shares.get(demand.id)
    if not mine:
        return False
    own = group_of[next(iter(mine))]
    units = sum(mine.values())
    if sum(left[s] for s in groups[own]):
        return False
    target = max(groups, key=lambda group: (sum(left[s] for s in groups[group]), group))
    if sum(left[s] for s in groups[target]) < units:
        return False
    for supply_id, given in mine.items():
        left[supply_id] += given
    shares[demand.id] = {}
    _take(shares[demand.id], groups[target], units, left)
    return True


def _take(mine: dict[str, int], supply_ids: Sequence[str], units: int, left: dict[str, int]) -> None:
    """Take up to so many units from these supplies, in order."""
    for supply_id in supply_ids:
        taken = min(units, left[supply_id])
        if taken:
            mine[supply_id] = mine.get(supply_id, 0) + taken
            left[supply_id] -= taken
            units -= taken
