"""A donor rings: the food comes later, or less of it. What waits for it is planned again; what is done stays, and nobody else hears of it."""

from __future__ import annotations

import uuid
from datetime import time

import pytest
from sqlalchemy import select

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import BadInput, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.replanning import ProposalKind, ReplanReason
from logistics.domain.states import SlotState, StopState
from logistics.domain.vocabulary import UnservedCode
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Batch, DonationSlot, Route, Stop, UnservedOrder
from logistics.planning.replan_draft import Draft
from logistics.queries.driver_route import driver_route
from logistics.services.check_plan import check_plan
from logistics.services.deliveries import ReportedEvent, record_event
from logistics.services.replans import AskedReplan, SlotTrouble, ask_again, ask_replan_of_slot
from tests.logistics.plans import ROADS
from tests.logistics.running_monday import RunningMonday, at

LATE = SlotTrouble(reason=ReplanReason.DONOR_LATE, ready_at=time(12, 30))


@pytest.fixture
def monday(database: Database) -> RunningMonday:
    """It is 11:40: V003 has accepted and is on the way, nothing is loaded, and the kitchen rings."""
    world = RunningMonday.begun(database)
    world.accept()
    world.clock.set(at(11, 40))
    return world


def ask(world: RunningMonday, trouble: SlotTrouble, slot: str = "slot hot") -> AskedReplan:
    """Ask, and work it out at once."""
    with world.writing() as session:
        asked = ask_replan_of_slot(session, world.actor, world.plan.ids[slot], trouble, now=world.clock.now())
    world.work_out(asked)
    return asked


def proposals(world: RunningMonday, trouble: SlotTrouble) -> list[tuple[uuid.UUID, Draft]]:
    """What can be done about it."""
    return world.proposals(ask(world, trouble))


def short(world: RunningMonday, **counts: int) -> SlotTrouble:
    """So many come of each dish of the hot slot, by the word that its name begins with."""
    with world.reading() as session:
        rows = session.scalars(select(Batch).where(Batch.slot_id == world.plan.ids["slot hot"])).all()
        return SlotTrouble(
            reason=ReplanReason.DONOR_SHORT,
            counts={row.id: counts.get(row.dish.split()[0], row.portions) for row in rows},
        )


def doors(world: RunningMonday, route_id: uuid.UUID) -> list[tuple[uuid.UUID | None, StopState]]:
    """The households of a route, in its order, each with its state."""
    with world.reading() as session:
        rows = session.scalars(
            select(Stop).where(Stop.route_id == route_id, Stop.kind == StopKind.DELIVERY).order_by(Stop.sequence)
        )
        return [(row.household_id, row.state) for row in rows]


def test_late_food_is_fetched_later_by_the_same_driver(monday: RunningMonday) -> None:
    """The first way keeps every driver: nothing is loaded before it is ready, every limit holds, the other route is as it was."""
    found = proposals(monday, LATE)
    assert found[0][1].kind is ProposalKind.LEAST_CHANGE
    assert found[0][1].left_out == ()
    first = found[0][1]
    assert {route.route_id for route in first.routes} == {monday.plan.ids["route mon A"]}
    with monday.reading() as session:
        before = driver_route(session, monday.plan.ids["route mon B"], monday.plan.ids["V001"], now=at(11, 40))
    accepted = monday.take(found[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        assert driver_route(session, monday.plan.ids["route mon B"], monday.plan.ids["V001"], now=at(11, 40)) == before
        route = session.get_one(Route, monday.route_of("V003"))
        (pickup,) = [stop for stop in route.stops if stop.slot_id == monday.plan.ids["slot hot"]]
        assert pickup.service_at >= at(12, 30)
        hot = [stop for stop in route.stops if stop.latest_at is not None]
        assert hot
        assert all(pickup.departs_at <= stop.service_at <= stop.latest_at for stop in hot)
        slot = session.get_one(DonationSlot, monday.plan.ids["slot hot"])
        assert (slot.ready_at, slot.collect_by > time(12, 30)) == (time(12, 30), True)
        told = session.scalars(select(AuditEvent).where(AuditEvent.action == "slot_late")).one()
        assert told.subject_id == slot.id


def test_food_that_comes_too_late_for_its_doors_is_said_to_be(monday: RunningMonday) -> None:
    """Ready at 15:50, when nobody's window or shift reaches: the doors are left out with their reason, the parcel still comes."""
    found = proposals(monday, SlotTrouble(reason=ReplanReason.DONOR_LATE, ready_at=time(15, 50)))
    last = found[-1][1]
    left = {each.household_id for each in last.left_out}
    assert left == {monday.plan.ids["H0001"], monday.plan.ids["H0002"]}
    assert all(each.sentence for each in last.left_out)
    accepted = monday.take(found[-1][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()


def test_food_on_the_road_gets_no_later_clock(monday: RunningMonday) -> None:
    """Once V003 has loaded, the donation cannot be called late: its one clock is that of the food in the van, too."""
    monday.tell("mon A 1", at(12, 0))
    monday.tell("mon A 2", at(12, 8))
    monday.clock.set(at(12, 10))
    with pytest.raises(RuleBroken, match="a donation of its own"):
        ask(monday, SlotTrouble(reason=ReplanReason.DONOR_LATE, ready_at=time(12, 40)))
    with monday.reading() as session:
        assert session.get_one(DonationSlot, monday.plan.ids["slot hot"]).ready_at == time(12)


def test_short_food_leaves_out_no_more_than_is_missing(monday: RunningMonday) -> None:
    """One portion of chicken comes and a household waits for two: it goes without and is told why; the others are served."""
    found = proposals(monday, short(monday, chicken=1))
    assert [draft.kind for _, draft in found] == [ProposalKind.LEAST_CHANGE]
    (left,) = found[0][1].left_out
    assert (left.household_id, left.code) == (monday.plan.ids["H0001"], UnservedCode.NOT_ENOUGH_FOOD)
    assert "Fewer portions came" in left.sentence
    accepted = monday.take(found[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        unserved = session.scalars(
            select(UnservedOrder).where(
                UnservedOrder.plan_id == accepted.plan_id,
                UnservedOrder.household_id == monday.plan.ids["H0001"],
                UnservedOrder.sentence == left.sentence,
            )
        ).all()
        assert [row.quantity for row in unserved] == [2]
        assert session.get_one(DonationSlot, monday.plan.ids["slot hot"]).state is SlotState.SHORT
    by_household = dict(doors(monday, monday.route_of("V003")))
    assert by_household[monday.plan.ids["H0001"]] is StopState.CANCELLED
    assert by_household[monday.plan.ids["H0002"]] is StopState.PLANNED


def test_a_shortage_that_reaches_nobody_changes_nothing(monday: RunningMonday) -> None:
    """Less than was promised, and still enough for every door that waits: no route is touched."""
    with monday.writing() as session:
        monday.plan.get(session, Batch, "batch chicken and rice").portions = 9
    assert proposals(monday, short(monday, chicken=2)) == []


def test_what_the_driver_counted_decides_and_stays_with_the_driver(monday: RunningMonday) -> None:
    """V003 loads one portion of chicken where two were planned: the desk's number is not asked for, and H0001 goes without."""
    with monday.reading() as session:
        chicken = session.scalars(
            select(Batch.id).where(Batch.slot_id == monday.plan.ids["slot hot"], Batch.dish.startswith("chicken"))
        ).one()
    monday.tell("mon A 1", at(12, 0))
    with monday.writing() as session:
        event = ReportedEvent(
            id=uuid.uuid4(),
            kind=DeliveryEventKind.PICKUP_DONE,
            stop_id=monday.plan.get(session, Stop, "mon A 2").id,
            details={"collected": {str(chicken): 1}},
        )
        record_event(session, monday.hand(), event, now=at(12, 8))
    monday.clock.set(at(12, 10))
    ((proposal, draft),) = proposals(monday, SlotTrouble(reason=ReplanReason.DONOR_SHORT))
    assert {left.household_id for left in draft.left_out} == {monday.plan.ids["H0001"]}
    accepted = monday.take(proposal)
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
    assert dict(doors(monday, monday.route_of("V003")))[monday.plan.ids["H0002"]] is StopState.PLANNED


def test_what_cannot_be_is_refused(monday: RunningMonday) -> None:
    """A time before the old one, more than was promised, food of another day: one sentence each, and the donation is as it was."""
    for trouble, words in (
        (SlotTrouble(reason=ReplanReason.DONOR_LATE, ready_at=time(9)), "Enter a time after"),
        (SlotTrouble(reason=ReplanReason.DONOR_LATE), "Enter a time after"),
        (short(monday, chicken=999), "Enter how many came"),
        (SlotTrouble(reason=ReplanReason.VAN_BROKEN_DOWN), "Choose what has happened"),
    ):
        with pytest.raises(BadInput) as refused, monday.writing() as session:
            ask_replan_of_slot(session, monday.actor, monday.plan.ids["slot hot"], trouble, now=monday.clock.now())
        assert any(words in sentence for sentence in refused.value.fields.values())
    monday.clock.set(at(11, 40).replace(day=29))
    with pytest.raises(RuleBroken, match="not of today"):
        ask(monday, LATE)
    with monday.reading() as session:
        assert session.get_one(DonationSlot, monday.plan.ids["slot hot"]).ready_at == time(12)


def test_it_is_worked_out_again_when_something_happened_since(monday: RunningMonday) -> None:
    """Asked again, the same donation is looked at from how things stand now."""
    asked = ask(monday, LATE)
    with monday.writing() as session:
        again = ask_again(session, monday.actor, asked.replan_id, now=monday.clock.now())
    monday.work_out(again)
    assert monday.proposals(again)
