"""Who can be told about a follow-up: active accounts of the roles asked for that may read this one."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant, Permission
from logistics.domain.care_times import CareTimes
from logistics.domain.vocabulary import Role
from logistics.persistence.scope import network_of
from logistics.persistence.tables import Account, FollowUp, Membership, Network
from logistics.queries.follow_ups import readable_by

FOLLOWS_UP = (Role.SUPPORT_WORKER, Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY, Role.COORDINATOR)


def care_times(session: Session) -> CareTimes:
    """The times of the session's network."""
    return CareTimes.from_settings(session.get_one(Network, network_of(session)).settings)


def people_of(session: Session, roles: Iterable[Role]) -> dict[uuid.UUID, Actor]:
    """The active accounts that hold one of these roles, each as the actor it would be."""
    holders = select(Membership.account_id).where(Membership.role.in_(tuple(roles)))
    return _actors(session, holders)


def readers_among(session: Session, people: dict[uuid.UUID, Actor], follow_up_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """Those of them who may read this follow-up, in a fixed order."""
    return tuple(
        account_id
        for account_id, actor in sorted(people.items(), key=lambda entry: str(entry[0]))
        if actor.may(Permission.FOLLOW_UP)
        and session.scalar(select(FollowUp.id).where(FollowUp.id == follow_up_id, readable_by(actor))) is not None
    )


def person(session: Session, account_id: uuid.UUID) -> dict[uuid.UUID, Actor]:
    """This account alone, or nobody where it is closed or has no role here."""
    return _actors(session, select(Membership.account_id).where(Membership.account_id == account_id))


def who_may_have(session: Session, actor: Actor, follow_up_id: uuid.UUID) -> tuple[tuple[uuid.UUID, str], ...]:
    """The other people whom this follow-up can be given to, by name. Empty for whoever may not follow up."""
    if not actor.may(Permission.FOLLOW_UP):
        return ()
    others = readers_among(session, people_of(session, FOLLOWS_UP), follow_up_id)
    rows = session.execute(
        select(Account.id, Account.name, Account.email).where(Account.id.in_(others), Account.id != actor.account_id)
    )
    return tuple(sorted(((key, name or email) for key, name, email in rows), key=lambda each: each[1].lower()))


def _actors(session: Session, account_ids: object) -> dict[uuid.UUID, Actor]:
    rows = session.scalars(
        select(Membership)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.account_id.in_(account_ids), Account.active)  # type: ignore[arg-type]  # a select of ids
    )
    grants: dict[uuid.UUID, list[Grant]] = defaultdict(list)
    for row in rows:
        grants[row.account_id].append(
            Grant(
                role=row.role,
                organisation_id=row.organisation_id,
                household_id=row.household_id,
                volunteer_id=row.volunteer_id,
            )
        )
    network_id = network_of(session)
    return {
        account_id: Actor(network_id=network_id, account_id=account_id, grants=tuple(held))
        for account_id, held in grants.items()
    }
