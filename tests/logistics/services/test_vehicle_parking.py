"""Parking takes each kind of vehicle its own minutes, in the plan and for the checkers, and a plan keeps what it was made with."""

from __future__ import annotations

import uuid
from datetime import time

import pytest
from click.testing import CliRunner

from logistics.checking.faults import PlanRule
from logistics.cli import main
from logistics.domain.errors import BadInput
from logistics.domain.parking import VehicleParking
from logistics.domain.slow_hours import SlowHours
from logistics.domain.vocabulary import PlanMethod, VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Household, Network, PlanVersion, Site, Stop, Volunteer
from logistics.services.check_plan import PlanFault, check_plan
from logistics.services.slow_hours import set_slow_hours
from logistics.services.vehicle_parking import set_vehicle_parking, vehicle_parking_of
from tests.logistics.services.tiny_network import NOW, ROADS, TinyNetwork, lunch_network

FOUR_MINUTES = VehicleParking(seconds={VehicleKind.CAR: 240, VehicleKind.BICYCLE: 60})
PARKING_S = 60
"""Once per building, for everybody (the default rule)."""


def keep(network: TinyNetwork, parking: VehicleParking) -> None:
    """Set the figures."""
    network.store()
    with network.writing() as session:
        set_vehicle_parking(session, network.system, parking, now=NOW)


def faults(network: TinyNetwork, plan_id: uuid.UUID) -> tuple[PlanFault, ...]:
    """What the checker finds."""
    with network.database.reading(network.network_id) as session:
        return check_plan(session, plan_id, roads=ROADS)


def gaps_s(network: TinyNetwork, plan_id: uuid.UUID) -> list[int]:
    """Seconds from arriving to the beginning of service, stop by stop."""
    with network.database.reading(network.network_id) as session:
        (route,) = session.get_one(PlanVersion, plan_id).routes
        return [round((stop.service_at - stop.arrives_at).total_seconds()) for stop in route.stops]


def apart(network: TinyNetwork) -> None:
    """Everybody at an address of their own: the maker puts all at one."""
    network.store()
    for number, site in enumerate(network.all(Site)):
        network.change(Site, site.id, address=f"{number} Street")


@pytest.mark.parametrize("method", [PlanMethod.SOLVER, PlanMethod.AS_LAST_WEEK])
def test_a_car_parks_at_every_stop_and_the_checker_agrees(database: Database, method: PlanMethod) -> None:
    """Pickup and door take four minutes more each; the way itself takes no longer."""
    network = TinyNetwork(database)
    driver, household = network.driver(), network.household("H0001")
    network.hot_slot()
    network.wish(household)
    network.came(driver, household)
    apart(network)
    usual = network.plan(method)
    before = [stop.leg_s for stop in network.all(Stop)]
    assert gaps_s(network, usual)[1] == PARKING_S
    keep(network, FOUR_MINUTES)
    plan_id = network.plan(method)
    assert gaps_s(network, plan_id)[0] >= 240
    assert gaps_s(network, plan_id)[1] == PARKING_S + 240
    assert sorted(stop.leg_s for stop in network.all(Stop)) == sorted(before * 2)
    assert faults(network, plan_id) == ()


def test_two_doors_of_one_building_are_one_stop_of_the_car(database: Database) -> None:
    """The second door begins when the first is done and walked from; another building parks again."""
    network = TinyNetwork(database)
    network.driver()
    network.hot_slot()
    doors = [network.household(ref, metres) for ref, metres in (("H0001", 400), ("H0002", 400), ("H0003", 900))]
    for door in doors:
        network.wish(door)
    apart(network)
    sites = {household.ref: household.site_id for household in network.all(Household)}
    network.change(Site, sites["H0001"], address="Flat 1, Elm Court")
    network.change(Site, sites["H0002"], address="Flat 2, Elm Court")
    keep(network, FOUR_MINUTES)
    plan_id = network.plan()
    with network.database.reading(network.network_id) as session:
        (route,) = session.get_one(PlanVersion, plan_id).routes
        at = {stop.household_id: stop.sequence - 1 for stop in route.stops if stop.household_id}
    gaps = gaps_s(network, plan_id)
    first, second = sorted(at[door] for door in doors[:2])
    assert second == first + 1
    assert (gaps[first], gaps[second], gaps[at[doors[2]]]) == (PARKING_S + 240, 0, PARKING_S + 240)
    assert faults(network, plan_id) == ()


def test_a_walker_takes_no_minutes_that_are_the_cars(database: Database) -> None:
    """Only the kinds that are named."""
    network = lunch_network(database)
    apart(network)
    (volunteer,) = network.all(Volunteer)
    network.change(Volunteer, volunteer.id, vehicle=VehicleKind.FOOT)
    keep(network, FOUR_MINUTES)
    assert gaps_s(network, network.plan())[1] == PARKING_S


def test_a_door_that_only_parking_puts_out_of_reach_is_left_with_its_reason(database: Database) -> None:
    """Service must begin by 12:00: with half an hour of parking at each stop nobody can."""
    network = TinyNetwork(database)
    network.driver()
    network.hot_slot()
    network.wish(network.household("H0001"), window_start=time(11, 30), window_end=time(12))
    apart(network)
    assert network.version(network.plan()).totals["unserved"]["hot_meal"] == 0
    keep(network, VehicleParking(seconds={VehicleKind.CAR: 1800}))
    assert network.version(network.plan()).totals["unserved"]["hot_meal"] == 1


def test_a_plan_without_the_parking_is_found_out(database: Database) -> None:
    """The checker goes by what the plan says it was made with, stop by stop."""
    network = lunch_network(database)
    apart(network)
    plan_id = network.plan()
    network.change(PlanVersion, plan_id, made_with={"vehicle_parking_s": {"car": 240}})
    found = [fault for fault in faults(network, plan_id) if fault.rule is PlanRule.PARKING]
    assert [fault.sentence.split(": ")[1] for fault in found][-1].endswith("parking takes 300 s.")


def test_a_plan_keeps_the_settings_that_it_was_made_with(database: Database) -> None:
    """Slow hours and parking that come later, or go, leave an older plan as true as it was."""
    network = lunch_network(database)
    apart(network)
    keep(network, FOUR_MINUTES)
    plan_id = network.plan()
    slow = SlowHours(
        days=frozenset({Weekday.MON}), start=time(11), end=time(15), vehicles=frozenset(VehicleKind), percent=200
    )
    keep(network, VehicleParking(seconds={VehicleKind.CAR: 600}))
    with network.writing() as session:
        set_slow_hours(session, network.system, (slow,), now=NOW)
    assert faults(network, plan_id) == ()
    later = network.plan()
    assert faults(network, later) == ()
    network.change(Network, network.network_id, settings={})
    assert faults(network, later) == ()
    assert network.version(later).made_with == {
        "slow_hours": [slow.to_settings()],
        "vehicle_parking_s": {"car": 600},
    }


def test_a_plan_from_before_they_were_kept_is_checked_with_todays(database: Database) -> None:
    """There is nothing else to go by."""
    network = lunch_network(database)
    apart(network)
    plan_id = network.plan()
    network.change(PlanVersion, plan_id, made_with=None)
    assert faults(network, plan_id) == ()
    keep(network, FOUR_MINUTES)
    assert PlanRule.PARKING in {fault.rule for fault in faults(network, plan_id)}


def test_the_figures_are_kept_with_a_trail(database: Database) -> None:
    """All at once; zeros are none; the other settings stay."""
    network = lunch_network(database)
    network.store()
    network.change(Network, network.network_id, settings={"door_s": 200})
    keep(network, VehicleParking(seconds={VehicleKind.VAN: 300, VehicleKind.FOOT: 0}))
    with database.reading(network.network_id) as session:
        assert vehicle_parking_of(session, network.network_id).seconds == {VehicleKind.VAN: 300}
        assert session.get_one(Network, network.network_id).settings["door_s"] == 200
    assert [(event.subject, event.details) for event in network.all(AuditEvent)] == [("vehicle_parking", {"van": 300})]


@pytest.mark.parametrize("raw", [{"tank": 60}, {"car": "long"}, {"car": -1}, {"car": 1801}, [240]])
def test_what_cannot_be_meant_is_refused(raw: dict[str, int]) -> None:
    """No such kind, no number, more than half an hour."""
    with pytest.raises(BadInput):
        VehicleParking.from_settings(raw)


def test_the_command_sets_lists_and_clears(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes in, minutes out."""
    network = lunch_network(database)
    network.store()
    monkeypatch.setenv("ROUNDS_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    slug = network.all(Network)[0].slug

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, ["roads", "parking", *arguments, "--network", slug])
        assert done.exit_code == 0, done.output
        return done.output

    assert run("--kind", "car", "4", "--kind", "bicycle", "1.5") == "car 4\nbicycle 1.5\n"
    assert run() == "car 4\nbicycle 1.5\n"
    assert "No kind" in run("--clear")
    twice = CliRunner().invoke(main, ["roads", "parking", "--kind", "car", "4", "--kind", "car", "5"])
    assert "each kind once" in twice.output
