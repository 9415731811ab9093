"""Invitations by mail: somebody is asked to take a role, says yes by a link that opens once, and has an account then.

Who invites gives no more than they may give (`Actor.may_give`), on the day of the yes as on the day of the mail. Nothing that
whoever invites can see tells whether an address has an account.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Forbidden, NotFound, RuleBroken
from logistics.domain.vocabulary import Role
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import Account, Invitation, Network, Organisation
from logistics.queries.accounts import memberships_of
from logistics.services.accounts import AccountAdded, NewMembership, add_account, checked_email
from logistics.services.audit import note

OPEN_FOR = timedelta(days=7)
MOST_OPEN = 200
"""Invitations of one network that may wait at once, so that nobody makes a server of ours flood the world with mail."""
_FORGOTTEN_AFTER = timedelta(days=30)
NOT_OPEN = (
    "This invitation is not open: it was used, taken back or replaced by a newer one, or its seven days are over. "
    "Ask whoever invited you to send it again."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeInvitation:
    """An invitation as it goes out: the token is in the mail, and kept nowhere."""

    id: uuid.UUID
    email: str
    role: Role
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInvitation:
    """One line of the list. `is_over`: its days have passed. `is_mailed`: a mail server has taken its mail."""

    id: uuid.UUID
    email: str
    name: str
    role: Role
    organisation_name: str | None
    sent_at: datetime
    expires_at: datetime
    is_over: bool
    is_mailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInvitation:
    """What the holder of a link reads. `has_account`: the address signs in here already, with a password of its own."""

    id: uuid.UUID
    network_id: uuid.UUID
    network_name: str
    organisation_name: str | None
    email: str
    name: str
    role: Role
    has_account: bool


def invite(session: Session, actor: Actor, wanted: NewMembership, *, now: datetime) -> MadeInvitation:
    """Ask this address to take a role. One that is open for the same is replaced: its link opens nothing any more.

    Raises BadInput, RuleBroken when too many wait, Forbidden for a role that the actor may not give.
    """
    actor.require(Permission.INVITE)
    assert actor.account_id is not None, "only people invite"
    email = checked_email(session, wanted)
    _require_may_give(actor, wanted.role)
    # One at a time in a network, so that the count holds and the same invitation is not made twice.
    session.scalars(select(Network.id).where(Network.id == actor.network_id).with_for_update()).one()
    session.execute(delete(Invitation).where(Invitation.expires_at < now - _FORGOTTEN_AFTER))
    row = session.scalar(
        select(Invitation).where(
            Invitation.email == email,
            Invitation.role == wanted.role,
            Invitation.organisation_id == wanted.organisation_id
            if wanted.organisation_id is not None
            else Invitation.organisation_id.is_(None),
        )
    )
    if row is None:
        if (session.scalar(select(func.count()).select_from(Invitation)) or 0) >= MOST_OPEN:
            raise RuleBroken(f"{MOST_OPEN} invitations are open. Take some back before you send another.")
        row = Invitation(id=uuid.uuid4(), email=email, role=wanted.role, organisation_id=wanted.organisation_id)
        session.add(row)
    row.name = wanted.name.strip()
    return _send(session, actor, row, "invited", now=now)


def invite_again(session: Session, actor: Actor, invitation_id: uuid.UUID, *, now: datetime) -> MadeInvitation:
    """Send it once more, with a new link and seven new days; the link before opens nothing any more.

    Raises NotFound, Forbidden.
    """
    row = _loaded(session, actor, invitation_id)
    return _send(session, actor, row, "invited_again", now=now)


def withdraw_invitation(session: Session, actor: Actor, invitation_id: uuid.UUID, *, now: datetime) -> None:
    """Take it back: its link opens nothing any more. Raises NotFound, Forbidden."""
    row = _loaded(session, actor, invitation_id)
    session.delete(row)
    note(session, actor, "invitation_withdrawn", "invitation", row.id, now=now, role=row.role.value)


def note_mailed(session: Session, made: MadeInvitation, *, now: datetime) -> None:
    """Write down that a mail server has taken the mail, unless a newer one is on its way."""
    row = session.scalar(select(Invitation).where(Invitation.token_hash == hash_token(made.token)))
    if row is not None:
        row.mailed_at = now


def open_invitations(session: Session, actor: Actor, *, now: datetime) -> tuple[OpenInvitation, ...]:
    """The network's invitations that nobody has answered, the newest first. Raises Forbidden."""
    actor.require(Permission.INVITE)
    rows = session.execute(
        select(Invitation, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .order_by(Invitation.sent_at.desc(), Invitation.id)
    )
    return tuple(
        OpenInvitation(
            id=row.id,
            email=row.email,
            name=row.name,
            role=row.role,
            organisation_name=organisation_name,
            sent_at=row.sent_at,
            expires_at=row.expires_at,
            is_over=row.expires_at <= now,
            is_mailed=row.mailed_at is not None,
        )
        for row, organisation_name in rows
    )


def address_of(session: Session, invitation_id: uuid.UUID) -> str:
    """The mail address of an open invitation of this network; empty where there is none."""
    return session.scalar(select(Invitation.email).where(Invitation.id == invitation_id)) or ""


def find_invitation(session: Session, token: str, *, now: datetime) -> FoundInvitation:
    """What this token opens; looking uses nothing up. Needs an unscoped session. Raises NotFound."""
    found = session.execute(
        select(Invitation, Network.name, Organisation.name)
        .join(Network, Network.id == Invitation.network_id)
        .outerjoin(Organisation, Organisation.id == Invitation.organisation_id)
        .where(Invitation.token_hash == hash_token(token), Invitation.expires_at > now)
    ).one_or_none()
    if found is None:
        raise NotFound(NOT_OPEN)
    row, network_name, organisation_name = found
    known = session.scalar(select(Account.id).where(func.lower(Account.email) == row.email))
    return FoundInvitation(
        id=row.id,
        network_id=row.network_id,
        network_name=network_name,
        organisation_name=organisation_name,
        email=row.email,
        name=row.name,
        role=row.role,
        has_account=known is not None,
    )


def accept_invitation(
    session: Session, token: str, *, name: str = "", password_hash: str | None = None, now: datetime
) -> AccountAdded:
    """Say yes: the address has the role, and an account with this password where it had none. The link opens nothing again.

    Of two at once, one gets it. Raises NotFound; also where whoever invited may not give this role any more; BadInput where
    a new account has no password.
    """
    row = session.scalar(
        select(Invitation)
        .where(Invitation.token_hash == hash_token(token), Invitation.expires_at > now)
        .with_for_update()
    )
    if row is None or not _may_still_give(session, row):
        raise NotFound(NOT_OPEN)
    wanted = NewMembership(email=row.email, role=row.role, name=name or row.name, organisation_id=row.organisation_id)
    added = add_account(session, Actor.system(row.network_id), wanted, password_hash=password_hash, now=now)
    if added.is_new and password_hash is None:
        raise BadInput("There is a problem", {"password": "Choose a password"})
    session.delete(row)
    guest = Actor(network_id=row.network_id, account_id=added.account_id)
    note(session, guest, "invitation_accepted", "invitation", row.id, now=now, role=row.role.value)
    return added


def _send(session: Session, actor: Actor, row: Invitation, action: str, *, now: datetime) -> MadeInvitation:
    token = new_token()
    assert actor.account_id is not None, "only people invite"
    row.invited_by = actor.account_id
    row.token_hash = hash_token(token)
    row.sent_at, row.expires_at, row.mailed_at = now, now + OPEN_FOR, None
    session.flush()
    note(session, actor, action, "invitation", row.id, now=now, role=row.role.value)
    return MadeInvitation(id=row.id, email=row.email, role=row.role, token=token, expires_at=row.expires_at)


def _loaded(session: Session, actor: Actor, invitation_id: uuid.UUID) -> Invitation:
    actor.require(Permission.INVITE)
    row = session.scalar(select(Invitation).where(Invitation.id == invitation_id).with_for_update())
    if row is None:
        raise NotFound("There is no such invitation here: it may have been answered or taken back already.")
    _require_may_give(actor, row.role)
    return row


def _require_may_give(actor: Actor, role: Role) -> None:
    if not actor.may_give(role):
        raise Forbidden("You cannot give more than you may do yourself. Ask an admin to invite them.")


def _may_still_give(session: Session, row: Invitation) -> bool:
    is_active = session.scalar(select(Account.active).where(Account.id == row.invited_by))
    here = [each for each in memberships_of(session, row.invited_by) if each.network.id == row.network_id]
    inviters = [each.actor(row.invited_by) for each in here]
    return bool(is_active) and any(each.may(Permission.INVITE) and each.may_give(row.role) for each in inviters)
