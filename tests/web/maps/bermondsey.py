"""A made-up week around Bermondsey for the maps' tests."""

from __future__ import annotations

import math
import random

from web.maps import MapPlace, MapRoute, MapStop, MapUnserved, MapView, PlaceKind

HUB = (51.4930, -0.0650)


def week_view(*, routes: int, stops: int, seed: int = 4) -> MapView:
    """So many routes as petals around the hub; every fourth stop shares the point of the one before."""
    rng = random.Random(seed)
    return MapView(
        routes=tuple(_route(n, of=routes, stops=stops, rng=rng) for n in range(routes)),
        unserved=(
            MapUnserved(latitude=51.4868, longitude=-0.0571, label="Order 17: no driver can carry it before 13:00"),
            MapUnserved(latitude=51.4868, longitude=-0.0571, label="Order 18: no driver can carry it before 13:00"),
            MapUnserved(latitude=51.5006, longitude=-0.0490, label="Order 31: nobody with a DBS check is free"),
        ),
        places=(
            MapPlace(latitude=HUB[0], longitude=HUB[1], kind=PlaceKind.HUB, label="The hub"),
            MapPlace(latitude=51.4981, longitude=-0.0812, kind=PlaceKind.DONOR, label="A restaurant"),
            MapPlace(latitude=51.4885, longitude=-0.0760, kind=PlaceKind.DONOR, label="A supermarket"),
        ),
        credits=("Straight lines: estimate, not road distances.", "Contains OS data © Crown copyright."),
    )


def _route(n: int, *, of: int, stops: int, rng: random.Random) -> MapRoute:
    letter = "ABCDEFGH"[n % 8] + (str(n // 8 + 1) if n >= 8 else "")
    middle = 2 * math.pi * n / of
    made: list[MapStop] = []
    for number in range(1, stops + 1):
        turn = middle + (number / stops - 0.5) * 2 * math.pi / of * 0.85
        reach = 0.011 * math.sin(math.pi * number / (stops + 1)) + 0.003 + rng.uniform(0, 0.002)
        here = (HUB[0] + reach * math.sin(turn) * 0.62, HUB[1] + reach * math.cos(turn) * 1.9)
        if number % 4 == 0:
            here = (made[-1].latitude, made[-1].longitude)
        minute = 11 * 60 + 30 + 6 * number
        made.append(
            MapStop(
                latitude=here[0],
                longitude=here[1],
                number=number,
                time=f"{minute // 60}:{minute % 60:02d}",
                label=f"{number % 3 + 1} hot meals",
            )
        )
    points = (HUB, *((stop.latitude, stop.longitude) for stop in made), HUB)
    name = f"Van round {n + 1}, {stops} stops"
    return MapRoute(letter=letter, colour_index=n, name=name, points=points, stops=tuple(made))
