"""A service outside this machine that knows addresses: Nominatim, Photon or Pelias, through geopy. Off by default.

Asking it tells it where somebody in need lives. It is asked one address at a time, only when a person says so, never about
a confidential one, and whatever goes wrong is an error with a sentence, never taken for "not known".
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any
from urllib.parse import urlsplit

from geopy import Location
from geopy.adapters import AdapterHTTPError, get_retry_after
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderTimedOut, GeocoderUnavailable
from geopy.geocoders import Nominatim, Pelias, Photon

from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding.chain import Provider
from logistics.gateways.geocoding.guarded_http import GuardedAdapter
from logistics.gateways.geocoding.pace import Pace, TooSoon
from logistics.gateways.geocoding.port import AddressServiceDown
from logistics.setting_values import AddressServiceKind

# geopy writes whole requests, and so addresses, into its log.
logging.getLogger("geopy").setLevel(logging.WARNING)

_REST_WITHOUT_WORD_S = 60.0
"""How long we leave a service alone that says "too many" (429, 503) without saying until when."""
_HOUSE_RANK = 28
"""Nominatim's place_rank: 30 is a house or an entrance, 28 what stands in one; 26 and 27 are streets."""


class AddressService:
    """One service behind geopy, with a pace, a deadline, and our words for whatever it does wrong."""

    def __init__(self, kind: AddressServiceKind, url: str, *, user_agent: str, timeout_s: float, pace: Pace) -> None:
        parts = urlsplit(url)
        self.kind = kind
        self.host = parts.netloc
        self._timeout_s = timeout_s
        self._pace = pace
        makers = {
            AddressServiceKind.NOMINATIM: Nominatim,
            AddressServiceKind.PHOTON: Photon,
            AddressServiceKind.PELIAS: Pelias,
        }
        self._geocoder = makers[kind](
            domain=parts.netloc + parts.path.rstrip("/"),
            scheme=parts.scheme,
            timeout=timeout_s,
            user_agent=user_agent,
            adapter_factory=GuardedAdapter,
        )
        self._narrow = {
            AddressServiceKind.NOMINATIM: {"country_codes": "gb"},
            AddressServiceKind.PELIAS: {"countries": "GBR"},
        }.get(kind, {})

    def geocode(self, query: str, *, exactly_one: bool = True, timeout: object = None) -> Location | None:
        """Its best answer, or None when it knows none. Raises AddressServiceDown."""
        del exactly_one, timeout
        try:
            self._pace.turn()
        except TooSoon as soon:
            raise self._down("asked to be left alone for a while", retry_after_s=soon.wait_s) from None
        try:
            found = self._geocoder.geocode(query, timeout=self._timeout_s, **self._narrow)
            if found is not None and not (-90 <= found.latitude <= 90 and -180 <= found.longitude <= 180):
                raise GeocoderParseError("no such place on earth")
        except GeocoderTimedOut as error:
            raise self._refused(error) or self._down(f"gave no whole answer within {self._timeout_s:g} s") from None
        except GeocoderUnavailable as error:
            raise self._down(f"cannot be reached: {error}") from None
        except GeocoderServiceError as error:
            raise self._refused(error) or self._down(f"answered what we cannot use: {error}") from None
        except (LookupError, TypeError, ValueError, AttributeError):
            # JSON, but not the answer of such a service: geopy then fails somewhere in the middle of it.
            raise self._down("answered what we cannot use: it is not the answer of such a service") from None
        return found

    def _refused(self, error: GeocoderServiceError) -> AddressServiceDown | None:
        """What an HTTP status other than 200 means; None when there was none."""
        cause = error.__cause__
        if not isinstance(cause, AdapterHTTPError):
            return None
        status = cause.status_code
        if status in (429, 503):
            rest_s = get_retry_after(cause.headers)
            rest_s = _REST_WITHOUT_WORD_S if rest_s is None else float(rest_s)
            self._pace.rest(rest_s)
            return self._down("asks to be left alone for a while", retry_after_s=rest_s)
        if status in (401, 403):
            return self._down(f"does not let us in (status {status})")
        if 300 <= status < 400:
            return self._down(f"sends us elsewhere (status {status}), where no address is sent")
        return self._down(f"failed (status {status})")

    def _down(self, what: str, *, retry_after_s: float | None = None) -> AddressServiceDown:
        when = "later" if retry_after_s is None else f"in {_duration(retry_after_s)}"
        return AddressServiceDown(
            f"The address service {self.host} {what}. No place was changed. Try again {when}, or place the address by hand.",
            retry_after_s=retry_after_s,
        )


def address_provider(service: AddressService, *, key: str) -> Provider:
    """The service as the last link of the chain. Its cache keeps a keyed digest of each address, not the address."""
    return Provider(
        name=service.kind.value,
        geocoder=service,
        query_of=lambda address, postcode: f"{' '.join(address.split())}, {postcode}" if address.strip() else "",
        precision_of={
            AddressServiceKind.NOMINATIM: _of_nominatim,
            AddressServiceKind.PHOTON: _of_photon,
            AddressServiceKind.PELIAS: _of_pelias,
        }[service.kind],
        edition=hashlib.sha256(service.host.encode()).hexdigest()[:8],
        kept_as=lambda query: hmac.new(key.encode(), query.casefold().encode(), "sha256").hexdigest(),
    )


def _of_nominatim(location: Any) -> GeocodePrecision | None:
    raw = location.raw
    if raw.get("type") == "postcode" or raw.get("addresstype") == "postcode":
        return GeocodePrecision.POSTCODE
    rank = raw.get("place_rank")
    return GeocodePrecision.ROOFTOP if isinstance(rank, int) and rank >= _HOUSE_RANK else None


def _of_photon(location: Any) -> GeocodePrecision | None:
    about = location.raw.get("properties", {})
    if about.get("osm_value") == "postcode":
        return GeocodePrecision.POSTCODE
    return GeocodePrecision.ROOFTOP if about.get("type") == "house" else None


def _of_pelias(location: Any) -> GeocodePrecision | None:
    about = location.raw.get("properties", {})
    if about.get("layer") == "postalcode":
        return GeocodePrecision.POSTCODE
    exact = about.get("layer") in ("address", "venue") and about.get("match_type", "exact") != "fallback"
    return GeocodePrecision.ROOFTOP if exact else None


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{round(seconds / 3600)} hours"
