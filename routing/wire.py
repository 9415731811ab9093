"""Problems and solutions as JSON: our own plain document, one key per field, round trip without loss.

Problem: `{"format": "rounds-problem-1", "dimensions": [...], "matrices": [{"profile", "durations_s": [[...]],
"distances_m": [[...]]}], "vehicles": [...], "stops": [...], "pickups": [...], "limits": [...], "preferences":
[{"stop_id", "vehicle_id", "cost"}], "pins": {stop: vehicle}, "fixed_prefix": {vehicle: [{"kind", "id"}]},
"balance_weight": 0}`. Objects have the fields of the classes in `routing.problem` by name; a field with a default may be
left out; a window is `[start_s, end_s]`; null in a matrix is "no way". Unknown keys are refused. Where travel is computed,
a matrix is `{"profile", "coordinates": [[...]], "metric", "circuity", "speed_kmh"}` (`CoordinateMatrix`).

Solution: the fields of `routing.solution.Solution`, format `rounds-solution-1`; derived totals are not stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any

import numpy as np

from routing.errors import ProblemError
from routing.matrix import UNREACHABLE, IntMatrix, Matrix
from routing.matrix_on_demand import AnyMatrix, CoordinateMatrix, Metric
from routing.problem import (
    Break,
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
from routing.solution import CostBreakdown, Rest, Route, Solution, Step, StepKind

PROBLEM_FORMAT = "rounds-problem-1"
SOLUTION_FORMAT = "rounds-solution-1"

type Json = dict[str, Any]


def problem_to_json(problem: Problem) -> Json:
    """The document of a problem; fields at their default are left out."""
    document: Json = {"format": PROBLEM_FORMAT, "dimensions": list(problem.dimensions)}
    document["matrices"] = [_matrix_rows(matrix) for matrix in problem.matrices]
    for name in ("vehicles", "stops", "pickups", "limits"):
        document[name] = [_plain(item) for item in getattr(problem, name)]
    document["preferences"] = [
        {"stop_id": stop_id, "vehicle_id": vehicle_id, "cost": cost}
        for (stop_id, vehicle_id), cost in sorted(problem.preferences.items())
    ]
    document["pins"] = dict(sorted(problem.pins.items()))
    document["fixed_prefix"] = {
        vehicle_id: [{"kind": kind.value, "id": name} for kind, name in visits]
        for vehicle_id, visits in sorted(problem.fixed_prefix.items())
    }
    document["balance_weight"] = problem.balance_weight
    return document


def problem_from_json(document: object) -> Problem:
    """The problem of a document. Raises ProblemError naming where the document is wrong."""
    top = _object(document, "document")
    _format(top, PROBLEM_FORMAT)
    _known(top, {"format", *(item.name for item in fields(Problem) if item.init)}, "document")
    return Problem(
        dimensions=tuple(_texts(top.get("dimensions", []), "dimensions")),
        matrices=tuple(_matrix(item, f"matrix {n}") for n, item in enumerate(_list(top.get("matrices"), "matrices"))),
        vehicles=_all(top, "vehicles", Vehicle),
        stops=_all(top, "stops", Stop),
        pickups=_all(top, "pickups", Pickup),
        limits=_all(top, "limits", VehicleLimit),
        preferences=_preferences(top.get("preferences", [])),
        pins={key: _text(value, "pins") for key, value in _object(top.get("pins", {}), "pins").items()},
        fixed_prefix={
            key: tuple(_visit(item, f"fixed_prefix {key}") for item in _list(value, f"fixed_prefix {key}"))
            for key, value in _object(top.get("fixed_prefix", {}), "fixed_prefix").items()
        },
        balance_weight=_whole(top.get("balance_weight", 0), "balance_weight"),
    )


def solution_to_json(solution: Solution) -> Json:
    """The document of a solution."""
    return {"format": SOLUTION_FORMAT, **_plain(solution, every=True)}


def solution_from_json(document: object) -> Solution:
    """The solution of a document. Raises ProblemError naming where the document is wrong."""
    top = dict(_object(document, "document"))
    _format(top, SOLUTION_FORMAT)
    del top["format"]
    return _read(Solution, top, "solution")


def _matrix_rows(matrix: AnyMatrix) -> Json:
    found: Json = {"profile": matrix.profile}
    if isinstance(matrix, CoordinateMatrix):
        how = {"metric": matrix.metric.value, "circuity": matrix.circuity, "speed_kmh": matrix.speed_kmh}
        return {**found, **how, "coordinates": matrix.coordinates.tolist()}
    found |= {"durations_s": _rows(matrix.durations_s), "distances_m": _rows(matrix.distances_m)}
    return found if matrix.costs is None else {**found, "costs": _rows(matrix.costs)}


def _rows(values: IntMatrix) -> list[list[int | None]]:
    return [[None if value == UNREACHABLE else value for value in row] for row in values.tolist()]


def _plain(value: Any, *, every: bool = False) -> Any:
    """Values of our dataclasses as JSON values."""
    if hasattr(value, "__dataclass_fields__"):
        shown = [item for item in fields(value) if every or _default(item) != getattr(value, item.name)]
        return {item.name: _plain(getattr(value, item.name), every=every) for item in shown}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item, every=every) for item in value]
    return value


def _default(item: "Field[Any]") -> Any:
    return item.default if item.default is not MISSING else object()


def _all[T](top: Json, name: str, kind: type[T]) -> tuple[T, ...]:
    return tuple(
        _read(kind, item, f"{name[:-1]} {item.get('id', n) if isinstance(item, dict) else n}")
        for n, item in enumerate(_list(top.get(name, []), name))
    )


def _read[T](kind: type[T], value: object, where: str) -> T:
    """One object of a dataclass, each field read by its own reader."""
    found = _object(value, where)
    readers = READERS[kind]
    _known(found, set(readers), where)
    needed = [item.name for item in fields(kind) if item.init and _required(item)]  # type: ignore[arg-type]
    for name in needed:
        if name not in found:
            raise ProblemError(where, f"lacks {name}")
    return kind(**{name: readers[name](item, f"{where}, {name}") for name, item in found.items()})


def _required(item: "Field[Any]") -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def _format(top: Json, expected: str) -> None:
    if top.get("format") != expected:
        raise ProblemError("document", f'its "format" must be "{expected}"')


def _known(found: Mapping[str, object], names: set[str], where: str) -> None:
    odd = sorted(set(found) - names)
    if odd:
        raise ProblemError(where, f"has {odd[0]}, which means nothing here")


def _object(value: object, where: str) -> Json:
    if not isinstance(value, dict):
        raise ProblemError(where, "must be an object")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemError(where, "must be a list")
    return value


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ProblemError(where, "must be a text")
    return value


def _whole(value: object, where: str) -> int:
    if type(value) is not int:
        raise ProblemError(where, "must be a whole number")
    return value


def _number(value: object, where: str) -> float:
    if type(value) not in (int, float):
        raise ProblemError(where, "must be a number")
    return float(value)  # type: ignore[arg-type] # just looked


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise ProblemError(where, "must be true or false")
    return value


def _texts(value: object, where: str) -> tuple[str, ...]:
    return tuple(_text(item, where) for item in _list(value, where))


def _names(value: object, where: str) -> frozenset[str]:
    return frozenset(_texts(value, where))


def _wholes(value: object, where: str) -> tuple[int, ...]:
    return tuple(_whole(item, where) for item in _list(value, where))


def _window(value: object, where: str) -> Window:
    numbers = _wholes(value, where)
    if len(numbers) != 2:
        raise ProblemError(where, "a window is [start_s, end_s]")
    return Window(*numbers)


def _windows(value: object, where: str) -> tuple[Window, ...]:
    return tuple(_window(item, where) for item in _list(value, where))


def _on_demand(found: Json, where: str) -> CoordinateMatrix:
    _known(found, {"profile", "coordinates", "metric", "circuity", "speed_kmh"}, where)
    pairs = [
        [_number(each, f"{where}, coordinates") for each in _list(pair, f"{where}, coordinates")]
        for pair in _list(found["coordinates"], f"{where}, coordinates")
    ]
    if any(len(pair) != 2 for pair in pairs):
        raise ProblemError(where, "coordinates must be pairs")
    return CoordinateMatrix(
        profile=_text(found.get("profile"), f"{where}, profile"),
        coordinates=np.array(pairs, dtype=np.float64),
        metric=_member(Metric)(found.get("metric", Metric.GREAT_CIRCLE.value), f"{where}, metric"),
        circuity=_number(found.get("circuity", 1.0), f"{where}, circuity"),
        speed_kmh=_number(found.get("speed_kmh"), f"{where}, speed_kmh"),
    )


def _matrix(value: object, where: str) -> AnyMatrix:
    found = _object(value, where)
    if "coordinates" in found:
        return _on_demand(found, where)
    _known(found, {"profile", "durations_s", "distances_m", "costs"}, where)
    arrays = {}
    for name in ("durations_s", "distances_m", *(["costs"] if found.get("costs") is not None else [])):
        rows = [_list(row, f"{where}, {name}") for row in _list(found.get(name), f"{where}, {name}")]
        if any(len(row) != len(rows) for row in rows):
            raise ProblemError(where, f"{name} must be square")
        numbers = [[UNREACHABLE if v is None else _whole(v, f"{where}, {name}") for v in row] for row in rows]
        if any(abs(v) > UNREACHABLE for row in numbers for v in row):
            raise ProblemError(where, f"{name} holds a number that is too large")
        arrays[name] = np.array(numbers, dtype=np.int64).reshape(len(rows), len(rows))
    return Matrix(
        profile=_text(found.get("profile"), f"{where}, profile"),
        durations_s=arrays["durations_s"].astype(np.int32),
        distances_m=arrays["distances_m"].astype(np.int32),
        costs=arrays["costs"].astype(np.int32) if "costs" in arrays else None,
    )


def _preferences(value: object) -> dict[tuple[str, str], int]:
    found = {}
    for item in _list(value, "preferences"):
        row = _object(item, "preferences")
        _known(row, {"stop_id", "vehicle_id", "cost"}, "preferences")
        key = (
            _text(row.get("stop_id"), "preferences, stop_id"),
            _text(row.get("vehicle_id"), "preferences, vehicle_id"),
        )
        found[key] = _whole(row.get("cost"), "preferences, cost")
    return found


def _visit(value: object, where: str) -> Visit:
    found = _object(value, where)
    _known(found, {"kind", "id"}, where)
    return Visit(_member(VisitKind)(found.get("kind"), f"{where}, kind"), _text(found.get("id"), f"{where}, id"))


def _member[E: StrEnum](kind: type[E]) -> Callable[[object, str], E]:
    def read(value: object, where: str) -> E:
        try:
            return kind(_text(value, where))
        except ValueError as error:
            if isinstance(error, ProblemError):
                raise
            raise ProblemError(where, f"must be one of {', '.join(member.value for member in kind)}") from None

    return read


def _maybe[T](read: Callable[[object, str], T]) -> Callable[[object, str], T | None]:
    return lambda value, where: None if value is None else read(value, where)


def _many[T](kind: type[T]) -> Callable[[object, str], tuple[T, ...]]:
    return lambda value, where: tuple(_read(kind, item, where) for item in _list(value, where))


READERS: dict[type, dict[str, Callable[[object, str], Any]]] = {
    Need: {
        "pickup_id": _maybe(_text), "load": _wholes, "latest_start_s": _maybe(_whole), "max_ride_s": _maybe(_whole),
        "ride_from": _member(RideFrom), "hold_until_s": _maybe(_whole),
    },
    Pickup: {
        "id": _text, "location": _whole, "windows": _windows, "service_s": _whole, "supply": _maybe(_wholes),
        "setup_s": _whole,
    },
    Stop: {
        "id": _text, "location": _whole, "windows": _windows, "service_s": _whole, "needs": _many(Need),
        "kind": _member(StopKind), "building": _maybe(_text), "parking_s": _whole, "required_skills": _names,
        "crew_size": _whole, "allowed_vehicles": _maybe(_names), "forbidden_vehicles": _names, "prize": _maybe(_whole),
        "choice": _maybe(_text), "setup_s": _whole, "collects": _wholes,
    },
    Break: {
        "id": _text, "windows": _windows, "service_s": _whole, "max_load": _maybe(_wholes),
    },
    Vehicle: {
        "id": _text, "profile": _text, "start": _whole, "end": _maybe(_whole), "shift": _window, "capacity": _wholes,
        "skills": _names, "crew_size": _whole, "max_stops": _maybe(_whole), "max_duration_s": _maybe(_whole),
        "max_distance_m": _maybe(_whole), "fixed_cost": _whole, "cost_per_m": _whole, "cost_per_s": _whole,
        "speed_percent": _whole, "max_travel_s": _maybe(_whole), "breaks": _many(Break),
    },
    VehicleLimit: {
        "id": _text, "vehicle_ids": _names, "max_total_duration_s": _maybe(_whole), "exclusive": _flag,
    },
    Step: {
        "kind": _member(StepKind), "id": _text, "location": _whole, "arrival_s": _whole, "service_start_s": _whole,
        "departure_s": _whole, "load": _wholes,
    },
    Rest: {
        "break_id": _text, "after_step": _whole, "start_s": _whole, "end_s": _whole,
    },
    Route: {
        "vehicle_id": _text, "steps": _many(Step), "distance_m": _whole, "duration_s": _whole, "cost": _whole,
        "rests": _many(Rest),
    },
    CostBreakdown: {
        "unserved": _whole, "fixed": _whole, "distance": _whole, "duration": _whole, "preference": _whole,
        "balance": _whole,
    },
    Solution: {
        "routes": _many(Route), "unserved": _texts, "engine": _text, "seed": _whole, "iterations": _whole,
        "cost": lambda value, where: _read(CostBreakdown, value, where), "elapsed_s": _number, "notes": _texts,
    },
}  # fmt: skip
"""How each field of each class is read; a test holds this table against the classes."""
