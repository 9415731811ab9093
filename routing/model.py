"""A problem said step by step, with names for places and quantities: the way in for people who call the library.

    solution = (
        Model("portions")
        .place("kitchen", (51.500, -0.060)).place("Ann's door", (51.503, -0.065))
        .estimate("car", speed_kmh=18, circuity=1.45)
        .pickup("soup", at="kitchen", service_s=300)
        .stop("Ann", at="Ann's door", windows=(43_200, 46_800), service_s=150, prize=10**6)
        .need("Ann", 2, source="soup", max_ride_s=5_400)
        .vehicle("Bo", profile="car", start="kitchen", shift=(39_600, 50_400), capacity=20)
        .solve(seconds=2)
    )

Parts may be said in any order. What the words mean is told in `routing.problem`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Self

import numpy as np

from routing.engines.protocol import MaxSeconds
from routing.errors import ProblemError
from routing.matrix import Matrix
from routing.matrix_on_demand import AnyMatrix, CoordinateMatrix
from routing.problem import Break, Need, Pickup, Problem, Stop, Vehicle, VehicleLimit, Visit, VisitKind, Window
from routing.solution import Solution
from routing.solving import solve

type Amounts = int | Mapping[str, int]
"""A number where there is one dimension, else numbers by dimension; what is not named is 0."""
type Windows = tuple[int, int] | Sequence[tuple[int, int]]
"""One window or several, in seconds."""


class Model:
    """Collects the parts of a problem; each method returns the model itself.

    Every error is a ProblemError that names the stop, vehicle or other part, and the rule: at once where the part alone
    is wrong, from `problem` where parts do not fit together.
    """

    def __init__(self, *dimensions: str) -> None:
        self._dimensions = dimensions
        self._places: dict[str, tuple[float, float] | None] = {}
        self._tables: dict[str, tuple[Any, Any, Any]] = {}
        self._estimates: dict[str, tuple[float, float]] = {}
        self._stops: dict[str, tuple[str, dict[str, Any]]] = {}
        self._needs: dict[str, list[Need]] = {}
        self._pickups: dict[str, tuple[str, dict[str, Any]]] = {}
        self._vehicles: dict[str, tuple[str, str | None, dict[str, Any]]] = {}
        self._breaks: dict[str, list[Break]] = {}
        self._limits: dict[str, VehicleLimit] = {}
        self._preferences: dict[tuple[str, str], int] = {}
        self._pins: dict[str, str] = {}
        self._prefixes: dict[str, tuple[str, ...]] = {}
        self._balance = 0

    def place(self, name: str, coordinates: tuple[float, float] | None = None) -> Self:
        """A location; latitude and longitude where travel is to be estimated."""
        self._once("place", name, self._places)
        self._places[name] = coordinates
        return self

    def travel(self, profile: str, durations_s: Any, distances_m: Any, *, costs: Any = None) -> Self:
        """Seconds and metres between all places, rows and columns in the order in which the places were named."""
        self._once("matrix", profile, {**self._tables, **self._estimates})
        self._tables[profile] = (durations_s, distances_m, costs)
        return self

    def estimate(self, profile: str, *, speed_kmh: float, circuity: float = 1.0) -> Self:
        """Great-circle distances between the places' coordinates, times circuity, at this speed."""
        self._once("matrix", profile, {**self._tables, **self._estimates})
        self._estimates[profile] = (circuity, speed_kmh)
        return self

    def pickup(
        self, name: str, *, at: str, windows: Windows = (), supply: Amounts | None = None, **more: Any
    ) -> Self:  # fmt: skip
        """Where goods are loaded; `more` are the other fields of `Pickup`."""
        subject = f"pickup {name}"
        self._once("pickup", name, self._pickups)
        bound = None if supply is None else self._amounts(supply, subject, "supply")
        self._pickups[name] = (
            at,
            _known(Pickup, subject, more) | {"windows": _windows(windows, subject), "supply": bound},
        )
        return self

    def stop(self, name: str, *, at: str, windows: Windows = (), collects: Amounts = 0, **more: Any) -> Self:
        """Where service is given; `more` are the other fields of `Stop`. What it receives, `need` says."""
        subject = f"stop {name}"
        self._once("stop", name, self._stops)
        made = _known(Stop, subject, more) | {"windows": _windows(windows, subject)}
        if collects:
            made["collects"] = self._amounts(collects, subject, "collects")
        self._stops[name] = (at, made)
        return self

    def need(self, stop: str, amount: Amounts, *, source: str | None = None, **more: Any) -> Self:
        """What a stop receives from a pickup (None: on board from the start); `more` are the other fields of `Need`."""
        subject = f"stop {stop}"
        load = self._amounts(amount, subject, "need")
        made = Need(pickup_id=source, load=load, **_known(Need, subject, more))
        self._needs.setdefault(stop, []).append(made)
        return self

    def vehicle(
        self, name: str, *, profile: str, start: str, end: str | None = None, shift: tuple[int, int],
        capacity: Amounts = 0, **more: Any,
    ) -> Self:  # fmt: skip
        """Somebody's shift with what they travel in; `more` are the other fields of `Vehicle`, breaks aside."""
        subject = f"vehicle {name}"
        self._once("vehicle", name, self._vehicles)
        made = _known(Vehicle, subject, more) | {"profile": profile, "shift": _window(shift, subject)}
        self._vehicles[name] = (start, end, made | {"capacity": self._amounts(capacity, subject, "capacity")})
        return self

    def rest(
        self, vehicle: str, name: str, *, service_s: int, windows: Windows = (), max_load: Amounts | None = None
    ) -> Self:  # fmt: skip
        """A break of a vehicle, after those already said."""
        subject = f"break {name} of vehicle {vehicle}"
        most = None if max_load is None else self._amounts(max_load, subject, "max_load")
        made = Break(id=name, windows=_windows(windows, subject), service_s=service_s, max_load=most)
        self._breaks.setdefault(vehicle, []).append(made)
        return self

    def limit(
        self, name: str, vehicles: Iterable[str], *, max_total_duration_s: int | None = None, exclusive: bool = False
    ) -> Self:  # fmt: skip
        """A rule over several vehicles: hours they share, or that their routes do not overlap."""
        self._once("limit", name, self._limits)
        self._limits[name] = VehicleLimit(
            id=name, vehicle_ids=frozenset(vehicles), max_total_duration_s=max_total_duration_s, exclusive=exclusive
        )
        return self

    def prefer(self, stop: str, vehicle: str, cost: int) -> Self:
        """What it costs if this vehicle serves this stop; below 0 it saves."""
        self._preferences[stop, vehicle] = cost
        return self

    def pin(self, stop: str, vehicle: str) -> Self:
        """No other vehicle may serve this stop."""
        self._pins[stop] = vehicle
        return self

    def begin(self, vehicle: str, *names: str) -> Self:
        """The pickups and stops that the vehicle's route begins with: what is already done."""
        self._prefixes[vehicle] = names
        return self

    def balance(self, weight: int) -> Self:
        """What a second of the longest route costs."""
        self._balance = weight
        return self

    def problem(self) -> Problem:
        """The problem. Raises ProblemError naming the part that does not fit the others, and the rule."""
        for kind, named, known in (
            ("need of stop", self._needs, self._stops),
            ("break of vehicle", self._breaks, self._vehicles),
        ):
            for name in named:
                if name not in known:
                    raise ProblemError(f"{kind} {name}", f"there is no such {kind.split()[-1]}")
        return Problem(
            dimensions=self._dimensions,
            matrices=self._matrices(),
            vehicles=tuple(self._vehicle(name) for name in self._vehicles),
            stops=tuple(
                Stop(
                    id=name, location=self._location(f"stop {name}", at), **more, needs=tuple(self._needs.get(name, ()))
                )
                for name, (at, more) in self._stops.items()
            ),
            pickups=tuple(
                Pickup(id=name, location=self._location(f"pickup {name}", at), **more)
                for name, (at, more) in self._pickups.items()
            ),
            limits=tuple(self._limits.values()),
            preferences=self._preferences,
            pins=self._pins,
            fixed_prefix={vehicle: self._prefix(vehicle, names) for vehicle, names in self._prefixes.items()},
            balance_weight=self._balance,
        )

    def solve(self, *, seconds: float = 10.0, **more: Any) -> Solution:
        """The best solution found in that time; `more` as `routing.solve` takes it, which says what it raises."""
        return solve(self.problem(), stop=MaxSeconds(seconds), **more)

    def _vehicle(self, name: str) -> Vehicle:
        start, end, more = self._vehicles[name]
        subject = f"vehicle {name}"
        home = None if end is None else self._location(subject, end)
        made = Vehicle(id=name, start=self._location(subject, start), end=home, **more)
        return replace(made, breaks=tuple(self._breaks.get(name, ())))

    def _matrices(self) -> tuple[AnyMatrix, ...]:
        made: list[AnyMatrix] = []
        for profile, (durations_s, distances_m, costs) in self._tables.items():
            subject = f"matrix {profile}"
            tables = [_table(values, subject) for values in (durations_s, distances_m)]
            matrix = Matrix(
                profile=profile,
                durations_s=tables[0],
                distances_m=tables[1],
                costs=None if costs is None else _table(costs, subject),
            )
            if matrix.size != len(self._places):
                raise ProblemError(subject, f"has {matrix.size} rows, there are {len(self._places)} places")
            made.append(matrix)
        for profile, (circuity, speed_kmh) in self._estimates.items():
            for name, coordinates in self._places.items():
                if coordinates is None:
                    raise ProblemError(
                        f"place {name}", f"has no coordinates, and travel by {profile} is estimated from them"
                    )
            made.append(
                CoordinateMatrix(
                    profile=profile,
                    coordinates=np.array(list(self._places.values()), dtype=np.float64).reshape(-1, 2),
                    circuity=circuity,
                    speed_kmh=speed_kmh,
                )
            )
        return tuple(made)

    def _prefix(self, vehicle: str, names: tuple[str, ...]) -> tuple[Visit, ...]:
        visits = []
        for name in names:
            if (name in self._stops) == (name in self._pickups):
                text = "is a stop and a pickup: rename one" if name in self._stops else "is neither a stop nor a pickup"
                raise ProblemError(f"beginning of vehicle {vehicle}", f"{name} {text}")
            visits.append(Visit(VisitKind.STOP if name in self._stops else VisitKind.PICKUP, name))
        return tuple(visits)

    def _location(self, subject: str, place: str) -> int:
        for number, name in enumerate(self._places):
            if name == place:
                return number
        raise ProblemError(subject, f"is at {place!r}, which is none of the {len(self._places)} places")

    def _amounts(self, amounts: Amounts, subject: str, what: str) -> tuple[int, ...]:
        if not isinstance(amounts, Mapping):
            if len(self._dimensions) != 1:
                if amounts == 0:
                    return (0,) * len(self._dimensions)
                raise ProblemError(
                    subject, f"{what} must say how much of which of: {', '.join(self._dimensions) or 'nothing'}"
                )
            return (amounts,)
        for name in amounts:
            if name not in self._dimensions:
                raise ProblemError(subject, f"{what} names {name!r}, which is none of: {', '.join(self._dimensions)}")
        return tuple(amounts.get(name, 0) for name in self._dimensions)

    def _once(self, kind: str, name: object, known: Mapping[str, object]) -> None:
        if not isinstance(name, str) or not name:
            raise ProblemError(kind, f"needs a name, not {name!r}")
        if name in known:
            raise ProblemError(f"{kind} {name}", "is there twice")


def _known(kind: type, subject: str, more: dict[str, Any]) -> dict[str, Any]:
    """The fields, which must be fields of that class that the method does not name itself."""
    names = {field.name for field in fields(kind)} - {
        "id",
        "location",
        "needs",
        "breaks",
        "start",
        "end",
        "load",
        "pickup_id",
    }
    for name in more:
        if name not in names:
            raise ProblemError(subject, f"has no {name}; it may have {', '.join(sorted(names))}")
    return {name: frozenset(value) if isinstance(value, set | list) else value for name, value in more.items()}


def _windows(windows: Windows, subject: str) -> tuple[Window, ...]:
    if isinstance(windows, tuple) and len(windows) == 2 and all(isinstance(edge, int) for edge in windows):
        return (_window(windows, subject),)
    if not isinstance(windows, tuple | list):
        raise ProblemError(subject, f"its windows are {windows!r}; they must be (start, end) or a list of them")
    return tuple(_window(window, subject) for window in windows)


def _window(window: object, subject: str) -> Window:
    if not isinstance(window, tuple | list) or len(window) != 2 or any(type(edge) is not int for edge in window):
        raise ProblemError(subject, f"its window is {window!r}; it must be (start, end) in whole seconds")
    return Window(*window)


def _table(values: Any, subject: str) -> Any:
    try:
        return np.asarray(values)
    except ValueError as error:
        raise ProblemError(subject, f"its rows differ in length: {error}") from None
