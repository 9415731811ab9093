"""What the maps' tests share."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from logistics.bootstrap import Services
from tests.web.maps.map_server import MapServer


@pytest.fixture
def server(services: Services) -> Iterator[MapServer]:
    """A server of one map on a real socket."""
    made = MapServer(services)
    thread = threading.Thread(target=made.http.serve_forever, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()
