"""Who drives into a charge zone pays once a day, plans stay out where that is cheaper, and the checker counts for itself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from logistics.checking.faults import PlanRule
from logistics.cli import main
from logistics.domain.charge_zones import ChargeHours, ChargeZone
from logistics.domain.errors import BadInput, Forbidden, NotFound
from logistics.domain.vocabulary import PlanMethod, Role, VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.port import LatLon, RoadPath
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    AuditEvent,
    Batch,
    ChargeZoneRow,
    DonationSlot,
    Network,
    PlanVersion,
    Shift,
    Site,
    Volunteer,
)
from logistics.queries.charge_zones import charge_zones_in_force, charge_zones_of_plan
from logistics.services.charge_zones import ImportedZones, import_charge_zones, remove_charge_zone
from logistics.services.check_plan import PlanFault, check_plan
from logistics.services.plan_week import PlanOrder, plan_week
from tests.logistics.services.test_charge_zone_file import collection, feature, written
from tests.logistics.services.tiny_network import MON, NOW, ROADS, SECONDS, WEEK, TinyNetwork

DEGREES_A_METRE = 0.00001443
"""East along the street that the tiny network lies on."""
DAY = ChargeHours(days=frozenset({Weekday.MON}), from_s=7 * 3600, until_s=18 * 3600)


class ByTheNorth(StraightLineRouter):
    """Roads that leave the street for the north and come back to it; as long as the straight line says."""

    def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
        """Each leg by a corner north of its middle."""
        legs = []
        for leg in super().route(points, profile).legs:
            (south, west), (north, east) = leg.points
            corner = ((south + north) / 2 + 0.01, (west + east) / 2)
            legs.append(replace(leg, points=(leg.points[0], corner, leg.points[1])))
        return RoadPath(legs=tuple(legs))


def zone(
    from_m: float, until_m: float, *, name: str = "Made-up middle", price_pence: int = 1500, **values: Any
) -> ChargeZone:
    """A stretch of the street, so many metres east."""
    west, east = (-0.07 + metres * DEGREES_A_METRE for metres in (from_m, until_m))
    south, north = 51.49, 51.51
    ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
    plain: dict[str, Any] = {"hours": (DAY,), "vehicles": frozenset({VehicleKind.CAR, VehicleKind.VAN})}
    return ChargeZone(id=uuid.uuid4(), name=name, price_pence=price_pence, polygons=((ring,),), **{**plain, **values})


def take(network: TinyNetwork, *zones: ChargeZone) -> ImportedZones:
    """Import them."""
    network.store()
    with network.writing() as session:
        return import_charge_zones(session, network.system, zones, now=NOW)


def charges(network: TinyNetwork, plan_id: uuid.UUID) -> list[tuple[str, int]]:
    """What the plan's routes pay, in the order of their departures."""
    routes = sorted(network.routes(plan_id), key=lambda route: route.departs_at)
    return [(charge["name"], charge["price_pence"]) for route in routes for charge in route.charges or ()]


def faults(network: TinyNetwork, plan_id: uuid.UUID) -> tuple[PlanFault, ...]:
    """What the checker finds."""
    with network.database.reading(network.network_id) as session:
        return check_plan(session, plan_id, roads=ROADS)


def street(database: Database, *metres: int) -> TinyNetwork:
    """A car at 0 m beside the donor, and a household at each of these distances, all for lunch on Monday."""
    network = TinyNetwork(database)
    network.driver()
    network.hot_slot(portions=10)
    for number, at in enumerate(metres, start=1):
        network.wish(network.household(f"H{number:04d}", at))
    network.store()
    for number, site in enumerate(network.all(Site)):
        network.change(Site, site.id, address=f"{number} Street")
    return network


def test_two_doors_in_the_zone_are_one_charge_and_the_cost_counts_it_once(database: Database) -> None:
    """Once for the vehicle and day; the plan's cost is that of the same routes without a zone, and 36 for each penny."""
    network = street(database, 600, 900)
    free = network.version(network.plan())
    take(network, zone(500, 1000))
    plan_id = network.plan()
    assert charges(network, plan_id) == [("Made-up middle", 1500)]
    plan = network.version(plan_id)
    assert plan.totals["charges_pence"] == 1500
    assert plan.cost == free.cost + 36 * 1500
    assert (plan.distance_m, plan.duration_s) == (free.distance_m, free.duration_s)
    assert faults(network, plan_id) == ()


def test_driving_through_costs_and_stopping_short_does_not(database: Database) -> None:
    """A way that crosses the zone without a stop in it pays; a zone beyond the last door is nobody's."""
    through, short = street(database, 900), street(database, 900)
    take(through, zone(300, 600))
    take(short, zone(950, 1200))
    assert charges(through, through.plan()) == [("Made-up middle", 1500)]
    assert charges(short, short.plan()) == []


def test_the_road_decides_and_not_the_straight_line(database: Database) -> None:
    """A zone north of the street is nobody's by straight lines, and paid for where the road leads through it."""
    network = street(database, 900)
    ring = tuple((x, y + 0.0105) for x, y in zone(0, 900).polygons[0][0])
    north = ChargeZone(
        id=uuid.uuid4(),
        name="North",
        price_pence=800,
        hours=(DAY,),
        vehicles=frozenset(VehicleKind),
        polygons=((ring,),),
    )
    take(network, north)
    assert charges(network, network.plan()) == []
    roads = ByTheNorth()
    order = PlanOrder(week=WEEK, seconds=SECONDS)
    plan_id = plan_week(database, network.network_id, order, roads=roads, now=NOW)
    assert charges(network, plan_id) == [("North", 800)]
    with database.reading(network.network_id) as session:
        assert check_plan(session, plan_id, roads=roads) == ()
        assert {fault.rule for fault in check_plan(session, plan_id, roads=ROADS)} == {PlanRule.CHARGE}


@pytest.mark.parametrize("method", [PlanMethod.SOLVER, PlanMethod.AS_LAST_WEEK])
def test_who_lives_in_the_zone_pays_for_driving_out_of_it(database: Database, method: PlanMethod) -> None:
    """The home at 0 m lies inside, the door does not."""
    network = TinyNetwork(database)
    driver, household = network.driver(), network.household("H0001", 900)
    network.hot_slot()
    network.wish(household)
    network.came(driver, household)
    network.store()
    take(network, zone(-100, 100))
    plan_id = network.plan(method)
    assert charges(network, plan_id) == [("Made-up middle", 1500)]
    assert faults(network, plan_id) == ()


@pytest.mark.parametrize(
    "values",
    [
        {"hours": (ChargeHours(days=frozenset({Weekday.TUE}), from_s=0, until_s=86_400),)},
        {"hours": (ChargeHours(days=frozenset({Weekday.MON}), from_s=15 * 3600, until_s=86_400),)},
        {"hours": (ChargeHours(days=frozenset({Weekday.MON}), from_s=0, until_s=11 * 3600),)},
        {"vehicles": frozenset({VehicleKind.VAN})},
    ],
)
def test_other_days_hours_and_kinds_pay_nothing(database: Database, values: dict[str, Any]) -> None:
    """The car drives on Monday between 11:00 and 15:00."""
    network = street(database, 600)
    take(network, zone(500, 1000, **values))
    plan_id = network.plan()
    assert len(network.routes(plan_id)) == 1
    assert charges(network, plan_id) == []
    assert faults(network, plan_id) == ()


def test_a_bicycle_goes_where_a_car_would_pay(database: Database) -> None:
    """Without a zone the car goes; with one the bicycle does, and pays nothing; unless the zone says that it must."""
    network = street(database, 900)
    rider = network.driver("V002")
    network.store()
    network.change(Volunteer, rider, vehicle=VehicleKind.BICYCLE)
    network.change(Site, next(row.site_id for row in network.all(Volunteer) if row.id == rider), longitude=-0.13)

    def who() -> list[VehicleKind]:
        return [route.vehicle for route in network.routes(network.plan())]

    assert who() == [VehicleKind.CAR]
    take(network, zone(500, 1000))
    plan_id = network.plan()
    assert [route.vehicle for route in network.routes(plan_id)] == [VehicleKind.BICYCLE]
    assert charges(network, plan_id) == []
    take(network, zone(500, 1000, vehicles=frozenset(VehicleKind)))
    assert who() == [VehicleKind.CAR]


def test_serving_comes_first_whatever_the_price(database: Database) -> None:
    """A thousand pounds are paid rather than a meal left out."""
    network = street(database, 600)
    take(network, zone(500, 1000, price_pence=100_000))
    plan_id = network.plan()
    assert charges(network, plan_id) == [("Made-up middle", 100_000)]
    assert network.version(plan_id).totals["unserved"]["hot_meal"] == 0


def test_two_routes_of_one_person_on_a_day_pay_once_and_two_people_each(database: Database) -> None:
    """The second shift of the same car is free; another car is not."""
    network = street(database, 600)
    (driver,) = network.all(Volunteer)
    network.add(Shift(volunteer_id=driver.id, service_date=MON, starts_at=time(16), ends_at=time(17, 30)))
    dinner = network.household("H0100", 700)
    network.wish(dinner, window_start=time(16), window_end=time(17, 30))
    evening = network.hot_slot()
    network.store()
    slot_id = next(batch.slot_id for batch in network.all(Batch) if batch.id == evening)
    network.change(DonationSlot, slot_id, ready_at=time(16), collect_by=time(17))
    take(network, zone(500, 1000))
    plan_id = network.plan()
    assert len(network.routes(plan_id)) == 2
    assert charges(network, plan_id) == [("Made-up middle", 1500)]
    assert faults(network, plan_id) == ()


def test_two_zones_are_two_charges(database: Database) -> None:
    """Each by its own price."""
    network = street(database, 900)
    take(network, zone(200, 400, name="Inner", price_pence=300), zone(500, 1000, name="Outer"))
    plan_id = network.plan()
    assert charges(network, plan_id) == [("Inner", 300), ("Outer", 1500)]
    assert faults(network, plan_id) == ()


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ([], "it pays 1500p for “Made-up middle”, and the plan says nothing for charge zones."),
        ([("Made-up middle", 1400)], "and the plan says 1400p for “Made-up middle”."),
        (
            [("Made-up middle", 1500)] * 2,
            "and the plan says 1500p for “Made-up middle” and 1500p for “Made-up middle”.",
        ),
    ],
)
def test_the_checker_finds_what_is_not_paid_as_it_should(
    database: Database, stated: list[tuple[str, int]], words: str
) -> None:
    """Left out, at another price, twice."""
    network = street(database, 600)
    take(network, zone(500, 1000))
    plan_id = network.plan()
    (route,) = network.routes(plan_id)
    (true,) = route.charges or ()
    wrong = [{**true, "name": name, "price_pence": pence} for name, pence in stated]
    network.change(type(route), route.id, charges=wrong)
    totals = {**network.version(plan_id).totals, "charges_pence": sum(pence for _, pence in stated)}
    network.change(PlanVersion, plan_id, totals=totals)
    (fault,) = faults(network, plan_id)
    assert fault.rule is PlanRule.CHARGE
    assert fault.sentence.endswith(words)


def test_a_plan_keeps_the_zones_that_it_was_made_with(database: Database) -> None:
    """Another price, or no zone at all, leaves the older plan true; the next plan goes by what is there then."""
    network = street(database, 600)
    take(network, zone(500, 1000))
    first = network.plan()
    assert take(network, zone(500, 1000, price_pence=1800)).replaced == ("Made-up middle",)
    second = network.plan()
    with network.writing() as session:
        assert remove_charge_zone(session, network.system, "MADE-UP middle", now=NOW) == "Made-up middle"
    third = network.plan()
    assert [charges(network, plan) for plan in (first, second, third)] == [
        [("Made-up middle", 1500)], [("Made-up middle", 1800)], [],
    ]  # fmt: skip
    assert [faults(network, plan) for plan in (first, second, third)] == [(), (), ()]
    with database.reading(network.network_id) as session:
        assert [known.price_pence for known in charge_zones_of_plan(session, first)] == [1500]
        assert charge_zones_in_force(session) == ()


def test_an_import_adds_replaces_and_leaves_with_a_trail(database: Database) -> None:
    """What says the same stays the same row; networks do not see each other's."""
    network, other = street(database), street(database)
    first = zone(500, 1000)
    assert take(network, first, zone(0, 100, name="Rim")) == ImportedZones(
        added=("Made-up middle", "Rim"), replaced=(), unchanged=()
    )
    again = take(network, zone(500, 1000), zone(0, 100, name="Rim", price_pence=0))
    assert again == ImportedZones(added=(), replaced=("Rim",), unchanged=("Made-up middle",))
    with database.reading(network.network_id) as session:
        assert [known.name for known in charge_zones_in_force(session)] == ["Made-up middle", "Rim"]
        assert charge_zones_in_force(session)[0] == first
    with database.reading(other.network_id) as session:
        assert charge_zones_in_force(session) == ()
    trail = [(event.action, event.subject) for event in network.all(AuditEvent)]
    assert trail == [("import", "charge_zone")] * 3
    assert len(network.all(ChargeZoneRow)) == 3


def test_what_cannot_be_meant_changes_nothing(database: Database) -> None:
    """Latitude and longitude changed about; a name that is not there; somebody who may not."""
    network = street(database, 600)
    ring = tuple((y, x) for x, y in zone(500, 1000).polygons[0][0])
    swapped = ChargeZone(
        id=uuid.uuid4(),
        name="Swapped",
        price_pence=1,
        hours=(DAY,),
        vehicles=frozenset(VehicleKind),
        polygons=((ring,),),
    )
    with pytest.raises(BadInput, match=r"“Swapped”, geometry: .* changed about"):
        take(network, zone(500, 1000), swapped)
    assert network.all(ChargeZoneRow) == []
    with network.writing() as session, pytest.raises(NotFound, match="There are: none"):
        remove_charge_zone(session, network.system, "Nowhere", now=NOW)
    with network.writing() as session, pytest.raises(Forbidden):
        import_charge_zones(session, network.actor(Role.COORDINATOR), [zone(500, 1000)], now=NOW)


def test_the_commands_import_list_and_remove(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file to the table and out again; a bad file is one sentence."""
    network = street(database, 600)
    network.store()
    monkeypatch.setenv("ROUNDS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROUNDS_DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    slug = network.all(Network)[0].slug

    def run(*arguments: Any, exit_code: int = 0) -> str:
        done = CliRunner().invoke(main, ["roads", "zones", *map(str, arguments), "--network", slug])
        assert done.exit_code == exit_code, done.output
        return done.output

    assert "There is no charge zone" in run("list")
    file = written(tmp_path, collection(feature()))
    assert "Made-up middle: new" in run("import", file)
    assert "Made-up middle: as it was" in run("import", file)
    assert "15.00" in run("list")
    written(tmp_path, collection(feature(colour="red")))
    assert "colour: properties may hold" in run("import", file, exit_code=2)
    assert "no longer charges" in run("remove", "made-up middle")
    assert "There are: none" in run("remove", "made-up middle", exit_code=1)
