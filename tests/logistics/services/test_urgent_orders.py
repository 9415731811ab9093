"""Somebody needs food today who is not in the plan: safe food that nobody has, by whoever can bring it, and no other route changed."""

from __future__ import annotations

import uuid
from datetime import time

import pytest
from sqlalchemy import func, select

from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.replanning import WHY_NOT, ProposalKind, ReplanState
from logistics.domain.states import OrderState, StopState
from logistics.domain.vocabulary import Product
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Allocation,
    Batch,
    DemandLine,
    Household,
    Order,
    PlanVersion,
    Replan,
    Route,
    Stop,
    StopItem,
)
from logistics.planning.replan_draft import Draft
from logistics.queries.driver_route import driver_route
from logistics.services.check_plan import check_plan
from logistics.services.replans import AskedReplan, ask_again, ask_urgent_order, drop_replan
from logistics.services.urgent_orders import UrgentWish, order_asked_for
from tests.logistics.plans import ROADS
from tests.logistics.running_monday import RunningMonday, at


@pytest.fixture
def monday(database: Database) -> RunningMonday:
    """It is 11:40: V003 is on the way to the kitchen, which has made two portions of chicken more than anybody asked for."""
    world = RunningMonday.begun(database)
    world.accept()
    world.clock.set(at(11, 40))
    with world.writing() as session:
        world.plan.get(session, Batch, "batch chicken and rice").portions = 4
    return world


def wish(
    world: RunningMonday, ref: str = "H0006", product: Product = Product.HOT_MEAL, quantity: int = 1
) -> UrgentWish:
    """So many for that household, as soon as may be."""
    return UrgentWish(household_id=world.plan.ids[ref], product=product, quantity=quantity)


def ask(world: RunningMonday, wanted: UrgentWish) -> AskedReplan:
    """Ask, and work it out at once."""
    with world.writing() as session:
        asked = ask_urgent_order(session, world.actor, wanted, now=world.clock.now())
    world.work_out(asked)
    return asked


def row_of(world: RunningMonday, asked: AskedReplan) -> tuple[Replan, Order]:
    """The re-plan and its order as they are now."""
    with world.reading() as session:
        replan = session.get_one(Replan, asked.replan_id)
        order_id = order_asked_for(replan)
        assert order_id is not None
        return replan, session.get_one(Order, order_id)


def new_doors(draft: Draft) -> list[tuple[uuid.UUID | None, tuple[tuple[uuid.UUID | None, int], ...]]]:
    """(household, what it gets) of the doors that a proposal adds."""
    return [
        (stop.household_id, tuple((item.batch_id or item.hub_id, item.quantity) for item in stop.items))
        for route in draft.routes
        for stop in route.stops
        if stop.kind is StopKind.DELIVERY and stop.stop_id is None
    ]


def test_whoever_still_fetches_the_food_takes_it_along(monday: RunningMonday) -> None:
    """A hot meal for one more door: on the route that has not loaded yet, checked, and the other route as it was."""
    asked = ask(monday, wish(monday))
    found = monday.proposals(asked)
    assert found[0][1].kind is ProposalKind.LEAST_CHANGE
    chicken = monday.plan.ids["batch chicken and rice"]
    assert new_doors(found[0][1]) == [(monday.plan.ids["H0006"], ((chicken, 1),))]
    with monday.reading() as session:
        before = driver_route(session, monday.plan.ids["route mon B"], monday.plan.ids["V001"], now=at(11, 40))
    accepted = monday.take(found[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        assert driver_route(session, monday.plan.ids["route mon B"], monday.plan.ids["V001"], now=at(11, 40)) == before
        route = session.get_one(Route, monday.route_of("V003"))
        (door,) = [stop for stop in route.stops if stop.household_id == monday.plan.ids["H0006"]]
        assert door.latest_at is not None
        assert at(12) <= door.service_at <= door.latest_at
        assert [(item.batch_id, item.quantity) for item in door.items] == [(chicken, 1)]
        numbers = [stop.number for stop in route.stops if stop.number is not None]
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        loaded = session.scalar(
            select(func.sum(StopItem.quantity))
            .join(Stop, Stop.id == StopItem.stop_id)
            .where(Stop.route_id == route.id, Stop.kind == StopKind.PICKUP, StopItem.batch_id == chicken)
        )
        assert loaded == 3
    replan, order = row_of(monday, asked)
    assert (replan.state, order.state) == (ReplanState.ACCEPTED, OrderState.PLANNED)


def test_the_door_is_served_like_any_other(monday: RunningMonday) -> None:
    """Loaded, handed over: the order is delivered in the end, and nothing of the first plan's demand has changed."""
    asked = ask(monday, wish(monday))
    accepted = monday.take(monday.proposals(asked)[0][0])
    with monday.reading() as session:
        first = session.get_one(PlanVersion, monday.plan.plan_id)
        now = session.get_one(PlanVersion, accepted.plan_id)
        lines = [
            session.scalar(select(func.count(DemandLine.id)).where(DemandLine.snapshot_id == plan.snapshot_id))
            for plan in (first, now)
        ]
        assert lines == [7, 8]
        rows = session.scalars(
            select(Stop).where(Stop.route_id == monday.route_of("V003")).order_by(Stop.sequence)
        ).all()
        stops = [(stop.id, stop.household_id) for stop in rows if stop.state is StopState.PLANNED]
    for number, (stop_id, household_id) in enumerate(stops):
        monday.plan.ids[f"now {number}"] = stop_id
        monday.tell(f"now {number}", at(12, number * 6))
        if household_id == monday.plan.ids["H0006"]:
            break
    assert row_of(monday, asked)[1].state is OrderState.DELIVERED


def test_somebody_free_can_bring_it(monday: RunningMonday) -> None:
    """The second way leaves every route alone: V004 fetches and brings it."""
    kinds = {draft.kind: draft for _, draft in monday.proposals(ask(monday, wish(monday)))}
    free = kinds[ProposalKind.FREE_VOLUNTEER]
    assert [route.volunteer_id for route in free.routes] == [monday.plan.ids["V004"]]
    assert [stop.kind for stop in free.routes[0].stops] == [StopKind.PICKUP, StopKind.DELIVERY]


def test_nothing_that_is_not_safe_is_brought(monday: RunningMonday) -> None:
    """The vegan household gets none of the chicken: there is no way, the page says why, and no route is touched."""
    asked = ask(monday, wish(monday, "H0002"))
    assert monday.proposals(asked) == []
    replan, order = row_of(monday, asked)
    assert replan.details[WHY_NOT] == "No portion that is safe for them is left today."
    assert (replan.state, order.state) == (ReplanState.READY, OrderState.CONFIRMED)


def test_more_than_is_left_is_said_to_be(monday: RunningMonday) -> None:
    """Three where two are left: half of it for one household is not chosen by a machine."""
    replan, _ = row_of(monday, ask(monday, wish(monday, quantity=3)))
    assert "not that many portions left" in replan.details[WHY_NOT]


def test_a_parcel_comes_from_a_hub_that_can_still_pack_one(monday: RunningMonday) -> None:
    """The hub packs two a day, one is planned: one more is brought, and a second is not."""
    asked = ask(monday, wish(monday, product=Product.PARCEL))
    accepted = monday.take(monday.proposals(asked)[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        given = session.scalars(
            select(Allocation).where(
                Allocation.plan_id == accepted.plan_id, Allocation.order_id == row_of(monday, asked)[1].id
            )
        ).one()
        assert (given.hub_id, given.quantity) == (monday.plan.ids["hub"], 1)
    second = ask(monday, wish(monday, "H0001", Product.PARCEL))
    assert row_of(monday, second)[0].details[WHY_NOT] == "No hub can pack that many more parcels today."


def test_too_late_for_hot_food_is_said_to_be(monday: RunningMonday) -> None:
    """At 13:30 the kitchen has closed: no portion can be fetched, whatever is left."""
    monday.clock.set(at(13, 30))
    replan, _ = row_of(monday, ask(monday, wish(monday)))
    assert monday.proposals(AskedReplan(replan_id=replan.id, run_id=uuid.uuid4())) == []
    assert replan.details[WHY_NOT]


def test_put_aside_the_order_is_taken_back(monday: RunningMonday) -> None:
    """Nobody waits for it any more, and it cannot be worked out again."""
    asked = ask(monday, wish(monday))
    with monday.writing() as session:
        drop_replan(session, monday.actor, asked.replan_id, now=monday.clock.now())
    assert row_of(monday, asked)[1].state is OrderState.CANCELLED
    with monday.writing() as session, pytest.raises(RuleBroken, match="taken back"):
        ask_again(session, monday.actor, asked.replan_id, now=monday.clock.now())


def test_worked_out_again_it_stands_on_the_plan_that_is_out(monday: RunningMonday) -> None:
    """Two urgent orders: the second is worked out again after the first was accepted, and the version holds both."""
    first, second = ask(monday, wish(monday)), ask(monday, wish(monday, "H0004"))
    monday.take(monday.proposals(first)[0][0])
    with monday.writing() as session:
        again = ask_again(session, monday.actor, second.replan_id, now=monday.clock.now())
    monday.work_out(again)
    accepted = monday.take(monday.proposals(again)[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        plan = session.get_one(PlanVersion, accepted.plan_id)
        orders = set(session.scalars(select(DemandLine.order_id).where(DemandLine.snapshot_id == plan.snapshot_id)))
    assert {row_of(monday, first)[1].id, row_of(monday, second)[1].id} <= orders


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quantity": 0}, "quantity"),
        ({"quantity": 21}, "quantity"),
        ({"by": time(11, 40)}, "by"),
        ({"by": time(9)}, "by"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(monday: RunningMonday, changes: dict[str, int | time], field: str) -> None:
    """The field is named, and nothing is kept."""
    wanted = {"household_id": monday.plan.ids["H0006"], "product": Product.HOT_MEAL, "quantity": 1, **changes}
    with monday.writing() as session, pytest.raises(BadInput) as refused:
        ask_urgent_order(session, monday.actor, UrgentWish(**wanted), now=monday.clock.now())  # type: ignore[arg-type]  # of the cases
    assert set(refused.value.fields) == {field}
    with monday.reading() as session:
        assert session.scalar(select(func.count(Order.id))) == 7


def test_a_household_without_a_place_or_struck_off_is_refused(monday: RunningMonday) -> None:
    """What is to be done first is said."""
    with monday.writing() as session, pytest.raises(BadInput) as refused:
        ask_urgent_order(session, monday.actor, wish(monday, "H0005"), now=monday.clock.now())
    assert "Put it there under Places" in refused.value.fields["household"]
    with monday.writing() as session:
        session.get_one(Household, monday.plan.ids["H0006"]).is_active = False
    with monday.writing() as session, pytest.raises(BadInput) as refused:
        ask_urgent_order(session, monday.actor, wish(monday), now=monday.clock.now())
    assert "active again" in refused.value.fields["household"]


def test_it_takes_a_plan_that_is_out(monday: RunningMonday) -> None:
    """A day of another week, and a household of nobody."""
    with monday.writing() as session, pytest.raises(RuleBroken, match="No plan of this week is out"):
        ask_urgent_order(session, monday.actor, wish(monday), now=at(11).replace(day=23))
    nobody = UrgentWish(household_id=uuid.uuid4(), product=Product.PARCEL, quantity=1)
    with monday.writing() as session, pytest.raises(NotFound):
        ask_urgent_order(session, monday.actor, nobody, now=monday.clock.now())
