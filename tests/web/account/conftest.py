"""Accounts are tested on SQLite and on PostgreSQL: what ends a session must end it on both."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from logistics.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, upgraded_url: str) -> Settings:
    """The defaults, with a home of this test's own and a database of each kind."""
    return dataclasses.replace(Settings.from_environment({"ROUNDS_HOME": str(tmp_path)}), database_url=upgraded_url)
