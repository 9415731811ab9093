"""Today's route, and a phone that has opened it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.drive.route_world import PHONE_END, RouteWorld
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp


@pytest.fixture
def route(world: World) -> RouteWorld:
    """A published route of today with five doors."""
    return RouteWorld(world=world)


@pytest.fixture
def new_phone(app: BoundedApp) -> Callable[[], Visitor]:
    """A phone that has never been here."""

    def make() -> Visitor:
        client = app.test_client()
        assert isinstance(client, Visitor)
        return client

    return make


@pytest.fixture
def phone(new_phone: Callable[[], Visitor], route: RouteWorld) -> Visitor:
    """The driver's phone, with the link opened and the check passed."""
    return open_link(new_phone(), route.link())


def open_link(client: Visitor, token: str, digits: str = PHONE_END) -> Visitor:
    """Open a link and answer the check."""
    assert client.post("/d/open", data={"token": token}).status_code == 303
    answer = client.post("/d/check", data={"digits": digits})
    assert answer.status_code == 303, answer.text
    return client
