"""What a Sentry server is told of a fault: kinds, lines of code and our ids, seen at a real server on this machine."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from logistics.gateways.fault_reports import finish_fault_reports, scrubbed, start_fault_reports, tell_fault
from logistics.gateways.logs import REQUEST_ID
from tests.logistics.operations.test_logs import PERSONAL, settings_with


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that keeps the text of whatever it is sent."""
    got: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://public@127.0.0.1:{server.server_port}/1", got
    server.shutdown()
    thread.join()


def test_server_hears_kinds_and_places_and_nothing_about_anybody(tmp_path: Path) -> None:
    """The words of the fault and of its cause, local values and the machine's name stay here; what went out is looked through."""
    with listening() as (dsn, got):
        start_fault_reports(settings_with(tmp_path, ROUNDS_SENTRY_DSN=dsn))
        REQUEST_ID.set("0123456789abcdef")
        try:
            household = PERSONAL
            try:
                _ = {}[household]
            except KeyError as error:
                raise ValueError(f"no place for {household}") from error
        except ValueError as error:
            tell_fault(error, reference="ab12cd34", endpoint="admin.household")
        finally:
            REQUEST_ID.set("")
            finish_fault_reports(10)
    (envelope,) = [text for text in got if '"exception"' in text]
    event: dict[str, Any] = next(
        part for line in envelope.splitlines() if "exception" in (part := json.loads(line)) and isinstance(part, dict)
    )
    assert [each["type"] for each in event["exception"]["values"]] == ["KeyError", "ValueError"]
    assert event["tags"] == {"reference": "ab12cd34", "endpoint": "admin.household", "request_id": "0123456789abcdef"}
    assert "test_fault_reports.py" in envelope
    for word in ("Amina", "Diallo", "Rowan", "no place for", "household ="):
        assert word not in envelope
    assert set(event) <= {"event_id", "timestamp", "level", "platform", "exception", "tags"}


def test_without_a_server_nothing_is_told(tmp_path: Path) -> None:
    """The default tells nobody."""
    start_fault_reports(settings_with(tmp_path))
    tell_fault(ValueError(PERSONAL))


def test_what_is_not_known_is_left_out() -> None:
    """The list says what may go, so that a newer library cannot add a field that leaves the building."""
    event = {
        "event_id": "1",
        "message": PERSONAL,
        "request": {"url": PERSONAL},
        "user": {"email": PERSONAL},
        "extra": {"note": PERSONAL},
        "tags": {"name": PERSONAL, "run_id": "7"},
        "exception": {
            "values": [
                {"type": "E", "value": PERSONAL, "stacktrace": {"frames": [{"lineno": 3, "vars": {"a": PERSONAL}}]}}
            ]
        },
    }
    kept = scrubbed(event)
    assert PERSONAL not in json.dumps(kept)
    assert kept["tags"] == {"run_id": "7"}
    assert kept["exception"]["values"][0]["stacktrace"]["frames"] == [{"lineno": 3}]
