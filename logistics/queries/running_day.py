"""Read one date of a published plan as it runs: the events are the truth of what is done, where everybody is and what is loaded."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.replanning import ON_THE_ROAD, REACTION, SETTLED_STOPS, TELLS_WHERE
from logistics.domain.rules import PlanningRules
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Fulfilment
from logistics.domain.week import IsoWeek, axis_s, instant_to_axis
from logistics.persistence.tables import (
    Allocation,
    DeliveryEvent,
    DemandLine,
    Network,
    PlanVersion,
    Route,
    RouteCrew,
    Stop,
    StopItem,
    Week,
)
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop, RunningDay
from logistics.planning.sources import meal_sources
from logistics.planning.week_input import ShiftIn, WeekInput
from logistics.queries.route_events import last_events
from logistics.queries.supply import supplying_pickups
from logistics.queries.week_input import read_week_input, seconds_of_day

type Loaded = Mapping[uuid.UUID, Stop]
"""Stop item -> the pickup behind it."""

_LONGEST_LOADING_S = 30 * 60
_MEETING_S = 30 * 60
"""What a helper's way to the driver is taken to cost of their week here: more than it does, so that no promise is too large."""
_CALLED_OFF = (RouteState.DECLINED, RouteState.HANDED_OVER, RouteState.ABORTED)


def read_running_day(
    session: Session, plan_id: uuid.UUID, day: date, *, now: datetime, snapshot_id: uuid.UUID | None = None
) -> RunningDay:
    """The day at this moment. The plan's own places, shifts and food are read as they are in the database now.

    `snapshot_id`: the demand to go by, where that is not the plan's own: an order came since.
    """
    plan = session.get_one(PlanVersion, plan_id)
    network = session.get_one(Network, plan.network_id)
    week = IsoWeek.of(session.get_one(Week, plan.week_id).monday)
    snapshot_id = snapshot_id or plan.snapshot_id
    facts = read_week_input(session, network_id=network.id, week=week, snapshot_id=snapshot_id)
    # The times of a plan follow the settings of the road that it was made with, and so does the rest of its day.
    rules = PlanningRules.from_settings({**network.settings, **(plan.made_with or {})})
    facts = replace(facts, rules=rules)
    clock = _Clock(week, ZoneInfo(network.timezone), now)
    routes = _Routes(session, plan_id, day, facts, clock).read()
    busy = {member.id for route in routes for member in route.members}
    earliest_s = clock.now_s + round(REACTION.total_seconds())
    return RunningDay(
        day=day,
        midnight_s=axis_s(week, day, time()),
        now_s=clock.now_s,
        plan_id=plan_id,
        week_input=facts,
        routes=routes,
        free_shifts=tuple(
            shift
            for shift in facts.shifts
            if shift.day == day
            and shift.volunteer_id not in busy
            and shift.end_s > earliest_s
            and not facts.volunteers[shift.volunteer_id].is_restricted
        ),
        spent_s=_spent(session, plan_id),
        windows=_windows(session, snapshot_id),
        spare_parcels=_spare_parcels(session, plan_id, day, facts),
        spare_portions=_spare_portions(session, plan_id, facts),
    )


@dataclass(frozen=True, slots=True)
class _Clock:
    """Instants as seconds on the planning axis."""

    week: IsoWeek
    zone: ZoneInfo
    now: datetime

    @property
    def now_s(self) -> int:
        return self.axis(self.now)

    def axis(self, instant: datetime) -> int:
        return instant_to_axis(self.week, instant, self.zone)


def route_marks(session: Session, plan_id: uuid.UUID, day: date) -> dict[uuid.UUID, str]:
    """By route, a word that changes with everything that happens on it: an event, a state, another stop."""
    of_day = select(Route.id).where(Route.plan_id == plan_id, Route.service_date == day)
    told = {
        row.route_id: (row.count, row.newest)
        for row in session.execute(
            select(
                DeliveryEvent.route_id,
                func.count(DeliveryEvent.id).label("count"),
                func.max(DeliveryEvent.received_at).label("newest"),
            )
            .where(DeliveryEvent.route_id.in_(of_day))
            .group_by(DeliveryEvent.route_id)
        )
    }
    words: dict[uuid.UUID, list[str]] = defaultdict(list)
    for route_id, stop_id, state, sequence in session.execute(
        select(Stop.route_id, Stop.id, Stop.state, Stop.sequence)
        .where(Stop.route_id.in_(of_day))
        .order_by(Stop.route_id, Stop.sequence)
    ):
        words[route_id].append(f"{stop_id.hex}{state.value}{sequence}")
    marks = {}
    for route_id, route_state in session.execute(select(Route.id, Route.state).where(Route.id.in_(of_day))):
        count, newest = told.get(route_id, (0, None))
        text = "|".join([route_state.value, str(count), str(newest), *words[route_id]])
        marks[route_id] = hashlib.sha256(text.encode()).hexdigest()[:20]
    return marks


class _Routes:
    """Turns the rows of a day's routes into values."""

    def __init__(self, session: Session, plan_id: uuid.UUID, day: date, facts: WeekInput, clock: _Clock) -> None:
        self._session = session
        self._facts = facts
        self._clock = clock
        self._shifts: Mapping[uuid.UUID, ShiftIn] = {shift.id: shift for shift in facts.shifts}
        self._marks = route_marks(session, plan_id, day)
        self._clocks = {
            batch.id: source.clock
            for source in meal_sources(facts, day)
            if source.slot is not None and source.clock is not None
            for batch in source.slot.batches
        }
        self._rows = session.scalars(
            select(Route)
            .where(Route.plan_id == plan_id, Route.service_date == day)
            .order_by(Route.letter)
            .options(selectinload(Route.stops).selectinload(Stop.items), selectinload(Route.crew))
        ).all()
        self._seen = self._last_seen()

    def read(self) -> tuple[LiveRoute, ...]:
        """Those whose crew is still known: a route of somebody who was struck off cannot be planned."""
        return tuple(self._route(row) for row in self._rows if all(self._is_known(member) for member in row.crew))

    def _is_known(self, member: RouteCrew) -> bool:
        return member.volunteer_id in self._facts.volunteers and member.shift_id in self._shifts

    def _last_seen(self) -> dict[uuid.UUID, datetime]:
        rows = self._session.execute(
            select(DeliveryEvent.route_id, func.max(DeliveryEvent.happened_at).label("at"))
            .where(DeliveryEvent.route_id.in_([row.id for row in self._rows]), DeliveryEvent.kind.in_(TELLS_WHERE))
            .group_by(DeliveryEvent.route_id)
        )
        return {row.route_id: row.at for row in rows}

    def _route(self, row: Route) -> LiveRoute:
        events = last_events(self._session, [stop.id for stop in row.stops])
        behind = supplying_pickups(self._session, row.stops)
        stops = [self._stop(stop, events, behind) for stop in row.stops]
        settled = [stop for stop in stops if stop.state in SETTLED_STOPS and stop.state is not StopState.CANCELLED]
        open_stops = [stop for stop in stops if stop.state not in SETTLED_STOPS]
        when = {stop.id: self._when(stop, events) for stop in settled}
        settled.sort(key=lambda stop: (when[stop.id], stop.sequence))
        helper = next((member for member in row.crew if member.role is CrewRole.HELPER), None)
        return LiveRoute(
            id=row.id,
            letter=row.letter,
            state=row.state,
            driver=self._facts.volunteers[row.volunteer_id],
            shift=self._shifts[row.shift_id],
            helper=None if helper is None else self._facts.volunteers[helper.volunteer_id],
            helper_shift=None if helper is None else self._shifts[helper.shift_id],
            departs_s=self._clock.axis(row.departs_at),
            ends_s=self._clock.axis(row.ends_at),
            settled=tuple(settled),
            open_stops=tuple(open_stops),
            left_s=self._left_s(row, settled),
            mark=self._marks[row.id],
        )

    def _when(self, stop: LiveStop, events: Mapping[uuid.UUID, DeliveryEvent]) -> int:
        event = events.get(stop.id)
        return stop.told_s if event is None else self._clock.axis(event.happened_at)

    def _left_s(self, row: Route, settled: Sequence[LiveStop]) -> int | None:
        """When the driver left the last place known. Somebody who has accepted and should have left by now is on the way."""
        if any(stop.state is StopState.ARRIVED for stop in settled):
            standing = next(stop for stop in settled if stop.state is StopState.ARRIVED)
            return self._clock.now_s + standing.service_s
        seen = self._seen.get(row.id)
        if seen is not None and (settled or row.state in ON_THE_ROAD):
            return self._clock.axis(seen)
        departs_s = self._clock.axis(row.departs_at)
        is_under_way = bool(settled) or row.state in ON_THE_ROAD or row.state is RouteState.ACCEPTED
        return departs_s if is_under_way and departs_s <= self._clock.now_s else None

    def _stop(self, stop: Stop, events: Mapping[uuid.UUID, DeliveryEvent], behind: Loaded) -> LiveStop:
        return LiveStop(
            id=stop.id,
            sequence=stop.sequence,
            number=stop.number,
            kind=stop.kind,
            state=stop.state,
            site_id=stop.site_id,
            household_id=stop.household_id,
            organisation_id=stop.organisation_id,
            slot_id=stop.slot_id,
            from_route_id=stop.from_route_id,
            told_s=self._clock.axis(stop.service_at),
            service_s=round((stop.departs_at - stop.service_at).total_seconds()),
            latest_s=None if stop.latest_at is None else self._clock.axis(stop.latest_at),
            leg_m=stop.leg_m,
            leg_s=stop.leg_s,
            items=tuple(self._item(item, behind, events) for item in stop.items),
        )

    def _loading_s(self, stop: Stop, events: Mapping[uuid.UUID, DeliveryEvent]) -> int:
        """When loading began at a pickup: told by its event, which ends it, else as planned."""
        event = events.get(stop.id)
        if event is None or stop.state is not StopState.COMPLETED:
            return self._clock.axis(stop.service_at)
        planned_s = round((stop.departs_at - stop.service_at).total_seconds())
        return self._clock.axis(event.happened_at) - min(planned_s, _LONGEST_LOADING_S)

    def _item(self, item: StopItem, behind: Loaded, events: Mapping[uuid.UUID, DeliveryEvent]) -> LiveItem:
        pickup = behind.get(item.id)
        food = self._clocks.get(item.batch_id) if item.batch_id is not None else None
        limit_s = stated_s = None
        if pickup is not None and food is not None:
            stated_s = food.latest_after_loading_s(self._clock.axis(self._first_loaded_at(pickup, item)))
            limit_s = min(stated_s, food.latest_after_loading_s(self._loading_s(pickup, events)))
        return LiveItem(
            order_id=item.order_id,
            batch_id=item.batch_id,
            hub_id=item.hub_id,
            product=item.product,
            quantity=item.quantity,
            weight_g=item.weight_g,
            on_board=pickup is not None and pickup.state is StopState.COMPLETED,
            from_route_id=None if pickup is None else pickup.from_route_id,
            limit_s=limit_s,
            stated_limit_s=stated_s,
        )

    def _first_loaded_at(self, pickup: Stop, item: StopItem) -> datetime:
        """When the plan says that this food was loaded at its donor: for food fetched from a van, when that van loaded it."""
        found = pickup
        while found.from_route_id is not None:
            before = self._session.scalars(
                select(Stop)
                .join(StopItem, StopItem.stop_id == Stop.id)
                .where(
                    Stop.route_id == found.from_route_id,
                    Stop.kind == StopKind.PICKUP,
                    StopItem.batch_id == item.batch_id,
                )
                .order_by(Stop.service_at)
            ).first()
            if before is None:
                break
            found = before
        return found.service_at


def _spent(session: Session, plan_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """Seconds on the road by volunteer in the whole week, as the plan has them."""
    spent: Counter[uuid.UUID] = Counter()
    for volunteer_id, role, duration_s in session.execute(
        select(RouteCrew.volunteer_id, RouteCrew.role, Route.duration_s)
        .join(Route, Route.id == RouteCrew.route_id)
        .where(Route.plan_id == plan_id)
    ):
        spent[volunteer_id] += duration_s + (_MEETING_S if role is CrewRole.HELPER else 0)
    return dict(spent)


def _windows(session: Session, snapshot_id: uuid.UUID) -> dict[uuid.UUID, tuple[int, int]]:
    rows = session.execute(
        select(DemandLine.order_id, DemandLine.window_start, DemandLine.window_end).where(
            DemandLine.snapshot_id == snapshot_id
        )
    )
    return {row.order_id: (seconds_of_day(row.window_start), seconds_of_day(row.window_end)) for row in rows}


def _spare_parcels(session: Session, plan_id: uuid.UUID, day: date, facts: WeekInput) -> dict[uuid.UUID, int]:
    """What each hub could still pack that day: its day's number, less what leaves it by route and by hand."""
    taken: Counter[uuid.UUID] = Counter()
    loads = session.execute(
        select(StopItem.hub_id, StopItem.quantity)
        .join(Stop, Stop.id == StopItem.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .where(
            Route.plan_id == plan_id,
            Route.service_date == day,
            Stop.kind == StopKind.PICKUP,
            Stop.from_route_id.is_(None),
            StopItem.hub_id.is_not(None),
        )
    )
    fetched = session.execute(
        select(Allocation.hub_id, Allocation.quantity)
        .join(DemandLine, DemandLine.order_id == Allocation.order_id)
        .join(PlanVersion, PlanVersion.id == Allocation.plan_id)
        .where(
            Allocation.plan_id == plan_id,
            Allocation.service_date == day,
            DemandLine.snapshot_id == PlanVersion.snapshot_id,
            DemandLine.fulfilment == Fulfilment.COLLECTION,
        )
    )
    for hub_id, quantity in [*loads, *fetched]:
        if hub_id is not None:
            taken[hub_id] += quantity
    return {hub.id: max(0, hub.parcels_per_day - taken[hub.id]) for hub in facts.hubs}


def _spare_portions(session: Session, plan_id: uuid.UUID, facts: WeekInput) -> dict[uuid.UUID, int]:
    taken: Counter[uuid.UUID] = Counter()
    rows = session.execute(select(Allocation.batch_id, Allocation.quantity).where(Allocation.plan_id == plan_id))
    for batch_id, quantity in rows:
        if batch_id is not None:
            taken[batch_id] += quantity
    return {batch.id: max(0, batch.portions - taken[batch.id]) for slot in facts.slots for batch in slot.batches}


def counted_portions(session: Session, plan_id: uuid.UUID, day: date) -> Mapping[tuple[uuid.UUID, uuid.UUID], int]:
    """(pickup, batch) -> portions that the driver counted on loading, where they said so."""
    pickups = session.scalars(
        select(Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .where(
            Route.plan_id == plan_id,
            Route.service_date == day,
            Stop.kind == StopKind.PICKUP,
            Stop.state == StopState.COMPLETED,
        )
    ).all()
    return {
        (stop_id, uuid.UUID(batch_id)): int(count)
        for stop_id, event in last_events(session, pickups).items()
        for batch_id, count in event.details.get("collected", {}).items()
    }
