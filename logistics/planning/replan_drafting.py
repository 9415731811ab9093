"""A routing answer for a running day, written down as a draft: the routes that change, timed stop by stop, and who is left."""

from __future__ import annotations

import uuid
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence

from logistics.domain.food import FoodClock
from logistics.domain.planning import StopKind
from logistics.domain.replanning import ProposalKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Product
from logistics.planning.replan_case import Door, SourceNow
from logistics.planning.replan_draft import Draft, DraftLeftOut, DraftRoute, DraftStop
from logistics.planning.replan_problem import ReplanBuilder, ReplanWorld
from logistics.planning.replan_reasons import left_out_doors
from logistics.planning.replan_vehicles import VehicleNow
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop
from logistics.planning.sources import meal_sources
from routing.solution import Route, Solution, Step, StepKind

Id = uuid.UUID


def draft_from(
    builder: ReplanBuilder, world: ReplanWorld, solution: Solution, kind: ProposalKind, *, explain_s: float
) -> Draft:
    """What the answer changes. Routes that keep their doors are not in it, even where the answer orders them otherwise."""
    routes = [_ended(builder)] if builder.case.route_id is not None else []
    extra_m = extra_s = 0
    for vehicle in world.vehicles.values():
        before, after = world.running.route_of(vehicle.id), solution.route_of(vehicle.id)
        if not _is_touched(builder, vehicle, before, after):
            continue
        written = _Writing(builder, world, vehicle, after).route(_span(before))
        extra_m, extra_s = extra_m + written.extra_m, extra_s + written.extra_s
        routes.append(written)
    return Draft(
        kind=kind,
        routes=tuple(route for route in routes if route is not None),
        left_out=left_out_doors(builder, world, solution, seconds=explain_s),
        extra_cost=solution.cost.total
        - solution.cost.unserved
        - (world.running.cost.total - world.running.cost.unserved),
        extra_m=extra_m,
        extra_s=extra_s,
        engine=solution.engine,
    )


def nobody_comes(builder: ReplanBuilder, left_out: tuple[DraftLeftOut, ...]) -> Draft:
    """The draft that changes nobody else's route."""
    ended = _ended(builder)
    return Draft(
        kind=ProposalKind.LEAVE_OUT,
        routes=() if ended is None else (ended,),
        left_out=left_out,
        extra_cost=0,
        extra_m=0,
        extra_s=0,
        engine="nobody",
    )


def _ended(builder: ReplanBuilder) -> DraftRoute | None:
    route = builder.day.route(builder.case.route_id) if builder.case.route_id is not None else None
    if route is None:
        return None
    return DraftRoute(
        route_id=route.id,
        shift_id=route.shift.id,
        volunteer_id=route.driver.id,
        settled=tuple(stop.id for stop in route.settled if stop.state is not StopState.ARRIVED),
        resumes_s=builder.day.now_s,
        is_under_way=route.left_s is not None,
        ends=True,
    )


def _is_touched(builder: ReplanBuilder, vehicle: VehicleNow, before: Route | None, after: Route | None) -> bool:
    """Whether it gets or loses a door, or had one that is planned again or loses some of its food."""
    had = set(before.stop_ids) if before is not None else set()
    has = set(after.stop_ids) if after is not None else set()
    owned = any(
        (door.is_open or door.lost) and door.owner is not None and door.owner is vehicle.route for door in builder.doors
    )
    return had != has or owned


def _span(route: Route | None) -> tuple[int, int]:
    return (0, 0) if route is None else (route.distance_m, route.duration_s)


class _Writing:
    """One vehicle's route being written down."""

    def __init__(self, builder: ReplanBuilder, world: ReplanWorld, vehicle: VehicleNow, route: Route | None) -> None:
        self.builder, self.world, self.vehicle = builder, world, vehicle
        self.steps: Sequence[Step] = (
            () if route is None else [step for step in route.steps if step.kind in (StepKind.PICKUP, StepKind.STOP)]
        )
        self.after = route
        self.live: LiveRoute | None = vehicle.route
        self.rows: list[LiveStop] = [
            stop for stop in (self.live.open_stops if self.live else ()) if stop.kind is StopKind.PICKUP
        ]
        self.clocks: dict[Id, FoodClock] = {
            batch.id: source.clock
            for source in meal_sources(builder.day.week_input, builder.day.day)
            if source.slot is not None and source.clock is not None
            for batch in source.slot.batches
        }
        self.lots: dict[Id, deque[list[int]]] = defaultdict(deque)
        """By batch: [portions, the last second for service], oldest first, as the checker counts them."""

    def route(self, before: tuple[int, int]) -> DraftRoute:
        """The whole of it. `before`: metres and seconds of the rest of the route as it was."""
        for settled in self.live.settled if self.live else ():
            self._settle(settled)
        stops = tuple(self._stop(index) for index in range(len(self.steps)))
        now_s = self.builder.day.now_s
        distance_m, duration_s = _span(self.after)
        return DraftRoute(
            route_id=None if self.live is None else self.live.id,
            shift_id=self.vehicle.shift.id,
            volunteer_id=self.vehicle.driver.id,
            settled=tuple(stop.id for stop in self.live.settled) if self.live else (),
            resumes_s=stops[0].arrive_s - stops[0].leg_s if stops else now_s,
            is_under_way=self.live is not None and self.live.left_s is not None,
            stops=stops,
            extra_m=distance_m - before[0],
            extra_s=duration_s - before[1],
        )

    def _settle(self, stop: LiveStop) -> None:
        """History puts food on board and takes it off, in the order of the plan's promise."""
        for item in stop.items:
            if item.batch_id not in self.clocks or item.batch_id is None:
                continue
            if stop.kind is StopKind.PICKUP:
                told = item.stated_limit_s
                limit_s = self.clocks[item.batch_id].latest_after_loading_s(stop.told_s) if told is None else told
                self.lots[item.batch_id].append([item.quantity, limit_s])
            else:
                self._take(item)

    def _take(self, item: LiveItem) -> int | None:
        assert item.batch_id is not None
        lots, wanted, limits = self.lots[item.batch_id], item.quantity, []
        while wanted and lots:
            part = min(wanted, lots[0][0])
            limits.append(lots[0][1])
            lots[0][0] -= part
            wanted -= part
            if not lots[0][0]:
                lots.popleft()
        return min(limits, default=None)

    def _ends_of(self, index: int) -> tuple[Id, Id]:
        """Where the leg to a step begins and ends."""
        first = self.live.stands_at if self.live is not None else self.vehicle.driver.site_id
        origin = self.world.sites[self.steps[index - 1].location] if index else first
        return origin, self.world.sites[self.steps[index].location]

    def _leg(self, index: int) -> tuple[int, int]:
        travel, kind = self.world.travel, self.vehicle.driver.vehicle
        origin, site = self._ends_of(index)
        return travel.metres(kind, origin, site), travel.seconds(kind, origin, site, self.vehicle.slow_percent)

    def _arrive_s(self, index: int) -> int:
        """When the vehicle is there: a problem's legs hold the parking at their ends, a plan's do not."""
        return self.steps[index].arrival_s - self.world.travel.parking_s(
            self.vehicle.driver.vehicle, *self._ends_of(index)
        )

    def _stop(self, index: int) -> DraftStop:
        step = self.steps[index]
        if step.kind is StepKind.PICKUP:
            return self._pickup(index, self.world.sources[step.id])
        return self._door(index, self.world.doors[step.id])

    def _pickup(self, index: int, source: SourceNow) -> DraftStop:
        step = self.steps[index]
        items = self._loaded_at(index, source)
        for item in items:
            clock = self.clocks.get(item.batch_id) if item.batch_id is not None else None
            if clock is not None and item.batch_id is not None:
                told = item.stated_limit_s
                limit_s = clock.latest_after_loading_s(step.service_start_s) if told is None else told
                self.lots[item.batch_id].append([item.quantity, limit_s])
        row = next((stop for stop in self.rows if self.builder.source_at(stop) == source.id), None)
        if row is not None:
            self.rows.remove(row)
        leg_m, leg_s = self._leg(index)
        return DraftStop(
            stop_id=None if row is None else row.id,
            kind=StopKind.PICKUP,
            site_id=source.site_id,
            organisation_id=source.organisation_id,
            slot_id=source.slot_id,
            from_route_id=source.from_route_id,
            arrive_s=self._arrive_s(index),
            service_s=step.service_start_s,
            depart_s=step.departure_s,
            leg_m=leg_m,
            leg_s=leg_s,
            told_s=None if row is None else row.told_s,
            items=items,
        )

    def _loaded_at(self, index: int, source: SourceNow) -> tuple[LiveItem, ...]:
        """What this pickup puts on board, summed by what it is; goods for a hub by lot."""
        sums: dict[tuple[Id | None, Id | None, Product | None], int] = defaultdict(int)
        goods: list[LiveItem] = []
        limits: dict[Id | None, int] = {}
        for item in self._wanted(index, source.id):
            if item.product is None and item.weight_g:
                goods.append(
                    LiveItem(
                        order_id=None,
                        batch_id=item.batch_id,
                        hub_id=None,
                        product=None,
                        quantity=0,
                        weight_g=item.weight_g,
                    )
                )
                continue
            sums[item.batch_id, item.hub_id, item.product] += item.quantity
            if source.from_route_id is not None and item.stated_limit_s is not None:
                limits[item.batch_id] = min(item.stated_limit_s, limits.get(item.batch_id, item.stated_limit_s))
        items = [
            LiveItem(
                order_id=None, batch_id=batch, hub_id=hub, product=product, quantity=quantity, weight_g=0,
                from_route_id=source.from_route_id, stated_limit_s=limits.get(batch),
            )
            for (batch, hub, product), quantity in sums.items()
        ]  # fmt: skip
        return (*items, *goods)

    def _wanted(self, index: int, source: str) -> Iterable[LiveItem]:
        """The items of the doors after this pickup, until the same source is visited again."""
        for step in self.steps[index + 1 :]:
            if step.kind is StepKind.PICKUP and step.id == source:
                return
            if step.kind is StepKind.STOP:
                yield from (
                    item for item in self.world.doors[step.id].items if self.builder.is_to_be_loaded(item) == source
                )

    def _door(self, index: int, door: Door) -> DraftStop:
        step, live = self.steps[index], door.live
        limits = [
            limit for item in door.items if item.batch_id in self.clocks and (limit := self._take(item)) is not None
        ]
        leg_m, leg_s = self._leg(index)
        moved_from = door.owner if door.owner is not None and door.owner is not self.live else None
        return DraftStop(
            stop_id=door.stop_id,
            kind=live.kind,
            site_id=live.site_id,
            household_id=live.household_id,
            organisation_id=live.organisation_id,
            arrive_s=self._arrive_s(index),
            service_s=step.service_start_s,
            depart_s=step.departure_s,
            latest_s=min(limits, default=None),
            leg_m=leg_m,
            leg_s=leg_s,
            told_s=door.told_s,
            from_letter="" if moved_from is None else moved_from.letter,
            items=door.items,
        )
