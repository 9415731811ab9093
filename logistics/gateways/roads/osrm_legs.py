"""OSRM's route legs as ours. The same words come from OSRM in this process and over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polyline

from logistics.gateways.roads.port import LatLon, RoadLeg, RoadMatrix, RoadStep

POLYLINE_PRECISION = 6


def legs_of(raw_legs: Iterable[Any], matrix: RoadMatrix) -> tuple[RoadLeg, ...]:
    """The legs with their lines and turns; times and distances are the matrix's, so that page and plan say the same.

    Where two ways are equally fast OSRM may draw one and measure the other (about one leg in 2,000).
    """
    legs = []
    for at, raw in enumerate(raw_legs):
        steps = list(raw["steps"])
        legs.append(
            RoadLeg(
                points=_line(steps),
                distance_m=int(matrix.distances_m[at, at + 1]),
                duration_s=int(matrix.durations_s[at, at + 1]),
                steps=tuple(_step(step) for step in steps),
            )
        )
    return tuple(legs)


def _line(steps: Sequence[Any]) -> tuple[LatLon, ...]:
    """The steps' lines joined, each point once."""
    line: list[LatLon] = []
    for step in steps:
        for latitude, longitude in polyline.decode(step["geometry"], POLYLINE_PRECISION):
            if not line or line[-1] != (latitude, longitude):
                line.append((latitude, longitude))
    return tuple(line)


def _step(raw: Any) -> RoadStep:
    turn = raw["maneuver"]
    exit_number = turn["exit"] if "exit" in turn else None  # noqa: SIM401 - OSRM's own mapping has no `get`
    return RoadStep(
        kind=str(turn["type"]),
        modifier=str(turn["modifier"]) if "modifier" in turn else "",
        name=str(raw["name"]) if "name" in raw else "",
        ref=str(raw["ref"]) if "ref" in raw else "",
        exit_number=None if exit_number is None else int(exit_number),
        bearing=int(turn["bearing_after"]) % 360,
        at=(float(turn["location"][1]), float(turn["location"][0])),
        distance_m=round(float(raw["distance"])),
        duration_s=round(float(raw["duration"])),
    )
