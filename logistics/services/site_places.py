"""A site's place as a value, and the question that is kept beside it."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.placing import Outcome, Placement
from logistics.persistence.tables import PlaceQuestion, Site


def place_of(site: Site) -> Placement | None:
    """The place in force."""
    if site.latitude is None or site.longitude is None or site.geocode_precision is None:
        return None
    return Placement(
        latitude=site.latitude,
        longitude=site.longitude,
        source=site.geocode_source or "",
        precision=site.geocode_precision,
    )


def put_place(site: Site, place: Placement | None) -> None:
    """Make this the place in force; None takes the site off the map."""
    site.latitude = place.latitude if place else None
    site.longitude = place.longitude if place else None
    site.geocode_source = place.source if place else None
    site.geocode_precision = place.precision if place else None


def question_of(session: Session, site_id: uuid.UUID) -> PlaceQuestion | None:
    """The open question of a site, if there is one."""
    return session.scalar(select(PlaceQuestion).where(PlaceQuestion.site_id == site_id))


def keep_question(
    session: Session, site: Site, outcome: Outcome, *, former: tuple[str, str], now: datetime
) -> PlaceQuestion | None:
    """Write down what an outcome leaves to ask, in place of what was asked before; without a doubt the old one goes."""
    held = question_of(session, site.id)
    if outcome.doubt is None:
        if held is not None:
            session.delete(held)
        return None
    if held is None:
        held = PlaceQuestion(id=uuid.uuid4(), site_id=site.id)
        session.add(held)
    other = outcome.other
    held.doubt = outcome.doubt
    held.latitude = other.latitude if other else None
    held.longitude = other.longitude if other else None
    held.source = other.source if other else None
    held.precision = other.precision if other else None
    held.former_address, held.former_postcode = former
    held.asked_at = now
    return held


def other_place(question: PlaceQuestion) -> Placement | None:
    """The place that a question holds beside the one in force."""
    if question.latitude is None or question.longitude is None or question.precision is None:
        return None
    return Placement(
        latitude=question.latitude,
        longitude=question.longitude,
        source=question.source or "",
        precision=question.precision,
    )
