"""Households that look the same as one, across all groups of the network. No side learns anything of the other's notes."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.look_alikes import ENOUGH, Identity, Likeness, likenesses, plain_phone
from logistics.persistence.tables import Household, Site
from logistics.queries.household_scope import may_with
from logistics.queries.matching import ends_with_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """One that looks the same. For somebody who may not see it there is that alone: no id, number or group."""

    household_id: uuid.UUID | None
    ref: str
    group_name: str
    is_active: bool
    common: frozenset[Likeness]


def look_alikes(session: Session, actor: Actor, household_id: uuid.UUID) -> tuple[LookAlike, ...]:
    """Those that share two of address, name and phone with this household. A confidential address is matched with nothing.

    The actor must be allowed to see the household itself: ask `household_page` before.
    """
    own = session.scalar(select(Household).where(Household.id == household_id).options(selectinload(Household.site)))
    if own is None or own.confidential_address:
        return ()
    mine = _identity(own)
    # Two of three agree, so the postcode or the phone does: a name alone is never enough.
    near: list[ColumnElement[bool]] = []
    if own.site.postcode:
        near.append(Site.postcode == own.site.postcode)
    if plain_phone(own.phone):
        near.append(ends_with_digits(Household.phone, plain_phone(own.phone)))
    if not near:
        return ()
    rows = session.scalars(
        select(Household)
        .join(Site, Site.id == Household.site_id)
        .where(or_(*near), Household.id != own.id, Household.confidential_address.is_(False))
        .options(selectinload(Household.site), selectinload(Household.group))
        .order_by(Household.ref)
    ).all()
    found = ((row, likenesses(mine, _identity(row))) for row in rows)
    return tuple(_shown(actor, row, common) for row, common in found if len(common) >= ENOUGH)


def those_with_look_alikes(session: Session, household_ids: Collection[uuid.UUID]) -> frozenset[uuid.UUID]:
    """Which of these look the same as another household of the network; in one reading of it, however many are asked for."""
    rows = session.execute(
        select(Household.id, Household.contact_name, Household.phone, Site.address, Site.postcode)
        .join(Site, Site.id == Household.site_id)
        .where(Household.confidential_address.is_(False))
    ).all()
    known = {
        row.id: Identity(name=row.contact_name, address=row.address, postcode=row.postcode, phone=row.phone)
        for row in rows
    }
    near: dict[str, list[uuid.UUID]] = defaultdict(list)
    for key, one in known.items():
        for place in _where_to_look(one):
            near[place].append(key)
    return frozenset(
        key
        for key in household_ids
        if key in known
        and any(
            other != key and len(likenesses(known[key], known[other])) >= ENOUGH
            for place in _where_to_look(known[key])
            for other in near[place]
        )
    )


def _where_to_look(one: Identity) -> list[str]:
    """Two of three agree, so the postcode or the phone does."""
    return [word for word in (f"at {one.postcode}" if one.postcode else "", plain_phone(one.phone)) if word]


def _identity(row: Household) -> Identity:
    return Identity(name=row.contact_name, address=row.site.address, postcode=row.site.postcode, phone=row.phone)


def _shown(actor: Actor, row: Household, common: frozenset[Likeness]) -> LookAlike:
    if not may_with(actor, Permission.SEE_HOUSEHOLD, row):
        return LookAlike(household_id=None, ref="", group_name="", is_active=True, common=frozenset())
    return LookAlike(
        household_id=row.id,
        ref=row.ref,
        group_name=row.group.name if row.group else "",
        is_active=row.is_active,
        common=common,
    )
