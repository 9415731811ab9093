"""Households as a list to look through; one alone is `household_page`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.states import OrderState
from logistics.persistence.tables import (
    Household,
    HouseholdNeeds,
    Pause,
    Site,
    StandingOrder,
)
from logistics.queries.household_scope import within_reach
from logistics.queries.matching import contains, ends_with_digits, phone_digits, postcode_starts

PAGE = 50


class HouseholdFilter(StrEnum):
    """What a coordinator looks for in the list."""

    NOT_PLACED = "not_placed"
    TO_CLARIFY = "to_clarify"
    PAUSED = "paused"
    AT_RISK = "at_risk"
    NO_ORDER = "no_order"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """The words people read."""
        return {
            HouseholdFilter.NOT_PLACED: "Not placed on the map",
            HouseholdFilter.TO_CLARIFY: "Diet or allergies to clarify",
            HouseholdFilter.PAUSED: "Paused today",
            HouseholdFilter.AT_RISK: "At risk",
            HouseholdFilter.NO_ORDER: "No standing order",
            HouseholdFilter.CLOSED: "Closed",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdRow:
    """One line of the list. `address` and `postcode` are None where they are confidential: nobody needs them in a list.

    Who may see one opens the household's page, which leaves a line in the trail.
    """

    id: uuid.UUID
    ref: str
    contact_name: str
    address: str | None
    postcode: str | None
    is_confidential: bool
    people: int
    group_name: str | None
    is_placed: bool
    is_to_clarify: bool
    is_at_risk: bool
    is_paused: bool
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdList:
    """One page of the list, and how many there are in all."""

    rows: tuple[HouseholdRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def household_list(
    session: Session,
    actor: Actor,
    *,
    words: str = "",
    only: HouseholdFilter | None = None,
    group_id: uuid.UUID | None = None,
    page: int = 1,
    today: date,
) -> HouseholdList:
    """The households in reach whose name, number, postcode, street or end of phone matches, by name; 50 a page."""
    paused = _paused(today)
    conditions: list[ColumnElement[bool]] = [within_reach(actor, Permission.SEE_HOUSEHOLD)]
    conditions.append(Household.is_active.is_(only is not HouseholdFilter.CLOSED))
    if words.strip():
        conditions.append(household_matches(words))
    if group_id is not None:
        conditions.append(Household.group_id == group_id)
    if only is not None and only is not HouseholdFilter.CLOSED:
        conditions.append(_condition_of(only, paused, today))
    chosen = (
        select(Household, paused.label("paused"))
        .join(Site, Site.id == Household.site_id)
        .outerjoin(HouseholdNeeds, HouseholdNeeds.household_id == Household.id)
        .where(*conditions)
    )
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Household.id).subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    found = session.execute(
        chosen.options(selectinload(Household.site), selectinload(Household.group), selectinload(Household.needs))
        .order_by(Household.contact_name, Household.ref)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return HouseholdList(
        rows=tuple(_row(household, bool(is_paused)) for household, is_paused in found), total=total, page=page
    )


def household_matches(words: str) -> ColumnElement[bool]:
    """Name, number, postcode, street, or end of phone. Nobody finds out by an address who lives there in secret."""
    place = and_(
        ~Household.confidential_address,
        or_(contains(Site.address, words), postcode_starts(Site.postcode, words)),
    )
    found = [contains(Household.contact_name, words), contains(Household.ref, words), place]
    digits = phone_digits(words)
    if digits:
        found.append(ends_with_digits(Household.phone, digits))
    return or_(*found)


def _paused(today: date) -> ColumnElement[bool]:
    return exists().where(
        Pause.household_id == Household.id,
        Pause.network_id == Household.network_id,
        Pause.starts_on <= today,
        Pause.ends_on >= today,
    )


def _condition_of(only: HouseholdFilter, paused: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    if only is HouseholdFilter.NOT_PLACED:
        return Site.latitude.is_(None)
    if only is HouseholdFilter.TO_CLARIFY:
        return func.coalesce(HouseholdNeeds.unmapped, "") != ""
    if only is HouseholdFilter.PAUSED:
        return paused
    if only is HouseholdFilter.AT_RISK:
        return Household.at_risk.is_(True)
    running = exists().where(
        StandingOrder.household_id == Household.id,
        StandingOrder.network_id == Household.network_id,
        StandingOrder.state == OrderState.CONFIRMED,
        or_(StandingOrder.ends_on.is_(None), StandingOrder.ends_on >= today),
    )
    return ~running


def _row(household: Household, is_paused: bool) -> HouseholdRow:
    hidden = household.confidential_address
    return HouseholdRow(
        id=household.id,
        ref=household.ref,
        contact_name=household.contact_name,
        address=None if hidden else household.site.address,
        postcode=None if hidden else household.site.postcode,
        is_confidential=household.confidential_address,
        people=household.adults + household.children,
        group_name=household.group.name if household.group else None,
        is_placed=household.site.latitude is not None,
        is_to_clarify=bool(household.needs and household.needs.unmapped),
        is_at_risk=household.at_risk,
        is_paused=is_paused,
        is_active=household.is_active,
    )
