"""What a network keeps no longer than it said: noted, erased or deleted on the day after the last one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.erasure import ErasureReason, PersonKind
from logistics.domain.referrals import OPEN
from logistics.domain.retention import KEY, RetentionTimes, last_kept
from logistics.persistence.tables import (
    AccountSession,
    Concern,
    DeliveryEvent,
    DonorLink,
    DriverLink,
    FollowUp,
    FollowUpEntry,
    FollowUpEscalation,
    GeocodeEntry,
    Household,
    Invitation,
    LabelPhoto,
    Network,
    OutgoingMessage,
    Referral,
    StopNote,
    Volunteer,
    WelfareCall,
)
from logistics.services.audit import note
from logistics.services.erase_person import erase_now, why_not_yet
from logistics.services.van_places import forget_van_places


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one round did. `addresses`: mail addresses of those who were erased, for mail on disk; never to be logged."""

    erased: tuple[uuid.UUID, ...] = ()
    waiting: tuple[uuid.UUID, ...] = ()
    """Whose time is over, and who are on a plan or in an open case."""
    removed: int = 0
    addresses: frozenset[str] = field(default=frozenset(), repr=False)


def set_retention_times(session: Session, actor: Actor, times: RetentionTimes, *, now: datetime) -> None:
    """Replace a network's keeping times. Raises Forbidden."""
    actor.require(Permission.ERASE_PERSON)
    network = session.get_one(Network, actor.network_id, with_for_update=True)
    network.settings = {**network.settings, KEY: times.to_settings()}
    note(session, actor, "change", "retention_times", network.id, now=now, **times.to_settings())


MOST_AT_ONCE = 20
"""People erased by one round, so that nobody waits long for the database; the rest by the next."""


def keep_times(session: Session, actor: Actor, *, now: datetime, most: int = MOST_AT_ONCE) -> Kept:
    """One round over the session's network. It can be repeated: what is gone is gone. At most `most` people are erased.

    Who cannot be erased yet, being on a plan or in an open case, is erased in the round after that is over.
    """
    network = session.get_one(Network, actor.network_id)
    times, zone = RetentionTimes.from_settings(network.settings), ZoneInfo(network.timezone)
    today = now.astimezone(zone).date()
    erased: list[uuid.UUID] = []
    waiting: list[uuid.UUID] = []
    addresses: set[str] = set()
    for kind, table, days in (
        (PersonKind.HOUSEHOLD, Household, times.household_days),
        (PersonKind.VOLUNTEER, Volunteer, times.volunteer_days),
    ):
        _note_closing(session, table, today)
        over = select(table.id).where(
            ~table.is_active, table.erased_at.is_(None), table.closed_on < last_kept(days, today)
        )
        for person_id in session.scalars(over.order_by(table.id)).all():
            if len(erased) >= most:
                break
            if why_not_yet(session, kind, person_id, now=now):
                waiting.append(person_id)
                continue
            addresses |= erase_now(session, actor, kind, person_id, reason=ErasureReason.RETENTION, now=now).addresses
            erased.append(person_id)
    removed = _remove_cases(session, _start(times.case_days, today, zone))
    removed += _empty_calls(session, _start(times.call_days, today, zone))
    removed += forget_van_places(session, _start(times.note_days, today, zone))
    for rows in _rules(times, today, zone):
        removed += _count(session, rows)
    return Kept(erased=tuple(erased), waiting=tuple(waiting), removed=removed, addresses=frozenset(addresses))


def _note_closing(session: Session, table: type[Household | Volunteer], today: date) -> None:
    """Whoever is first seen closed is closed from today, by whichever way it was done; whoever is open again is not."""
    is_closed = [~table.is_active, table.closed_on.is_(None)]
    if table is Household:
        # Whoever asks for food themselves is stored as a closed household, and waits for our answer.
        is_closed.append(table.id.not_in(select(Referral.household_id).where(Referral.state.in_(OPEN))))
    session.execute(update(table).where(*is_closed).values(closed_on=today))
    session.execute(update(table).where(table.is_active, table.closed_on.is_not(None)).values(closed_on=None))


def _start(days: int, today: date, zone: ZoneInfo) -> datetime:
    """The beginning of the oldest day that is still kept: what is before it goes."""
    return datetime.combine(last_kept(days, today), time(), zone)


def _rules(times: RetentionTimes, today: date, zone: ZoneInfo) -> tuple[Any, ...]:
    """What goes by the date of the thing itself."""
    link, mail = _start(times.link_days, today, zone), _start(times.mail_days, today, zone)
    sign_in, note_day = _start(times.session_days, today, zone), _start(times.note_days, today, zone)
    return (
        delete(StopNote).where(
            StopNote.event_id.in_(select(DeliveryEvent.id).where(DeliveryEvent.received_at < note_day))
        ),
        delete(DriverLink).where(or_(DriverLink.expires_at < link, DriverLink.revoked_at < link)),
        delete(Invitation).where(Invitation.expires_at < link),
        delete(DonorLink).where(or_(DonorLink.expires_at < link, DonorLink.revoked_at < link)),
        delete(AccountSession).where(or_(AccountSession.ended_at < sign_in, AccountSession.seen_at < sign_in)),
        delete(OutgoingMessage).where(or_(OutgoingMessage.sent_at < mail, OutgoingMessage.gave_up_at < mail)),
        delete(GeocodeEntry).where(GeocodeEntry.asked_at < _start(times.place_days, today, zone)),
        delete(LabelPhoto).where(LabelPhoto.made_at < _start(times.photo_days, today, zone)),
    )


def _remove_cases(session: Session, before: datetime) -> int:
    """Cases that were closed before this instant, with all that was said in them, and their concerns."""
    over = session.scalars(select(FollowUp.id).where(FollowUp.closed_at < before)).all()
    concerns = session.scalars(select(FollowUp.concern_id).where(FollowUp.id.in_(over))).all()
    for table, which in (
        (OutgoingMessage, OutgoingMessage.follow_up_id.in_(over)),
        (FollowUpEscalation, FollowUpEscalation.follow_up_id.in_(over)),
        (FollowUpEntry, FollowUpEntry.follow_up_id.in_(over)),
        (FollowUp, FollowUp.id.in_(over)),
        (Concern, Concern.id.in_([each for each in concerns if each is not None])),
    ):
        _delete(session, table, which)
    return len(over)


def _empty_calls(session: Session, before: datetime) -> int:
    """That there was a call stays and is counted; what was said goes. Read as values: how a note is stored is the column's affair."""
    calls = [call for call in session.scalars(select(WelfareCall).where(WelfareCall.called_at < before)) if call.note]
    for call in calls:
        call.note = ""
    return len(calls)


def _delete(session: Session, table: type[Any], which: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(which))


def _count(session: Session, statement: Any) -> int:
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]  # of a delete or an update there is one
