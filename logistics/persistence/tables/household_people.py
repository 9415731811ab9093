"""What a household is made of: how many of each age, what one of them cannot eat, and what goes with a parcel."""

from __future__ import annotations

import uuid

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.household import MOST_DETAIL_LETTERS, MOST_WHO_LETTERS, AgeBand, Extra
from logistics.domain.vocabulary import Allergen, Diet
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import words_of
from logistics.persistence.sealed import SealedText, SealedWords


class HouseholdBand(Scoped, Base):
    """How many people of one age band. Where a household has any, its adults and children are counted from them."""

    __tablename__ = "household_bands"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id", "band"),
        CheckConstraint("people >= 1", name="people"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    band: Mapped[AgeBand] = mapped_column(words_of(AgeBand))
    people: Mapped[int]


class HouseholdMember(Scoped, Base):
    """What one person cannot eat: special category data in a row that can be erased. The household's needs hold it as well."""

    __tablename__ = "household_members"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id", "number"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    number: Mapped[int]
    who: Mapped[str] = mapped_column(SealedText(MOST_WHO_LETTERS))
    band: Mapped[AgeBand | None] = mapped_column(words_of(AgeBand))
    diets: Mapped[frozenset[Diet]] = mapped_column(SealedWords(Diet), default=frozenset)
    allergens: Mapped[frozenset[Allergen]] = mapped_column(SealedWords(Allergen), default=frozenset)


class HouseholdExtra(Scoped, Base):
    """Something that goes with a household's parcels. `detail`: the size of nappies, or words."""

    __tablename__ = "household_extras"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id", "kind"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[Extra] = mapped_column(words_of(Extra))
    detail: Mapped[str] = mapped_column(SealedText(MOST_DETAIL_LETTERS), default="")
