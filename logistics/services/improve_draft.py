"""Improve a draft around its pins: asked for like any planning run, done by the worker, kept as the week's next version."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import Conflict
from logistics.domain.plan_edits import DraftState
from logistics.domain.planning import CrewRole
from logistics.domain.vocabulary import PlanMethod, UnservedCode
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.port import Router
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanDraft
from logistics.planning.edit_board import DayBoard
from logistics.planning.edited_week import LeftOut, with_day
from logistics.planning.improve_around import Effort, improve_day
from logistics.planning.plan_values import WeekPlan
from logistics.planning.progress import PlanProgress, Report, ShouldStop, ignore_progress, never_stop
from logistics.services.edit_desk import EditDesk, boards_of
from logistics.services.edit_plan import draft_of, locked_draft
from logistics.services.save_draft import keep_draft
from logistics.services.solve_runs import request_run
from routing.engines.protocol import Progress

AROUND_PINS = LeftOut(
    code=UnservedCode.NO_ROOM,
    sentence="The planner found no place for it around what is pinned.",
    remedy="Take a pin away, or add a driver.",
)
LEAST_DAY_S = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class ImproveOrder:
    """Which draft to improve and how: seconds of solving over all days, and a seed."""

    draft_id: uuid.UUID
    seconds: float
    seed: int = 0


def request_improvement(
    session: Session, actor: Actor, draft_id: uuid.UUID, *, seconds: int, seen: int, now: datetime
) -> uuid.UUID:
    """Ask for a draft to be improved; returns the run's id, to be submitted once this is committed.

    Until the run has ended nobody changes the draft. Raises Conflict when somebody was faster or the week is being planned.
    """
    draft = locked_draft(session, actor, draft_id, seen=seen)
    run_id = request_run(
        session, actor, week_id=draft.week_id, method=PlanMethod.BY_HAND, seconds=seconds, seed=0, now=now
    )
    draft.run_id = run_id
    draft.changed_by = actor.account_id
    draft.changed_at = now
    session.flush()
    return run_id


def draft_of_run(session: Session, run_id: uuid.UUID) -> uuid.UUID | None:
    """The draft that a run is to improve; None for a run that plans its week."""
    return session.scalar(select(PlanDraft.id).where(PlanDraft.run_id == run_id))


def improve_draft(
    database: Database,
    network_id: uuid.UUID,
    order: ImproveOrder,
    *,
    roads: Router,
    now: datetime,
    report: Report = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Callable[[Session], uuid.UUID]:
    """Improve in memory; what is returned stores the new version, ends the draft, and gives the plan's id.

    Raises RuleBroken when the pins cannot be kept.
    """
    with database.reading(network_id) as session:
        draft = draft_of(session, order.draft_id)
        desk = EditDesk(session, draft.base_plan_id, roads)
        boards = boards_of(session, draft)
        for day in desk.week.days:
            boards[day] = desk.board(day, draft, boards)
    plan = _Improvement(desk, boards, order, report, should_stop).run()
    source = desk.source()

    def write(session: Session) -> uuid.UUID:
        found = _still_open(session, order.draft_id)
        return keep_draft(session, found, plan, source, roads=roads, now=now).plan_id

    return write


def _still_open(session: Session, draft_id: uuid.UUID) -> PlanDraft:
    draft = session.scalars(select(PlanDraft).where(PlanDraft.id == draft_id).with_for_update()).one()
    if draft.state is not DraftState.OPEN:
        raise Conflict("The draft was saved or thrown away while the planner improved it, so nothing was kept.")
    return draft


class _Improvement:
    """One run over the days of a draft."""

    def __init__(
        self,
        desk: EditDesk,
        boards: Mapping[date, DayBoard],
        order: ImproveOrder,
        report: Report,
        should_stop: ShouldStop,
    ) -> None:
        self._desk = desk
        self._boards = boards
        self._order = order
        self._report = report
        self._should_stop = should_stop
        self._before = self._plan = desk.plan_with(boards)

    def run(self) -> WeekPlan:
        """Day by day, each with the hours that the others leave."""
        open_days = [day for day, board in self._boards.items() if any(not route.is_pinned for route in board.routes)]
        weights = {day: sum(len(route.stops) for route in self._boards[day].routes) ** 1.5 for day in open_days}
        done = 0.0
        for day in open_days:
            share = weights[day] / sum(weights.values())
            self._improve(day, max(LEAST_DAY_S, self._order.seconds * share), done)
            done += share
        return self._desk.charged(self._plan, self._before)

    def _improve(self, day: date, seconds: float, done: float) -> None:
        if self._should_stop():
            return

        def tell(progress: Progress) -> None:
            self._report(
                PlanProgress(
                    phase=f"Improving {Weekday.of(day).label} around the pins",
                    permille=min(999, round(1000 * done)),
                    best_cost=None,
                    served=progress.served,
                    unserved=progress.unserved,
                )
            )

        case = self._desk.case(day)
        better = improve_day(
            case,
            self._boards[day],
            remaining_s=self._remaining_s(day),
            effort=Effort(seconds=seconds, seed=self._order.seed, should_stop=self._should_stop, on_progress=tell),
        )
        self._plan = with_day(self._plan, case, better, left_out=AROUND_PINS)
        self._plan = replace(self._plan, seconds=self._plan.seconds + seconds)

    def _remaining_s(self, without: date) -> dict[uuid.UUID, int]:
        """The hours of the week that each volunteer has left for that day; a helper's way to the driver counts."""
        spent: Counter[uuid.UUID] = Counter()
        for route in self._plan.routes:
            if route.day == without:
                continue
            for member in route.crew:
                spent[member.volunteer_id] += route.duration_s
                if member.role is CrewRole.HELPER:
                    board = self._boards[route.day].route_of(route.shift_id)
                    spent[member.volunteer_id] += (
                        0 if board is None else self._desk.case(route.day).crew_of(board).meeting_s
                    )
        volunteers = self._desk.week_input.volunteers.values()
        return {volunteer.id: max(0, volunteer.max_week_s - spent[volunteer.id]) for volunteer in volunteers}
