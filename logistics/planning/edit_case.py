"""What editing one day knows: the week's values cut to that day, the crews that could go, and its boards as routing problems."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from logistics.domain.errors import RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.week import axis_s
from logistics.gateways.roads.port import Router
from logistics.planning.crews import DayCrew, day_crews, paired
from logistics.planning.day_problem import DayProblem, GoodsLot, build_day_problem
from logistics.planning.edit_board import BoardRoute, DayBoard, Task, TimedBoard
from logistics.planning.off_roads import on_roads
from logistics.planning.sources import Source, goods_sources, hub_sources, meal_sources
from logistics.planning.travel import Travel, travel_of_week
from logistics.planning.visits import Allotted, DoorVisit
from logistics.planning.week_input import DemandIn, HubIn, WeekInput
from logistics.planning.week_plan import usual_drivers

FOOD_GONE = "Food of this plan is no longer on offer, so it cannot be changed by hand. Plan the week again."
NOT_ON_SHIFT = "That driver is not on shift on this day, or is not on the map. Choose another driver."


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCase:
    """A day of the week's values. `usual`: who came to each household on this weekday last week."""

    week_input: WeekInput
    travel: Travel
    day: date
    midnight_s: int
    sources: Mapping[str, Source]
    lines: Mapping[uuid.UUID, DemandIn]
    crews: Mapping[uuid.UUID, DayCrew]
    """By shift, each alone in their vehicle."""
    usual: Mapping[uuid.UUID, frozenset[uuid.UUID]]
    timed: dict[DayBoard, TimedBoard] = field(default_factory=dict, compare=False, repr=False)
    """What `edit_times.timed_board` has found already: a drag asks for the same boards many times a second."""

    def crew_of(self, route: BoardRoute) -> DayCrew:
        """Who drives a route. Raises RuleBroken for a shift that this day does not have."""
        driver = self.crew_of_shift(route.shift_id)
        if route.helper_shift_id is None:
            return driver
        helper = self.crew_of_shift(route.helper_shift_id)
        if helper.driver.id == driver.driver.id:
            raise RuleBroken(f"{driver.driver.ref} would be driver and helper of one route. Choose another driver.")
        return paired(driver, helper, self.travel)

    def crew_of_shift(self, shift_id: uuid.UUID) -> DayCrew:
        """That shift, alone."""
        if shift_id not in self.crews:
            raise RuleBroken(NOT_ON_SHIFT)
        return self.crews[shift_id]

    def source_of(self, batch_id: uuid.UUID | None, hub_id: uuid.UUID | None) -> Source:
        """Where a batch or a hub's parcels are loaded. Raises RuleBroken for what is not on offer."""
        for source in self.sources.values():
            if batch_id is not None and source.slot is not None:
                if any(batch.id == batch_id for batch in source.slot.batches):
                    return source
            elif batch_id is None and source.hub is not None and source.hub.id == hub_id:
                return source
        raise RuleBroken(FOOD_GONE)

    def sources_of(self, task: Task) -> frozenset[str]:
        """The ids of the sources that a stop needs."""
        return frozenset(
            self.source_of(food.batch_id, None if food.batch_id is not None else food.hub_id).id for food in task.food
        )

    def visit_of(self, task: Task) -> DoorVisit:
        """A door as planning knows it."""
        if task.household_id is None or task.household_id not in self.week_input.households:
            raise RuleBroken("A household of this plan is no longer known. Plan the week again.")
        return DoorVisit(
            id=task.key,
            household=self.week_input.households[task.household_id],
            window_start_s=self.midnight_s + task.window_s[0],
            window_end_s=self.midnight_s + task.window_s[1],
            items=tuple(
                Allotted(
                    line=self.line_of(food.order_id),
                    source_id=self.source_of(food.batch_id, food.hub_id).id,
                    batch_id=food.batch_id,
                    hub_id=food.hub_id,
                    quantity=food.quantity,
                )
                for food in task.food
            ),
        )

    def line_of(self, order_id: uuid.UUID | None) -> DemandIn:
        """An order of the snapshot. Raises RuleBroken."""
        if order_id is None or order_id not in self.lines:
            raise RuleBroken("That order is not one of this week's. Go back to the board and choose another.")
        return self.lines[order_id]

    def problem_of(self, board: DayBoard, remaining_s: Mapping[uuid.UUID, int] | None = None) -> DayProblem:
        """The day's routing problem: these crews, these stops. Without `remaining_s` nobody's week has an end."""
        tasks = list(board.tasks())
        hours_s = remaining_s or dict.fromkeys(self.week_input.volunteers, 7 * 86_400)
        crews = self._crews_of(board)
        drops = {task.key: self._drop(task) for task in tasks if task.kind is StopKind.HUB_DROP}
        return build_day_problem(
            self.week_input,
            self.travel,
            crews=crews,
            visits=[self.visit_of(task) for task in tasks if task.kind is StopKind.DELIVERY],
            sources=tuple(self.sources.values()),
            lots=[lot for lot, _ in drops.values()],
            remaining_s=hours_s,
            usual=self.usual,
            departure_cost=0,
            hub_of_lot={key: hub for key, (_, hub) in drops.items()},
        )

    def _crews_of(self, board: DayBoard) -> list[DayCrew]:
        """The board's crews, and every other shift of the day alone; a helper's own vehicle stays at home."""
        used = {route.shift_id for route in board.routes} | {route.helper_shift_id for route in board.routes}
        own = [self.crew_of(route) for route in board.routes]
        return [*own, *(crew for shift, crew in self.crews.items() if shift not in used)]

    def _drop(self, task: Task) -> tuple[GoodsLot, HubIn]:
        food = task.food[0]
        source = self.source_of(food.batch_id, None)
        hub = next((hub for hub in self.week_input.hubs if hub.id == food.hub_id), None)
        if hub is None or food.batch_id is None:
            raise RuleBroken(FOOD_GONE)
        parcels = -(-food.weight_g // self.week_input.rules.parcel_g)
        lot = GoodsLot(id=task.key, source=source, batch_id=food.batch_id, weight_g=food.weight_g, parcels=parcels)
        return lot, hub


def edit_case(week_input: WeekInput, roads: Router, day: date) -> EditCase:
    """Cut the week to a day and ask the roads about its places only."""
    of_day, _ = on_roads(
        replace(
            week_input,
            demand=tuple(line for line in week_input.demand if day in line.days),
            slots=tuple(slot for slot in week_input.slots if slot.day == day),
            shifts=tuple(shift for shift in week_input.shifts if shift.day == day),
            charge_zones=(),  # counted once the routes are timed: `planning.charges`
        ),
        roads,
    )
    travel = travel_of_week(of_day, roads)
    sources = {source.id: source for source in goods_sources(of_day, day)}
    sources |= {source.id: source for source in (*meal_sources(of_day, day), *hub_sources(of_day, day))}
    hours_s = {volunteer.id: volunteer.max_week_s for volunteer in of_day.volunteers.values()}
    return EditCase(
        week_input=of_day,
        travel=travel,
        day=day,
        midnight_s=axis_s(of_day.week, day, time()),
        sources=sources,
        lines={line.order_id: line for line in of_day.demand},
        crews={crew.shift.id: crew for crew in day_crews(of_day, travel, day, hours_s)},
        usual=usual_drivers(of_day)[day],
    )
