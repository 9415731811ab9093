"""Donated food: the slot when it can be fetched, and the batches in it with what the donor declared."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, TemperatureClass
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, WordSet, words_of
from logistics.persistence.tables.network import Organisation


class DonationSlot(Scoped, Base):
    """A donor's offered pickup window on a date: loading may begin from `ready_at` to `collect_by`."""

    __tablename__ = "donation_slots"
    __table_args__ = (
        *within_network(("donor_id", "organisations")),
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
