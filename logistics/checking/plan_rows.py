"""The rows that a check of one plan reads, each table once, and the few words that faults say about them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from logistics.domain.charge_zones import ChargeZone
from logistics.domain.errors import NotFound
from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.slow_hours import slow_percent
from logistics.domain.states import StopState
from logistics.domain.vocabulary import ConsentPurpose, PairKind
from logistics.persistence.charge_zones import zones_of_plan
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
    Organisation,
    Pair,
    PlanVersion,
    Restriction,
    Route,
    RouteCrew,
    Shift,
    Site,
    Stop,
    StopItem,
    UnservedOrder,
    Volunteer,
)

Id = uuid.UUID
ROAD_SETTINGS = ("slow_hours", "vehicle_parking_s")


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRows:
    """A stop and what changes hands there."""

    stop: Stop
    items: tuple[StopItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRows:
    """A route with its crew and its stops in their order."""

    route: Route
    crew: tuple[RouteCrew, ...]
    stops: tuple[StopRows, ...]

    def is_history(self, place: int) -> bool:
        """Whether the stop at this place (from 0) was done when the route was planned again: its times are facts."""
        return place < self.route.resumed_after

    @property
    def label(self) -> str:
        """`Route A on Wednesday 2 December`."""
        return f"Route {self.route.letter} on {day_label(self.route.service_date)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRows:
    """One plan and everything in its network that it must agree with."""

    plan: PlanVersion
    rules: PlanningRules
    """The network's; what concerns the road as it was when the plan was made."""
    zones: tuple[ChargeZone, ...] | None
    """The charge zones that the plan was made with; None where it keeps nothing of them, and there is nothing to count."""
    zone: ZoneInfo
    routes: tuple[RouteRows, ...]
    unserved: tuple[UnservedOrder, ...]
    allocations: tuple[Allocation, ...]
    lines: Mapping[Id, DemandLine]
    """By order."""
    households: Mapping[Id, Household]
    needs: Mapping[Id, HouseholdNeeds]
    """By household."""
    sites: Mapping[Id, Site]
    organisations: Mapping[Id, Organisation]
    hubs: Mapping[Id, Hub]
    slots: Mapping[Id, DonationSlot]
    batches: Mapping[Id, Batch]
    volunteers: Mapping[Id, Volunteer]
    credentials: Mapping[Id, tuple[Credential, ...]]
    """By volunteer."""
    shifts: Mapping[Id, Shift]
    blocks: frozenset[tuple[Id, Id]]
    """(volunteer, household)."""
    withheld: frozenset[Id] = frozenset()
    """Households and volunteers whose data may not be used now."""

    def wall_s(self, instant: datetime, day: date) -> int:
        """An instant as seconds of wall time since that date's midnight, as windows and shifts are meant."""
        wall = instant.astimezone(self.zone).replace(tzinfo=None)
        return round((wall - datetime.combine(day, time())).total_seconds())

    def handovers(self) -> Iterator[tuple[RouteRows, Stop, StopItem]]:
        """Everything that is handed over at a door."""
        for route in self.routes:
            for at in route.stops:
                if at.stop.kind is StopKind.DELIVERY:
                    for item in at.items:
                        yield route, at.stop, item

    def slow_percent(self, shift_id: uuid.UUID) -> int:
        """What travel in that shift takes, in percent of its usual time, by the network's slow hours."""
        shift = self.shifts[shift_id]
        vehicle = self.volunteers[shift.volunteer_id].vehicle
        start_s, end_s = seconds_of(shift.starts_at), seconds_of(shift.ends_at)
        return slow_percent(self.rules.slow_hours, vehicle, shift.service_date, start_s, end_s)

    def loaded_first_s(self, stop: Stop, batch_id: Id | None) -> int:
        """When food was loaded at its donor: for a pickup from another route's van, when that van loaded it (seconds of the day)."""
        found = stop
        while found.from_route_id is not None:
            before = [
                at.stop
                for route in self.routes
                if route.route.id == found.from_route_id
                for at in route.stops
                if at.stop.kind is StopKind.PICKUP and any(item.batch_id == batch_id for item in at.items)
            ]
            if not before:
                break
            found = min(before, key=lambda earlier: earlier.service_at)
        return self.wall_s(found.service_at, self.day_of(stop))

    def is_gone(self, stop: Stop) -> bool:
        """Whether the stop's household was erased after the plan was out: it is history, and nobody knows where that door was."""
        if stop.household_id is None or self.plan.published_at is None:
            return False
        return self.households[stop.household_id].erased_at is not None

    def day_of(self, stop: Stop) -> date:
        """The date of the stop's route."""
        return next(route.route.service_date for route in self.routes if route.route.id == stop.route_id)

    def driver_of(self, route: RouteRows) -> Volunteer:
        """Whose vehicle it is."""
        return self.volunteers[route.route.volunteer_id]

    def helpers_of(self, route: RouteRows) -> tuple[Volunteer, ...]:
        """Who comes along."""
        return tuple(self.volunteers[member.volunteer_id] for member in route.crew if member.role is CrewRole.HELPER)

    def household_ref(self, household_id: Id | None) -> str:
        """The household's ref, or words for none."""
        return self.households[household_id].ref if household_id is not None else "no household"


def day_label(day: date) -> str:
    """`Wednesday 2 December`."""
    return f"{day:%A} {day.day} {day:%B}"


def seconds_of(at: time) -> int:
    """A wall time as seconds since midnight."""
    return at.hour * 3600 + at.minute * 60 + at.second


def clock_label(seconds: int) -> str:
    """`13:04`, and `13:04:05` where the seconds matter."""
    hours, rest = divmod(seconds % 86_400, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}" + (f":{left:02d}" if left else "")


def read_plan_rows(session: Session, plan_id: uuid.UUID) -> PlanRows:
    """Read them all afresh, whatever the session held. Raises NotFound."""
    plan = session.get(PlanVersion, plan_id, populate_existing=True)
    if plan is None:
        raise NotFound("There is no such plan. Go back to the week and choose one of its plans.")
    network = session.get_one(Network, plan.network_id, populate_existing=True)
    routes = _routes(session, plan_id)
    credentials: dict[Id, list[Credential]] = defaultdict(list)
    for credential in _fresh(session, select(Credential)):
        credentials[credential.volunteer_id].append(credential)
    return PlanRows(
        plan=plan,
        rules=PlanningRules.from_settings({**network.settings, **_made_with(plan)}),
        zones=zones_of_plan(session, plan_id),
        zone=ZoneInfo(network.timezone),
        routes=routes,
        unserved=tuple(_fresh(session, select(UnservedOrder).where(UnservedOrder.plan_id == plan_id))),
        allocations=tuple(_fresh(session, select(Allocation).where(Allocation.plan_id == plan_id))),
        lines={
            line.order_id: line
            for line in _fresh(session, select(DemandLine).where(DemandLine.snapshot_id == plan.snapshot_id))
        },
        households=_by_id(_fresh(session, select(Household))),
        needs={row.household_id: row for row in _fresh(session, select(HouseholdNeeds))},
        sites=_by_id(_fresh(session, select(Site))),
        organisations=_by_id(_fresh(session, select(Organisation))),
        hubs=_by_id(_fresh(session, select(Hub))),
        slots=_by_id(_fresh(session, select(DonationSlot))),
        batches=_by_id(_fresh(session, select(Batch))),
        volunteers=_by_id(_fresh(session, select(Volunteer))),
        credentials={volunteer: tuple(rows) for volunteer, rows in credentials.items()},
        shifts=_by_id(_fresh(session, select(Shift))),
        blocks=frozenset(
            (pair.volunteer_id, pair.household_id)
            for pair in _fresh(session, select(Pair).where(Pair.kind == PairKind.BLOCK))
        ),
        withheld=_withheld(session),
    )


def _made_with(plan: PlanVersion) -> dict[str, Any]:
    """The settings of the road that the plan was made with: it is as true as it was, whatever the network sets later."""
    kept = plan.made_with or {}
    return {name: kept[name] for name in ROAD_SETTINGS if name in kept}


def _withheld(session: Session) -> frozenset[Id]:
    """Households and volunteers with a restriction, and households without a yes to food, that are in force."""
    restricted = _fresh(session, select(Restriction).where(Restriction.lifted_at.is_(None)))
    withdrew = _fresh(
        session,
        select(ConsentWithdrawal).where(
            ConsentWithdrawal.ended_at.is_(None), ConsentWithdrawal.purpose == ConsentPurpose.FOOD_SUPPORT
        ),
    )
    people = {row.household_id or row.volunteer_id for row in restricted} | {row.household_id for row in withdrew}
    return frozenset(each for each in people if each is not None)


def _fresh[Row](session: Session, statement: Select[Row]) -> Iterable[Row]:
    rows: Iterable[Row] = session.scalars(statement.execution_options(populate_existing=True)).all()
    return rows


def _by_id(rows: Iterable[Any]) -> dict[Id, Any]:
    return {row.id: row for row in rows}


def _routes(session: Session, plan_id: uuid.UUID) -> tuple[RouteRows, ...]:
    crew: dict[Id, list[RouteCrew]] = defaultdict(list)
    stops: dict[Id, list[Stop]] = defaultdict(list)
    items: dict[Id, list[StopItem]] = defaultdict(list)
    of_plan = select(Route.id).where(Route.plan_id == plan_id)
    for member in _fresh(session, select(RouteCrew).where(RouteCrew.route_id.in_(of_plan))):
        crew[member.route_id].append(member)
    # A stop that was called off while the day ran is no part of the plan any more.
    for stop in _fresh(
        session,
        select(Stop).where(Stop.route_id.in_(of_plan), Stop.state != StopState.CANCELLED).order_by(Stop.sequence),
    ):
        stops[stop.route_id].append(stop)
    of_stops = select(Stop.id).where(Stop.route_id.in_(of_plan))
    for item in _fresh(session, select(StopItem).where(StopItem.stop_id.in_(of_stops)).order_by(StopItem.id)):
        items[item.stop_id].append(item)
    routes = _fresh(
        session,
        select(Route).where(Route.plan_id == plan_id).order_by(Route.service_date, Route.departs_at, Route.letter),
    )
    return tuple(
        RouteRows(
            route=route,
            crew=tuple(sorted(crew[route.id], key=lambda member: (member.role is not CrewRole.DRIVER, member.id))),
            stops=tuple(StopRows(stop=stop, items=tuple(items[stop.id])) for stop in stops[route.id]),
        )
        for route in routes
    )
