"""Who can go on a day: every shift with its volunteer, and pairs of volunteers for doors where two must go."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from logistics.domain.slow_hours import USUAL_PERCENT, slow_percent
from logistics.domain.vocabulary import DriverNeed
from logistics.domain.week import axis_s
from logistics.planning.travel import Travel
from logistics.planning.week_input import ShiftIn, VolunteerIn, WeekInput

MIN_SHIFT_S = 15 * 60
"""Less time than this cannot hold a pickup and a door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCrew:
    """One vehicle of the day: the driver's shift, and a helper's when two go (planning axis).

    The helper comes to the driver's start by their own means and `meeting_s` counts towards the helper's hours. The crew
    may do what each of its members may: skills are the intersection, blocks the union.
    """

    id: str
    day: date
    driver: VolunteerIn
    shift: ShiftIn
    helper: VolunteerIn | None = None
    helper_shift: ShiftIn | None = None
    meeting_s: int = 0
    start_s: int
    end_s: int
    slow_percent: int = USUAL_PERCENT
    """What travel takes in the driver's shift, in percent of its usual time."""
    charged_in: tuple[uuid.UUID, ...] = ()
    """The zones that charge the driver's vehicle at some time of the shift."""
    skills: frozenset[DriverNeed]
    """What every member has on the day: whoever stands at the door is as the household asked."""

    @property
    def members(self) -> tuple[VolunteerIn, ...]:
        """Driver first."""
        return (self.driver,) if self.helper is None else (self.driver, self.helper)

    def is_blocked_at(self, household_id: uuid.UUID, week_input: WeekInput) -> bool:
        """Whether any member must never go there."""
        return any(week_input.is_blocked(member.id, household_id) for member in self.members)


def day_crews(
    week_input: WeekInput, travel: Travel, day: date, remaining_s: Mapping[uuid.UUID, int]
) -> tuple[DayCrew, ...]:
    """Every shift of the day whose volunteer is on the map and has hours left, alone in their vehicle."""
    crews = []
    for shift in week_input.shifts:
        driver = week_input.volunteers[shift.volunteer_id]
        if shift.day == day and driver.site_id in travel.sites and remaining_s[driver.id] >= MIN_SHIFT_S:
            crews.append(
                DayCrew(
                    id=f"shift:{shift.id}",
                    day=day,
                    driver=driver,
                    shift=shift,
                    start_s=shift.start_s,
                    end_s=shift.end_s,
                    slow_percent=_slow_percent(week_input, driver, shift),
                    charged_in=_charged_in(week_input, driver, shift),
                    skills=driver.skills_on(day),
                )
            )
    return tuple(crews)


def _slow_percent(week_input: WeekInput, driver: VolunteerIn, shift: ShiftIn) -> int:
    midnight_s = axis_s(week_input.week, shift.day, time())
    return slow_percent(
        week_input.rules.slow_hours, driver.vehicle, shift.day, shift.start_s - midnight_s, shift.end_s - midnight_s
    )


def _charged_in(week_input: WeekInput, driver: VolunteerIn, shift: ShiftIn) -> tuple[uuid.UUID, ...]:
    midnight_s = axis_s(week_input.week, shift.day, time())
    return tuple(
        zone.id
        for zone in week_input.charge_zones
        if zone.charges_between(driver.vehicle, shift.day, shift.start_s - midnight_s, shift.end_s - midnight_s)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorForTwo:
    """A visit that two people must make: its household, its needs of a driver, and when it can begin and at the latest."""

    household_id: uuid.UUID
    driver_needs: frozenset[DriverNeed]
    earliest_s: int
    latest_s: int
    portions: int
    parcels: int
    hot_ml: int
    cold_ml: int


def with_pairs(
    crews: Sequence[DayCrew],
    doors: Sequence[DoorForTwo],
    week_input: WeekInput,
    travel: Travel,
    remaining_s: Mapping[uuid.UUID, int],
) -> tuple[DayCrew, ...]:
    """Pair up as few volunteers as cover the doors for two; a helper's own vehicle stays at home then.

    Greedy: each door not yet covered gets the pair that covers most open doors and gives away the smallest vehicle.
    """
    options = _options(crews, doors, week_input, travel, remaining_s)
    taken: set[str] = set()
    paired: list[DayCrew] = []
    open_doors = set(range(len(doors)))
    while open_doors:
        door = min(open_doors)
        able = [o for o in options if door in o.doors and o.driver.id not in taken and o.helper.id not in taken]
        if not able:
            open_doors.discard(door)
            continue
        best = min(able, key=lambda o: (-len(o.doors & open_doors), o.helper.driver.capacity_portions, o.pair.id))
        paired.append(best.pair)
        taken |= {crew.id for crew in crews if _takes_up(best.driver, crew) or _takes_up(best.helper, crew)}
        open_doors -= best.doors
    free = [crew for crew in crews if crew.id not in taken]
    return tuple(sorted((*free, *paired), key=lambda crew: (crew.start_s, crew.id)))


@dataclass(frozen=True, slots=True)
class _Option:
    """Two crews that could go as one, and the doors for two that they could make."""

    pair: DayCrew
    driver: DayCrew
    helper: DayCrew
    doors: frozenset[int]


def _options(
    crews: Sequence[DayCrew],
    doors: Sequence[DoorForTwo],
    week_input: WeekInput,
    travel: Travel,
    remaining_s: Mapping[uuid.UUID, int],
) -> list[_Option]:
    options = []
    for driver in crews if doors else ():
        for helper in crews:
            pair = _pair(driver, helper, travel, remaining_s)
            if pair is not None:
                covered = frozenset(i for i, door in enumerate(doors) if _covers(pair, door, week_input))
                if covered:
                    options.append(_Option(pair, driver, helper, covered))
    return options


def _takes_up(given: DayCrew, other: DayCrew) -> bool:
    """Whether a shift given to a pair leaves nothing of another: the same one, or one that the person promised twice.

    A helper is on the way before the pair's route begins, which no rule over routes can see.
    """
    return given.driver.id == other.driver.id and given.start_s < other.end_s and other.start_s < given.end_s


def _pair(driver: DayCrew, helper: DayCrew, travel: Travel, remaining_s: Mapping[uuid.UUID, int]) -> DayCrew | None:
    if driver.driver.id == helper.driver.id or driver.start_s >= helper.end_s or helper.start_s >= driver.end_s:
        return None
    pair = paired(driver, helper, travel)
    if pair.end_s - pair.start_s < MIN_SHIFT_S or remaining_s[helper.driver.id] - pair.meeting_s < MIN_SHIFT_S:
        return None
    return pair


def paired(driver: DayCrew, helper: DayCrew, travel: Travel) -> DayCrew:
    """Two crews as one, in the driver's vehicle, while both are on shift; the helper travels to the driver's start first."""
    meeting_s = travel.seconds(helper.driver.vehicle, helper.driver.site_id, driver.driver.site_id, helper.slow_percent)
    start_s = max(driver.start_s, helper.start_s + meeting_s)
    return replace(
        driver,
        id=f"{driver.id}+{helper.shift.id}",
        helper=helper.driver,
        helper_shift=helper.shift,
        meeting_s=meeting_s,
        start_s=start_s,
        end_s=max(min(driver.end_s, helper.end_s), start_s),
        skills=driver.skills & helper.skills,
    )


def _covers(pair: DayCrew, door: DoorForTwo, week_input: WeekInput) -> bool:
    driver = pair.driver
    # The cheap questions first: this is asked for every pair of shifts and door.
    return (
        pair.start_s <= door.latest_s
        and pair.end_s >= door.earliest_s + MIN_SHIFT_S
        and door.driver_needs <= pair.skills
        and not pair.is_blocked_at(door.household_id, week_input)
        and driver.capacity_portions >= door.portions
        and driver.capacity_parcels >= door.parcels
        and driver.hot_ml >= door.hot_ml
        and driver.cold_ml >= door.cold_ml
    )
