"""Finding a Chromium for the browser tests, and starting it as they all do."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Nothing in a test may wait for, or tell, a host outside this machine.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path | None:
    """The Chromium on PATH, else the one that Playwright has already fetched for this user, else none."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    fetched = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    return next(iter(sorted(fetched.glob("chromium-*/chrome-linux*/chrome"), reverse=True)), None)


def required() -> bool:
    """Whether browser tests must run: they must wherever continuous integration says it is."""
    return os.environ.get("CI", "").lower() in ("1", "true")
