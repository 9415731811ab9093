"""The turns of a journey in plain English, from the manoeuvres of a road router (OSRM's words for them)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from logistics.gateways.roads.port import RoadStep

_METRES_IN_A_YARD = 0.9144
_METRES_IN_A_MILE = 1609.344

_TURNS = {
    "left": "Turn left",
    "right": "Turn right",
    "slight left": "Bear left",
    "slight right": "Bear right",
    "sharp left": "Turn sharp left",
    "sharp right": "Turn sharp right",
    "straight": "Go straight on",
    "uturn": "Turn round",
    "": "Go on",
}
_WITHIN_ROUNDABOUTS = frozenset({"exit roundabout", "exit rotary"})
_SAME_ROAD = frozenset({"new name", "notification", "use lane"})
_ORDINALS = {1: "1st", 2: "2nd", 3: "3rd"}
_COMPASS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One line of the list: what to do, and how far to go after it (`250 yards`; empty at the end)."""

    words: str
    then: str


def turns_of(steps: Iterable[RoadStep]) -> tuple[Turn, ...]:
    """The list for one leg. What asks nothing of the driver (a street that only changes its name back) is left out.

    The way around a roundabout counts to the line that tells which exit to take.
    """
    told: list[tuple[RoadStep, int]] = []
    for step in steps:
        goes_on = step.kind in _SAME_ROAD and told and _road(step) in ("", _road(told[-1][0]))
        if told and (step.kind in _WITHIN_ROUNDABOUTS or goes_on):
            before, distance_m = told[-1]
            told[-1] = (before, distance_m + step.distance_m)
        else:
            told.append((step, step.distance_m))
    return tuple(Turn(words=words_of(step), then=_distance(distance_m)) for step, distance_m in told)


def words_of(step: RoadStep) -> str:
    """One manoeuvre: `Turn left into Cowcross Street`."""
    road = _road(step)
    into = f" into {road}" if road else ""
    along = f" along {road}" if road else ""
    turn = _TURNS.get(step.modifier, "Go on")
    side = "left" if "left" in step.modifier else "right" if "right" in step.modifier else ""
    on_side = f" on the {side}" if side else ""
    ramp = f"Take the slip road{on_side}" + (f" for {road}" if road else "")
    carry_on = f"Follow {road or 'the road'} to the {side}" if side else f"Carry straight on{along}"
    said = {
        "depart": f"Set off {compass(step.bearing)}{along}",
        "arrive": f"You are there: it is on your {side}" if side else "You are there",
        "roundabout": f"At the roundabout take the {_exit(step.exit_number)}{into}",
        "rotary": f"At the roundabout take the {_exit(step.exit_number)}{into}",
        "roundabout turn": f"At the small roundabout {_lower(turn)}{into}",
        "end of road": f"At the end of the road {_lower(turn)}{into}",
        "fork": f"At the fork keep {side or 'straight on'}{into}",
        "merge": f"Join {road or 'the road'}",
        "on ramp": ramp,
        "off ramp": ramp,
        "continue": turn if step.modifier == "uturn" else carry_on,
    }
    if step.kind in _SAME_ROAD:
        return f"Carry on{into}"
    return said.get(step.kind, turn if step.modifier == "uturn" else f"{turn}{into}")


def compass(bearing: int) -> str:
    """Degrees clockwise from north as one of eight winds."""
    return _COMPASS[round(bearing / 45) % 8]


def _road(step: RoadStep) -> str:
    if step.name and step.ref:
        return f"{step.name} ({step.ref})"
    return step.name or step.ref


def _exit(number: int | None) -> str:
    return "exit you need" if not number else f"{_ORDINALS.get(number, f'{number}th')} exit"


def _lower(words: str) -> str:
    return words[0].lower() + words[1:]


def _distance(metres: int) -> str:
    """Yards up to a quarter of a mile, to ten; miles beyond, to a tenth: as road signs do."""
    if metres <= 0:
        return ""
    if metres < _METRES_IN_A_MILE / 4:
        return f"{max(10, round(metres / _METRES_IN_A_YARD, -1)):.0f} yards"
    miles = round(metres / _METRES_IN_A_MILE, 1)
    return f"{miles:g} mile" + ("" if miles == 1 else "s")
