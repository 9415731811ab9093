"""A line between a phone and the server as stairwells have them: a proxy that can be cut, drops, delays, repeats and reorders."""

from __future__ import annotations

import http.client
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
SLOWEST_S = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: it can be passed on more than once."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True)
class BadLine:
    """`is_cut` lets nothing through. `badness` is the share of lists of taps that something happens to."""

    target: str
    url: str = ""
    is_cut: bool = False
    badness: float = 0.0
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    happened: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    """Answers to lists of taps, by status."""
    held_back: list[Asked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fate_of(self, asked: Asked) -> str:
        """What becomes of a request: most often nothing."""
        if self.is_cut:
            return "cut"
        with self.lock:
            if asked.path != "/d/events" or self.chance.random() >= self.badness:
                return "passed"
            fate = self.chance.choice(["request lost", "answer lost", "delayed", "repeated", "reordered"])
            self.happened[fate] += 1
            return fate

    def pass_on(self, asked: Asked) -> tuple[int, list[tuple[str, str]], bytes]:
        """Ask the server and read its whole answer."""
        line = http.client.HTTPConnection(urlsplit(self.target).netloc, timeout=30)
        try:
            line.request(asked.method, asked.path, body=asked.body or None, headers=asked.headers)
            answer = line.getresponse()
            if asked.path == "/d/events":
                self.statuses[answer.status] += 1
            return answer.status, answer.getheaders(), answer.read()
        finally:
            line.close()

    def let_go(self) -> None:
        """What was held back arrives now, after what was sent later."""
        with self.lock:
            late, self.held_back = self.held_back, []
        for asked in late:
            self.pass_on(asked)


def _handler_on(line: BadLine) -> type[BaseHTTPRequestHandler]:
    """What answers the phone: each request meets the fate that the line has for it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            asked = Asked(
                self.command, self.path, {**headers, "Host": urlsplit(line.url).netloc}, self.rfile.read(length)
            )
            fate = line.fate_of(asked)
            self.close_connection = True
            if fate in ("cut", "request lost"):
                return
            if fate == "reordered":
                # The phone hears nothing and sends again; this copy arrives when later ones are through.
                with line.lock:
                    line.held_back.append(asked)
                return
            if fate == "delayed":
                threading.Event().wait(line.chance.random() * SLOWEST_S)
            try:
                status, got, body = line.pass_on(asked)
            except OSError:
                return  # the server is away: the phone finds a dead line
            if fate == "repeated":
                line.pass_on(asked)
            line.let_go()
            if fate != "answer lost":
                with suppress(OSError):  # the phone has hung up
                    self._send(status, got, body)

        def _send(self, status: int, got: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in got:
                if name.lower() not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def bad_line(target: str) -> Iterator[BadLine]:
    """A line to this address, perfect until it is told otherwise."""
    line = BadLine(target=target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_on(line))
    server.daemon_threads = True
    line.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield line
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
