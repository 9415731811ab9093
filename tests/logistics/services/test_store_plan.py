"""Storing a proposal: numbered, superseding the one before, and a plan with faults is never kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.errors import IllegalTransition
from logistics.domain.planning import StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.states import PlanState, RouteState, WeekState
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.domain.week import LONDON
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import Allocation, PlanVersion, Route, Stop, StopItem, UnservedOrder, Week
from logistics.planning.route_letters import letter_of
from logistics.services.plan_week import MadePlan, PlanFaulty, PlanOrder, make_plan, store_checked
from logistics.services.store_plan import PlanSource
from tests.logistics.services.tiny_network import MON, NOW, SECONDS, WEEK, TinyNetwork, lunch_network


def made(network: TinyNetwork) -> tuple[MadePlan, PlanSource]:
    """A plan in memory, and where it comes from."""
    network.store()
    order = PlanOrder(week=WEEK, seconds=SECONDS)
    plan = make_plan(network.database, network.network_id, order, roads=StraightLineRouter(), now=NOW)
    source = PlanSource(
        week_id=plan.frozen.week_id,
        snapshot_id=plan.frozen.snapshot_id,
        week=WEEK,
        method=order.method,
        roads=StraightLineRouter().info(),
        rules=PlanningRules(),
        charge_zones=(),
    )
    return plan, source


def test_a_plan_is_stored_as_it_was_made(database: Database) -> None:
    """Route, stops in their order, items, allocation and totals; times in London's wall time."""
    network = lunch_network(database)
    plan, _ = made(network)
    with database.writing(network.network_id) as session:
        plan_id = plan.write(session)
    (route,) = network.all(Route)
    stops = sorted(network.all(Stop), key=lambda stop: stop.sequence)
    assert (route.letter, route.state, route.service_date) == ("A", RouteState.DRAFT, MON)
    assert [(stop.sequence, stop.kind, stop.number) for stop in stops] == [
        (1, StopKind.PICKUP, None),
        (2, StopKind.DELIVERY, 1),
    ]
    assert stops[1].service_at.astimezone(LONDON).strftime("%a %H") == "Mon 12"
    assert [item.code for item in network.all(StopItem) if item.order_id] == ["A1-001"]
    assert len(network.all(Allocation)) == 1
    version = network.version(plan_id)
    assert version.totals["served"] == {"hot_meal": 1, "chilled_meal": 0, "parcel": 0}
    assert (version.distance_m, version.duration_s) == (route.distance_m, route.duration_s)
    assert version.roads_is_estimate


def test_a_new_proposal_supersedes_the_one_before(database: Database) -> None:
    """Numbered on; one proposal at a time; the week is proposed."""
    network = lunch_network(database)
    first, second = network.plan(), network.plan()
    versions = [network.version(first), network.version(second)]
    assert [version.number for version in versions] == [1, 2]
    assert [version.state for version in versions] == [PlanState.SUPERSEDED, PlanState.PROPOSED]
    assert network.all(Week)[0].state is WeekState.PROPOSED


def test_a_proposal_leaves_the_published_plan_alone(database: Database) -> None:
    """A re-plan beside what is out: the week stays published until the new one is."""
    network = lunch_network(database)
    out = network.plan()
    network.publish(out)
    network.plan()
    assert network.version(out).state is PlanState.PUBLISHED
    assert network.all(Week)[0].state is WeekState.PUBLISHED


def test_a_closed_week_takes_no_plan(database: Database) -> None:
    """Closed while the plan was being made: refused, and nothing is kept."""
    network = lunch_network(database)
    plan, _ = made(network)
    network.change(Week, plan.frozen.week_id, state=WeekState.CLOSED)
    with pytest.raises(IllegalTransition, match="is closed"), database.writing(network.network_id) as session:
        plan.write(session)
    assert network.all(PlanVersion) == []


def test_a_plan_with_faults_is_never_kept(database: Database) -> None:
    """A door an hour later, food that nobody loaded, an order left out without a word: not a row of it stays."""
    network = lunch_network(database)
    plan, source = made(network)
    (route,) = plan.plan.routes
    pickup, door = route.stops
    late = replace(route, stops=(pickup, replace(door, service_s=door.service_s + 3600)))
    unloaded = replace(route, stops=(replace(pickup, items=()), door))
    for broken in (
        replace(plan.plan, routes=(late,)),
        replace(plan.plan, routes=(unloaded,)),
        replace(plan.plan, routes=(), allocations=()),
    ):
        with pytest.raises(PlanFaulty), database.writing(network.network_id) as session:
            store_checked(session, broken, source, StraightLineRouter(), now=NOW)
    for kind in (PlanVersion, Route, Stop, StopItem, Allocation, UnservedOrder):
        assert network.all(kind) == []


def test_a_collected_parcel_is_an_allocation_and_no_stop(database: Database) -> None:
    """It is served all the same, with no driver at all."""
    network = TinyNetwork(database)
    network.hub()
    network.wish(network.household("H0001"), Product.PARCEL, fulfilment=Fulfilment.COLLECTION)
    plan_id = network.plan()
    assert network.all(Stop) == []
    assert len(network.all(Allocation)) == 1
    totals = network.version(plan_id).totals
    assert (totals["collections"], totals["served"]["parcel"]) == (1, 1)


def test_what_is_unserved_is_stored_with_its_reason(database: Database) -> None:
    """A lunch that nobody cooked."""
    network = TinyNetwork(database)
    network.driver()
    network.wish(network.household("H0001"), quantity=2)
    network.plan()
    (missing,) = network.all(UnservedOrder)
    assert (missing.quantity, missing.service_date) == (2, MON)
    assert missing.sentence


@given(first=st.integers(0, 5000), second=st.integers(0, 5000))
def test_no_two_routes_of_a_day_share_a_letter(first: int, second: int) -> None:
    """A to Z, then AA: different numbers, different names, short enough for the column."""
    assert (letter_of(first) == letter_of(second)) is (first == second)
    assert len(letter_of(first)) <= 4
    assert (letter_of(0), letter_of(25), letter_of(26)) == ("A", "Z", "AA")
