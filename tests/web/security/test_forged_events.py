"""Events that no phone of ours sends: another door under a known number, lists without a bottom."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from logistics.domain.states import StopState
from logistics.persistence.tables import Stop
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp


@pytest.fixture
def route(world: World) -> RouteWorld:
    """A published route of today."""
    return RouteWorld(world=world)


@pytest.fixture
def phone(app: BoundedApp, route: RouteWorld) -> Visitor:
    """The driver's phone with the food on board."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    open_link(client, route.link())
    tap(client, "route_accepted")
    tap(client, "pickup_done", route.stops["kitchen"])
    tap(client, "pickup_done", route.stops["hub"])
    return client


Send = Callable[..., dict[str, str]]


@pytest.fixture
def send(phone: Visitor) -> Send:
    """One event as JSON, and its answer."""

    def event(event_id: str, kind: str, stop_id: uuid.UUID, **details: object) -> dict[str, str]:
        answer = phone.post(
            "/d/events", json=[{"id": event_id, "kind": kind, "stop_id": str(stop_id), "details": details}]
        )
        assert answer.status_code == 200
        assert answer.json is not None
        told: dict[str, str] = answer.json["events"][0]
        return told

    return event


def test_known_number_with_other_words_is_refused(route: RouteWorld, world: World, send: Send) -> None:
    """A number that told of one door is not taken as known for another door, nor for another way of handing over."""
    number = str(uuid.uuid4())
    first = send(number, "stop_delivered", route.stops["ada"], how="handed_over")
    assert first["status"] == "recorded"
    assert send(number, "stop_delivered", route.stops["ada"], how="handed_over")["status"] == "known"
    assert send(number, "stop_delivered", route.stops["brook"], how="handed_over")["status"] == "refused"
    assert send(number, "stop_delivered", route.stops["ada"], how="left_at_door")["status"] == "refused"
    with world.session() as session:
        assert session.query(Stop).filter_by(id=route.stops["brook"]).one().state is not StopState.COMPLETED


@pytest.mark.parametrize("body", ["[" * 100_000, "[" * 20_000 + "]" * 20_000], ids=["open", "closed"])
def test_list_without_a_bottom_is_refused(phone: Visitor, body: str) -> None:
    """Lists within lists, thousands deep, are no events: refused, and not a fault of ours."""
    assert phone.post("/d/events", data=body, content_type="application/json").status_code == 422
