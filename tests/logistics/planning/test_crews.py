"""Crews: who can go, and pairs for doors where two must go."""

from __future__ import annotations

import uuid
from typing import Any

from logistics.domain.vocabulary import CredentialKind, DriverNeed, VehicleKind
from logistics.planning.crews import DayCrew, DoorForTwo, with_pairs
from tests.logistics.planning.worlds import MON, TUE, World, axis

CHECKED = {CredentialKind.DBS_BASIC: TUE}


def door(household: uuid.UUID, **values: Any) -> DoorForTwo:
    """A door for two at lunch."""
    plain: dict[str, Any] = {
        "driver_needs": frozenset(),
        "earliest_s": axis(MON, "12:00"),
        "latest_s": axis(MON, "13:00"),
        "portions": 1,
        "parcels": 0,
        "hot_ml": 600,
        "cold_ml": 0,
    }
    return DoorForTwo(household_id=household, **{**plain, **values})


def pairs_of(world: World, *doors: DoorForTwo, remaining_s: dict[uuid.UUID, int] | None = None) -> tuple[DayCrew, ...]:
    """Everybody of the day, paired up for these doors."""
    setting = world.day(remaining_s=remaining_s)
    return with_pairs(setting.crews, doors, setting.week_input, setting.travel, setting.remaining_s)


def people(crews: tuple[DayCrew, ...]) -> list[list[str]]:
    """The refs in each vehicle."""
    return sorted([member.ref for member in crew.members] for crew in crews)


def test_without_doors_for_two_everybody_goes_alone() -> None:
    """Nobody is paired for nothing."""
    world = World()
    world.driver("V1")
    world.driver("V2")
    assert people(pairs_of(world)) == [["V1"], ["V2"]]


def test_the_helper_s_own_vehicle_stays_at_home() -> None:
    """Two volunteers make one crew, in the larger vehicle, and no second route is left for either."""
    world = World()
    home = world.household("H1")
    world.driver("V1", capacity_portions=40)
    world.driver("V2", capacity_portions=2)
    assert people(pairs_of(world, door(home))) == [["V1", "V2"]]


def test_one_pair_covers_all_the_doors_it_can() -> None:
    """Two doors for two, four volunteers: two of them stay free."""
    world = World()
    homes = [world.household("H1"), world.household("H2")]
    for ref in ("V1", "V2", "V3", "V4"):
        world.driver(ref)
    crews = pairs_of(world, *(door(home) for home in homes))
    assert sorted(len(crew.members) for crew in crews) == [1, 1, 2]


def test_both_must_have_the_check() -> None:
    """Whoever stands at the door is as the household asked: the unchecked third is left out."""
    world = World()
    home = world.household("H1")
    world.driver("V1", credentials=CHECKED)
    world.driver("V2")
    world.driver("V3", credentials=CHECKED)
    crews = pairs_of(world, door(home, driver_needs=frozenset({DriverNeed.DBS_BASIC})))
    assert people(crews) == [["V1", "V3"], ["V2"]] or people(crews) == [["V2"], ["V3", "V1"]]


def test_a_block_of_either_counts() -> None:
    """With only two, and the helper blocked, nobody goes."""
    world = World()
    home = world.household("H1")
    world.driver("V1")
    world.blocks.add((world.driver("V2"), home))
    assert people(pairs_of(world, door(home))) == [["V1"], ["V2"]]


def test_the_helper_s_way_counts_towards_the_pair_s_beginning() -> None:
    """A helper on foot a mile away joins later than both shifts begin."""
    world = World()
    home = world.household("H1")
    world.driver("V1", capacity_portions=40)
    world.driver("V2", at=16, vehicle=VehicleKind.FOOT, capacity_portions=0, hot_ml=0)
    (pair,) = pairs_of(world, door(home))
    assert pair.helper is not None
    assert pair.helper.ref == "V2"
    assert pair.meeting_s > 20 * 60
    assert pair.start_s == axis(MON, "11:00") + pair.meeting_s


def test_a_helper_without_hours_for_the_way_does_not_come() -> None:
    """The way to the driver counts towards the helper's week."""
    world = World()
    home = world.household("H1")
    world.driver("V1", capacity_portions=40)
    walker = world.driver("V2", at=16, vehicle=VehicleKind.FOOT, capacity_portions=0, hot_ml=0)
    assert people(pairs_of(world, door(home), remaining_s={walker: 30 * 60})) == [["V1"], ["V2"]]


def test_nobody_is_the_own_helper() -> None:
    """Two shifts of one volunteer are one person."""
    world = World()
    home = world.household("H1")
    volunteer = world.driver("V1")
    world.shift(volunteer, starts="11:30", ends="14:00")
    assert people(pairs_of(world, door(home))) == [["V1"], ["V1"]]


def test_a_time_promised_twice_is_given_once() -> None:
    """A shift that overlaps the one given to a pair is gone with it: a helper is on the way before the route begins."""
    world = World()
    home = world.household("H1")
    world.driver("V1")
    twice = world.driver("V2")
    world.shift(twice, starts="12:00", ends="16:00")
    world.shift(twice, starts="16:00", ends="18:00")
    first, second = pairs_of(world, door(home))
    assert (len(first.members), len(second.members)) == (2, 1)
    assert second.start_s == axis(MON, "16:00")


def test_who_has_no_hours_left_is_not_there() -> None:
    """Less than a quarter of an hour holds no round."""
    world = World()
    tired = world.driver("V1")
    world.driver("V2")
    assert [crew.driver.ref for crew in world.day(remaining_s={tired: 14 * 60}).crews] == ["V2"]
