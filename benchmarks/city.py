"""A synthetic city's week: hot meals with clocks, parcels from hubs, volunteers with homes and weekly hours.

Everything grows with the number of orders, the area too, so that a street looks the same in a small city and a large one:
20 orders a shift, a hub for 2,000 orders, a kitchen for 500. Nothing in it is about a real person or place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from routing.matrix_on_demand import CoordinateMatrix, Metric
from routing.problem import Need, Pickup, Problem, Stop, Vehicle, VehicleLimit, Window

ORDERS_A_SHIFT, ORDERS_A_HUB, ORDERS_A_KITCHEN, ORDERS_AN_ESTATE = 20, 2_000, 500, 125
SIDE_M = 20_000.0
"""The side of a city of 50,000 orders."""
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60
DAYS = 7
HOT_SHARE = 0.3
SITTINGS = ((11.5, 13.5), (17.5, 19.5))
"""Hours between which a hot meal may come."""
PRIZE = 100_000


@dataclass(frozen=True, slots=True)
class Travel:
    """What volunteers of one kind carry (portions, parcels) and how fast they are; `share` of all of them."""

    profile: str
    share: float
    speed_kmh: float
    circuity: float
    capacity: tuple[int, int]
    skills: frozenset[str] = frozenset()


KINDS = (
    Travel("car", 0.72, 18, 1.45, (40, 16)),
    Travel("van", 0.08, 18, 1.45, (90, 45)),
    Travel("bicycle", 0.15, 14, 1.4, (16, 6)),
    Travel("foot", 0.05, 4.8, 1.3, (8, 3)),
)


def city(orders: int, seed: int = 0) -> Problem:
    """The week of a city of so many orders; the same for the same seed."""
    return _City(orders, np.random.default_rng((seed, orders))).problem()


class _City:
    """One city being drawn."""

    def __init__(self, orders: int, dice: np.random.Generator) -> None:
        self.orders, self.dice = orders, dice
        self.side = SIDE_M * (orders / 50_000) ** 0.5
        self.points: list[npt.NDArray[np.float64]] = []
        self.size = 0
        self.estates = self.dice.uniform(0, self.side, (max(2, orders // ORDERS_AN_ESTATE), 2))

    def problem(self) -> Problem:
        """All of it."""
        hubs = self._add(self._spread(max(1, self.orders // ORDERS_A_HUB)))
        kitchens = self._add(self._spread(max(1, self.orders // ORDERS_A_KITCHEN)))
        doors = self._add(self._among_people(self.orders))
        people = max(2, round(self.orders / ORDERS_A_SHIFT / 2))
        homes = self._add(self._among_people(people))
        stops = self._stops(hubs, kitchens, doors)
        vehicles, limits = self._volunteers(homes)
        coordinates = np.vstack(self.points)
        return Problem(
            dimensions=("portions", "parcels"),
            matrices=tuple(
                CoordinateMatrix(
                    profile=kind.profile, coordinates=coordinates, metric=Metric.PLANAR, circuity=kind.circuity,
                    speed_kmh=kind.speed_kmh,
                )
                for kind in KINDS
            ),
            vehicles=vehicles,
            stops=stops,
            pickups=self._pickups(hubs, kitchens, stops),
            limits=limits,
            preferences=self._continuity(doors, homes, stops),
        )  # fmt: skip

    def _add(self, points: npt.NDArray[np.float64]) -> range:
        self.points.append(np.clip(points, 0, self.side))
        first, self.size = self.size, self.size + len(points)
        return range(first, self.size)

    def _spread(self, count: int) -> npt.NDArray[np.float64]:
        """Places like the middles of a jittered grid: each serves its surroundings."""
        across = int(np.ceil(count**0.5))
        cells = self.dice.permutation(across * across)[:count]
        grid = np.column_stack((cells % across, cells // across)) + self.dice.uniform(0.25, 0.75, (count, 2))
        spots: npt.NDArray[np.float64] = grid * (self.side / across)
        return spots

    def _among_people(self, count: int) -> npt.NDArray[np.float64]:
        """Three in five in an estate, the others anywhere."""
        near = self.estates[self.dice.integers(len(self.estates), size=count)] + self.dice.normal(0, 150, (count, 2))
        far = self.dice.uniform(0, self.side, (count, 2))
        where: npt.NDArray[np.float64] = np.where(self.dice.random((count, 1)) < 0.6, near, far)
        return where

    def _nearest(self, places: range, to: range) -> npt.NDArray[np.int64]:
        """For each of `to` the places in the order of their distance (the five nearest)."""
        every = np.vstack(self.points)
        here, there = every[list(to)], every[list(places)]
        order = []
        for first in range(0, len(here), 1000):
            apart = ((here[first : first + 1000, None] - there[None]) ** 2).sum(axis=2)
            order.append(np.argsort(apart, axis=1)[:, :5])
        return np.vstack(order)

    def _stops(self, hubs: range, kitchens: range, doors: range) -> tuple[Stop, ...]:
        near_hubs, near_kitchens = self._nearest(hubs, doors), self._nearest(kitchens, doors)
        made: list[Stop] = []
        for number, door in enumerate(doors):
            hot = self.dice.random() < HOT_SHARE
            made += (
                self._hot(number, door, int(near_kitchens[number, 0])) if hot
                else self._parcel(number, door, near_hubs[number].tolist())
            )  # fmt: skip
        return tuple(made)

    def _hot(self, number: int, door: int, kitchen: int) -> list[Stop]:
        day, sitting = int(self.dice.integers(DAYS)), int(self.dice.integers(2))
        need = Need(
            pickup_id=f"kitchen-{kitchen}-{day}-{sitting}",
            load=(int(self.dice.integers(1, 4)), 0),
            max_ride_s=90 * MINUTE_S,
        )
        return [self._door(f"hot-{number}", door, (_window(day, *SITTINGS[sitting]),), need)]

    def _parcel(self, number: int, door: int, hubs: list[int]) -> list[Stop]:
        """On one day, on any of two or three, or (one in twenty) from either of two hubs."""
        days = sorted(self.dice.choice(DAYS, size=int(self.dice.choice((1, 2, 3), p=(0.5, 0.3, 0.2))), replace=False))
        part = (9.0, 13.0) if self.dice.random() < 0.5 else (13.0, 18.0)
        windows = tuple(_window(int(day), *part) for day in days)
        load = (0, int(self.dice.integers(1, 3)))
        either = len(hubs) > 1 and self.dice.random() < 0.05
        return [
            self._door(
                f"parcel-{number}" + "b" * rank, door, windows, Need(pickup_id=f"hub-{hub}", load=load),
                choice=f"hub-of-{number}" if either else None,
            )
            for rank, hub in enumerate(hubs[: 1 + either])
        ]  # fmt: skip

    def _door(
        self, name: str, door: int, windows: tuple[Window, ...], need: Need, choice: str | None = None
    ) -> Stop:  # fmt: skip
        return Stop(
            id=name,
            location=door,
            windows=windows,
            service_s=150,
            parking_s=60,
            needs=(need,),
            required_skills=frozenset({"checked"}) if self.dice.random() < 0.05 else frozenset(),
            prize=PRIZE,
            choice=choice,
        )

    def _pickups(self, hubs: range, kitchens: range, stops: tuple[Stop, ...]) -> tuple[Pickup, ...]:
        """Kitchens cook for a sitting what was ordered; hubs hold the week's parcels, all days together."""
        wanted: dict[str, int] = {}
        for stop in stops:
            need = stop.needs[0]
            wanted[str(need.pickup_id)] = wanted.get(str(need.pickup_id), 0) + max(need.load)
        open_hours = tuple(_window(day, 8.5, 18) for day in range(DAYS))
        return tuple(
            Pickup(
                id=f"hub-{number}", location=hub, windows=open_hours, service_s=300,
                supply=(0, wanted.get(f"hub-{number}", 0)),
            )
            for number, hub in enumerate(hubs)
        ) + tuple(
            Pickup(
                id=f"kitchen-{number}-{day}-{sitting}", location=kitchen, service_s=300,
                windows=(_window(day, begin - 0.5, end),), supply=(wanted.get(f"kitchen-{number}-{day}-{sitting}", 0), 0),
            )
            for number, kitchen in enumerate(kitchens)
            for day in range(DAYS)
            for sitting, (begin, end) in enumerate(SITTINGS)
        )  # fmt: skip

    def _volunteers(self, homes: range) -> tuple[tuple[Vehicle, ...], tuple[VehicleLimit, ...]]:
        """Two shifts each, on two days; half of the people have fewer hours than their shifts last together."""
        vehicles, limits = [], []
        for number, home in enumerate(homes):
            kind = KINDS[int(self.dice.choice(len(KINDS), p=[each.share for each in KINDS]))]
            skills = frozenset({"checked"}) if self.dice.random() < 0.6 else frozenset()
            names = []
            for turn, day in enumerate(self.dice.choice(DAYS, size=2, replace=False).tolist()):
                begin = float(self.dice.choice((9.0, 10.5, 13.0, 15.5), p=(0.25, 0.3, 0.2, 0.25)))
                names.append(f"shift-{number}-{turn}")
                vehicles.append(
                    Vehicle(
                        id=names[-1], profile=kind.profile, start=home, shift=_window(day, begin, begin + 4),
                        capacity=kind.capacity, skills=skills, fixed_cost=2_000, cost_per_m=1,
                    )
                )  # fmt: skip
            hours = 6 if self.dice.random() < 0.5 else None
            if hours is not None:
                limits.append(
                    VehicleLimit(
                        id=f"hours-{number}", vehicle_ids=frozenset(names), max_total_duration_s=hours * HOUR_S
                    )
                )
        return tuple(vehicles), tuple(limits)

    def _continuity(self, doors: range, homes: range, stops: tuple[Stop, ...]) -> dict[tuple[str, str], int]:
        """One door in ten knows somebody who lives near."""
        known: dict[tuple[str, str], int] = {}
        near = self._nearest(homes, doors)
        for stop in stops:
            if self.dice.random() < 0.1:
                person = int(near[stop.location - doors[0], int(self.dice.integers(near.shape[1]))])
                known[stop.id, f"shift-{person}-0"] = -300
        return known


def _window(day: int, begin_h: float, end_h: float) -> Window:
    return Window(int(day * DAY_S + begin_h * HOUR_S), int(day * DAY_S + end_h * HOUR_S))
