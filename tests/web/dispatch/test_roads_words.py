"""Every page and paper of the desk that shows planned times says what they were made from."""

from __future__ import annotations

import pytest

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import PlanVersion
from tests.web.dispatch.test_day import DAY, published_week
from tests.web.dispatch.test_week import words
from tests.web.world import World
from web.dispatch.kept_day import FORGOTTEN_AFTER
from web.security.boundary import BoundedApp

WITH_TIMES = ("/week/2026-W49", "/print/2026-W49/2026-11-30", DAY, "/week/2026-W49/links")


@pytest.mark.parametrize("path", WITH_TIMES)
def test_a_page_with_times_names_the_roads(app: BoundedApp, world: World, clock: FixedClock, path: str) -> None:
    """A plan made on streets says router and age of its map; a plan made on straight lines says that it is an estimate."""
    published_week(world)
    desk = world.enter(app, world.account(Role.DISPATCHER))
    assert "estimate, not road distances" in words(desk.get(path).text).lower()
    with world.services.database.writing(world.network_id) as session:
        for plan in session.query(PlanVersion):
            plan.roads_engine, plan.roads_data, plan.roads_data_date = "OSRM", "OpenStreetMap data", "2020-07-20"
            plan.roads_is_estimate = False
    # A plan that is out never changes so: the board would remember it for a minute.
    clock.set(clock.now() + FORGOTTEN_AFTER)
    said = words(desk.get(path).text)
    assert "roads: osrm, openstreetmap data of 20 july 2020" in said.lower()
    assert "estimate, not road distances" not in said.lower()
