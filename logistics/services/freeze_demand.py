"""Freeze a week: standing orders become dated orders, and a numbered snapshot fixes them (DOMAIN: the week)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.demand import Due, PauseDates, StandingWish, due_dates
from logistics.domain.referrals import earlier
from logistics.domain.states import OrderState, WeekState, change
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import DemandLine, DemandSnapshot, Household, Order, Pause, StandingOrder, Week
from logistics.queries.entitlements import last_days

IN_DEMAND = (OrderState.CONFIRMED, OrderState.ALLOCATED, OrderState.PLANNED, OrderState.READY_TO_COLLECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenDemand:
    """The snapshot made, and how many lines it holds."""

    week_id: uuid.UUID
    snapshot_id: uuid.UUID
    number: int
    lines: int


def open_week(session: Session, week: IsoWeek) -> Week:
    """The week's row, made when nobody has touched that week before; locked, so that two freezes wait for each other."""
    row = session.scalars(select(Week).where(Week.monday == week.monday).with_for_update()).one_or_none()
    if row is None:
        row = Week(monday=week.monday, state=WeekState.OPEN)
        session.add(row)
        session.flush()
    return row


def freeze_demand(session: Session, actor: Actor, week: IsoWeek, *, now: datetime) -> FrozenDemand:
    """Make the dated orders that are missing and fix all that are due in a new snapshot.

    An unchanged demand keeps its snapshot. An order already made from a standing order follows it (product, quantity,
    dates, window) until a plan that holds it is published; a later change makes a new snapshot, never a changed one.
    Raises IllegalTransition for a week that is closed.
    """
    actor.require(Permission.PLAN_WEEK)
    row = open_week(session, week)
    if row.state in (WeekState.OPEN, WeekState.CLOSED):
        row.state = change(row.state, WeekState.ORDERS_CLOSED)
    _make_orders(session, row, week)
    orders = session.scalars(
        select(Order).where(Order.week_id == row.id, Order.state.in_(IN_DEMAND)).order_by(Order.id)
    ).all()
    return _snapshot(session, row, orders, now)


def _make_orders(session: Session, row: Week, week: IsoWeek) -> None:
    pauses: dict[uuid.UUID, list[PauseDates]] = {}
    for pause in session.scalars(select(Pause)):
        pauses.setdefault(pause.household_id, []).append(PauseDates(pause.starts_on, pause.ends_on))
    ends = last_days(session)
    existing = _dated(session.scalars(select(Order).where(Order.week_id == row.id)))
    wishes = session.scalars(
        select(StandingOrder)
        .join(Household, Household.id == StandingOrder.household_id)
        .where(StandingOrder.state == OrderState.CONFIRMED, Household.is_active)
        .order_by(StandingOrder.id)
    ).all()
    wanted: set[tuple[uuid.UUID, tuple[str, ...]]] = set()
    for wish in wishes:
        for due in due_dates(_wish(wish, ends.get(wish.household_id)), week, tuple(pauses.get(wish.household_id, ()))):
            wanted.add((wish.id, due.days))
            _follow(session, row, wish, due, existing)
    for key, order in existing.items():
        if key not in wanted and order.state is OrderState.CONFIRMED:
            order.state = change(order.state, OrderState.CANCELLED)


def _dated(orders: Iterable[Order]) -> dict[tuple[uuid.UUID, tuple[str, ...]], Order]:
    return {
        (order.standing_order_id, tuple(order.dates)): order
        for order in orders
        if order.standing_order_id is not None and order.state is not OrderState.CANCELLED
    }


def _follow(
    session: Session,
    row: Week,
    wish: StandingOrder,
    due: Due,
    existing: dict[tuple[uuid.UUID, tuple[str, ...]], Order],
) -> None:
    order = existing.get((wish.id, due.days))
    if order is None:
        session.add(
            Order(
                week_id=row.id,
                household_id=wish.household_id,
                standing_order_id=wish.id,
                product=wish.product,
                quantity=wish.quantity,
                dates=list(due.days),
                window_start=wish.window_start,
                window_end=wish.window_end,
                fulfilment=wish.fulfilment,
                state=OrderState.CONFIRMED,
            )
        )
    elif order.state is OrderState.CONFIRMED:
        order.product = wish.product
        order.quantity = wish.quantity
        order.window_start = wish.window_start
        order.window_end = wish.window_end
        order.fulfilment = wish.fulfilment


def _wish(row: StandingOrder, until: date | None) -> StandingWish:
    return StandingWish(
        product=row.product,
        days=row.days,
        frequency=row.frequency,
        starts_on=row.starts_on,
        ends_on=earlier(row.ends_on, until),
    )


def _snapshot(session: Session, row: Week, orders: Iterable[Order], now: datetime) -> FrozenDemand:
    session.flush()
    lines = [
        DemandLine(
            order_id=order.id,
            household_id=order.household_id,
            product=order.product,
            quantity=order.quantity,
            dates=list(order.dates),
            window_start=order.window_start,
            window_end=order.window_end,
            fulfilment=order.fulfilment,
        )
        for order in orders
    ]
    last = session.scalars(
        select(DemandSnapshot).where(DemandSnapshot.week_id == row.id).order_by(DemandSnapshot.number.desc()).limit(1)
    ).one_or_none()
    if last is not None and _content(last.lines) == _content(lines):
        return FrozenDemand(week_id=row.id, snapshot_id=last.id, number=last.number, lines=len(lines))
    number = (session.scalar(select(func.max(DemandSnapshot.number)).where(DemandSnapshot.week_id == row.id)) or 0) + 1
    snapshot = DemandSnapshot(week_id=row.id, number=number, taken_at=now)
    session.add(snapshot)
    session.flush()
    for line in lines:
        line.snapshot_id = snapshot.id
    session.add_all(lines)
    session.flush()
    return FrozenDemand(week_id=row.id, snapshot_id=snapshot.id, number=number, lines=len(lines))


def _content(lines: Iterable[DemandLine]) -> frozenset[tuple[object, ...]]:
    return frozenset(
        (
            line.order_id,
            line.product,
            line.quantity,
            tuple(line.dates),
            line.window_start,
            line.window_end,
            line.fulfilment,
        )
        for line in lines
    )
