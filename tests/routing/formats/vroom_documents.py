"""VROOM documents of the shapes that people send: small ones made by hand, and random ones."""

import random
from typing import Any

type Json = dict[str, Any]

LINE = [[60 * abs(a - b) for b in range(6)] for a in range(6)]
"""Six places, a minute apart."""


def document(*jobs: Json, shipments: tuple[Json, ...] = (), matrices: Json | None = None, **vehicle: Any) -> Json:
    """Jobs and shipments for one vehicle that starts and ends at place 0."""
    return {
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0, **vehicle}],
        "jobs": list(jobs),
        "shipments": list(shipments),
        "matrices": matrices or {"car": {"durations": LINE}},
    }


def job(number: int, place: int, **more: Any) -> Json:
    """A job at a place of the line."""
    return {"id": number, "location_index": place, **more}


def shipment(number: int, start: int, end: int, **more: Any) -> Json:
    """A shipment between two places of the line."""
    return {"pickup": job(number, start), "delivery": job(number, end), "amount": [1], **more}


def random_document(seed: int) -> Json:
    """A small document that uses most fields; VROOM takes it unless a break lies outside its vehicle's hours."""
    dice = random.Random(seed)
    places = [(dice.randint(0, 60), dice.randint(0, 60)) for _ in range(8)]
    legs = [[int(((a - x) ** 2 + (b - y) ** 2) ** 0.5 * 20) for a, b in places] for x, y in places]
    car: Json = {"durations": legs}
    if dice.random() < 0.5:
        car["distances"] = [[leg * 7 for leg in row] for row in legs]
    typed = dice.random() < 0.3
    jobs, shipments = [], []
    for number in range(1, dice.randint(4, 7)):
        priority = {"priority": dice.choice([10, 50, 100])} if dice.random() < 0.3 else {}
        if dice.random() < 0.7:
            amounts = {key: [dice.randint(0, 3)] for key in ("delivery", "pickup") if dice.random() < 0.6}
            skills = {"skills": [1]} if dice.random() < 0.2 else {}
            jobs.append({**_task(dice, number, typed=typed), **amounts, **skills, **priority})
        else:
            ends = {key: _task(dice, number, typed=typed) for key in ("pickup", "delivery")}
            shipments.append({**ends, "amount": [dice.randint(0, 3)], **priority})
    vehicles = [_vehicle(dice, number, typed=typed, far="distances" in car) for number in range(1, dice.randint(2, 4))]
    return {"vehicles": vehicles, "jobs": jobs, "shipments": shipments, "matrices": {"car": car}}


def _task(dice: random.Random, number: int, *, typed: bool) -> Json:
    made: Json = {"id": number, "location_index": dice.randrange(8), "service": dice.choice([0, 60, 300])}
    if dice.random() < 0.5:
        begin = dice.randint(0, 3000)
        made["time_windows"] = [[begin, begin + dice.randint(200, 2500)]]
    if dice.random() < 0.3:
        made["setup"] = dice.choice([50, 200])
    if typed and dice.random() < 0.3:
        made["service_per_type"] = {"big": 500}
    return made


def _vehicle(dice: random.Random, number: int, *, typed: bool, far: bool) -> Json:
    home = dice.randrange(8)
    made: Json = {"id": number, "capacity": [dice.randint(2, 6)], "start_index": home}
    if dice.random() < 0.7:
        made["end_index"] = home
    begin = dice.randint(0, 1000)
    made["time_window"] = [begin, begin + dice.randint(3000, 6000)]
    if dice.random() < 0.4:
        made["skills"] = [1]
    if dice.random() < 0.3:
        made["max_tasks"] = dice.randint(1, 4)
    if dice.random() < 0.3:
        made["max_travel_time"] = dice.randint(500, 4000)
    if far and dice.random() < 0.3:
        made["max_distance"] = dice.randint(5000, 30000)
    if far and dice.random() < 0.3:
        made["costs"] = {"fixed": 500, "per_km": 1000, "per_hour": 1800}
    if typed and dice.random() < 0.5:
        made["type"] = "big"
    if dice.random() < 0.3:
        made["speed_factor"] = dice.choice([0.5, 2])
    if dice.random() < 0.4:
        begin += dice.randint(0, 1000)
        made["breaks"] = [{"id": 1, "service": 400, "time_windows": [[begin, begin + dice.randint(100, 1500)]]}]
    return made
