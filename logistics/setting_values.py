"""What the text of a setting may be: one function per kind of value.

Each takes the text of a variable and returns the value, or raises ValueError with the second half of a sentence that
begins with the variable's name ("must be ..."). The text itself is never repeated here: it may be a secret.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

SECRET_KEY_MIN_LENGTH = 32
FIELD_KEY_BYTES = 32


class Roads(StrEnum):
    """Where distances and driving times come from."""

    AUTO = "auto"
    """The road map that this machine has in use; the estimate while it has none."""
    ESTIMATE = "estimate"
    OSRM = "osrm"
    """The road map in use, and nothing else."""
    OSRM_HTTP = "osrm-http"
    """An OSRM server."""


class AddressServiceKind(StrEnum):
    """Which kind of service outside this machine may be asked where an address is."""

    NONE = "none"
    NOMINATIM = "nominatim"
    PHOTON = "photon"
    PELIAS = "pelias"


class SecondFactorRequired(StrEnum):
    """Whether roles that read about many people must set up a second factor before anything else."""

    AUTO = "auto"
    """Wherever other machines can reach the site; not at an address of one's own machine with no proxy, as in the demo."""
    ON = "on"
    OFF = "off"


class LogLevel(StrEnum):
    """How much the processes tell their log."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How the processes write their log."""

    TEXT = "text"
    """Lines for people."""
    JSON = "json"
    """One object a line, for programs."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def is_own_machine(base_url: str) -> bool:
    """Whether a site at this address can be reached from its own machine alone."""
    return urlsplit(base_url).hostname in {"localhost", "127.0.0.1", "::1"}


def text(value: str) -> str:
    """Any text."""
    return value


def header_text(value: str) -> str:
    """Text that can stand in a line of HTTP: plain letters, figures and marks."""
    if not (value.isascii() and value.isprintable() and len(value) <= 200):
        raise ValueError("must be at most 200 plain letters, figures and marks")
    return value


def switch(value: str) -> bool:
    """`on` or `off`."""
    if value not in ("on", "off"):
        raise ValueError("must be on or off")
    return value == "on"


def folder(value: str) -> Path:
    """A full path; the folder need not be there yet."""
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("starts with '~', but this user has no home folder: give a full path") from None
    if not path.is_absolute():
        raise ValueError("must be a full path, starting with '/' or '~'")
    if path.exists() and not path.is_dir():
        raise ValueError("must be a folder, but a file is there")
    return path


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number within both ends."""

    def parse(value: str) -> int:
        # isdecimal alone would take digits of other scripts, which nobody means here.
        if not (value.isascii() and value.isdecimal() and low <= int(value) <= high):
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(value)

    return parse


def choice[E: StrEnum](kind: type[E]) -> Callable[[str], E]:
    """One of the values of an enum, in any case."""

    def parse(value: str) -> E:
        try:
            return kind(value.lower())
        except ValueError:
            raise ValueError("must be one of: " + ", ".join(kind)) from None

    return parse


def database_url(value: str) -> str:
    """A SQLite file or a PostgreSQL database, or empty; PostgreSQL is reached by psycopg."""
    for old in ("postgres://", "postgresql://"):
        if value.startswith(old):
            value = "postgresql+psycopg://" + value.removeprefix(old)
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    if value in ("sqlite:///", "sqlite:///:memory:"):
        raise ValueError("must name a file: the web server and the worker are two processes and share it")
    if value.startswith("postgresql") and not _split(value).path.strip("/"):
        raise ValueError("must end with the name of a database, as in postgresql://user@host/rounds")
    return value


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("is not a web address that can be read; percent-encode odd characters of a password") from None
    return parts


def url(*schemes: str, empty: bool = False) -> Callable[[str], str]:
    """An address with one of these schemes and a host."""

    def parse(value: str) -> str:
        if not value and empty:
            return value
        parts = _split(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(
                "must start with " + " or ".join(f"{scheme}://" for scheme in schemes) + " and name a host"
            )
        return value

    return parse


def base_url(value: str) -> str:
    """A web address without query, fragment or user, or empty; a slash at its end is dropped."""
    if not value:
        return value
    url("https", "http")(value)
    parts = _split(value)
    if parts.query or parts.fragment or parts.username:
        raise ValueError("must be a plain address such as https://rounds.example.org")
    return value.rstrip("/")


def tile_url(value: str) -> str:
    """A web address with the three numbers of a tile in it, or empty."""
    if not value:
        return value
    url("https", "http")(value.replace("{s}", "a"))
    if missing := [part for part in ("{z}", "{x}", "{y}") if part not in value]:
        raise ValueError(f"must contain {', '.join(missing)}, where the number of each tile goes")
    return value


PUBLIC_SERVICES = ("nominatim.openstreetmap.org", "photon.komoot.io")
"""Run for the public by volunteers, whose rules do not allow what we would send: addresses of people, many of them."""


def address_service_url(value: str) -> str:
    """The web address of an address service, or empty. Addresses of people in need go there, so it is looked at hard.

    https, or http to this machine or a private network; no user, query or fragment; no address on which clouds answer
    with their secrets. What a name leads to is looked at when the process starts and again at each connection.
    """
    if not value:
        return value
    url("https", "http")(value)
    parts = _split(value)
    host = (parts.hostname or "").rstrip(".")
    if parts.query or parts.fragment or parts.username or parts.password or "\\" in value or " " in value:
        raise ValueError("must be a plain address such as https://nominatim.example.org")
    if any(host == public or host.endswith("." + public) for public in PUBLIC_SERVICES):
        raise ValueError(
            f"names {host}, whose rules forbid sending people's addresses to it: run a service of your own, or pay for one"
        )
    try:
        address = ip_address(host)
    except ValueError:
        # Only ip_address's own spelling: 0x7f.1 or 2130706433 are addresses to some resolvers.
        if host.rpartition(".")[2].isdecimal() or host.rpartition(".")[2].startswith("0x"):
            raise ValueError("must name a host, or give its IP address in the usual form") from None
        return value.rstrip("/")
    if fault := fault_of_address(address, is_plain=parts.scheme == "http"):
        raise ValueError(f"names an address that {fault}")
    return value.rstrip("/")


def fault_of_address(address: IPv4Address | IPv6Address, *, is_plain: bool) -> str:
    """Why nothing is sent to this address, as the end of a sentence; empty when it may be. `is_plain`: without TLS."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return fault_of_address(inner, is_plain=is_plain)
    if address.is_link_local or address in _CLOUD_SECRETS:
        return "belongs to the machine's own network card or cloud, where no address service is"
    if address.is_multicast or address.is_unspecified or (address.is_reserved and not address.is_loopback):
        return "is no single machine's"
    if is_plain and not (address.is_loopback or address.is_private):
        return "lies outside, to which nothing is sent without TLS: use https://"
    return ""


_CLOUD_SECRETS = frozenset({ip_address("fd00:ec2::254"), ip_address("100.100.100.200"), ip_address("192.0.0.192")})


def backup_key(value: str) -> str:
    """An age key, secret or public, or nothing; lines that begin with # are notes, as age's own programs write them."""
    lines = [line.strip() for line in value.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        return ""
    if len(lines) > 1 or not lines[0].startswith(("AGE-SECRET-KEY-1", "age1")):
        raise ValueError("must be one age key, as “rounds backup-key FILE” makes it")
    return lines[0]


def field_keys(value: str) -> tuple[str, ...]:
    """Keys for sealed columns, the newest first, apart by blanks, commas or lines, or none; lines that begin with # are notes."""
    lines = [line for line in value.splitlines() if not line.lstrip().startswith("#")]
    keys = tuple(" ".join(lines).replace(",", " ").split())
    for key in keys:
        try:
            whole = len(base64.b64decode(key, altchars=b"-_", validate=True)) == FIELD_KEY_BYTES
        except ValueError:
            whole = False
        if not whole:
            raise ValueError("must be keys as “rounds keys new” makes them, the newest first, with a blank between two")
    if len(set(keys)) < len(keys):
        raise ValueError("names one key twice: keep one of the two")
    return keys


def optional_date(value: str) -> date | None:
    """A date as 2026-11-22, or nothing."""
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date such as 2026-11-22") from None


PUBLIC_ROUTERS = ("project-osrm.org", "routing.openstreetmap.de")
"""Run for the public to try OSRM: not for work, and not for where people in need live."""


def osrm_url(value: str) -> str:
    """The address of an OSRM server, perhaps with {profile} in it, or empty; a slash at its end is dropped."""
    if not value:
        return value
    plain = value.replace("{profile}", "car")
    url("https", "http")(plain)
    if "{" in plain or "}" in plain:
        raise ValueError("may hold {profile} and no other braces")
    parts = _split(plain)
    if parts.query or parts.fragment:
        raise ValueError("must be a plain address such as http://127.0.0.1:5000")
    host = (parts.hostname or "").rstrip(".")
    if any(host == public or host.endswith("." + public) for public in PUBLIC_ROUTERS):
        raise ValueError(
            f"names {host}, a demonstration for the public: people's homes are not sent there, run your own"
        )
    return value.rstrip("/")


def bind(value: str) -> Address:
    """HOST:PORT, with brackets around an IPv6 host."""
    host, _, port = value.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdecimal() and int(port) <= 65535):
        raise ValueError("must be HOST:PORT, as in 127.0.0.1:8000")
    return Address(host, int(port))


def loopback_bind(value: str) -> Address | None:
    """HOST:PORT of this machine alone, or empty."""
    if not value:
        return None
    address = bind(value)
    if address.host not in ("127.0.0.1", "::1"):
        raise ValueError("must be an address of this machine alone, as in 127.0.0.1:9095")
    return address


def contact(value: str) -> str:
    """Where somebody who found a hole writes to, as a mailto: or https: address, or empty."""
    if value and not (value.isascii() and value.isprintable() and " " not in value and len(value) <= 200):
        raise ValueError("must be one address without blanks, as in mailto:security@example.org")
    if value and not value.startswith(("mailto:", "https://")):
        raise ValueError("must start with mailto: or https://")
    return value


def secret_key(value: str) -> str:
    """Long enough to sign with, or empty."""
    if value and len(value) < SECRET_KEY_MIN_LENGTH:
        raise ValueError(
            f"is too short: use at least {SECRET_KEY_MIN_LENGTH} random characters, or leave it out and one is made"
        )
    return value


def mail_sender(value: str) -> str:
    """An address with or without a name before it: Food Rounds <rounds@example.org>."""
    _, address = parseaddr(value)
    if "@" not in address or any(ord(character) < 32 for character in value):
        raise ValueError("must hold an address, as in Food Rounds <rounds@example.org>")
    return value
