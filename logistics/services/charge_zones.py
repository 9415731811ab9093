"""Take up a network's charge zones, and end one. Plans made before keep the zones that they were made with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.charge_zones import ChargeZone
from logistics.domain.errors import BadInput, NotFound
from logistics.persistence.charge_zones import row_of, zones_in_force
from logistics.persistence.tables import ChargeZoneRow, Network, Site
from logistics.services import audit

MOST_ZONES = 50
NEAR_DEGREES = 2.0
"""A zone farther than this from every place of the network is somebody else's, or has latitude and longitude changed about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedZones:
    """What an import changed, by name."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]


def import_charge_zones(session: Session, actor: Actor, zones: Sequence[ChargeZone], *, now: datetime) -> ImportedZones:
    """Add these zones; one of the same name takes the other's place, one that says the same changes nothing.

    Raises Forbidden, and BadInput for a zone that is nowhere near the network, or one too many; then nothing is changed.
    """
    actor.require(Permission.EDIT_SETTINGS)
    session.get_one(Network, actor.network_id, with_for_update=True)
    _check_near(session, zones)
    known = {zone.name.casefold(): zone for zone in zones_in_force(session)}
    added: list[str] = []
    replaced: list[str] = []
    unchanged: list[str] = []
    for zone in zones:
        former = known.get(zone.name.casefold())
        if former is not None and _says(former) == _says(zone):
            unchanged.append(zone.name)
            continue
        if former is not None:
            session.get_one(ChargeZoneRow, former.id).removed_at = now
            session.flush()
        (added if former is None else replaced).append(zone.name)
        session.add(row_of(zone, now=now))
        audit.note(session, actor, "import", "charge_zone", zone.id, now=now, price_pence=zone.price_pence)
    if len(known) + len(added) > MOST_ZONES:
        raise BadInput(f"A network may have {MOST_ZONES} charge zones. Remove those that no longer charge first.")
    return ImportedZones(added=tuple(added), replaced=tuple(replaced), unchanged=tuple(unchanged))


def remove_charge_zone(session: Session, actor: Actor, name: str, *, now: datetime) -> str:
    """End the zone of that name (upper or lower case); returns its name. Raises Forbidden, NotFound."""
    actor.require(Permission.EDIT_SETTINGS)
    session.get_one(Network, actor.network_id, with_for_update=True)
    known = zones_in_force(session)
    found = next((zone for zone in known if zone.name.casefold() == name.strip().casefold()), None)
    if found is None:
        names = ", ".join(f"“{zone.name}”" for zone in known) or "none"
        raise NotFound(f"There is no charge zone “{name}”. There are: {names}.")
    session.get_one(ChargeZoneRow, found.id).removed_at = now
    audit.note(session, actor, "remove", "charge_zone", found.id, now=now)
    return found.name


def _says(zone: ChargeZone) -> tuple[object, ...]:
    return zone.name, zone.price_pence, zone.hours, zone.vehicles, zone.polygons


def _check_near(session: Session, zones: Sequence[ChargeZone]) -> None:
    south, north, west, east = session.execute(
        select(func.min(Site.latitude), func.max(Site.latitude), func.min(Site.longitude), func.max(Site.longitude))
    ).one()
    if south is None or north is None or west is None or east is None:
        return
    for zone in zones:
        positions = [position for polygon in zone.polygons for position in polygon[0]]
        is_near = any(
            west - NEAR_DEGREES <= longitude <= east + NEAR_DEGREES
            and south - NEAR_DEGREES <= latitude <= north + NEAR_DEGREES
            for longitude, latitude in positions
        )
        if not is_near:
            raise BadInput(
                f"“{zone.name}”, geometry: it is far from every place of this network. GeoJSON writes longitude first, "
                "then latitude: are they changed about?"
            )
