"""Peak hours make travel longer, in the plan and for the checker, and only for those whom they concern."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from logistics.domain.errors import BadInput
from logistics.domain.slow_hours import NEVER_ARRIVES_S, SlowHours, slow_percent, slowed_s
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Network, PlanVersion, Stop
from logistics.services.check_plan import check_plan
from logistics.services.slow_hours import read_slow_hours, set_slow_hours, slow_hours_of
from tests.logistics.services.tiny_network import NOW, ROADS, TinyNetwork, lunch_network

MONDAY = date(2026, 11, 30)
LUNCH = SlowHours(
    days=frozenset({Weekday.MON}),
    start=time(12),
    end=time(13),
    vehicles=frozenset({VehicleKind.CAR}),
    percent=150,
)


def keep(network: TinyNetwork, *table: SlowHours) -> None:
    """Set the table."""
    network.store()
    with network.writing() as session:
        set_slow_hours(session, network.system, table, now=NOW)


def legs(network: TinyNetwork) -> list[int]:
    """Seconds of every way of the only plan."""
    return [stop.leg_s for stop in sorted(network.all(Stop), key=lambda stop: stop.sequence)]


def test_a_plan_in_slow_hours_takes_longer_and_passes_the_checker(database: Database) -> None:
    """Each leg takes half as long again, rounded up; the checker recomputes it from its own rows."""
    usual, slow = lunch_network(database), lunch_network(database)
    usual.plan()
    keep(slow, LUNCH)
    plan_id = slow.plan()
    assert legs(slow) == [-(-seconds * 3 // 2) for seconds in legs(usual)]
    assert max(legs(usual)) > 0
    with database.reading(slow.network_id) as session:
        assert check_plan(session, plan_id, roads=ROADS) == ()


def test_the_checker_sees_a_plan_that_did_not_go_by_its_own_slow_hours(database: Database) -> None:
    """What the plan says it was made with makes its times too quick to be true."""
    network = lunch_network(database)
    plan_id = network.plan()
    network.change(PlanVersion, plan_id, made_with={"slow_hours": [LUNCH.to_settings()]})
    with database.reading(network.network_id) as session:
        faults = check_plan(session, plan_id, roads=ROADS)
    assert any("the way to stop" in fault.sentence for fault in faults)


def test_only_the_shifts_that_touch_the_hours_are_slow() -> None:
    """Another day, another vehicle, a shift that ends as they begin: the usual time. Of two tables the slower counts."""
    worse = SlowHours(days=LUNCH.days, start=time(12, 30), end=time(14), vehicles=frozenset(VehicleKind), percent=200)
    hour = 3600

    def percent(kind: VehicleKind, start_h: int, end_h: int, day: date = MONDAY) -> int:
        return slow_percent((LUNCH, worse), kind, day, start_h * hour, end_h * hour)

    assert percent(VehicleKind.CAR, 10, 12) == 100
    assert percent(VehicleKind.CAR, 14, 16) == 100
    assert percent(VehicleKind.CAR, 11, 13) == 200
    assert slow_percent((LUNCH,), VehicleKind.CAR, MONDAY, 11 * hour, 13 * hour) == 150
    assert slow_percent((LUNCH,), VehicleKind.FOOT, MONDAY, 11 * hour, 13 * hour) == 100
    assert percent(VehicleKind.CAR, 11, 13, date(2026, 12, 1)) == 100


def test_no_way_stays_no_way() -> None:
    """Twice never is never."""
    assert slowed_s(NEVER_ARRIVES_S, 200) == NEVER_ARRIVES_S
    assert slowed_s(101, 130) == 132


def test_the_table_comes_from_a_file_and_is_kept_with_a_trail(database: Database, tmp_path: Path) -> None:
    """The whole table at once; who changed it is written down; the other settings stay."""
    path = tmp_path / "slow.csv"
    path.write_text("days,from,to,vehicles,percent\nmon,12:00,13:00,car,150\n", encoding="utf-8")
    network = lunch_network(database)
    network.store()
    network.change(Network, network.network_id, settings={"door_s": 200})
    keep(network, *read_slow_hours(path))
    with database.reading(network.network_id) as session:
        assert slow_hours_of(session, network.network_id) == (LUNCH,)
        assert session.get_one(Network, network.network_id).settings["door_s"] == 200
    assert [event.subject for event in network.all(AuditEvent)] == ["slow_hours"]
    keep(network)
    with database.reading(network.network_id) as session:
        assert slow_hours_of(session, network.network_id) == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("mon,13:00,12:00,car,150", "line 2: Slow hours from 13:00 to 12:00 end before they begin"),
        ("mon,12:00,13:00,car,90", "from 101 to 400 percent"),
        ("moon,12:00,13:00,car,150", "'moon' is not a valid Weekday"),
        ("mon,12:00,13:00,tank,150", "'tank' is not a valid VehicleKind"),
        ("mon,noon,13:00,car,150", "cannot be read"),
    ],
)
def test_a_line_that_cannot_be_meant_is_named(tmp_path: Path, line: str, words: str) -> None:
    """File, line, and what is wrong with it."""
    path = tmp_path / "slow.csv"
    path.write_text(f"days,from,to,vehicles,percent\n{line}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        read_slow_hours(path)
