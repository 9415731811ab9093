"""Wishes and demand: standing orders, pauses, the week, its dated orders and the snapshot that froze them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.closing import MOST_REASON_LETTERS
from logistics.domain.states import OrderState, WeekState
from logistics.domain.vocabulary import Frequency, Fulfilment, Product
from logistics.domain.weekdays import Weekday
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, WordSet, words_of
from logistics.persistence.sealed import SealedText
from logistics.persistence.tables.people import Household


class StandingOrder(Scoped, Base):
    """A repeating wish. Meals fall due on every one of `days`; a parcel once, on any one of them."""

    __tablename__ = "standing_orders"
    __table_args__ = (
        *within_network(("household_id", "households")),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("window_start < window_end", name="window"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    product: Mapped[Product] = mapped_column(words_of(Product))
    quantity: Mapped[int]
    days: Mapped[frozenset[Weekday]] = mapped_column(WordSet(Weekday))
    window_start: Mapped[time]
    window_end: Mapped[time]
    frequency: Mapped[Frequency] = mapped_column(words_of(Frequency), default=Frequency.WEEKLY)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    fulfilment: Mapped[Fulfilment] = mapped_column(words_of(Fulfilment), default=Fulfilment.DELIVERY)
    state: Mapped[OrderState] = mapped_column(words_of(OrderState), default=OrderState.CONFIRMED)

    household: Mapped[Household] = relationship(
        foreign_keys=household_id, primaryjoin="StandingOrder.household_id == Household.id"
    )


class Pause(Scoped, Base):
    """Dates, inclusive, on which nothing falls due for a household. The reason is a word, not a story."""

    __tablename__ = "pauses"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id", "starts_on", "ends_on"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(SealedText(200), default="")


class Week(Scoped, Base):
    """One week of one network, by its Monday."""

    __tablename__ = "weeks"
    __table_args__ = (*within_network(), UniqueConstraint("network_id", "monday"))

    monday: Mapped[date]
    state: Mapped[WeekState] = mapped_column(words_of(WeekState), default=WeekState.OPEN)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute


class WeekClosing(Scoped, Base):
    """A week was closed: by whom, with which plan, and what it came to. `reason`: why it was closed with something open."""

    __tablename__ = "week_closings"
    __table_args__ = (
        *within_network(("week_id", "weeks"), ("plan_id", "plan_versions")),
        UniqueConstraint("network_id", "week_id"),
    )

    week_id: Mapped[uuid.UUID] = mapped_column()
    plan_id: Mapped[uuid.UUID] = mapped_column()
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    reason: Mapped[str] = mapped_column(String(MOST_REASON_LETTERS), default="")
    totals: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Order(Scoped, Base):
    """A wish for one week: one product for one household in one window, on one of `dates` (ISO dates, sorted)."""

    __tablename__ = "orders"
    __table_args__ = (
        *within_network(("week_id", "weeks"), ("household_id", "households"), ("standing_order_id", "standing_orders")),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("window_start < window_end", name="window"),
    )

    week_id: Mapped[uuid.UUID] = mapped_column(index=True)
    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    standing_order_id: Mapped[uuid.UUID | None] = mapped_column()
    product: Mapped[Product] = mapped_column(words_of(Product))
    quantity: Mapped[int]
    dates: Mapped[list[Any]] = mapped_column()
    window_start: Mapped[time]
    window_end: Mapped[time]
    fulfilment: Mapped[Fulfilment] = mapped_column(words_of(Fulfilment))
    state: Mapped[OrderState] = mapped_column(words_of(OrderState), default=OrderState.CONFIRMED)
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    household: Mapped[Household] = relationship(
        foreign_keys=household_id, primaryjoin="Order.household_id == Household.id"
    )


class DemandSnapshot(Scoped, Base):
    """What a freeze fixed for one week. A late change makes a new snapshot, with the next number."""

    __tablename__ = "demand_snapshots"
    __table_args__ = (*within_network(("week_id", "weeks")), UniqueConstraint("network_id", "week_id", "number"))

    week_id: Mapped[uuid.UUID] = mapped_column()
    number: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime())

    lines: Mapped[list[DemandLine]] = relationship(
        foreign_keys="DemandLine.snapshot_id", primaryjoin="DemandSnapshot.id == DemandLine.snapshot_id"
    )


class DemandLine(Scoped, Base):
    """One order as the snapshot fixed it: quantity, possible dates and window. It holds ids, no personal value."""

    __tablename__ = "demand_lines"
    __table_args__ = (
        *within_network(("snapshot_id", "demand_snapshots"), ("order_id", "orders"), ("household_id", "households")),
        UniqueConstraint("network_id", "snapshot_id", "order_id"),
    )

    snapshot_id: Mapped[uuid.UUID] = mapped_column(index=True)
    order_id: Mapped[uuid.UUID] = mapped_column()
    household_id: Mapped[uuid.UUID] = mapped_column()
    product: Mapped[Product] = mapped_column(words_of(Product))
    quantity: Mapped[int]
    dates: Mapped[list[Any]] = mapped_column()
    window_start: Mapped[time]
    window_end: Mapped[time]
    fulfilment: Mapped[Fulfilment] = mapped_column(words_of(Fulfilment))
