"""Follow-ups for those who work on them: the queue, the soonest due first, and one with all that was said and done."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care import BY_HAND, OVER, ConcernUrgency, FollowUpCause, FollowUpOutcome
from logistics.domain.errors import NotFound
from logistics.domain.escalation import EscalationRung
from logistics.domain.states import TRANSITIONS, FollowUpState, StopState
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import (
    Account,
    Concern,
    FollowUp,
    FollowUpEntry,
    Household,
    Membership,
    RouteCrew,
    Stop,
    Volunteer,
)
from logistics.queries.escalations import mail_is_stuck, rungs_taken

MOST_ROWS = 200
RUNGS = tuple(EscalationRung)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One thing that was done."""

    at: datetime
    who: str
    state: FollowUpState
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRow:
    """One line of the queue. `name` is None for a restricted one; `last` is what was done last; `passed_on` the last rung that was
    taken since its deadline passed; `must_confirm`: it is urgent or restricted, and nobody has said that they have it."""

    id: uuid.UUID
    name: str | None
    cause: FollowUpCause
    is_restricted: bool
    urgency: ConcernUrgency
    state: FollowUpState
    opened_at: datetime
    due_at: datetime
    is_overdue: bool
    owner: str
    is_mine: bool
    attempts: int
    last: EntryView | None
    passed_on: EscalationRung | None
    must_confirm: bool
    outcome: FollowUpOutcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What is open: first what somebody must confirm, then the rest. `unreadable`: restricted concerns that nobody can read because the
    network has no safeguarding lead. `mail_is_stuck`: mail has not gone out for minutes, so people must be rung."""

    rows: tuple[FollowUpRow, ...]
    unreadable: int
    mail_is_stuck: bool

    @property
    def to_confirm(self) -> tuple[FollowUpRow, ...]:
        """Those that somebody must say they have, now."""
        return tuple(row for row in self.rows if row.must_confirm)

    @property
    def others(self) -> tuple[FollowUpRow, ...]:
        """The rest."""
        return tuple(row for row in self.rows if not row.must_confirm)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpPage:
    """One follow-up with everything that its page shows. The door's address is None where it is confidential."""

    row: FollowUpRow
    household_id: uuid.UUID | None
    phone: str
    address: str | None
    language: str
    concern: str
    raised_by: str
    stop_state: StopState | None
    outcome: FollowUpOutcome | None
    entries: tuple[EntryView, ...]
    next_states: tuple[FollowUpState, ...]


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """Which follow-ups this actor may read: restricted ones the safeguarding lead alone, and not one who went along on that route."""
    if not actor.may(Permission.READ_RESTRICTED):
        return FollowUp.is_restricted.is_(False)
    oneself = [grant.volunteer_id for grant in actor.grants if grant.volunteer_id is not None]
    if not oneself:
        return true()
    went_along = (
        select(Concern.id)
        .join(RouteCrew, RouteCrew.route_id == Concern.route_id)
        .where(RouteCrew.volunteer_id.in_(oneself), Concern.raised_by_id.not_in(oneself))
    )
    return or_(FollowUp.is_restricted.is_(False), FollowUp.concern_id.not_in(went_along))


def follow_up_queue(session: Session, actor: Actor, *, now: datetime) -> Queue:
    """The open follow-ups that this actor may read, the soonest due first. Raises Forbidden."""
    actor.require(Permission.FOLLOW_UP)
    found = session.scalars(
        select(FollowUp)
        .where(FollowUp.state.not_in(OVER), readable_by(actor))
        .order_by(FollowUp.due_at, FollowUp.id)
        .limit(MOST_ROWS)
    ).all()
    return Queue(
        rows=_rows(session, actor, found, now),
        unreadable=_unreadable(session),
        mail_is_stuck=mail_is_stuck(session, now=now),
    )


def restricted_concerns(session: Session, actor: Actor, *, now: datetime) -> tuple[FollowUpRow, ...]:
    """The concerns about volunteers and staff that this actor may read, the open ones first, then the newest. Raises Forbidden."""
    actor.require(Permission.READ_RESTRICTED)
    found = session.scalars(
        select(FollowUp)
        .where(FollowUp.is_restricted, readable_by(actor))
        .order_by(FollowUp.state.in_(OVER), FollowUp.opened_at.desc(), FollowUp.id)
        .limit(MOST_ROWS)
    ).all()
    return _rows(session, actor, found, now)


def follow_up_page(session: Session, actor: Actor, follow_up_id: uuid.UUID, *, now: datetime) -> FollowUpPage:
    """One follow-up. Raises NotFound for one that is not there or not for this actor to know of."""
    actor.require(Permission.FOLLOW_UP)
    found = session.scalar(select(FollowUp).where(FollowUp.id == follow_up_id, readable_by(actor)))
    if found is None:
        raise NotFound("There is no such follow-up here.")
    household = session.get(Household, found.household_id) if found.household_id else None
    concern = session.get(Concern, found.concern_id) if found.concern_id else None
    raised_by = session.get(Volunteer, concern.raised_by_id) if concern else None
    site = household.site if household and not household.confidential_address else None
    ahead = TRANSITIONS[FollowUpState][
        FollowUpState.ASSIGNED if found.state in (FollowUpState.RAISED, FollowUpState.TRIAGED) else found.state
    ]
    if found.state in (FollowUpState.CONTACT_ATTEMPTED, FollowUpState.CONTACTED):
        ahead = (found.state, *ahead)
    return FollowUpPage(
        row=_rows(session, actor, [found], now)[0],
        household_id=found.household_id,
        phone=household.phone if household else "",
        address=", ".join(filter(None, (site.address, site.postcode))) if site else None,
        language=household.language if household else "",
        concern=concern.note if concern else "",
        raised_by=raised_by.name if raised_by else "",
        stop_state=session.scalar(select(Stop.state).where(Stop.id == found.stop_id)) if found.stop_id else None,
        outcome=found.outcome,
        entries=tuple(_entries(session, [found.id]).get(found.id, ())),
        next_states=tuple(state for state in BY_HAND if state in ahead),
    )


def _rows(session: Session, actor: Actor, found: Iterable[FollowUp], now: datetime) -> tuple[FollowUpRow, ...]:
    rows = list(found)
    entries = _entries(session, [row.id for row in rows])
    rungs = rungs_taken(session, [row.id for row in rows])
    homes = {row.household_id for row in rows if row.household_id is not None}
    found_names = session.execute(select(Household.id, Household.contact_name).where(Household.id.in_(homes)))
    names = {key: name for key, name in found_names}  # noqa: C416 - a row is no pair to the type checker
    owners = _names_of(session, {row.owner_id for row in rows if row.owner_id is not None})
    return tuple(
        FollowUpRow(
            id=row.id,
            name=names.get(row.household_id) if row.household_id else None,
            cause=row.cause,
            is_restricted=row.is_restricted,
            urgency=row.urgency,
            state=row.state,
            opened_at=row.opened_at,
            due_at=row.due_at,
            is_overdue=row.due_at < now and row.state not in OVER,
            owner=owners.get(row.owner_id, "") if row.owner_id else "",
            is_mine=row.owner_id is not None and row.owner_id == actor.account_id,
            attempts=sum(entry.state is FollowUpState.CONTACT_ATTEMPTED for entry in entries.get(row.id, ())),
            last=entries[row.id][-1] if entries.get(row.id) else None,
            passed_on=max(rungs.get(row.id, ()), key=RUNGS.index, default=None),
            must_confirm=row.confirmed_at is None
            and row.state not in OVER
            and (row.is_restricted or row.urgency is ConcernUrgency.URGENT),
            outcome=row.outcome,
        )
        for row in rows
    )


def _entries(session: Session, follow_up_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[EntryView]]:
    rows = session.scalars(
        select(FollowUpEntry).where(FollowUpEntry.follow_up_id.in_(follow_up_ids)).order_by(FollowUpEntry.at)
    ).all()
    names = _names_of(session, {row.account_id for row in rows if row.account_id is not None})
    told: dict[uuid.UUID, list[EntryView]] = {}
    for row in rows:
        who = names.get(row.account_id, "") if row.account_id else ""
        told.setdefault(row.follow_up_id, []).append(EntryView(at=row.at, who=who, state=row.state, note=row.note))
    return told


def _names_of(session: Session, account_ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(account_ids)))
    return {key: name or email for key, name, email in rows}


def _unreadable(session: Session) -> int:
    has_lead = session.scalar(
        select(Membership.id).where(Membership.role.in_((Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY))).limit(1)
    )
    if has_lead is not None:
        return 0
    waiting = select(func.count()).select_from(FollowUp).where(FollowUp.is_restricted, FollowUp.state.not_in(OVER))
    return session.scalar(waiting) or 0
