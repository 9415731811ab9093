"""Where a van with food stood when its route could not go on: words that a dispatcher typed, at the point of somebody's door or home."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_, select, update
from sqlalchemy.orm import Session

from logistics.persistence.tables import Household, Replan, Route, RouteCrew, Site, Volunteer


def forget_van_places(session: Session, before: datetime) -> int:
    """Empty the places of re-plans that were asked for before this instant. Returns how many."""
    return _empty(session, Replan.asked_at < before)


def forget_van_places_of(session: Session, person: Household | Volunteer) -> int:
    """Empty those at this person's own point, and of routes that they were on. Before their own place is emptied."""
    at = person.site
    here: ColumnElement[bool] = false()
    if at.latitude is not None and at.longitude is not None:
        same = select(Site.id).where(and_(Site.latitude == at.latitude, Site.longitude == at.longitude))
        here = Replan.site_id.in_(same)
    driven = select(RouteCrew.route_id).join(Route, Route.id == RouteCrew.route_id)
    return _empty(session, or_(here, Replan.route_id.in_(driven.where(RouteCrew.volunteer_id == person.id))))


def _empty(session: Session, which: ColumnElement[bool]) -> int:
    """Each is a row of its own, that nobody lives at; the visits there keep their times."""
    places = select(Replan.site_id).where(Replan.site_id.is_not(None), which)
    held = or_(Site.address != "", Site.latitude.is_not(None))
    emptied = update(Site).where(Site.id.in_(places), held).values(address="", latitude=None, longitude=None)
    return int(session.execute(emptied).rowcount)  # type: ignore[attr-defined]  # of an update there is one
