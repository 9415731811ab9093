"""What the product asks of a road router. Points are (latitude, longitude) in WGS84 degrees, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.domain.vocabulary import VehicleKind

type LatLon = tuple[float, float]

NO_WAY = 2**31 - 1
"""A duration or distance of this value means that there is no way; it then stands in both matrices."""


class RoadsUnavailable(FoodRoundsError):
    """The road router cannot answer: its graph is missing or its server fails. Nothing else answers in its place."""


class OffTheRoads(BadInput):
    """Some points lie outside the map or too far from every road. `points` are their positions in what was asked."""

    def __init__(self, sentence: str, points: tuple[int, ...]) -> None:
        super().__init__(sentence)
        self.points = points


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoadMatrix:
    """n x n, int32, row = from, column = to: `durations_s` in seconds of travel, `distances_m` in metres, or `NO_WAY`."""

    durations_s: NDArray[np.int32]
    distances_m: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadStep:
    """One manoeuvre of a journey and the way after it, in the words of OSRM's route steps.

    `kind` is the manoeuvre ("depart", "turn", "roundabout", "arrive", ...), `modifier` its direction ("left", "slight
    right", "uturn", or empty), `exit_number` which exit of a roundabout, `bearing` degrees clockwise from north of the
    way after it. `name` is the street's, or empty. `distance_m` and `duration_s` are those of the way after it.
    """

    kind: str
    modifier: str
    name: str
    ref: str
    exit_number: int | None
    bearing: int
    at: LatLon
    distance_m: int
    duration_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadLeg:
    """The way from one point of a journey to the next: the line to draw and its turns (empty for an estimate)."""

    points: tuple[LatLon, ...]
    distance_m: int
    duration_s: int
    steps: tuple[RoadStep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadPath:
    """A journey: `legs[i]` leads from point i to point i + 1, with the times and distances that the matrix has for it."""

    legs: tuple[RoadLeg, ...]

    @property
    def points(self) -> tuple[LatLon, ...]:
        """The whole line to draw; where a leg begins at the point where the one before ended, it stands once."""
        line: list[LatLon] = []
        for leg in self.legs:
            joins = bool(line) and bool(leg.points) and line[-1] == leg.points[0]
            line.extend(leg.points[1:] if joins else leg.points)
        return tuple(line)

    @property
    def distance_m(self) -> int:
        """The sum of the legs."""
        return sum(leg.distance_m for leg in self.legs)

    @property
    def duration_s(self) -> int:
        """The sum of the legs."""
        return sum(leg.duration_s for leg in self.legs)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadsInfo:
    """What made the figures. A plan records it, and every page that shows times shows it.

    `engine` is the router ("OSRM"), `data` what it knows the roads from ("OpenStreetMap data", or empty for an estimate),
    `data_date` how old that is, None when the data does not say; `profiles` what the times of each kind of vehicle are made
    from, in words.
    """

    engine: str
    data_date: date | None
    attribution: str
    is_estimate: bool
    data: str = ""
    profiles: Mapping[VehicleKind, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The words that stand beside times and distances."""
        return roads_label(
            engine=self.engine,
            data=self.data,
            data_date=self.data_date,
            is_estimate=self.is_estimate,
        )


def roads_label(*, engine: str, data: str, data_date: date | None, is_estimate: bool) -> str:
    """`roads: OSRM, OpenStreetMap data of 24 November 2020`, or that the figures are an estimate."""
    if is_estimate:
        return "estimate, not road distances"
    if data_date is None:
        return f"roads: {engine}, {data or 'data'} of an unknown date"
    return f"roads: {engine}, {data or 'data'} of {data_date.day} {data_date:%B %Y}"


def stored_roads_label(*, engine: str, data: str, data_date: str, is_estimate: bool) -> str:
    """The same from a plan's record, which keeps the date as text."""
    known = date.fromisoformat(data_date) if data_date else None
    return roads_label(engine=engine, data=data, data_date=known, is_estimate=is_estimate)


class Router(Protocol):
    """Times and distances between points for one way of travelling. There is no silent fallback between routers.

    `matrix` and `route` raise BadInput for a point that is no place on earth, OffTheRoads (which is one) for points that
    no road is near, and RoadsUnavailable when the router cannot answer.
    """

    def matrix(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadMatrix:
        """Every pair, both ways."""
        ...

    def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
        """The journey through the points in their order. Raises BadInput for fewer than two, or where there is no way."""
        ...

    def snap_distances_m(self, points: Sequence[LatLon], profile: VehicleKind) -> NDArray[np.float64]:
        """How far each point is from the nearest road of that profile; infinite beyond `snap_limit_m`."""
        ...

    @property
    def snap_limit_m(self) -> int:
        """How far from a road a point may be: farther off, it is reported and never moved."""
        ...

    def info(self) -> RoadsInfo:
        """The engine, its data, whom to credit, and whether it only estimates."""
        ...
