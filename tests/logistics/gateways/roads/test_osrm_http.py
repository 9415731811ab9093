"""OSRM over HTTP: the same answers as in the process, and a clear error in time for every way a server can fail."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads import OffTheRoads, RoadsUnavailable
from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.osrm_http import HttpOsrmRouter, OsrmServer
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion
from logistics.services.plan_week import PlanOrder, plan_week
from tests.logistics.gateways.roads.helsinki import FAR_AWAY, some_points
from tests.logistics.gateways.roads.loopback import Reply, answer, free_port, osrm_routed, pass_on, server_that
from tests.logistics.services.tiny_network import NOW, SECONDS, WEEK, lunch_network

CAR = VehicleKind.CAR
PATIENCE_S = 0.7
MARGIN_S = 1.5
"""What a busy machine may add."""


@pytest.fixture(scope="module")
def real(helsinki: tuple[RoadMaps, RoadMap]) -> Iterator[str]:
    """osrm-routed, started as its documentation says, on the cars' graph."""
    maps, road_map = helsinki
    with osrm_routed(maps.graph_path(road_map, RoadProfile.CAR)) as address:
        yield address


def router(address: str, seconds: float = 30) -> HttpOsrmRouter:
    """On a server there."""
    return HttpOsrmRouter(OsrmServer(url=address, timeout_s=seconds))


def test_it_answers_as_the_embedded_one_does(real: str, streets: EmbeddedOsrmRouter) -> None:
    """130 points, so in four squares of a server that takes 100 x 100: the same seconds and metres."""
    points = some_points(130, seed=3)
    near, far = streets.matrix(points, CAR), router(real).matrix(points, CAR)
    assert np.array_equal(near.durations_s, far.durations_s)
    assert np.array_equal(near.distances_m, far.distances_m)
    assert router(real).snap_distances_m(points, CAR) == pytest.approx(streets.snap_distances_m(points, CAR), abs=0.1)


def test_it_draws_the_same_way(real: str, streets: EmbeddedOsrmRouter) -> None:
    """Lines, turns and figures; and a journey of more stops than are asked for at once."""
    points = some_points(5)
    assert router(real).route(points, CAR) == streets.route(points, CAR)
    many = router(real).route(some_points(75), CAR)
    assert len(many.legs) == 74
    assert all(leg.points[0] != leg.points[-1] for leg in many.legs)


def test_a_point_far_away_is_named(real: str) -> None:
    """As with the embedded router."""
    with pytest.raises(OffTheRoads, match="point 3") as caught:
        router(real).matrix([*some_points(2), FAR_AWAY], CAR)
    assert caught.value.points == (2,)
    with pytest.raises(BadInput, match="no place on earth"):
        router(real).matrix([(95.0, 0.0)], CAR)


def test_its_date_is_the_server_s_or_the_setting_s(real: str) -> None:
    """A server that does not say how old its map is leaves it to the setting; nothing is made up."""
    plain = router(real)
    plain.matrix(some_points(2), CAR)
    assert plain.info().label == "roads: OSRM, OpenStreetMap data of an unknown date"
    told = HttpOsrmRouter(OsrmServer(url=real, data_date=date(2026, 11, 1)))
    assert told.info().label == "roads: OSRM, OpenStreetMap data of 1 November 2026"

    def with_version(request: BaseHTTPRequestHandler, _: int) -> None:
        answer(
            request,
            b'{"code":"Ok","data_version":"2026-11-20T21:00:00Z","durations":[[0]],"sources":[],"destinations":[]}',
        )

    with server_that(with_version) as (address, _):
        stating = router(address)
        with pytest.raises(RoadsUnavailable):
            stating.matrix(some_points(1), CAR)
        assert stating.info().data_date == date(2026, 11, 20)


def silent(request: BaseHTTPRequestHandler, _: int) -> None:
    """Takes the question and says nothing."""
    request.stop.wait(20)  # type: ignore[attr-defined]


def dripping(request: BaseHTTPRequestHandler, _: int) -> None:
    """A byte now and then: each comes in time, the answer never does."""
    request.send_response(200)
    request.end_headers()
    while not request.stop.wait(0.05):  # type: ignore[attr-defined]
        request.wfile.write(b" ")
        request.wfile.flush()


def half(request: BaseHTTPRequestHandler, _: int) -> None:
    """Announces more than it sends."""
    request.send_response(200)
    request.send_header("Content-Length", "5000")
    request.end_headers()
    request.wfile.write(b'{"code":"Ok","durations":[[0,')
    request.close_connection = True


def saying(body: str, status: int = 200, **headers: str) -> Reply:
    """Always this."""
    return lambda request, _: answer(request, body.encode(), status, **headers)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(silent, "gave no answer within 0.7 s", id="slow"),
        pytest.param(dripping, "did not finish its answer within 0.7 s", id="dripping"),
        pytest.param(half, "breaks off in the middle of its answer", id="half an answer"),
        pytest.param(saying("<html>Welcome!</html>"), "something that is not JSON", id="not JSON"),
        pytest.param(saying("[1, 2]"), "JSON that is not OSRM's", id="other JSON"),
        pytest.param(saying('{"code": "Ok"}'), "a table without durations", id="empty table"),
        pytest.param(saying('{"code": "Ok", "durations": [[0]], "sources": []}'), "another size", id="small table"),
        pytest.param(saying('{"code": "Ok", "durations": [["a"]]}'), "a table without durations", id="words"),
        pytest.param(saying("{}", 429, Retry_After="3600"), "answers with error 429", id="429 for an hour"),
        pytest.param(saying("oops", 500), "answers with error 500", id="500"),
        pytest.param(saying('{"code":"TooBig","message":"m"}', 400), "--max-table-size 200", id="too big"),
    ],
)
def test_a_server_that_fails_gives_one_clear_error_in_time(reply: Reply, words: str) -> None:
    """It names the server, says what is wrong and what to do, and comes within the time-out."""
    with server_that(reply) as (address, _):
        began = time.monotonic()
        with pytest.raises(RoadsUnavailable, match=words) as caught:
            router(address, PATIENCE_S).matrix(some_points(3), CAR)
        assert time.monotonic() - began < PATIENCE_S + MARGIN_S
    sentence = str(caught.value)
    assert sentence.startswith("The OSRM server 127.0.0.1:")
    assert "nothing was changed" in sentence


def test_a_server_that_is_not_there_is_told_in_time() -> None:
    """Refused at the door; and the error keeps the password of the address to itself."""
    began = time.monotonic()
    with pytest.raises(RoadsUnavailable, match="cannot be reached") as caught:
        router(f"http://rounds:sesame@127.0.0.1:{free_port()}", 5).matrix(some_points(3), CAR)
    assert time.monotonic() - began < 5 + MARGIN_S
    assert "sesame" not in str(caught.value)


def test_user_and_password_go_in_the_header_and_nowhere_else() -> None:
    """A server behind a proxy that asks for them gets them, percent-encoded signs decoded."""
    seen: list[tuple[str, str | None]] = []

    def note(request: BaseHTTPRequestHandler, _: int) -> None:
        seen.append((request.path, request.headers["Authorization"]))
        answer(request, b'{"code":"InvalidQuery"}', 400)

    with server_that(note) as (address, _), pytest.raises(RoadsUnavailable) as caught:
        router(address.replace("//", "//rounds:open%20sesame@")).matrix(some_points(2), CAR)
    assert seen[0][1] == "Basic cm91bmRzOm9wZW4gc2VzYW1l"
    assert "sesame" not in seen[0][0] + str(caught.value)


def test_a_server_that_asks_to_wait_is_given_its_time(real: str) -> None:
    """429 with Retry-After: asked again after that second, not before, and the answer is taken."""

    def busy_once(request: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            answer(request, b"{}", 429, Retry_After="1")
        else:
            pass_on(request, real)

    with server_that(busy_once) as (address, asked):
        assert router(address).matrix(some_points(3), CAR).distances_m.max() > 0
    assert asked[1] - asked[0] >= 1


@pytest.mark.parametrize("first", [half, saying("oops", 503)], ids=["half", "503"])
def test_a_fault_that_passes_loses_nothing(real: str, streets: EmbeddedOsrmRouter, first: Reply) -> None:
    """The second try's whole answer is the answer."""

    def mends_itself(request: BaseHTTPRequestHandler, number: int) -> None:
        if number % 2:
            first(request, number)
        else:
            pass_on(request, real)

    points = some_points(4)
    with server_that(mends_itself) as (address, _):
        assert np.array_equal(router(address).matrix(points, CAR).durations_s, streets.matrix(points, CAR).durations_s)


def test_no_plan_is_made_without_the_server(database: Database) -> None:
    """No fallback: planning ends with the router's error, no plan is stored, and the week can be planned again."""
    network = lunch_network(database)
    network.store()
    with server_that(saying("oops", 500)) as (address, _), pytest.raises(RoadsUnavailable, match="error 500"):
        plan_week(database, network.network_id, PlanOrder(week=WEEK, seconds=SECONDS), roads=router(address), now=NOW)
    assert network.all(PlanVersion) == []
    network.plan()
    assert [plan.number for plan in network.all(PlanVersion)] == [1]


def test_one_address_for_each_way_of_travelling() -> None:
    """{profile} in the address becomes the profile."""
    asked: list[str] = []

    def note(request: BaseHTTPRequestHandler, _: int) -> None:
        asked.append(request.path)
        answer(request, json.dumps({"code": "InvalidQuery"}).encode(), 400)

    with server_that(note) as (address, _), pytest.raises(RoadsUnavailable):
        router(address + "/{profile}").matrix(some_points(2), VehicleKind.CARGO_BIKE)
    assert asked[0].startswith("/cargo_bike/table/v1/cargo_bike/polyline6(")
