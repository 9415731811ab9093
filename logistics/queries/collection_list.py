"""Who fetches their parcel at a hub on one day, and what became of it. Only plans that were published count."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Allergen, Fulfilment, Product
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import (
    Allocation,
    Household,
    HouseholdNeeds,
    Hub,
    Order,
    Organisation,
    PlanVersion,
    Week,
)
from logistics.queries.household_people import parcel_words
from logistics.queries.print_sheets import first_name
from logistics.queries.withheld import withheld_households

AT_THE_HUB = (OrderState.READY_TO_COLLECT, OrderState.COLLECTED, OrderState.NOT_COLLECTED)
"""The states of an order that a published plan keeps ready at a hub, from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionRow:
    """One order on the list. `name` is a first name. It is empty for a confidential address, and for whoever has us keep their data
    and not use it: there the number is enough."""

    order_id: uuid.UUID
    household_id: uuid.UUID
    ref: str
    name: str
    hubs: tuple[str, ...]
    product: Product
    quantity: int
    people: int
    window_start: time
    window_end: time
    allergens: frozenset[Allergen]
    unmapped: bool
    state: OrderState
    with_it: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionList:
    """One day's collections, those that come first at the top."""

    day: date
    rows: tuple[CollectionRow, ...]

    def count(self, state: OrderState) -> int:
        """How many orders are in this state."""
        return sum(row.state is state for row in self.rows)

    @property
    def waiting(self) -> int:
        """How many are still at the hub."""
        return self.count(OrderState.READY_TO_COLLECT)

    @property
    def collected(self) -> int:
        """How many were fetched."""
        return self.count(OrderState.COLLECTED)

    @property
    def not_collected(self) -> int:
        """How many nobody came for."""
        return self.count(OrderState.NOT_COLLECTED)


def collection_list(session: Session, day: date) -> CollectionList:
    """The day's list. What was fetched under one version stays on it when a later version leaves the order out."""
    held: defaultdict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in _kept_ready(session, IsoWeek.of(day).monday):
        held[row.Order.id].append(row)
    chosen = [lots for lots in map(_newest, held.values()) if lots[0].service_date == day]
    parcels = parcel_words(session, {lots[0].Household.id for lots in chosen})
    nameless = withheld_households(session)
    rows = [_row(lots, day, parcels.get(lots[0].Household.id, ()), nameless) for lots in chosen]
    return CollectionList(day=day, rows=tuple(sorted(rows, key=lambda row: (row.window_start, row.hubs, row.ref))))


def collection_day(session: Session, order_id: uuid.UUID) -> date | None:
    """The day for which the newest published plan that holds this order keeps it ready; None when none does."""
    return session.scalar(
        select(Allocation.service_date)
        .join(PlanVersion, PlanVersion.id == Allocation.plan_id)
        .where(Allocation.order_id == order_id, PlanVersion.published_at.is_not(None))
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )


def _kept_ready(session: Session, monday: date) -> Sequence[Any]:
    return session.execute(
        select(
            Allocation.service_date,
            Allocation.quantity,
            PlanVersion.number,
            Order,
            Household,
            Organisation.name.label("hub"),
            HouseholdNeeds.allergens,
            HouseholdNeeds.unmapped,
        )
        .join(PlanVersion, PlanVersion.id == Allocation.plan_id)
        .join(Week, Week.id == PlanVersion.week_id)
        .join(Order, Order.id == Allocation.order_id)
        .join(Household, Household.id == Order.household_id)
        .outerjoin(HouseholdNeeds, HouseholdNeeds.household_id == Household.id)
        .outerjoin(Hub, Hub.id == Allocation.hub_id)
        .outerjoin(Organisation, Organisation.id == Hub.organisation_id)
        .where(
            Week.monday == monday,
            PlanVersion.published_at.is_not(None),
            Order.fulfilment == Fulfilment.COLLECTION,
            Order.state.in_(AT_THE_HUB),
        )
    ).all()


def _newest(lots: list[Any]) -> list[Any]:
    number = max(lot.number for lot in lots)
    return [lot for lot in lots if lot.number == number]


def _row(lots: list[Any], day: date, with_parcel: tuple[str, ...], nameless: Container[uuid.UUID]) -> CollectionRow:
    order, household = lots[0].Order, lots[0].Household
    return CollectionRow(
        order_id=order.id,
        household_id=household.id,
        ref=household.ref,
        name="" if household.confidential_address or household.id in nameless else first_name(household.contact_name),
        hubs=tuple(sorted({lot.hub for lot in lots if lot.hub})),
        product=order.product,
        quantity=sum(lot.quantity for lot in lots if lot.service_date == day),
        people=household.adults + household.children,
        window_start=order.window_start,
        window_end=order.window_end,
        allergens=lots[0].allergens or frozenset(),
        unmapped=bool(lots[0].unmapped),
        state=order.state,
        with_it=with_parcel if order.product is Product.PARCEL else (),
    )
