"""For every order that is not served in full: the true reason, and what would fix it (DOMAIN: our reason to exist, 5)."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date

from logistics.domain.food import Unsafe, why_unsafe
from logistics.domain.vocabulary import Fulfilment, Product, TemperatureClass, UnservedCode
from logistics.domain.weekdays import Weekday
from logistics.domain.withholding import Withheld
from logistics.gateways.roads.asked_points import how_far
from logistics.planning.day_plan import DayPlan
from logistics.planning.parcel_ledger import ParcelLedger
from logistics.planning.plan_values import LeftGoods, Unserved
from logistics.planning.routing_reasons import Told, routing_reasons
from logistics.planning.week_input import BatchIn, DemandIn, HouseholdIn, SlotIn, WeekInput
from routing.explain import explain

type Reasons = Mapping[date, Mapping[uuid.UUID, Told]]
"""Per date, the reason for an order that routing left out."""


def reasons_of(days: Mapping[date, DayPlan]) -> Reasons:
    """What routing says of each day's doors that it could not serve."""
    return {day: routing_reasons(day_plan) for day, day_plan in days.items()}


def unserved_orders(
    week_input: WeekInput, days: Mapping[date, DayPlan], ledger: ParcelLedger, told: Reasons
) -> tuple[Unserved, ...]:
    """Every order with fewer items planned than asked for; nobody is left out silently."""
    planned = _planned_quantities(days, ledger)
    unserved = []
    for line in week_input.demand:
        short = line.quantity - planned[line.order_id]
        if short <= 0:
            continue
        tried = next((day for day in reversed(line.days) if line.order_id in told.get(day, {})), None)
        day = line.days[-1] if tried is None else tried
        why = _why_not_routed(week_input, line, short, days, ledger) if tried is None else told[tried][line.order_id]
        unserved.append(
            Unserved(
                order_id=line.order_id,
                household_id=line.household_id,
                product=line.product,
                quantity=short,
                day=day,
                code=why.code,
                sentence=why.sentence,
                remedy=why.remedy,
            )
        )
    return tuple(unserved)


def left_goods(days: Mapping[date, DayPlan]) -> tuple[LeftGoods, ...]:
    """Goods for the hub that no route fetches, by slot."""
    grams: Counter[uuid.UUID] = Counter()
    sentences: dict[uuid.UUID, str] = {}
    for planned in days.values():
        placed = planned.routing.lots
        for lot in planned.setting.lots:
            if lot.id not in placed and lot.source.slot is not None:
                grams[lot.source.slot.id] += lot.weight_g
                sentences[lot.source.slot.id] = "No hub on the map can take it: put a hub's place on the map."
        missed = [stop for stop in planned.solution.unserved if stop in placed]
        for stop in missed:
            lot = placed[stop][0]
            if lot.source.slot is not None:
                grams[lot.source.slot.id] += lot.weight_g
                if lot.source.slot.id not in sentences:
                    reason = explain(planned.routing.problem, planned.solution, seconds=0.3, stop_ids=[stop])[0]
                    rules = ", ".join(rule.value.replace("_", " ") for rule in reason.rules)
                    sentences[lot.source.slot.id] = f"Nobody could fetch all of it on {_name(planned)} ({rules})."
    return tuple(LeftGoods(slot_id=slot, weight_g=weight, sentence=sentences[slot]) for slot, weight in grams.items())


def _name(planned: DayPlan) -> str:
    return Weekday.of(planned.setting.day).label


def _planned_quantities(days: Mapping[date, DayPlan], ledger: ParcelLedger) -> Counter[uuid.UUID]:
    planned: Counter[uuid.UUID] = Counter()
    for day_plan in days.values():
        missed = set(day_plan.solution.unserved)
        for visit in day_plan.routing.visits.values():
            if visit.id not in missed:
                for item in visit.items:
                    planned[item.line.order_id] += item.quantity
    for items in ledger.collections.values():
        for item in items:
            planned[item.line.order_id] += item.quantity
    return planned


def _why_not_routed(
    week_input: WeekInput, line: DemandIn, short: int, days: Mapping[date, DayPlan], ledger: ParcelLedger
) -> Told:
    """The reason for an order that never reached the routes."""
    household = week_input.households[line.household_id]
    if household.withheld is not None:
        return withheld_household(household.ref, household.withheld)
    if line.fulfilment is Fulfilment.DELIVERY and household.site_id not in week_input.places:
        return _why_not_on_the_map(week_input, household)
    if line.product is Product.PARCEL:
        return _why_parcel(line, ledger)
    return _why_meal(week_input, line, short, days[line.days[0]])


def withheld_household(ref: str, withheld: Withheld) -> Told:
    """Why nothing is planned for a household whose data may not be used."""
    return Told(code=UnservedCode.WITHHELD, sentence=withheld.sentence(ref), remedy=withheld.remedy)


def _why_not_on_the_map(week_input: WeekInput, household: HouseholdIn) -> Told:
    if household.site_id in week_input.off_roads:
        return Told(
            code=UnservedCode.NOT_PLACED,
            sentence=f"The place of {household.ref} is {how_far(week_input.off_roads[household.site_id])}.",
            remedy="Correct its postcode, put its pin on a street, or build a road map that covers it.",
        )
    return Told(
        code=UnservedCode.NOT_PLACED,
        sentence=f"The address of {household.ref} is not on the map.",
        remedy="Correct its postcode, or put its pin on the map.",
    )


def _why_parcel(line: DemandIn, ledger: ParcelLedger) -> Told:
    names = ", ".join(Weekday.of(day).label for day in line.days)
    offered = ledger.offered.get(line.order_id, frozenset())
    if not offered:
        return Told(
            code=UnservedCode.OUT_OF_REACH,
            sentence=f"Nobody on shift ({names}) can fetch a parcel and be there in its window.",
            remedy="One more volunteer in that window, or another window.",
        )
    return Told(
        code=UnservedCode.HUB_FULL,
        sentence=f"The hubs send out as many parcels as they can on its days ({names}).",
        remedy="More parcels a day at a hub, or another day for this household.",
    )


def _why_meal(week_input: WeekInput, line: DemandIn, short: int, planned: DayPlan) -> Told:
    day = _name(planned)
    kind = TemperatureClass.HOT if line.product is Product.HOT_MEAL else TemperatureClass.CHILLED
    if line.fulfilment is Fulfilment.COLLECTION:
        return Told(
            code=UnservedCode.OUT_OF_REACH,
            sentence="Meals are brought to the door; only parcels can be collected at a hub.",
            remedy="Change the order to delivery.",
        )
    slots = [s for s in week_input.slots if s.day == planned.setting.day and s.temperature is kind]
    if not any(batch.portions for slot in slots for batch in slot.batches):
        return Told(
            code=UnservedCode.NOT_ENOUGH_FOOD,
            sentence=f"No {kind.value} meals are offered on {day}.",
            remedy=f"A donation of {short} {kind.value} {'meal' if short == 1 else 'meals'} on {day}.",
        )
    if not planned.meals.safe.get(line.order_id):
        return _why_unsafe(week_input, line, short, slots, day)
    if not planned.meals.offered.get(line.order_id):
        return _why_out_of_reach(week_input, line, planned)
    return Told(
        code=UnservedCode.NOT_ENOUGH_FOOD,
        sentence=f"{_portions(short)} short: what is safe for this household on {day} goes to others first.",
        remedy=f"{_portions(short)} more on {day} that {'is' if short == 1 else 'are'} safe for this household.",
    )


def _why_out_of_reach(week_input: WeekInput, line: DemandIn, planned: DayPlan) -> Told:
    household = week_input.households[line.household_id]
    suitable = planned.setting.reach.suitable(line, household)
    if household.driver_needs and not suitable.any():
        needs = " and ".join(sorted(need.label.lower() for need in household.driver_needs))
        return Told(
            code=UnservedCode.DRIVER_NEEDS,
            sentence=f"The household asks for: {needs}. Nobody on shift on {_name(planned)} fits.",
            remedy=f"A volunteer on {_name(planned)} who fits.",
        )
    crews = planned.setting.crews
    if crews and all(crew.is_blocked_at(household.id, week_input) for crew in crews):
        return Told(
            code=UnservedCode.BLOCKED,
            sentence=f"Everybody on shift on {_name(planned)} is one who may not be sent to this door.",
            remedy=f"Another volunteer on {_name(planned)}.",
        )
    return Told(
        code=UnservedCode.OUT_OF_REACH,
        sentence=f"Nobody on shift on {_name(planned)} can fetch food that is safe here and bring it within its limit.",
        remedy=f"One more volunteer on {_name(planned)} when the food is ready.",
    )


def _why_unsafe(week_input: WeekInput, line: DemandIn, short: int, slots: list[SlotIn], day: str) -> Told:
    # Which diet or allergen it is stays in the household's own rows, where it can be erased: plans hold ids.
    needs = week_input.households[line.household_id].needs
    found: dict[Unsafe, list[tuple[SlotIn, BatchIn]]] = {}
    for slot in slots:
        for batch in slot.batches:
            if batch.portions:
                why = why_unsafe(needs, batch.declared, line.product, slot.day)
                if why is not None:
                    found.setdefault(why, []).append((slot, batch))
    undeclared = found.get(Unsafe.UNDECLARED, [])
    words = {
        Unsafe.DIET: "do not fit the diet",
        Unsafe.ALLERGEN: "contain an allergen",
        Unsafe.UNDECLARED: "have no allergen declaration",
        Unsafe.TEXTURE: "are not of the texture needed",
        Unsafe.PAST_USE_BY: "are past their use-by date",
        Unsafe.UNMAPPED_NEED: "cannot be judged: a need in the household's own words is not translated yet",
    }
    parts = [f"{len(batches)} {words[why]}" for why, batches in found.items() if why in words]
    remedy = f"{_portions(short)} on {day} that {'is' if short == 1 else 'are'} safe for this household."
    if undeclared:
        donor = week_input.organisation_names.get(undeclared[0][0].donor_id, "the donor")
        remedy = f"Ask {donor} to declare the allergens of “{undeclared[0][1].dish}”."
    if Unsafe.UNMAPPED_NEED in found:
        remedy = "Ring the household and enter what it cannot eat."
    return Told(
        code=UnservedCode.NO_SAFE_FOOD,
        sentence=f"No meal on {day} is safe here. Of the dishes offered, {'; '.join(parts)}.",
        remedy=remedy,
    )


def _portions(count: int) -> str:
    return f"{count} portion{'' if count == 1 else 's'}"
