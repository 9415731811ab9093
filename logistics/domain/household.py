"""Who eats in a household and what else they need: ages in bands, what one of them cannot eat, extras, and how they cook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from logistics.domain.vocabulary import Allergen, Diet

MOST_OF_A_BAND = 20
MOST_MEMBERS = 8
MOST_WHO_LETTERS = 40
MOST_DETAIL_LETTERS = 120


class AgeBand(StrEnum):
    """How old somebody is, as exactly as food needs it."""

    BABY = "0-1"
    TODDLER = "2-4"
    CHILD = "5-10"
    TEENAGER = "11-17"
    ADULT = "18-64"
    OLDER = "65+"

    @property
    def is_grown_up(self) -> bool:
        """From 18 on."""
        return self in (AgeBand.ADULT, AgeBand.OLDER)

    @property
    def label(self) -> str:
        """The words people read."""
        return "65 or older" if self is AgeBand.OLDER else self.value.replace("-", " to ")


class Kitchen(StrEnum):
    """What they can cook with: a parcel holds nothing that they cannot make."""

    FULL = "full"
    KETTLE_ONLY = "kettle_only"
    NO_COOK = "no_cook"

    @property
    def label(self) -> str:
        """The words people read."""
        return {
            Kitchen.FULL: "They can cook",
            Kitchen.KETTLE_ONLY: "Only a kettle",
            Kitchen.NO_COOK: "They cannot cook or heat anything",
        }[self]

    @property
    def packing(self) -> str:
        """What whoever packs a parcel must know; empty where it is like any other."""
        return {
            Kitchen.FULL: "",
            Kitchen.KETTLE_ONLY: "Kettle only: nothing to cook",
            Kitchen.NO_COOK: "No-cook: nothing to cook or heat",
        }[self]


class Extra(StrEnum):
    """What goes with a parcel beside food."""

    NAPPIES = "nappies"
    PERIOD_PRODUCTS = "period_products"
    PET_FOOD = "pet_food"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The words people read."""
        return "Something else" if self is Extra.OTHER else self.value.replace("_", " ").capitalize()

    def needs_detail(self) -> str:
        """What to say when the words that it needs are missing; empty where it needs none."""
        return {
            Extra.NAPPIES: "Enter the size of the nappies, such as 4",
            Extra.OTHER: "Say what else they need, such as a tablet",
        }.get(self, "")

    def words(self, detail: str) -> str:
        """`Nappies, size 4`; `Pet food: one cat`; for something else the words themselves."""
        if self is Extra.OTHER:
            return detail
        if not detail:
            return self.label
        return f"{self.label}, size {detail}" if self is Extra.NAPPIES else f"{self.label}: {detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberNeeds:
    """What one person of a household cannot eat. `who` is a word such as "the girl", never more than it takes."""

    who: str = ""
    band: AgeBand | None = None
    diets: frozenset[Diet] = frozenset()
    allergens: frozenset[Allergen] = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was said."""
        return not (self.who or self.band or self.says_anything)

    @property
    def says_anything(self) -> bool:
        """Whether it says anything about health or religion."""
        return bool(self.diets or self.allergens)


def size_of(ages: Mapping[AgeBand, int]) -> tuple[int, int]:
    """How many adults and how many children these are."""
    adults = sum(people for band, people in ages.items() if band.is_grown_up)
    return adults, sum(ages.values()) - adults


def ages_in_words(ages: Mapping[AgeBand, int]) -> str:
    """`1 aged 2 to 4, 2 aged 18 to 64`; empty where nobody's age is known."""
    return ", ".join(f"{ages[band]} aged {band.label}" for band in AgeBand if ages.get(band))


def diets_of_all(whole: frozenset[Diet], members: Iterable[MemberNeeds]) -> frozenset[Diet]:
    """What every meal must respect: all that was said of the household or of anybody in it."""
    return whole.union(*(member.diets for member in members))


def allergens_of_all(whole: frozenset[Allergen], members: Iterable[MemberNeeds]) -> frozenset[Allergen]:
    """What no meal may hold: all that was said of the household or of anybody in it."""
    return whole.union(*(member.allergens for member in members))
