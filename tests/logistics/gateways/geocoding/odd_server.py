"""A server of our own on loopback that answers as badly as it is told to."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

type Behaviour = Callable[[socket.socket], None]


@dataclass
class OddServer:
    """Where it listens and what it was asked: the first line and headers of each request."""

    url: str
    port: int = 0
    asked: list[str] = field(default_factory=list)


@contextmanager
def odd_server(*behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> Iterator[OddServer]:
    """A server that reads each request whole and then behaves: the last behaviour is repeated. `tls`: it speaks that."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = OddServer(url=f"http://127.0.0.1:{listening.getsockname()[1]}", port=listening.getsockname()[1])
    threads: list[threading.Thread] = []

    def answer(plain: socket.socket, behave: Behaviour) -> None:
        plain.settimeout(10)
        try:
            connection = tls.wrap_socket(plain, server_side=True) if tls else plain
        except OSError:
            plain.close()
            return  # the client did not trust us
        with connection:
            try:
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = connection.recv(4096)
                    if not piece:
                        return
                    request += piece
                server.asked.append(request.decode())
                behave(connection)
            except OSError:
                return  # the client went away, as it should

    def serve() -> None:
        number = 0
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return  # closed: the test is over
            behave = behaviours[min(number, len(behaviours) - 1)]
            number += 1
            thread = threading.Thread(target=answer, args=(connection, behave), daemon=True)
            thread.start()
            threads.append(thread)

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        # A socket that is waited on is woken by shutdown, not by close.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join(5)


def http(status: str, body: str = "", *headers: str, length: int | None = None) -> Behaviour:
    """A whole answer; `length` promises another number of bytes than there are."""

    def behave(connection: socket.socket) -> None:
        data = body.encode()
        head = "\r\n".join(
            [f"HTTP/1.1 {status}", f"Content-Length: {len(data) if length is None else length}", *headers, "", ""]
        )
        connection.sendall(head.encode() + data)

    return behave


def silence(connection: socket.socket) -> None:
    """Take the question and say nothing until the other side leaves."""
    connection.recv(1)


def dripping(connection: socket.socket) -> None:
    """An answer of a letter every 50 ms, without end: each restarts a naive time-out."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[")
    pause = threading.Event()
    while not pause.wait(0.05):
        connection.sendall(b" ")


def hanging_up(connection: socket.socket) -> None:
    """Close without a word."""
