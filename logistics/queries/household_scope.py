"""Which households an actor may see or change: the matrix of `domain.authority`, tied to the right column for each role.

A group lead is tied by the household's delivery group, a referrer by who referred it, a recipient by the household itself.
An organisation that is both must not lend one role the other's households.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.sql import false

from logistics.domain.authority import Actor, Grant, Permission
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Household


def sees_confidential(actor: Actor) -> bool:
    """Whether confidential addresses are shown: to those who plan the network's week, nobody else at a desk."""
    return actor.may(Permission.PLAN_WEEK)


def may_with(actor: Actor, permission: Permission, household: Household) -> bool:
    """Whether the actor may do this with this household. With one that was erased nobody may do anything: it is nobody's."""
    if household.erased_at is not None:
        return False
    if actor.may(permission):
        return True
    return any(
        (grant.role is Role.GROUP_LEAD and household.group_id == grant.organisation_id)
        or (grant.role is Role.REFERRER and household.referrer_id == grant.organisation_id)
        or (grant.role is Role.RECIPIENT and household.id == grant.household_id)
        for grant in _tied(actor, permission)
    )


def within_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The same as a condition of a query over Household."""
    is_somebody = Household.erased_at.is_(None)
    if actor.may(permission):
        return is_somebody
    conditions: list[ColumnElement[bool]] = []
    for grant in _tied(actor, permission):
        if grant.role is Role.GROUP_LEAD:
            conditions.append(Household.group_id == grant.organisation_id)
        elif grant.role is Role.REFERRER:
            conditions.append(Household.referrer_id == grant.organisation_id)
        elif grant.role is Role.RECIPIENT:
            conditions.append(Household.id == grant.household_id)
    return and_(is_somebody, or_(false(), *conditions))


def own_organisations(actor: Actor, permission: Permission, role: Role) -> frozenset[uuid.UUID]:
    """The organisations to which this role ties the actor for this permission."""
    return frozenset(
        grant.organisation_id
        for grant in _tied(actor, permission)
        if grant.role is role and grant.organisation_id is not None
    )


def _tied(actor: Actor, permission: Permission) -> Iterator[Grant]:
    """The grants that give the permission for what they are tied to, each with its tie."""
    for grant in actor.grants:
        if grant.organisation_id is None and grant.household_id is None:
            continue
        alone = Actor(network_id=actor.network_id, grants=(grant,))
        if alone.may_somewhere(permission):
            yield grant
