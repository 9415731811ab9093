"""What somebody says about a place: it is here; this one of the two is right; take the pin away."""

from __future__ import annotations

import math
import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.coordinates import PROBLEM
from logistics.domain.errors import BadInput, Conflict
from logistics.domain.placing import Outcome, PlaceAnswer, Placement, answered, pinned
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.pins import SitePins
from logistics.persistence.tables import Site
from logistics.queries.places import PlacePage, place_page
from logistics.services.audit import note
from logistics.services.placing import find_place
from logistics.services.site_places import keep_question, other_place, place_of, put_place, question_of

FAR_KM = 100
_KM_PER_DEGREE = 111.3


def pin_site(
    session: Session,
    actor: Actor,
    site_id: uuid.UUID,
    *,
    latitude: float,
    longitude: float,
    mark: str,
    is_far: bool,
    now: datetime,
) -> None:
    """Put a place by hand; it ends an open question. Raises NotFound, Conflict when the address has changed since `mark`.

    A point that is 100 km or more from every other place of the network is most often a slip: BadInput, unless `is_far`.
    """
    site = _site(session, actor, site_id, mark)
    if not is_far and _is_far(session, site_id, latitude, longitude):
        sentence = f"This is more than {FAR_KM} km from every other place of the network. Tick the box if it is right"
        raise BadInput(PROBLEM, {"is_far": sentence})
    _settle(session, site, pinned(latitude, longitude), now=now)
    note(session, actor, "place_pinned", "site", site.id, now=now)


def answer_question(
    session: Session, actor: Actor, site_id: uuid.UUID, answer: PlaceAnswer, *, mark: str, now: datetime
) -> None:
    """Say which of the two places is right. Raises NotFound, Conflict when there is nothing to answer any more."""
    site = _site(session, actor, site_id, mark)
    question = question_of(session, site.id)
    if question is None:
        raise Conflict("Somebody has answered this already. Load the page again to see the place.")
    try:
        place = answered(question.doubt, answer, held=place_of(site), other=other_place(question))
    except ValueError:
        raise Conflict("That place is not there any more. Load the page again.") from None
    doubt = question.doubt
    _settle(session, site, place, now=now)
    note(session, actor, "place_answered", "site", site.id, now=now, doubt=doubt.value, answer=answer.value)


def unpin_site(
    session: Session, actor: Actor, site_id: uuid.UUID, *, geocoder: Geocoder, mark: str, now: datetime
) -> Placement | None:
    """Take a pin away: the place is what the data on this machine says, or none. Raises NotFound, Conflict."""
    site = _site(session, actor, site_id, mark)
    put_place(site, None)
    session.flush()
    place = find_place(geocoder, site.address, site.postcode, pins=SitePins(session))
    _settle(session, site, place, now=now)
    note(session, actor, "place_unpinned", "site", site.id, now=now)
    return place


def note_place_look(session: Session, actor: Actor, page: PlacePage, *, now: datetime, asked: str = "") -> None:
    """Leave a line in the trail that somebody opened a place, or sent its address to the service `asked`."""
    action = "address_service_asked" if asked else "place_seen"
    details = {"host": asked} if asked else {}
    note(session, actor, action, page.row.owner.value, page.row.owner_id, now=now, **details)


def _site(session: Session, actor: Actor, site_id: uuid.UUID, mark: str) -> Site:
    if place_page(session, actor, site_id).mark != mark:
        raise Conflict("Somebody changed this address while you looked at its place. Load the page again.")
    return session.get_one(Site, site_id)


def _settle(session: Session, site: Site, place: Placement | None, *, now: datetime) -> None:
    put_place(site, place)
    keep_question(session, site, Outcome(place=place), former=("", ""), now=now)


def _is_far(session: Session, site_id: uuid.UUID, latitude: float, longitude: float) -> bool:
    """Whether other places are known and none of them lies in the box around the point."""
    up = FAR_KM / _KM_PER_DEGREE
    aside = up / max(0.1, math.cos(math.radians(latitude)))
    others = select(Site.id).where(Site.id != site_id, Site.latitude.is_not(None))
    if session.scalar(others.limit(1)) is None:
        return False
    near = others.where(
        Site.latitude.between(latitude - up, latitude + up),
        Site.longitude.between(longitude - aside, longitude + aside),
    )
    return session.scalar(near.limit(1)) is None
