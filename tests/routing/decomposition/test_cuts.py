"""What is found apart is apart, what is shared out is not more than there is, and no possible pair is overlooked."""

from itertools import permutations

import numpy as np
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from routing import Pickup, Problem, Route, Stop, VehicleLimit, Visit, VisitKind, Window, replay
from routing.compiled import Compiled
from routing.decomposition.components import components
from routing.decomposition.part import Cut, part_of, shared_out
from routing.decomposition.reach import Reach
from routing.decomposition.sharing import share_out
from routing.decomposition.state import State
from tests.routing.worlds import MINUTE, at, car, door, line, meal, problems, world

DAY = 24 * 60


def two_days(*stops: Stop, **more: object) -> Problem:
    """A door and a car on each of two days."""
    doors = stops or (door("mon", windows=at(60, 120)), door("tue", windows=at(DAY + 60, DAY + 120)))
    cars = tuple(
        car(f"car-{day}", shift=Window(day * DAY * MINUTE, (day * DAY + 600) * MINUTE)) for day in range(2)
    )  # fmt: skip
    return world(*doors, vehicles=cars, **more)


def found(problem: Problem) -> list[list[str]]:
    """The stops of each component by name."""
    compiled = Compiled(problem)
    return [[compiled.names[node] for node in each.stops] for each in components(compiled, Reach(compiled))]


def test_two_days_are_apart_until_something_ties_them() -> None:
    """A supply too small for both, hours too few for both, or one order that either may serve."""
    assert found(two_days()) == [["mon"], ["tue"]]
    scarce = (Pickup(id="kitchen", location=0, supply=(1,)),)
    assert found(two_days(pickups=scarce)) == [["mon", "tue"]]
    enough = (Pickup(id="kitchen", location=0, supply=(2,)),)
    assert len(found(two_days(pickups=enough))) == 2

    def hours(most: int) -> VehicleLimit:
        return VehicleLimit(
            id="ann", vehicle_ids=frozenset({"car-0", "car-1"}), max_total_duration_s=most * MINUTE, exclusive=True
        )

    assert found(two_days(limits=(hours(90),))) == [["mon", "tue"]]
    assert len(found(two_days(limits=(hours(1200),)))) == 2
    either = (
        door("mon", windows=at(60, 120), choice="parcel"), door("tue", windows=at(DAY + 60, DAY + 120), choice="parcel"),
    )  # fmt: skip
    assert found(two_days(*either)) == [["mon", "tue"]]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(problem=problems(most_stops=3))
def test_no_pair_that_can_be_driven_is_overlooked(problem: Problem) -> None:
    """Whatever route with one stop keeps the rules, where no detour is quicker, its bit is set; what is refused has none."""
    legs = problem.matrices[0].durations_s.astype(np.int64)
    assume(all((legs <= legs[:, [k]] + legs[[k], :]).all() for k in range(len(legs))))
    compiled = Compiled(problem)
    reach = Reach(compiled)
    for node, stop in enumerate(problem.stops):
        who = reach.who(node)
        for vehicle, each in enumerate(problem.vehicles):
            assert who[vehicle] == reach.of(vehicle)[node]
            if compiled.refusal(node, vehicle) is not None or not compiled.windows[node]:
                assert not who[vehicle]
                continue
            loadings = [Visit(VisitKind.PICKUP, need.pickup_id) for need in stop.needs if need.pickup_id]
            routes = (
                replay(problem, each.id, [*order, Visit(VisitKind.STOP, stop.id)], world=compiled)
                for order in permutations(loadings)
            )
            if any(isinstance(route, Route) for route in routes):
                assert who[vehicle]


@given(
    total=st.lists(st.integers(0, 1000), min_size=1, max_size=3),
    weights=st.lists(st.integers(0, 50), min_size=1, max_size=6),
)
def test_sharing_loses_and_invents_nothing(total: list[int], weights: list[int]) -> None:
    """Whole units, no share below nothing, together what there was."""
    shares = shared_out(total, weights)
    assert len(shares) == len(weights)
    assert all(amount >= 0 for share in shares for amount in share)
    assert [sum(column) for column in zip(*shares, strict=True)] == total


def test_parts_share_hours_and_supply_without_overspending() -> None:
    """Three portions and ninety minutes for two parts: each gets a part of them, together no more."""
    limit = VehicleLimit(id="ann", vehicle_ids=frozenset({"car-0", "car-1"}), max_total_duration_s=90 * MINUTE)
    kitchen = (Pickup(id="kitchen", location=0, supply=(3,)),)
    problem = two_days(limits=(limit,), pickups=kitchen)
    compiled = Compiled(problem)
    cuts = share_out(compiled, State(compiled), [((0,), (0,)), ((1,), (1,))], {0: 1800, 1: 3600})
    assert [cut.hours[0] for cut in cuts] == [30 * MINUTE, 60 * MINUTE]
    assert sum(cut.supply["kitchen"][0] for cut in cuts) == 3
    assert all(cut.supply["kitchen"][0] >= 1 for cut in cuts)
    assert part_of(problem, cuts[1]).problem.limits[0].max_total_duration_s == 60 * MINUTE


def test_a_part_holds_its_own_places_only_and_gives_routes_back() -> None:
    """Two of a hundred places, and steps with the whole problem's numbers again."""
    problem = world(
        door("a", 70), door("b", 90, allowed_vehicles=frozenset({"van"})), vehicles=(car(), car("van")),
        matrices=(line(100),),
    )  # fmt: skip
    part = part_of(problem, Cut(stops=(0,), vehicles=(0,)))
    assert part.locations == (0, 70)
    assert part.problem.matrices[0].leg(0, 1) == (70 * MINUTE, 7000)
    visits = (Visit(VisitKind.PICKUP, "kitchen"), Visit(VisitKind.STOP, "a"))
    inside = replay(part.problem, "car", visits)
    assert isinstance(inside, Route)
    assert part.home(inside) == replay(problem, "car", visits)
    without = part_of(problem, Cut(stops=(1,), vehicles=(0,)))
    assert without.problem.stops[0].allowed_vehicles == frozenset()


def test_a_need_too_large_for_the_meal_is_no_reach() -> None:
    """A bicycle that holds one portion cannot reach a door for two."""
    problem = world(door("a", needs=(meal(portions=2),)), vehicles=(car(capacity=(1,)), car("van")))
    assert Reach(Compiled(problem)).who(0).tolist() == [False, True]
