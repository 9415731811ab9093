"""Accounts and what they may do where, read for signing in and for the admin's list."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Account, Membership, Network, Organisation, Passkey, SecondFactor


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """An account as signing in needs it. `password` is the argon2 hash, `totp_secret` the sealed secret of its second factor."""

    id: uuid.UUID
    email: str
    name: str
    password: str | None
    is_active: bool
    fs_uniquifier: str
    totp_secret: str | None
    has_passkey: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkView:
    """A network as its pages name it."""

    id: uuid.UUID
    slug: str
    name: str
    on_call_name: str
    on_call_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMembership:
    """A network that an account belongs to, with its grants there and the names of its organisations."""

    network: NetworkView
    grants: tuple[Grant, ...]
    organisation_names: tuple[str, ...]

    def actor(self, account_id: uuid.UUID) -> Actor:
        """Who acts when this account is at work in this network: with the grants of this network alone."""
        return Actor(network_id=self.network.id, account_id=account_id, grants=self.grants)


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipRow:
    """One line of the admin's list of accounts."""

    id: uuid.UUID
    account_id: uuid.UUID
    email: str
    name: str
    role: Role
    organisation_name: str | None
    is_active: bool
    has_password: bool
    has_second_factor: bool


def find_account(
    session: Session,
    *,
    email: str | None = None,
    fs_uniquifier: str | None = None,
    account_id: uuid.UUID | None = None,
) -> AccountView | None:
    """The account of this address (in any case), sign-in key or id, whatever its state; or None."""
    if email is not None:
        condition = func.lower(Account.email) == email.strip().lower()
    elif fs_uniquifier is not None:
        condition = Account.fs_uniquifier == fs_uniquifier
    else:
        condition = Account.id == account_id
    found = session.execute(
        select(Account, SecondFactor.totp_secret, _has_passkey())
        .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
        .where(condition)
    ).one_or_none()
    if found is None:
        return None
    row, totp_secret, has_passkey = found
    return AccountView(
        id=row.id,
        email=row.email,
        name=row.name,
        password=row.password,
        is_active=row.active,
        fs_uniquifier=row.fs_uniquifier,
        totp_secret=totp_secret,
        has_passkey=has_passkey,
    )


def _has_passkey() -> ColumnElement[bool]:
    return select(Passkey.id).where(Passkey.account_id == Account.id).exists()


def memberships_of(session: Session, account_id: uuid.UUID) -> tuple[NetworkMembership, ...]:
    """Every network of an account, by name. Needs an unscoped session: it is read before a network is chosen."""
    rows = session.execute(
        select(Membership, Network, Organisation.name)
        .join(Network, Network.id == Membership.network_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id == account_id)
        .order_by(Network.name, Membership.role, Organisation.name)
    ).all()
    found: dict[uuid.UUID, NetworkMembership] = {}
    for membership, network, organisation_name in rows:
        grant = Grant(
            role=membership.role,
            organisation_id=membership.organisation_id,
            household_id=membership.household_id,
            volunteer_id=membership.volunteer_id,
        )
        before = found.get(network.id)
        found[network.id] = NetworkMembership(
            network=_view_of(network),
            grants=(*(before.grants if before else ()), grant),
            organisation_names=(
                *(before.organisation_names if before else ()),
                *((organisation_name,) if organisation_name else ()),
            ),
        )
    return tuple(found.values())


def _view_of(network: Network) -> NetworkView:
    return NetworkView(
        id=network.id,
        slug=network.slug,
        name=network.name,
        on_call_name=network.on_call_name,
        on_call_phone=network.on_call_phone,
    )


def membership_rows(session: Session) -> tuple[MembershipRow, ...]:
    """Who may do what in the session's network, by address."""
    rows = session.execute(
        select(Membership, Account, Organisation.name, SecondFactor.id.is_not(None), _has_passkey())
        .join(Account, Account.id == Membership.account_id)
        .outerjoin(SecondFactor, SecondFactor.account_id == Membership.account_id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .order_by(Account.email, Membership.role)
    ).all()
    return tuple(
        MembershipRow(
            id=membership.id,
            account_id=account.id,
            email=account.email,
            name=account.name,
            role=membership.role,
            organisation_name=organisation_name,
            is_active=account.active,
            has_password=account.password is not None,
            has_second_factor=has_app or has_passkey,
        )
        for membership, account, organisation_name, has_app, has_passkey in rows
    )
