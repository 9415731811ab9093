"""Who goes without when fewer portions come: held against every choice that there is, and within what each driver has loaded."""

from __future__ import annotations

import uuid
from itertools import combinations
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.planning import StopKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Product
from logistics.planning.replan_short import goes_without
from logistics.planning.running_day import LiveItem, LiveStop, RunningDay

SLOT, BATCH = uuid.UUID(int=1), uuid.UUID(int=2)


def stop(number: int, quantity: int, *, on_board: bool = False, pickup: bool = False) -> LiveStop:
    """A door that waits for portions, or a pickup that is done."""
    item = LiveItem(
        order_id=None, batch_id=BATCH, hub_id=None, product=Product.HOT_MEAL, quantity=quantity, weight_g=0, on_board=on_board
    )  # fmt: skip
    return LiveStop(
        id=uuid.UUID(int=100 + number), sequence=number, number=number, kind=StopKind.PICKUP if pickup else StopKind.DELIVERY,
        state=StopState.COMPLETED if pickup else StopState.PLANNED, site_id=SLOT, household_id=uuid.UUID(int=500 + number),
        organisation_id=None, slot_id=SLOT if pickup else None, from_route_id=None, told_s=number, service_s=60, latest_s=None,
        leg_m=0, leg_s=0, items=(item,),
    )  # fmt: skip


def day(portions: int, missed: set[int], *routes: tuple[list[LiveStop], list[LiveStop]]) -> RunningDay:
    """What the choice looks at: the donation, the households, and (settled, open) stops of each route."""
    batch = SimpleNamespace(id=BATCH, portions=portions)
    households = {
        uuid.UUID(int=500 + number): SimpleNamespace(id=uuid.UUID(int=500 + number), was_missed=number in missed)
        for number in range(60)
    }
    facts = SimpleNamespace(slots=[SimpleNamespace(id=SLOT, batches=[batch])], households=households)
    rows = [
        SimpleNamespace(id=uuid.UUID(int=900 + at), settled=settled, open_stops=waiting)
        for at, (settled, waiting) in enumerate(routes)
    ]
    return cast(RunningDay, cast(Any, SimpleNamespace(week_input=facts, routes=rows)))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 20), st.sets(st.integers(0, 7)))
def test_as_many_portions_go_out_as_there_are_and_the_missed_come_first(
    wanted: list[int], there_are: int, missed: set[int]
) -> None:
    """No other choice gives out more, nor as many with more for those who were missed last week."""
    doors = [stop(number, quantity) for number, quantity in enumerate(wanted)]
    lost = goes_without(day(there_are, missed, ([], doors)), SLOT, {}, {})
    kept = [number for number, door in enumerate(doors) if door.id not in lost]
    choices = (set(chosen) for size in range(len(wanted) + 1) for chosen in combinations(range(len(wanted)), size))
    worth = [
        (sum(wanted[at] for at in chosen), sum(wanted[at] for at in chosen & missed))
        for chosen in choices
        if sum(wanted[at] for at in chosen) <= there_are
    ]
    assert (sum(wanted[at] for at in kept), sum(wanted[at] for at in set(kept) & missed)) == max(worth)


def test_what_a_driver_has_loaded_is_not_taken_from_them() -> None:
    """A has loaded all of its 30; of 48 in all, 18 are left for the 30 that B still has to fetch: only B's doors go without."""
    loaded = [stop(number, 2, on_board=True) for number in range(15)]
    waiting = [stop(number, 2) for number in range(20, 35)]
    running = day(60, set(), ([stop(50, 30, pickup=True)], loaded), ([], waiting))
    lost = goes_without(running, SLOT, {}, {BATCH: 48})
    assert set(lost) == {door.id for door in waiting[9:]}
    assert goes_without(running, SLOT, {}, {}) == {}


def test_what_a_driver_counted_is_what_they_have() -> None:
    """Thirty were planned and twenty counted: ten portions' doors of that driver go without, and nobody else's."""
    pickup = stop(50, 30, pickup=True)
    loaded = [stop(number, 2, on_board=True) for number in range(15)]
    others = [stop(number, 2) for number in range(20, 25)]
    lost = goes_without(day(60, set(), ([pickup], loaded), ([], others)), SLOT, {(pickup.id, BATCH): 20}, {})
    assert set(lost) == {door.id for door in loaded[10:]}
