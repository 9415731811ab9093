"""Opening a driver's link: the token, the second check, the first device. Links get forwarded, so a token is not enough.

A link opens its own route for one member of its crew, on the device that passed the check first. Five wrong answers block
it. Whatever is refused leads to the on-call number, never to somebody else's stops.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.delivery import MOST_FAILED_CHECKS
from logistics.domain.states import PlanState
from logistics.gateways.tokens import hash_token, token_matches
from logistics.persistence.tables import DriverLink, Network, PlanVersion, Route, RouteCrew, Volunteer
from logistics.services.audit import note

CHECK_DIGITS = 3


class LinkState(StrEnum):
    """What a link is good for, to this device, now."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    BLOCKED = "blocked"
    OTHER_DEVICE = "other_device"
    NO_PHONE = "no_phone"
    NEEDS_CHECK = "needs_check"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Whom to ring. Empty where the network has set no number."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLink:
    """A link as somebody without any rights yet may know of it. `tries_left` counts answers to the second check."""

    state: LinkState
    on_call: OnCall
    link_id: uuid.UUID | None = None
    tries_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverInHand:
    """Who holds an open link: the network, the route and the volunteer that every later step works with."""

    network_id: uuid.UUID
    link_id: uuid.UUID
    route_id: uuid.UUID
    volunteer_id: uuid.UUID
    made_at: datetime


def find_link(session: Session, token: str, *, device: str | None, now: datetime) -> FoundLink:
    """What this token opens on this device. Needs an unscoped session: the link says which network it is of."""
    link = session.scalar(select(DriverLink).where(DriverLink.token_hash == hash_token(token)))
    if link is None:
        return FoundLink(state=LinkState.UNKNOWN, on_call=only_on_call(session))
    return _found(session, link, device=device, now=now)


def look_at_link(session: Session, link_id: uuid.UUID, *, device: str | None, now: datetime) -> FoundLink:
    """The same for a link that this browser has opened before."""
    link = session.scalar(select(DriverLink).where(DriverLink.id == link_id))
    if link is None:
        return FoundLink(state=LinkState.UNKNOWN, on_call=only_on_call(session))
    return _found(session, link, device=device, now=now)


def check_driver(session: Session, link_id: uuid.UUID, digits: str, *, device: str, now: datetime) -> FoundLink:
    """Answer the second check; the right answer binds the link to this device. Every wrong one is counted and kept.

    Needs an unscoped writing session of its own, so that a wrong answer is stored although the page is refused.
    """
    link = session.scalar(select(DriverLink).where(DriverLink.id == link_id).with_for_update())
    if link is None:
        return FoundLink(state=LinkState.UNKNOWN, on_call=only_on_call(session))
    found = _found(session, link, device=device, now=now)
    if found.state is not LinkState.NEEDS_CHECK:
        return found
    expected = _last_digits(session, link)
    typed = "".join(sign for sign in digits if sign.isascii() and sign.isdigit())
    if typed != expected:
        link.failed_checks += 1
        _note(session, link, "driver_link_check_failed", now)
        return _found(session, link, device=device, now=now)
    link.device_hash = hash_token(device)
    link.checked_at = now
    _note(session, link, "driver_link_opened", now)
    return _found(session, link, device=device, now=now)


def driver_in_hand(session: Session, link_id: uuid.UUID, *, device: str, now: datetime) -> DriverInHand | None:
    """The holder of an open link on the device it is bound to, or None. Needs an unscoped session."""
    link = session.scalar(select(DriverLink).where(DriverLink.id == link_id))
    if link is None or _found(session, link, device=device, now=now).state is not LinkState.OPEN:
        return None
    return DriverInHand(
        network_id=link.network_id,
        link_id=link.id,
        route_id=link.route_id,
        volunteer_id=link.volunteer_id,
        made_at=link.made_at,
    )


def only_on_call(session: Session) -> OnCall:
    """The on-call number where the whole server has one network; nobody can know which one is meant where it has more."""
    networks = session.scalars(select(Network).limit(2)).all()
    if len(networks) != 1:
        return OnCall(name="", phone="")
    return OnCall(name=networks[0].on_call_name, phone=networks[0].on_call_phone)


def _found(session: Session, link: DriverLink, *, device: str | None, now: datetime) -> FoundLink:
    network = session.get_one(Network, link.network_id)
    return FoundLink(
        state=_state(session, link, device, now),
        on_call=OnCall(name=network.on_call_name, phone=network.on_call_phone),
        link_id=link.id,
        tries_left=max(0, MOST_FAILED_CHECKS - link.failed_checks),
    )


def _state(session: Session, link: DriverLink, device: str | None, now: datetime) -> LinkState:
    if link.revoked_at is not None or not _is_still_of_the_crew(session, link):
        return LinkState.REVOKED
    if now >= link.expires_at:
        return LinkState.EXPIRED
    if link.device_hash is not None:
        known = device is not None and token_matches(device, link.device_hash)
        return LinkState.OPEN if known else LinkState.OTHER_DEVICE
    if link.failed_checks >= MOST_FAILED_CHECKS:
        return LinkState.BLOCKED
    return LinkState.NEEDS_CHECK if _last_digits(session, link) else LinkState.NO_PHONE


def _is_still_of_the_crew(session: Session, link: DriverLink) -> bool:
    """Whether the route is of the plan that was sent out, and the volunteer still goes with it."""
    return (
        session.scalar(
            select(Route.id)
            .join(PlanVersion, PlanVersion.id == Route.plan_id)
            .join(RouteCrew, RouteCrew.route_id == Route.id)
            .where(
                Route.id == link.route_id,
                PlanVersion.state == PlanState.PUBLISHED,
                RouteCrew.volunteer_id == link.volunteer_id,
            )
        )
        is not None
    )


def _last_digits(session: Session, link: DriverLink) -> str:
    phone = session.scalar(select(Volunteer.phone).where(Volunteer.id == link.volunteer_id)) or ""
    digits = "".join(sign for sign in phone if sign.isdigit())
    return digits[-CHECK_DIGITS:] if len(digits) >= CHECK_DIGITS else ""


def _note(session: Session, link: DriverLink, action: str, now: datetime) -> None:
    who = Actor.system(link.network_id)
    note(session, who, action, "driver_link", link.id, now=now, volunteer_id=str(link.volunteer_id))
