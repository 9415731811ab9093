"""The web tests' application: real services on a real database of their own, a clock that stands, and visitors."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from logistics.bootstrap import Services, build_services
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.schema import upgrade_schema
from logistics.settings import Settings
from tests.web.world import NOW, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with every migration and no rows, made once and copied for each test."""
    file = tmp_path_factory.mktemp("migrated") / "rounds.sqlite"
    upgrade_schema(f"sqlite:///{file}")
    return file


@pytest.fixture
def clock() -> FixedClock:
    """Thursday 2026-11-26, 12:00."""
    return FixedClock(NOW)


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    """The defaults, with a home of this test's own and its database in it."""
    shutil.copy(migrated_file, tmp_path / "rounds.sqlite")
    return Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})


@pytest.fixture
def services(settings: Settings, clock: FixedClock) -> Iterator[Services]:
    """The real parts on this test's database."""
    held = build_services(settings, clock=clock)
    yield held
    held.close()


@pytest.fixture
def app(services: Services) -> BoundedApp:
    """The application; errors inside views become answers, as in production."""
    app = create_app(services)
    app.test_client_class = Visitor
    return app


@pytest.fixture
def app_at(services: Services) -> Callable[[str], BoundedApp]:
    """An application at another base URL, such as https://rounds.example.org."""

    def build(base_url: str) -> BoundedApp:
        settings = dataclasses.replace(services.settings, base_url=base_url)
        app = create_app(dataclasses.replace(services, settings=settings))
        app.test_client_class = Visitor
        return app

    return build


@pytest.fixture
def world(services: Services) -> World:
    """The network that a test works in."""
    return World(services=services)


@pytest.fixture
def elsewhere(services: Services) -> World:
    """Another network, whose rows nobody of `world` may see."""
    return World(services=services, slug="hillside")


@pytest.fixture
def visitor(app: BoundedApp) -> Visitor:
    """Somebody who is not signed in."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    return client


@pytest.fixture
def signed_in(app: BoundedApp, world: World) -> Callable[..., Visitor]:
    """`signed_in(Role.COORDINATOR)`: a visitor who has signed in; or `signed_in(email=...)` for an account made before."""

    def sign_in(role: Role | None = None, *, email: str | None = None) -> Visitor:
        if email is None:
            assert role is not None
            email = world.account_of(role)
        client = app.test_client()
        assert isinstance(client, Visitor)
        response = client.sign_in(email)
        assert response.status_code == 302, response.text
        return client

    return sign_in


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@pytest.fixture
def live_url(app: BoundedApp) -> Iterator[str]:
    """The application on a real socket of this machine, for a real browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
