"""When things happen on one route: each claim in the smallest world."""

from dataclasses import replace

import pytest

from routing import Breach, Pickup, Problem, RideFrom, Route, Rule, Window, replay
from tests.routing.worlds import KITCHEN, MINUTE, at, car, door, meal, tour, world


def drive(problem: Problem, text: str) -> Route:
    """The route of the first vehicle."""
    route = replay(problem, problem.vehicles[0].id, tour(text))
    assert isinstance(route, Route), route
    return route


def starts(route: Route) -> list[float]:
    """Start of service of each visit, in minutes."""
    return [step.service_start_s / MINUTE for step in route.steps[1:-1]]


def refusal(problem: Problem, text: str) -> tuple[Rule, int]:
    """The rule broken and by how much."""
    breach = replay(problem, problem.vehicles[0].id, tour(text))
    assert isinstance(breach, Breach), breach
    return breach.rule, breach.amount


def test_without_windows_everything_follows_at_once() -> None:
    """Five minutes of loading, a minute's way, two minutes at each door."""
    assert starts(drive(world(door("a", 1), door("b", 2)), "KITCHEN a b")) == [0, 6, 9]


def test_the_vehicle_leaves_as_late_as_the_first_door_allows() -> None:
    """A door that opens at 30 is reached at 30, not waited for: loading begins at 24."""
    route = drive(world(door("a", 1, windows=at(30, 40))), "KITCHEN a")
    assert starts(route) == [24, 30]
    assert route.start_s == 24 * MINUTE
    assert route.duration_s == 8 * MINUTE


def test_waiting_that_cannot_be_avoided_counts() -> None:
    """The kitchen closes at 10, the door opens at 30."""
    kitchen = replace(KITCHEN, windows=at(0, 10))
    route = drive(world(door("a", 1, windows=at(30, 40)), pickups=(kitchen,)), "KITCHEN a")
    assert starts(route) == [10, 30]
    assert route.duration_s == 22 * MINUTE


def test_loading_is_late_where_waiting_is_needed_anyway() -> None:
    """Between a first door at 10 and a second at 60, the second meal is loaded at 54, not at 13."""
    stops = (door("a", 1, windows=at(10)), door("b", 1, windows=at(60, 70), needs=(meal("bakery"),)))
    bakery = Pickup(id="bakery", location=0, service_s=5 * MINUTE)
    assert starts(drive(world(*stops, pickups=(KITCHEN, bakery)), "KITCHEN a BAKERY b")) == [4, 10, 54, 60]


def test_a_fixed_clock_is_the_latest_start_of_service() -> None:
    """Service at minute 6 meets a deadline of 6, and misses one of a second less."""
    assert starts(drive(world(door("a", 1, needs=(meal(latest_start_s=6 * MINUTE),))), "KITCHEN a")) == [0, 6]
    tight = world(door("a", 1, needs=(meal(latest_start_s=6 * MINUTE - 1),)))
    assert refusal(tight, "KITCHEN a") == (Rule.CLOCK, 1)


def test_a_ride_clock_delays_the_loading_instead_of_waiting_at_the_door() -> None:
    """Door b opens at 60 and food may ride 10 minutes: it is loaded at 50 or later, after a."""
    stops = (
        door("a", 1, windows=at(10, 12), needs=(meal("bakery"),)),
        door("b", 2, windows=at(60, 70), needs=(meal(max_ride_s=10 * MINUTE),)),
    )
    bakery = Pickup(id="bakery", location=0, service_s=0)
    assert starts(drive(world(*stops, pickups=(KITCHEN, bakery)), "BAKERY a KITCHEN b"))[-2:] == [53, 60]
    assert refusal(world(*stops, pickups=(KITCHEN, bakery)), "KITCHEN BAKERY a b")[0] is Rule.CLOCK


def test_a_ride_clock_reaches_over_other_doors() -> None:
    """a waits for its window; b's ten minutes from loading force the loading up, not only b."""
    stops = (door("a", 1, windows=at(20, 40)), door("b", 2, needs=(meal(max_ride_s=10 * MINUTE),)))
    assert starts(drive(world(*stops), "KITCHEN a b")) == [14, 20, 23]


def test_a_ride_too_short_for_the_way_is_refused_by_what_is_missing() -> None:
    """Loading and way take six minutes, five are allowed."""
    assert refusal(world(door("a", 1, needs=(meal(max_ride_s=5 * MINUTE),))), "KITCHEN a") == (Rule.CLOCK, MINUTE)


def test_a_ride_may_count_from_the_end_of_loading() -> None:
    """Six minutes from the start of loading are one from its end."""
    need = meal(max_ride_s=MINUTE, ride_from=RideFrom.LOADED)
    assert starts(drive(world(door("a", 1, needs=(need,))), "KITCHEN a")) == [0, 6]


@pytest.mark.parametrize(("hold", "sound"), [(30, True), (24, True), (23, False)])
def test_held_goods_ride_from_loading_but_not_later_than_the_holding(hold: int, sound: bool) -> None:
    """Loaded at 24 for a door at 30 with six minutes: holding until 24 is enough, until 23 is not."""
    need = meal(max_ride_s=6 * MINUTE, hold_until_s=hold * MINUTE)
    problem = world(door("a", 1, windows=at(30, 40), needs=(need,)))
    found = replay(problem, "car", tour("KITCHEN a"))
    assert isinstance(found, Route) is sound
    if isinstance(found, Breach):
        assert found.rule is Rule.CLOCK


def test_several_windows_are_used_as_they_fit() -> None:
    """Between two windows one waits for the second."""
    stop = door("a", 1, windows=(*at(0, 5), *at(20, 30)))
    assert starts(drive(world(stop), "KITCHEN a")) == [14, 20]


def test_a_later_window_is_taken_when_it_shortens_the_route() -> None:
    """Served at 6, a would mean waiting for b at 100; served at 90 it does not."""
    stops = (door("a", 1, windows=(*at(0, 10), *at(90, 95))), door("b", 2, windows=at(100, 110)))
    route = drive(world(*stops), "KITCHEN a b")
    assert starts(route)[1:] == [95, 100]
    assert route.duration_s == (102 - 89) * MINUTE


def test_parking_is_counted_once_in_a_building() -> None:
    """Two flats of one tower park once; a third door in a house of its own parks again."""
    tower = {"building": "tower", "parking_s": MINUTE}
    stops = (door("a", 1, **tower), door("b", 1, **tower), door("c", 1, parking_s=MINUTE))
    assert starts(drive(world(*stops), "KITCHEN a b c")) == [0, 7, 9, 12]


def test_parking_again_after_leaving_the_building() -> None:
    """Tower, elsewhere, tower: parked three times."""
    tower = {"building": "tower", "parking_s": MINUTE}
    stops = (door("a", 1, **tower), door("b", 1, **tower), door("c", 1, parking_s=MINUTE))
    assert starts(drive(world(*stops), "KITCHEN a c b")) == [0, 7, 10, 13]


def test_parking_may_be_done_before_the_window_opens() -> None:
    """Only service has to be inside the window."""
    stop = door("a", 1, parking_s=MINUTE, windows=at(7, 8))
    assert starts(drive(world(stop), "KITCHEN a")) == [0, 7]


def test_loading_takes_its_time_once_for_all_that_is_loaded() -> None:
    """One visit of the kitchen serves both doors."""
    route = drive(world(door("a", 1), door("b", 2)), "KITCHEN a b")
    assert [step.load for step in route.steps] == [(0,), (2,), (1,), (0,), (0,)]


def test_coming_back_for_more_is_a_new_visit_with_its_own_time() -> None:
    """Room for one: load, serve, come back, load, serve."""
    problem = world(door("a", 1), door("b", 1), vehicles=(car(capacity=(1,)),))
    route = drive(problem, "KITCHEN a KITCHEN b")
    assert starts(route) == [0, 6, 9, 15]
    assert [step.load for step in route.steps] == [(0,), (1,), (0,), (1,), (0,), (0,)]
    assert refusal(problem, "KITCHEN a b") == (Rule.CAPACITY, 1)


def test_one_stop_may_need_several_pickups() -> None:
    """Both are visited before; the load is the sum."""
    both = door("a", 1, needs=(meal(), meal("bakery", 2)))
    problem = world(both, pickups=(KITCHEN, Pickup(id="bakery", location=0)))
    assert [step.load for step in drive(problem, "KITCHEN BAKERY a").steps] == [(0,), (1,), (3,), (0,), (0,)]
    assert refusal(problem, "KITCHEN a") == (Rule.PICKUP_ORDER, 1)


def test_goods_on_board_from_the_start_fill_the_vehicle() -> None:
    """They are aboard before the first visit."""
    problem = world(door("a", 1, needs=(meal(None, 3),)), vehicles=(car(capacity=(2,)),))
    assert refusal(problem, "a") == (Rule.CAPACITY, 1)


def test_the_way_home_is_part_of_the_route() -> None:
    """Distance, duration and shift count it; an open route ends at its last door."""
    home = world(door("a", 3), vehicles=(car(end=0),))
    route = drive(home, "KITCHEN a")
    assert (route.distance_m, route.duration_s) == (600, 13 * MINUTE)
    open_route = drive(world(door("a", 3)), "KITCHEN a")
    assert (open_route.distance_m, open_route.duration_s) == (300, 10 * MINUTE)
    late = world(door("a", 3), vehicles=(car(end=0, shift=Window(0, 13 * MINUTE - 1)),))
    assert refusal(late, "KITCHEN a") == (Rule.SHIFT, 1)


def test_a_slow_vehicle_takes_longer_rounded_up() -> None:
    """60 s at 70% are 85.7, so 86."""
    problem = world(door("a", 1, needs=()), vehicles=(car(speed_percent=70),))
    assert drive(problem, "a").steps[1].arrival_s - drive(problem, "a").start_s == 86
