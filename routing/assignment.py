"""Share scarce supplies among demands with OR-Tools' flows and CP-SAT: generic, deterministic, lexicographic.

It knows nothing of food: which (demand, supply) pairs are eligible, and what each unit of them costs, is the caller's.
Supplies belong to groups (a donor's slot holds several dishes); one demand is filled from one group only.

Objectives, each kept while the next is improved:

1. most weight served (units x weight);
2. most demands that get anything, those with a priority first;
3. fewest units taken away from where a previous assignment had them;
4. least cost, and fewest supplies per demand.

A flow of least cost comes first (`flow_sharing`): it is nearly always within the rules, and knows when nothing can be better.
CP-SAT gets what it leaves open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from routing.errors import EngineError, ProblemError
from routing.first_sharing import first_sharing
from routing.flow_sharing import Case, Flow, flow_sharing

MAX_COST = 10**5
"""The largest cost of one unit."""
PRIORITY_WEIGHT = 30
"""One unit of priority weighs as much as this many demands without one."""
NEAR = 0.02
"""Where nobody can be served better and the cost is within this part of its bound, CP-SAT is not asked,"""
FEW_PAIRS = 300
"""unless the case is as small as this: then it is quick."""
MANY_PAIRS = 200_000
"""With more, CP-SAT finds nothing better in minutes (measured), and is not asked either."""
_MAX_UNIT = 2**52
_MAX_SUM = 2**62
SPLIT_COST = 5
"""What taking from one more supply of the same group costs, in the units of cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Somebody wants `quantity` units. `weight` is what one unit served is worth; `priority` raises being served at all;
    `whole` forbids a part."""

    id: str
    quantity: int
    weight: int = 1
    priority: int = 0
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Somebody has `quantity` units, in a group."""

    id: str
    quantity: int
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """`shares`: demand -> supply -> units (positive). `short`: demand -> units not served (positive).

    `optimal` is False when the deterministic time limit came first; the answer is feasible all the same.
    """

    shares: Mapping[str, Mapping[str, int]]
    short: Mapping[str, int]
    served_weight: int
    optimal: bool


@dataclass(slots=True)
class _Model:
    cp: cp_model.CpModel
    units: dict[tuple[str, str], cp_model.IntVar]
    takes: dict[tuple[str, str], cp_model.IntVar]
    served: dict[str, cp_model.IntVar]


@dataclass(frozen=True, slots=True)
class _Tier:
    """One objective: `sign` +1 to maximise, and the most it can come to."""

    expression: cp_model.LinearExprT
    most: int
    sign: int


def assign(
    demands: Sequence[Demand],
    supplies: Sequence[Supply],
    costs: Mapping[tuple[str, str], int],
    *,
    previous: Mapping[str, Mapping[str, int]] | None = None,
    deterministic_time: float = 3.0,
) -> Assignment:
    """The best sharing of `supplies` among `demands` over the eligible pairs (the keys of `costs`).

    The same input gives the same answer: one worker, a fixed seed, and a limit in deterministic time.
    Raises ProblemError for a negative quantity, a weight below 1, a doubled id, an unknown id in a pair, or figures too
    large to keep the objectives apart.
    """
    _validate(demands, supplies, costs)
    if not costs:
        return Assignment(
            shares={}, short={d.id: d.quantity for d in demands if d.quantity}, served_weight=0, optimal=True
        )
    case = Case(
        demands=demands,
        supplies=supplies,
        costs=costs,
        previous=previous or {},
        priority_weight=PRIORITY_WEIGHT,
        split_cost=SPLIT_COST,
    )
    flow = flow_sharing(case)
    if flow is not None and (flow.proven or _good_enough(flow, len(costs))):
        return _answer(flow.shares, demands, optimal=flow.proven)
    shares, optimal = _modelled(case, deterministic_time)
    if flow is not None and not optimal and flow.tiers > case.tiers(shares):
        shares = flow.shares
    return _answer(shares, demands, optimal=optimal)


def _good_enough(flow: Flow, pairs: int) -> bool:
    return pairs > MANY_PAIRS or (pairs > FEW_PAIRS and flow.people_proven and flow.is_near(NEAR))


def _modelled(case: Case, deterministic_time: float) -> tuple[Mapping[str, Mapping[str, int]], bool]:
    """The best sharing that CP-SAT finds in that time, and whether it is the best there is."""
    demands, supplies, costs, previous = case.demands, case.supplies, case.costs, case.previous
    model = _build(demands, supplies, costs)
    weights = {demand.id: demand.weight for demand in demands}
    units = sum(demand.quantity for demand in demands)
    served_weights = {d.id: 1 + PRIORITY_WEIGHT * d.priority for d in demands}
    tiers = [
        _Tier(_cost(model, costs), most=units * (max(costs.values()) + SPLIT_COST), sign=-1),
        _Tier(_changes(model, previous), most=_given(previous), sign=-1),
        _Tier(
            cp_model.LinearExpr.weighted_sum(
                list(model.served.values()), [served_weights[demand] for demand in model.served]
            ),
            most=sum(served_weights.values()),
            sign=1,
        ),
        _Tier(
            cp_model.LinearExpr.weighted_sum(
                list(model.units.values()), [weights[demand] for demand, _ in model.units]
            ),
            most=sum(demand.weight * demand.quantity for demand in demands),
            sign=1,
        ),
    ]
    solved = _solve(model.cp, tiers, deterministic_time)
    start: Mapping[str, Mapping[str, int]] = {}
    if solved is None:  # too large for the time: improve a quick answer (which is a worse start where there is time)
        start = first_sharing(demands, supplies, costs, previous)
        _hint(model, start, supplies)
        solved = _solve(model.cp, [], deterministic_time)
    return start if solved is None else _read(solved[0], model), solved is not None and solved[1]


def _validate(demands: Sequence[Demand], supplies: Sequence[Supply], costs: Mapping[tuple[str, str], int]) -> None:
    demand_ids, supply_ids = {d.id for d in demands}, {s.id for s in supplies}
    if len(demand_ids) != len(demands) or len(supply_ids) != len(supplies):
        raise ProblemError("assignment", "an id occurs twice")
    for name, quantity in [(d.id, d.quantity) for d in demands] + [(s.id, s.quantity) for s in supplies]:
        if quantity < 0:
            raise ProblemError(f"assignment of {name}", "its quantity is negative")
    for wish in demands:
        if wish.weight < 1 or wish.priority < 0:
            raise ProblemError(f"assignment of {wish.id}", "its weight must be 1 or more and its priority 0 or more")
    for (demand, supply), cost in costs.items():
        if demand not in demand_ids or supply not in supply_ids:
            raise ProblemError(f"pair ({demand}, {supply})", "names an unknown demand or supply")
        if not 0 <= cost <= MAX_COST:
            raise ProblemError(f"pair ({demand}, {supply})", f"its cost must lie between 0 and {MAX_COST}")


def _build(demands: Sequence[Demand], supplies: Sequence[Supply], costs: Mapping[tuple[str, str], int]) -> _Model:
    cp = cp_model.CpModel()
    supply_of = {supply.id: supply for supply in supplies}
    eligible: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for wanted, offered in sorted(costs):
        eligible[wanted][supply_of[offered].group].append(offered)
    model = _Model(cp=cp, units={}, takes={}, served={})
    by_supply: dict[str, list[cp_model.IntVar]] = defaultdict(list)
    for demand in demands:
        groups = eligible.get(demand.id)
        if not groups or not demand.quantity:
            continue
        taken = []
        for group, group_supplies in groups.items():
            take = cp.new_bool_var(f"{demand.id}<{group}")
            model.takes[demand.id, group] = take
            taken.append(take)
            units = []
            for supply in group_supplies:
                most = min(demand.quantity, supply_of[supply].quantity)
                unit = cp.new_int_var(0, most, f"{demand.id}<{supply}")
                model.units[demand.id, supply] = unit
                by_supply[supply].append(unit)
                units.append(unit)
                cp.add(unit <= most * take)
            filled = cp_model.LinearExpr.sum(units)
            cp.add(filled >= (demand.quantity if demand.whole else 1) * take)
            cp.add(filled <= demand.quantity * take)
        served = cp.new_bool_var(f"{demand.id} served")
        cp.add(cp_model.LinearExpr.sum(taken) == served)
        model.served[demand.id] = served
    for supply_id, unit_vars in by_supply.items():
        cp.add(cp_model.LinearExpr.sum(unit_vars) <= supply_of[supply_id].quantity)
    return model


def _given(previous: Mapping[str, Mapping[str, int]]) -> int:
    return sum(quantity for shares in previous.values() for quantity in shares.values())


def _changes(model: _Model, previous: Mapping[str, Mapping[str, int]]) -> cp_model.LinearExprT:
    """Units that a previous assignment gave and this one does not."""
    lost = []
    for demand, shares in previous.items():
        for supply, quantity in shares.items():
            unit = model.units.get((demand, supply))
            if unit is None:
                continue
            missing = model.cp.new_int_var(0, quantity, f"{demand} lost {supply}")
            model.cp.add(missing >= quantity - unit)
            lost.append(missing)
    return cp_model.LinearExpr.sum(lost)


def _cost(model: _Model, costs: Mapping[tuple[str, str], int]) -> cp_model.LinearExprT:
    uses = []
    for pair, unit in model.units.items():
        use = model.cp.new_bool_var(f"{pair} used")
        model.cp.add(unit == 0).only_enforce_if(use.negated())
        uses.append(use)
    return cp_model.LinearExpr.weighted_sum(
        [*model.units.values(), *uses], [*(costs[pair] for pair in model.units), *(SPLIT_COST for _ in uses)]
    )


def _hint(model: _Model, shares: Mapping[str, Mapping[str, int]], supplies: Sequence[Supply]) -> None:
    """Start the solver from these shares, so that it has an answer before its time is over."""
    group_of = {supply.id: supply.group for supply in supplies}
    chosen = {(demand, group_of[supply]) for demand, mine in shares.items() for supply in mine}
    for (demand, supply), unit in model.units.items():
        model.cp.add_hint(unit, shares.get(demand, {}).get(supply, 0))
    for pair, take in model.takes.items():
        model.cp.add_hint(take, pair in chosen)
    for demand, served in model.served.items():
        model.cp.add_hint(served, demand in shares)


def _solve(
    cp: cp_model.CpModel, tiers: Sequence[_Tier], deterministic_time: float
) -> tuple[cp_model.CpSolver, bool] | None:
    """One weighted objective: each tier's unit outweighs all that the tiers before it can sum to, so that the order is
    kept exactly. (One solve per tier found worse answers in five times the time.) None when the time was over before the
    first answer. No tiers: the objective stays what it was."""
    terms: list[cp_model.LinearExprT] = []
    unit = 1
    for tier in tiers:
        if unit > _MAX_UNIT or unit * tier.most > _MAX_SUM:
            raise ProblemError(
                "assignment", "costs x quantities are too large to keep the objectives apart: scale costs down"
            )
        terms.append(tier.sign * unit * tier.expression)
        unit *= tier.most + 1
    if terms:
        cp.maximize(cp_model.LinearExpr.sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = deterministic_time
    status = solver.solve(cp)
    if status == cp_model.UNKNOWN:
        return None
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        raise EngineError(f"the assignment ended as {solver.status_name(status)}, though serving nobody is allowed")
    return solver, status == cp_model.OPTIMAL


def _read(solver: cp_model.CpSolver, model: _Model) -> dict[str, dict[str, int]]:
    shares: dict[str, dict[str, int]] = defaultdict(dict)
    for (demand, supply), unit in model.units.items():
        if solver.value(unit):
            shares[demand][supply] = solver.value(unit)
    return dict(shares)


def _answer(shares: Mapping[str, Mapping[str, int]], demands: Sequence[Demand], *, optimal: bool) -> Assignment:
    short = {
        demand.id: demand.quantity - sum(shares.get(demand.id, {}).values())
        for demand in demands
        if demand.quantity > sum(shares.get(demand.id, {}).values())
    }
    weight = sum(demand.weight * sum(shares.get(demand.id, {}).values()) for demand in demands)
    return Assignment(shares=shares, short=short, served_weight=weight, optimal=optimal)
