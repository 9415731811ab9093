"""What is printed for one day of a plan: the packing list, the bags' labels, and each route's sheet with people and doors.

Every meal is checked once more against what its household can eat, as both are known now.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.food import Declared, Unsafe, why_unsafe
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    Diet,
    Handover,
    Product,
    TemperatureClass,
)
from logistics.persistence.tables import Batch, DonationSlot, Household, HouseholdNeeds, Organisation, Site
from logistics.queries.household_people import parcel_words
from logistics.queries.plan_rows import CollectedRow, ItemRow, PlanHead, PlanView, RouteRow, StopRow
from logistics.queries.plan_view import plan_view
from logistics.queries.safe_items import declared_of, needs_of

LARGEST_PARCEL = 5
"""Parcels are packed for 1, 2, 3, 4, or 5 and more people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dish:
    """A donor's dish of one slot as the kitchen declared it."""

    name: str
    donor: str
    temperature: TemperatureClass
    ready_at: time
    diets: frozenset[Diet]
    declaration: AllergenDeclaration
    allergens: frozenset[Allergen]
    texture_iddsi: int | None
    use_by: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """Portions of one dish, or parcels of one size (`people`), by route letter; `collected` stay at the hub."""

    dish: Dish | None
    people: int
    by_route: Mapping[str, int]
    collected: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_route.values()) + self.collected


@dataclass(frozen=True, slots=True, kw_only=True)
class BagItem:
    """One thing in a bag, or one parcel. `unsafe` is why it must not go to this household, None when it may.

    `with_it`: for a parcel, what makes it another one than those of its size (no-cook, nappies).
    """

    code: str
    quantity: int
    product: Product
    dish: Dish | None
    people: int
    unsafe: Unsafe | None
    with_it: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A stop at a household with what its sheet may say. A confidential household has no address here."""

    letter: str
    number: int
    service_at: datetime
    latest_at: datetime | None
    ref: str
    name: str
    address: str
    postcode: str
    access_notes: str
    floor: int
    has_lift: bool
    handover: Handover
    people_at_door: int
    is_confidential: bool
    allergens: frozenset[Allergen]
    unmapped: bool
    items: tuple[BagItem, ...]

    @property
    def spot(self) -> str:
        """`B4`: the route's letter and the door's number."""
        return f"{self.letter}{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteSheet:
    """A route with its pickups and its doors."""

    route: RouteRow
    pickups: tuple[StopRow, ...]
    doors: tuple[Door, ...]

    @property
    def last_door_by(self) -> datetime | None:
        """The earliest moment at which some food of this route reaches its limit."""
        return min((door.latest_at for door in self.doors if door.latest_at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """Everything that is printed for one day."""

    day: date
    head: PlanHead
    letters: tuple[str, ...]
    meals: tuple[PackRow, ...]
    parcels: tuple[PackRow, ...]
    routes: tuple[RouteSheet, ...]
    collected: tuple[CollectedRow, ...]

    @property
    def special(self) -> tuple[tuple[Door, BagItem], ...]:
        """The parcels that are packed otherwise than the others of their size, each with its door."""
        return tuple(
            (door, item) for sheet in self.routes for door in sheet.doors for item in door.items if item.with_it
        )

    @property
    def apart(self) -> tuple[Door, ...]:
        """The doors whose bags are packed apart and checked twice."""
        return tuple(
            door for sheet in self.routes for door in sheet.doors if door.allergens or door.unmapped or _refused(door)
        )


def _refused(door: Door) -> bool:
    return any(item.unsafe is not None for item in door.items)


def sheets_of_day(session: Session, head: PlanHead, day: date) -> Sheets:
    """The day's sheets of this plan version."""
    view = plan_view(session, head, day=day)
    kitchen = _kitchen(session, view)
    households = _households(session, view)
    parcels = parcel_words(session, households)
    sheets = tuple(
        RouteSheet(
            route=route,
            pickups=tuple(stop for stop in route.stops if stop.household_id is None),
            doors=tuple(_door(route, stop, households, kitchen, parcels) for stop in route.doors),
        )
        for route in view.routes
    )
    return Sheets(
        day=day,
        head=head,
        letters=tuple(route.letter for route in view.routes),
        meals=_meals(sheets),
        parcels=_parcels(sheets, view.collected),
        routes=sheets,
        collected=view.collected,
    )


@dataclass(frozen=True, slots=True)
class _Kitchen:
    """The days' batches, as they are printed and as the rules of food safety take them."""

    dishes: Mapping[uuid.UUID, Dish]
    declared: Mapping[uuid.UUID, Declared]


type _ParcelWords = Mapping[uuid.UUID, tuple[str, ...]]
type _People = dict[uuid.UUID, tuple[Household, Site, HouseholdNeeds | None]]


def _kitchen(session: Session, view: PlanView) -> _Kitchen:
    days = {route.day for route in view.routes}
    if not days:
        return _Kitchen({}, {})
    rows = session.execute(
        select(Batch, DonationSlot, Organisation.name)
        .join(DonationSlot, DonationSlot.id == Batch.slot_id)
        .join(Organisation, Organisation.id == DonationSlot.donor_id)
        .where(DonationSlot.service_date.between(min(days), max(days)))
    ).all()
    dishes = {
        batch.id: Dish(
            name=batch.dish,
            donor=donor,
            temperature=slot.temperature,
            ready_at=slot.ready_at,
            diets=batch.diets,
            declaration=batch.declaration,
            allergens=batch.allergens,
            texture_iddsi=batch.texture_iddsi,
            use_by=batch.use_by,
        )
        for batch, slot, donor in rows
    }
    return _Kitchen(dishes, {batch.id: declared_of(batch, slot) for batch, slot, _ in rows})


def _households(session: Session, view: PlanView) -> _People:
    ids = [stop.household_id for route in view.routes for stop in route.doors if stop.household_id is not None]
    people: _People = {}
    for start in range(0, len(ids), 500):
        rows = session.execute(
            select(Household, Site, HouseholdNeeds)
            .join(Site, Site.id == Household.site_id)
            .outerjoin(HouseholdNeeds, HouseholdNeeds.household_id == Household.id)
            .where(Household.id.in_(ids[start : start + 500]))
        ).all()
        people |= {household.id: (household, site, needs) for household, site, needs in rows}
    return people


def _door(route: RouteRow, stop: StopRow, people: _People, kitchen: _Kitchen, parcels: _ParcelWords) -> Door:
    assert stop.household_id is not None, "a delivery is at a household"
    household, site, needs = people[stop.household_id]
    hidden = household.confidential_address
    size = min(LARGEST_PARCEL, household.adults + household.children)
    return Door(
        letter=route.letter,
        number=stop.number or 0,
        service_at=stop.service_at,
        latest_at=stop.latest_at,
        ref=household.ref,
        name=first_name(household.contact_name),
        address="" if hidden else site.address,
        postcode="" if hidden else site.postcode,
        access_notes="" if hidden else site.access_notes,
        floor=household.floor,
        has_lift=household.has_lift,
        handover=household.handover,
        people_at_door=household.people_at_door,
        is_confidential=hidden,
        allergens=frozenset() if needs is None else needs.allergens,
        unmapped=needs is not None and bool(needs.unmapped),
        items=tuple(
            _bag_item(item, size, needs, kitchen, route.day, with_parcel=parcels.get(household.id, ()))
            for item in stop.items
        ),
    )


def _bag_item(
    item: ItemRow,
    size: int,
    needs: HouseholdNeeds | None,
    kitchen: _Kitchen,
    day: date,
    *,
    with_parcel: tuple[str, ...],
) -> BagItem:
    product = item.product or Product.HOT_MEAL
    unsafe = None
    if item.batch_id is not None and item.batch_id in kitchen.declared:
        unsafe = why_unsafe(needs_of(needs), kitchen.declared[item.batch_id], product, day)
    return BagItem(
        code=item.code,
        quantity=item.quantity,
        product=product,
        dish=None if item.batch_id is None else kitchen.dishes.get(item.batch_id),
        people=size,
        unsafe=unsafe,
        with_it=with_parcel if product is Product.PARCEL else (),
    )


def first_name(contact_name: str) -> str:
    """What a driver may know of a name (DOMAIN: personal data): the first word, with a number if one follows it."""
    words = contact_name.split()
    return " ".join([*words[:1], *(word for word in words[1:2] if word.isdigit())])


def _meals(sheets: Iterable[RouteSheet]) -> tuple[PackRow, ...]:
    counts: defaultdict[Dish, Counter[str]] = defaultdict(Counter)
    for sheet in sheets:
        for door in sheet.doors:
            for item in door.items:
                if item.dish is not None:
                    counts[item.dish][door.letter] += item.quantity
    ordered = sorted(counts, key=lambda dish: (dish.ready_at, dish.donor, dish.name, sorted(dish.diets)))
    return tuple(PackRow(dish=dish, people=0, by_route=counts[dish]) for dish in ordered)


def _parcels(sheets: Iterable[RouteSheet], collected: Iterable[CollectedRow]) -> tuple[PackRow, ...]:
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    fetched: Counter[int] = Counter()
    for sheet in sheets:
        for door in sheet.doors:
            for item in door.items:
                if item.product is Product.PARCEL:
                    counts[item.people][door.letter] += item.quantity
    for row in collected:
        fetched[min(LARGEST_PARCEL, row.people)] += row.quantity
    return tuple(
        PackRow(dish=None, people=size, by_route=counts[size], collected=fetched[size])
        for size in sorted({*counts, *fetched})
    )
