"""Addresses whose place nobody knows or about which somebody is asked, and the page of one place."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.placing import PlaceDoubt, Placement, metres_between
from logistics.persistence.tables import Household, Organisation, PlaceQuestion, Site, Volunteer
from logistics.queries.household_scope import sees_confidential, within_reach

PAGE = 50
LANDMARKS = 40


class PlaceOf(StrEnum):
    """Whose place it is."""

    HOUSEHOLD = "household"
    VOLUNTEER = "volunteer"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One line of the list. Address and postcode are None where they are confidential: the place's own page shows them.

    `doubt` None: nobody knows the place. `away_m`: how far the two places of a question are from each other.
    """

    site_id: uuid.UUID
    owner: PlaceOf
    owner_id: uuid.UUID
    ref: str
    name: str
    address: str | None
    postcode: str | None
    is_placed: bool
    doubt: PlaceDoubt | None
    away_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceList:
    """One page of the list, and how many there are in all."""

    rows: tuple[PlaceRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A member group on the map, to find one's way by."""

    name: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePage:
    """One place as its page shows it. `mark` changes with the address: what is answered for one goes to no other."""

    row: PlaceRow
    address: str
    postcode: str
    is_confidential: bool
    place: Placement | None
    other: Placement | None
    former_address: str
    former_postcode: str
    mark: str
    landmarks: tuple[Landmark, ...]


def waiting_places(session: Session, actor: Actor, *, page: int = 1) -> PlaceList:
    """The addresses in reach that have no place, then those about whose place somebody is asked; 50 a page."""
    waiting = [row for row, *_ in _owned(session, actor, or_(Site.latitude.is_(None), PlaceQuestion.id.is_not(None)))]
    waiting.sort(key=lambda row: (row.is_placed, list(PlaceOf).index(row.owner), row.ref))
    page = min(max(page, 1), max(1, -(-len(waiting) // PAGE)))
    return PlaceList(rows=tuple(waiting[(page - 1) * PAGE : page * PAGE]), total=len(waiting), page=page)


def place_page(session: Session, actor: Actor, site_id: uuid.UUID) -> PlacePage:
    """One place. Raises NotFound for one that is not there, or whose household, volunteer or group is not in reach."""
    found = next(_owned(session, actor, Site.id == site_id, with_closed=True), None)
    if found is None or (found[2] and not sees_confidential(actor)):
        raise NotFound("There is no such place here. It may belong to another group.")
    row, site, is_confidential, question = found
    return PlacePage(
        row=row,
        address=site.address,
        postcode=site.postcode,
        is_confidential=is_confidential,
        place=_placement(site.latitude, site.longitude, site.geocode_source, site.geocode_precision),
        other=_other(question),
        former_address=question.former_address if question else "",
        former_postcode=question.former_postcode if question else "",
        mark=address_mark(site.address, site.postcode),
        landmarks=_landmarks(session),
    )


def address_mark(address: str, postcode: str) -> str:
    """Sixteen letters that change with the address."""
    return hashlib.sha256(f"{address}\n{postcode}".encode()).hexdigest()[:16]


type _Found = tuple[PlaceRow, Site, bool, PlaceQuestion | None]


def _owned(
    session: Session, actor: Actor, wanted: ColumnElement[bool], *, with_closed: bool = False
) -> Iterator[_Found]:
    """The sites in reach with whose they are: households, volunteers, organisations."""
    scopes: list[tuple[PlaceOf, type[Household | Volunteer | Organisation], ColumnElement[bool]]] = [
        (PlaceOf.HOUSEHOLD, Household, within_reach(actor, Permission.PLACE_ADDRESSES))
    ]
    groups = actor.organisations_for(Permission.PLACE_ADDRESSES)
    scopes.append((PlaceOf.VOLUNTEER, Volunteer, true() if groups is None else Volunteer.group_id.in_(groups)))
    if groups is None:
        scopes.append((PlaceOf.ORGANISATION, Organisation, true()))
    for owner, kind, reach in scopes:
        open_ones = true() if with_closed or kind is Organisation else kind.is_active  # type: ignore[union-attr]
        rows = session.execute(
            select(kind, Site, PlaceQuestion)
            .join(Site, Site.id == kind.site_id)
            .outerjoin(
                PlaceQuestion, and_(PlaceQuestion.site_id == Site.id, PlaceQuestion.network_id == Site.network_id)
            )
            .where(wanted, reach, open_ones)
        )
        for thing, site, question in rows:
            assert isinstance(thing, Household | Volunteer | Organisation), "one of the three was asked for"
            secret = isinstance(thing, Household) and thing.confidential_address
            yield _row(owner, thing, site, secret, question), site, secret, question


def _row(
    owner: PlaceOf,
    thing: Household | Volunteer | Organisation,
    site: Site,
    is_secret: bool,
    question: PlaceQuestion | None,
) -> PlaceRow:
    place = _placement(site.latitude, site.longitude, site.geocode_source, site.geocode_precision)
    other = _other(question)
    return PlaceRow(
        site_id=site.id,
        owner=owner,
        owner_id=thing.id,
        ref=thing.code if isinstance(thing, Organisation) else thing.ref,
        name=thing.contact_name if isinstance(thing, Household) else thing.name,
        address=None if is_secret else site.address,
        postcode=None if is_secret else site.postcode,
        is_placed=place is not None,
        doubt=question.doubt if question else None,
        away_m=metres_between(place, other) if place and other else None,
    )


def _other(question: PlaceQuestion | None) -> Placement | None:
    if question is None:
        return None
    return _placement(question.latitude, question.longitude, question.source, question.precision)


def _placement(
    latitude: float | None, longitude: float | None, source: str | None, precision: object
) -> Placement | None:
    if latitude is None or longitude is None or precision is None:
        return None
    return Placement(latitude=latitude, longitude=longitude, source=source or "", precision=precision)  # type: ignore[arg-type]


def _landmarks(session: Session) -> tuple[Landmark, ...]:
    rows = session.execute(
        select(Organisation.name, Site.latitude, Site.longitude)
        .join(Site, Site.id == Organisation.site_id)
        .where(Site.latitude.is_not(None))
        .order_by(Organisation.name)
        .limit(LANDMARKS)
    )
    return tuple(
        Landmark(name=name, latitude=latitude, longitude=longitude)
        for name, latitude, longitude in rows
        if latitude is not None and longitude is not None
    )
