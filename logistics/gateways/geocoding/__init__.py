"""Where an address is: what was answered before, then the postcode files on this machine, and, if asked, a service outside."""

from __future__ import annotations

from logistics.gateways.geocoding.chain import ChainedGeocoder, Provider, gazetteer_provider
from logistics.gateways.geocoding.gazetteer import ATTRIBUTION, CodePointGazetteer
from logistics.gateways.geocoding.port import (
    AddressServiceDown,
    CachedAnswer,
    GeocodeCache,
    Geocoder,
    Pins,
    Placement,
    PostcodesDamaged,
)
from logistics.gateways.geocoding.postcode import normalise_postcode

__all__ = [
    "ATTRIBUTION",
    "AddressServiceDown",
    "CachedAnswer",
    "ChainedGeocoder",
    "CodePointGazetteer",
    "GeocodeCache",
    "Geocoder",
    "Pins",
    "Placement",
    "PostcodesDamaged",
    "Provider",
    "gazetteer_provider",
    "normalise_postcode",
]
