"""Accept a proposal: a new published version in one transaction, in which only the routes that the proposal names differ."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import Conflict, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.replanning import GOOD_FOR, ReplanState
from logistics.domain.states import OrderState, PlanState, StopState, change
from logistics.domain.vocabulary import Fulfilment, PlanMethod, Product
from logistics.gateways.roads.port import Router
from logistics.persistence.tables import (
    Allocation,
    Order,
    PlanVersion,
    Replan,
    ReplanProposal,
    Route,
    Stop,
    StopItem,
    UnservedOrder,
)
from logistics.planning.replan_draft import Draft, DraftLeftOut, draft_of
from logistics.queries.running_day import route_marks
from logistics.services import audit
from logistics.services.check_plan import PlanFault, check_plan
from logistics.services.plan_archive import copy_promises, pass_on_routes
from logistics.services.plan_week import PlanFaulty
from logistics.services.replan_charges import recount_charges
from logistics.services.replan_rows import DraftWriter
from logistics.services.urgent_orders import allot_new_doors

Id = uuid.UUID


class StaleProposal(Conflict):
    """Something happened since the proposal was made: it is not accepted, and the day is planned again from now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedReplan:
    """The version that was published, and the routes that differ from the one before."""

    plan_id: Id
    number: int
    route_ids: tuple[Id, ...]


def accept_proposal(session: Session, actor: Actor, proposal_id: Id, *, roads: Router, now: datetime) -> AcceptedReplan:
    """Publish the proposal as the week's next version. Done stops stay as they are; routes it does not name are not touched.

    Raises StaleProposal when anything happened since on a route that it names, another version was published, or its times
    have passed; PlanFaulty when the result would break a rule that the running plan keeps. Nothing is changed then.
    """
    actor.require(Permission.RUN_DAY)
    proposal = session.scalar(select(ReplanProposal).where(ReplanProposal.id == proposal_id))
    if proposal is None:
        raise NotFound("There is no such proposal. Go back to the day.")
    asked = session.scalars(select(Replan).where(Replan.id == proposal.replan_id).with_for_update()).one()
    if asked.state is ReplanState.ACCEPTED:
        raise Conflict("One of these proposals was accepted already. Go back to the day to see what holds now.")
    draft = draft_of(proposal.draft)
    plan = session.scalars(select(PlanVersion).where(PlanVersion.id == asked.plan_id).with_for_update()).one()
    _require_fresh(session, asked, plan, proposal.marks, now)
    after = publish_draft(session, plan, asked, draft, roads=roads, now=now)
    after.published_by = actor.account_id
    asked.state, asked.accepted_at = ReplanState.ACCEPTED, now
    asked.accepted_number, asked.accepted_plan_id = proposal.number, after.id
    audit.note(session, actor, "accept_replan", "replan", asked.id, now=now, kind=draft.kind.value, number=after.number)
    session.flush()
    touched = tuple(route.route_id for route in draft.routes if route.route_id is not None)
    return AcceptedReplan(plan_id=after.id, number=after.number, route_ids=touched)


def publish_draft(
    session: Session, plan: PlanVersion, asked: Replan, draft: Draft, *, roads: Router, now: datetime
) -> PlanVersion:
    """The next version, published and checked. Raises PlanFaulty for a fault that the version before does not have."""
    if roads.info().engine != plan.roads_engine:
        raise RuleBroken(
            "The running plan was made with another road map. Set that one again before you plan the day again."
        )
    before_id = plan.id
    after = _next_version(session, plan, draft, now)
    session.add(after)
    pass_on_routes(session, before_id, after.id)
    copy_promises(session, before_id, after.id)
    plan = session.get_one(PlanVersion, before_id)
    plan.state = change(plan.state, PlanState.SUPERSEDED)
    after = session.get_one(PlanVersion, after.id)
    apply_draft(session, after, asked.service_date, draft, roads=roads, now=now)
    new = new_faults(session, before_id, after.id, roads)
    if new:
        more = f" and {len(new) - 1} more" if len(new) > 1 else ""
        raise PlanFaulty(f"This would break a rule, so nothing was changed: {new[0].sentence}{more}.")
    return after


def apply_draft(session: Session, plan: PlanVersion, day: date, draft: Draft, *, roads: Router, now: datetime) -> None:
    """Bring the rows of a version that is out to what the draft says."""
    if draft.snapshot_id is not None:
        plan.snapshot_id = draft.snapshot_id
    DraftWriter(session, plan, day, now=now).write(draft)
    allot_new_doors(session, plan, day, draft)
    for left in draft.left_out:
        _leave_out(session, plan, day, left)
    recount_charges(session, plan, day, roads=roads)
    _count(session, plan)
    session.flush()


def new_faults(session: Session, before_id: Id, after_id: Id, roads: Router) -> tuple[PlanFault, ...]:
    """Faults of a version that the one before does not have: food that came short at noon is not the re-plan's doing."""
    found = check_plan(session, after_id, roads=roads)
    if not found:
        return ()
    known = Counter((fault.rule, fault.sentence) for fault in check_plan(session, before_id, roads=roads))
    return tuple(fault for fault in found if (fault.rule, fault.sentence) not in known)


def _require_fresh(session: Session, asked: Replan, plan: PlanVersion, marks: Mapping[str, Any], now: datetime) -> None:
    again = "It has been worked out again from how things stand now: please look at the new proposals."
    if plan.state is not PlanState.PUBLISHED:
        raise StaleProposal(f"Another version of the plan was published meanwhile. {again}")
    if asked.made_at is None or now - asked.made_at > GOOD_FOR:
        raise StaleProposal(f"This proposal is more than {GOOD_FOR.seconds // 60} minutes old. {again}")
    now_marks = {str(route_id): mark for route_id, mark in route_marks(session, plan.id, asked.service_date).items()}
    changed = [route_id for route_id, mark in marks.items() if now_marks.get(route_id) != mark]
    if changed:
        letters = session.scalars(
            select(Route.letter).where(Route.id.in_(map(uuid.UUID, changed))).order_by(Route.letter)
        )
        raise StaleProposal(f"Something has happened on route {', '.join(letters)} since. {again}")


def _next_version(session: Session, plan: PlanVersion, draft: Draft, now: datetime) -> PlanVersion:
    last = session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.week_id == plan.week_id)) or 0
    same = (
        "week_id", "snapshot_id", "roads_engine", "roads_data_date", "roads_data", "roads_profiles", "roads_attribution",
        "roads_is_estimate", "made_with", "charge_zones", "seed", "totals",
    )  # fmt: skip
    return PlanVersion(
        id=uuid.uuid4(),
        number=last + 1,
        state=PlanState.PUBLISHED,
        method=PlanMethod.REPLANNED,
        engine=draft.engine[:120],
        cost=plan.cost + draft.extra_cost,
        distance_m=plan.distance_m,
        duration_s=plan.duration_s,
        made_at=now,
        published_at=now,
        **{name: getattr(plan, name) for name in same},
    )


def _leave_out(session: Session, plan: PlanVersion, day: date, left: DraftLeftOut) -> None:
    """An order that nobody can serve is named, with its reason, and nothing is allotted to it any more."""
    for item in left.items:
        if item.order_id is None or left.household_id is None or item.product is None:
            continue
        session.add(
            UnservedOrder(
                plan_id=plan.id,
                order_id=item.order_id,
                household_id=left.household_id,
                product=item.product,
                quantity=item.quantity,
                service_date=day,
                code=left.code,
                sentence=left.sentence[:500],
                remedy=left.remedy[:500],
            )
        )
        given = session.scalars(
            select(Allocation).where(
                Allocation.plan_id == plan.id,
                Allocation.order_id == item.order_id,
                Allocation.service_date == day,
                Allocation.batch_id == item.batch_id if item.batch_id is not None else Allocation.hub_id == item.hub_id,
            )
        ).first()
        if given is not None:
            given.quantity -= item.quantity
            if given.quantity <= 0:
                session.delete(given)
        _release(session, plan, item.order_id)


def _release(session: Session, plan: PlanVersion, order_id: Id) -> None:
    """An order with no stop left is free again; one whose food is on the road has failed."""
    session.flush()
    still = session.scalar(
        select(StopItem.id)
        .join(Stop, Stop.id == StopItem.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .where(StopItem.order_id == order_id, Route.plan_id == plan.id, Stop.state != StopState.CANCELLED)
        .limit(1)
    )
    order = session.get_one(Order, order_id)
    if still is not None:
        return
    if order.state is OrderState.OUT_FOR_DELIVERY:
        order.state = change(order.state, OrderState.FAILED)
    elif order.state is OrderState.PLANNED:
        order.state = change(order.state, OrderState.CONFIRMED)


def _count(session: Session, plan: PlanVersion) -> None:
    """The version's totals, from its rows."""
    session.flush()
    routes = session.scalars(select(Route).where(Route.plan_id == plan.id)).all()
    plan.distance_m = sum(route.distance_m for route in routes)
    plan.duration_s = sum(route.duration_s for route in routes)
    served: Counter[Product] = Counter()
    doors: set[Id] = set()
    goods_g = 0
    for stop_id, kind, product, quantity, weight_g in session.execute(
        select(Stop.id, Stop.kind, StopItem.product, StopItem.quantity, StopItem.weight_g)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .where(Route.plan_id == plan.id, Stop.kind != StopKind.PICKUP, Stop.state != StopState.CANCELLED)
    ):
        if kind is StopKind.HUB_DROP:
            goods_g += weight_g
        else:
            doors.add(stop_id)
            if product is not None:
                served[product] += quantity
    served[Product.PARCEL] += _collected_parcels(session, plan)
    unserved: Counter[Product] = Counter()
    for row in session.scalars(select(UnservedOrder).where(UnservedOrder.plan_id == plan.id)):
        unserved[row.product] += row.quantity
    plan.totals = {
        **plan.totals,
        "served": {product.value: served[product] for product in Product},
        "unserved": {product.value: unserved[product] for product in Product},
        "routes": len(routes),
        "charges_pence": sum(charge["price_pence"] for route in routes for charge in route.charges or ()),
        "doors": len(doors),
        "goods_g": goods_g,
    }


def _collected_parcels(session: Session, plan: PlanVersion) -> int:
    return int(
        session.scalar(
            select(func.coalesce(func.sum(Allocation.quantity), 0))
            .join(Order, Order.id == Allocation.order_id)
            .where(Allocation.plan_id == plan.id, Order.fulfilment == Fulfilment.COLLECTION)
        )
        or 0
    )
