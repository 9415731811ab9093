"""A small SMTP server on loopback that keeps what it is sent, and can refuse, be silent, or hold its answer back."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import cast


class SmtpServer(socketserver.ThreadingTCPServer):
    """`refuse` is the reply to RCPT. `goes_on` cleared: it has the message and does not say so."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), SmtpSession)
        self.kept: list[bytes] = []
        self.refuse = b""
        self.goes_on = threading.Event()
        self.goes_on.set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def mails(self) -> list[EmailMessage]:
        """What it was sent, the first first."""
        return [parsed(raw) for raw in list(self.kept)]

    @property
    def addresses(self) -> list[str]:
        """To whom, the first first."""
        return [str(mail["To"]) for mail in self.mails]


class SmtpSession(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = cast(SmtpServer, self.server)
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                server.kept.append(b"".join(part.removeprefix(b".") for part in lines))
                server.goes_on.wait()
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(server.refuse if verb == b"RCPT" and server.refuse else b"250 ok\r\n")


@contextmanager
def smtp_server(port: int = 0) -> Iterator[SmtpServer]:
    """One that runs while the block does."""
    with SmtpServer(port) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield running
        running.goes_on.set()
        running.shutdown()


def parsed(raw: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]  # the policy's class
