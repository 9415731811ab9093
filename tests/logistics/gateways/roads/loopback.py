"""Servers of our own on loopback: OSRM's own, and ones that misbehave in one way each."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import urllib3

from logistics.gateways.roads.osrm_tools import program

type Reply = Callable[[BaseHTTPRequestHandler, int], None]
"""Answers a request; the number says which it is, from 1."""


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def osrm_routed(graph: Path) -> Iterator[str]:
    """OSRM's own server on a graph, as it comes; its address."""
    port = free_port()
    command = [
        program("osrm-routed"),
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
        "--threads",
        "1",
        "--verbosity",
        "NONE",
    ]
    with subprocess.Popen([str(part) for part in (*command, graph)], stdout=subprocess.DEVNULL) as server:
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.kill()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "osrm-routed ended by itself"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("osrm-routed did not begin to listen")


@contextmanager
def server_that(reply: Reply) -> Iterator[tuple[str, list[float]]]:
    """A server that answers every GET so; its address, and when each request came (monotonic seconds)."""
    asked: list[float] = []
    stopping = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        stop = stopping

        def do_GET(self) -> None:
            asked.append(time.monotonic())
            try:
                reply(self, len(asked))
            except OSError:
                self.close_connection = True  # whoever asked has gone

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def answer(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """A whole answer."""
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def pass_on(request: BaseHTTPRequestHandler, to: str) -> None:
    """What the server behind says."""
    behind = urllib3.request("GET", to + request.path, retries=False)
    answer(request, behind.data, behind.status)
