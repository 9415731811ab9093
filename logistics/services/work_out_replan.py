"""Work out the proposals of a re-plan, each tried on the rows and checked before anybody sees it. Done by a worker, not by a page."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.checking.faults import PlanFault
from logistics.domain.errors import NotFound
from logistics.domain.replanning import PUT_ASIDE, WHY_NOT, FoodOnVan, ReplanReason, ReplanState
from logistics.gateways.clock import Clock
from logistics.gateways.roads.port import Router
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion, Replan, ReplanProposal
from logistics.planning.progress import ShouldStop, never_stop
from logistics.planning.replan_case import ReplanCase
from logistics.planning.replan_draft import Draft, draft_document
from logistics.planning.replan_options import SOLVE_S, propose
from logistics.planning.running_day import RunningDay
from logistics.queries.running_day import counted_portions, read_running_day
from logistics.services.accept_replan import apply_draft
from logistics.services.check_plan import check_plan
from logistics.services.urgent_orders import order_asked_for, snapshot_of

log = logging.getLogger(__name__)

Id = uuid.UUID


def work_out_replan(
    database: Database,
    network_id: Id,
    run_id: Id,
    *,
    roads: Router,
    clock: Clock,
    seconds: float = SOLVE_S,
    should_stop: ShouldStop = never_stop,
) -> Callable[[Session], Id]:
    """Find and store the proposals, each as soon as it is found; returns what ends the run: it names the plan they start from.

    Safe to repeat from the start: what an attempt before had stored is put away first. Raises NotFound for a run of no re-plan.
    """
    made_at = clock.now()
    with database.writing(network_id) as session:
        asked = _locked(session, run_id)
        for proposal in list(asked.proposals):
            session.delete(proposal)
        replan_id, plan_id, on, case = asked.id, asked.plan_id, asked.service_date, case_of(asked)
        snapshot_id = snapshot_of(asked)
    with database.reading(network_id) as session:
        if case.reason is ReplanReason.DONOR_SHORT:
            case = replace(case, loaded=counted_portions(session, plan_id, on))
        day = read_running_day(session, plan_id, on, now=made_at, snapshot_id=snapshot_id)
    number = put_aside = 0
    why_not = ""
    for found in propose(day, case, roads, seconds=seconds, should_stop=should_stop):
        if case.order_id is not None and found.left_out:
            why_not = found.left_out[0].sentence
            continue
        draft = replace(found, snapshot_id=snapshot_id)
        faults = try_draft(database, network_id, day, draft, roads=roads, clock=clock)
        if faults:
            log.warning(
                "Re-plan %s: a %s proposal was put aside: %s", replan_id, draft.kind.value, faults[0].rule.value
            )
            put_aside += 1
            continue
        number += 1
        with database.writing(network_id) as session:
            asked = _locked(session, run_id)
            if asked.state not in (ReplanState.ASKED, ReplanState.READY):
                break
            asked.state, asked.made_at = ReplanState.READY, made_at
            session.add(_proposal(replan_id, number, day, draft))

    def end(session: Session) -> Id:
        still = _locked(session, run_id)
        if still.state is ReplanState.ASKED:
            still.state, still.made_at = ReplanState.READY, made_at
        still.details = {**still.details, PUT_ASIDE: put_aside, WHY_NOT: why_not}
        return plan_id

    return end


def _proposal(replan_id: Id, number: int, day: RunningDay, draft: Draft) -> ReplanProposal:
    """The row of a draft, with how each route that it changes stands now."""
    return ReplanProposal(
        replan_id=replan_id,
        number=number,
        kind=draft.kind,
        draft=draft_document(draft),
        marks={
            str(route.route_id): live.mark
            for route in draft.routes
            if route.route_id is not None and (live := day.route(route.route_id)) is not None
        },
    )


def case_of(asked: Replan) -> ReplanCase:
    """What was asked, as planning takes it."""
    to = asked.details.get("to_volunteer_id")
    return ReplanCase(
        reason=asked.reason,
        route_id=asked.route_id,
        food=FoodOnVan(asked.details.get("food", FoodOnVan.FETCH.value)),
        van_site_id=asked.site_id,
        to_volunteer_id=None if to is None else uuid.UUID(to),
        slot_id=asked.slot_id,
        counts={uuid.UUID(batch_id): count for batch_id, count in asked.details.get("counts", {}).items()},
        order_id=order_asked_for(asked),
    )


def try_draft(
    database: Database, network_id: Id, day: RunningDay, draft: Draft, *, roads: Router, clock: Clock
) -> tuple[PlanFault, ...]:
    """What the checker would say of the day with this draft, beyond what it says now. Nothing is kept."""
    with database.writing(network_id) as session:
        plan = session.get_one(PlanVersion, day.plan_id)
        apply_draft(session, plan, day.day, draft, roads=roads, now=clock.now())
        found = check_plan(session, plan.id, roads=roads)
        session.rollback()
    if not found:
        return ()
    with database.reading(network_id) as session:
        known = {(fault.rule, fault.sentence) for fault in check_plan(session, day.plan_id, roads=roads)}
    return tuple(fault for fault in found if (fault.rule, fault.sentence) not in known)


def _locked(session: Session, run_id: Id) -> Replan:
    asked = session.scalar(select(Replan).where(Replan.run_id == run_id).with_for_update())
    if asked is None:
        raise NotFound("This re-plan is not there any more, or was asked for again. Go back to the day.")
    return asked
