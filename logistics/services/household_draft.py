"""A household as a form holds it, before anybody checked it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from logistics.domain.household import AgeBand, Extra, Kitchen, MemberNeeds
from logistics.domain.vocabulary import Allergen, Diet, DriverNeed, Handover


class AllergyAnswer(StrEnum):
    """What the household said about allergies. Not sure is never none."""

    SOME = "some"
    NONE = "none"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdDraft:
    """A household as a form holds it. `agrees_*` None: not asked this time, so what was said before stays.

    Where `ages` are given, adults and children are counted from them. `diets` and `allergens` are what was said of all;
    what is said of `members` is added to them.
    """

    contact_name: str
    phone: str = ""
    language: str = "en"
    adults: int = 1
    children: int = 0
    ages: Mapping[AgeBand, int] = field(default_factory=dict)
    members: tuple[MemberNeeds, ...] = ()
    kitchen: Kitchen = Kitchen.FULL
    extras: Mapping[Extra, str] = field(default_factory=dict)
    address: str = ""
    postcode: str = ""
    access_notes: str = ""
    floor: int = 0
    has_lift: bool = False
    diets: frozenset[Diet] = frozenset()
    allergy: AllergyAnswer | None = None
    allergens: frozenset[Allergen] = frozenset()
    unmapped: str = ""
    texture_iddsi: int | None = None
    handover: Handover = Handover.HAND_OVER
    driver_needs: frozenset[DriverNeed] = frozenset()
    people_at_door: int = 1
    confidential_address: bool = False
    at_risk: bool = False
    is_active: bool = True
    group_id: uuid.UUID | None = None
    referrer_id: uuid.UUID | None = None
    agrees_food: bool | None = None
    agrees_needs: bool | None = None
    consent_method: str = "told_us"

    @property
    def has_needs(self) -> bool:
        """Whether it says anything about health or religion."""
        return bool(
            self.diets
            or self.allergens
            or any(member.says_anything for member in self.members)
            or self.unmapped
            or self.texture_iddsi is not None
            or self.allergy is AllergyAnswer.UNSURE
        )
