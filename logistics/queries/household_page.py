"""One household with all that its page needs, for whoever may open that page."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.household import AgeBand, Extra, Kitchen, MemberNeeds
from logistics.domain.states import OrderState
from logistics.domain.vocabulary import (
    Allergen,
    ConsentPurpose,
    Diet,
    DriverNeed,
    Frequency,
    Fulfilment,
    GeocodePrecision,
    Handover,
    Product,
)
from logistics.domain.weekdays import Weekday
from logistics.domain.withholding import Withheld
from logistics.persistence.tables import (
    Consent,
    Household,
    Organisation,
    Pause,
    PlaceQuestion,
    StandingOrder,
)
from logistics.queries.household_people import household_people
from logistics.queries.household_scope import may_with, sees_confidential
from logistics.queries.withheld import WithdrawalRow, withdrawals_of, withheld_households


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """A standing order on the household's page. `is_over`: it has ended by today."""

    id: uuid.UUID
    product: Product
    quantity: int
    days: tuple[Weekday, ...]
    window_start: time
    window_end: time
    frequency: Frequency
    starts_on: date
    ends_on: date | None
    fulfilment: Fulfilment
    state: OrderState
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRow:
    """A pause on the household's page."""

    id: uuid.UUID
    starts_on: date
    ends_on: date
    reason: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """What the household agreed to or refused."""

    purpose: ConsentPurpose
    given: bool
    given_on: date
    withdrawn_on: date | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPage:
    """A household as its page shows it to this actor. `withheld`: why what we know of it may not be used now."""

    id: uuid.UUID
    ref: str
    contact_name: str
    phone: str
    language: str
    adults: int
    children: int
    ages: Mapping[AgeBand, int]
    members: tuple[MemberNeeds, ...]
    kitchen: Kitchen
    extras: Mapping[Extra, str]
    address: str | None
    postcode: str | None
    site_id: uuid.UUID
    is_placed: bool
    precision: GeocodePrecision | None
    asks_place: bool
    access_notes: str | None
    floor: int
    has_lift: bool
    handover: Handover
    is_confidential: bool
    is_at_risk: bool
    people_at_door: int
    driver_needs: frozenset[DriverNeed]
    is_active: bool
    group_id: uuid.UUID | None
    group_name: str | None
    referrer_id: uuid.UUID | None
    referrer_name: str | None
    diets: frozenset[Diet]
    allergens: frozenset[Allergen]
    texture_iddsi: int | None
    unmapped: str
    orders: tuple[OrderRow, ...]
    pauses: tuple[PauseRow, ...]
    consents: tuple[ConsentRow, ...]
    withheld: Withheld | None
    withdrawals: tuple[WithdrawalRow, ...]
    may_edit: bool
    may_pause: bool
    may_edit_access: bool
    may_place: bool


def household_page(
    session: Session,
    actor: Actor,
    household_id: uuid.UUID,
    *,
    today: date,
    permission: Permission = Permission.SEE_HOUSEHOLD,
) -> HouseholdPage:
    """Everything that the page with this permission shows to this actor. Raises NotFound for one not there or not in reach."""
    household, referrer_name = _found(session, actor, household_id, permission)
    site, needs = household.site, household.needs
    people = household_people(session, household_id)
    hidden = household.confidential_address and not sees_confidential(actor)
    return HouseholdPage(
        id=household.id,
        ref=household.ref,
        contact_name=household.contact_name,
        phone=household.phone,
        language=household.language,
        adults=household.adults,
        children=household.children,
        ages=people.ages,
        members=people.members,
        kitchen=household.kitchen,
        extras=people.extras,
        address=None if hidden else site.address,
        postcode=None if hidden else site.postcode,
        site_id=site.id,
        is_placed=site.latitude is not None,
        precision=site.geocode_precision,
        asks_place=_asks_place(session, site.id),
        access_notes=None if hidden else site.access_notes,
        floor=household.floor,
        has_lift=household.has_lift,
        handover=household.handover,
        is_confidential=household.confidential_address,
        is_at_risk=household.at_risk,
        people_at_door=household.people_at_door,
        driver_needs=household.driver_needs,
        is_active=household.is_active,
        group_id=household.group_id,
        group_name=household.group.name if household.group else None,
        referrer_id=household.referrer_id,
        referrer_name=referrer_name,
        diets=needs.diets if needs else frozenset(),
        allergens=needs.allergens if needs else frozenset(),
        texture_iddsi=needs.texture_iddsi if needs else None,
        unmapped=needs.unmapped if needs else "",
        orders=_orders(session, household_id, today),
        pauses=_pauses(session, household_id, today, may_with(actor, Permission.EDIT_ACCESS_NOTES, household)),
        consents=_consents(session, household_id),
        withheld=withheld_households(session).get(household_id),
        withdrawals=withdrawals_of(session, household_id),
        may_edit=may_with(actor, Permission.EDIT_HOUSEHOLD, household),
        may_pause=may_with(actor, Permission.PAUSE_HOUSEHOLD, household),
        may_edit_access=may_with(actor, Permission.EDIT_ACCESS_NOTES, household) and not hidden,
        may_place=may_with(actor, Permission.PLACE_ADDRESSES, household) and not hidden,
    )


def _found(
    session: Session, actor: Actor, household_id: uuid.UUID, permission: Permission
) -> tuple[Household, str | None]:
    """The household and its referrer's name."""
    referrer = aliased(Organisation)
    found = session.execute(
        select(Household, referrer.name)
        .outerjoin(referrer, referrer.id == Household.referrer_id)
        .where(Household.id == household_id)
        .options(selectinload(Household.site), selectinload(Household.group), selectinload(Household.needs))
    ).one_or_none()
    if found is None or not may_with(actor, permission, found[0]):
        raise NotFound("There is no such household here. It may belong to another group.")
    return found[0], found[1]


def _asks_place(session: Session, site_id: uuid.UUID) -> bool:
    """Whether somebody is asked which place is right."""
    return session.scalar(select(PlaceQuestion.id).where(PlaceQuestion.site_id == site_id)) is not None


def _orders(session: Session, household_id: uuid.UUID, today: date) -> tuple[OrderRow, ...]:
    rows = session.scalars(
        select(StandingOrder)
        .where(StandingOrder.household_id == household_id)
        .order_by(StandingOrder.ends_on.is_not(None), StandingOrder.starts_on.desc(), StandingOrder.product)
    )
    return tuple(
        OrderRow(
            id=row.id,
            product=row.product,
            quantity=row.quantity,
            days=tuple(day for day in Weekday if day in row.days),
            window_start=row.window_start,
            window_end=row.window_end,
            frequency=row.frequency,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            fulfilment=row.fulfilment,
            state=row.state,
            is_over=row.ends_on is not None and row.ends_on < today,
        )
        for row in rows
    )


def _pauses(session: Session, household_id: uuid.UUID, today: date, shows_reasons: bool) -> tuple[PauseRow, ...]:
    """The pauses, the latest first. Why is a note of the network's: a referrer or the household may not be meant to read it."""
    rows = session.scalars(select(Pause).where(Pause.household_id == household_id).order_by(Pause.starts_on.desc()))
    return tuple(
        PauseRow(
            id=row.id,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            reason=row.reason if shows_reasons else "",
            is_over=row.ends_on < today,
        )
        for row in rows
    )


def _consents(session: Session, household_id: uuid.UUID) -> tuple[ConsentRow, ...]:
    rows = session.scalars(
        select(Consent).where(Consent.household_id == household_id).order_by(Consent.given_on.desc(), Consent.purpose)
    )
    return tuple(
        ConsentRow(
            purpose=row.purpose,
            given=row.given,
            given_on=row.given_on,
            withdrawn_on=row.withdrawn_on,
            method=row.method,
        )
        for row in rows
    )
