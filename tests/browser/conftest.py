"""The web tests' world, for walks in a real browser."""

from __future__ import annotations

from tests.web.conftest import *  # noqa: F403 - pytest finds fixtures by name where they are imported
