"""What allocation may count on: reach never refuses what routing can serve."""

from __future__ import annotations

from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from logistics.domain.vocabulary import CredentialKind, DriverNeed, Product, TemperatureClass, Trait, VehicleKind
from logistics.planning.day_plan import route_problem
from logistics.planning.visits import Allotted, visits_of
from routing import MaxIterations, solve
from tests.logistics.planning.worlds import MON, TUE, World, dish

SOMEWHERE = st.integers(0, 30)


def _span(draw: st.DrawFn, earliest: int, shortest: int = 0) -> tuple[str, str]:
    """Two times of day in quarters of an hour; the first up to two hours after `earliest`."""
    begins = earliest * 4 + draw(st.integers(0, 8))
    ends = begins + draw(st.integers(shortest, 12))
    return f"{begins // 4}:{begins % 4 * 15:02d}", f"{ends // 4}:{ends % 4 * 15:02d}"


def mostly[T](usual: T, rare: T) -> st.SearchStrategy[T]:
    """The rare thing once in eight times."""
    return st.sampled_from([usual] * 7 + [rare])


@st.composite
def one_visits(draw: st.DrawFn) -> World:
    """One driver, one source (a slot or a hub), one portion or parcel for one door."""
    world = World()
    from_hub = draw(st.booleans())
    product = Product.PARCEL if from_hub else draw(st.sampled_from([Product.HOT_MEAL, Product.CHILLED_MEAL]))
    household = world.household(
        "H1",
        draw(SOMEWHERE),
        floor=draw(st.integers(0, 3)),
        driver_needs=draw(st.sampled_from([frozenset(), frozenset(), *({need} for need in DriverNeed)])),
    )
    world.order(household, product, window=_span(draw, 11, 1))
    if from_hub:
        world.hub(at=draw(SOMEWHERE))
    else:
        ready, closes = _span(draw, 11)
        hot = product is Product.HOT_MEAL
        world.slot(
            dish("stew", 1),
            at=draw(SOMEWHERE),
            ready=ready,
            collect_by=closes,
            hold_until=draw(st.sampled_from([None, ready, closes])) if hot else None,
            temperature=TemperatureClass.HOT if hot else TemperatureClass.CHILLED,
        )
    _somebody(draw, world, household)
    return world


def _somebody(draw: st.DrawFn, world: World, household: Any) -> None:
    few: dict[str, Any] = {
        "capacity_parcels": draw(mostly(1, 0)),
        "capacity_portions": draw(mostly(1, 0)),
        "hot_ml": draw(mostly(600, 599)),
        "cold_ml": draw(mostly(600, 599)),
        "max_stops": draw(mostly(1, 0)),
        "credentials": draw(mostly({CredentialKind.DBS_BASIC: MON}, {})),
        "traits": draw(mostly(frozenset({Trait.FEMALE_DRIVER}), frozenset())),
    }
    driver = world.volunteer("V1", draw(SOMEWHERE), vehicle=draw(st.sampled_from(VehicleKind)), **few)
    starts, ends = _span(draw, 10, 4)
    world.shift(driver, starts=starts, ends=ends)
    if draw(mostly(False, True)):
        world.blocks.add((driver, household))


@settings(max_examples=150, deadline=None)
@given(world=one_visits())
def test_a_lone_visit_is_reachable_exactly_when_routing_serves_it(world: World) -> None:
    """For one driver, one source and one portion, the vectorised condition and the engine agree to the second."""
    setting = world.day()
    line = setting.week_input.demand[0]
    (source,) = setting.sources
    hub, slot = source.hub, source.slot
    item = Allotted(
        line=line,
        source_id=source.id,
        batch_id=slot.batches[0].id if slot else None,
        hub_id=hub.id if hub else None,
        quantity=1,
    )
    problem = route_problem(setting, visits_of([item], setting.week_input, setting.midnight_s)).problem
    event(f"reachable: {setting.reach.reachable(source, line)}")
    served = not solve(problem, stop=MaxIterations(0)).unserved
    assert setting.reach.reachable(source, line) is served


def test_a_household_nobody_placed_is_out_of_reach() -> None:
    """Without a place there is no way."""
    world = World()
    world.order(world.household("H1", None))
    world.slot(dish("stew", 1))
    world.driver("V1")
    setting = world.day()
    assert not setting.reach.reachable(setting.sources[0], setting.week_input.demand[0])


def test_nobody_on_shift_reaches_nothing() -> None:
    """The shift is on another day."""
    world = World()
    world.order(world.household("H1"))
    world.slot(dish("stew", 1))
    world.driver("V1", day=TUE)
    setting = world.day()
    assert not setting.reach.reachable(setting.sources[0], setting.week_input.demand[0])


def test_a_check_that_lapsed_the_day_before_opens_no_door() -> None:
    """Valid through its expiry date, not beyond."""
    for expires, reachable in ((MON, False), (TUE, True)):
        world = World()
        household = world.household("H1", driver_needs=frozenset({DriverNeed.DBS_BASIC}))
        world.order(household, days=[TUE])
        world.slot(dish("stew", 1), day=TUE)
        world.driver("V1", day=TUE, credentials={CredentialKind.DBS_ENHANCED: expires})
        setting = world.day(TUE)
        assert setting.reach.reachable(setting.sources[0], setting.week_input.demand[0]) is reachable


def test_parking_counts_before_the_window_closes() -> None:
    """Loaded from 11:30 to 11:35 next door, parked by 11:36: a window until 11:35 is missed, one until 11:36 is not."""
    for closes, reachable in (("11:35", False), ("11:36", True)):
        world = World()
        world.order(world.household("H1"), window=("11:00", closes))
        world.slot(dish("stew", 1))
        world.driver("V1")
        setting = world.day()
        assert setting.reach.reachable(setting.sources[0], setting.week_input.demand[0]) is reachable
