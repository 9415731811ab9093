"""One day of a plan as it lies on the dispatcher's desk: routes of tasks in their order, with no times, and the pins.

An edit is a change of this value. Times, loads and what is collected where follow from it (`edit_times`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from logistics.domain.planning import StopKind
from logistics.planning.plan_values import PlannedRoute

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Food:
    """Portions of a batch or parcels of a hub for an order; without an order: goods for a hub (grams)."""

    order_id: Id | None
    batch_id: Id | None
    hub_id: Id | None
    quantity: int
    weight_g: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A stop without its times. `key` names it through all edits of the day; pickups are named by their source.

    `window_s`: the seconds of the day between which its orders want to be served (doors only).
    """

    key: str
    kind: StopKind
    household_id: Id | None = None
    window_s: tuple[int, int] = (0, 0)
    food: tuple[Food, ...] = ()

    @property
    def quantity(self) -> int:
        """Items handed over."""
        return sum(food.quantity for food in self.food)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRoute:
    """A shift's tasks in their order, pickups among them. The letter stays with the tasks when drivers change."""

    letter: str
    shift_id: Id
    helper_shift_id: Id | None
    tasks: tuple[Task, ...]
    is_pinned: bool = False

    @property
    def stops(self) -> tuple[Task, ...]:
        """The doors and the goods brought to a hub, without the pickups that follow from them."""
        return tuple(task for task in self.tasks if task.kind is not StopKind.PICKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBoard:
    """A day's routes by letter, and what the planner must leave alone. `pinned_pairs`: (household, volunteer)."""

    day: date
    routes: tuple[BoardRoute, ...]
    pinned_stops: frozenset[str] = frozenset()
    pinned_pairs: frozenset[tuple[Id, Id]] = frozenset()

    def route_of(self, shift_id: Id) -> BoardRoute | None:
        """That shift's route, if it has one."""
        return next((route for route in self.routes if route.shift_id == shift_id), None)

    def find(self, key: str) -> tuple[BoardRoute, Task] | None:
        """The stop of that key, and whose it is."""
        return next(((route, task) for route in self.routes for task in route.stops if task.key == key), None)

    def tasks(self) -> Iterator[Task]:
        """Every stop that is no pickup."""
        for route in self.routes:
            yield from route.stops

    def with_routes(self, *changed: BoardRoute) -> DayBoard:
        """The board with these routes in the place of those of their letters; a route without stops is none."""
        kept = {route.letter: route for route in (*self.routes, *changed)}
        routes = sorted(
            (route for route in kept.values() if route.stops), key=lambda route: (len(route.letter), route.letter)
        )
        return replace(self, routes=tuple(routes))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedBoard:
    """A board's routes in its order, timed, and what they cost together (the planner's objective without prizes)."""

    routes: tuple[PlannedRoute, ...]
    cost: int


def board_to_json(board: DayBoard) -> dict[str, Any]:
    """Ids, numbers and letters."""
    return {
        "day": board.day.isoformat(),
        "routes": [
            {
                "letter": route.letter,
                "shift": str(route.shift_id),
                "helper": _text(route.helper_shift_id),
                "pinned": route.is_pinned,
                "tasks": [_task_to_json(task) for task in route.tasks],
            }
            for route in board.routes
        ],
        "stops": sorted(board.pinned_stops),
        "pairs": sorted([str(household), str(volunteer)] for household, volunteer in board.pinned_pairs),
    }


def board_from_json(values: Mapping[str, Any]) -> DayBoard:
    """The same board again."""
    return DayBoard(
        day=date.fromisoformat(values["day"]),
        routes=tuple(
            BoardRoute(
                letter=route["letter"],
                shift_id=uuid.UUID(route["shift"]),
                helper_shift_id=_id(route["helper"]),
                tasks=tuple(_task_from_json(task) for task in route["tasks"]),
                is_pinned=route["pinned"],
            )
            for route in values["routes"]
        ),
        pinned_stops=frozenset(values["stops"]),
        pinned_pairs=frozenset(
            (uuid.UUID(household), uuid.UUID(volunteer)) for household, volunteer in values["pairs"]
        ),
    )


def _task_to_json(task: Task) -> dict[str, Any]:
    return {
        "key": task.key,
        "kind": task.kind.value,
        "household": _text(task.household_id),
        "window": list(task.window_s),
        "food": [
            [_text(food.order_id), _text(food.batch_id), _text(food.hub_id), food.quantity, food.weight_g]
            for food in task.food
        ],
    }


def _task_from_json(values: Mapping[str, Any]) -> Task:
    return Task(
        key=values["key"],
        kind=StopKind(values["kind"]),
        household_id=_id(values["household"]),
        window_s=(values["window"][0], values["window"][1]),
        food=tuple(
            Food(order_id=_id(order), batch_id=_id(batch), hub_id=_id(hub), quantity=quantity, weight_g=weight_g)
            for order, batch, hub, quantity, weight_g in values["food"]
        ),
    )


def _text(known: Id | None) -> str | None:
    return None if known is None else str(known)


def _id(text: str | None) -> Id | None:
    return None if text is None else uuid.UUID(text)
