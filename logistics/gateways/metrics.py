"""What this process counts for whoever watches the server: Prometheus figures with few, bounded labels and nobody in them.

Several processes count at once. Where PROMETHEUS_MULTIPROC_DIR names a folder (`rounds serve` sets it for its children),
each writes its figures there and `serve_metrics` adds them up; otherwise they stay in the process and cost next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from logistics.setting_values import Address

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
OTHER = "other"
NO_ROUTE = "none"
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"

REQUESTS = Counter(
    "rounds_requests",
    "Requests answered, by the pattern of the route (never its values).",
    ["route", "method", "status"],
)
REQUEST_SECONDS = Histogram(
    "rounds_request_seconds",
    "Seconds from a request's arrival until its answer began.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
OPEN_BOARDS = Gauge("rounds_open_boards", "Boards of the day with an open line.", multiprocess_mode="livesum")
JOBS = Counter("rounds_jobs", "Planning jobs that ended, by how.", ["outcome"])
PLAN_SECONDS = Histogram(
    "rounds_plan_seconds", "Seconds that planning jobs took.", buckets=(1, 5, 15, 30, 60, 120, 300, 900, 3600)
)


def count_request(*, route: str | None, method: str, status: int, seconds: float) -> None:
    """Count an answer. `route` is the pattern of its address, or None where there is none: strangers' words are no labels."""
    pattern = route or NO_ROUTE
    REQUESTS.labels(route=pattern, method=method if method in METHODS else OTHER, status=str(status)).inc()
    REQUEST_SECONDS.labels(route=pattern).observe(seconds)


def forget_process(pid: int) -> None:
    """A process has ended: its open boards are closed, what it counted stays."""
    mark_process_dead(pid)  # type: ignore[no-untyped-call]  # the library types only half of itself


@contextmanager
def serve_metrics(address: Address, folder: Path) -> Iterator[Address]:
    """Serve the sums of all processes that count into this folder; the address says which port was taken."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]  # see above
    server, thread = start_http_server(address.port, addr=address.host, registry=registry)
    try:
        yield Address(address.host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
