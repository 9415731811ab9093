"""Donated food: what a donor usually gives, the slot when it can be fetched, and the batches in it as declared."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, RejectReason, TemperatureClass
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, WordSet, words_of
from logistics.persistence.tables.network import Organisation


class DonationSchedule(Scoped, Base):
    """A donor's usual offer: a rule of dates (RFC 5545), wall times and the usual dishes.

    `breaks`: pairs of ISO dates, inclusive, on which nothing falls due. `dishes`: rows of `logistics.domain.usual_dish`.
    """

    __tablename__ = "donation_schedules"
    __table_args__ = (
        *within_network(("donor_id", "organisations")),
        CheckConstraint("ready_at <= collect_by", name="ready_before_collected"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_it_starts"),
    )

    donor_id: Mapped[uuid.UUID] = mapped_column(index=True)
    rule: Mapped[str] = mapped_column(String(120))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    breaks: Mapped[list[Any]] = mapped_column(default=list)
    ready_at: Mapped[time]
    collect_by: Mapped[time]
    temperature: Mapped[TemperatureClass] = mapped_column(words_of(TemperatureClass))
    hot_hold_until: Mapped[time | None]
    dishes: Mapped[list[Any]] = mapped_column(default=list)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    donor: Mapped[Organisation] = relationship(
        foreign_keys=donor_id, primaryjoin="DonationSchedule.donor_id == Organisation.id"
    )


class DonationSlot(Scoped, Base):
    """A donor's offered pickup window on a date: loading may begin from `ready_at` to `collect_by`.

    One made from a schedule keeps the date it was made for (`occurs_on`), wherever it is moved; `is_exception` once a person
    changed or cancelled it: the schedule leaves it alone from then on.
    `is_told_by_hand`: its outcome is a person's word so far, no driver's.
    """

    __tablename__ = "donation_slots"
    __table_args__ = (
        *within_network(("donor_id", "organisations"), ("schedule_id", "donation_schedules")),
        UniqueConstraint("network_id", "schedule_id", "occurs_on"),
        CheckConstraint("(schedule_id IS NULL) = (occurs_on IS NULL)", name="occurs_by_schedule"),
        CheckConstraint("ready_at <= collect_by", name="ready_before_collected"),
        CheckConstraint("hot_hold_until IS NULL OR hot_hold_until >= ready_at", name="held_after_ready"),
    )

    donor_id: Mapped[uuid.UUID] = mapped_column()
    service_date: Mapped[date] = mapped_column(index=True)
    ready_at: Mapped[time]
    collect_by: Mapped[time]
    temperature: Mapped[TemperatureClass] = mapped_column(words_of(TemperatureClass))
    hot_hold_until: Mapped[time | None]
    state: Mapped[SlotState] = mapped_column(words_of(SlotState), default=SlotState.CONFIRMED)
    schedule_id: Mapped[uuid.UUID | None] = mapped_column()
    occurs_on: Mapped[date | None]
    is_exception: Mapped[bool] = mapped_column(default=False)
    is_told_by_hand: Mapped[bool] = mapped_column(default=False)
    rejected_for: Mapped[RejectReason | None] = mapped_column(words_of(RejectReason))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    donor: Mapped[Organisation] = relationship(
        foreign_keys=donor_id, primaryjoin="DonationSlot.donor_id == Organisation.id"
    )
    batches: Mapped[list[Batch]] = relationship(
        back_populates="slot",
        foreign_keys="Batch.slot_id",
        primaryjoin="DonationSlot.id == Batch.slot_id",
        order_by="Batch.number",
    )


class Batch(Scoped, Base):
    """One dish of a slot. `portions` 0 with a weight: goods for the hub. A diet claim is kept with who said it and when."""

    __tablename__ = "batches"
    __table_args__ = (
        *within_network(("slot_id", "donation_slots")),
        UniqueConstraint("network_id", "slot_id", "number"),
        CheckConstraint("portions >= 0 AND weight_g >= 0", name="amounts"),
        CheckConstraint("texture_iddsi BETWEEN 3 AND 7", name="texture_iddsi"),
    )

    slot_id: Mapped[uuid.UUID] = mapped_column()
    number: Mapped[int]
    dish: Mapped[str] = mapped_column(String(200))
    portions: Mapped[int]
    portions_collected: Mapped[int | None]
    weight_g: Mapped[int] = mapped_column(default=0)
    diets: Mapped[frozenset[Diet]] = mapped_column(WordSet(Diet), default=frozenset)
    declaration: Mapped[AllergenDeclaration] = mapped_column(words_of(AllergenDeclaration))
    allergens: Mapped[frozenset[Allergen]] = mapped_column(WordSet(Allergen), default=frozenset)
    texture_iddsi: Mapped[int | None]
    use_by: Mapped[date | None]
    declared_by: Mapped[str] = mapped_column(String(200), default="")
    declared_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    slot: Mapped[DonationSlot] = relationship(
        back_populates="batches", foreign_keys=slot_id, primaryjoin="Batch.slot_id == DonationSlot.id"
    )
