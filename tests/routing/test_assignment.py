"""Sharing scarce supplies, against exhaustion on small cases."""

from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import ProblemError
from routing.assignment import PRIORITY_WEIGHT, SPLIT_COST, Assignment, Demand, Supply, _modelled, assign
from routing.first_sharing import first_sharing
from routing.flow_sharing import Case, flow_sharing

type Costs = dict[tuple[str, str], int]


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Demand], list[Supply], Costs]:
    """Up to three demands and three supplies in two groups."""
    demands = [
        Demand(id=f"d{n}", quantity=draw(st.integers(0, 3)), weight=draw(st.integers(1, 3)), whole=draw(st.booleans()))
        for n in range(draw(st.integers(1, 3)))
    ]
    supplies = [
        Supply(id=f"s{n}", quantity=draw(st.integers(0, 4)), group=draw(st.sampled_from("gh")))
        for n in range(draw(st.integers(1, 3)))
    ]
    pairs = [(d.id, s.id) for d in demands for s in supplies]
    return demands, supplies, {pair: draw(st.integers(0, 9)) for pair in pairs if draw(st.booleans())}


def keeps_the_rules(case: tuple[list[Demand], list[Supply], Costs], shares: dict[str, dict[str, int]]) -> bool:
    """Supplies suffice, one group a demand, whole means whole, pairs are eligible."""
    demands, supplies, costs = case
    group = {supply.id: supply.group for supply in supplies}
    for supply in supplies:
        if sum(given_.get(supply.id, 0) for given_ in shares.values()) > supply.quantity:
            return False
    for demand in demands:
        mine = {supply: units for supply, units in shares.get(demand.id, {}).items() if units}
        total = sum(mine.values())
        if any((demand.id, supply) not in costs for supply in mine) or total > demand.quantity:
            return False
        if len({group[supply] for supply in mine}) > 1 or (demand.whole and total not in (0, demand.quantity)):
            return False
    return True


def best_weight(case: tuple[list[Demand], list[Supply], Costs]) -> int:
    """The most weight that any sharing serves."""
    demands, _, costs = case
    pairs = sorted(costs)
    quantity = {demand.id: demand.quantity for demand in demands}
    weight = {demand.id: demand.weight for demand in demands}
    best = 0
    for units in product(*(range(quantity[demand] + 1) for demand, _ in pairs)):
        worth = sum(weight[pair[0]] * number for pair, number in zip(pairs, units, strict=True))
        if worth <= best:
            continue
        shares: dict[str, dict[str, int]] = {}
        for (demand, supply), number in zip(pairs, units, strict=True):
            shares.setdefault(demand, {})[supply] = number
        if keeps_the_rules(case, shares):
            best = worth
    return best


def plain(answer: Assignment) -> dict[str, dict[str, int]]:
    """The shares as dicts."""
    return {demand: dict(shares) for demand, shares in answer.shares.items()}


@settings(max_examples=80, deadline=None)
@given(case=cases())
def test_the_sharing_keeps_the_rules_and_serves_the_most(case: tuple[list[Demand], list[Supply], Costs]) -> None:
    """As exhaustion finds; what is short is said."""
    demands, supplies, costs = case
    answer = assign(demands, supplies, costs)
    assert keeps_the_rules(case, plain(answer))
    assert answer.served_weight == best_weight(case)
    for demand in demands:
        got = sum(answer.shares.get(demand.id, {}).values())
        assert answer.short.get(demand.id, 0) == demand.quantity - got
    assert assign(demands, supplies, costs) == answer


@settings(max_examples=150, deadline=None)
@given(case=cases())
def test_the_quick_sharing_keeps_the_rules_too(case: tuple[list[Demand], list[Supply], Costs]) -> None:
    """It is what is answered when the solver has no time."""
    assert keeps_the_rules(case, first_sharing(*case))


@settings(max_examples=150, deadline=None)
@given(case=cases(), data=st.data())
def test_the_flow_keeps_the_rules_and_its_bound_holds(
    case: tuple[list[Demand], list[Supply], Costs], data: st.DataObject
) -> None:
    """Beside the model that proves its answer: never better than the bound, and the same where the flow says it is the best."""
    demands, supplies, costs = case
    before = {pair[0]: {pair[1]: 1} for pair in costs if data.draw(st.booleans())}
    whole = Case(
        demands=demands,
        supplies=supplies,
        costs=costs,
        previous=before,
        priority_weight=PRIORITY_WEIGHT,
        split_cost=SPLIT_COST,
    )
    if not costs:
        return
    flow = flow_sharing(whole)
    assert flow is not None
    assert keeps_the_rules(case, flow.shares)
    shares, optimal = _modelled(whole, 3.0)
    assert optimal
    best = whole.tiers(shares)
    assert flow.tiers <= best <= flow.bound
    assert not flow.proven or flow.tiers == best


@pytest.mark.parametrize("seed", range(6))
def test_a_large_sharing_is_the_best_for_people(seed: int) -> None:
    """Two hundred households of one to four, food for four in five of them: as many served as without the rule of one group."""
    dice = Random(seed)
    demands = [Demand(id=f"d{n:03}", quantity=dice.randint(1, 4), priority=dice.randint(0, 1)) for n in range(200)]
    supplies = [Supply(id=f"s{n:02}", quantity=20, group=f"g{n // 2}") for n in range(20)]
    costs = {(d.id, s.id): dice.randint(0, 60) for d in demands for s in supplies if dice.random() < 0.5}
    answer = assign(demands, supplies, costs)
    assert keeps_the_rules((demands, supplies, costs), plain(answer))
    case = Case(
        demands=demands,
        supplies=supplies,
        costs=costs,
        previous={},
        priority_weight=PRIORITY_WEIGHT,
        split_cost=SPLIT_COST,
    )
    flow = flow_sharing(case)
    assert flow is not None
    assert case.tiers(answer.shares)[:3] == flow.bound[:3]


def test_figures_too_large_for_the_flow_are_left_to_the_model() -> None:
    """Costs near the limit times thousands of units: no overflow, an answer all the same."""
    demands = [Demand(id=f"d{n}", quantity=1000, weight=1000) for n in range(30)]
    case = Case(
        demands=demands,
        supplies=[Supply(id="s", quantity=10, group="g")],
        costs={(d.id, "s"): 10**5 for d in demands},
        previous={d.id: {"s": 1000} for d in demands},
        priority_weight=PRIORITY_WEIGHT,
        split_cost=SPLIT_COST,
    )
    assert flow_sharing(case) is None


def test_without_time_for_the_solver_there_is_an_answer_all_the_same() -> None:
    """Everybody gets all they asked for."""
    demands = [Demand(id=f"d{n}", quantity=2) for n in range(400)]
    supplies = [Supply(id=f"s{n}", quantity=100, group=f"g{n // 2}") for n in range(12)]
    costs = {(d.id, s.id): (7 * n + k) % 50 for n, d in enumerate(demands) for k, s in enumerate(supplies)}
    answer = assign(demands, supplies, costs, deterministic_time=1e-6)
    assert keeps_the_rules((demands, supplies, costs), plain(answer))
    assert answer.short == {}


def test_more_demands_come_before_larger_ones() -> None:
    """Two units: two people with one each, not one with two."""
    demands = [Demand(id="a", quantity=2), Demand(id="b", quantity=1)]
    answer = assign(demands, [Supply(id="s", quantity=2, group="g")], {("a", "s"): 0, ("b", "s"): 9})
    assert plain(answer) == {"a": {"s": 1}, "b": {"s": 1}}


def test_who_was_missed_comes_first() -> None:
    """A priority decides between equals, before the cost does."""
    demands = [Demand(id="a", quantity=1), Demand(id="b", quantity=1, priority=1)]
    answer = assign(demands, [Supply(id="s", quantity=1, group="g")], {("a", "s"): 0, ("b", "s"): 9})
    assert plain(answer) == {"b": {"s": 1}}


def test_a_second_sharing_takes_nothing_away_without_need() -> None:
    """A dearer share that was given before stays."""
    demands = [Demand(id="a", quantity=1)]
    supplies = [Supply(id="near", quantity=1, group="n"), Supply(id="far", quantity=1, group="f")]
    costs = {("a", "near"): 0, ("a", "far"): 9}
    assert plain(assign(demands, supplies, costs)) == {"a": {"near": 1}}
    assert plain(assign(demands, supplies, costs, previous={"a": {"far": 1}})) == {"a": {"far": 1}}


@pytest.mark.parametrize(
    ("demands", "supplies", "costs"),
    [
        ([Demand(id="a", quantity=-1)], [], {}),
        ([Demand(id="a", quantity=1)] * 2, [], {}),
        ([Demand(id="a", quantity=1)], [], {("a", "s"): 0}),
        ([Demand(id="a", quantity=1)], [Supply(id="s", quantity=1, group="g")], {("a", "s"): -1}),
    ],
    ids=["negative", "twice", "unknown", "negative cost"],
)
def test_odd_input_is_refused(demands: list[Demand], supplies: list[Supply], costs: Costs) -> None:
    """ProblemError."""
    with pytest.raises(ProblemError):
        assign(demands, supplies, costs)
