"""A draft as its board shows it: one day's routes timed and checked, who could drive, what waits for a place."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.plan_edits import DraftState
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import Fulfilment, Product, VehicleKind
from logistics.domain.week import IsoWeek, hhmm
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import Account, PlanDraft, PlanEdit
from logistics.planning.edit_board import BoardRoute, DayBoard, Task
from logistics.planning.edit_case import EditCase
from logistics.services.edit_desk import CheckedPlan, EditDesk, EditDesks, boards_of
from logistics.services.edit_plan import DraftFigures, draft_of, is_with_planner
from logistics.services.save_draft import newer_version

COLOURS = "abcdefgh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that the draft breaks; the route's letter and the stop's key where it is about one of the day shown."""

    sentence: str
    letter: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardStop:
    """One line of a route. `number` counts the doors; pickups have none and cannot be moved: they follow the doors."""

    key: str
    kind: StopKind
    number: int | None
    name: str
    at: str
    items: tuple[tuple[Product | None, int, int], ...]
    is_pinned: bool
    is_pair_pinned: bool
    violations: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardColumn:
    """One route with its figures."""

    letter: str
    style: str
    shift_id: uuid.UUID
    driver: str
    vehicle: VehicleKind
    departs: str
    ends: str
    distance_m: int
    duration_s: int
    is_pinned: bool
    stops: tuple[BoardStop, ...]
    violations: tuple[str, ...]

    @property
    def doors(self) -> tuple[BoardStop, ...]:
        """What can be moved."""
        return tuple(stop for stop in self.stops if stop.kind is not StopKind.PICKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardShift:
    """Somebody on shift that day, with their route's letter if they have one."""

    shift_id: uuid.UUID
    driver: str
    vehicle: VehicleKind
    hours: str
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An order that is not served, or not in full, and could be on that day."""

    order_id: uuid.UUID
    ref: str
    product: Product
    quantity: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """Everything that the board of a draft says of one day."""

    id: uuid.UUID
    week: IsoWeek
    base_number: int
    seen: int
    state: DraftState
    is_with_planner: bool
    changes: int
    can_redo: bool
    last: str
    newer: int | None
    day: date
    days: tuple[date, ...]
    before: DraftFigures
    after: DraftFigures
    violations: tuple[Violation, ...]
    columns: tuple[BoardColumn, ...]
    shifts: tuple[BoardShift, ...]
    waiting: tuple[WaitingOrder, ...]

    def find(self, key: str) -> tuple[BoardColumn, BoardStop] | None:
        """The stop of that key."""
        return next(((column, stop) for column in self.columns for stop in column.doors if stop.key == key), None)


def show_draft(
    session: Session,
    actor: Actor,
    draft_id: uuid.UUID,
    day: date | None,
    *,
    roads: Router,
    now: datetime,
    desks: EditDesks | None = None,
) -> DraftView:
    """The draft on that day; without one, on the day that was changed last, else the first with a route.

    Everything is read afresh; `desks` keeps it for the previews that follow.
    """
    actor.require(Permission.PLAN_WEEK)
    draft = draft_of(session, draft_id)
    desk = (desks or EditDesks()).fresh(session, draft, roads)
    boards = boards_of(session, draft)
    shown = day if day in desk.week.days else _day_of(session, draft, desk)
    plan = desk.plan_with(boards)
    checked = desk.checked(plan, now=now)
    board = desk.board(shown, draft, boards)
    violations = violations_of(checked, board)
    days = sorted({route.day for route in plan.routes} | {shown})
    return DraftView(
        id=draft.id,
        week=desk.week,
        base_number=desk.base.plan.number,
        seen=draft.version,
        state=draft.state,
        is_with_planner=is_with_planner(session, draft),
        changes=draft.position,
        can_redo=_has_edit(session, draft, draft.position + 1),
        last=_last_words(session, draft, desk),
        newer=newer_version(session, draft),
        day=shown,
        days=tuple(days),
        before=DraftFigures.of(desk.plan),
        after=DraftFigures.of(plan),
        violations=violations,
        columns=tuple(_columns(desk, checked, board, violations)),
        shifts=_shifts(desk, desk.case(shown), board),
        waiting=_waiting(desk, desk.case(shown), checked),
    )


def violations_of(checked: CheckedPlan, board: DayBoard) -> tuple[Violation, ...]:
    """The checker's faults with the board's own names of routes and stops."""
    own = [route for route in checked.routes if route.route.service_date == board.day]
    letters = {route.route.id: route.route.letter for route in own}
    tasks = {route.letter: route.tasks for route in board.routes}
    keys = {
        at.stop.id: task.key for route in own for at, task in zip(route.stops, tasks[route.route.letter], strict=True)
    }
    return tuple(
        Violation(
            sentence=fault.sentence,
            letter=letters.get(fault.route_id, "") if fault.route_id is not None else "",
            key=keys.get(fault.stop_id, "") if fault.stop_id is not None else "",
        )
        for fault in checked.faults
    )


def _columns(
    desk: EditDesk, checked: CheckedPlan, board: DayBoard, violations: tuple[Violation, ...]
) -> list[BoardColumn]:
    case = desk.case(board.day)
    planned = {route.letter: route for route in checked.plan.routes if route.day == board.day}
    columns = []
    for route in board.routes:
        crew, timed = case.crew_of(route), planned[route.letter]
        own = [violation for violation in violations if violation.letter == route.letter]
        columns.append(
            BoardColumn(
                letter=route.letter,
                style="r" + COLOURS[_place(route.letter) % len(COLOURS)],
                shift_id=route.shift_id,
                driver=" with ".join(desk.base.volunteers[member.id].name for member in crew.members),
                vehicle=crew.driver.vehicle,
                departs=hhmm(timed.departs_s),
                ends=hhmm(timed.ends_s),
                distance_m=timed.distance_m,
                duration_s=timed.duration_s,
                is_pinned=route.is_pinned,
                stops=_stops(desk, board, route, [hhmm(stop.service_s) for stop in timed.stops], own),
                violations=tuple(violation.sentence for violation in own),
            )
        )
    return columns


def _place(letter: str) -> int:
    place = 0
    for sign in letter:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1


def _stops(
    desk: EditDesk, board: DayBoard, route: BoardRoute, times: list[str], violations: list[Violation]
) -> tuple[BoardStop, ...]:
    driver = desk.case(board.day).crew_of_shift(route.shift_id).driver.id
    number = 0
    stops = []
    for task, at in zip(route.tasks, times, strict=True):
        number += task.kind is StopKind.DELIVERY
        stops.append(
            BoardStop(
                key=task.key,
                kind=task.kind,
                number=number if task.kind is StopKind.DELIVERY else None,
                name=_name(desk, board, task),
                at=at,
                items=tuple(
                    (_product(desk, task, place), food.quantity, food.weight_g) for place, food in enumerate(task.food)
                ),
                is_pinned=task.key in board.pinned_stops,
                is_pair_pinned=task.household_id is not None and (task.household_id, driver) in board.pinned_pairs,
                violations=tuple(each.sentence for each in violations if each.key == task.key),
            )
        )
    return tuple(stops)


def _product(desk: EditDesk, task: Task, place: int) -> Product | None:
    order_id = task.food[place].order_id
    line = desk.base.lines.get(order_id) if order_id is not None else None
    return line.product if line is not None else None


def _name(desk: EditDesk, board: DayBoard, task: Task) -> str:
    if task.household_id is not None:
        return desk.base.household_ref(task.household_id)
    if task.kind is StopKind.HUB_DROP:
        hub_id = task.food[0].hub_id
        hub = desk.base.hubs.get(hub_id) if hub_id is not None else None
        return desk.base.organisations[hub.organisation_id].name if hub is not None else "a hub"
    return desk.base.organisations[desk.case(board.day).sources[task.key].organisation_id].name


def _shifts(desk: EditDesk, case: EditCase, board: DayBoard) -> tuple[BoardShift, ...]:
    """Everybody on shift but the helpers of others, those with a route first."""
    helpers = {route.helper_shift_id for route in board.routes}
    shifts = []
    for shift_id, crew in case.crews.items():
        if shift_id not in helpers:
            route = board.route_of(shift_id)
            shifts.append(
                BoardShift(
                    shift_id=shift_id,
                    driver=desk.base.volunteers[crew.driver.id].name,
                    vehicle=crew.driver.vehicle,
                    hours=f"{hhmm(crew.start_s)} to {hhmm(crew.end_s)}",
                    letter=route.letter if route is not None else "",
                )
            )
    return tuple(sorted(shifts, key=lambda shift: (not shift.letter, len(shift.letter), shift.letter, shift.hours)))


def _waiting(desk: EditDesk, case: EditCase, checked: CheckedPlan) -> tuple[WaitingOrder, ...]:
    rows = [
        WaitingOrder(
            order_id=missing.order_id,
            ref=desk.base.household_ref(missing.household_id),
            product=missing.product,
            quantity=missing.quantity,
            sentence=missing.sentence,
        )
        for missing in checked.plan.unserved
        if missing.order_id in case.lines and case.lines[missing.order_id].fulfilment is Fulfilment.DELIVERY
    ]
    return tuple(sorted(rows, key=lambda row: row.ref))


def _day_of(session: Session, draft: PlanDraft, desk: EditDesk) -> date:
    last = session.scalar(
        select(PlanEdit.service_date).where(PlanEdit.draft_id == draft.id, PlanEdit.number == draft.position)
    )
    return last or min((route.day for route in desk.plan.routes), default=desk.week.monday)


def _has_edit(session: Session, draft: PlanDraft, number: int) -> bool:
    found = session.scalar(select(PlanEdit.id).where(PlanEdit.draft_id == draft.id, PlanEdit.number == number))
    return found is not None


def _last_words(session: Session, draft: PlanDraft, desk: EditDesk) -> str:
    """`Dana moved a stop at 12:04`, or nothing before the first change."""
    row = session.execute(
        select(PlanEdit.kind, PlanEdit.made_by, PlanEdit.made_at).where(
            PlanEdit.draft_id == draft.id, PlanEdit.number == draft.position
        )
    ).one_or_none()
    if row is None:
        return ""
    name = session.scalar(select(Account.name).where(Account.id == row.made_by)) if row.made_by else None
    return f"{name or 'Somebody'} {row.kind.done} at {row.made_at.astimezone(desk.base.zone):%H:%M}"
