"""A volunteer drops out at noon: what is left goes to others, what is done stays, and nobody else hears of it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.charge_zones import ChargeHours
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import BadInput, Conflict, FoodRoundsError, NotFound, RuleBroken
from logistics.domain.replanning import FoodOnVan, ProposalKind, ReplanReason
from logistics.domain.states import OrderState, PlanState, RouteState, StopState
from logistics.domain.vocabulary import UnservedCode
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    ChargeZoneRow,
    DriverLink,
    Order,
    PlanVersion,
    Route,
    Site,
    Stop,
    StopItem,
    UnservedOrder,
)
from logistics.queries.day_board import day_facts, day_view
from logistics.queries.driver_route import driver_route
from logistics.queries.driver_rows import DriverView
from logistics.services.accept_replan import StaleProposal
from logistics.services.check_plan import check_plan
from logistics.services.deliveries import record_event
from logistics.services.replan_charges import recount_charges
from logistics.services.replans import RouteTrouble, ask_again, ask_replan_of_route, drop_replan
from tests.logistics.plans import MONDAY, ROADS
from tests.logistics.running_monday import OUT, ReportedEvent, RunningMonday, at


@pytest.fixture
def monday(database: Database) -> RunningMonday:
    """Loaded, one door done, and then V003 rings at 12:20."""
    world = RunningMonday.begun(database)
    world.loaded_and_one_door_done()
    return world


def chosen(world: RunningMonday, kind: ProposalKind, trouble: RouteTrouble = OUT) -> uuid.UUID:
    """The proposal of that kind, once V003 is out."""
    return next(proposal_id for proposal_id, draft in world.proposals(world.ask(trouble)) if draft.kind is kind)


def rows_of(world: RunningMonday, name: str) -> dict[str, Any]:
    """Everything that a stop's row says."""
    with world.reading() as session:
        stop = world.plan.get(session, Stop, name)
        return {column.key: getattr(stop, column.key) for column in Stop.__table__.columns}


def test_a_free_volunteer_takes_over_and_fetches_the_food_from_the_van(monday: RunningMonday) -> None:
    """Both open doors go to V004, who first goes to where V003 stands; the result is checked and published."""
    asked = monday.ask(replace(OUT, place="Outside Cedar Court"))
    chosen = next(each for each in monday.proposals(asked) if each[1].kind is ProposalKind.FREE_VOLUNTEER)
    assert chosen[1].left_out == ()
    accepted = monday.take(chosen[0])
    assert accepted.plan_id == monday.published() != monday.plan.plan_id
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        taken = session.get_one(Route, monday.route_of("V004"))
        assert [(stop.kind.value, stop.household_id) for stop in taken.stops] == [
            ("pickup", None),
            ("delivery", monday.plan.ids["H0002"]),
            ("delivery", monday.plan.ids["H0004"]),
        ]
        van = taken.stops[0]
        assert van.from_route_id == monday.plan.ids["route mon A"]
        assert session.get_one(Site, van.site_id).address == "Outside Cedar Court"
        assert all(stop.latest_at is None or stop.service_at <= stop.latest_at for stop in taken.stops)


def test_what_is_done_stays_exactly_as_it_was(monday: RunningMonday) -> None:
    """The stops that V003 made keep their rows, to the last column."""
    done = ("mon A 1", "mon A 2", "mon A 3")
    before = [rows_of(monday, name) for name in done]
    monday.take(monday.proposals(monday.ask())[0][0])
    after = [rows_of(monday, name) for name in done]
    assert after == before


def test_routes_that_are_not_named_show_the_same_page(monday: RunningMonday) -> None:
    """Route B's driver and helper see to the last word what they saw before, on the same link."""
    monday.accept("route mon B", "V001")
    link_id = monday.link("route mon B", "V001")

    def page() -> object:
        with monday.reading() as session:
            return driver_route(session, monday.plan.ids["route mon B"], monday.plan.ids["V001"], now=at(12, 30))

    before = page()
    monday.take(chosen(monday, ProposalKind.FREE_VOLUNTEER))
    assert page() == before
    with monday.reading() as session:
        assert session.get_one(DriverLink, link_id).revoked_at is None


def test_whoever_is_out_has_no_link_and_no_page_any_more(monday: RunningMonday) -> None:
    """The route is handed over, its link ends, and a tap that comes late is refused with what to do."""
    link_id = monday.link()
    monday.take(monday.proposals(monday.ask())[0][0])
    with monday.reading() as session:
        assert monday.plan.get(session, Route, "route mon A").state is RouteState.HANDED_OVER
        assert session.get_one(DriverLink, link_id).revoked_at == monday.clock.now()
        page = driver_route(session, monday.plan.ids["route mon A"], monday.plan.ids["V003"], now=at(12, 30))
        assert page.view is DriverView.CLOSED
    with pytest.raises(FoodRoundsError):
        monday.tell("mon A 4", at(12, 40))


def test_the_version_before_can_be_read_as_it_was(monday: RunningMonday) -> None:
    """It keeps routes, stops and items of its own, and still has no fault."""
    with monday.reading() as session:
        before = _told(session, monday.plan.plan_id)
    monday.take(monday.proposals(monday.ask())[0][0])
    with monday.reading() as session:
        assert session.get_one(PlanVersion, monday.plan.plan_id).state is PlanState.SUPERSEDED
        assert _told(session, monday.plan.plan_id) == before
        assert check_plan(session, monday.plan.plan_id, roads=ROADS) == ()


def _told(session: Any, plan_id: uuid.UUID) -> list[tuple[object, ...]]:
    rows = session.execute(
        select(Route.service_date, Route.letter, Stop.sequence, Stop.household_id, Stop.service_at, StopItem.quantity)
        .join(Stop, Stop.route_id == Route.id)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .where(Route.plan_id == plan_id)
    )
    return sorted(tuple(map(str, row)) for row in rows)


def test_new_driver_hands_over_what_the_van_gave(monday: RunningMonday) -> None:
    """Nothing can be delivered before the van's food is fetched; then it can, and the order is delivered."""
    monday.take(chosen(monday, ProposalKind.FREE_VOLUNTEER))
    monday.plan.ids["route new"] = monday.route_of("V004")
    with monday.reading() as session:
        van = session.scalars(
            select(Stop).where(Stop.route_id == monday.plan.ids["route new"], Stop.sequence == 1)
        ).one()
        monday.plan.ids["van"] = van.id
    hand = monday.hand("route new", "V004")
    with monday.writing() as session:
        record_event(
            session, hand, ReportedEvent(id=uuid.uuid4(), kind=DeliveryEventKind.ROUTE_ACCEPTED), now=at(12, 25)
        )

    def report(stop: str, minute: int, kind: DeliveryEventKind, **details: str) -> None:
        with monday.writing() as session:
            event = ReportedEvent(id=uuid.uuid4(), kind=kind, stop_id=monday.plan.ids[stop], details=details)
            record_event(session, hand, event, now=at(12, minute))

    with pytest.raises(RuleBroken, match="not on board"):
        report("mon A 4", 40, DeliveryEventKind.STOP_DELIVERED, how="handed_over")
    report("van", 41, DeliveryEventKind.PICKUP_DONE)
    report("mon A 4", 45, DeliveryEventKind.STOP_DELIVERED, how="handed_over")
    with monday.reading() as session:
        assert monday.plan.get(session, Order, "order H0002 hot").state is OrderState.DELIVERED


def test_food_that_is_lost_leaves_its_door_unserved_and_says_so(monday: RunningMonday) -> None:
    """The stew was the last; no proposal pretends to bring it, and the order has failed."""
    asked = monday.ask(replace(OUT, reason=ReplanReason.VAN_BROKEN_DOWN, food=FoodOnVan.LOST))
    for _, draft in monday.proposals(asked):
        lost = next(left for left in draft.left_out if left.household_id == monday.plan.ids["H0002"])
        assert lost.code is UnservedCode.NOT_ENOUGH_FOOD
        assert "in the vehicle that cannot go on" in lost.sentence
    accepted = monday.take(monday.proposals(asked)[-1][0])
    with monday.reading() as session:
        assert monday.plan.get(session, Stop, "mon A 4").state is StopState.CANCELLED
        assert monday.plan.get(session, Order, "order H0002 hot").state is OrderState.FAILED
        named = session.scalars(select(UnservedOrder.order_id).where(UnservedOrder.plan_id == accepted.plan_id)).all()
        assert monday.plan.ids["order H0002 hot"] in named
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()


def test_hot_food_past_its_limit_is_not_handed_over(monday: RunningMonday) -> None:
    """Loaded at noon, it may be handed over until half past one: at 13:50 every proposal leaves it out and says why."""
    monday.clock.set(at(13, 50))
    for _, draft in monday.proposals(monday.ask()):
        assert all(stop.household_id != monday.plan.ids["H0002"] for route in draft.routes for stop in route.stops)
        left = next(left for left in draft.left_out if left.household_id == monday.plan.ids["H0002"])
        if draft.kind is not ProposalKind.LEAVE_OUT:
            assert left.code is UnservedCode.FOOD_CLOCK


def test_a_proposal_made_stale_by_a_newer_event_is_refused_and_offered_again(monday: RunningMonday) -> None:
    """V003 serves one more door after all: the old proposal changes nothing, the new one leaves that door alone."""
    asked = monday.ask()
    old = monday.proposals(asked)[0][0]
    monday.tell("mon A 4", at(12, 21))
    with pytest.raises(StaleProposal, match="route A since"):
        monday.take(old)
    assert monday.published() == monday.plan.plan_id
    with monday.writing() as session:
        again = ask_again(session, monday.actor, asked.replan_id, now=monday.clock.now())
    monday.work_out(again)
    proposal_id, draft = next(each for each in monday.proposals(again) if each[1].kind is ProposalKind.FREE_VOLUNTEER)
    assert {stop.household_id for route in draft.routes for stop in route.stops} == {None, monday.plan.ids["H0004"]}
    monday.take(proposal_id)


def test_an_old_proposal_is_refused(monday: RunningMonday) -> None:
    """Its times have passed: nobody can set off ten minutes ago."""
    proposal_id = monday.proposals(monday.ask())[0][0]
    monday.clock.set(monday.clock.now() + timedelta(minutes=11))
    with pytest.raises(StaleProposal, match="10 minutes old"):
        monday.take(proposal_id)


def test_only_one_proposal_is_accepted(monday: RunningMonday) -> None:
    """Two dispatchers, two taps: the second is told so."""
    first, *_, last = [proposal_id for proposal_id, _ in monday.proposals(monday.ask())]
    monday.take(first)
    with pytest.raises(Conflict, match="accepted already"):
        monday.take(last)


def test_nobody_waits_beside_a_vehicle_for_hours(monday: RunningMonday) -> None:
    """Route B could fetch the parcel at four: nobody stands in the street so long, so that is no proposal."""
    kinds = [draft.kind for _, draft in monday.proposals(monday.ask())]
    assert kinds == [ProposalKind.FREE_VOLUNTEER, ProposalKind.LEAVE_OUT]


def test_least_change_is_first_and_leaving_out_is_last(database: Database) -> None:
    """Nothing is loaded yet, and route B can bring the parcel in the afternoon: that comes before asking somebody new."""
    world = RunningMonday.begun(database)
    world.clock.set(at(11, 5))
    kinds = [draft.kind for _, draft in world.proposals(world.ask())]
    assert kinds == [ProposalKind.LEAST_CHANGE, ProposalKind.FREE_VOLUNTEER, ProposalKind.LEAVE_OUT]


def test_nobody_free_still_gives_an_answer(database: Database) -> None:
    """The only thing that can be done is to ring them, and the page says so."""
    world = RunningMonday.begun(database, free=False)
    world.loaded_and_one_door_done()
    proposal_id, draft = world.proposals(world.ask())[-1]
    assert draft.kind is ProposalKind.LEAVE_OUT
    assert len(draft.left_out) == 2
    world.take(proposal_id)
    with world.reading() as session:
        assert world.plan.get(session, Route, "route mon A").state is RouteState.ABORTED


def test_a_volunteer_who_has_not_set_off_is_replaced_from_the_donor_on(database: Database) -> None:
    """Nothing is loaded: V004 makes the whole round, pickups and all, and no van is looked for."""
    world = RunningMonday.begun(database)
    world.clock.set(at(11, 5))
    accepted = world.take(chosen(world, ProposalKind.FREE_VOLUNTEER))
    with world.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        kinds = [stop.kind.value for stop in session.get_one(Route, world.route_of("V004")).stops]
    assert sorted(kinds) == ["delivery"] * 3 + ["pickup"] * 2


def test_half_a_route_is_handed_to_a_named_volunteer(monday: RunningMonday) -> None:
    """The whole rest goes to V004 and to nobody else."""
    asked = monday.ask(replace(OUT, reason=ReplanReason.HAND_OVER, to_volunteer_id=monday.plan.ids["V004"]))
    proposal_id, draft = monday.proposals(asked)[0]
    assert draft.kind is ProposalKind.HAND_OVER
    assert {route.volunteer_id for route in draft.routes if not route.ends} == {monday.plan.ids["V004"]}
    monday.take(proposal_id)
    with monday.reading() as session:
        assert monday.plan.get(session, Route, "route mon A").state is RouteState.HANDED_OVER


def test_a_taker_without_a_shift_is_refused(monday: RunningMonday) -> None:
    """Nobody is sent who did not offer to go today."""
    for volunteer in (None, uuid.uuid4(), monday.plan.ids["V003"]):
        trouble = RouteTrouble(reason=ReplanReason.HAND_OVER, to_volunteer_id=volunteer)
        with monday.writing() as session, pytest.raises(BadInput) as refused:
            ask_replan_of_route(session, monday.actor, monday.plan.ids["route mon A"], trouble, now=monday.clock.now())
        assert "volunteer" in refused.value.fields


def test_a_route_of_another_day_or_one_that_is_over_is_refused(monday: RunningMonday) -> None:
    """There is nothing of today to plan again."""
    with monday.writing() as session, pytest.raises(RuleBroken, match="not of today"):
        ask_replan_of_route(session, monday.actor, monday.plan.ids["route tue A"], OUT, now=monday.clock.now())
    monday.take(monday.proposals(monday.ask())[0][0])
    with monday.writing() as session, pytest.raises(RuleBroken, match="handed over"):
        ask_replan_of_route(session, monday.actor, monday.plan.ids["route mon A"], OUT, now=monday.clock.now())
    with monday.writing() as session, pytest.raises(NotFound):
        ask_replan_of_route(session, monday.actor, uuid.uuid4(), OUT, now=monday.clock.now())


def test_dropping_it_changes_nothing(monday: RunningMonday) -> None:
    """The volunteer is well again: the plan that is out stays out."""
    asked = monday.ask()
    with monday.writing() as session:
        drop_replan(session, monday.actor, asked.replan_id, now=monday.clock.now())
    assert monday.published() == monday.plan.plan_id


def test_the_day_keeps_its_events_through_versions(monday: RunningMonday) -> None:
    """The board of the new version still tells what V003 had done before."""
    with monday.reading() as session:
        before = {event.id for event in day_view(day_facts(session, MONDAY), now=at(12, 20)).events}
    monday.take(monday.proposals(monday.ask())[0][0])
    with monday.reading() as session:
        after = {event.id for event in day_view(day_facts(session, MONDAY), now=at(12, 21)).events}
    assert before
    assert before <= after


def test_the_new_version_is_planned_again_when_the_next_one_drops_out(monday: RunningMonday) -> None:
    """V004 has not fetched yet and cannot go on either: what can be done is done, and the checker finds nothing."""
    monday.take(chosen(monday, ProposalKind.FREE_VOLUNTEER))
    monday.plan.ids["route new"] = monday.route_of("V004")
    asked = monday.ask(route="route new")
    accepted = monday.take(monday.proposals(asked)[0][0])
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()


def test_whoever_takes_over_pays_for_the_zone(monday: RunningMonday) -> None:
    """Everything lies in a zone that charges all day: the new route states its price, and the checker agrees."""
    with monday.writing() as session:
        ring = [[[-0.2, 51.4], [0.1, 51.4], [0.1, 51.6], [-0.2, 51.6], [-0.2, 51.4]]]
        zone = ChargeZoneRow(
            id=uuid.uuid4(), name="Everywhere", price_pence=1500, vehicles=["car", "van"], imported_at=at(8),
            hours=[ChargeHours(days=frozenset(Weekday), from_s=0, until_s=86_400).to_json()],
            geometry={"type": "MultiPolygon", "coordinates": [ring]},
        )  # fmt: skip
        session.add(zone)
        plan = session.get_one(PlanVersion, monday.plan.plan_id)
        plan.charge_zones = [str(zone.id)]
        session.flush()
        for day in (MONDAY, MONDAY + timedelta(days=1)):
            recount_charges(session, plan, day, roads=ROADS)
    accepted = monday.take(chosen(monday, ProposalKind.FREE_VOLUNTEER))
    with monday.reading() as session:
        assert check_plan(session, accepted.plan_id, roads=ROADS) == ()
        assert [charge["price_pence"] for charge in session.get_one(Route, monday.route_of("V004")).charges or ()] == [
            1500
        ]
