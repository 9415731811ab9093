"""The chains that the settings ask for: one that never leaves this machine, and one service outside if there is any."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from geopy.exc import GeocoderServiceError

from logistics.gateways.geocoding.address_service import AddressService, address_provider
from logistics.gateways.geocoding.chain import ChainedGeocoder, gazetteer_provider
from logistics.gateways.geocoding.guarded_http import addresses_of
from logistics.gateways.geocoding.installed import postcode_providers
from logistics.gateways.geocoding.pace import FilePace
from logistics.gateways.geocoding.port import GeocodeCache, Geocoder
from logistics.setting_values import AddressServiceKind, fault_of_address
from logistics.settings import SettingError, Settings

PLACES_FOLDER = "places"
"""In ROUNDS_HOME: postcode files that were imported, and the pace of the address service."""
PATIENCE_S = 5.0
"""How long a person or a command waits for its turn before it is told when to come back."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLookup:
    """A service outside this machine, with its host for the warning that an address will leave the building."""

    host: str
    geocoder: Geocoder


def local_geocoder(cache: GeocodeCache, folder: Path) -> Geocoder:
    """Answered before -> imported postcode files, the newest first -> those of the package. Nothing leaves the building."""
    return ChainedGeocoder(cache=cache, providers=[*postcode_providers(folder), gazetteer_provider()])


def address_lookup(settings: Settings, cache: GeocodeCache) -> AddressLookup | None:
    """The service of the settings, or None. Raises SettingError when its name leads where no address may be sent."""
    if settings.address_service is AddressServiceKind.NONE:
        return None
    check_where_it_leads(settings.address_service_url)
    service = AddressService(
        settings.address_service,
        settings.address_service_url,
        user_agent=f"FoodRounds/{version('food-rounds')} ({settings.address_service_contact})",
        timeout_s=settings.address_service_timeout_s,
        pace=FilePace(
            settings.home / PLACES_FOLDER / "address-service-pace",
            pause_s=settings.address_service_pause_ms / 1000,
            patience_s=max(PATIENCE_S, settings.address_service_pause_ms / 1000),
        ),
    )
    log.warning("people's addresses are sent to %s when a coordinator asks for them", service.host)
    provider = address_provider(service, key=settings.signing_key())
    return AddressLookup(host=service.host, geocoder=ChainedGeocoder(cache=cache, providers=[provider]))


def check_where_it_leads(url: str) -> None:
    """Look up the name of the setting once, at start. A name that is not known today may be tomorrow: that only warns.

    Raises SettingError when any of its addresses may not be sent to. Each connection looks again.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        found = addresses_of(host, parts.port or 443, within_s=5)
    except GeocoderServiceError as error:
        log.warning("the address service %s cannot be found: %s", host, error)
        return
    for address in found:
        if fault := fault_of_address(ip_address(address.partition("%")[0]), is_plain=parts.scheme == "http"):
            raise SettingError(f"ROUNDS_ADDRESS_SERVICE_URL names {host}, which leads to an address that {fault}.")
