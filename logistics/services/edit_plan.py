"""Edit a plan by hand: open a draft of a version, change it step by step, take steps back, throw it away.

Every step is one row and one transaction. Nothing of the plan itself changes until the draft is saved (`save_draft`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from logistics.checking.faults import PlanFault
from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import Conflict, NotFound, RuleBroken
from logistics.domain.plan_edits import DraftState
from logistics.domain.states import RouteState, WeekState
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import Account, Network, PlanDraft, PlanEdit, PlanVersion, Route, SolveRun, Week
from logistics.planning.edit_board import DayBoard, board_to_json
from logistics.planning.edited_week import spare_food
from logistics.planning.edits import Edit, edited
from logistics.planning.plan_values import WeekPlan
from logistics.queries.solve_runs import OPEN_STATES
from logistics.services.edit_desk import CheckedPlan, EditDesk, EditDesks, boards_of, pins_of

NOT_OUT = (RouteState.DRAFT, RouteState.PUBLISHED, RouteState.ACCEPTED, RouteState.DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftFigures:
    """What a plan comes to."""

    distance_m: int
    duration_s: int
    unserved: int
    cost: int

    @classmethod
    def of(cls, plan: WeekPlan) -> DraftFigures:
        """Summed over the week."""
        return cls(
            distance_m=plan.distance_m,
            duration_s=plan.duration_s,
            unserved=sum(missing.quantity for missing in plan.unserved),
            cost=plan.cost,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPreview:
    """What an edit would do: what the plan comes to before and after it, and every rule it would break."""

    board: DayBoard
    before: DraftFigures
    after: DraftFigures
    faults: tuple[PlanFault, ...]
    checked: CheckedPlan


def open_draft(session: Session, actor: Actor, plan_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Begin to edit a version, or join whoever does already; returns the draft's id.

    Raises RuleBroken for a closed week and for a version whose drivers are on the road.
    """
    actor.require(Permission.PLAN_WEEK)
    plan = session.scalar(select(PlanVersion).where(PlanVersion.id == plan_id))
    if plan is None:
        raise NotFound("There is no such plan. Go back to the week and choose one of its versions.")
    week = session.scalars(select(Week).where(Week.id == plan.week_id).with_for_update()).one()
    if week.state is WeekState.CLOSED:
        raise RuleBroken("This week is closed: its plan can be read, not changed. Choose a later week.")
    routes = session.scalars(select(Route.state).where(Route.plan_id == plan.id)).all()
    if any(state not in NOT_OUT for state in routes):
        raise RuleBroken(
            f"Version {plan.number} is on the road: what its drivers did stays done. Follow the day, and change it there."
        )
    known = session.scalar(
        select(PlanDraft.id).where(PlanDraft.base_plan_id == plan_id, PlanDraft.state == DraftState.OPEN)
    )
    if known is not None:
        return known
    draft = PlanDraft(
        id=uuid.uuid4(),
        week_id=plan.week_id,
        base_plan_id=plan.id,
        pins=_pins_kept(session, plan.id),
        opened_by=actor.account_id,
        opened_at=now,
        changed_by=actor.account_id,
        changed_at=now,
    )
    session.add(draft)
    session.flush()
    return draft.id


def _pins_kept(session: Session, plan_id: uuid.UUID) -> dict[str, Any]:
    """The pins of the draft that became this plan, so that they hold for whoever goes on from it."""
    before = session.scalar(select(PlanDraft).where(PlanDraft.saved_plan_id == plan_id))
    if before is None:
        return {}
    return {**before.pins, **{day.isoformat(): pins_of(board) for day, board in boards_of(session, before).items()}}


def preview_edit(
    session: Session,
    actor: Actor,
    draft_id: uuid.UUID,
    edit: Edit,
    *,
    roads: Router,
    now: datetime,
    desks: EditDesks | None = None,
) -> EditPreview:
    """What the edit would do to the draft as it is. Nothing is stored. `desks`: for whoever asks many times in a row."""
    actor.require(Permission.PLAN_WEEK)
    draft = draft_of(session, draft_id)
    desk = EditDesk(session, draft.base_plan_id, roads) if desks is None else desks.desk(session, draft, roads)
    boards = boards_of(session, draft)
    board = desk.board(edit.day, draft, boards)
    current = desk.plan_held(boards)
    after = edited(desk.case(edit.day), board, edit, spare_food(current, desk.case(edit.day)))
    plan = desk.plan_with({**boards, edit.day: after})
    checked = desk.checked(plan, now=now)
    return EditPreview(
        board=after,
        before=DraftFigures.of(current),
        after=DraftFigures.of(plan),
        faults=checked.faults,
        checked=checked,
    )


def edit_draft(
    session: Session, actor: Actor, draft_id: uuid.UUID, edit: Edit, *, seen: int, roads: Router, now: datetime
) -> int:
    """Do it: the edits that were undone are gone then. Returns the draft's number of changes, to be shown with the next.

    `seen` is that number as the page had it. Raises Conflict when somebody else was faster, and says who did what.
    """
    draft = _locked(session, actor, draft_id, seen)
    desk = EditDesk(session, draft.base_plan_id, roads)
    boards = boards_of(session, draft)
    board = desk.board(edit.day, draft, boards)
    after = edited(desk.case(edit.day), board, edit, spare_food(desk.plan_with(boards), desk.case(edit.day)))
    if after == board:
        return draft.version
    desk.plan_with({**boards, edit.day: after})  # refused here if it cannot be driven at all
    session.execute(delete(PlanEdit).where(PlanEdit.draft_id == draft.id, PlanEdit.number > draft.position))
    draft.position += 1
    session.add(
        PlanEdit(
            draft_id=draft.id,
            number=draft.position,
            kind=edit.kind,
            service_date=edit.day,
            details=_details(edit),
            after=board_to_json(after),
            made_by=actor.account_id,
            made_at=now,
        )
    )
    _touch(draft, actor, now)
    session.flush()
    return draft.version


def _details(edit: Edit) -> dict[str, Any]:
    ids = {"shift": edit.shift_id, "to_shift": edit.to_shift_id, "order": edit.order_id}
    words: dict[str, Any] = {name: str(known) for name, known in ids.items() if known is not None}
    return {**words, "stop": edit.stop, "before": edit.before, "is_on": edit.is_on}


def undo_edit(session: Session, actor: Actor, draft_id: uuid.UUID, *, seen: int, now: datetime) -> date | None:
    """Take the last edit back; returns its day, None when there is none. Raises Conflict as `edit_draft` does."""
    draft = _locked(session, actor, draft_id, seen)
    day = _day_of(session, draft, draft.position)
    if day is not None:
        _set_position(session, draft, draft.position - 1, actor, now)
    return day


def redo_edit(session: Session, actor: Actor, draft_id: uuid.UUID, *, seen: int, now: datetime) -> date | None:
    """Do again what was taken back last; returns its day, None when there is nothing. Raises Conflict as `edit_draft` does."""
    draft = _locked(session, actor, draft_id, seen)
    day = _day_of(session, draft, draft.position + 1)
    if day is not None:
        _set_position(session, draft, draft.position + 1, actor, now)
    return day


def _day_of(session: Session, draft: PlanDraft, number: int) -> date | None:
    return session.scalar(select(PlanEdit.service_date).where(PlanEdit.draft_id == draft.id, PlanEdit.number == number))


def _set_position(session: Session, draft: PlanDraft, position: int, actor: Actor, now: datetime) -> None:
    draft.position = position
    _touch(draft, actor, now)
    session.flush()


def drop_draft(session: Session, actor: Actor, draft_id: uuid.UUID, *, seen: int, now: datetime) -> None:
    """Throw the draft away. The version it began from is as it was."""
    draft = _locked(session, actor, draft_id, seen)
    draft.state = DraftState.DROPPED
    _touch(draft, actor, now)


def draft_of(session: Session, draft_id: uuid.UUID) -> PlanDraft:
    """The draft's row. Raises NotFound."""
    draft = session.scalar(select(PlanDraft).where(PlanDraft.id == draft_id))
    if draft is None:
        raise NotFound("There is no such draft. Go back to the week and choose a version to change.")
    return draft


def _locked(session: Session, actor: Actor, draft_id: uuid.UUID, seen: int) -> PlanDraft:
    """The draft for whoever may change it now: open, not with the planner, and as it was seen."""
    actor.require(Permission.PLAN_WEEK)
    draft = session.scalar(select(PlanDraft).where(PlanDraft.id == draft_id).with_for_update())
    if draft is None:
        raise NotFound("There is no such draft. Go back to the week and choose a version to change.")
    if draft.state is not DraftState.OPEN:
        raise Conflict(f"{_who_and_when(session, draft)} This draft is {draft.state}. Go back to the week.")
    if is_with_planner(session, draft):
        raise Conflict("The planner is improving this draft. Wait for it, or stop it, then go on.")
    if draft.version != seen:
        raise Conflict(
            f"{_who_and_when(session, draft)} Your change was not made. Look at the board as it is now, then repeat it."
        )
    return draft


def locked_draft(session: Session, actor: Actor, draft_id: uuid.UUID, *, seen: int) -> PlanDraft:
    """For the other services of a draft: see `edit_draft`."""
    return _locked(session, actor, draft_id, seen)


def is_with_planner(session: Session, draft: PlanDraft) -> bool:
    """Whether a planning run improves it at this moment."""
    if draft.run_id is None:
        return False
    return session.scalar(select(SolveRun.state).where(SolveRun.id == draft.run_id)) in OPEN_STATES


def _who_and_when(session: Session, draft: PlanDraft) -> str:
    """`Dana changed this draft at 12:04 (moved a stop).`"""
    name = session.scalar(select(Account.name).where(Account.id == draft.changed_by)) if draft.changed_by else None
    zone = ZoneInfo(session.get_one(Network, draft.network_id).timezone)
    kind = session.scalar(select(PlanEdit.kind).where(PlanEdit.draft_id == draft.id, PlanEdit.number == draft.position))
    what = f" ({kind.done})" if kind is not None else ""
    return f"{name or 'Somebody'} changed this draft at {draft.changed_at.astimezone(zone):%H:%M}{what}."


def _touch(draft: PlanDraft, actor: Actor, now: datetime) -> None:
    draft.changed_by = actor.account_id
    draft.changed_at = now
