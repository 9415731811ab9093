"""Fewer portions than were promised: who still gets theirs, and who goes without.

What was loaded stays with the route that loaded it; what is still to be fetched is shared among the doors that wait for it.
Within each of these as many portions as there are go out, those who were missed last week first, then in the order of the day.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from logistics.domain.planning import StopKind
from logistics.domain.states import StopState
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop, RunningDay

Id = uuid.UUID
type Loaded = Mapping[tuple[Id, Id], int]
"""(pickup stop, batch) -> portions that the driver counted, where that was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A door's portions of one batch."""

    stop: LiveStop
    item: LiveItem
    was_missed: bool


def goes_without(day: RunningDay, slot_id: Id, loaded: Loaded, counts: Mapping[Id, int]) -> Mapping[Id, frozenset[Id]]:
    """Stop -> the batches of that donation that it does not get. Empty when there is enough.

    `counts`: portions that come in all, by batch, where fewer do than the day's facts say.
    """
    slot = next((slot for slot in day.week_input.slots if slot.id == slot_id), None)
    lost: dict[Id, set[Id]] = defaultdict(set)
    for batch in slot.batches if slot is not None else ():
        aboard = {route.id: _aboard(route, batch.id, loaded) for route in day.routes}
        taken = sum(count for count, _ in aboard.values())
        groups = [
            (left, _claims(day, [route], batch.id, on_board=True))
            for route in day.routes
            for _, left in (aboard[route.id],)
        ]
        groups.append(
            (
                max(0, min(batch.portions, counts.get(batch.id, batch.portions)) - taken),
                _claims(day, day.routes, batch.id, on_board=False),
            )
        )
        for there_are, claims in groups:
            kept = _kept(claims, there_are)
            for at, claim in enumerate(claims):
                if at not in kept:
                    lost[claim.stop.id].add(batch.id)
    return {stop_id: frozenset(batches) for stop_id, batches in lost.items()}


def _aboard(route: LiveRoute, batch_id: Id, loaded: Loaded) -> tuple[int, int]:
    """How many portions the route has loaded in all, and how many of them no settled door has had."""
    taken = given = 0
    for stop in route.settled:
        planned = sum(item.quantity for item in stop.items if item.batch_id == batch_id)
        if stop.kind is StopKind.PICKUP and stop.state is StopState.COMPLETED:
            taken += loaded.get((stop.id, batch_id), planned)
        elif stop.kind is not StopKind.PICKUP:
            given += planned
    return taken, max(0, taken - given)


def _claims(day: RunningDay, routes: Iterable[LiveRoute], batch_id: Id, *, on_board: bool) -> Sequence[_Claim]:
    missed = {household.id for household in day.week_input.households.values() if household.was_missed}
    return [
        _Claim(stop=stop, item=item, was_missed=stop.household_id in missed)
        for route in routes
        for stop in sorted(route.open_stops, key=lambda stop: (stop.told_s, str(stop.id)))
        if stop.kind is StopKind.DELIVERY
        for item in stop.items
        if item.batch_id == batch_id and item.on_board is on_board and item.from_route_id is None
    ]


def _kept(claims: Sequence[_Claim], there_are: int) -> frozenset[int]:
    """Which claims are met: as many portions as can be, then most of those missed last week, then the earliest.

    A knapsack by its table: `best[n]` is the best choice that uses n portions exactly.
    """
    if sum(claim.item.quantity for claim in claims) <= there_are:
        return frozenset(range(len(claims)))
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {0: (0, 0, ())}
    for at, claim in enumerate(claims):
        for used, (missed, early, chosen) in sorted(best.items(), reverse=True):
            total = used + claim.item.quantity
            worth = (missed + claim.was_missed * claim.item.quantity, early - at, (*chosen, at))
            if total <= there_are and (total not in best or worth[:2] > best[total][:2]):
                best[total] = worth
    return frozenset(best[max(best)][2])
