"""Up to three ways to go on with a day: least change first, then a volunteer who is free, then to leave doors out.

Where food is late, least change means that nobody gets another driver; where it is short, there is one way: every route goes on in its
order, without what is missing.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

from logistics.domain.replanning import ProposalKind, ReplanReason
from logistics.gateways.roads.port import Router
from logistics.planning.progress import ShouldStop, never_stop
from logistics.planning.replan_case import ReplanCase
from logistics.planning.replan_draft import Draft
from logistics.planning.replan_drafting import draft_from, nobody_comes
from logistics.planning.replan_problem import ReplanBuilder, ReplanWorld
from logistics.planning.replan_reasons import everything_left_out, nothing_for
from logistics.planning.replan_vehicles import travel_of_day
from logistics.planning.running_day import RunningDay
from logistics.planning.travel import Travel
from logistics.planning.urgent_food import choices_for, order_of, why_no_food
from routing.changes import ChangeLimit
from routing.engines.protocol import MaxSeconds
from routing.replan import replan
from routing.solving import UncheckedError

log = logging.getLogger(__name__)

MOST_PROPOSALS = 3
MOST_CHOICES = 3
"""Sources that are tried for an order that came today."""
HELD_WITHIN_S = 15 * 60
"""Whoever keeps their driver is served within this of the time they were told."""
SOLVE_S = 0.6
EXPLAIN_S = 0.4
_DRIVERS = (
    (ProposalKind.LEAST_CHANGE, True, False),
    (ProposalKind.FREE_VOLUNTEER, False, True),
    (ProposalKind.BOTH, True, True),
)
"""(kind, whether those who are out may take doors, whether those who are free may)."""
_LATE = ((ProposalKind.LEAST_CHANGE, True, False), (ProposalKind.BOTH, True, True))


def propose(
    day: RunningDay,
    case: ReplanCase,
    roads: Router,
    *,
    seconds: float = SOLVE_S,
    seed: int = 0,
    should_stop: ShouldStop = never_stop,
) -> Iterator[Draft]:
    """The proposals, one by one as they are found; at most three, the last of which leaves out what it can."""
    travel = travel_of_day(day, case, roads)
    if case.order_id is not None:
        yield from _urgent(day, case, travel, seconds=seconds, seed=seed, should_stop=should_stop)
        return
    builder = ReplanBuilder(day, case, travel)
    search = _Search(builder, seconds, seed)
    if case.to_volunteer_id is not None:
        yield search.draft(ProposalKind.HAND_OVER, running=True, free=True, only=case.to_volunteer_id)
        return
    if case.reason is ReplanReason.DONOR_SHORT:
        if any(door.lost for door in builder.doors):
            yield search.as_it_runs(ProposalKind.LEAST_CHANGE)
        return
    found: list[Draft] = []
    is_late = case.reason is ReplanReason.DONOR_LATE
    for kind, running, free in _LATE if is_late else _DRIVERS:
        if should_stop() or len(found) == MOST_PROPOSALS - 1:
            break
        if kind is ProposalKind.BOTH and any(not draft.left_out for draft in found):
            continue
        draft = search.draft(kind, running=running, free=free, own=is_late and kind is ProposalKind.LEAST_CHANGE)
        if _is_news(builder, draft, found):
            found.append(draft)
            yield draft
    if is_late:  # whom the food cannot reach is left out in each of the ways
        return
    if any(door.is_open for door in builder.doors) or case.route_id is not None:
        yield nobody_comes(builder, everything_left_out(builder))


def _urgent(
    day: RunningDay, case: ReplanCase, travel: Travel, *, seconds: float, seed: int, should_stop: ShouldStop
) -> Iterator[Draft]:
    """Who could bring an order that came today, from the first source that works; else one draft that says why nobody can."""
    assert case.order_id is not None
    order = order_of(day, case.order_id)
    choices = choices_for(day, order)[:MOST_CHOICES]
    found: list[Draft] = []
    why: Draft | None = None
    for kind, running, free in _DRIVERS:
        if kind is ProposalKind.BOTH and found:
            continue
        for items in choices:
            if should_stop():
                return
            builder = ReplanBuilder(day, replace(case, urgent=items), travel)
            draft = _Search(builder, seconds, seed).draft(kind, running=running, free=free)
            why = why or draft
            if not draft.left_out and all(_who_serves(other) != _who_serves(draft) for other in found):
                found.append(draft)
                yield draft
                break
    if not found:
        yield why or nothing_for(order, why_no_food(day, order))


def _is_news(builder: ReplanBuilder, draft: Draft, found: list[Draft]) -> bool:
    """Whether it does something for somebody, and, where another serves everybody it serves, with other drivers."""
    wanted = {door.live.id for door in builder.doors if door.is_open}
    changes = {stop.stop_id for route in draft.routes for stop in route.stops} & wanted
    if not changes and not (builder.case.reason is ReplanReason.DONOR_LATE and draft.left_out):
        return False
    serves = _who_serves(draft)
    return all(_who_serves(other) != serves for other in found)


def _who_serves(draft: Draft) -> frozenset[tuple[uuid.UUID | None, uuid.UUID]]:
    return frozenset((stop.stop_id, route.volunteer_id) for route in draft.routes for stop in route.stops)


class _Search:
    """Looks for answers to one case."""

    def __init__(self, builder: ReplanBuilder, seconds: float, seed: int) -> None:
        self.builder, self.seconds, self.seed = builder, seconds, seed

    def draft(
        self, kind: ProposalKind, *, running: bool, free: bool, only: uuid.UUID | None = None, own: bool = False
    ) -> Draft:
        """The best answer of that kind."""
        began = time.monotonic()
        world = self.builder.world(running=running, free=free, only=only, own=own)
        draft = self._solved(world, kind)
        log.info("A %s proposal took %.2f s", kind.value, time.monotonic() - began)
        return draft

    def as_it_runs(self, kind: ProposalKind) -> Draft:
        """What goes on by itself, without what is gone."""
        world = self.builder.world(running=True, free=False)
        return draft_from(self.builder, world, world.running, kind, explain_s=EXPLAIN_S)

    def _solved(self, world: ReplanWorld, kind: ProposalKind) -> Draft:
        if not world.problem.vehicles or not world.problem.stops:
            return nobody_comes(self.builder, everything_left_out(self.builder))
        try:
            answer = replan(
                world.problem,
                world.running,
                stop=MaxSeconds(self.seconds),
                limit=ChangeLimit(most=0, moved_s=HELD_WITHIN_S),
                seed=self.seed,
            ).solution
        except UncheckedError as error:
            log.warning("A %s proposal broke a rule and was put aside: %s", kind.value, error.violations[0].rule)
            answer = world.running
        return draft_from(self.builder, world, answer, kind, explain_s=EXPLAIN_S)
