"""Households: what a delivery needs to know of them, and apart from it what they can eat and what they agreed to."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.household import Kitchen
from logistics.domain.vocabulary import Allergen, ConsentPurpose, Diet, DriverNeed, Handover
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, WordSet, words_of
from logistics.persistence.sealed import SealedNumber, SealedText, SealedWords
from logistics.persistence.tables.network import Organisation, Site


class Household(Scoped, Base):
    """Who eats. `group_id` is the delivery group that looks after it, `referrer_id` who asked on its behalf.

    `closed_on` is the day on which it was first seen closed: its keeping time counts from there. With `erased_at` it is nobody's
    any more: only what totals need is left.
    """

    __tablename__ = "households"
    __table_args__ = (
        *within_network(("site_id", "sites"), ("group_id", "organisations"), ("referrer_id", "organisations")),
        UniqueConstraint("network_id", "ref"),
        CheckConstraint("adults >= 0 AND children >= 0 AND adults + children >= 1", name="somebody_lives_there"),
        CheckConstraint("people_at_door BETWEEN 1 AND 2", name="people_at_door"),
    )

    ref: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[uuid.UUID | None] = mapped_column()
    referrer_id: Mapped[uuid.UUID | None] = mapped_column()
    contact_name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(32), default="")
    language: Mapped[str] = mapped_column(String(16), default="en")
    adults: Mapped[int] = mapped_column(default=1)
    children: Mapped[int] = mapped_column(default=0)
    site_id: Mapped[uuid.UUID] = mapped_column()
    floor: Mapped[int] = mapped_column(default=0)
    has_lift: Mapped[bool] = mapped_column(default=False)
    handover: Mapped[Handover] = mapped_column(words_of(Handover), default=Handover.HAND_OVER)
    confidential_address: Mapped[bool] = mapped_column(default=False)
    at_risk: Mapped[bool] = mapped_column(default=False)
    people_at_door: Mapped[int] = mapped_column(default=1)
    driver_needs: Mapped[frozenset[DriverNeed]] = mapped_column(WordSet(DriverNeed), default=frozenset)
    kitchen: Mapped[Kitchen] = mapped_column(words_of(Kitchen), default=Kitchen.FULL, server_default=Kitchen.FULL)
    is_active: Mapped[bool] = mapped_column(default=True)
    closed_on: Mapped[date | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    site: Mapped[Site] = relationship(foreign_keys=site_id, primaryjoin="Household.site_id == Site.id")
    group: Mapped[Organisation | None] = relationship(
        foreign_keys=group_id, primaryjoin="Household.group_id == Organisation.id"
    )
    needs: Mapped[HouseholdNeeds | None] = relationship(
        foreign_keys="HouseholdNeeds.household_id", primaryjoin="Household.id == HouseholdNeeds.household_id"
    )


class HouseholdNeeds(Scoped, Base):
    """What every meal must respect: health and religion, so special category data in a row of its own that can be erased, and sealed.

    `unmapped` is a need in the person's own words that nobody has translated yet: no meal is safe until somebody does.
    """

    __tablename__ = "household_needs"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column()
    diets: Mapped[frozenset[Diet]] = mapped_column(SealedWords(Diet), default=frozenset)
    allergens: Mapped[frozenset[Allergen]] = mapped_column(SealedWords(Allergen), default=frozenset)
    texture_iddsi: Mapped[int | None] = mapped_column(SealedNumber(3, 7), default=lambda: None, nullable=False)
    unmapped: Mapped[str] = mapped_column(SealedText(500), default="")


class Consent(Scoped, Base):
    """What a person agreed to, or refused, for one purpose, with the wording they heard and how they said it."""

    __tablename__ = "consents"
    __table_args__ = within_network(("household_id", "households"))

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(words_of(ConsentPurpose))
    given: Mapped[bool]
    given_on: Mapped[date]
    withdrawn_on: Mapped[date | None]
    wording_version: Mapped[str] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(String(40))
