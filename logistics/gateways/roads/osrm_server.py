"""One question to an OSRM server over HTTP, answered or refused within its time-out; never answered by anything else."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3

from logistics.gateways.roads.port import RoadsUnavailable
from logistics.gateways.roads.profiles import RoadProfile

_TRIES = 4
_FIRST_PAUSE_S = 0.2
_BUSY = frozenset({429, 500, 502, 503, 504})
_READ_BYTES = 65_536
_MOST_BYTES = 200_000_000
_SAID_MOST = 200


class OsrmRefused(Exception):
    """OSRM understood the question and said no: `code` is its word for why (NoSegment, NoRoute, TooBig, ...)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class OsrmServer:
    """Where the server is, how long a question may take with its retries, and how old its map is if it does not say."""

    url: str
    timeout_s: float = 30.0
    data_date: date | None = None

    def base(self, profile: RoadProfile) -> str:
        """The address for one way of travelling, without user and password."""
        parts = urlsplit(self.url.replace("{profile}", profile.value))
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")

    @property
    def headers(self) -> dict[str, str]:
        """User and password of the address, as HTTP's basic authorisation."""
        user, sign, _ = urlsplit(self.url.replace("{profile}", "profile")).netloc.rpartition("@")
        return dict(urllib3.make_headers(basic_auth=unquote(user))) if sign else {}

    @property
    def name(self) -> str:
        """Host and port: an address may hold a password."""
        parts = urlsplit(self.url.replace("{profile}", "profile"))
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


class _TryAgain(Exception):
    """A failure that may pass; `after_s` is when the server asked to be tried again."""

    def __init__(self, words: str, after_s: float | None = None) -> None:
        super().__init__(words)
        self.after_s = after_s


class OsrmClient:
    """Asks with a few tries inside one deadline. Raises RoadsUnavailable, and OsrmRefused for what OSRM itself refuses."""

    def __init__(self, server: OsrmServer) -> None:
        self.server = server
        self._pool = urllib3.PoolManager(maxsize=4, retries=False, headers=server.headers)

    def ask(self, profile: RoadProfile, path: str) -> dict[str, Any]:
        """The answer to GET `path` at that profile's address: a JSON object whose code is Ok."""
        deadline = time.monotonic() + self.server.timeout_s
        for tries in range(1, _TRIES + 1):
            try:
                return self._once(self.server.base(profile) + path, deadline)
            except _TryAgain as failure:
                pause_s = failure.after_s
                if pause_s is None:
                    pause_s = _FIRST_PAUSE_S * 2 ** (tries - 1) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
                if tries == _TRIES or time.monotonic() + pause_s >= deadline:
                    raise self._unavailable(str(failure)) from failure
                time.sleep(pause_s)
        raise AssertionError("the last try either returns or raises")

    def _once(self, url: str, deadline: float) -> dict[str, Any]:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise self._unavailable(f"gave no answer within {self.server.timeout_s:g} s")
        timeout = urllib3.Timeout(connect=min(5.0, left_s), read=left_s)
        try:
            response = self._pool.request("GET", url, timeout=timeout, preload_content=False, redirect=False)
        except urllib3.exceptions.NewConnectionError as error:
            raise _TryAgain("cannot be reached") from error
        except urllib3.exceptions.TimeoutError as error:
            raise _TryAgain(f"gave no answer within {self.server.timeout_s:g} s") from error
        except urllib3.exceptions.LocationParseError as error:
            raise self._unavailable("has an address that cannot be read") from error
        except urllib3.exceptions.HTTPError as error:
            raise _TryAgain("cannot be reached") from error
        try:
            body = self._body(response, deadline)
        finally:
            response.close()
        if response.status in _BUSY:
            raise _TryAgain(
                f"answers with error {response.status}", _retry_after_s(response.headers.get("Retry-After"))
            )
        return self._read(response.status, body)

    def _body(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        """The whole body: a server that sends a byte now and then does not get past the deadline."""
        body = bytearray()
        try:
            while block := response.read1(_READ_BYTES):
                body += block
                if time.monotonic() > deadline:
                    raise self._unavailable(f"did not finish its answer within {self.server.timeout_s:g} s")
                if len(body) > _MOST_BYTES:
                    raise self._unavailable("sends more than any answer can be")
        except urllib3.exceptions.TimeoutError as error:
            raise _TryAgain(f"did not finish its answer within {self.server.timeout_s:g} s") from error
        except urllib3.exceptions.HTTPError as error:
            raise _TryAgain("breaks off in the middle of its answer") from error
        return bytes(body)

    def _read(self, status: int, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except ValueError as error:
            raise self._unavailable(
                f"answers (status {status}) with something that is not JSON: is it OSRM?"
            ) from error
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), str):
            raise self._unavailable(f"answers (status {status}) with JSON that is not OSRM's: is it OSRM?")
        if answer["code"] != "Ok":
            raise OsrmRefused(answer["code"], str(answer.get("message", ""))[:_SAID_MOST])
        return answer

    def _unavailable(self, words: str) -> RoadsUnavailable:
        return RoadsUnavailable(
            f"The OSRM server {self.server.name} {words}. Nothing was planned and nothing was changed: start the server "
            "or correct ROUNDS_OSRM_URL, then try again."
        )

    def wrong(self, words: str) -> RoadsUnavailable:
        """An answer that is JSON and still cannot be used."""
        return self._unavailable(f"answers with {words}: it may be an OSRM too old for this (5.18 or newer is needed)")


def _retry_after_s(value: str | None) -> float | None:
    """Seconds to wait from a Retry-After header, given in seconds or as a date."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None
