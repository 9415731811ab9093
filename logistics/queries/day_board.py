"""The day on the road at this moment: where each route is, how late, which food runs out of time, what needs somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from logistics.domain.arrivals import expected_services
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import FailureReason
from logistics.domain.week import IsoWeek
from logistics.queries.day_marks import DayMarks, day_marks
from logistics.queries.day_routes import EventRow, RouteFacts, earlier_events, route_facts
from logistics.queries.driver_rows import FoodClockView
from logistics.queries.plan_rows import PlanHead, RouteRow, StopRow
from logistics.queries.plan_view import plan_head

MOST_EVENTS = 60
LATE_AFTER_S = 300
"""A route is called late when its next stop is expected this far past its planned time."""
ANSWER_BEFORE = timedelta(minutes=60)
"""A route that nobody has accepted needs somebody from this long before it leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorProgress:
    """A door with what happened there. `reason` is set for a failed one, `expected_at` for one still to come."""

    stop: StopRow
    reason: FailureReason | None
    expected_at: datetime | None = None
    clock: FoodClockView | None = None
    photos: int = 0

    @property
    def is_no_reply(self) -> bool:
        """Whether nobody answered."""
        return self.reason is FailureReason.NO_REPLY

    @property
    def too_late_s(self) -> int:
        """By how much its hot or chilled food is expected past its limit; 0 where it comes in time."""
        if self.clock is None or self.expected_at is None:
            return 0
        return max(0, int((self.expected_at - self.clock.latest_at).total_seconds()))


@dataclass(frozen=True, kw_only=True)
class RouteProgress:
    """A route on its day. `next_stop` is the first one that waits; `late_s` how far past its time it is expected."""

    route: RouteRow
    doors: tuple[DoorProgress, ...]
    next_stop: StopRow | None
    next_at: datetime | None
    late_s: int
    is_unanswered: bool
    worries: int
    areas: tuple[str, ...]
    mark: str

    @cached_property
    def done(self) -> int:
        """Doors where food was handed over."""
        return sum(door.stop.state is StopState.COMPLETED for door in self.doors)

    @cached_property
    def no_reply(self) -> int:
        """Doors where nobody answered."""
        return sum(door.is_no_reply for door in self.doors)

    @cached_property
    def failed(self) -> int:
        """Doors that failed for another reason, were skipped or called off."""
        over = (StopState.FAILED, StopState.SKIPPED, StopState.CANCELLED)
        return sum(door.stop.state in over and not door.is_no_reply for door in self.doors)

    @property
    def waiting(self) -> int:
        """Doors still to come."""
        return len(self.doors) - self.done - self.no_reply - self.failed

    @property
    def is_declined(self) -> bool:
        """Whether nobody goes."""
        return self.route.state is RouteState.DECLINED

    @cached_property
    def failed_doors(self) -> tuple[DoorProgress, ...]:
        """Doors that were tried in vain."""
        return tuple(door for door in self.doors if door.stop.state is StopState.FAILED)

    @cached_property
    def silent(self) -> tuple[DoorProgress, ...]:
        """Doors where nobody answered, or that were called off."""
        return tuple(door for door in self.doors if door.is_no_reply or door.stop.state is StopState.CANCELLED)

    @cached_property
    def too_late(self) -> tuple[DoorProgress, ...]:
        """Doors whose hot or chilled food is expected past its limit."""
        return tuple(door for door in self.doors if door.too_late_s)

    @cached_property
    def tightest(self) -> DoorProgress | None:
        """The door still to come whose food runs out of time first."""
        running = [door for door in self.doors if door.clock is not None and door.expected_at is not None]
        return min(running, key=lambda door: door.clock.latest_at, default=None)  # type: ignore[union-attr]  # those with a clock

    @property
    def needs_attention(self) -> bool:
        """Whether somebody at the desk should look at it now."""
        told = (self.is_declined, self.is_unanswered, self.late_s, self.too_late, self.failed_doors, self.worries)
        return any(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts:
    """What the database says of a day. `routes` by letter, in the order of the letters; `earlier`: events of versions before."""

    day: date
    marks: DayMarks
    plan: PlanHead | None
    routes: Mapping[str, RouteFacts]
    earlier: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A day at one moment. `plan` is None when nothing is published for it. Routes that nobody drives come first, routes
    without doors last."""

    day: date
    week: IsoWeek
    plan: PlanHead | None
    mark: str
    routes: tuple[RouteProgress, ...]
    events: tuple[EventRow, ...]

    @property
    def areas(self) -> tuple[str, ...]:
        """The postcode districts that it goes to."""
        return tuple(sorted({area for entry in self.routes for area in entry.areas}))


def day_facts(session: Session, day: date, *, known: DayFacts | None = None) -> DayFacts:
    """The day's facts; where earlier ones are known, only the routes whose marks have changed since are read."""
    marks = day_marks(session, day)
    if marks.plan_id is None:
        return DayFacts(day=day, marks=marks, plan=None, routes={})
    same = known is not None and known.marks.plan_id == marks.plan_id
    kept = {
        letter: facts
        for letter, facts in (known.routes.items() if known is not None and same else ())
        if known is not None and known.marks.routes[letter] == marks.routes.get(letter)
    }
    wanted = None if not kept else [letter for letter in marks.routes if letter not in kept]
    if wanted is None or wanted:
        kept |= {facts.route.letter: facts for facts in route_facts(session, marks.plan_id, day, wanted)}
    head = known.plan if known is not None and same else plan_head(session, marks.plan_id)
    order = sorted(kept, key=lambda letter: (len(letter), letter))
    return DayFacts(
        day=day,
        marks=marks,
        plan=head,
        routes={letter: kept[letter] for letter in order},
        earlier=earlier_events(session, marks.plan_id, day),
    )


def day_view(facts: DayFacts, *, now: datetime, known: Mapping[str, RouteProgress] | None = None) -> DayView:
    """What the facts mean at this moment. Pure. `known`: routes by letter as they were worked out at about this moment; where
    the mark is still the same, so is the route."""
    routes = []
    for letter, each in facts.routes.items():
        mark, before = facts.marks.routes.get(letter, ""), (known or {}).get(letter)
        is_same = before is not None and before.mark == mark
        routes.append(before if before is not None and is_same else _progress(each, mark, now))
    events = sorted(
        (*facts.earlier, *(event for each in facts.routes.values() for event in each.events[:MOST_EVENTS])),
        key=lambda event: (event.received_at, event.happened_at),
        reverse=True,
    )
    return DayView(
        day=facts.day,
        week=IsoWeek.of(facts.day),
        plan=facts.plan,
        mark=facts.marks.whole,
        routes=tuple(
            sorted(routes, key=lambda entry: (not (entry.is_declined or entry.is_unanswered), not entry.doors))
        ),
        events=tuple(events[:MOST_EVENTS]),
    )


def _progress(facts: RouteFacts, mark: str, now: datetime) -> RouteProgress:
    route = facts.route
    is_left = route.state in (RouteState.HANDED_OVER, RouteState.ABORTED)
    expected = {} if is_left else expected_services(facts.journey, now=now)
    open_stops = [stop for stop in route.stops if stop.id in expected]
    next_stop = min(open_stops, key=lambda stop: expected[stop.id], default=None)
    late_s = 0 if next_stop is None else int((expected[next_stop.id] - next_stop.service_at).total_seconds())
    return RouteProgress(
        route=route,
        doors=tuple(
            DoorProgress(
                stop=stop,
                reason=facts.reasons.get(stop.id),
                expected_at=expected.get(stop.id),
                clock=facts.clocks.get(stop.id),
                photos=facts.photos.get(stop.id, 0),
            )
            for stop in route.doors
        ),
        next_stop=next_stop,
        next_at=expected[next_stop.id] if next_stop else None,
        late_s=late_s if late_s >= LATE_AFTER_S else 0,
        is_unanswered=route.state is RouteState.PUBLISHED and route.departs_at - now <= ANSWER_BEFORE,
        worries=facts.worries,
        areas=facts.areas,
        mark=mark,
    )
