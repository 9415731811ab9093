"""Nobody is sent to a pickup for nothing."""

from __future__ import annotations

from routing import Pickup
from routing.compiled import Compiled
from routing.engines.plan import Built, start_plan
from routing.engines.positions import best_place
from tests.routing.worlds import MINUTE, at, door, meal, tour, world


def test_a_second_visit_that_takes_over_all_makes_the_first_one_go() -> None:
    """The kitchen must be visited again for a meal that rides 6 minutes at most; the later door is supplied from then."""
    problem = world(
        door("early", 5, needs=(meal("bakery"),), windows=at(0, 20)),
        door("late", 2, windows=at(60, 90)),
        door("short", 1, needs=(meal(max_ride_s=6 * MINUTE),), windows=at(30, 40)),
        pickups=(
            Pickup(id="kitchen", location=0, service_s=5 * MINUTE),
            Pickup(id="bakery", location=0, service_s=5 * MINUTE),
        ),
    )
    compiled = Compiled(problem)
    plan = start_plan(compiled)
    built = plan.build(0, [compiled.node(visit) for visit in tour("KITCHEN BAKERY early late")])
    assert isinstance(built, Built)
    plan.put(0, built)
    found = best_place(plan, compiled.stop_node["short"], 0, float("inf"))
    assert isinstance(found, tuple)
    names = [compiled.visit(node) for node in found[1].nodes]
    assert names == list(tour("BAKERY early KITCHEN short late"))
