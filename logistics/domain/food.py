"""Who may eat what, and until when (DOMAIN: hot food, allergens, diet, dates). Pure rules; unknown is never safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, Product, TemperatureClass

REGULAR_TEXTURE = 7
"""IDDSI level of ordinary food; a batch that declares no level is taken as this (https://iddsi.org)."""

_IMPLIED: dict[Diet, frozenset[Diet]] = {
    Diet.VEGAN: frozenset({Diet.VEGETARIAN, Diet.NO_PORK, Diet.NO_BEEF}),
    Diet.VEGETARIAN: frozenset({Diet.NO_PORK, Diet.NO_BEEF}),
    Diet.HALAL: frozenset({Diet.NO_PORK}),
    Diet.KOSHER: frozenset({Diet.NO_PORK}),
}
"""What a declared diet implies by its own meaning: vegan food holds no milk, meat or fish, vegetarian no meat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodNeeds:
    """What every meal of a household must respect. `unmapped` is a need nobody has translated yet: nothing is safe."""

    diets: frozenset[Diet] = frozenset()
    allergens: frozenset[Allergen] = frozenset()
    texture_iddsi: int | None = None
    unmapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a donor declared about a batch. `allergens` counts only with declaration CONTAINS."""

    temperature: TemperatureClass
    diets: frozenset[Diet]
    declaration: AllergenDeclaration
    allergens: frozenset[Allergen]
    texture_iddsi: int | None
    use_by: date | None


class Unsafe(StrEnum):
    """Why a batch is not for a household."""

    WRONG_PRODUCT = "wrong_product"
    ALLERGEN = "allergen"
    UNDECLARED = "undeclared"
    DIET = "diet"
    TEXTURE = "texture"
    PAST_USE_BY = "past_use_by"
    UNMAPPED_NEED = "unmapped_need"


def good_for(diets: frozenset[Diet]) -> frozenset[Diet]:
    """Every diet a dish meets, with those that its declared ones imply."""
    return diets.union(*(_IMPLIED.get(diet, frozenset()) for diet in diets))


def why_unsafe(needs: FoodNeeds, batch: Declared, product: Product, on: date) -> Unsafe | None:
    """The first rule that keeps this batch from this household on this date, or None when it is safe.

    Texture: a person who needs level n is safe with a declared level between 3 and n; an undeclared level is regular
    food. Allergens: an undeclared batch is unsafe for anyone with any allergy (law: unknown is never "none").
    """
    wanted = TemperatureClass.HOT if product is Product.HOT_MEAL else TemperatureClass.CHILLED
    if product is Product.PARCEL or batch.temperature is not wanted:
        return Unsafe.WRONG_PRODUCT
    if batch.use_by is not None and on > batch.use_by:
        return Unsafe.PAST_USE_BY
    if needs.unmapped:
        return Unsafe.UNMAPPED_NEED
    if needs.allergens and batch.declaration is AllergenDeclaration.UNDECLARED:
        return Unsafe.UNDECLARED
    if batch.declaration is AllergenDeclaration.CONTAINS and needs.allergens & batch.allergens:
        return Unsafe.ALLERGEN
    if not needs.diets <= good_for(batch.diets):
        return Unsafe.DIET
    if needs.texture_iddsi is not None and needs.texture_iddsi < REGULAR_TEXTURE:
        level = batch.texture_iddsi if batch.texture_iddsi is not None else REGULAR_TEXTURE
        if not 3 <= level <= needs.texture_iddsi:
            return Unsafe.TEXTURE
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodClock:
    """Until when a portion may be handed over, on the planning axis (seconds).

    Fixed clock: `latest_start_s`. Held hot by the donor (`hold_until_s` set): the clock starts when loading starts, at
    the latest at `hold_until_s`, so service must start by min(loading start, hold_until_s) + limit_s.
    """

    ready_s: int
    limit_s: int
    hold_until_s: int | None

    @property
    def latest_start_s(self) -> int:
        """The last second at which service may start at a door, whatever the loading time."""
        return max(self.ready_s, self.hold_until_s or 0) + self.limit_s

    def latest_after_loading_s(self, loading_start_s: int) -> int:
        """The last second at which service may start at a door for food whose loading started then."""
        if self.hold_until_s is None:
            return self.ready_s + self.limit_s
        return min(max(loading_start_s, self.ready_s), self.hold_until_s) + self.limit_s


def clock_of(
    temperature: TemperatureClass, *, ready_s: int, hold_until_s: int | None, rules: PlanningRules
) -> FoodClock | None:
    """The clock of a slot's food; None for ambient goods, which have none but their use-by.

    The clock runs from `ready_at` for hot and for chilled food alike (DOMAIN: hot food); only a donor's declared
    hot-holding starts it at loading.
    """
    if temperature is TemperatureClass.HOT:
        return FoodClock(ready_s=ready_s, limit_s=rules.hot_limit_s, hold_until_s=hold_until_s)
    if temperature is TemperatureClass.CHILLED:
        return FoodClock(ready_s=ready_s, limit_s=rules.chilled_limit_s, hold_until_s=None)
    return None


HOT_FROM_TENTHS_C = 630
CHILLED_TO_TENTHS_C = 80
"""The law's lines, in tenths of a degree Celsius (England SI 2013/2996 Sch 4 and its twins)."""


def is_out_of_range(temperature: TemperatureClass, reading_tenths_c: int) -> bool:
    """Whether a probe's reading asks for a decision: hot food below 63 C, chilled food above 8 C."""
    if temperature is TemperatureClass.HOT:
        return reading_tenths_c < HOT_FROM_TENTHS_C
    return temperature is TemperatureClass.CHILLED and reading_tenths_c > CHILLED_TO_TENTHS_C
