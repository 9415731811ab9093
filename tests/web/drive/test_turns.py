"""The turn list: each manoeuvre in plain English, and a page that names streets and nobody."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from itertools import pairwise

import pytest

from logistics.bootstrap import Services
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.port import LatLon, RoadLeg, RoadPath, RoadsInfo, RoadStep, RoadsUnavailable
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.tables import PlanVersion
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.maps.drawn import unpacked
from tests.web.world import Visitor
from web import create_app
from web.maps.turns import Turn, turns_of, words_of


def step(
    kind: str,
    modifier: str = "",
    name: str = "",
    *,
    ref: str = "",
    metres: int = 100,
    exit_number: int | None = None,
    bearing: int = 0,
) -> RoadStep:
    """One manoeuvre."""
    return RoadStep(
        kind=kind, modifier=modifier, name=name, ref=ref, exit_number=exit_number, bearing=bearing, at=(51.5, -0.1),
        distance_m=metres, duration_s=30,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (step("depart", name="Tanner Street", bearing=92), "Set off east along Tanner Street"),
        (step("depart", bearing=340), "Set off north"),
        (step("turn", "left", "Cowcross Street"), "Turn left into Cowcross Street"),
        (step("turn", "sharp right"), "Turn sharp right"),
        (step("turn", "slight left", ref="A201"), "Bear left into A201"),
        (step("turn", "right", "Farringdon Road", ref="A201"), "Turn right into Farringdon Road (A201)"),
        (step("turn", "straight", "Long Lane"), "Go straight on into Long Lane"),
        (step("continue", "uturn", "Long Lane"), "Turn round"),
        (step("continue", "straight", "Long Lane"), "Carry straight on along Long Lane"),
        (step("continue", "slight right", "Long Lane"), "Follow Long Lane to the right"),
        (step("new name", "straight", "Aldersgate Street"), "Carry on into Aldersgate Street"),
        (step("end of road", "left", "Jamaica Road"), "At the end of the road turn left into Jamaica Road"),
        (step("fork", "slight left", "Grange Road"), "At the fork keep left into Grange Road"),
        (step("merge", "slight left", "Old Kent Road"), "Join Old Kent Road"),
        (step("on ramp", "left", "A2"), "Take the slip road on the left for A2"),
        (step("off ramp", "slight left"), "Take the slip road on the left"),
        (step("roundabout", "right", "Abbey Street", exit_number=2), "At the roundabout take the 2nd exit into Abbey Street"),
        (step("rotary", exit_number=5), "At the roundabout take the 5th exit"),
        (step("roundabout turn", "left", "Spa Road"), "At the small roundabout turn left into Spa Road"),
        (step("arrive", "right"), "You are there: it is on your right"),
        (step("arrive", "straight"), "You are there"),
        (step("something new", "left", "Spa Road"), "Turn left into Spa Road"),
    ],
)  # fmt: skip
def test_each_manoeuvre_is_said_in_plain_english(told: RoadStep, words: str) -> None:
    """Every kind of manoeuvre that OSRM knows, and one that it may learn."""
    assert words_of(told) == words


def test_a_list_tells_how_far_and_leaves_out_what_asks_nothing() -> None:
    """Yards, then miles; the way around a roundabout counts to its line; a street that keeps its name is one line."""
    turns = turns_of(
        [
            step("depart", name="Spa Road", metres=231, bearing=180),
            step("new name", "straight", "Spa Road", metres=20),
            step("roundabout", "right", "Abbey Street", exit_number=1, metres=30),
            step("exit roundabout", "right", "Abbey Street", metres=1_600),
            step("arrive", "left", metres=0),
        ]
    )
    assert turns == (
        Turn(words="Set off south along Spa Road", then="270 yards"),
        Turn(words="At the roundabout take the 1st exit into Abbey Street", then="1 mile"),
        Turn(words="You are there: it is on your left", then=""),
    )


class OneStreet(StraightLineRouter):
    """A router of ours that knows one street and takes everybody along it."""

    def info(self) -> RoadsInfo:
        """No estimate."""
        return RoadsInfo(engine="one street", data_date=None, attribution="© the street", is_estimate=False)

    def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
        """A corner on each leg, and the turn at it."""
        del profile
        legs = []
        for (south, west), (north, east) in pairwise(points):
            steps = (step("depart", name="Jamaica Road"), step("turn", "left", "Lower Road"), step("arrive", metres=0))
            legs.append(
                RoadLeg(
                    points=((south, west), (south, east), (north, east)), distance_m=200, duration_s=60, steps=steps
                )
            )
        return RoadPath(legs=tuple(legs))


@pytest.fixture
def on_roads(services: Services, route: RouteWorld) -> Visitor:
    """A phone under way on a plan that a road router made."""
    with services.database.writing(route.world.network_id) as session:
        session.query(PlanVersion).one().roads_is_estimate = False
    app = create_app(dataclasses.replace(services, roads=OneStreet()))
    app.test_client_class = Visitor
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, route.link())
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"])
    return phone


def test_the_list_leads_from_stop_to_stop(on_roads: Visitor, route: RouteWorld) -> None:
    """Each open stop has its turns from the stop before it; what is done is not listed."""
    assert f'href="/d/turns?stop={route.stops["hub"]}' in on_roads.get("/d/route").text
    page = on_roads.get("/d/turns").text
    assert "From Tanner Street Kitchen to Drummond Road hub" in page
    assert "From stop 1 to stop 2" in page
    assert "Turn left into Lower Road" in page
    assert "To Tanner Street Kitchen" not in page
    assert "© the street" in page


def test_no_turn_leads_to_a_confidential_address(on_roads: Visitor) -> None:
    """Neither the way there nor the way on from there is told; and the list names nobody."""
    page = on_roads.get("/d/turns").text
    assert page.count("There is no map of stop 4. Go by the address.") == 2
    for word in ("Ada", "Cedar Court", "Vicarage", "SE8", "900456", "51.48"):
        assert word not in page


def test_the_map_follows_the_street(on_roads: Visitor) -> None:
    """The line on the driver's map has the street's corners, and does not call itself straight."""
    answer = on_roads.get("/d/way").get_json()
    data = on_roads.get("/d/route").text.split('id="map-data">')[1].split("</script>")[0]
    places = json.loads(data)["stops"]
    assert len(unpacked(answer["line"])) > len(places)
    assert answer["note"] == ""


def test_a_router_that_is_away_keeps_nobody_from_the_list(services: Services, route: RouteWorld) -> None:
    """The page never asks it; the map is told straight lines, and says so."""

    class Away(OneStreet):
        def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
            raise RoadsUnavailable("The road router does not answer.")

    with services.database.writing(route.world.network_id) as session:
        session.query(PlanVersion).one().roads_is_estimate = False
    app = create_app(dataclasses.replace(services, roads=Away()))
    app.test_client_class = Visitor
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, route.link())
    tap(phone, "route_accepted")
    assert "Tanner Street Kitchen" in phone.get("/d/route").text
    answer = phone.get("/d/way").get_json()
    assert answer["line"]
    assert answer["note"] == "Lines are straight from stop to stop, not along streets."
