"""Mail: a port, SMTP, and a folder of .eml files for a network that has set no mail server."""

from __future__ import annotations

import os
import secrets
import smtplib
import ssl
import uuid
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.gateways.clock import Clock

_TIMEOUT_S = 15
_PORTS = {"smtp": 587, "smtp+starttls": 587, "smtps": 465}


class MailError(FoodRoundsError):
    """The mail server did not take the message. The message is lost unless the caller keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail to one person, in plain text. Sent again under the same `id`, it has the same Message-ID: mail programs show it once."""

    to: str
    subject: str
    text: str
    id: uuid.UUID | None = None


class Mail(Protocol):
    """Sends mail."""

    def send(self, message: Message) -> None:
        """Hand the message over. Raises BadInput for an address that is none, MailError when it was not taken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAddress:
    """Where the mail server is: `smtp://user:password@host:587` (STARTTLS) or `smtps://...:465` (TLS from the start)."""

    host: str
    port: int
    tls_from_start: bool
    user: str | None
    password: str | None

    @classmethod
    def parse(cls, url: str) -> SmtpAddress:
        """Read the setting. Raises BadInput that never repeats the password."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadInput(
                "The mail server's address cannot be read. Write it like smtps://user:password@host:465."
            ) from None
        if parts.scheme not in _PORTS or not parts.hostname:
            raise BadInput(
                "The mail server's address must start with smtp://, smtp+starttls:// or smtps:// and name a host."
            )
        return cls(
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            tls_from_start=parts.scheme == "smtps",
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def is_this_machine(self) -> bool:
        """Whether it can only be reached from here, so that plain text cannot be overheard."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


class SmtpMail:
    """Sends through an SMTP server. To any other machine than this one, only over TLS with a checked certificate."""

    def __init__(self, *, server: SmtpAddress, sender: str, clock: Clock, timeout_s: float = _TIMEOUT_S) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._timeout_s = timeout_s

    def send(self, message: Message) -> None:
        """Hand the message to the server within the time-out, or raise MailError."""
        mail = _built(message, sender=self._sender, clock=self._clock)
        try:
            with self._connected() as smtp:
                smtp.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            # The error's own text may hold the address; its type is enough to act on.
            raise MailError(
                f"The mail server {self._server.host}:{self._server.port} did not take the message "
                f"({type(error).__name__}). Check the mail settings, then send it again."
            ) from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.tls_from_start:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._timeout_s, context=ssl.create_default_context()
            )
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=self._timeout_s)
        try:
            if not server.tls_from_start and not server.is_this_machine:
                smtp.starttls(context=ssl.create_default_context())
            if server.user is not None:
                smtp.login(server.user, server.password or "")
        except BaseException:
            smtp.close()
            raise
        return smtp


OUTBOX = "outbox"
"""The folder in ROUNDS_HOME where mail is written when there is no mail server."""


class FileMail:
    """Writes each message into a folder that only this user can read, where a coordinator can open or forward it."""

    def __init__(self, *, folder: Path, sender: str, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    def send(self, message: Message) -> None:
        """Write `<time>-<random>.eml`, mode 600. A reader never sees half a message."""
        mail = _built(message, sender=self._sender, clock=self._clock)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{self._clock.now():%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(4)}"
        part = self._folder / f".{name}.part"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(mail.as_bytes())
            part.rename(self._folder / f"{name}.eml")
        except OSError as error:
            part.unlink(missing_ok=True)
            raise MailError(
                f"The message could not be written into {self._folder} ({error.strerror}). Make room or set a mail server."
            ) from error


def _built(message: Message, *, sender: str, clock: Clock) -> EmailMessage:
    address = parseaddr(message.to)[1]
    if address.count("@") != 1 or not all(address.split("@")) or any(letter.isspace() for letter in address):
        raise BadInput("That is not a mail address. Write it like name@example.org.")
    mail = EmailMessage(policy=SMTP)
    try:
        mail["From"] = sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
    except ValueError:
        raise BadInput("A mail's address and subject must each be one line.") from None
    mail["Date"] = format_datetime(clock.now())
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{message.id}@{domain}>" if message.id else make_msgid(domain=domain)
    mail.set_content(message.text)
    return mail
