"""Is every batch safe for whom it goes to? The checker's own reading of the law and of DOMAIN, from the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, day_label
from logistics.domain.vocabulary import AllergenDeclaration, Diet, Product, TemperatureClass
from logistics.persistence.tables import Batch, HouseholdNeeds, StopItem

CLAIMS_THAT_SUFFICE: dict[Diet, tuple[Diet, ...]] = {
    Diet.VEGAN: (Diet.VEGAN,),
    Diet.VEGETARIAN: (Diet.VEGETARIAN, Diet.VEGAN),
    Diet.HALAL: (Diet.HALAL,),
    Diet.KOSHER: (Diet.KOSHER,),
    Diet.NO_PORK: (Diet.NO_PORK, Diet.VEGETARIAN, Diet.VEGAN, Diet.HALAL, Diet.KOSHER),
    Diet.NO_BEEF: (Diet.NO_BEEF, Diet.VEGETARIAN, Diet.VEGAN),
}
"""For each diet, the claims of which one is enough. Vegan food is vegetarian, vegetarian food has no meat, halal and
kosher food no pork; nothing but the claim itself makes food halal, kosher or vegan."""

LEAST_FOOD_LEVEL, ORDINARY_LEVEL = 3, 7
"""IDDSI: foods are levels 3 to 7; a dish without a stated level is ordinary food."""

TEMPERATURE_OF = {Product.HOT_MEAL: TemperatureClass.HOT, Product.CHILLED_MEAL: TemperatureClass.CHILLED}


def food_faults(rows: PlanRows) -> Iterator[PlanFault]:
    """Every portion handed over that its household cannot have, one fault for each rule it breaks."""
    for route, stop, item in rows.handovers():
        ref = rows.household_ref(stop.household_id)
        needs = rows.needs.get(stop.household_id) if stop.household_id is not None else None
        for rule, words in _wrong(rows, item, needs, route.route.service_date):
            yield PlanFault(
                rule=rule,
                sentence=f"{route.label}: {ref} {words}",
                route_id=route.route.id,
                stop_id=stop.id,
                household_id=stop.household_id,
                order_id=item.order_id,
            )


def _wrong(rows: PlanRows, item: StopItem, needs: HouseholdNeeds | None, on: date) -> Iterator[tuple[PlanRule, str]]:
    if item.batch_id is None or item.hub_id is not None or item.product is Product.PARCEL:
        if item.product is not Product.PARCEL or item.batch_id is not None or item.hub_id is None:
            yield PlanRule.PRODUCT, f"gets a {item.product or 'thing of no product'} that comes from the wrong place."
        return
    batch = rows.batches[item.batch_id]
    slot = rows.slots[batch.slot_id]
    if item.product is None or slot.temperature is not TEMPERATURE_OF[item.product]:
        yield PlanRule.PRODUCT, f"gets {slot.temperature} food ({batch.dish}) as {item.product}."
    if batch.use_by is not None and batch.use_by < on:
        yield PlanRule.USE_BY, f"gets {batch.dish} on {day_label(on)}, after its use-by of {day_label(batch.use_by)}."
    if needs is not None:
        yield from _against_needs(batch, needs)


def _against_needs(batch: Batch, needs: HouseholdNeeds) -> Iterator[tuple[PlanRule, str]]:
    if needs.unmapped:
        yield PlanRule.UNMAPPED_NEED, f"has a need nobody has translated yet, and gets {batch.dish}."
    if needs.allergens:
        match batch.declaration:
            case AllergenDeclaration.NONE:
                pass
            case AllergenDeclaration.CONTAINS:
                held = sorted(needs.allergens & batch.allergens)
                if held:
                    yield PlanRule.ALLERGEN, f"must not have {', '.join(held)}, and gets {batch.dish}, which has it."
            case _:
                yield PlanRule.UNDECLARED, f"has an allergy, and gets {batch.dish}, whose allergens nobody declared."
    missing = sorted(diet for diet in needs.diets if batch.diets.isdisjoint(CLAIMS_THAT_SUFFICE[diet]))
    if missing:
        yield PlanRule.DIET, f"eats only {', '.join(missing)}, and gets {batch.dish}, which is not said to be that."
    if needs.texture_iddsi is not None and needs.texture_iddsi < ORDINARY_LEVEL:
        level = ORDINARY_LEVEL if batch.texture_iddsi is None else batch.texture_iddsi
        if level > needs.texture_iddsi or level < LEAST_FOOD_LEVEL:
            yield (
                PlanRule.TEXTURE,
                f"can swallow level {needs.texture_iddsi} at most, and gets {batch.dish} of level {level}.",
            )
