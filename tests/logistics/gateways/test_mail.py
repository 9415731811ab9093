"""Mail goes to a server or into a private folder, whole, or says why not."""

from __future__ import annotations

import dataclasses
import socketserver
import stat
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.domain.errors import BadInput
from logistics.gateways.clock import FixedClock
from logistics.gateways.mail import FileMail, Mail, MailError, Message, SmtpAddress, SmtpMail
from tests.mail_server import SmtpServer, parsed, smtp_server

CLOCK = FixedClock(datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
SENDER = "Food Rounds <rounds@example.org>"
MESSAGE = Message(
    to="driver@example.org", subject="Wednesday’s round", text="Your link.\n.\nBring a cool box – please.\n"
)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


def _smtp(port: int, timeout_s: float = 5) -> Mail:
    return SmtpMail(
        server=SmtpAddress.parse(f"smtp://127.0.0.1:{port}"), sender=SENDER, clock=CLOCK, timeout_s=timeout_s
    )


def test_a_server_gets_the_message_whole(server: SmtpServer) -> None:
    """Address, subject and text arrive as they were, a lone dot and letters beyond ASCII included."""
    _smtp(server.port).send(MESSAGE)
    mail = parsed(server.kept[0])
    assert (mail["To"], mail["From"], mail["Subject"]) == (MESSAGE.to, SENDER, MESSAGE.subject)
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text
    assert mail["Date"].datetime == CLOCK.now()


def test_a_message_sent_again_keeps_its_id(server: SmtpServer) -> None:
    """Mail programs then show it once, also when the first answer was lost."""
    again = dataclasses.replace(MESSAGE, id=uuid.uuid4())
    for _ in range(2):
        _smtp(server.port).send(again)
    assert {mail["Message-ID"] for mail in server.mails} == {f"<{again.id}@example.org>"}


def test_a_refusal_is_an_error_without_the_address(server: SmtpServer) -> None:
    """The sentence names the server and not the person, for it may end in a log."""
    server.refuse = b"550 no such user driver@example.org\r\n"
    with pytest.raises(MailError, match="did not take the message") as failed:
        _smtp(server.port).send(MESSAGE)
    assert "driver@example.org" not in str(failed.value)
    assert server.kept == []


def test_no_server_is_an_error(server: SmtpServer) -> None:
    """A server that is not there is told apart from success."""
    port = server.port
    server.shutdown()
    server.server_close()
    with pytest.raises(MailError, match="ConnectionRefusedError"):
        _smtp(port).send(MESSAGE)


def test_a_silent_server_is_given_up() -> None:
    """A server that accepts and says nothing costs the time-out, not the afternoon."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as silent:
        mail = _smtp(int(silent.server_address[1]), timeout_s=0.2)
        started = time.monotonic()
        with pytest.raises(MailError, match="did not take the message"):
            mail.send(MESSAGE)
    assert time.monotonic() - started < 5


def test_a_password_is_not_sent_to_a_server_without_tls(server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off this machine, a server that does not offer STARTTLS gets neither password nor mail."""
    address = SmtpAddress.parse(f"smtp://user:secret@127.0.0.1:{server.port}")
    monkeypatch.setattr(SmtpAddress, "is_this_machine", property(lambda _self: False))
    with pytest.raises(MailError, match="SMTPNotSupportedError"):
        SmtpMail(server=address, sender=SENDER, clock=CLOCK, timeout_s=5).send(MESSAGE)
    assert server.kept == []


def test_a_folder_gets_one_private_file(tmp_path: Path) -> None:
    """One .eml per message, for this user's eyes alone, and nothing half-written beside it."""
    folder = tmp_path / "outbox"
    FileMail(folder=folder, sender=SENDER, clock=CLOCK).send(MESSAGE)
    (written,) = folder.iterdir()
    assert written.suffix == ".eml"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    mail = parsed(written.read_bytes())
    assert (mail["To"], mail["Subject"]) == (MESSAGE.to, MESSAGE.subject)
    assert mail.get_content().replace("\r\n", "\n") == MESSAGE.text


def test_two_messages_of_one_instant_are_two_files(tmp_path: Path) -> None:
    """Nothing is overwritten."""
    mail = FileMail(folder=tmp_path, sender=SENDER, clock=CLOCK)
    mail.send(MESSAGE)
    mail.send(MESSAGE)
    assert len(list(tmp_path.glob("*.eml"))) == 2


@pytest.mark.parametrize("to", ["", "nobody", "@example.org", "a@b@c", "a@example.org\nBcc: all@example.org"])
def test_a_bad_address_is_refused(tmp_path: Path, to: str) -> None:
    """What is no address, or smuggles in a second header, sends nothing."""
    with pytest.raises(BadInput):
        FileMail(folder=tmp_path, sender=SENDER, clock=CLOCK).send(Message(to=to, subject="x", text="x"))
    assert list(tmp_path.iterdir()) == []


def test_a_subject_is_one_line(tmp_path: Path) -> None:
    """A line break in a subject would start another header."""
    with pytest.raises(BadInput, match="one line"):
        FileMail(folder=tmp_path, sender=SENDER, clock=CLOCK).send(
            Message(to="a@example.org", subject="x\nBcc: all@example.org", text="x")
        )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, False, None, None)),
        ("smtps://u:p%40ss@mail.example.org", ("mail.example.org", 465, True, "u", "p@ss")),
        ("smtp+starttls://u:p@mail.example.org", ("mail.example.org", 587, False, "u", "p")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, False, None, None)),
    ],
)
def test_the_servers_address_is_read(url: str, expected: tuple[object, ...]) -> None:
    """Scheme, host, port and an escaped password come out of the one setting."""
    server = SmtpAddress.parse(url)
    assert (server.host, server.port, server.tls_from_start, server.user, server.password) == expected


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://u:secret@x", "smtp://", "smtp://u:secret@x:port"])
def test_a_bad_server_address_is_refused_without_its_password(url: str) -> None:
    """The sentence may end in a log."""
    with pytest.raises(BadInput) as refused:
        SmtpAddress.parse(url)
    assert "secret" not in str(refused.value)
