"""The states of the week's things: what may become what."""

from __future__ import annotations

from enum import StrEnum
from itertools import product

import pytest

from logistics.domain.errors import IllegalTransition, RuleBroken
from logistics.domain.states import (
    TRANSITIONS,
    OrderState,
    PlanState,
    RouteState,
    SlotState,
    StopState,
    WeekState,
    change,
)

PAIRS = [(current, wanted) for kind in TRANSITIONS for current, wanted in product(kind, repeat=2)]
LEGAL = [pair for pair in PAIRS if pair[1] in TRANSITIONS[type(pair[0])][pair[0]]]
ILLEGAL = [pair for pair in PAIRS if pair not in LEGAL and pair[0] is not pair[1]]

FINAL = {
    OrderState: {OrderState.DECLINED, OrderState.CANCELLED},
    SlotState: {SlotState.EXPIRED},
    WeekState: {WeekState.CLOSED},
    PlanState: {PlanState.SUPERSEDED},
    RouteState: {RouteState.RECONCILED, RouteState.HANDED_OVER},
    StopState: {StopState.CANCELLED},
}
PATHS = [
    [OrderState.DRAFT, OrderState.SUBMITTED, OrderState.CONFIRMED, OrderState.ALLOCATED, OrderState.PLANNED],
    [OrderState.PLANNED, OrderState.PACKED, OrderState.OUT_FOR_DELIVERY, OrderState.DELIVERED],
    [OrderState.CONFIRMED, OrderState.READY_TO_COLLECT, OrderState.COLLECTED],
    [SlotState.OFFERED, SlotState.CONFIRMED, SlotState.READY, SlotState.COLLECTED],
    [WeekState.OPEN, WeekState.ORDERS_CLOSED, WeekState.SOLVING, WeekState.PROPOSED, WeekState.PUBLISHED],
    [WeekState.PUBLISHED, WeekState.RUNNING, WeekState.CLOSED],
    [RouteState.DRAFT, RouteState.PUBLISHED, RouteState.ACCEPTED, RouteState.LOADED, RouteState.IN_PROGRESS],
    [RouteState.IN_PROGRESS, RouteState.COMPLETED, RouteState.RECONCILED],
    [StopState.PLANNED, StopState.EN_ROUTE, StopState.ARRIVED, StopState.COMPLETED],
    [StopState.ARRIVED, StopState.FAILED, StopState.PLANNED],
]


def _name(pair: tuple[StrEnum, StrEnum]) -> str:
    return f"{type(pair[0]).__name__} {pair[0]} to {pair[1]}"


def test_every_state_has_its_row() -> None:
    """No state of any machine is left without a line that says where it leads, and none leads to another machine."""
    for kind, table in TRANSITIONS.items():
        assert set(table) == set(kind)
        assert all(isinstance(wanted, kind) for row in table.values() for wanted in row)


@pytest.mark.parametrize("pair", LEGAL, ids=_name)
def test_a_legal_transition_is_made(pair: tuple[StrEnum, StrEnum]) -> None:
    """The wanted state comes back."""
    assert change(*pair) is pair[1]


@pytest.mark.parametrize("pair", ILLEGAL, ids=_name)
def test_an_illegal_transition_is_refused_with_the_state_named(pair: tuple[StrEnum, StrEnum]) -> None:
    """The sentence says what it is and what it cannot become."""
    with pytest.raises(IllegalTransition, match=f"is {pair[0]}: it cannot become {pair[1]}"):
        change(*pair)


def test_a_refused_transition_is_a_broken_rule() -> None:
    """So that every boundary answers it as one."""
    assert issubclass(IllegalTransition, RuleBroken)


@pytest.mark.parametrize("state", [state for kind in TRANSITIONS for state in kind], ids=str)
def test_repeating_a_step_is_harmless(state: StrEnum) -> None:
    """A state may become itself."""
    assert change(state, state) is state


@pytest.mark.parametrize("kind", FINAL, ids=lambda kind: kind.__name__)
def test_only_these_states_are_final(kind: type[StrEnum]) -> None:
    """Everything else can still change."""
    assert {state for state, row in TRANSITIONS[kind].items() if not row} == FINAL[kind]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{type(path[0]).__name__} to {path[-1]}")
def test_the_way_that_the_domain_describes_can_be_walked(path: list[StrEnum]) -> None:
    """From the first state to the last, one change at a time."""
    state = path[0]
    for wanted in path[1:]:
        state = change(state, wanted)
    assert state is path[-1]


@pytest.mark.parametrize("kind", TRANSITIONS, ids=lambda kind: kind.__name__)
def test_every_state_can_be_reached(kind: type[StrEnum]) -> None:
    """From the first state of its machine."""
    reached, todo = set(), [next(iter(kind))]
    while todo:
        state = todo.pop()
        if state not in reached:
            reached.add(state)
            todo += TRANSITIONS[kind][state]
    assert reached == set(kind)
