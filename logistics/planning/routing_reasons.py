"""What routing says of a door it could not serve, in a coordinator's words: the reason, and what would fix it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from logistics.domain.vocabulary import UnservedCode
from logistics.domain.week import hhmm
from logistics.domain.weekdays import Weekday
from logistics.planning.day_plan import DayPlan, route_problem
from logistics.planning.day_problem import kind_of_profile
from logistics.planning.visits import Allotted, DoorVisit, visits_of
from logistics.planning.week_input import DemandIn
from routing.explain import Reason, explain
from routing.remedies import Remedy, RemedyKind
from routing.rules import Rule

EXPLAIN_S = 4.0
"""The most seconds spent on the reasons of one day."""
EXPLAIN_EACH_S = 0.4

CODES: Mapping[Rule, UnservedCode] = {
    Rule.WINDOW: UnservedCode.NO_TIME,
    Rule.PICKUP_WINDOW: UnservedCode.NO_TIME,
    Rule.PIN: UnservedCode.NO_TIME,
    Rule.CAPACITY: UnservedCode.NO_ROOM,
    Rule.MAX_STOPS: UnservedCode.NO_ROOM,
    Rule.SHIFT: UnservedCode.NO_DRIVER,
    Rule.NO_VEHICLE: UnservedCode.NO_DRIVER,
    Rule.EXCLUSIVE: UnservedCode.NO_DRIVER,
    Rule.REACH: UnservedCode.OUT_OF_REACH,
    Rule.SHARED_HOURS: UnservedCode.HOURS,
    Rule.MAX_DURATION: UnservedCode.HOURS,
    Rule.SKILL: UnservedCode.DRIVER_NEEDS,
    Rule.CREW: UnservedCode.TWO_PEOPLE,
    Rule.BLOCK: UnservedCode.BLOCKED,
    Rule.CLOCK: UnservedCode.FOOD_CLOCK,
    Rule.SUPPLY: UnservedCode.NOT_ENOUGH_FOOD,
}

SENTENCES: Mapping[Rule, str] = {
    Rule.WINDOW: "Nobody can be there between {window}: the drivers who could come are at other doors then.",
    Rule.PICKUP_WINDOW: "Nobody can fetch the food while it can be loaded and be there between {window}.",
    Rule.PIN: "It is kept for one driver, who has no time for it between {window}.",
    Rule.CAPACITY: "The drivers who could come between {window} have no room left in their boxes or bags.",
    Rule.MAX_STOPS: "The drivers who could come between {window} already have as many doors as they take.",
    Rule.SHIFT: "Nobody's shift leaves enough time for this door between {window}.",
    Rule.NO_VEHICLE: "Nobody is on shift who could fetch the food and be there between {window}.",
    Rule.EXCLUSIVE: "The drivers who could come between {window} are on another route then.",
    Rule.REACH: "No driver of the day can get there at all.",
    Rule.SHARED_HOURS: "The drivers who could come have no hours left this week.",
    Rule.MAX_DURATION: "The drivers who could come have no hours left this week.",
    Rule.SKILL: "The household asks for {needs}; nobody who fits has time between {window}.",
    Rule.CREW: "Two volunteers must go to this door; no two are free together between {window}.",
    Rule.BLOCK: "The only drivers with time between {window} may not be sent to this door.",
    Rule.CLOCK: "The food would arrive after its limit{clock}.",
    Rule.SUPPLY: "There is not enough food where it is fetched.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A reason as code, sentence and remedy (empty when nothing simple would do)."""

    code: UnservedCode
    sentence: str
    remedy: str


def routing_reasons(planned: DayPlan) -> dict[uuid.UUID, Told]:
    """Order -> why routing left it out on that day: for visits in the problem, and for food it was first meant to get."""
    ghosts = _ghosts(planned)
    if not planned.unserved_visits and not ghosts:
        return {}
    routing, solution = planned.routing, planned.solution
    if ghosts:
        kept = [visit for visit in routing.visits.values() if visit.id not in {ghost.id for ghost in ghosts}]
        crews = list(routing.crews.values())
        routing = route_problem(planned.setting, (*kept, *ghosts), crews=crews)
    wanted = [visit.id for visit in planned.unserved_visits] + [ghost.id for ghost in ghosts]
    seconds = min(EXPLAIN_S, EXPLAIN_EACH_S * len(wanted))
    told: dict[uuid.UUID, Told] = {}
    for reason in explain(routing.problem, solution, seconds=seconds, stop_ids=wanted):
        visit = routing.visits[reason.stop_id]
        for item in visit.items:
            told[item.line.order_id] = tell(reason, visit, planned)
    return told


def _ghosts(planned: DayPlan) -> tuple[DoorVisit, ...]:
    """Visits for orders whose every food routing refused, so that the reason can be found by trying them again."""
    setting = planned.setting
    in_problem = {item.line.order_id for visit in planned.routing.visits.values() for item in visit.items}
    by_order = {line.order_id: line for line in setting.lines}
    items = []
    for order_id in sorted({order for order, _ in planned.forbidden}, key=str):
        line = by_order.get(order_id)
        if line is None or order_id in in_problem:
            continue
        item = _first_refused(planned, line)
        if item is not None:
            items.append(item)
    return visits_of(items, setting.week_input, setting.midnight_s)


def _first_refused(planned: DayPlan, line: DemandIn) -> Allotted | None:
    safe = planned.meals.safe.get(line.order_id, frozenset())
    for source in planned.setting.sources:
        if (line.order_id, source.id) in planned.forbidden and source.slot is not None:
            for batch in source.slot.batches:
                if batch.id in safe:
                    return Allotted(
                        line=line, source_id=source.id, batch_id=batch.id, hub_id=None, quantity=line.quantity
                    )
    return None


def tell(reason: Reason, visit: DoorVisit, planned: DayPlan) -> Told:
    """One routing reason in words."""
    if not reason.rules:
        return Told(
            code=UnservedCode.NO_TIME,
            sentence="There is room for it as the routes stand; the planner ran out of time to see it.",
            remedy=_remedies(reason, planned),
        )
    rule = next((rule for rule in reason.rules if rule in CODES), Rule.REACH)
    if rule not in reason.rules:
        return Told(
            code=UnservedCode.NO_TIME,
            sentence="It would fit, but only by making other doors impossible; the planner ran out of time to find a way.",
            remedy="Plan again with more time.",
        )
    words = {
        "window": f"{hhmm(visit.window_start_s)} and {hhmm(visit.window_end_s)}",
        "needs": " and ".join(sorted(need.label.lower() for need in visit.household.driver_needs))
        or "a certain driver",
        "clock": _clock_words(visit, planned),
    }
    sentence = SENTENCES[rule].format(**words)
    also = [CODES[other].value for other in reason.rules if other is not rule and other in CODES]
    if also:
        sentence += " Not only that: " + ", ".join(word.replace("_", " ") for word in also) + " as well."
    return Told(code=CODES[rule], sentence=sentence, remedy=_remedies(reason, planned))


def _clock_words(visit: DoorVisit, planned: DayPlan) -> str:
    clocks = [clock.latest_start_s for s in visit.source_ids if (clock := planned.routing.sources[s].clock) is not None]
    return f", {hhmm(min(clocks))}" if clocks else ""


def _remedies(reason: Reason, planned: DayPlan) -> str:
    """The cheapest single change; where there is none, the changes that would do together."""
    changes = (reason.remedy,) if reason.remedy is not None else reason.together
    return " And: ".join(_remedy(change, planned) for change in changes)


def _remedy(remedy: Remedy, planned: DayPlan) -> str:
    crews = planned.routing.crews
    day = Weekday.of(planned.setting.day).label
    who = crews[remedy.vehicle_id].driver.ref if remedy.vehicle_id in crews else "a driver"
    vehicle = kind_of_profile(remedy.profile)
    kind = "driver" if vehicle is None else vehicle.label
    times = f"{_quarter_down(remedy.from_s)} to {_quarter_up(remedy.to_s)}"
    minutes = -(-remedy.amount // 60)
    return {
        RemedyKind.PLACE_NOW: f"Plan again with more time: it fits on the route of {who} on {day}.",
        RemedyKind.EXTRA_VEHICLE: f"One more volunteer ({kind}) on {day} {times}.",
        RemedyKind.LONGER_SHIFT: f"A longer shift for {who} on {day}: {times}.",
        RemedyKind.WIDER_WINDOW: f"Ask the household whether {hhmm(remedy.from_s)} would do on {day}.",
        RemedyKind.WIDER_PICKUP: f"Ask whether the food can be loaded at {hhmm(remedy.from_s)} on {day}.",
        RemedyKind.NO_PIN: f"Let {who} go instead on {day}.",
        RemedyKind.MORE_METRES: f"{-(-remedy.amount // 1000)} km more for {who} on {day}.",
        RemedyKind.MORE_TRAVEL: f"{minutes} more minutes on the way for {who} on {day}.",
        RemedyKind.MORE_HOURS: f"{minutes} more minutes this week for {who}.",
        RemedyKind.MORE_STOPS: f"One more door for {who} on {day}.",
        RemedyKind.BIGGER_VEHICLE: f"A bigger box or vehicle for {who} on {day}.",
        RemedyKind.LONGER_CLOCK: "Ask the donor to keep the food hot until it is loaded, and to say until when.",
        RemedyKind.QUALIFIED_DRIVER: f"A volunteer on {day} who has what the household asks for.",
        RemedyKind.SECOND_PERSON: f"A second volunteer to go with {who} on {day}.",
        RemedyKind.MORE_SUPPLY: "More food at the pickup.",
    }[remedy.kind]


def _quarter_down(seconds: int) -> str:
    return hhmm(seconds // 900 * 900)


def _quarter_up(seconds: int) -> str:
    return hhmm(-(-seconds // 900) * 900)
