"""Nulls and halves of letters: PostgreSQL takes neither, SQLite takes both, and neither may break a page."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from logistics.bootstrap import build_services
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.settings import Settings
from tests.crawl.network import NOT_OPENED
from tests.web.routes_table import ROUTES, THINGS
from tests.web.world import NOW, Visitor, World
from web import create_app

NULL = "a\0b"
HALF = "\ud800"
"""Half of a letter of two: JSON can say it, no encoding can."""


@pytest.mark.slow
def test_no_route_falls_over_a_null_or_half_a_letter(upgraded_url: str, tmp_path: Path) -> None:
    """On both databases: a null in each part of each path, in its query and in its form, and both in its JSON."""
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    services = build_services(dataclasses.replace(settings, database_url=upgraded_url), clock=FixedClock(NOW))
    try:
        world = World(services=services)
        app = create_app(services)
        app.test_client_class = Visitor
        things: dict[str, object] = {}
        broken, asked = [], 0
        email = world.account(Role.COORDINATOR)
        for route in ROUTES:
            if route.endpoint in NOT_OPENED or route.endpoint == "security.logout":
                continue
            client = world.enter(app, email)
            for thing in route.things.values():
                things.setdefault(thing, THINGS[thing](world))
            values = {name: things[thing] for name, thing in route.things.items()} | dict(route.plain)
            with app.test_request_context():
                path = app.url_for(route.endpoint, _method=route.method, **values)
            parts = path.split("/")
            spoilt = [
                "/".join([*parts[:number], "a%00b", *parts[number + 1 :]])
                for number in range(1, len(parts))
                if parts[number]
            ]
            asks: list[tuple[str, dict[str, object]]] = [(each, {}) for each in spoilt]
            asks.append((f"{path}?{urlencode({'q': NULL, NULL: '1'})}", {}))
            if route.method != "GET":
                asks.append((path, {"data": dict.fromkeys((*route.data, "note", "email", "token", "code"), NULL)}))
                for text in (NULL, HALF):
                    body = {
                        "email": text,
                        "events": [{"id": text, "kind": text, "details": {"note": text}}],
                        text: text,
                    }
                    asks.append((path, {"data": json.dumps(body), "content_type": "application/json"}))
            for address, sent in asks:
                asked += 1
                status = client.open(address, method=route.method, **sent).status_code
                if status >= 500:
                    broken.append(f"{route.method} {route.endpoint} {address} {sent}: {status}")
        assert asked > 500
        assert broken == []
    finally:
        services.close()
