"""The coordinator's day on SQLite and on PostgreSQL: the same pages, the same answers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from logistics.bootstrap import build_services
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.schema import upgrade_schema
from logistics.queries.households import HouseholdFilter
from logistics.settings import Settings
from tests.web.admin.test_households import typed
from tests.web.world import NOW, Visitor, World
from web import create_app


def test_people_are_kept_and_found(database_url: str, tmp_path: Path) -> None:
    """Signing in, adding, filtering, searching and pausing work alike on both."""
    upgrade_schema(database_url)
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    services = build_services(dataclasses.replace(settings, database_url=database_url), clock=FixedClock(NOW))
    try:
        world = World(services=services)
        app = create_app(services)
        app.test_client_class = Visitor
        client = app.test_client()
        assert isinstance(client, Visitor)
        assert client.sign_in(world.account(Role.COORDINATOR)).status_code == 302
        added = client.post("/households/new", data=typed())
        assert added.status_code == 302, added.text
        page = added.headers["Location"]
        paused = client.post(f"{page}/pauses/new", data={"starts_on": "2026-11-26", "ends_on": "2026-11-27"})
        assert paused.status_code == 302
        world.household("H0002", contact_name="Lost", site={"latitude": None, "longitude": None}, at_risk=True)
        found = {
            only: [name for name in ("Amina", "Lost") if name in client.get(f"/households?only={only.value}").text]
            for only in HouseholdFilter
        }
        assert found == {
            HouseholdFilter.NOT_PLACED: ["Lost"],
            HouseholdFilter.TO_CLARIFY: [],
            HouseholdFilter.PAUSED: ["Amina"],
            HouseholdFilter.AT_RISK: ["Lost"],
            HouseholdFilter.NO_ORDER: ["Amina", "Lost"],
            HouseholdFilter.CLOSED: [],
        }
        assert client.get("/search?q=amina").headers["Location"] == page
        assert client.get("/search?q=900456").headers["Location"] == page
        volunteer_id = world.volunteer()
        world.shift(volunteer_id)
        assert "Wed 2 Dec" in client.get("/volunteers?q=volunteer").text
        assert client.get("/organisations").status_code == 200
    finally:
        services.close()
