"""Which vehicle can serve which stop at all, with one bit for each pair; found vehicle by vehicle with whole arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from routing.compiled import ON_BOARD, Compiled
from routing.problem import Vehicle

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
NEVER = 2**60


class Reach:
    """Bounds, not proofs: a pair without its bit is impossible, one with it may still be.

    Ways are taken to be shortest: no detour is quicker than going straight.
    """

    def __init__(self, world: Compiled) -> None:
        self.world, self.stops = world, world.stop_count
        problem = world.problem
        self.place = np.array(world.location, dtype=np.int64)
        self.service = np.array(world.service, dtype=np.int64)
        self.opens, self.closes = _padded(world.windows)
        self._shifts: dict[tuple[int, int], tuple[Ints, Ints, Ints]] = {}
        self._windows: dict[tuple[int, int], tuple[Ints, Ints]] = {}
        self.load = np.array(
            [[sum(column) for column in zip(*(need.load for need in world.needs[node]), strict=True)] or [0] * world.dims
             for node in range(self.stops)], dtype=np.int64,
        ).reshape(self.stops, world.dims)  # fmt: skip
        self.crew = np.array([stop.crew_size for stop in problem.stops], dtype=np.int64)
        self._skills: dict[frozenset[str], int] = {}
        self.skill = np.array(
            [self._skills.setdefault(stop.required_skills, len(self._skills)) for stop in problem.stops], dtype=np.int64
        )
        self._named()
        self._needs()
        self._legs: dict[str, Ints] = {}
        self.bits = np.zeros((len(world.cars), (self.stops + 7) // 8), dtype=np.uint8)
        for vehicle, car in enumerate(world.cars):
            self.bits[vehicle] = np.packbits(self._of(vehicle, car))

    def of(self, vehicle: int) -> Flags:
        """Per stop, whether the vehicle can serve it."""
        return np.unpackbits(self.bits[vehicle], count=self.stops).astype(np.bool_)

    def who(self, stop: int) -> Flags:
        """Per vehicle, whether it can serve the stop."""
        found: Flags = (self.bits[:, stop // 8] >> (7 - stop % 8)) & 1 == 1
        return found

    def _named(self) -> None:
        """Stops that name vehicles: by vehicle, those it may and those it may not serve."""
        self._closed = np.zeros(self.stops, dtype=np.bool_)
        self._granted: dict[int, list[int]] = {}
        self._barred: dict[int, list[int]] = {}
        index = self.world.vehicle_index
        for node, stop in enumerate(self.world.problem.stops):
            only = self.world.pin.get(node)
            if stop.allowed_vehicles is not None or only is not None:
                self._closed[node] = True
                allowed = stop.allowed_vehicles
                for name in [self.world.cars[only].id] if only is not None else sorted(allowed or ()):
                    if allowed is None or name in allowed:
                        self._granted.setdefault(index[name], []).append(node)
            for name in stop.forbidden_vehicles:
                self._barred.setdefault(index[name], []).append(node)

    def _needs(self) -> None:
        """All needs in a row, those of one stop together."""
        flat = [(node, need) for node in range(self.stops) for need in self.world.needs[node]]
        self._need_stop = np.array([node for node, _ in flat], dtype=np.int64)
        self._need_pickup = np.array([need.pickup for _, need in flat], dtype=np.int64)
        self._need_lag = np.array([NEVER if need.lag_s is None else need.lag_s for _, need in flat], dtype=np.int64)

    def _from_pickups(self, profile: str) -> Ints:
        """Seconds from the pickup of each need to its stop, by the matrix."""
        if profile not in self._legs:
            legs = np.zeros(len(self._need_stop), dtype=np.int64)
            matrix = self.world.problem.matrix(profile)
            for pickup in np.unique(self._need_pickup[self._need_pickup != ON_BOARD]):
                rows = np.flatnonzero(self._need_pickup == pickup)
                there = self.place[self._need_stop[rows]]
                legs[rows] = matrix.block(self.place[[pickup]].tolist(), there.tolist())[0][0]
            self._legs[profile] = legs
        return self._legs[profile]

    def _on(self, begin_s: int, end_s: int) -> tuple[Ints, Ints, Ints]:
        """Stops with a window that touches a shift, their needs, and the place of each need's stop among them."""
        found = self._shifts.get((begin_s, end_s))
        if found is None:
            touched = ((self.opens[: self.stops] <= end_s) & (self.closes[: self.stops] >= begin_s)).any(axis=1)
            stops = np.flatnonzero(touched)
            needs = np.flatnonzero(touched[self._need_stop])
            found = stops, needs, np.searchsorted(stops, self._need_stop[needs])
            self._shifts[begin_s, end_s] = found
            self._windows[begin_s, end_s] = self.opens[stops], self.closes[stops]
        return found

    def _of(self, vehicle: int, car: Vehicle) -> Flags:
        stops, needs, at = self._on(*car.shift)
        able = np.array([needed <= car.skills for needed in self._skills], dtype=np.bool_)
        fit = able[self.skill[stops]] & (self.crew[stops] <= car.crew_size)
        fit &= (self.load[stops] <= np.array(car.capacity, dtype=np.int64)).all(axis=1)
        closed = self._closed[stops]
        for names, shut in ((self._granted, False), (self._barred, True)):
            if vehicle in names:
                closed[np.searchsorted(stops, np.intersect1d(stops, names[vehicle]))] = shut
        may = np.zeros(self.stops, dtype=np.bool_)
        may[stops] = fit & ~closed & self._in_time(car, stops, needs, at)
        return may

    def _in_time(self, car: Vehicle, stops: Ints, needs: Ints, at: Ints) -> Flags:
        """For each of these stops whether a route with it alone can be on time."""
        pickups = np.arange(self.stops, len(self.place))
        legs = self._seconds(car, [car.start], self.place[np.concatenate((stops, pickups))])
        arrive = car.shift.start_s + legs[: len(stops)]
        loading = _opened(self.opens[self.stops :], self.closes[self.stops :], car.shift.start_s + legs[len(stops) :])
        ready = np.append(loading + self.service[self.stops :], car.shift.start_s)  # the last: on board
        sources = self._need_pickup[needs]
        on_board = sources == ON_BOARD
        way = _slowed(self._from_pickups(car.profile)[needs], car.speed_percent)
        late = ~on_board & (self.service[sources] + way > self._need_lag[needs])
        reached = np.where(on_board, arrive[at], ready[np.where(on_board, -1, sources - self.stops)] + way)
        np.maximum.at(arrive, at, np.where(late, NEVER, reached))
        start = _opened(*self._windows[car.shift.start_s, car.shift.end_s], arrive)
        home = 0 if car.end is None else self._seconds(car, self.place[stops].tolist(), np.array([car.end]))
        timely: Flags = start + self.service[stops] + home <= car.shift.end_s
        return timely

    def _seconds(self, car: Vehicle, here: Sequence[int], there: Ints) -> Ints:
        found = self.world.problem.matrix(car.profile).block(here, there.tolist())[0].astype(np.int64).ravel()
        return _slowed(found, car.speed_percent)


def _padded(windows: Sequence[tuple[tuple[int, int], ...]]) -> tuple[Ints, Ints]:
    """Windows as two arrays, a row each; what is missing never opens."""
    most = max((len(each) for each in windows), default=0)
    opens = np.full((len(windows), max(1, most)), NEVER, dtype=np.int64)
    closes = np.full(opens.shape, -1, dtype=np.int64)
    for row, each in enumerate(windows):
        for column, (begin, end) in enumerate(each):
            opens[row, column], closes[row, column] = begin, end
    return opens, closes


def _opened(opens: Ints, closes: Ints, arrive: Ints) -> Ints:
    """The first second at or after arrival inside a window; NEVER when there is none."""
    start = np.full(len(arrive), NEVER, dtype=np.int64)
    for column in range(opens.shape[1]):
        into = np.maximum(arrive, opens[:, column])
        start = np.minimum(start, np.where(into <= closes[:, column], into, NEVER))
    return start


def _slowed(seconds: Ints, speed_percent: int) -> Ints:
    return -(-seconds * 100 // speed_percent)
