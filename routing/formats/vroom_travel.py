"""What a leg takes and costs in a VROOM document: custom matrices, or great-circle estimates where there are none.

VROOM's objective is money for hours of travel and for kilometres, or a custom matrix of costs; ours is money for metres
and for whole durations. So the legs' costs take the place of metres, where nothing bounds the true metres or the
travel alone, or where the costs are a multiple of what is bounded; else they are `Matrix.costs` beside the metres.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError
from routing.formats.vroom_document import Car, Document, Matrices, Place, Rows
from routing.matrix import MAX_LEG, UNREACHABLE, IntMatrix, Matrix
from routing.matrix_on_demand import CoordinateMatrix

Longs = npt.NDArray[np.int64]
SCALES = (1000, 100, 10, 1)
"""How many parts a unit of cost is kept in: the most that the longest leg allows."""
MAX_PLACES = 6_000
"""Places of one document: all travel between them is in tables."""
ESTIMATES = {
    **dict.fromkeys(("car", "driving-car", "auto", "van"), (1.45, 18.0)),
    **dict.fromkeys(("bike", "bicycle", "cycling-regular"), (1.4, 14.0)),
    **dict.fromkeys(("foot", "pedestrian", "foot-walking"), (1.3, 4.8)),
}
"""Profile to circuity and km/h, where there is no matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Seconds and metres between the places of a document, for one profile at one speed."""

    seconds: Longs
    metres: Longs | None
    costs: Longs | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """How one vehicle's limits and costs are put into the problem."""

    matrix: Matrix
    cost_per_m: int
    max_distance_m: int | None
    """In the matrix's metres, which may be costs."""
    max_travel_s: int | None


class Atlas:
    """The places of a document and all travel between them. The last location is nowhere: where open routes start."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.locations: dict[object, int] = {}
        self.points: list[Place] = []
        for order in document.orders:
            for task in order.tasks:
                self.location(task.place)
        for car in document.cars:
            for place in (car.start, car.end):
                if place is not None:
                    self.location(place)
        self.nowhere = len(self.points)
        if self.nowhere > MAX_PLACES:
            raise ProblemError("document", f"has {self.nowhere} places; at most {MAX_PLACES} are planned at once")
        self._travel: dict[tuple[str, int], Travel] = {}
        self._matrices: dict[tuple[object, ...], tuple[Matrix, int | None]] = {}
        self._costs: dict[tuple[object, ...], Longs] = {}
        self.scale = self._scale()

    @property
    def estimated(self) -> str | None:
        """What the times are, where no matrix gives them."""
        if self.document.matrices:
            return None
        kinds = sorted({ESTIMATES[car.profile] for car in self.document.cars})
        made = " and ".join(f"great circle x {circuity} at {kmh:g} km/h" for circuity, kmh in kinds)
        return f"estimate, not road distances: {made}"

    def location(self, place: Place) -> int:
        """The problem's number of a place."""
        key = place.index if place.index is not None else place.point
        if key not in self.locations:
            self.locations[key] = len(self.points)
            self.points.append(place)
        return self.locations[key]

    def travel(self, car: Car) -> Travel:
        """The travel of a vehicle, its speed factor counted: seconds rounded to the nearest."""
        percent = round(100 * car.speed_factor)
        if percent < 1:
            raise ProblemError(f"{car.path}.speed_factor", "is below 0.01")
        if (car.profile, percent) not in self._travel:
            base = self._base(car)
            seconds = np.where(base.seconds >= UNREACHABLE, UNREACHABLE, (base.seconds * 100 + percent // 2) // percent)
            if bool(((seconds > MAX_LEG) & (seconds != UNREACHABLE)).any()):
                raise ProblemError(f"{car.path}.speed_factor", f"makes a leg last more than {MAX_LEG} s")
            self._travel[car.profile, percent] = Travel(seconds=seconds, metres=base.metres, costs=base.costs)
        return self._travel[car.profile, percent]

    def _base(self, car: Car) -> Travel:
        if self.document.matrices:
            custom = self.document.matrices.get(car.profile)
            if custom is None:
                names = ", ".join(sorted(self.document.matrices))
                raise ProblemError(f"{car.path}.profile", f"is {car.profile}, the matrices are for {names}")
            return self._custom(custom)
        if car.profile not in ESTIMATES:
            names = ", ".join(sorted(ESTIMATES))
            text = f"is {car.profile}: without matrices, travel is estimated for {names} only"
            raise ProblemError(f"{car.path}.profile", text)
        circuity, kmh = ESTIMATES[car.profile]
        points = np.array([place.point for place in self.points], dtype=np.float64)
        made = CoordinateMatrix(profile=car.profile, coordinates=points, circuity=circuity, speed_kmh=kmh)
        everywhere = range(len(points))
        seconds, metres = made.block(everywhere, everywhere)
        return Travel(seconds=_opened(seconds), metres=_opened(metres), costs=None)

    def _custom(self, custom: Matrices) -> Travel:
        kept = [place.index for place in self.points if place.index is not None]

        def cut(rows: Rows) -> Longs:
            values = [[UNREACHABLE if rows[a][b] is None else rows[a][b] for b in kept] for a in kept]
            return np.array(values, dtype=np.int64).reshape(len(kept), len(kept))

        found = [None if rows is None else cut(rows) for rows in (custom.durations, custom.distances, custom.costs)]
        gone = np.zeros((len(kept), len(kept)), dtype=bool)
        for values in found:
            gone |= values == UNREACHABLE if values is not None else False
        opened = [None if values is None else _opened(np.where(gone, UNREACHABLE, values)) for values in found]
        assert opened[0] is not None, "durations are never absent"
        return Travel(seconds=opened[0], metres=opened[1], costs=opened[2])

    def leg_costs(self, car: Car) -> Longs:
        """What each leg costs, in parts of the document's unit: custom costs, or hours and kilometres."""
        key = (car.profile, round(100 * car.speed_factor), car.costs.per_hour, car.costs.per_km)
        if key not in self._costs:
            self._costs[key] = self._leg_costs(car)
        return self._costs[key]

    def _leg_costs(self, car: Car) -> Longs:
        travel, rates = self.travel(car), car.costs
        if travel.costs is not None:
            if rates.per_hour != 3600 or rates.per_km:
                raise ProblemError(f"{car.path}.costs", "has per_hour or per_km, though custom costs are given")
            legs = travel.costs * self.scale
        else:
            legs = travel.seconds * rates.per_hour * 1000
            if rates.per_km:
                if travel.metres is None:
                    raise ProblemError(f"{car.path}.costs.per_km", "needs custom distances beside the durations")
                legs = legs + travel.metres * rates.per_km * 3600
            legs = (legs * self.scale + 1_800_000) // 3_600_000
        legs = np.where(travel.seconds == UNREACHABLE, UNREACHABLE, legs)
        if bool(((legs > MAX_LEG) & (legs != UNREACHABLE)).any()):
            raise ProblemError(
                f"{car.path}.costs", f"makes a leg cost more than {MAX_LEG}: state costs in a larger unit"
            )
        return legs

    def ruler(self, car: Car) -> Ruler:
        """The matrix of a vehicle, and its limits in the matrix's units."""
        bounded = (car.max_travel_s is not None, car.max_distance_m is not None)
        if bounded[1] and self.travel(car).metres is None:
            raise ProblemError(f"{car.path}.max_distance", "needs custom distances beside the durations")
        key = (car.profile, round(100 * car.speed_factor), car.costs.per_hour, car.costs.per_km, bounded)
        if key not in self._matrices:
            self._matrices[key] = self._matrix(car, bounded)
        matrix, rate = self._matrices[key]
        if rate is None:
            limits = (car.max_distance_m, car.max_travel_s)
            return Ruler(matrix=matrix, cost_per_m=0, max_distance_m=limits[0], max_travel_s=limits[1])
        limit = car.max_travel_s if car.max_travel_s is not None else car.max_distance_m
        most = None if limit is None else limit * rate
        return Ruler(matrix=matrix, cost_per_m=1, max_distance_m=most, max_travel_s=None)

    def blank(self) -> Matrix:
        """A matrix for a document without vehicles: nobody can go anywhere."""
        nowhere = np.full((self.nowhere + 1, self.nowhere + 1), UNREACHABLE, dtype=np.int64)
        np.fill_diagonal(nowhere, 0)
        return _matrix("none", nowhere, nowhere)

    def dearest_legs(self, places: list[int], cars: tuple[Car, ...]) -> tuple[int, int]:
        """The sum over these places of the dearest leg to each, and the dearest leg of all."""
        dearest = np.zeros(self.nowhere + 1, dtype=np.int64)
        for car in cars:
            legs = self.leg_costs(car)
            dearest = np.maximum(dearest, np.where(legs == UNREACHABLE, 0, legs).max(axis=0))
        return int(dearest[places].sum()) if places else 0, int(dearest.max())

    def _matrix(self, car: Car, bounded: tuple[bool, bool]) -> tuple[Matrix, int | None]:
        """The matrix, and how often what is bounded goes into its metres (None: the metres are true, costs beside them)."""
        travel, legs, rates = self.travel(car), self.leg_costs(car), car.costs
        rate: int | None = None
        if bounded == (False, False):
            rate = 1
        elif bounded == (True, False) and travel.costs is None and not rates.per_km:
            rate = _whole_share(rates.per_hour * self.scale, 3600)
        elif bounded == (False, True) and travel.costs is None and not rates.per_hour:
            rate = _whole_share(rates.per_km * self.scale, 1000)
        name = f"{car.profile} {len(self._matrices) + 1}"
        if rate is not None:
            return _matrix(name, travel.seconds, legs), rate
        metres = travel.metres if travel.metres is not None else np.where(legs == UNREACHABLE, UNREACHABLE, 0)
        return _matrix(name, travel.seconds, metres, legs), None

    def _scale(self) -> int:
        """1 where all costs are whole; else as many parts as the longest leg allows."""
        cars = self.document.cars
        custom = {profile for profile, found in self.document.matrices.items() if found.costs is not None}
        if all(
            not car.costs.per_task_hour % 3600
            and (car.profile in custom or not (car.costs.per_hour % 3600 or car.costs.per_km % 1000))
            for car in cars
        ):
            return 1
        dearest = 1
        for car in cars:
            travel, rates = self.travel(car), car.costs
            if travel.costs is not None:
                dearest = max(dearest, _most(travel.costs))
                continue
            metres = _most(travel.metres) if travel.metres is not None else 0
            dearest = max(dearest, _most(travel.seconds) * rates.per_hour // 3600 + metres * rates.per_km // 1000 + 2)
        return next((scale for scale in SCALES if dearest * scale <= MAX_LEG), 1)


def _matrix(profile: str, seconds: Longs, metres: Longs, costs: Longs | None = None) -> Matrix:
    return Matrix(
        profile=profile,
        durations_s=seconds.astype(np.int32),
        distances_m=metres.astype(np.int32),
        costs=None if costs is None else costs.astype(np.int32),
    )


def _whole_share(amount: int, of: int) -> int | None:
    return amount // of if amount and not amount % of else None


def _most(values: Longs) -> int:
    return int(values[values < UNREACHABLE].max(initial=0))


def _opened(values: IntMatrix | Longs) -> Longs:
    """With one more location, nowhere, from which all is free and at once: an open start."""
    size = len(values) + 1
    made = np.zeros((size, size), dtype=np.int64)
    made[:-1, :-1] = values
    return made
