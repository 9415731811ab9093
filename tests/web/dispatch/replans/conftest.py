"""A desk whose re-plans are worked out at once. Each file has its own `monday`: the day as it stands."""

from __future__ import annotations

import dataclasses

import pytest

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from tests.logistics.running_monday import RunningMonday
from tests.web.dispatch.replans.planner_at_once import PlannerAtOnce
from tests.web.world import Visitor, World
from web import create_app
from web.security.boundary import BoundedApp


@pytest.fixture
def planner(services: Services) -> PlannerAtOnce:
    """What plans."""
    return PlannerAtOnce(services)


@pytest.fixture
def app(services: Services, planner: PlannerAtOnce) -> BoundedApp:
    """The application with that planner."""
    app = create_app(dataclasses.replace(services, planner=planner))
    app.test_client_class = Visitor
    return app


@pytest.fixture
def desk(app: BoundedApp, world: World, monday: RunningMonday) -> Visitor:
    """A dispatcher at work."""
    return world.enter(app, world.account(Role.DISPATCHER))
