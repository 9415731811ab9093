"""A concern from a door becomes a follow-up with a deadline, once, however often the phone sends it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.domain.care import MOST_CONCERN_LETTERS, ConcernAbout, ConcernUrgency, FollowUpCause
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.persistence.tables import Concern, FollowUp, Stop
from logistics.queries.care_people import care_times
from logistics.queries.route_events import has_accepted
from logistics.services.deliveries import when_by_our_clock
from logistics.services.driver_access import DriverInHand
from logistics.services.escalations import tell_at_once


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedConcern:
    """A worry as a phone tells it. `id` is made there; `happened_at` and `sent_at` are by the phone's clock."""

    id: uuid.UUID
    stop_id: uuid.UUID
    urgency: ConcernUrgency
    about: ConcernAbout
    note: str
    happened_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedConcern:
    """What came of it. `is_new` False: it was known already and changed nothing."""

    concern_id: uuid.UUID
    is_new: bool


def raise_concern(session: Session, link: DriverInHand, concern: ReportedConcern, *, now: datetime) -> RaisedConcern:
    """Keep a concern, open its follow-up, and tell the lead and deputy of an urgent one. The same id again changes nothing.

    Raises BadInput for no words or too many, NotFound for a stop of another route, RuleBroken before the route is
    accepted, Conflict for an id that stands for something else.
    """
    text = concern.note.strip()
    if not text:
        raise BadInput("Write a few words: what did you see or hear?")
    if len(text) > MOST_CONCERN_LETTERS:
        raise BadInput(f"Use {MOST_CONCERN_LETTERS} characters or fewer, and ring on call for the rest.")
    stop = session.scalar(select(Stop).where(Stop.id == concern.stop_id, Stop.route_id == link.route_id))
    if stop is None:
        raise NotFound("There is no such stop on this route. Ring the on-call number.")
    if not has_accepted(session, link.route_id, link.volunteer_id):
        raise RuleBroken("You have not accepted this route. Ring the on-call number with your concern.")
    known = session.scalar(select(Concern).where(Concern.id == concern.id))
    if known is not None:
        said = (known.stop_id, known.raised_by_id, known.about, known.urgency, known.note)
        if said != (stop.id, link.volunteer_id, concern.about, concern.urgency, text):
            raise Conflict("This concern carries the number of another one. Load the page again and repeat it.")
        return RaisedConcern(concern_id=known.id, is_new=False)
    _keep(session, link, concern, stop, now=now)
    return RaisedConcern(concern_id=concern.id, is_new=True)


def _keep(session: Session, link: DriverInHand, concern: ReportedConcern, stop: Stop, *, now: datetime) -> None:
    is_restricted = concern.about.is_restricted
    household_id = None if is_restricted else stop.household_id
    row = Concern(
        id=concern.id,
        route_id=stop.route_id,
        stop_id=stop.id,
        household_id=household_id,
        raised_by_id=link.volunteer_id,
        about=concern.about,
        urgency=concern.urgency,
        note=concern.note.strip(),
        happened_at=when_by_our_clock(concern.happened_at, concern.sent_at, link, now),
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict("This concern carries the number of another one. Load the page again and repeat it.") from error
    follow_up = FollowUp(
        id=uuid.uuid4(),
        cause=FollowUpCause.CONCERN,
        concern_id=row.id,
        stop_id=None if is_restricted else stop.id,
        household_id=household_id,
        is_restricted=is_restricted,
        urgency=concern.urgency,
        opened_at=now,
        due_at=care_times(session).due_at(concern.urgency, now),
    )
    session.add(follow_up)
    tell_at_once(session, follow_up, now=now)
    session.flush()
