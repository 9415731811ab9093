"""Publish a proposed plan: freeze it, replace the one before, and take its orders from confirmed to planned."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.states import OrderState, PlanState, RouteState, WeekState, change
from logistics.domain.vocabulary import Fulfilment
from logistics.persistence.tables import (
    Allocation,
    DriverLink,
    Network,
    Order,
    PlanVersion,
    Route,
    Stop,
    StopItem,
    Week,
)
from logistics.queries.to_take_out import to_take_out
from logistics.services import audit

MOST_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPlan:
    """What was published, and how many routes and orders it holds."""

    plan_id: uuid.UUID
    number: int
    routes: int
    orders: int


def publish_plan(session: Session, actor: Actor, plan_id: uuid.UUID, *, now: datetime) -> PublishedPlan:
    """Send a plan out. The version before it is superseded, its links end, and orders it no longer holds are free again.

    Raises RuleBroken when the checker found faults in it, it holds somebody whose data may not be used, or a route of the
    version before is already on the road; IllegalTransition when it is not a proposal.
    """
    actor.require(Permission.PUBLISH_PLAN)
    plan = session.scalar(select(PlanVersion).where(PlanVersion.id == plan_id).with_for_update())
    if plan is None:
        raise NotFound("There is no such plan. Go back to the week and choose one.")
    if plan.violations:
        raise RuleBroken("This plan breaks rules, so it cannot be published. Plan the week again.")
    week = session.get_one(Week, plan.week_id)
    if plan.state is not PlanState.PUBLISHED:
        _require_usable(session, plan, now)
        _supersede_earlier(session, plan, now)
        plan.state = change(plan.state, PlanState.PUBLISHED)
        plan.published_at = now
        plan.published_by = actor.account_id
        if week.state not in (WeekState.PUBLISHED, WeekState.RUNNING):
            week.state = change(week.state, WeekState.PUBLISHED)
        for route in session.scalars(select(Route).where(Route.plan_id == plan.id)):
            route.state = change(route.state, RouteState.PUBLISHED)
        _take_orders(session, plan)
        audit.note(session, actor, "publish", "plan_version", plan.id, now=now, number=plan.number)
    orders = _orders_of(session, plan.id)
    routes = session.scalars(select(Route.id).where(Route.plan_id == plan.id)).all()
    return PublishedPlan(plan_id=plan.id, number=plan.number, routes=len(routes), orders=len(orders))


def _require_usable(session: Session, plan: PlanVersion, now: datetime) -> None:
    """Nobody is sent out whose data may not be used: they may have said so since the plan was made."""
    today = now.astimezone(ZoneInfo(session.get_one(Network, plan.network_id).timezone)).date()
    found = to_take_out(session, today=today, plan_id=plan.id)
    if found:
        told = " ".join(dict.fromkeys(f"{row.why} {row.remedy}" for row in found[:MOST_TOLD]))
        more = f" There are {len(found) - MOST_TOLD} more." if len(found) > MOST_TOLD else ""
        raise RuleBroken(f"{told}{more} Or plan the week again.")


def _supersede_earlier(session: Session, plan: PlanVersion, now: datetime) -> None:
    earlier = session.scalars(
        select(PlanVersion).where(PlanVersion.week_id == plan.week_id, PlanVersion.state == PlanState.PUBLISHED)
    ).all()
    untouched = (RouteState.PUBLISHED, RouteState.ACCEPTED, RouteState.DECLINED)
    for version in earlier:
        routes = session.scalars(select(Route).where(Route.plan_id == version.id)).all()
        if any(route.state not in untouched for route in routes):
            raise RuleBroken(
                f"Version {version.number} is already on the road: what its drivers did stays done, so it cannot be "
                "replaced as a whole."
            )
        links = session.scalars(
            select(DriverLink).where(
                DriverLink.route_id.in_([route.id for route in routes]), DriverLink.revoked_at.is_(None)
            )
        )
        for link in links:
            link.revoked_at = now
        for order in _rows(session, _orders_of(session, version.id)):
            if order.state in (OrderState.PLANNED, OrderState.READY_TO_COLLECT):
                order.state = change(order.state, OrderState.CONFIRMED)
        version.state = change(version.state, PlanState.SUPERSEDED)
    session.flush()


def _take_orders(session: Session, plan: PlanVersion) -> None:
    for order in _rows(session, _orders_of(session, plan.id)):
        if order.state in (OrderState.COLLECTED, OrderState.NOT_COLLECTED):
            continue  # What was done at the hub while this version was being made stays done.
        collected = order.fulfilment is Fulfilment.COLLECTION
        order.state = change(order.state, OrderState.READY_TO_COLLECT if collected else OrderState.PLANNED)


def _rows(session: Session, ids: Iterable[uuid.UUID]) -> list[Order]:
    wanted = sorted(ids, key=str)
    rows: list[Order] = []
    for start in range(0, len(wanted), 500):
        rows += session.scalars(select(Order).where(Order.id.in_(wanted[start : start + 500])))
    return rows


def _orders_of(session: Session, plan_id: uuid.UUID) -> frozenset[uuid.UUID]:
    """Orders that the plan brings to a door, or has ready at a hub."""
    delivered = session.scalars(
        select(StopItem.order_id)
        .join(Stop, Stop.id == StopItem.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .where(Route.plan_id == plan_id, Stop.kind == StopKind.DELIVERY, StopItem.order_id.is_not(None))
    )
    collected = session.scalars(
        select(Allocation.order_id)
        .join(Order, Order.id == Allocation.order_id)
        .where(Allocation.plan_id == plan_id, Order.fulfilment == Fulfilment.COLLECTION)
    )
    return frozenset(order for order in delivered if order is not None) | frozenset(collected)
