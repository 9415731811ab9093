"""The smallest worlds that routing tests need: places on a line, one minute and 100 m apart."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from routing import (
    Break,
    Matrix,
    Need,
    Pickup,
    Problem,
    RideFrom,
    Stop,
    StopKind,
    Vehicle,
    VehicleLimit,
    Visit,
    VisitKind,
    Window,
)

MINUTE = 60
SHIFT = Window(0, 600 * MINUTE)
KITCHEN = Pickup(id="kitchen", location=0, service_s=5 * MINUTE)


def line(places: int = 12, profile: str = "car") -> Matrix:
    """Places 0, 1, 2, ... a minute and 100 m apart."""
    spots = np.arange(places)
    steps = np.abs(spots[:, None] - spots[None, :])
    return Matrix(profile=profile, durations_s=steps * MINUTE, distances_m=steps * 100)


def at(minute: int, to: int | None = None) -> tuple[Window, ...]:
    """One window in minutes."""
    return (Window(minute * MINUTE, (minute if to is None else to) * MINUTE),)


def meal(pickup: str | None = "kitchen", portions: int = 1, **clock: Any) -> Need:
    """So many portions from the kitchen."""
    return Need(pickup_id=pickup, load=(portions,), **clock)


def door(name: str = "a", place: int = 1, **more: Any) -> Stop:
    """A stop of two minutes for one portion."""
    values: dict[str, Any] = {"service_s": 2 * MINUTE, "needs": (meal(),), "prize": 1_000_000, **more}
    return Stop(id=name, location=place, **values)


def car(name: str = "car", **more: Any) -> Vehicle:
    """A car at place 0 with an open end and room for ten."""
    values: dict[str, Any] = {"profile": "car", "start": 0, "shift": SHIFT, "capacity": (10,), **more}
    return Vehicle(id=name, **values)


def world(
    *stops: Stop, vehicles: tuple[Vehicle, ...] = (), pickups: tuple[Pickup, ...] = (KITCHEN,), **more: Any
) -> Problem:
    """A problem on the line with one dimension, portions."""
    values: dict[str, Any] = {"matrices": (line(),), **more}
    return Problem(dimensions=("portions",), vehicles=vehicles or (car(),), stops=stops, pickups=pickups, **values)


def tour(text: str) -> tuple[Visit, ...]:
    """Visits from a text: names of pickups in capitals, as in "KITCHEN a b"."""
    return tuple(
        Visit(VisitKind.PICKUP, word.lower()) if word.isupper() else Visit(VisitKind.STOP, word)
        for word in text.split()
    )


@st.composite
def problems(
    draw: st.DrawFn, most_stops: int = 4, most_vehicles: int = 2, rich: bool = True, whole: bool = False
) -> Problem:
    """Small problems that use every rule; breaks, setups, collected goods, limits on travel and costs of legs if `whole`."""
    places = 7
    minutes = st.integers(0, 60)
    legs = draw(
        st.lists(st.lists(st.integers(0, 15), min_size=places, max_size=places), min_size=places, max_size=places)
    )
    durations = np.array(legs) * MINUTE
    np.fill_diagonal(durations, 0)
    if draw(st.booleans()):  # half the worlds have shortest ways, half do not
        for middle in range(places):
            durations = np.minimum(durations, durations[:, [middle]] + durations[[middle], :])
    tolls = durations // 3 + durations % 7 if whole and draw(st.booleans()) else None
    matrix = Matrix(profile="car", durations_s=durations, distances_m=durations * 2, costs=tolls)

    def windows() -> tuple[Window, ...]:
        edges = sorted(draw(st.lists(minutes, min_size=0, max_size=4, unique=True)))
        return tuple(Window(a * MINUTE, b * MINUTE) for a, b in zip(edges[::2], edges[1::2], strict=False))

    pickups = tuple(
        Pickup(
            id=f"p{number}",
            location=draw(st.integers(0, places - 1)),
            windows=windows(),
            service_s=draw(st.sampled_from([0, 5])) * MINUTE,
            supply=(draw(st.integers(0, 6)),) if draw(st.integers(0, 3)) == 0 else None,
            setup_s=draw(st.sampled_from([0, 3])) * MINUTE if whole else 0,
        )
        for number in range(draw(st.integers(1, 2)))
    )
    vehicles = tuple(_vehicle(draw, number, places) for number in range(draw(st.integers(1, most_vehicles))))
    names = [vehicle.id for vehicle in vehicles]
    stops = tuple(
        _stop(draw, number, places, pickups=pickups, windows=windows(), names=names)
        for number in range(draw(st.integers(1, most_stops)))
    )
    limits: tuple[VehicleLimit, ...] = ()
    if len(names) > 1 and draw(st.booleans()):
        hours = draw(st.one_of(st.none(), st.integers(0, 90)))
        limits = (
            VehicleLimit(
                id="person",
                vehicle_ids=frozenset(names),
                max_total_duration_s=None if hours is None else hours * MINUTE,
                exclusive=draw(st.booleans()),
            ),
        )
    likes: Mapping[tuple[str, str], int] = {}
    if rich and draw(st.booleans()):
        likes = {(stops[0].id, names[0]): draw(st.integers(-500, 500))}
    if whole:
        stops = tuple(_handing_over(draw, stop) for stop in stops)
        vehicles = tuple(_resting(draw, vehicle) for vehicle in vehicles)
    return Problem(
        dimensions=("portions",), matrices=(matrix,), vehicles=vehicles, stops=stops, pickups=pickups, limits=limits,
        preferences=likes, balance_weight=draw(st.sampled_from([0, 0, 2])),
    )  # fmt: skip


def _handing_over(draw: st.DrawFn, stop: Stop) -> Stop:
    setup_s = draw(st.sampled_from([0, 0, 4])) * MINUTE
    return replace(stop, setup_s=setup_s, collects=draw(st.sampled_from([(), (1,), (2,)])))


def _resting(draw: st.DrawFn, vehicle: Vehicle) -> Vehicle:
    begin = vehicle.shift.start_s
    breaks = []
    for number in range(draw(st.integers(0, 2))):
        edges = sorted(draw(st.lists(st.integers(0, 90), max_size=4, unique=True)))
        breaks.append(
            Break(
                id=f"b{number}",
                windows=tuple(
                    Window(begin + a * MINUTE, begin + b * MINUTE)
                    for a, b in zip(edges[::2], edges[1::2], strict=False)
                ),
                service_s=draw(st.integers(1, 12)) * MINUTE,
                max_load=draw(st.sampled_from([None, (0,), (2,)])),
            )
        )
    longest = draw(st.one_of(st.none(), st.integers(5, 60)))
    return replace(vehicle, breaks=tuple(breaks), max_travel_s=None if longest is None else longest * MINUTE)


def _vehicle(draw: st.DrawFn, number: int, places: int) -> Vehicle:
    begin = draw(st.integers(0, 30))
    maybe = st.one_of(st.none(), st.integers(10, 80))
    duration = draw(maybe)
    return Vehicle(
        id=f"v{number}",
        profile="car",
        start=draw(st.integers(0, places - 1)),
        end=draw(st.one_of(st.none(), st.integers(0, places - 1))),
        shift=Window(begin * MINUTE, (begin + draw(st.integers(10, 90))) * MINUTE),
        capacity=(draw(st.integers(1, 6)),),
        skills=frozenset({"checked"}) if draw(st.booleans()) else frozenset(),
        crew_size=draw(st.integers(1, 2)),
        max_stops=draw(st.one_of(st.none(), st.integers(1, 3))),
        max_duration_s=None if duration is None else duration * MINUTE,
        max_distance_m=draw(st.one_of(st.none(), st.integers(500, 8000))),
        fixed_cost=draw(st.sampled_from([0, 300])),
        cost_per_s=draw(st.sampled_from([0, 1])),
        speed_percent=draw(st.sampled_from([100, 100, 70, 150])),
    )


def _stop(
    draw: st.DrawFn,
    number: int,
    places: int,
    *,
    pickups: tuple[Pickup, ...],
    windows: tuple[Window, ...],
    names: list[str],
) -> Stop:
    needs = []
    for pickup in draw(st.lists(st.sampled_from(pickups), min_size=0, max_size=2, unique_by=lambda p: p.id)):
        ride = draw(st.one_of(st.none(), st.integers(3, 30)))
        hold = draw(st.one_of(st.none(), st.integers(0, 60)))
        latest = draw(st.one_of(st.none(), st.integers(5, 90)))
        needs.append(
            Need(
                pickup_id=pickup.id,
                load=(draw(st.integers(0, 3)),),
                latest_start_s=None if latest is None else latest * MINUTE,
                max_ride_s=None if ride is None else ride * MINUTE,
                ride_from=draw(st.sampled_from(list(RideFrom))),
                hold_until_s=None if hold is None or ride is None else hold * MINUTE,
            )
        )
    if draw(st.integers(0, 5)) == 0:
        needs.append(Need(pickup_id=None, load=(1,)))
    rare = st.integers(0, 5).map(lambda value: value == 0)
    return Stop(
        id=f"s{number}",
        location=draw(st.integers(0, places - 1)),
        windows=windows,
        service_s=draw(st.sampled_from([0, 2])) * MINUTE,
        needs=tuple(needs),
        kind=draw(st.sampled_from([StopKind.DELIVERY, StopKind.DELIVERY, StopKind.DROPOFF])),
        building=draw(st.sampled_from([None, "tower"])),
        parking_s=draw(st.sampled_from([0, MINUTE])),
        required_skills=frozenset({"checked"}) if draw(rare) else frozenset(),
        crew_size=2 if draw(rare) else 1,
        forbidden_vehicles=frozenset({names[0]}) if draw(rare) else frozenset(),
        prize=1_000_000,
        choice="pick" if draw(rare) else None,
    )
