"""Why a door of a running day cannot be served by anybody, in a dispatcher's words."""

from __future__ import annotations

from dataclasses import replace

from logistics.domain.replanning import FoodOnVan, ProposalKind, ReplanReason
from logistics.domain.vocabulary import UnservedCode
from logistics.domain.week import hhmm
from logistics.planning.reasons import withheld_household
from logistics.planning.replan_case import Door
from logistics.planning.replan_draft import Draft, DraftLeftOut
from logistics.planning.replan_problem import ReplanBuilder, ReplanWorld
from logistics.planning.routing_reasons import CODES, SENTENCES
from logistics.planning.running_day import LiveItem
from logistics.planning.week_input import DemandIn
from routing.explain import Reason, explain
from routing.rules import Rule
from routing.solution import Solution

RING_THEM = "Ring them, and see whether somebody you know can bring something."
LOST = "The food for it is in the vehicle that cannot go on, and there is no other of the kind."
TOO_LATE = "Its food reached its limit at {limit}: it is not safe to hand over any more."
SHORT = "Fewer portions came than were promised, and there is none left for this door."
CHOSEN = "You would leave it out."


def left_out_doors(
    builder: ReplanBuilder, world: ReplanWorld, solution: Solution, *, seconds: float
) -> tuple[DraftLeftOut, ...]:
    """Every open door that the answer does not serve, and every item that is gone, each with its reason."""
    unserved = [stop_id for stop_id in solution.unserved if stop_id in world.doors and world.doors[stop_id].is_open]
    reasons = {
        reason.stop_id: reason for reason in explain(world.problem, solution, seconds=seconds, stop_ids=unserved)
    }
    found = [_told(builder, world.doors[stop_id], reasons.get(stop_id)) for stop_id in unserved]
    return (*found, *_unknown(builder, world), *lost_items(builder))


def everything_left_out(builder: ReplanBuilder) -> tuple[DraftLeftOut, ...]:
    """Every open door, because somebody chose so."""
    open_doors = [door for door in builder.doors if door.is_open and door.items]
    chosen = [_left(door, door.items, UnservedCode.NO_DRIVER, CHOSEN) for door in open_doors]
    return (*chosen, *lost_items(builder))


def nothing_for(order: DemandIn, sentence: str) -> Draft:
    """The draft that leaves out an order that came today, for want of food."""
    code = UnservedCode.NO_SAFE_FOOD if order.product.is_meal else UnservedCode.HUB_FULL
    left = DraftLeftOut(
        stop_id=None,
        household_id=order.household_id,
        told_s=None,
        items=(),
        code=code,
        sentence=sentence,
        remedy=RING_THEM,
    )
    return Draft(
        kind=ProposalKind.LEAVE_OUT, routes=(), left_out=(left,), extra_cost=0, extra_m=0, extra_s=0, engine="nobody"
    )


def lost_items(builder: ReplanBuilder) -> tuple[DraftLeftOut, ...]:
    """What is gone, by door."""
    words = SHORT if builder.case.reason is ReplanReason.DONOR_SHORT else LOST
    return tuple(
        _left(door, door.lost, UnservedCode.NOT_ENOUGH_FOOD, words) if door.withheld is None else _withheld(door)
        for door in builder.doors
        if door.lost
    )


def _withheld(door: Door) -> DraftLeftOut:
    assert door.household is not None, "only a household withholds"
    assert door.withheld is not None, "the caller asked"
    told = withheld_household(door.household.ref, door.withheld)
    return replace(_left(door, door.lost, told.code, told.sentence), remedy=told.remedy)


def _unknown(builder: ReplanBuilder, world: ReplanWorld) -> list[DraftLeftOut]:
    """Doors whose food has no place on the map any more: a donation that was withdrawn, a van nobody can find."""
    words = "Its food cannot be fetched any more."
    return [
        _left(door, door.items, UnservedCode.NOT_ENOUGH_FOOD, words)
        for door in builder.doors
        if door.is_open and door.items and door.id not in world.doors
    ]


def _told(builder: ReplanBuilder, door: Door, reason: Reason | None) -> DraftLeftOut:
    limits = [item.limit_s for item in door.items if item.limit_s is not None]
    if limits and min(limits) <= builder.day.now_s and builder.case.food is FoodOnVan.FETCH:
        return _left(door, door.items, UnservedCode.FOOD_CLOCK, TOO_LATE.format(limit=hhmm(min(limits))))
    rule = next((rule for rule in reason.rules if rule in CODES), None) if reason is not None else None
    if rule is None:
        rule = Rule.NO_VEHICLE if not builder.day.routes else Rule.WINDOW
    windows = [span for item in door.items if item.order_id and (span := builder.day.windows.get(item.order_id))]
    needs = door.household.driver_needs if door.household is not None else frozenset()
    words = {
        "window": f"{hhmm(windows[0][0])} and {hhmm(windows[0][1])}" if windows else "its hours",
        "needs": " and ".join(sorted(need.label.lower() for need in needs)) or "a certain driver",
        "clock": f", {hhmm(min(limits))}" if limits else "",
    }
    return _left(door, door.items, CODES[rule], SENTENCES[rule].format(**words))


def _left(door: Door, items: tuple[LiveItem, ...], code: UnservedCode, sentence: str) -> DraftLeftOut:
    return DraftLeftOut(
        stop_id=door.stop_id,
        household_id=door.live.household_id,
        told_s=door.told_s,
        items=items,
        code=code,
        sentence=sentence,
        remedy=RING_THEM if door.household is not None else "",
    )
