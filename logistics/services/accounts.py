"""Accounts: made by an admin or by command, never by a visitor; their roles in a network; their passwords."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from logistics.domain.authority import IN_OWN_ORGANISATION, OWN_HOUSEHOLD, Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Account, Household, Membership, Organisation
from logistics.services.audit import note
from logistics.services.sessions import end_all_sessions

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMembership:
    """What an admin asks for: this address gets this role, in one organisation or for one household where the role is so."""

    email: str
    role: Role
    name: str = ""
    organisation_id: uuid.UUID | None = None
    household_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdded:
    """What came of it. `is_new`: the address had no account before, so that it needs a password."""

    account_id: uuid.UUID
    membership_id: uuid.UUID
    fs_uniquifier: str
    is_new: bool


def add_account(
    session: Session, actor: Actor, wanted: NewMembership, *, password_hash: str | None = None, now: datetime
) -> AccountAdded:
    """Give an address a role in the actor's network, and an account where it has none.

    Asking twice for the same changes nothing. A password is set only for a new account: an admin of one network must
    not take over an account that works in another. Raises BadInput, Forbidden.
    """
    actor.require(Permission.MANAGE_ACCOUNTS)
    email = checked_email(session, wanted)
    account = session.scalar(select(Account).where(func.lower(Account.email) == email))
    is_new = account is None
    if account is None:
        account = Account(
            id=uuid.uuid4(),
            email=email,
            name=wanted.name.strip(),
            password=password_hash,
            active=True,
            fs_uniquifier=uuid.uuid4().hex,
            made_at=now,
        )
        session.add(account)
        session.flush()
    membership = session.scalar(
        select(Membership).where(
            Membership.account_id == account.id,
            Membership.role == wanted.role,
            Membership.organisation_id == wanted.organisation_id
            if wanted.organisation_id is not None
            else Membership.organisation_id.is_(None),
            Membership.household_id == wanted.household_id
            if wanted.household_id is not None
            else Membership.household_id.is_(None),
        )
    )
    if membership is None:
        membership = Membership(
            id=uuid.uuid4(),
            network_id=actor.network_id,
            account_id=account.id,
            role=wanted.role,
            organisation_id=wanted.organisation_id,
            household_id=wanted.household_id,
        )
        session.add(membership)
        note(session, actor, "account_given_role", "account", account.id, now=now, role=wanted.role.value)
    return AccountAdded(
        account_id=account.id,
        membership_id=membership.id,
        fs_uniquifier=account.fs_uniquifier,
        is_new=is_new,
    )


def checked_email(session: Session, wanted: NewMembership) -> str:
    """The address as it is kept. Raises BadInput with everything about the wish that cannot be."""
    email = wanted.email.strip().lower()
    errors: dict[str, str] = {}
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        errors["email"] = "Enter an email address, like name@example.org"
    if len(wanted.name) > 200:
        errors["name"] = "Use 200 characters or fewer"
    if wanted.role in IN_OWN_ORGANISATION:
        if wanted.organisation_id is None:
            errors["organisation"] = "Choose the organisation they work for"
        elif session.scalar(select(Organisation.id).where(Organisation.id == wanted.organisation_id)) is None:
            errors["organisation"] = "Choose an organisation of this network"
    elif wanted.organisation_id is not None:
        errors["organisation"] = "This role is for the whole network: choose no organisation"
    if wanted.role in OWN_HOUSEHOLD:
        household = wanted.household_id
        if household is None or session.scalar(select(Household.id).where(Household.id == household)) is None:
            errors["household"] = "Choose the household of this network that the account is for"
    if errors:
        raise BadInput("There is a problem", errors)
    return email


def remove_membership(session: Session, actor: Actor, membership_id: uuid.UUID, *, now: datetime) -> None:
    """Take one role away, and sign the account out everywhere. Raises NotFound, RuleBroken for the last admin's own."""
    actor.require(Permission.MANAGE_ACCOUNTS)
    membership = session.scalar(select(Membership).where(Membership.id == membership_id))
    if membership is None:
        raise NotFound("There is no such role in this network: it may have been taken away already.")
    admins = session.scalar(select(func.count()).select_from(Membership).where(Membership.role == Role.ADMIN))
    if membership.role is Role.ADMIN and admins == 1:
        raise RuleBroken("This is the network's only admin. Give somebody else the admin role first.")
    session.delete(membership)
    sign_out_everywhere(session, membership.account_id, now=now)
    note(session, actor, "account_lost_role", "account", membership.account_id, now=now, role=membership.role.value)


def set_password_hash(session: Session, account_id: uuid.UUID, password_hash: str) -> None:
    """Store the same password hashed as today's rules ask. A changed password goes through `change_password`."""
    session.execute(update(Account).where(Account.id == account_id).values(password=password_hash))


def change_password(session: Session, account_id: uuid.UUID, password_hash: str, *, now: datetime) -> None:
    """Store the hash of another password, and sign the account out everywhere."""
    set_password_hash(session, account_id, password_hash)
    sign_out_everywhere(session, account_id, now=now)


def close_account(session: Session, account_id: uuid.UUID, *, now: datetime) -> None:
    """Let nobody sign in with this account any more, and sign it out everywhere. What it did stays in its name."""
    session.execute(update(Account).where(Account.id == account_id).values(active=False))
    sign_out_everywhere(session, account_id, now=now)


def reopen_account(session: Session, account_id: uuid.UUID) -> None:
    """Let a closed account sign in again with the password it had. No session from before comes back."""
    session.execute(update(Account).where(Account.id == account_id).values(active=True))


def sign_out_everywhere(session: Session, account_id: uuid.UUID, *, now: datetime) -> None:
    """End every session, and every sign-in that is half-way: its cookie carries the old sign-in key."""
    end_all_sessions(session, account_id, now=now)
    set_uniquifier(session, account_id, uuid.uuid4().hex)


def set_uniquifier(session: Session, account_id: uuid.UUID, fs_uniquifier: str) -> None:
    """Store a new sign-in key, which makes every older cookie and link of the account worthless."""
    session.execute(update(Account).where(Account.id == account_id).values(fs_uniquifier=fs_uniquifier))
