"""Links for donors: one to confirm a week with one tap, one for a calendar. Shown once; a new one ends the old."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.vocabulary import DonorLinkPurpose, OrganisationKind, Role
from logistics.domain.week import IsoWeek
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import DonationSchedule, DonorLink, Network, Organisation
from logistics.services.audit import note
from logistics.services.made_ahead import bring_in_line

WEEK_PATH = "/donate/week"
"""Where a week's link leads. The token stands behind `#`, so that no preview of a message and no log sees it."""
CALENDAR_PATH = "/donate/calendar"


class DonorLinkState(StrEnum):
    """What a week's link is good for, now."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDonorLink:
    """A link as it is shown, this once. `text` is for a message; it names nobody who gets food."""

    link_id: uuid.UUID
    donor_id: uuid.UUID
    donor_name: str
    phone: str
    url: str
    text: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorInHand:
    """Who holds an open link of a week: what every later step works with."""

    network_id: uuid.UUID
    link_id: uuid.UUID
    donor_id: uuid.UUID
    donor_name: str
    week: IsoWeek
    on_call_name: str
    on_call_phone: str

    @property
    def actor(self) -> Actor:
        """This donor and nobody else, without an account."""
        return Actor(
            network_id=self.network_id,
            account_id=None,
            grants=(Grant(role=Role.DONOR, organisation_id=self.donor_id),),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDonorLink:
    """A link as somebody without any rights may know of it. `donor` only where it is open."""

    state: DonorLinkState
    donor: DonorInHand | None = None


def make_week_link(
    session: Session, actor: Actor, donor_id: uuid.UUID, week: IsoWeek, *, base_url: str, now: datetime
) -> MadeDonorLink:
    """A link with which this donor confirms this week; the one made before ends. Slots of schedules are made up to its end.

    Raises Forbidden, NotFound, RuleBroken for a week that is over.
    """
    actor.require(Permission.SHARE_DONOR_LINK)
    donor = _donor(session, donor_id)
    zone = ZoneInfo(session.get_one(Network, donor.network_id).timezone)
    expires_at = datetime.combine(week.monday + timedelta(days=7), time(), zone).astimezone(UTC)
    if now >= expires_at:
        raise RuleBroken("That week is over: there is nothing left to confirm.")
    chosen = select(DonationSchedule).where(DonationSchedule.donor_id == donor.id).with_for_update()
    for schedule in session.scalars(chosen):
        bring_in_line(session, actor, schedule, until=week.days[-1], now=now)
    token, link = _make(session, donor, DonorLinkPurpose.WEEK, now, monday=week.monday, expires_at=expires_at)
    note(session, actor, "make_link", "donor_link", link.id, now=now, donor=str(donor.id), week=str(week))
    url = f"{base_url.rstrip('/')}{WEEK_PATH}#{token}"
    days = f"{_short(week.days[0])} to {_short(week.days[-1])}"
    text = f"Food Rounds: {donor.name}, {days}. Is it the same as last week? Say yes with one tap: {url}"
    return _made(donor, link, url, text)


def make_calendar_link(
    session: Session, actor: Actor, donor_id: uuid.UUID, *, base_url: str, now: datetime
) -> MadeDonorLink:
    """The secret address of this donor's calendar; the one made before ends. Raises Forbidden, NotFound."""
    actor.require(Permission.EDIT_SLOTS, organisations=frozenset({donor_id}))
    donor = _donor(session, donor_id)
    token, link = _make(session, donor, DonorLinkPurpose.CALENDAR, now, monday=None, expires_at=None)
    note(session, actor, "make_link", "donor_link", link.id, now=now, donor=str(donor.id))
    return _made(donor, link, f"{base_url.rstrip('/')}{CALENDAR_PATH}/{token}.ics", "")


def find_week_link(session: Session, token: str, *, now: datetime) -> FoundDonorLink:
    """What this token opens. Needs an unscoped session: the link says which network it is of."""
    return _found(session, _by_token(session, token, DonorLinkPurpose.WEEK), now)


def look_at_week_link(session: Session, link_id: uuid.UUID, *, now: datetime) -> FoundDonorLink:
    """The same for a link that this browser has opened before."""
    chosen = select(DonorLink).where(DonorLink.id == link_id, DonorLink.purpose == DonorLinkPurpose.WEEK)
    return _found(session, session.scalar(chosen), now)


def calendar_donor(session: Session, token: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The network and the donor of a calendar's address, or None. Needs an unscoped session."""
    link = _by_token(session, token, DonorLinkPurpose.CALENDAR)
    return None if link is None or link.revoked_at is not None else (link.network_id, link.donor_id)


def mark_opened(session: Session, donor: DonorInHand, *, now: datetime) -> None:
    """The first time that a person opened the week's page: a dispatcher sees it. A preview of a message never comes here."""
    link = session.get_one(DonorLink, donor.link_id)
    if link.opened_at is None:
        link.opened_at = now
        note(session, donor.actor, "donor_link_opened", "donor_link", link.id, now=now)


def _donor(session: Session, donor_id: uuid.UUID) -> Organisation:
    # The lock makes two requests for one donor wait for each other: only one link of a kind is ever live.
    chosen = select(Organisation).where(Organisation.id == donor_id, Organisation.kind == OrganisationKind.DONOR)
    donor = session.scalar(chosen.with_for_update())
    if donor is None:
        raise NotFound("There is no such donor in this network.")
    return donor


def _make(
    session: Session,
    donor: Organisation,
    purpose: DonorLinkPurpose,
    now: datetime,
    *,
    monday: date | None,
    expires_at: datetime | None,
) -> tuple[str, DonorLink]:
    live = select(DonorLink).where(
        DonorLink.donor_id == donor.id, DonorLink.purpose == purpose, DonorLink.revoked_at.is_(None)
    )
    for earlier in session.scalars(live if monday is None else live.where(DonorLink.monday == monday)):
        earlier.revoked_at = now
    token = new_token()
    link = DonorLink(
        id=uuid.uuid4(),
        donor_id=donor.id,
        purpose=purpose,
        monday=monday,
        token_hash=hash_token(token),
        made_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    return token, link


def _made(donor: Organisation, link: DonorLink, url: str, text: str) -> MadeDonorLink:
    return MadeDonorLink(
        link_id=link.id,
        donor_id=donor.id,
        donor_name=donor.name,
        phone=donor.phone,
        url=url,
        text=text,
        expires_at=link.expires_at,
    )


def _by_token(session: Session, token: str, purpose: DonorLinkPurpose) -> DonorLink | None:
    return session.scalar(
        select(DonorLink).where(DonorLink.token_hash == hash_token(token), DonorLink.purpose == purpose)
    )


def _found(session: Session, link: DonorLink | None, now: datetime) -> FoundDonorLink:
    if link is None or link.monday is None or link.expires_at is None:
        return FoundDonorLink(state=DonorLinkState.UNKNOWN)
    if link.revoked_at is not None:
        return FoundDonorLink(state=DonorLinkState.REVOKED)
    if now >= link.expires_at:
        return FoundDonorLink(state=DonorLinkState.EXPIRED)
    network = session.get_one(Network, link.network_id)
    donor = session.get_one(Organisation, link.donor_id)
    return FoundDonorLink(
        state=DonorLinkState.OPEN,
        donor=DonorInHand(
            network_id=link.network_id,
            link_id=link.id,
            donor_id=donor.id,
            donor_name=donor.name,
            week=IsoWeek.of(link.monday),
            on_call_name=network.on_call_name,
            on_call_phone=network.on_call_phone,
        ),
    )


def _short(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
