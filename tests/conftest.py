"""What every test may ask for: a database of its own on each kind of server, a browser, and a home nobody else has."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from logistics.persistence.database import Database, open_database
from tests.chromium import FLAGS, find_chromium, required
from tests.databases import (
    drop_plain_user,
    postgres_database,
    postgres_server,
    postgres_template,
    sqlite_database,
    sqlite_template,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# How long an example takes says how busy the machine is, not whether the claim holds.
settings.register_profile("rounds", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rounds")

KEEP = ("ROUNDS_TEST_", "ROUNDS_PYTHON")
BROWSER_NOT_RUN = "NOT RUN: no Chromium on PATH and none fetched by Playwright"
HANGS_AFTER_S = 600
"""For both tries of a browser test together. No exception gets a test out of a browser that never answers: its whole worker
is ended, with a trace of every thread, and another takes its place."""
HOME_KEY = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Takes the settings of whoever runs the tests away, and gives each worker a home of its own.

    Set in the environment, not by a fixture, so that processes which tests start get it too.
    """
    for name in [name for name in os.environ if name.startswith("ROUNDS_") and not name.startswith(KEEP)]:
        del os.environ[name]
    config.stash[HOME_KEY] = Path(tempfile.mkdtemp(prefix="rounds-tests-"))
    os.environ["ROUNDS_HOME"] = str(config.stash[HOME_KEY] / "home")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes the worker's home, and its user of PostgreSQL."""
    drop_plain_user()
    shutil.rmtree(config.stash[HOME_KEY], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that asks for a browser carries the marker by itself.

    It gets a second try: two browsers, two servers and a planner on two cores starve each other now and then.
    The summary names each that needed it, so that a page that is really wrong now and then is seen.
    """
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "browser" in names or "chromium_path" in names:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
            item.add_marker(pytest.mark.timeout(HANGS_AFTER_S, method="thread"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what this run covered, so that a part that did not run cannot be taken for one that passed."""
    reporter = terminalreporter
    reporter.section("what was checked")
    for check in filter(None, (part.strip() for part in os.environ.get("ROUNDS_TEST_CHECKS", "").split(";"))):
        reporter.write_line(check, red="FAILED" in check)
    reporter.write_line("databases: SQLite" + (", PostgreSQL" if postgres_server().url else ""))
    if missing := postgres_server().missing:
        reporter.write_line(f"PostgreSQL tests NOT RUN: {missing}", yellow=True)
    for report in reporter.stats.get("rerun", []):
        reporter.write_line(f"failed at the first try: {report.nodeid}", yellow=True)
    not_run = [report for report in reporter.stats.get("skipped", []) if BROWSER_NOT_RUN in str(report.longrepr)]
    if not_run:
        reporter.write_line(f"browser tests NOT RUN: {len(not_run)} ({BROWSER_NOT_RUN})", yellow=True)
    else:
        reporter.write_line(f"browser: {find_chromium() or 'none found, and no test asked for one'}")


def need_postgres() -> None:
    """Leaves the test out, and says so, where no PostgreSQL answers."""
    if missing := postgres_server().missing:
        pytest.skip(f"PostgreSQL NOT RUN: {missing}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: each test that asks runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        with sqlite_database(tmp_path) as url:
            yield url
        return
    need_postgres()
    with postgres_database() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Our tables as a SQLite file, made by the migrations once for each worker."""
    with sqlite_template(tmp_path_factory.mktemp("tables")) as path:
        yield path


@pytest.fixture(scope="session")
def postgres_tables() -> Iterator[str]:
    """Our tables as a PostgreSQL database, made by the migrations once for each worker."""
    need_postgres()
    with postgres_template() as name:
        yield name


@pytest.fixture(params=["sqlite", "postgresql"])
def upgraded_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with our tables and no rows; each test that asks runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        with sqlite_database(tmp_path, request.getfixturevalue("sqlite_tables")) as url:
            yield url
        return
    with postgres_database(request.getfixturevalue("postgres_tables")) as url:
        yield url


@pytest.fixture
def database(upgraded_url: str) -> Iterator[Database]:
    """A database with our tables and no rows, closed and dropped after the test."""
    database = open_database(upgraded_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A Chromium to drive; without one the test is reported as not run, and fails under CI."""
    found = find_chromium()
    if found is None and required():
        pytest.fail("Browser tests must run under CI, and there is no Chromium: install Debian's package 'chromium'.")
    if found is None:
        pytest.skip(BROWSER_NOT_RUN)
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """One headless Chromium per worker; each test opens contexts of its own in it."""
    from playwright.sync_api import expect, sync_playwright

    # What is waited for comes in milliseconds, and on a machine that is busy with other tests in seconds.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(FLAGS))
        yield browser
        browser.close()
