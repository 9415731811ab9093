"""Another order of stops: before going there the driver reads which food would be late, and by how much."""

from __future__ import annotations

import re
import uuid
from datetime import datetime, timedelta

from logistics.domain.arrivals import expected_services
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import TemperatureClass
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import DeliveryEvent, Route, Stop
from logistics.queries.day_routes import route_facts
from logistics.queries.detours import Detour, detours, detours_of
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World


def loaded_late(world: World, route: RouteWorld, when: datetime) -> None:
    """Kitchen and hub were left then; the five doors are to come."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Route, route.route_id).state = RouteState.IN_PROGRESS
        for name in ("kitchen", "hub"):
            session.get_one(Stop, route.stops[name]).state = StopState.COMPLETED
            session.add(
                DeliveryEvent(
                    id=uuid.uuid4(), route_id=route.route_id, stop_id=route.stops[name], volunteer_id=route.volunteer_id,
                    kind=DeliveryEventKind.PICKUP_DONE, happened_at=when, received_at=when, details={},
                )
            )  # fmt: skip


def test_going_to_a_parcel_first_makes_hot_food_late(world: World, route: RouteWorld) -> None:
    """In the planned order every hot meal comes by 13:00; with the last door first, those at the end of the order do not."""
    loaded_late(world, route, at(12, 24))
    with world.session() as session:
        found = detours(session, route.route_id, now=at(12, 25))
        (facts,) = route_facts(session, route.plan_id, route.day)
    assert set(found) == {route.stops[name] for name in ("ada", "brook", "carlos", "refuge", "empty")}
    assert found[route.stops["ada"]].words == "", "the next door is no detour"
    first = found[route.stops["empty"]]
    expected = expected_services(facts.journey, now=at(12, 25), first=route.stops["empty"])
    late = {name for name in ("ada", "brook", "carlos", "refuge") if expected[route.stops[name]] >= at(13, 1)}
    meals = {"ada": 2, "brook": 3, "carlos": 1, "refuge": 2}
    assert late
    assert first.portions == {TemperatureClass.HOT: sum(meals[name] for name in late)}
    assert first.late_s == int((max(expected[route.stops[name]] for name in late) - at(13)).total_seconds())


def test_food_that_is_late_anyway_is_not_the_detours_doing(world: World, route: RouteWorld) -> None:
    """Everything is too late already: going to the next door first changes nothing, so nothing is said of it."""
    loaded_late(world, route, at(13, 30))
    with world.session() as session:
        (facts,) = route_facts(session, route.plan_id, route.day)
    assert detours_of(facts, now=at(13, 31))[route.stops["ada"]].words == ""


def test_words_count_meals_and_minutes() -> None:
    """One meal, several, both kinds; seconds become minutes, never none."""
    hot, chilled = TemperatureClass.HOT, TemperatureClass.CHILLED
    assert Detour(portions={hot: 2}, late_s=725).words == "2 hot meals would be 12 min late"
    assert Detour(portions={hot: 2}, late_s=7325).words == "2 hot meals would be 2 h 2 min late"
    assert Detour(portions={hot: 1}, late_s=61).words == "1 hot meal would be 1 min late"
    assert Detour(portions={hot: 1, chilled: 3}, late_s=600).words == (
        "3 chilled meals and 1 hot meal would be up to 10 min late"
    )
    assert Detour(portions={}, late_s=0).words == ""


def test_the_page_and_the_phones_copy_say_it_before_the_driver_goes(
    phone: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """Beside “Go here now” of the last door; the kept route has it as a field, and its version does not change with the minutes."""
    tap(phone, "route_accepted")
    loaded_late(world, route, at(12, 24))
    clock.set(at(12, 25))
    page = phone.get("/d/route").text
    said = re.search(rf'data-detour="{route.stops["empty"]}">([^<]*)<', page)
    assert said is not None
    assert re.fullmatch(r"\d+ hot meals? would be (\d+ h )?\d+ min late", said[1])
    kept = phone.get("/d/kept").json or {}
    assert next(stop for stop in kept["stops"] if stop["id"] == str(route.stops["empty"]))["detour"] == said[1]
    clock.set(at(12, 25) + timedelta(minutes=20))
    later = phone.get("/d/kept").json or {}
    assert later["version"] == kept["version"]
    assert next(stop for stop in later["stops"] if stop["id"] == str(route.stops["empty"]))["detour"] != said[1]
