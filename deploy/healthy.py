"""Exit code 0 when the pages answer, for the image's HEALTHCHECK. They answer only to their own name, so it is sent."""

# ruff: noqa: INP001 - a script in the image, not a package
from __future__ import annotations

import os
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

name = urlsplit(os.environ.get("ROUNDS_BASE_URL", "")).hostname or "localhost"
port = os.environ.get("ROUNDS_BIND", "127.0.0.1:8000").rpartition(":")[2]
with urlopen(Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": name}), timeout=4) as answer:
    answer.read()
