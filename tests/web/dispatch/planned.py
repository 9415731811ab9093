"""A planned week for the desk's tests: the tiny plan of `tests.logistics.plans`, in the network that a test works in."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from logistics.domain.authority import Actor
from logistics.domain.replanning import ReplanReason
from logistics.domain.states import WeekState
from logistics.domain.vocabulary import Fulfilment
from logistics.persistence.tables import Order, PlanVersion, Replan, Route, Stop, Week
from logistics.services.edit_plan import open_draft
from logistics.services.publish_plan import publish_plan
from tests.logistics.plans import StoredPlan, _Builder
from tests.web.world import World

MADE = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def planned_week(world: World) -> StoredPlan:
    """Week 2026-W49 proposed: two routes on Monday, two on Tuesday; H0001 is allergic to milk, H0006 gets no hot meal."""
    plan = StoredPlan(database=world.services.database, network_id=world.network_id)
    with world.services.database.writing(world.network_id) as session:
        _Builder(session, plan).build()
        plan.get(session, Week, "week").state = WeekState.PROPOSED
    return plan


def published_week(world: World) -> StoredPlan:
    """The same week, sent out."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        publish_plan(session, Actor.system(world.network_id), plan.plan_id, now=MADE)
    return plan


def a_route(world: World) -> uuid.UUID:
    """The id of a published route: of the week that the world has, or of a new one."""
    with world.session() as session:
        found: uuid.UUID | None = session.query(Route.id).limit(1).scalar()
    return found or published_week(world).ids["route mon A"]


def a_replan(world: World) -> uuid.UUID:
    """The id of a re-plan that was asked for: of a published route."""
    route_id = a_route(world)
    with world.session() as session:
        plan_id, day = session.query(Route.plan_id, Route.service_date).filter_by(id=route_id).one()
    return world.add(
        Replan(
            id=uuid.uuid4(),
            plan_id=plan_id,
            service_date=day,
            reason=ReplanReason.VOLUNTEER_OUT,
            route_id=route_id,
            details={},
            asked_at=MADE,
        )
    )


def a_fetched_slot(world: World) -> uuid.UUID:
    """The id of a donation that a published route fetches."""
    a_route(world)
    with world.session() as session:
        found: uuid.UUID = session.query(Stop.slot_id).filter(Stop.slot_id.is_not(None)).limit(1).scalar()
    return found


def a_draft(world: World) -> uuid.UUID:
    """The id of a draft that can be edited: of the newest plan that the world has, or of a new one."""
    with world.session() as session:
        plan_id: uuid.UUID | None = session.query(PlanVersion.id).order_by(PlanVersion.number.desc()).limit(1).scalar()
    plan_id = plan_id or planned_week(world).plan_id
    with world.services.database.writing(world.network_id) as session:
        return open_draft(session, Actor.system(world.network_id), plan_id, now=MADE)


def a_collection(world: World) -> uuid.UUID:
    """The id of an order that waits at a hub: of the week that the world has, or of a new one."""
    a_route(world)
    with world.session() as session:
        found: uuid.UUID = session.query(Order.id).filter_by(fulfilment=Fulfilment.COLLECTION).limit(1).scalar()
    return found
