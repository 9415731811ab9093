"""The dispatcher's edits of a day's board: each takes a board and gives another, and refuses only what makes no sense.

What breaks a rule is done all the same: the checker says so, and the plan cannot be published while it does.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.plan_edits import EditKind
from logistics.domain.planning import StopKind
from logistics.planning.edit_board import BoardRoute, DayBoard, Task
from logistics.planning.edit_case import EditCase
from logistics.planning.edit_food import SpareFood, door_for
from logistics.planning.edit_pickups import with_pickups
from logistics.planning.route_letters import free_letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One wish. `stop` and `before` are keys of stops, routes are named by the shift that drives them; `is_on` False unpins."""

    kind: EditKind
    day: date
    stop: str = ""
    before: str = ""
    shift_id: uuid.UUID | None = None
    to_shift_id: uuid.UUID | None = None
    order_id: uuid.UUID | None = None
    is_on: bool = True


def edited(case: EditCase, board: DayBoard, edit: Edit, spare: SpareFood) -> DayBoard:
    """The board after the edit. Raises NotFound for a stop or route that is not there, RuleBroken for what cannot be done."""
    after = _CHANGES[edit.kind](case, board, edit, spare)
    return after if edit.kind.is_pin else _true_pins(case, after)


def _move_stop(case: EditCase, board: DayBoard, edit: Edit, _: SpareFood) -> DayBoard:
    origin, task = _stop(board, edit.stop)
    target = _route_or_new(case, board, edit.to_shift_id)
    if edit.before == task.key:
        return board
    lifted = replace(origin, tasks=tuple(other for other in origin.tasks if other.key != task.key))
    if target.letter == origin.letter:
        target = lifted
    put = _inserted(target, task, edit.before)
    letters = {origin.letter, target.letter}
    return with_pickups(case, board.with_routes(lifted, put), sorted(letters))


def _add_order(case: EditCase, board: DayBoard, edit: Edit, spare: SpareFood) -> DayBoard:
    target = _route_or_new(case, board, edit.to_shift_id)
    task = door_for(case, case.line_of(edit.order_id), spare)
    same = next((own for own in target.stops if own.household_id == task.household_id), None)
    if same is not None and same.window_s == task.window_s and not edit.before:
        merged = replace(same, food=(*same.food, *task.food))
        put = replace(target, tasks=tuple(merged if own.key == same.key else own for own in target.tasks))
    else:
        put = _inserted(target, replace(task, key=_fresh_key(board, task.key)), edit.before)
    return with_pickups(case, board.with_routes(put), [put.letter])


def _remove_stop(case: EditCase, board: DayBoard, edit: Edit, _: SpareFood) -> DayBoard:
    origin, task = _stop(board, edit.stop)
    left = replace(origin, tasks=tuple(other for other in origin.tasks if other.key != task.key))
    return with_pickups(case, board.with_routes(left), [left.letter])


def _change_driver(case: EditCase, board: DayBoard, edit: Edit, _: SpareFood) -> DayBoard:
    route = _route(board, edit.shift_id)
    to = case.crew_of_shift(_named(edit.to_shift_id)).shift.id
    if to == route.shift_id:
        return board
    if any(other.helper_shift_id == to for other in board.routes):
        raise RuleBroken("That volunteer goes along as a helper on this day. Choose another driver.")
    other = board.route_of(to)
    changed = [replace(route, shift_id=to)]
    if other is not None:
        changed = [
            replace(route, shift_id=other.shift_id, helper_shift_id=other.helper_shift_id),
            replace(other, shift_id=route.shift_id, helper_shift_id=route.helper_shift_id),
        ]
    return with_pickups(case, board.with_routes(*changed), [each.letter for each in changed])


def _split_route(case: EditCase, board: DayBoard, edit: Edit, _: SpareFood) -> DayBoard:
    origin, task = _stop(board, edit.stop)
    to = case.crew_of_shift(_named(edit.to_shift_id)).shift.id
    if board.route_of(to) is not None or any(route.helper_shift_id == to for route in board.routes):
        raise RuleBroken("That driver has a route on this day already. Choose somebody who is free.")
    if origin.stops[0].key == task.key:
        raise RuleBroken("This is the first stop, so nothing would be left. Change the driver instead.")
    place = next(at for at, own in enumerate(origin.tasks) if own.key == task.key)
    first = replace(origin, tasks=origin.tasks[:place], is_pinned=False)
    second = BoardRoute(letter=_new_letter(board), shift_id=to, helper_shift_id=None, tasks=origin.tasks[place:])
    return with_pickups(case, board.with_routes(first, second), [first.letter, second.letter])


def _pin_stop(_: EditCase, board: DayBoard, edit: Edit, __: SpareFood) -> DayBoard:
    _stop(board, edit.stop)
    pins = board.pinned_stops | {edit.stop} if edit.is_on else board.pinned_stops - {edit.stop}
    return replace(board, pinned_stops=pins)


def _pin_route(_: EditCase, board: DayBoard, edit: Edit, __: SpareFood) -> DayBoard:
    return board.with_routes(replace(_route(board, edit.shift_id), is_pinned=edit.is_on))


def _pin_pair(case: EditCase, board: DayBoard, edit: Edit, _: SpareFood) -> DayBoard:
    route, task = _stop(board, edit.stop)
    if task.household_id is None:
        raise RuleBroken("Only a household can be pinned to a driver.")
    pair = (task.household_id, case.crew_of_shift(route.shift_id).driver.id)
    pins = board.pinned_pairs | {pair} if edit.is_on else board.pinned_pairs - {pair}
    return replace(board, pinned_pairs=pins)


_CHANGES = {
    EditKind.MOVE_STOP: _move_stop,
    EditKind.ADD_ORDER: _add_order,
    EditKind.REMOVE_STOP: _remove_stop,
    EditKind.CHANGE_DRIVER: _change_driver,
    EditKind.SPLIT_ROUTE: _split_route,
    EditKind.PIN_STOP: _pin_stop,
    EditKind.PIN_ROUTE: _pin_route,
    EditKind.PIN_PAIR: _pin_pair,
}


def _true_pins(case: EditCase, board: DayBoard) -> DayBoard:
    """Without pins of stops that are gone, and of pairs whom an edit parted."""
    there = {task.key for task in board.tasks()}
    pairs = {
        (task.household_id, case.crew_of_shift(route.shift_id).driver.id)
        for route in board.routes
        for task in route.stops
    }
    return replace(board, pinned_stops=board.pinned_stops & there, pinned_pairs=board.pinned_pairs & pairs)


def _stop(board: DayBoard, key: str) -> tuple[BoardRoute, Task]:
    found = board.find(key)
    if found is None:
        raise NotFound("That stop is not on this day's routes. Look at the board again.")
    return found


def _route(board: DayBoard, shift_id: uuid.UUID | None) -> BoardRoute:
    found = None if shift_id is None else board.route_of(shift_id)
    if found is None:
        raise NotFound("That route is not on this day. Look at the board again.")
    return found


def _named(shift_id: uuid.UUID | None) -> uuid.UUID:
    if shift_id is None:
        raise BadInput("Choose a driver.")
    return shift_id


def _route_or_new(case: EditCase, board: DayBoard, shift_id: uuid.UUID | None) -> BoardRoute:
    """The shift's route, or an empty one for a shift of the day that has none yet."""
    known = case.crew_of_shift(_named(shift_id)).shift.id
    if any(route.helper_shift_id == known for route in board.routes):
        raise RuleBroken("That volunteer goes along as a helper on this day. Choose another driver.")
    return board.route_of(known) or BoardRoute(
        letter=_new_letter(board), shift_id=known, helper_shift_id=None, tasks=()
    )


def _new_letter(board: DayBoard) -> str:
    return free_letter({route.letter for route in board.routes})


def _inserted(route: BoardRoute, task: Task, before: str) -> BoardRoute:
    """The task before that stop, or last."""
    if not before:
        return replace(route, tasks=(*route.tasks, task))
    place = next(
        (at for at, own in enumerate(route.tasks) if own.key == before and own.kind is not StopKind.PICKUP), None
    )
    if place is None:
        raise NotFound("The stop to go before is not on that route. Look at the board again.")
    return replace(route, tasks=(*route.tasks[:place], task, *route.tasks[place:]))


def _fresh_key(board: DayBoard, key: str) -> str:
    known: Mapping[str, Task] = {task.key: task for task in board.tasks()}
    return next(name for name in (key, *(f"{key}|{number}" for number in range(2, 1000))) if name not in known)
