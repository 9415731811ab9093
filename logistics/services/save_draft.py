"""Keep a draft: its plan becomes the week's next version, with what the checker found in it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import Conflict, RuleBroken
from logistics.domain.plan_edits import DraftState
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import PlanDraft, PlanVersion
from logistics.planning.plan_values import WeekPlan
from logistics.services import audit
from logistics.services.check_plan import check_plan
from logistics.services.edit_desk import EditDesk, boards_of
from logistics.services.edit_plan import locked_draft
from logistics.services.plan_version_rows import PlanSource
from logistics.services.store_plan import store_plan

BY_HAND = "Changed by hand from version"


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedDraft:
    """The new version: its number, and how many rules it breaks. One that breaks any cannot be published."""

    plan_id: uuid.UUID
    number: int
    violations: int


def save_draft(
    session: Session,
    actor: Actor,
    draft_id: uuid.UUID,
    *,
    seen: int,
    even_so: bool = False,
    roads: Router,
    now: datetime,
) -> SavedDraft:
    """Store the draft's plan as a proposal. Raises RuleBroken when nothing was changed, Conflict when somebody was faster.

    A version made since the draft was opened is replaced only where the caller says so (`even_so`).
    """
    draft = locked_draft(session, actor, draft_id, seen=seen)
    if not even_so:
        _refuse_if_overtaken(session, draft)
    desk = EditDesk(session, draft.base_plan_id, roads)
    plan = desk.plan_with(boards_of(session, draft))
    if plan == desk.plan:
        raise RuleBroken("Nothing was changed yet, so there is nothing to save.")
    saved = keep_draft(session, draft, plan, desk.source(), roads=roads, now=now)
    audit.note(
        session, actor, "save", "plan_draft", draft.id, now=now, number=saved.number, violations=saved.violations
    )
    return saved


def keep_draft(
    session: Session, draft: PlanDraft, plan: WeekPlan, source: PlanSource, *, roads: Router, now: datetime
) -> SavedDraft:
    """Store a plan as what became of a draft, checked again from its rows."""
    number = session.get_one(PlanVersion, draft.base_plan_id).number
    notes = tuple(note for note in plan.notes if not note.startswith(BY_HAND))
    plan = replace(plan, notes=(*notes, f"{BY_HAND} {number}."))
    plan_id = store_plan(session, plan, source, now=now)
    session.flush()
    session.expire_all()
    faults = check_plan(session, plan_id, roads=roads)
    version = session.get_one(PlanVersion, plan_id)
    version.violations = len(faults)
    draft.state = DraftState.SAVED
    draft.saved_plan_id = plan_id
    draft.changed_at = now
    session.flush()
    return SavedDraft(plan_id=plan_id, number=version.number, violations=len(faults))


def newer_version(session: Session, draft: PlanDraft) -> int | None:
    """The number of a version that was made after the draft was opened, if there is one."""
    return session.scalar(
        select(PlanVersion.number)
        .where(
            PlanVersion.week_id == draft.week_id,
            PlanVersion.made_at > draft.opened_at,
            PlanVersion.id != draft.base_plan_id,
        )
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )


def _refuse_if_overtaken(session: Session, draft: PlanDraft) -> None:
    newer = newer_version(session, draft)
    if newer is not None:
        raise Conflict(
            f"Version {newer} was made while you were editing, and saving would take its place. Compare the two, "
            "then save all the same, or throw this draft away."
        )
