"""What a week is planned from: the orders that fall due, the food on offer, and who has promised to drive."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.demand import PauseDates, StandingWish, due_dates
from logistics.domain.referrals import earlier
from logistics.domain.states import OrderState, SlotState, WeekState
from logistics.domain.vocabulary import AllergenDeclaration, Fulfilment, Product, TemperatureClass, VehicleKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import (
    Batch,
    DonationSlot,
    Household,
    Order,
    Organisation,
    Pause,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.queries.entitlements import last_days
from logistics.queries.rounds_of_week import DayBand, RoundRow, bands_of, session_of
from logistics.queries.rounds_of_week import Session as DaySession
from logistics.queries.week_board import WeekHead

NOT_COMING = (SlotState.WITHDRAWN, SlotState.EXPIRED, SlotState.REJECTED, SlotState.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueOrder:
    """What falls due in the week: a meal on its day, a parcel on any one of `days`."""

    household_id: uuid.UUID
    product: Product
    quantity: int
    days: tuple[date, ...]
    window_start: time
    fulfilment: Fulfilment


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandRow:
    """A product's line in the table of demand: by date, and what may come on any of several days."""

    product: Product
    by_day: tuple[tuple[date, int], ...]
    any_day: int
    total: int
    households: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """A donation slot with its dishes counted."""

    id: uuid.UUID
    day: date
    ready_at: time
    collect_by: time
    temperature: TemperatureClass
    donor: str
    state: SlotState
    portions: int
    weight_g: int
    dishes: tuple[str, ...]
    undeclared: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A volunteer's promise of a date."""

    day: date
    starts_at: time
    ends_at: time
    volunteer_id: uuid.UUID
    name: str
    vehicle: VehicleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlacedRow:
    """A household that has an order to its door this week, and no place on the map."""

    household_id: uuid.UUID
    ref: str
    postcode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a week is planned from."""

    demand: tuple[DemandRow, ...]
    bands: tuple[DayBand, ...]
    slots: tuple[SlotRow, ...]
    shifts: tuple[ShiftRow, ...]
    not_placed: tuple[NotPlacedRow, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all to plan with."""
        return not (self.demand or self.slots or self.shifts)


def intake_of_week(session: Session, head: WeekHead) -> Intake:
    """Demand as frozen or, while orders are open, as it would fall due now; with the supply and the shifts."""
    due = _due_orders(session, head)
    return Intake(
        demand=_demand(due),
        bands=bands_of(_wished_rounds(due)),
        slots=_slots(session, head.week),
        shifts=_shifts(session, head.week),
        not_placed=_not_placed(session, due),
    )


def _due_orders(session: Session, head: WeekHead) -> tuple[DueOrder, ...]:
    if head.id is not None and head.state is not WeekState.OPEN:
        orders = session.scalars(
            select(Order).where(
                Order.week_id == head.id, Order.state.not_in((OrderState.CANCELLED, OrderState.DECLINED))
            )
        )
        return tuple(
            DueOrder(
                household_id=order.household_id,
                product=order.product,
                quantity=order.quantity,
                days=tuple(date.fromisoformat(day) for day in order.dates),
                window_start=order.window_start,
                fulfilment=order.fulfilment,
            )
            for order in orders
        )
    pauses: defaultdict[uuid.UUID, list[PauseDates]] = defaultdict(list)
    for household_id, starts_on, ends_on in session.execute(
        select(Pause.household_id, Pause.starts_on, Pause.ends_on).where(
            Pause.ends_on >= head.week.monday, Pause.starts_on <= head.week.days[-1]
        )
    ):
        pauses[household_id].append(PauseDates(starts_on, ends_on))
    ends = last_days(session)
    wishes = session.scalars(
        select(StandingOrder)
        .join(Household, Household.id == StandingOrder.household_id)
        .where(StandingOrder.state == OrderState.CONFIRMED, Household.is_active)
    )
    return tuple(
        DueOrder(
            household_id=wish.household_id,
            product=wish.product,
            quantity=wish.quantity,
            days=tuple(date.fromisoformat(day) for day in due.days),
            window_start=wish.window_start,
            fulfilment=wish.fulfilment,
        )
        for wish in wishes
        for due in due_dates(
            _wish_of(wish, ends.get(wish.household_id)), head.week, tuple(pauses.get(wish.household_id, ()))
        )
    )


def _wish_of(row: StandingOrder, until: date | None) -> StandingWish:
    return StandingWish(
        product=row.product,
        days=row.days,
        frequency=row.frequency,
        starts_on=row.starts_on,
        ends_on=earlier(row.ends_on, until),
    )


def _demand(due: Iterable[DueOrder]) -> tuple[DemandRow, ...]:
    by_product: defaultdict[Product, list[DueOrder]] = defaultdict(list)
    for order in due:
        by_product[order.product].append(order)
    rows = []
    for product in Product:
        orders = by_product.get(product, [])
        if not orders:
            continue
        by_day: Counter[date] = Counter()
        for order in orders:
            if len(order.days) == 1:
                by_day[order.days[0]] += order.quantity
        total = sum(order.quantity for order in orders)
        rows.append(
            DemandRow(
                product=product,
                by_day=tuple(sorted(by_day.items())),
                any_day=total - sum(by_day.values()),
                total=total,
                households=len({order.household_id for order in orders}),
            )
        )
    return tuple(rows)


def _wished_rounds(due: Iterable[DueOrder]) -> list[RoundRow]:
    wanted: Counter[tuple[date | None, DaySession]] = Counter()
    starts: dict[tuple[date | None, DaySession], time] = {}
    for order in due:
        key = order.days[0] if len(order.days) == 1 else None, session_of(order.product, order.window_start)
        wanted[key] += order.quantity
        starts[key] = min(starts.get(key, order.window_start), order.window_start)
    return [
        RoundRow(day=day, session=session, starts_at=starts[day, session], wanted=quantity, has_plan=False)
        for (day, session), quantity in wanted.items()
    ]


def _slots(session: Session, week: IsoWeek) -> tuple[SlotRow, ...]:
    rows = session.execute(
        select(DonationSlot, Organisation.name)
        .join(Organisation, Organisation.id == DonationSlot.donor_id)
        .where(DonationSlot.service_date.between(week.monday, week.days[-1]), DonationSlot.state.not_in(NOT_COMING))
        .order_by(DonationSlot.service_date, DonationSlot.ready_at, Organisation.name)
    ).all()
    batches: defaultdict[uuid.UUID, list[Batch]] = defaultdict(list)
    for batch in session.scalars(
        select(Batch)
        .join(DonationSlot, DonationSlot.id == Batch.slot_id)
        .where(DonationSlot.service_date.between(week.monday, week.days[-1]))
        .order_by(Batch.number)
    ):
        batches[batch.slot_id].append(batch)
    return tuple(_slot(slot, donor, batches[slot.id]) for slot, donor in rows)


def _slot(slot: DonationSlot, donor: str, batches: list[Batch]) -> SlotRow:
    dishes = list(dict.fromkeys(batch.dish for batch in batches))
    return SlotRow(
        id=slot.id,
        day=slot.service_date,
        ready_at=slot.ready_at,
        collect_by=slot.collect_by,
        temperature=slot.temperature,
        donor=donor,
        state=slot.state,
        portions=sum(batch.portions for batch in batches),
        weight_g=sum(batch.weight_g for batch in batches if not batch.portions),
        dishes=tuple(dishes),
        undeclared=tuple(
            dict.fromkeys(
                batch.dish
                for batch in batches
                if batch.portions and batch.declaration is AllergenDeclaration.UNDECLARED
            )
        ),
    )


def _shifts(session: Session, week: IsoWeek) -> tuple[ShiftRow, ...]:
    rows = session.execute(
        select(Shift.service_date, Shift.starts_at, Shift.ends_at, Volunteer.id, Volunteer.name, Volunteer.vehicle)
        .join(Volunteer, Volunteer.id == Shift.volunteer_id)
        .where(Shift.service_date.between(week.monday, week.days[-1]), Volunteer.is_active)
        .order_by(Shift.service_date, Shift.starts_at, Volunteer.ref)
    )
    return tuple(
        ShiftRow(day=day, starts_at=starts, ends_at=ends, volunteer_id=volunteer_id, name=name, vehicle=vehicle)
        for day, starts, ends, volunteer_id, name, vehicle in rows
    )


def _not_placed(session: Session, due: Iterable[DueOrder]) -> tuple[NotPlacedRow, ...]:
    wanted = {order.household_id for order in due if order.fulfilment is Fulfilment.DELIVERY}
    rows = session.execute(
        select(Household.id, Household.ref, Site.postcode)
        .join(Site, Site.id == Household.site_id)
        .where(Site.latitude.is_(None), Household.is_active)
        .order_by(Household.ref)
    )
    return tuple(
        NotPlacedRow(household_id=household_id, ref=ref, postcode=postcode)
        for household_id, ref, postcode in rows
        if household_id in wanted
    )
