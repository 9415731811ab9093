"""Somebody needs food today who is not in the plan: their order, the demand that holds it, and its place in a re-plan."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.replanning import ORDER_ASKED, ReplanReason
from logistics.domain.states import OrderState, PlanState, change
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.persistence.tables import (
    Allocation,
    DemandLine,
    DemandSnapshot,
    Household,
    Network,
    Order,
    PlanVersion,
    Replan,
    Site,
    Week,
)
from logistics.planning.replan_draft import Draft
from logistics.queries.withheld import withheld_households
from logistics.services.slot_draft import PROBLEM

Id = uuid.UUID
MOST = 20
SNAPSHOT = "snapshot_id"
"""In a re-plan's details: the demand that its proposals answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentWish:
    """What somebody needs today. `by`: the latest time at which it helps them (None: until the day ends)."""

    household_id: Id
    product: Product
    quantity: int
    after: time | None = None
    by: time | None = None


def urgent_replan(session: Session, actor: Actor, wish: UrgentWish, *, now: datetime) -> Replan:
    """The order, confirmed, and a re-plan that asks who can bring it; neither changes a route.

    Raises NotFound; BadInput for a number, a time or an address that cannot be; RuleBroken when no plan of today is out.
    """
    actor.require(Permission.RUN_DAY)
    household = session.scalar(select(Household).where(Household.id == wish.household_id))
    if household is None:
        raise NotFound("There is no such household. Search for it again.")
    zone = ZoneInfo(session.get_one(Network, household.network_id).timezone)
    here = now.astimezone(zone)
    plan = _plan_of(session, here.date())
    first, last = _window(wish, here)
    _check(session, household, wish, (first, last))
    order = Order(
        id=uuid.uuid4(),
        week_id=plan.week_id,
        household_id=household.id,
        product=wish.product,
        quantity=wish.quantity,
        dates=[here.date().isoformat()],
        window_start=first,
        window_end=last,
        fulfilment=Fulfilment.DELIVERY,
        state=OrderState.CONFIRMED,
    )
    session.add(order)
    session.flush()
    return Replan(
        id=uuid.uuid4(),
        plan_id=plan.id,
        service_date=here.date(),
        reason=ReplanReason.URGENT_ORDER,
        household_id=household.id,
        details={ORDER_ASKED: str(order.id), SNAPSHOT: str(demand_with(session, plan, order, now=now))},
    )


def demand_with(session: Session, plan: PlanVersion, order: Order, *, now: datetime) -> Id:
    """A new snapshot: what this plan answers, and the order. Snapshots never change."""
    number = session.scalar(select(func.max(DemandSnapshot.number)).where(DemandSnapshot.week_id == plan.week_id)) or 0
    snapshot = DemandSnapshot(id=uuid.uuid4(), week_id=plan.week_id, number=number + 1, taken_at=now)
    session.add(snapshot)
    session.flush()
    lines = session.scalars(select(DemandLine).where(DemandLine.snapshot_id == plan.snapshot_id)).all()
    same = ("order_id", "household_id", "product", "quantity", "dates", "window_start", "window_end", "fulfilment")
    session.add_all(
        DemandLine(snapshot_id=snapshot.id, **{name: getattr(line, name) for name in same})
        for line in lines
        if line.order_id != order.id
    )
    session.add(
        DemandLine(
            snapshot_id=snapshot.id,
            order_id=order.id,
            **{name: getattr(order, name) for name in same if name != "order_id"},
        )
    )
    session.flush()
    return snapshot.id


def again_from(session: Session, asked: Replan, plan: PlanVersion, *, now: datetime) -> None:
    """The same order over what is in the plan that is out now. Raises RuleBroken for one that was taken back."""
    order_id = order_asked_for(asked)
    if order_id is None:
        return
    order = session.get_one(Order, order_id)
    if order.state is not OrderState.CONFIRMED:
        raise RuleBroken("This order was taken back. Ask for it anew from the day.")
    asked.details = {**asked.details, SNAPSHOT: str(demand_with(session, plan, order, now=now))}


def take_back(session: Session, asked: Replan) -> None:
    """The order of a re-plan that is dropped: nobody waits for it any more."""
    order_id = order_asked_for(asked)
    order = None if order_id is None else session.get_one(Order, order_id)
    if order is not None and order.state is OrderState.CONFIRMED:
        order.state = change(order.state, OrderState.CANCELLED)


def order_asked_for(asked: Replan) -> Id | None:
    """The order that a re-plan is about."""
    named = asked.details.get(ORDER_ASKED)
    return None if named is None else uuid.UUID(named)


def snapshot_of(asked: Replan) -> Id | None:
    """The demand that its proposals answer, where it is not the plan's own."""
    named = asked.details.get(SNAPSHOT)
    return None if named is None else uuid.UUID(named)


def allot_new_doors(session: Session, plan: PlanVersion, day: date, draft: Draft) -> None:
    """Food of doors that nobody had planned is theirs from now on, and their orders are planned."""
    for route in draft.routes:
        for stop in route.stops:
            if stop.stop_id is None and stop.kind is StopKind.DELIVERY:
                for item in stop.items:
                    assert item.order_id is not None
                    session.add(
                        Allocation(
                            plan_id=plan.id,
                            order_id=item.order_id,
                            batch_id=item.batch_id,
                            hub_id=item.hub_id,
                            service_date=day,
                            quantity=item.quantity,
                        )
                    )
                    order = session.get_one(Order, item.order_id)
                    if order.state is OrderState.CONFIRMED:
                        order.state = change(order.state, OrderState.PLANNED)
    session.flush()


def _plan_of(session: Session, day: date) -> PlanVersion:
    monday = day - timedelta(days=day.weekday())
    plan = session.scalars(
        select(PlanVersion)
        .join(Week, Week.id == PlanVersion.week_id)
        .where(Week.monday == monday, PlanVersion.state == PlanState.PUBLISHED)
    ).one_or_none()
    if plan is None:
        raise RuleBroken("No plan of this week is out. Enter the order, and plan the week.")
    return plan


def _window(wish: UrgentWish, here: datetime) -> tuple[time, time]:
    """Between when it may come: from now, where nothing else is said, to the end of the day."""
    first = max(here.time().replace(second=0, microsecond=0), wish.after or time())
    return first, wish.by or time(23, 59)


def _check(session: Session, household: Household, wish: UrgentWish, window: tuple[time, time]) -> None:
    errors: dict[str, str] = {}
    if not 1 <= wish.quantity <= MOST:
        errors["quantity"] = f"How many must be from 1 to {MOST}"
    if window[0] >= window[1]:
        errors["by"] = f"Enter a time after {window[0]:%H:%M}"
    if not household.is_active:
        errors["household"] = f"{household.ref} does not get food any more. Make it active again first"
    elif (withheld := withheld_households(session).get(household.id)) is not None:
        errors["household"] = withheld.sentence(household.ref).rstrip(".")
    elif session.get_one(Site, household.site_id).latitude is None:
        errors["household"] = f"{household.ref} has no place on the map yet. Put it there under Places first"
    if errors:
        raise BadInput(PROBLEM, errors)
