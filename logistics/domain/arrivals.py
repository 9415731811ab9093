"""When each stop still to come will be served: the plan's ways and times, counted on from what has really happened.

A pure calculation. Ways between stops that follow each other in the plan are the plan's own; any other way takes as long as
the straight line does at the pace of the plan's own ways, which is an estimate and is called one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import cos, hypot, radians

METRES_A_DEGREE = 111_195.0
NO_TIME = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stop as the plan has it, and what has become of it. `ended_at`: when it was served or given up; None while open.

    `reached_at`: when the crew said that they are there. `place`: latitude and longitude, for ways that the plan has not.
    """

    id: uuid.UUID
    arrives_at: datetime
    service_at: datetime
    departs_at: datetime
    place: tuple[float, float] | None = None
    is_open: bool = True
    reached_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def before_service(self) -> timedelta:
        """Between being there and beginning, as planned: parking, and waiting where the plan waits."""
        return max(self.service_at - self.arrives_at, NO_TIME)

    @property
    def service(self) -> timedelta:
        """How long it takes, as planned."""
        return max(self.departs_at - self.service_at, NO_TIME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A route's calls in the planned order. `leaves_at` as planned, `has_left`: whether the crew is on the way already.

    `parking_s`: what a stop may take before its service without anybody waiting there.
    """

    calls: tuple[Call, ...]
    leaves_at: datetime
    has_left: bool
    parking_s: int


def expected_services(
    journey: Journey, *, now: datetime, first: uuid.UUID | None = None
) -> Mapping[uuid.UUID, datetime]:
    """When service is expected to begin at each open call, in the planned order or with `first` before all others.

    Nothing that has not been told of can lie in the past: the next call is expected now at the earliest. Where the plan
    itself waited, as for a time window, service begins no earlier than planned.
    """
    ended = [call for call in journey.calls if call.ended_at is not None]
    last = max(ended, key=lambda call: call.ended_at or journey.leaves_at, default=None)
    at = _setting_off(journey, last, now)
    numbers = {call.id: number for number, call in enumerate(journey.calls)}
    expected: dict[uuid.UUID, datetime] = {}
    for call in _order(journey.calls, first):
        begins = _begins(journey, call, at + _way(journey, numbers, last, call))
        if not expected:
            begins = call.reached_at if call.reached_at is not None else max(begins, now)
        expected[call.id] = begins
        at = begins + call.service
        if len(expected) == 1:
            at = max(at, now)
        last = call
    return expected


def _setting_off(journey: Journey, last: Call | None, now: datetime) -> datetime:
    if last is not None and last.ended_at is not None:
        return last.ended_at
    return journey.leaves_at if journey.has_left else max(journey.leaves_at, now)


def _order(calls: Sequence[Call], first: uuid.UUID | None) -> list[Call]:
    """A stable sort: where somebody is at a door already, that door comes before all others."""
    still = [call for call in calls if call.is_open]
    if first is not None:
        return sorted(still, key=lambda call: call.id != first)
    return sorted(still, key=lambda call: call.reached_at is None)


def _begins(journey: Journey, call: Call, arrives: datetime) -> datetime:
    parking = timedelta(seconds=journey.parking_s)
    if call.before_service <= parking:
        return arrives + call.before_service
    return max(arrives + parking, call.service_at)


def _way(journey: Journey, numbers: Mapping[uuid.UUID, int], last: Call | None, call: Call) -> timedelta:
    """From the last call, or from where the route begins, to this one. `numbers`: each call's place in the planned order."""
    calls = journey.calls
    index = numbers[call.id]
    if last is None:
        return _through(calls, 0, index) + max(calls[0].arrives_at - journey.leaves_at, NO_TIME)
    before = numbers[last.id]
    if index == before + 1:
        return _leg(last, call)
    seconds = _by_straight_line(calls, last, call)
    return _through(calls, before, index) if seconds is None else timedelta(seconds=seconds)


def _leg(one: Call, other: Call) -> timedelta:
    return max(other.arrives_at - one.departs_at, NO_TIME)


def _through(calls: Sequence[Call], one: int, other: int) -> timedelta:
    """Past every call between these two, whichever comes first."""
    between = calls[min(one, other) : max(one, other) + 1]
    return sum((_leg(*pair) for pair in pairwise(between)), NO_TIME)


def _by_straight_line(calls: Sequence[Call], one: Call, other: Call) -> float | None:
    if one.place is None or other.place is None:
        return None
    metres = seconds = 0.0
    for here, there in pairwise(calls):
        if here.place is not None and there.place is not None:
            metres += straight_m(here.place, there.place)
            seconds += _leg(here, there).total_seconds()
    return straight_m(one.place, other.place) * seconds / metres if metres else None


def straight_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Metres of the straight line between two places of one town, to a part in a thousand."""
    north = (other[0] - one[0]) * METRES_A_DEGREE
    east = (other[1] - one[1]) * METRES_A_DEGREE * cos(radians((one[0] + other[0]) / 2))
    return hypot(north, east)
