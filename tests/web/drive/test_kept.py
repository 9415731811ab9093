"""What a phone may keep: nothing before the route is its, no more than the page shows, and nothing in the worker's files."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from logistics.gateways.clock import FixedClock
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World
from web.drive.kept import MODULES

PERSONAL = ("Ada", "Cedar Court", "Willow Row", "07700 900456", "Buzzer", "sesame", "Old Vicarage")


@pytest.fixture
def loaded(phone: Visitor, route: RouteWorld) -> Visitor:
    """A phone whose route is accepted and loaded."""
    tap(phone, "route_accepted")
    tap(phone, "route_loaded")
    return phone


def kept(phone: Visitor, have: str = "") -> dict[str, Any]:
    """What the phone is given; `have`: the version that it says it has."""
    answer = phone.get("/d/kept", query_string={"have": have} if have else {})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.headers["Cache-Control"] == "no-store"
    return dict(answer.json)


def test_nothing_is_kept_of_a_route_that_is_not_under_way(phone: Visitor, route: RouteWorld, clock: FixedClock) -> None:
    """Offered, finished or over: the answer names nobody and has no stops, so the phone forgets what it had."""
    texts = [json.dumps(kept(phone))]
    tap(phone, "route_accepted")
    tap(phone, "route_loaded")
    assert "Cedar Court" in json.dumps(kept(phone))
    clock.set(at(9) + timedelta(days=1))
    texts.append(json.dumps(kept(phone)))
    for text in texts:
        assert "stops" not in json.loads(text)
        for gone in PERSONAL:
            assert gone not in text


def test_done_stops_and_secret_places_are_not_kept(loaded: Visitor, route: RouteWorld) -> None:
    """A stop that ended leaves its number and what was said; a confidential address has no point and no way out."""
    tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over")
    got = kept(loaded)
    text = json.dumps(got)
    for gone in ("Ada", "Cedar Court", "sesame", "Buzzer", "51.4811"):
        assert gone not in text
    secret = next(stop for stop in got["stops"] if stop["id"] == str(route.stops["refuge"]))
    assert "The Old Vicarage" in secret["main"]
    assert "google.com" not in secret["main"]
    assert str(route.stops["refuge"]) not in [stop["id"] for stop in got["map"]["stops"]]
    assert got["expires_at"] == "2026-11-27T00:00:00+00:00"


def test_a_door_is_kept_as_it_stands_before_and_after_its_pickup(phone: Visitor, route: RouteWorld) -> None:
    """Without a signal the phone itself turns from "not on board" to "Delivered" when the pickups are tapped."""
    tap(phone, "route_accepted")
    ada = next(stop for stop in kept(phone)["stops"] if stop["id"] == str(route.stops["ada"]))
    assert ada["waits_for"] == [str(route.stops["kitchen"]), str(route.stops["hub"])]
    assert "not on board" in ada["main"]
    assert "not on board" not in ada["loaded"]
    assert "Delivered</button>" in ada["loaded"]


def test_version_changes_with_the_route_and_not_with_the_hour(
    loaded: Visitor, route: RouteWorld, clock: FixedClock
) -> None:
    """A phone that looks again draws nothing anew unless something was changed."""
    first = kept(loaded)["version"]
    clock.set(at(12, 20))
    assert kept(loaded)["version"] == first
    tap(loaded, "stop_failed", route.stops["ada"], reason="refused")
    assert kept(loaded)["version"] != first


def test_a_phone_that_has_the_route_is_told_what_changes_with_the_minutes_alone(
    loaded: Visitor, route: RouteWorld, clock: FixedClock
) -> None:
    """The same version: no stop, no name, the detours as they are now; another one: everything again."""
    first = kept(loaded)
    clock.set(at(12, 40))
    whole, light = kept(loaded), kept(loaded, have=first["version"])
    assert light["version"] == first["version"] == whole["version"]
    assert light["detours"] == {stop["id"]: stop["detour"] for stop in whole["stops"] if "detour" in stop}
    assert any(light["detours"].values())
    assert light["worries"] == whole["worries"]
    assert light["expires_at"] == whole["expires_at"]
    assert len(json.dumps(light)) < 1_500
    for gone in PERSONAL:
        assert gone not in json.dumps(light)
    tap(loaded, "stop_failed", route.stops["ada"], reason="refused")
    assert "stops" in kept(loaded, have=first["version"])


def test_after_a_tap_only_the_stops_that_it_changed_are_sent_whole(loaded: Visitor, route: RouteWorld) -> None:
    """A phone names the stops that it has by their marks; put together with them, the answer is the whole route."""
    tap(loaded, "stop_arrived", route.stops["ada"])
    before = {stop["id"]: stop for stop in kept(loaded)["stops"]}
    tap(loaded, "stop_failed", route.stops["ada"], reason="refused")
    whole = kept(loaded)
    answer = loaded.get("/d/kept", query_string={"stops": ",".join(stop["mark"] for stop in before.values())}).json
    assert answer is not None
    sent = [stop["id"] for stop in answer["stops"] if "kind" in stop]
    assert sent == [str(route.stops["ada"])]
    together = [stop if "kind" in stop else {**before[stop["id"]], **stop} for stop in answer["stops"]]
    assert _without_ids(together) == _without_ids(whole["stops"])


def _without_ids(stops: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each form of a piece has a number made for it."""
    made = re.compile(r'(id|for|name|value)="[^"]*[0-9a-f]{8}-[0-9a-f-]{27}[^"]*"')
    return [
        {name: made.sub("", value) if isinstance(value, str) else value for name, value in stop.items()}
        for stop in stops
    ]


def test_worker_and_shell_name_nobody_and_their_files_are_there(loaded: Visitor, route: RouteWorld) -> None:
    """What the browser itself keeps holds no data, and every file it is told to keep is served."""
    script = loaded.get("/d/worker.js")
    assert script.content_type.startswith("text/javascript")
    assets = json.loads(re.search(r"const ASSETS = (\[.*\]);", script.text)[1])  # type: ignore[index]  # it is there
    for address in assets:
        assert loaded.get(address).status_code == 200, address
    assert {name for name in MODULES if any(f"/d/static/{name}" in address for address in assets)} == set(MODULES)
    shell = loaded.get("/d/away").text
    for gone in (*PERSONAL, "csrf"):
        assert gone not in shell + script.text


def test_page_and_what_is_kept_stay_small(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """Everything that a phone fetches for its route without a map is at most 250 kB, before compression."""
    page = loaded.get("/d/route")
    addresses = set(re.findall(r'(?:src|href)="(/(?:static|d/static)/[^"#]+)', page.text))
    addresses |= {f"/d/static/{name}" for name in MODULES}
    fetched = [len(loaded.get(address.replace("&amp;", "&")).data) for address in addresses]
    total = len(page.data) + len(loaded.get("/d/kept").data) + sum(fetched)
    assert total <= 250_000, total


def test_dead_link_gives_nothing_to_keep(loaded: Visitor, route: RouteWorld, clock: FixedClock) -> None:
    """401 to the script, and a page that makes the phone forget."""
    clock.set(at(9) + timedelta(days=3))
    assert loaded.get("/d/kept", headers={"Accept": "application/json"}).status_code == 401
    page = loaded.get("/d/route")
    assert page.status_code == 401
    assert "wipe.js" in page.text
