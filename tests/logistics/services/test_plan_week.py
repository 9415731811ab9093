"""Planning a week from the database to the database, by each method."""

from __future__ import annotations

import uuid

from logistics.domain.vocabulary import PlanMethod, UnservedCode
from logistics.persistence.database import Database
from logistics.persistence.tables import Shift, UnservedOrder, Volunteer
from logistics.services.check_plan import check_plan
from tests.logistics.services.tiny_network import ROADS, TUE, TinyNetwork, lunch_network


def two_drivers(database: Database) -> tuple[TinyNetwork, uuid.UUID, uuid.UUID]:
    """Two households; last Monday V002 brought both their lunch. Returns the network, V001 and V002."""
    network = TinyNetwork(database)
    first, second = network.driver("V001"), network.driver("V002")
    network.hot_slot()
    homes = [network.household("H0001", 300), network.household("H0002", 100)]
    for home in homes:
        network.wish(home)
    network.came(second, *homes)
    return network, first, second


def test_each_method_makes_a_checked_plan_that_feeds_everybody(database: Database) -> None:
    """Stored with its method, no fault in the rows, nobody unserved."""
    network, _, _ = two_drivers(database)
    for method in (PlanMethod.SOLVER, PlanMethod.AS_LAST_WEEK, PlanMethod.FROM_LAST_WEEK):
        plan_id = network.plan(method)
        assert network.version(plan_id).method is method
        assert network.all(UnservedOrder) == []
        with database.reading(network.network_id) as session:
            assert check_plan(session, plan_id, roads=ROADS) == ()


def test_last_week_s_driver_goes_again(database: Database) -> None:
    """By habit and by cost alike."""
    network, _, usual = two_drivers(database)
    for method in (PlanMethod.AS_LAST_WEEK, PlanMethod.FROM_LAST_WEEK):
        assert {route.volunteer_id for route in network.routes(network.plan(method))} == {usual}


def test_as_last_week_leaves_out_whose_driver_is_away_and_the_solver_sends_another(database: Database) -> None:
    """The reason names what happened; starting from last week finds the way."""
    network, other, usual = two_drivers(database)
    shift = next(row for row in network.all(Shift) if row.volunteer_id == usual)
    network.change(Shift, shift.id, service_date=TUE)
    network.plan(PlanMethod.AS_LAST_WEEK)
    assert {row.code for row in network.all(UnservedOrder)} == {UnservedCode.NO_DRIVER}
    plan_id = network.plan(PlanMethod.FROM_LAST_WEEK)
    assert {route.volunteer_id for route in network.routes(plan_id)} == {other}


def test_a_week_in_which_nobody_drives_is_planned_all_the_same(database: Database) -> None:
    """No shift in the whole week: a proposal without routes, and the lunch named as unserved."""
    network = lunch_network(database)
    network.change(Volunteer, network.all(Volunteer)[0].id, is_active=False)
    plan_id = network.plan()
    assert network.routes(plan_id) == []
    assert len(network.all(UnservedOrder)) == 1


def test_an_empty_network_has_an_empty_plan(database: Database) -> None:
    """Nobody, nothing, nowhere."""
    network = TinyNetwork(database)
    plan_id = network.plan()
    assert network.version(plan_id).totals["doors"] == 0
