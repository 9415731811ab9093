"""How an address service is reached: one whole answer within the time-out, from the host of the setting, or an error.

geopy's own adapters follow redirects, take proxies from the environment and start their time-out anew with every packet.
An address of somebody in need must go to the host that was chosen and to no other, and nobody may be kept waiting.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from geopy.adapters import AdapterHTTPError, BaseSyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable

from logistics.setting_values import fault_of_address

MOST_BYTES = 1_000_000
"""An answer about one address is a few kilobytes."""


class GuardedAdapter(BaseSyncAdapter):  # type: ignore[misc]  # geopy ships no types
    """geopy's adapter for one GET: no redirect, no proxy, no retry, a bound on size, one deadline for everything."""

    def __init__(self, *, proxies: object = None, ssl_context: ssl.SSLContext | None = None) -> None:
        del proxies
        self._tls = ssl_context or ssl.create_default_context()
        super().__init__(proxies=None, ssl_context=self._tls)

    def get_json(self, url: str, *, timeout: float, headers: dict[str, str]) -> Any:
        """The answer as JSON. Raises GeocoderParseError and what `get_text` raises."""
        text = self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except ValueError:
            # Not a word of the answer: it may repeat the address, and errors end in logs.
            raise GeocoderParseError("the answer is not JSON") from None

    def get_text(self, url: str, *, timeout: float, headers: dict[str, str]) -> str:
        """The whole body. Raises AdapterHTTPError for every status but 200, GeocoderTimedOut, GeocoderUnavailable."""
        deadline = time.monotonic() + timeout
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        try:
            with _connected(host, port, parts.scheme, deadline) as plain:
                wired = plain
                if parts.scheme == "https":
                    wired = self._tls.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
                with wired, _ended_at(wired, deadline):
                    if isinstance(wired, ssl.SSLSocket):
                        wired.do_handshake()
                    body = _fetch(wired, parts.netloc, f"{parts.path or '/'}?{parts.query}", headers)
        except (OSError, HTTPException, EOFError) as error:
            if isinstance(error, AdapterHTTPError | GeocoderServiceError):
                raise
            if time.monotonic() >= deadline or isinstance(error, TimeoutError):
                raise GeocoderTimedOut("no whole answer in time") from error
            if isinstance(error, ConnectionRefusedError):
                raise GeocoderUnavailable("the connection was refused") from error
            raise GeocoderUnavailable(f"the connection broke off ({type(error).__name__})") from error
        if time.monotonic() >= deadline:
            raise GeocoderTimedOut("no whole answer in time")  # cut off at the deadline, it only looks whole
        return body


def addresses_of(host: str, port: int, *, within_s: float) -> list[str]:
    """The IP addresses of a host. Raises GeocoderUnavailable when the name is not known, GeocoderTimedOut."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    try:
        found = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM).result(max(within_s, 0.001))
    except StillWaiting:
        raise GeocoderTimedOut("its name was not resolved in time") from None
    except (OSError, UnicodeError) as error:
        raise GeocoderUnavailable("its name is not known") from error
    finally:
        pool.shutdown(wait=False)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@contextmanager
def _connected(host: str, port: int, scheme: str, deadline: float) -> Iterator[socket.socket]:
    """A socket to one of the host's addresses, each of them checked: a name may lead elsewhere since the start."""
    last: OSError | None = None
    for address in addresses_of(host, port, within_s=deadline - time.monotonic()):
        if fault := fault_of_address(ip_address(address.partition("%")[0]), is_plain=scheme == "http"):
            raise GeocoderUnavailable(f"its name leads to an address that {fault}")
        try:
            connected = socket.create_connection((address, port), timeout=max(deadline - time.monotonic(), 0.001))
        except OSError as error:
            last = error
            continue
        with connected:
            yield connected
        return
    raise last or OSError("no address")


@contextmanager
def _ended_at(connected: socket.socket, deadline: float) -> Iterator[None]:
    """Shut the socket down at the deadline: a server that sends a byte a second would restart a plain time-out for ever."""

    def end() -> None:
        try:
            # The plain socket's own: that of TLS would first say goodbye, which takes two.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
        except OSError:
            return  # closed already: there is nothing left to end

    timer = Timer(max(deadline - time.monotonic(), 0.001), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _fetch(wired: socket.socket, netloc: str, target: str, headers: dict[str, str]) -> str:
    connection = HTTPConnection(netloc.rpartition("@")[2])
    connection.sock = wired
    connection.request("GET", target, headers={"Accept": "application/json", "Connection": "close", **headers})
    response = connection.getresponse()
    body = _read(response)
    if response.status != 200:
        raise AdapterHTTPError(
            f"HTTP status {response.status}",
            status_code=response.status,
            headers={name.lower(): value for name, value in response.getheaders()},
            text=None,  # geopy would log it, and an error page may repeat the address
        )
    try:
        return body.decode(response.headers.get_content_charset() or "utf-8")
    except (ValueError, LookupError):
        raise GeocoderParseError("the answer is not text") from None


def _read(response: HTTPResponse) -> bytes:
    body = response.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise GeocoderServiceError("the answer is far too long")
    if response.length:  # what the server promised and did not send
        raise EOFError("half an answer")
    return body
