"""Ways to break the good plan, each by changing rows, each with the one rule that must find it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from logistics.checking.faults import PlanRule
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    ConsentPurpose,
    Diet,
    Fulfilment,
    PairKind,
    TemperatureClass,
)
from logistics.domain.week import LONDON
from logistics.domain.withholding import RestrictionReason, WithdrawalMethod
from logistics.persistence.tables import (
    Allocation,
    Batch,
    ConsentWithdrawal,
    Credential,
    DemandLine,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Pair,
    PlanVersion,
    Restriction,
    Route,
    RouteCrew,
    Shift,
    Site,
    Stop,
    StopItem,
    Volunteer,
)
from tests.logistics.plans import MONDAY, StoredPlan

type Break = Callable[[Session, StoredPlan], None]

BREAKS: list[tuple[PlanRule, Break]] = []
SUNDAY = date(2026, 11, 29)


def breaks(rule: PlanRule) -> Callable[[Break], Break]:
    """Register a way to break a rule."""

    def remember(change: Break) -> Break:
        BREAKS.append((rule, change))
        return change

    return remember


def monday(at: time) -> datetime:
    """A wall time of that Monday."""
    return datetime.combine(MONDAY, at, LONDON)


def change_load(session: Session, plan: StoredPlan, stops: dict[str, dict[str, int]]) -> None:
    """State other loads at these stops."""
    for name, load in stops.items():
        stop = plan.get(session, Stop, name)
        stop.load = {**stop.load, **load}


@breaks(PlanRule.PRODUCT)
def hot_food_as_chilled(session: Session, plan: StoredPlan) -> None:
    """The chilled meal is hot food, with loads and limit to match."""
    plan.get(session, DonationSlot, "slot chilled").temperature = TemperatureClass.HOT
    change_load(session, plan, {"mon B 1": {"hot_ml": 1200, "cold_ml": 0}})
    plan.get(session, Stop, "mon B 2").latest_at = monday(time(17, 30))


@breaks(PlanRule.ALLERGEN)
def allergen_in_the_dish(session: Session, plan: StoredPlan) -> None:
    """The household is allergic to celery, too."""
    plan.get(session, HouseholdNeeds, "needs H0001").allergens = frozenset({Allergen.CELERY, Allergen.MILK})


@breaks(PlanRule.UNDECLARED)
def nobody_declared(session: Session, plan: StoredPlan) -> None:
    """The donor takes the declaration back: unknown is never "none"."""
    batch = plan.get(session, Batch, "batch chicken and rice")
    batch.declaration, batch.allergens = AllergenDeclaration.UNDECLARED, frozenset()


@breaks(PlanRule.DIET)
def vegetarian_is_not_vegan(session: Session, plan: StoredPlan) -> None:
    """The dish is only vegetarian."""
    plan.get(session, Batch, "batch bean stew").diets = frozenset({Diet.VEGETARIAN, Diet.HALAL})


@breaks(PlanRule.DIET)
def no_beef_is_not_halal(session: Session, plan: StoredPlan) -> None:
    """Food without a claim may hold pork."""
    plan.get(session, Batch, "batch chicken and rice").diets = frozenset({Diet.NO_BEEF})


@breaks(PlanRule.TEXTURE)
def no_stated_texture(session: Session, plan: StoredPlan) -> None:
    """A dish without a level is ordinary food."""
    plan.get(session, Batch, "batch bean stew").texture_iddsi = None


@breaks(PlanRule.TEXTURE)
def too_firm(session: Session, plan: StoredPlan) -> None:
    """Level 6 for somebody who needs 5."""
    plan.get(session, Batch, "batch bean stew").texture_iddsi = 6


@breaks(PlanRule.USE_BY)
def past_its_use_by(session: Session, plan: StoredPlan) -> None:
    """Used by the day before."""
    plan.get(session, Batch, "batch lentil bake").use_by = SUNDAY


@breaks(PlanRule.UNMAPPED_NEED)
def untranslated_need(session: Session, plan: StoredPlan) -> None:
    """Somebody wrote down a need in words."""
    plan.get(session, HouseholdNeeds, "needs H0003").unmapped = "cannot have some fruit"


@breaks(PlanRule.CLOCK)
def cooked_too_early(session: Session, plan: StoredPlan) -> None:
    """Ready at 10:30 and not held hot: 12:00 at the latest."""
    slot = plan.get(session, DonationSlot, "slot hot")
    slot.ready_at, slot.hot_hold_until = time(10, 30), None
    for name in ("mon A 3", "mon A 4"):
        plan.get(session, Stop, name).latest_at = monday(time(12))


@breaks(PlanRule.CLOCK)
def held_hot_too_short(session: Session, plan: StoredPlan) -> None:
    """Held until 10:35, so the clock has run since then, not since loading."""
    slot = plan.get(session, DonationSlot, "slot hot")
    slot.ready_at, slot.hot_hold_until = time(10, 30), time(10, 35)
    for name in ("mon A 3", "mon A 4"):
        plan.get(session, Stop, name).latest_at = monday(time(12, 5))


@breaks(PlanRule.CLOCK)
def chilled_too_long(session: Session, plan: StoredPlan) -> None:
    """Out of the fridge since 14:00."""
    plan.get(session, DonationSlot, "slot chilled").ready_at = time(14)
    plan.get(session, Stop, "mon B 2").latest_at = monday(time(16))


@breaks(PlanRule.BATCH_PORTIONS)
def fewer_portions(session: Session, plan: StoredPlan) -> None:
    """One portion less is offered."""
    plan.get(session, Batch, "batch chicken and rice").portions = 1


@breaks(PlanRule.BATCH_PORTIONS)
def fewer_portions_arrived(session: Session, plan: StoredPlan) -> None:
    """One portion less was collected than offered."""
    plan.get(session, Batch, "batch chicken and rice").portions_collected = 1


@breaks(PlanRule.HUB_PARCELS)
def smaller_hub(session: Session, plan: StoredPlan) -> None:
    """One parcel a day; on Tuesday one is brought and one is fetched."""
    plan.get(session, Hub, "hub").parcels_per_day = 1


@breaks(PlanRule.HUB_GOODS)
def less_goods(session: Session, plan: StoredPlan) -> None:
    """A gram less than is fetched."""
    plan.get(session, Batch, "batch tins").weight_g = 19_999


@breaks(PlanRule.SLOT)
def donation_withdrawn(session: Session, plan: StoredPlan) -> None:
    """The donor withdraws."""
    plan.get(session, DonationSlot, "slot hot").state = SlotState.WITHDRAWN


@breaks(PlanRule.SLOT)
def donation_of_another_day(session: Session, plan: StoredPlan) -> None:
    """The goods are there the day before."""
    plan.get(session, DonationSlot, "slot ambient").service_date = MONDAY


@breaks(PlanRule.UNKNOWN_ORDER)
def order_of_somebody_else(session: Session, plan: StoredPlan) -> None:
    """The parcel answers the order of another household."""
    plan.get(session, DemandLine, "line H0004 parcel").household_id = plan.ids["H0006"]


@breaks(PlanRule.OVERSERVED)
def more_than_asked(session: Session, plan: StoredPlan) -> None:
    """One was asked for, two are brought."""
    plan.get(session, DemandLine, "line H0003 chilled").quantity = 1


@breaks(PlanRule.FORGOTTEN)
def one_portion_forgotten(session: Session, plan: StoredPlan) -> None:
    """Two were asked for, one is named as unserved, none is brought."""
    plan.get(session, DemandLine, "line H0006 hot").quantity = 2


@breaks(PlanRule.DOUBLED)
def served_and_unserved(session: Session, plan: StoredPlan) -> None:
    """Two were asked for and are brought, and one is named as unserved."""
    plan.get(session, DemandLine, "line H0001 hot").quantity = 2


@breaks(PlanRule.FULFILMENT)
def delivered_what_is_fetched(session: Session, plan: StoredPlan) -> None:
    """The household comes to the hub for this one."""
    plan.get(session, DemandLine, "line H0004 parcel").fulfilment = Fulfilment.COLLECTION
    session.delete(plan.get(session, Allocation, "allocation H0004 parcel"))


@breaks(PlanRule.DATE)
def wrong_day(session: Session, plan: StoredPlan) -> None:
    """Asked for Tuesday, brought on Monday."""
    plan.get(session, DemandLine, "line H0004 parcel").dates = ["2026-12-01"]


@breaks(PlanRule.DATE)
def collected_on_a_wrong_day(session: Session, plan: StoredPlan) -> None:
    """Asked for Monday, to be fetched on Tuesday."""
    plan.get(session, DemandLine, "line H0005 parcel").dates = ["2026-11-30"]


@breaks(PlanRule.WINDOW)
def after_the_window(session: Session, plan: StoredPlan) -> None:
    """The household is out from 12:00."""
    plan.get(session, DemandLine, "line H0004 parcel").window_end = time(12)


@breaks(PlanRule.WINDOW)
def hub_not_open_yet(session: Session, plan: StoredPlan) -> None:
    """Goods come to the hub on Tuesday morning; it opens at 11:00."""
    plan.get(session, Hub, "hub").opens_at = time(11)


@breaks(PlanRule.ALLOCATION)
def allotted_less(session: Session, plan: StoredPlan) -> None:
    """One was allotted, two are brought."""
    plan.get(session, Allocation, "allocation H0003 chilled").quantity = 1


@breaks(PlanRule.PLACE)
def household_moved(session: Session, plan: StoredPlan) -> None:
    """The household has moved since."""
    plan.get(session, Household, "H0004").site_id = plan.ids["site H0006"]


@breaks(PlanRule.PLACE)
def loads_what_is_elsewhere(session: Session, plan: StoredPlan) -> None:
    """The dish is the other donor's."""
    stop = plan.get(session, Stop, "tue A 1")
    stop.organisation_id, stop.site_id = plan.ids["DON02"], plan.ids["site DON02"]
    plan.get(session, DonationSlot, "slot ambient").donor_id = plan.ids["DON01"]


@breaks(PlanRule.IDLE_STOP)
def for_nothing(session: Session, plan: StoredPlan) -> None:
    """The hub is visited and the goods stay with the donor; the loads and totals say so."""
    for name in ("tue A 1 item 1", "tue A 2 item 1"):
        session.delete(plan.get(session, StopItem, name))
    change_load(session, plan, {"tue A 1": {"parcels": 0}})
    row = plan.get(session, PlanVersion, "plan")
    row.totals = {**row.totals, "goods_g": 0}


@breaks(PlanRule.TRAVEL)
def faster_than_the_roads(session: Session, plan: StoredPlan) -> None:
    """A leg a second shorter than the router's."""
    plan.get(session, Stop, "mon A 3").leg_s -= 1


@breaks(PlanRule.TRAVEL)
def arrives_early(session: Session, plan: StoredPlan) -> None:
    """There before it can be, and waiting for it."""
    stop = plan.get(session, Stop, "mon A 2")
    stop.arrives_at -= timedelta(seconds=1)


@breaks(PlanRule.TRAVEL)
def nowhere(session: Session, plan: StoredPlan) -> None:
    """The door is not on the map."""
    site = plan.get(session, Site, "site H0006")
    site.latitude = site.longitude = None


@breaks(PlanRule.PARKING)
def parking_takes_longer(session: Session, plan: StoredPlan) -> None:
    """A second more than the plan gives, at every door but the second one of a building."""
    session.get_one(Network, plan.network_id).settings = {"parking_s": 61}


@breaks(PlanRule.PARKING)
def another_building(session: Session, plan: StoredPlan) -> None:
    """Next door is not the same building."""
    plan.get(session, Site, "site H0002").address = "Flat 2, Elm Court"


@breaks(PlanRule.CHARGE)
def pays_for_no_zone(session: Session, plan: StoredPlan) -> None:
    """The network has no charge zone that the plan could have been made with."""
    charge = {"zone_id": str(plan.network_id), "name": "Nowhere", "price_pence": 0}
    plan.get(session, PlanVersion, "plan").charge_zones = []
    plan.get(session, Route, "route mon A").charges = [charge]


@breaks(PlanRule.SERVICE)
def one_floor_more(session: Session, plan: StoredPlan) -> None:
    """Another floor of stairs."""
    plan.get(session, Household, "H0003").floor = 3


@breaks(PlanRule.SERVICE)
def the_lift_is_out(session: Session, plan: StoredPlan) -> None:
    """Five floors on foot."""
    plan.get(session, Household, "H0004").has_lift = False


@breaks(PlanRule.PICKUP_WINDOW)
def not_ready_yet(session: Session, plan: StoredPlan) -> None:
    """The goods are ready five minutes later."""
    plan.get(session, DonationSlot, "slot ambient").ready_at = time(10, 5)


@breaks(PlanRule.PICKUP_WINDOW)
def donor_has_gone(session: Session, plan: StoredPlan) -> None:
    """The hub closes before the second parcel is fetched."""
    plan.get(session, Hub, "hub").closes_at = time(13)


@breaks(PlanRule.PICKUP_ORDER)
def handed_over_unloaded(session: Session, plan: StoredPlan) -> None:
    """A portion less is loaded, and the loads say so."""
    plan.get(session, StopItem, "mon A 2 item 1").quantity = 1
    loads = {"mon A 2": (2, 1200), "mon A 3": (0, 0), "mon A 4": (-1, -600), "mon A 5": (-1, -600)}
    change_load(session, plan, {stop: {"portions": n, "hot_ml": ml} for stop, (n, ml) in loads.items()})


@breaks(PlanRule.LEFT_ON_BOARD)
def brought_home(session: Session, plan: StoredPlan) -> None:
    """A portion more is loaded, and the loads say so."""
    plan.get(session, StopItem, "mon A 2 item 1").quantity = 3
    loads = {"mon A 2": (4, 2400), "mon A 3": (2, 1200), "mon A 4": (1, 600), "mon A 5": (1, 600)}
    change_load(session, plan, {stop: {"portions": n, "hot_ml": ml} for stop, (n, ml) in loads.items()})


@breaks(PlanRule.CAPACITY)
def smaller_box(session: Session, plan: StoredPlan) -> None:
    """Two portions fit, three are loaded."""
    plan.get(session, Volunteer, "V003").hot_ml = 1799


@breaks(PlanRule.CAPACITY)
def smaller_boot(session: Session, plan: StoredPlan) -> None:
    """Goods for the hub weigh as much as three parcels."""
    plan.get(session, Volunteer, "V003").capacity_parcels = 2


@breaks(PlanRule.LOAD)
def wrong_load(session: Session, plan: StoredPlan) -> None:
    """The sheet says a parcel more."""
    change_load(session, plan, {"mon A 3": {"parcels": 2}})


@breaks(PlanRule.SHIFT)
def home_by_noon(session: Session, plan: StoredPlan) -> None:
    """The driver has to go at 12:00."""
    plan.get(session, Shift, "shift V003 mon").ends_at = time(12)


@breaks(PlanRule.SHIFT)
def helper_cannot_be_there(session: Session, plan: StoredPlan) -> None:
    """The helper's shift begins when the route does; the way to the driver takes time, too."""
    plan.get(session, Shift, "shift V002 mon").starts_at = time(15, 50)


@breaks(PlanRule.MAX_STOPS)
def fewer_stops(session: Session, plan: StoredPlan) -> None:
    """Two deliveries a shift, and three on Monday."""
    plan.get(session, Volunteer, "V003").max_stops = 2


@breaks(PlanRule.MAX_STOPS)
def helper_offered_none(session: Session, plan: StoredPlan) -> None:
    """The helper's limit counts as the driver's does."""
    plan.get(session, Volunteer, "V002").max_stops = 0


@breaks(PlanRule.CREW)
def shift_of_another_day(session: Session, plan: StoredPlan) -> None:
    """Monday's route on Tuesday's shift."""
    plan.get(session, Route, "route mon A").shift_id = plan.ids["shift V003 tue"]
    plan.get(session, RouteCrew, "crew mon A V003").shift_id = plan.ids["shift V003 tue"]


@breaks(PlanRule.CREW)
def gone_from_the_network(session: Session, plan: StoredPlan) -> None:
    """The helper is no longer a volunteer."""
    plan.get(session, Volunteer, "V002").is_active = False


@breaks(PlanRule.CREDENTIAL)
def lapsed_check(session: Session, plan: StoredPlan) -> None:
    """The helper's check ended the day before."""
    plan.get(session, Credential, "check V002").expires_on = SUNDAY


@breaks(PlanRule.FEMALE_DRIVER)
def a_man_comes_along(session: Session, plan: StoredPlan) -> None:
    """Both at the door must be as the household asked."""
    plan.get(session, Volunteer, "V002").traits = frozenset()


@breaks(PlanRule.TWO_AT_THE_DOOR)
def goes_alone(session: Session, plan: StoredPlan) -> None:
    """The helper is taken off the route."""
    session.delete(plan.get(session, RouteCrew, "crew mon B V002"))


@breaks(PlanRule.BLOCK)
def blocked_helper(session: Session, plan: StoredPlan) -> None:
    """The helper must not go there."""
    session.add(Pair(volunteer_id=plan.ids["V002"], household_id=plan.ids["H0003"], kind=PairKind.BLOCK))


@breaks(PlanRule.WEEK_HOURS)
def helper_over_hours(session: Session, plan: StoredPlan) -> None:
    """The helper's hours hold the route, but not the way to the driver."""
    plan.get(session, Volunteer, "V002").max_week_s = plan.get(session, Route, "route mon B").duration_s


@breaks(PlanRule.TWO_PLACES)
def two_routes_at_once(session: Session, plan: StoredPlan) -> None:
    """Tuesday's second route leaves a second before the first one ends."""
    route = plan.get(session, Route, "route tue B")
    earlier = route.departs_at - plan.get(session, Route, "route tue A").ends_at + timedelta(seconds=1)
    route.departs_at -= earlier
    route.ends_at -= earlier
    for name in ("tue B 1", "tue B 2"):
        stop = plan.get(session, Stop, name)
        stop.arrives_at -= earlier
        stop.service_at -= earlier
        stop.departs_at -= earlier


@breaks(PlanRule.TOTALS)
def shorter_than_its_legs(session: Session, plan: StoredPlan) -> None:
    """The route is a metre shorter than its legs."""
    plan.get(session, Route, "route mon A").distance_m -= 1


@breaks(PlanRule.TOTALS)
def more_served_than_there_is(session: Session, plan: StoredPlan) -> None:
    """The plan boasts."""
    row = plan.get(session, PlanVersion, "plan")
    row.totals = {**row.totals, "served": {**row.totals["served"], "hot_meal": 4}}


@breaks(PlanRule.TOTALS)
def later_limit(session: Session, plan: StoredPlan) -> None:
    """The sheet shows the driver ten minutes too many."""
    plan.get(session, Stop, "mon A 3").latest_at = monday(time(13, 40))


@breaks(PlanRule.WITHHELD)
def a_household_asked_us_to_stop_using_its_data(session: Session, plan: StoredPlan) -> None:
    """H0002 still has its door."""
    session.add(
        Restriction(
            id=uuid.uuid4(),
            household_id=plan.ids["H0002"],
            reason=RestrictionReason.OBJECTED,
            restricted_at=monday(time(8)),
        )
    )


@breaks(PlanRule.WITHHELD)
def a_household_took_back_its_yes_to_food(session: Session, plan: StoredPlan) -> None:
    """The same."""
    session.add(
        ConsentWithdrawal(
            id=uuid.uuid4(),
            household_id=plan.ids["H0002"],
            purpose=ConsentPurpose.FOOD_SUPPORT,
            method=WithdrawalMethod.TOLD_US,
            withdrawn_at=monday(time(8)),
        )
    )


@breaks(PlanRule.WITHHELD)
def a_driver_asked_us_to_stop_using_their_data(session: Session, plan: StoredPlan) -> None:
    """V003 still drives."""
    session.add(
        Restriction(
            id=uuid.uuid4(),
            volunteer_id=plan.ids["V003"],
            reason=RestrictionReason.CLAIM,
            restricted_at=monday(time(8)),
        )
    )
