"""Handing the way over: each link as its owner documents it, and a confidential address in none of them."""

from __future__ import annotations

import dataclasses
import re
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from logistics.bootstrap import Services
from logistics.domain.planning import StopKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Handover, VehicleKind
from logistics.queries.driver_rows import DoorView, DriverRoute, StopView
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import Visitor
from web import create_app
from web.drive.navigation import MOST_STOPS_IN_A_LINK, chain_of, navigation_links

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
POINT = re.compile(r"-?\d{1,2}\.\d{6},-?\d{1,3}\.\d{6}")


def door(number: int, *, secret: bool = False, place: tuple[float, float] | None = (51.4951, -0.0662)) -> StopView:
    """An open delivery; the query gives a confidential address no coordinates."""
    latitude, longitude = place or (None, None)
    view = DoorView(
        first_name="Ada", address="", postcode="", latitude=None if secret else latitude,
        longitude=None if secret else longitude, is_confidential=secret, floor=0, has_lift=False, access_notes="", phone="",
        language="en", people_at_door=1, handover=Handover.HAND_OVER, allergens=frozenset(), clock=None,
    )  # fmt: skip
    return StopView(
        id=uuid.uuid4(), sequence=number, number=number, kind=StopKind.DELIVERY, state=StopState.PLANNED, due_at=NOON,
        is_open=True, items=(), summary="", door=view, pickup=None,
    )  # fmt: skip


def route_of(*stops: StopView, vehicle: VehicleKind = VehicleKind.CAR) -> DriverRoute:
    """A route of these stops; only what the chain reads is filled."""
    values: dict[str, Any] = {field.name: None for field in dataclasses.fields(DriverRoute)}
    return DriverRoute(**{**values, "vehicle": vehicle, "stops": stops})


@pytest.mark.parametrize(
    ("vehicle", "google", "apple"),
    [
        (VehicleKind.CAR, "driving", ["d"]),
        (VehicleKind.VAN, "driving", ["d"]),
        (VehicleKind.CARGO_BIKE, "bicycling", None),
        (VehicleKind.BICYCLE, "bicycling", None),
        (VehicleKind.FOOT, "walking", ["w"]),
    ],
)
def test_each_link_has_its_documented_form(vehicle: VehicleKind, google: str, apple: list[str] | None) -> None:
    """Google Maps URLs, Apple Map Links, Waze deep links and geo: with the point and the way of travelling."""
    links = navigation_links(door(1), vehicle)
    assert links is not None
    address = urlsplit(links.google)
    assert (address.scheme, address.netloc, address.path) == ("https", "www.google.com", "/maps/dir/")
    assert parse_qs(address.query) == {"api": ["1"], "destination": ["51.495100,-0.066200"], "travelmode": [google]}
    address = urlsplit(links.apple)
    assert (address.scheme, address.netloc) == ("https", "maps.apple.com")
    asked = parse_qs(address.query)
    # Apple documents d, w and r: what it does not name is left to it.
    assert (asked["daddr"], asked.get("dirflg")) == (["51.495100,-0.066200"], apple)
    if google == "driving":
        address = urlsplit(links.waze)
        assert (address.scheme, address.netloc, address.path) == ("https", "waze.com", "/ul")
        assert parse_qs(address.query) == {"ll": ["51.495100,-0.066200"], "navigate": ["yes"]}
    else:
        assert links.waze == ""  # it knows cars alone
    # RFC 5870 takes latitude, then longitude; Android puts a pin where q says.
    assert re.fullmatch(rf"geo:{POINT.pattern}\?q={POINT.pattern}", links.geo)


def test_a_place_nobody_knows_or_may_know_has_no_link() -> None:
    """No coordinates, no link; and a confidential address has none even if its coordinates were handed in."""
    assert navigation_links(door(1, place=None), VehicleKind.CAR) is None
    assert navigation_links(door(1, secret=True), VehicleKind.CAR) is None
    known = door(1, secret=True)
    assert known.door is not None
    leaky = dataclasses.replace(known, door=dataclasses.replace(known.door, latitude=51.5, longitude=-0.1))
    assert navigation_links(leaky, VehicleKind.CAR) is None
    assert chain_of(route_of(leaky)).links == ()


def test_a_chain_keeps_googles_limits_and_leaves_nothing_out() -> None:
    """25 stops: at most three waypoints a link and 2,048 characters, each stop once, in order."""
    stops = [door(n, place=(51.48 + n / 1000, -0.06)) for n in range(1, 26)]
    chain = chain_of(route_of(*stops))
    met: list[str] = []
    for link in chain.links:
        asked = parse_qs(urlsplit(link.google).query)
        waypoints = asked.get("waypoints", [""])[0].split("|") if "waypoints" in asked else []
        assert len(waypoints) <= 3
        assert len(link.google) <= 2048
        met += [*waypoints, asked["destination"][0]]
    assert met == [f"{51.48 + n / 1000:.6f},-0.060000" for n in range(1, 26)]
    assert [link.words for link in chain.links][:2] == ["stop 1 to stop 4", "stop 5 to stop 8"]
    assert chain.links[-1].words == "stop 25"
    assert not chain.is_broken
    assert len(chain.links) == -(-25 // MOST_STOPS_IN_A_LINK)


def test_a_confidential_address_breaks_the_chain() -> None:
    """Links lead up to it and on from the stop behind it, and the page is told that there is a gap."""
    chain = chain_of(route_of(door(1), door(2, secret=True), door(3)))
    assert [link.words for link in chain.links] == ["stop 1", "stop 3"]
    assert chain.is_broken


def _under_way(phone: Visitor, route: RouteWorld) -> str:
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"])
    tap(phone, "pickup_done", route.stops["hub"])
    return phone.get("/d/route").text


def test_the_whole_route_is_handed_over_only_where_that_is_set(
    phone: Visitor, route: RouteWorld, services: Services
) -> None:
    """Off by default: the next stop alone has links. Switched on, the rest has them too, but for the confidential door."""
    page = _under_way(phone, route)
    assert page.count("google.com") == 1
    assert "waypoints" not in page
    settings = dataclasses.replace(services.settings, whole_route_links=True)
    app = create_app(dataclasses.replace(services, settings=settings))
    app.test_client_class = Visitor
    second = app.test_client()
    assert isinstance(second, Visitor)
    page = open_link(second, route.link()).get("/d/route").text
    assert "Whole route in Google Maps" in page
    assert "waypoints" in page
    assert "A confidential address is in none of them" in page
    assert "51.4811" not in page


def test_an_estimate_has_no_turn_list(phone: Visitor, route: RouteWorld) -> None:
    """Straight lines have no turns: no link to a list, and its address leads back."""
    assert "Turn by turn" not in _under_way(phone, route)
    answer = phone.get("/d/turns")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/d/route")


def test_tiles_add_their_host_for_pictures_and_nothing_else(route: RouteWorld, services: Services) -> None:
    """With a tile address the page's policy is the usual one with one more source of pictures; without, no host at all."""
    tiles = dataclasses.replace(
        services.settings, tile_url="https://{s}.tiles.example.org/{z}/{x}/{y}.png", tile_attribution="© Example"
    )
    policies = []
    for settings in (services.settings, tiles):
        app = create_app(dataclasses.replace(services, settings=settings))
        app.test_client_class = Visitor
        phone = app.test_client()
        assert isinstance(phone, Visitor)
        policy = open_link(phone, route.link()).get("/d/route").headers["Content-Security-Policy"]
        policies.append(re.sub(r"nonce-[\w-]+", "nonce", policy))
    assert "://" not in policies[0]
    assert policies[1] == policies[0].replace(
        "img-src 'self' data:", "img-src 'self' data: https://*.tiles.example.org"
    )
    assert "unsafe" not in policies[1]
