"""Looking for the places of a network's addresses again: after new postcode files, and at a service outside if somebody says so."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput
from logistics.domain.placing import PlaceDoubt, Placement, replace_place
from logistics.gateways.geocoding.port import AddressServiceDown, Geocoder
from logistics.persistence.database import Database
from logistics.persistence.pins import SitePins
from logistics.persistence.tables import Household, Site
from logistics.services.audit import note
from logistics.services.placing import find_place
from logistics.services.site_places import keep_question, place_of, put_place, question_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """An address of the network and its place so far. `is_secret`: it never leaves the building."""

    site_id: uuid.UUID
    address: str
    postcode: str
    place: Placement | None
    is_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSearch:
    """What the files on this machine said: addresses placed now, and those about whose place somebody is asked now."""

    placed: int
    to_check: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSearch:
    """What a service outside said. `stopped`: why it was not asked about the rest, which go on waiting."""

    asked: int
    placed: int
    stopped: str = ""


def look_up_locally(database: Database, network_id: uuid.UUID, geocoder: Geocoder, *, now: datetime) -> LocalSearch:
    """Place what waits and is known on this machine, and ask where newer data is far from a known place."""
    with database.reading(network_id) as session:
        pins = SitePins(session)
        found = [
            (known, find_place(geocoder, known.address, known.postcode, pins=pins)) for known in _addresses(session)
        ]
    placed = to_check = 0
    with database.writing(network_id) as session:
        for known, place in found:
            if place is None or place == known.place:
                continue
            changed = _keep(session, known, place, now=now)
            placed += changed is not None and known.place is None
            to_check += changed is PlaceDoubt.NEWER_DATA
        if placed or to_check:
            actor = Actor.system(network_id)
            note(session, actor, "places_found", "network", network_id, now=now, placed=placed, to_check=to_check)
    return LocalSearch(placed=placed, to_check=to_check)


def waiting_for_service(database: Database, network_id: uuid.UUID) -> tuple[tuple[KnownAddress, ...], int]:
    """The addresses without a place that a service could be asked about, and how many stay here because they are secret."""
    with database.reading(network_id) as session:
        waiting = [known for known in _addresses(session) if known.place is None and known.address.strip()]
    open_to_ask = tuple(known for known in waiting if not known.is_secret)
    return open_to_ask, len(waiting) - len(open_to_ask)


def look_up_outside(
    database: Database,
    network_id: uuid.UUID,
    lookup: Geocoder,
    *,
    now: datetime,
    told: Callable[[int], None] = lambda _asked: None,
) -> ServiceSearch:
    """Ask a service about each address that waits, one at a time, and keep each answer at once.

    Whatever ends it, what was placed stays placed and the rest goes on waiting. A service that fails is not asked on.
    """
    waiting, _ = waiting_for_service(database, network_id)
    asked = placed = 0
    stopped = ""
    with database.writing(network_id) as session:
        note(
            session,
            Actor.system(network_id),
            "address_service_asked",
            "network",
            network_id,
            now=now,
            up_to=len(waiting),
        )
    for known in waiting:
        try:
            place = lookup.place(known.address, known.postcode)
        except BadInput:
            continue  # a postcode of no known area: nothing is sent
        except AddressServiceDown as error:
            stopped = str(error)
            break
        asked += 1
        told(asked)
        if place is not None:
            with database.writing(network_id) as session:
                placed += _keep(session, known, place, now=now) is not None
    return ServiceSearch(asked=asked, placed=placed, stopped=stopped)


def _addresses(session: Session) -> list[KnownAddress]:
    """Every address with a postcode. The session is the network's."""
    rows = session.execute(
        select(Site, Household.confidential_address)
        .outerjoin(Household, Household.site_id == Site.id)
        .where(Site.postcode != "")
        .order_by(Site.id)
    )
    return [
        KnownAddress(
            site_id=site.id,
            address=site.address,
            postcode=site.postcode,
            place=place_of(site),
            is_secret=bool(secret),
        )
        for site, secret in rows
    ]


def _keep(session: Session, known: KnownAddress, found: Placement, *, now: datetime) -> PlaceDoubt | bool | None:
    """Keep what was found of an address, unless somebody changed it meanwhile: the doubt that is left, True for a first
    place, None when nothing changed."""
    site = session.get(Site, known.site_id)
    if site is None or (site.address, site.postcode, place_of(site)) != (known.address, known.postcode, known.place):
        return None
    outcome = replace_place(known.place, found, same_address=True, same_postcode=True)
    if known.place is None:
        put_place(site, outcome.place)
        return True
    if outcome.doubt is None or question_of(session, site.id) is not None:
        return None
    keep_question(session, site, outcome, former=(site.address, site.postcode), now=now)
    return outcome.doubt
