"""Door visits: a household's orders for one window are one visit."""

from __future__ import annotations

from logistics.domain.vocabulary import Product, TemperatureClass
from logistics.planning.visits import Allotted, load_of, visits_of
from tests.logistics.planning.worlds import MON, World, axis, dish


def _everything(world: World) -> tuple[list[Allotted], World]:
    """Each order gets its quantity from the first source of its kind."""
    setting = world.day()
    items = []
    for line in setting.week_input.demand:
        source = next(s for s in setting.sources if (s.hub is not None) == (line.product is Product.PARCEL))
        batch = source.slot.batches[0].id if source.slot else None
        hub = source.hub.id if source.hub else None
        items.append(Allotted(line=line, source_id=source.id, batch_id=batch, hub_id=hub, quantity=line.quantity))
    return items, world


def _both(window: tuple[str, str]) -> tuple[list[Allotted], World]:
    world = World()
    family = world.household("H1", people=4)
    world.order(family, Product.HOT_MEAL, 2)
    world.order(family, Product.PARCEL, 1, window=window)
    world.slot(dish("stew", 2))
    world.hub()
    return _everything(world)


def test_two_orders_for_one_window_are_one_visit() -> None:
    """A meal and a parcel: one door, two sources, three items; the parcel feeds the household."""
    items, world = _both(("12:00", "14:00"))
    (visit,) = visits_of(items, world.week(), 0)
    assert len(visit.source_ids) == 2
    assert visit.quantity == 3
    assert visit.people_fed == 2 + 4


def test_two_windows_are_two_visits() -> None:
    """The window is the promise to the household."""
    items, world = _both(("12:00", "14:30"))
    visits = visits_of(items, world.week(), 0)
    assert {visit.window_end_s for visit in visits} == {axis(MON, "14:00"), axis(MON, "14:30")}


def test_a_visit_that_failed_whole_is_tried_in_parts() -> None:
    """Kept apart, each source has a visit of its own, and the parts are what the whole was."""
    items, world = _both(("12:00", "14:00"))
    (whole,) = visits_of(items, world.week(), 0)
    parts = visits_of(items, world.week(), 0, frozenset({whole.id}))
    assert [len(part.source_ids) for part in parts] == [1, 1]
    assert {item for part in parts for item in part.items} == set(whole.items)


def test_two_households_in_one_building_are_two_visits() -> None:
    """They share the parking, not the door."""
    world = World()
    for ref in ("H1", "H2"):
        world.order(world.household(ref, building="Cedar Court"))
    world.slot(dish("stew", 2))
    items, _ = _everything(world)
    assert len(visits_of(items, world.week(), 0)) == 2


def test_a_load_counts_litres_by_temperature() -> None:
    """Two hot portions, one chilled one and a parcel, in the order of the dimensions."""
    world = World()
    family = world.household("H1")
    world.order(family, Product.HOT_MEAL, 2)
    world.slot(dish("stew", 2))
    world.slot(dish("salad", 1), temperature=TemperatureClass.CHILLED)
    world.hub()
    setting = world.day()
    line = setting.week_input.demand[0]
    items = [
        Allotted(
            line=line,
            source_id=source.id,
            batch_id=None,
            hub_id=None,
            quantity=2 if source.slot and source.slot.temperature is TemperatureClass.HOT else 1,
        )
        for source in setting.sources
    ]
    by_id = {source.id: source for source in setting.sources}
    assert load_of(items, by_id, 600) == (1, 3, 1200, 600)
