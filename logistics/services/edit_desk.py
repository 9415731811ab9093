"""What one request about a draft works with: the plan it began from, the week's values, and the checker over what an edit makes."""

from __future__ import annotations

import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.checking.all_rules import route_faults, week_faults
from logistics.checking.faults import PlanFault
from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows, read_plan_rows
from logistics.domain.errors import Conflict, NotFound
from logistics.domain.planning import CrewRole
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import IsoWeek
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import PlanDraft, PlanEdit, Week
from logistics.planning.charges import with_charges
from logistics.planning.edit_board import DayBoard, board_from_json
from logistics.planning.edit_case import EditCase, edit_case
from logistics.planning.edited_week import board_of, with_day
from logistics.planning.plan_values import PlannedRoute, WeekPlan
from logistics.planning.week_input import WeekInput
from logistics.planning.zone_costs import COST_PER_PENNY
from logistics.queries.stored_plan import stored_plan
from logistics.queries.week_input import read_week_input
from logistics.services.plan_version_rows import PlanSource, VersionRows, version_rows

Id = uuid.UUID
OTHER_ROADS = (
    "The distances of this version were made with other roads than those of today, so it cannot be changed by hand. "
    "Plan the week again, then change that version."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPlan:
    """A plan as the checker sees it, before anything is stored. `routes` of changed days are in no session."""

    plan: WeekPlan
    routes: tuple[RouteRows, ...]
    faults: tuple[PlanFault, ...]


class EditDesk:
    """Reads the plan version once; days are cut out of the week as they are asked for."""

    def __init__(self, session: Session, plan_id: Id, roads: Router) -> None:
        self.roads = roads
        self.base = read_plan_rows(session, plan_id)
        version = self.base.plan
        info = roads.info()
        if (version.roads_engine, version.roads_data or "") != (info.engine, info.data):
            raise Conflict(OTHER_ROADS)
        self.week = IsoWeek.of(session.get_one(Week, version.week_id).monday)
        everything = read_week_input(
            session, network_id=version.network_id, week=self.week, snapshot_id=version.snapshot_id
        )
        self.week_input: WeekInput = replace(everything, rules=self.base.rules, charge_zones=self.base.zones or ())
        self.plan = stored_plan(self.base, self.week)
        self._cases: dict[date, EditCase] = {}
        self._faults: dict[date, tuple[PlanFault, ...]] = {}
        self._planned: tuple[Mapping[date, DayBoard], WeekPlan] = ({}, self.plan)

    def case(self, day: date) -> EditCase:
        """That day, ready to be edited. Raises NotFound for a day of another week."""
        if day not in self.week.days:
            raise NotFound("That is not a day of this week. Go back to the board.")
        if day not in self._cases:
            self._cases[day] = edit_case(self.week_input, self.roads, day)
        return self._cases[day]

    def board(self, day: date, draft: PlanDraft, boards: Mapping[date, DayBoard]) -> DayBoard:
        """The day as the draft has it: as the last edit left it, or as in the plan, with the pins that it began with."""
        if day in boards:
            return boards[day]
        return with_pins(board_of(self.plan, day, self.case(day)), draft.pins.get(day.isoformat(), {}))

    def plan_with(self, boards: Mapping[date, DayBoard]) -> WeekPlan:
        """The plan with these days changed; asked for the same again, as for what a drag begins from, the one of before."""
        asked, plan = self._planned
        if asked == boards:
            return plan
        plan = self.plan
        for day, board in sorted(boards.items()):
            plan = with_day(plan, self.case(day), board)
        return plan if plan is self.plan else self.charged(plan, self.plan)

    def plan_held(self, boards: Mapping[date, DayBoard]) -> WeekPlan:
        """The same, and kept for whoever asks next."""
        plan = self.plan_with(boards)
        self._planned = (boards, plan)
        return plan

    def charged(self, plan: WeekPlan, before: WeekPlan) -> WeekPlan:
        """The plan with what its routes pay for charge zones, counted anew; its cost still has what `before` paid."""
        pence = sum(charge.price_pence for route in before.routes for charge in route.charges)
        return with_charges(replace(plan, cost=plan.cost - COST_PER_PENNY * pence), self.week_input, self.roads)

    def source(self) -> PlanSource:
        """Where a version made by hand comes from: what its plan came from."""
        return PlanSource(
            week_id=self.base.plan.week_id,
            snapshot_id=self.base.plan.snapshot_id,
            week=self.week,
            method=PlanMethod.BY_HAND,
            roads=self.roads.info(),
            rules=self.base.rules,
            charge_zones=self.base.zones or (),
        )

    def checked(self, plan: WeekPlan, *, now: datetime) -> CheckedPlan:
        """The plan put to the very rules that forbid publishing. Routes of days that nobody changed are checked once."""
        days = frozenset(day for day in self.week.days if _on(plan, day) != _on(self.plan, day))
        refs = {household.id: household.ref for household in self.base.households.values()}
        made = version_rows(plan, self.source(), number=0, zone=self.base.zone, refs=refs, now=now, days=days)
        rows = _as_read(self.base, made, days)
        changed = replace(rows, routes=tuple(route for route in rows.routes if route.route.service_date in days))
        faults = [*route_faults(changed, self.roads), *week_faults(rows, self.roads)]
        for day in self.week.days:
            if day not in days:
                faults += self._known_faults(day)
        return CheckedPlan(plan=plan, routes=rows.routes, faults=tuple(faults))

    def _known_faults(self, day: date) -> tuple[PlanFault, ...]:
        """What the routes of a day of the plan as it is break by themselves."""
        if day not in self._faults:
            own = tuple(route for route in self.base.routes if route.route.service_date == day)
            self._faults[day] = route_faults(replace(self.base, routes=own), self.roads)
        return self._faults[day]


class EditDesks:
    """Desks kept for a minute, for the previews of one drag. What is stored is always made with a desk of its own."""

    def __init__(self, *, keep_s: float = 60.0, most: int = 4) -> None:
        self._keep_s = keep_s
        self._most = most
        self._lock = threading.Lock()
        self._desks: dict[tuple[Id, Id], tuple[float, EditDesk]] = {}

    def desk(self, session: Session, draft: PlanDraft, roads: Router) -> EditDesk:
        """A desk of the draft's plan, read not longer ago than `keep_s`."""
        with self._lock:
            held = self._desks.get((draft.network_id, draft.base_plan_id))
        if held is not None and time.monotonic() - held[0] < self._keep_s and held[1].roads is roads:
            return held[1]
        return self.fresh(session, draft, roads)

    def fresh(self, session: Session, draft: PlanDraft, roads: Router) -> EditDesk:
        """A desk read at this moment, kept for whoever asks next; the oldest goes."""
        desk = EditDesk(session, draft.base_plan_id, roads)
        key = (draft.network_id, draft.base_plan_id)
        with self._lock:
            others = [held for held in self._desks.items() if held[0] != key]
            self._desks = dict(sorted(others, key=lambda held: -held[1][0])[: self._most - 1])
            self._desks[key] = (time.monotonic(), desk)
        return desk


def _on(plan: WeekPlan, day: date) -> list[PlannedRoute]:
    return [route for route in plan.routes if route.day == day]


def boards_of(session: Session, draft: PlanDraft) -> dict[date, DayBoard]:
    """The edited days, as the last edit up to the draft's position left each."""
    edits = session.execute(
        select(PlanEdit.service_date, PlanEdit.after)
        .where(PlanEdit.draft_id == draft.id, PlanEdit.number <= draft.position)
        .order_by(PlanEdit.number)
    )
    after = {day: board for day, board in edits}  # noqa: C416 - dict() takes no rows; the last edit of a day holds
    return {day: board_from_json(values) for day, values in after.items()}


def with_pins(board: DayBoard, pins: Mapping[str, Any]) -> DayBoard:
    """The board with pins kept of an earlier draft, as far as what they pin is there."""
    keys = {task.key for task in board.tasks()}
    pinned = frozenset(pins.get("letters", ()))
    return replace(
        board,
        routes=tuple(replace(route, is_pinned=route.letter in pinned) for route in board.routes),
        pinned_stops=frozenset(keys & set(pins.get("stops", ()))),
        pinned_pairs=frozenset((uuid.UUID(who), uuid.UUID(by)) for who, by in pins.get("pairs", ())),
    )


def pins_of(board: DayBoard) -> dict[str, Any]:
    """What `with_pins` takes."""
    return {
        "letters": sorted(route.letter for route in board.routes if route.is_pinned),
        "stops": sorted(board.pinned_stops),
        "pairs": sorted([str(household), str(volunteer)] for household, volunteer in board.pinned_pairs),
    }


def _as_read(base: PlanRows, made: VersionRows, days: frozenset[date]) -> PlanRows:
    """The rows of a plan that is in no database: new ones for these days, and everything else that was read for its base."""
    crew, stops, items = defaultdict(list), defaultdict(list), defaultdict(list)
    for member in made.crew:
        crew[member.route_id].append(member)
    for stop in made.stops:
        stops[stop.route_id].append(stop)
    for item in made.items:
        items[item.stop_id].append(item)
    routes = [route for route in base.routes if route.route.service_date not in days]
    routes += [
        RouteRows(
            route=route,
            crew=tuple(sorted(crew[route.id], key=lambda member: member.role is not CrewRole.DRIVER)),
            stops=tuple(StopRows(stop=stop, items=tuple(items[stop.id])) for stop in stops[route.id]),
        )
        for route in made.routes
    ]
    key = attrgetter("route.service_date", "route.departs_at", "route.letter")
    return replace(
        base,
        plan=made.version,
        routes=tuple(sorted(routes, key=key)),
        unserved=tuple(made.unserved),
        allocations=tuple(made.allocations),
    )
