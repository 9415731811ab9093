"""What became of a donation on its day, as its donor or a dispatcher says it. What a driver reports stands above it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, RouteState, SlotState, change
from logistics.domain.vocabulary import RejectReason
from logistics.domain.week import LONDON
from logistics.persistence.tables import DonationSlot, PlanVersion, Route, Stop
from logistics.queries.route_events import OPEN_STOPS
from logistics.services.donation_slots import SlotSaved, require_version
from logistics.services.slot_draft import PROBLEM
from logistics.services.slot_trail import facts_of, note_slot

OUTCOMES = (SlotState.COLLECTED, SlotState.SHORT, SlotState.REJECTED, SlotState.MISSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeDraft:
    """What somebody says of the day. `counts`: portions that came, by batch, where fewer came."""

    outcome: SlotState | None
    counts: Mapping[uuid.UUID, int] = field(default_factory=dict)
    reason: RejectReason | None = None


def record_outcome(
    session: Session, actor: Actor, slot_id: uuid.UUID, draft: OutcomeDraft, *, version: int, now: datetime
) -> SlotSaved:
    """Store the outcome of a slot; said again, it corrects what was said before.

    Raises NotFound, Conflict, BadInput, RuleBroken before the day and once a driver has reported the pickup.
    """
    slot = session.scalar(
        select(DonationSlot)
        .where(DonationSlot.id == slot_id)
        .options(selectinload(DonationSlot.batches))
        .with_for_update()
    )
    if slot is None or not may_record(actor, slot.donor_id):
        raise NotFound("There is no such donation of yours. It may belong to somebody else.")
    require_version(slot, version)
    if slot.service_date > now.astimezone(LONDON).date():
        raise RuleBroken("That day is still to come. Change or withdraw the donation instead.")
    if driver_has_told(session, slot.id) or (slot.state in OUTCOMES and not slot.is_told_by_hand):
        raise RuleBroken("A driver has reported this pickup: what the driver counted stands. Ring your dispatcher.")
    before = facts_of(slot)
    outcome = _check(slot, draft)
    confirmed = change(slot.state, SlotState.CONFIRMED) if slot.state is SlotState.OFFERED else slot.state
    slot.state = change(confirmed, outcome)
    slot.is_told_by_hand = True
    slot.rejected_for = draft.reason if outcome is SlotState.REJECTED else None
    for batch in slot.batches:
        batch.portions_collected = _collected(batch.id, batch.portions, outcome, draft)
    reason = draft.reason.value if outcome is SlotState.REJECTED and draft.reason else ""
    note_slot(session, actor, slot, "slot_outcome", before=before, now=now, reason=reason)
    return SlotSaved(id=slot.id, state=slot.state)


def may_record(actor: Actor, donor_id: uuid.UUID) -> bool:
    """Its donor, and whoever runs the day."""
    return actor.may(Permission.EDIT_SLOTS, organisations=frozenset({donor_id})) or actor.may(Permission.RUN_DAY)


def driver_has_told(session: Session, slot_id: uuid.UUID) -> bool:
    """Whether a driver of the plan that was sent out has reported the pickup of this slot, done or failed."""
    found = session.scalar(
        select(Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            Stop.slot_id == slot_id,
            Stop.kind == StopKind.PICKUP,
            Stop.state.not_in(OPEN_STOPS),
            PlanVersion.state == PlanState.PUBLISHED,
            Route.state.not_in((RouteState.DECLINED, RouteState.HANDED_OVER, RouteState.ABORTED)),
        )
        .limit(1)
    )
    return found is not None


def _check(slot: DonationSlot, draft: OutcomeDraft) -> SlotState:
    if draft.outcome not in OUTCOMES or draft.outcome is None:
        raise BadInput(PROBLEM, {"outcome": "Choose what became of it"})
    if draft.outcome is SlotState.REJECTED and draft.reason is None:
        raise BadInput(PROBLEM, {"reason": "Choose why it was not taken"})
    if draft.outcome is SlotState.SHORT:
        errors = {
            f"count-{batch.id}": f"Enter how many came, from 0 to {batch.portions:,}"
            for batch in slot.batches
            if batch.portions and not 0 <= draft.counts.get(batch.id, -1) <= batch.portions
        }
        if errors:
            raise BadInput(PROBLEM, errors)
        came = sum(draft.counts.get(batch.id, 0) for batch in slot.batches if batch.portions)
        if came >= sum(batch.portions for batch in slot.batches):
            raise BadInput(PROBLEM, {"outcome": "As many came as were promised: choose “collected”"})
    return draft.outcome


def _collected(batch_id: uuid.UUID, portions: int, outcome: SlotState, draft: OutcomeDraft) -> int | None:
    if outcome is SlotState.COLLECTED:
        return portions
    return draft.counts[batch_id] if outcome is SlotState.SHORT and portions else None
