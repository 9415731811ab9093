"""A week's plan with one day's board changed: times, what is promised to whom, what is left out, and what it costs."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.vocabulary import UnservedCode
from logistics.planning.edit_board import BoardRoute, DayBoard, Food, Task, TimedBoard
from logistics.planning.edit_case import EditCase
from logistics.planning.edit_food import SpareFood, door_key
from logistics.planning.edit_times import timed_board
from logistics.planning.plan_values import (
    LeftGoods,
    PlannedAllocation,
    PlannedRoute,
    PlannedStop,
    Unserved,
    WeekPlan,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Why what was served before is not any more."""

    code: UnservedCode
    sentence: str
    remedy: str


TAKEN_OFF = LeftOut(
    code=UnservedCode.TAKEN_OFF,
    sentence="It was taken off its route by hand.",
    remedy="Put it on a route again.",
)


def board_of(plan: WeekPlan, day: date, case: EditCase) -> DayBoard:
    """A day of a plan as a board without pins. The plan's routes have letters."""
    keys: Counter[str] = Counter()
    routes = [route for route in plan.routes if route.day == day]
    return DayBoard(day=day, routes=()).with_routes(*(_board_route(route, case, keys) for route in routes))


def _board_route(route: PlannedRoute, case: EditCase, keys: Counter[str]) -> BoardRoute:
    helpers = [member.shift_id for member in route.crew if member.role is CrewRole.HELPER]
    return BoardRoute(
        letter=route.letter,
        shift_id=route.shift_id,
        helper_shift_id=helpers[0] if helpers else None,
        tasks=tuple(_task(stop, case, keys) for stop in route.stops),
    )


def _task(stop: PlannedStop, case: EditCase, keys: Counter[str]) -> Task:
    if stop.kind is StopKind.PICKUP:
        first = stop.items[0]
        return Task(key=case.source_of(first.batch_id, first.hub_id).id, kind=stop.kind)
    food = tuple(
        Food(
            order_id=item.order_id,
            batch_id=item.batch_id,
            hub_id=item.hub_id,
            quantity=item.quantity,
            weight_g=item.weight_g,
        )
        for item in stop.items
    )
    if stop.kind is StopKind.HUB_DROP or stop.household_id is None:
        key = f"goods:{food[0].batch_id}"
        keys[key] += 1
        return Task(key=f"{key}:{keys[key] - 1}", kind=stop.kind, food=food)
    line = case.line_of(food[0].order_id)
    window_s = (line.window_start_s, line.window_end_s)
    key = door_key(stop.household_id, window_s)
    keys[key] += 1
    name = key if keys[key] == 1 else f"{key}|{keys[key]}"
    return Task(key=name, kind=stop.kind, household_id=stop.household_id, window_s=window_s, food=food)


def with_day(plan: WeekPlan, case: EditCase, board: DayBoard, *, left_out: LeftOut = TAKEN_OFF) -> WeekPlan:
    """The plan with that board for its day. Routes that nobody touched keep their very times."""
    before = board_of(plan, board.day, case)
    if _same_routes(before, board):
        return plan
    timed = timed_board(case, board)
    known = {route.letter: route for route in plan.routes if route.day == board.day}
    same = {route.letter for route in board.routes if _is_as_before(route, before)}
    routes = [known[made.letter] if made.letter in same else made for made in timed.routes]
    whole = replace(
        plan,
        routes=(*(route for route in plan.routes if route.day != board.day), *routes),
        allocations=tuple(_allocations(plan, board)),
        left_goods=(*plan.left_goods, *_left_goods(case, before, board, left_out)),
        cost=plan.cost + timed.cost - _cost_before(case, before),
    )
    return replace(whole, unserved=tuple(_unserved(plan, whole, case, left_out)))


def _cost_before(case: EditCase, before: DayBoard) -> int:
    empty = TimedBoard(routes=(), cost=0)
    return (timed_board(case, before) if before.routes else empty).cost


def _is_as_before(route: BoardRoute, before: DayBoard) -> bool:
    return any(replace(route, is_pinned=False) == other for other in before.routes)


def _same_routes(before: DayBoard, board: DayBoard) -> bool:
    return len(before.routes) == len(board.routes) and all(_is_as_before(route, before) for route in board.routes)


def _allocations(plan: WeekPlan, board: DayBoard) -> Iterator[PlannedAllocation]:
    meant = {(each.order_id, each.batch_id): each.interchangeable for each in plan.allocations}
    yield from (each for each in plan.allocations if each.day != board.day)
    for task in board.tasks():
        for food in task.food:
            if food.order_id is not None:
                yield PlannedAllocation(
                    order_id=food.order_id,
                    batch_id=food.batch_id,
                    hub_id=food.hub_id,
                    day=board.day,
                    quantity=food.quantity,
                    interchangeable=meant.get((food.order_id, food.batch_id), ()),
                )


def served_of(plan: WeekPlan) -> Counter[uuid.UUID]:
    """Items each order gets, at its door or at the hub."""
    served: Counter[uuid.UUID] = Counter()
    for route in plan.routes:
        for stop in route.stops:
            for item in stop.items:
                if stop.kind is StopKind.DELIVERY and item.order_id is not None:
                    served[item.order_id] += item.quantity
    for collection in plan.collections:
        served[collection.order_id] += collection.quantity
    return served


def _unserved(before: WeekPlan, after: WeekPlan, case: EditCase, left_out: LeftOut) -> Iterator[Unserved]:
    """What was left out before and is still, with its reason; and what is left out now."""
    fewer = served_of(before)
    fewer.subtract(served_of(after))
    known: defaultdict[uuid.UUID, list[Unserved]] = defaultdict(list)
    for row in before.unserved:
        known[row.order_id].append(row)
    for order_id, rows in known.items():
        back = max(0, -fewer[order_id])
        for row in rows:
            put = min(back, row.quantity)
            back -= put
            if row.quantity > put:
                yield replace(row, quantity=row.quantity - put)
    for order_id, quantity in fewer.items():
        if quantity > 0:
            line = case.line_of(order_id)
            yield Unserved(
                order_id=order_id,
                household_id=line.household_id,
                product=line.product,
                quantity=quantity,
                day=case.day,
                code=left_out.code,
                sentence=left_out.sentence,
                remedy=left_out.remedy,
            )


def _left_goods(case: EditCase, before: DayBoard, board: DayBoard, left_out: LeftOut) -> Iterator[LeftGoods]:
    fewer_g = _goods_g(before)
    fewer_g.subtract(_goods_g(board))
    for batch_id, weight_g in fewer_g.items():
        slot = case.source_of(batch_id, None).slot
        if weight_g > 0 and slot is not None:
            yield LeftGoods(slot_id=slot.id, weight_g=weight_g, sentence=left_out.sentence)


def _goods_g(board: DayBoard) -> Counter[uuid.UUID]:
    """Grams brought to hubs by batch."""
    goods: Counter[uuid.UUID] = Counter()
    for task in board.tasks():
        for food in task.food:
            if food.order_id is None and food.batch_id is not None:
                goods[food.batch_id] += food.weight_g
    return goods


def spare_food(plan: WeekPlan, case: EditCase) -> SpareFood:
    """What no stop or collection of the plan has been promised on that day, and what each order still wants."""
    portions: Counter[uuid.UUID] = Counter()
    parcels: Counter[uuid.UUID] = Counter({hub.id: hub.parcels_per_day for hub in case.week_input.hubs})
    for slot in case.week_input.slots:
        portions.update({batch.id: batch.portions for batch in slot.batches})
    for allocation in plan.allocations:
        if allocation.batch_id is not None:
            portions[allocation.batch_id] -= allocation.quantity
        elif allocation.hub_id is not None and allocation.day == case.day:
            parcels[allocation.hub_id] -= allocation.quantity
    for collection in plan.collections:
        if collection.day == case.day:
            parcels[collection.hub_id] -= collection.quantity
    served = served_of(plan)
    wanted = {order: line.quantity - served[order] for order, line in case.lines.items()}
    return SpareFood(portions=portions, parcels=parcels, wanted=wanted)
