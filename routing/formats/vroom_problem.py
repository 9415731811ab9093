"""A VROOM document as a `Problem`, and what it takes to turn a solution of it back.

A job is a stop whose delivery is on board at the start and whose pickup stays on board to the end; a shipment is a pickup of
its own and a stop; a type's own service times make a stop for each time, of which one is served. Serving comes first, by
priority, then in number; then cost.
"""

from dataclasses import dataclass, replace

from routing.errors import ProblemError
from routing.formats.vroom_document import Car, Document, Order, Rest, Task
from routing.formats.vroom_reading import read_document
from routing.formats.vroom_travel import Atlas
from routing.problem import MAX_COST, MAX_TIME_S, Break, Need, Pickup, Problem, Stop, Vehicle, Visit, VisitKind, Window
from routing.validation import MAX_QUANTITY

TASKS = "tasks"
"""The dimension that counts tasks, where a vehicle may do only so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VroomProblem:
    """A document, the problem made of it, and which is which.

    `origin_s` is what the document calls the problem's second 0, `scale` how many parts a unit of its costs has.
    """

    document: Document
    atlas: Atlas
    problem: Problem
    origin_s: int
    orders: dict[str, Order]
    """Stop id to the order it serves."""
    visits: dict[str, dict[tuple[str, int], tuple[Visit, ...]]]
    """Vehicle id to what its doing each task means."""

    @property
    def scale(self) -> int:
        """Parts of a unit of cost."""
        return self.atlas.scale

    def sequence(self, car_id: str, steps: tuple[tuple[str, int], ...]) -> tuple[Visit, ...]:
        """The visits of a vehicle that does these tasks in this order."""
        return tuple(visit for step in steps for visit in self.visits[car_id].get(step, ()))


def read_vroom(document: object) -> VroomProblem:
    """The problem of a VROOM document. Raises ProblemError naming the field and the rule."""
    return _Maker(read_document(document)).made()


class _Maker:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.atlas = Atlas(document)
        self.counted = any(car.max_tasks is not None for car in document.cars)
        self.origin_s, self.horizon_s = _axis(document)
        self.orders: dict[str, Order] = {}
        self.visits: dict[str, dict[tuple[str, int], tuple[Visit, ...]]] = {str(car.id): {} for car in document.cars}
        self.stops: list[Stop] = []
        self.pickups: list[Pickup] = []
        self.likes: dict[tuple[str, str], int] = {}
        self.lone = self._lone_places()

    def made(self) -> VroomProblem:
        vehicles = tuple(self._vehicle(car) for car in self.document.cars)
        for order in self.document.orders:
            self._order(order)
        rulers = [self.atlas.ruler(car).matrix for car in self.document.cars]
        matrices = tuple({matrix.profile: matrix for matrix in rulers}.values()) or (self.atlas.blank(),)
        prizes = self._prizes(vehicles)
        problem = Problem(
            dimensions=tuple(f"quantity {n + 1}" for n in range(self.document.dims))
            + ((TASKS,) if self.counted else ()),
            matrices=matrices,
            vehicles=vehicles,
            stops=tuple(replace(stop, prize=prizes(self.orders[stop.id])) for stop in self.stops),
            pickups=tuple(self.pickups),
            preferences=self.likes,
            fixed_prefix={
                str(car.id): self._sequence(car, car.steps[: car.fixed_steps])
                for car in self.document.cars
                if car.fixed_steps
            },
        )
        return VroomProblem(
            document=self.document, atlas=self.atlas, problem=problem, origin_s=self.origin_s, orders=self.orders,
            visits=self.visits,
        )  # fmt: skip

    def _sequence(self, car: Car, steps: tuple[tuple[str, int], ...]) -> tuple[Visit, ...]:
        return tuple(visit for step in steps for visit in self.visits[str(car.id)].get(step, ()))

    def _lone_places(self) -> set[str]:
        """Tasks that are alone at their place: no visit there comes straight from there, so each has its setup."""
        here: dict[int, list[str]] = {}
        for order in self.document.orders:
            for task in order.tasks:
                here.setdefault(self.atlas.location(task.place), []).append(task.path)
        for car in self.document.cars:
            if car.start is not None:
                here.setdefault(self.atlas.location(car.start), []).append(car.path)
        return {paths[0] for paths in here.values() if len(paths) == 1}

    def _load(self, amounts: tuple[int, ...], tasks: int = 0) -> tuple[int, ...]:
        return (*amounts, tasks) if self.counted else amounts

    def _windows(self, windows: tuple[Window, ...]) -> tuple[Window, ...] | None:
        """On the problem's axis; None: all of them are over before anybody starts, or begin after all is over."""
        shifted = [(max(0, a - self.origin_s), min(b - self.origin_s, MAX_TIME_S)) for a, b in windows]
        kept = tuple(Window(a, b) for a, b in shifted if b >= 0 and a <= self.horizon_s)
        return None if windows and not kept else kept

    def _order(self, order: Order) -> None:
        """One stop, or one for each group of vehicles that take other times for it."""
        groups: dict[tuple[tuple[int, int], ...], list[Car]] = {}
        for car in self.document.cars:
            groups.setdefault(tuple(task.times(car.type) for task in order.tasks), []).append(car)
        if not groups:
            groups[tuple(task.times(None) for task in order.tasks)] = []
        windows = [self._windows(task.windows) for task in order.tasks]
        for number, (times, cars) in enumerate(groups.items()):
            suffix = "" if len(groups) == 1 else f" ({number + 1})"
            ids = frozenset(str(car.id) for car in cars)
            allowed = order.allowed if len(groups) == 1 else ids & (order.allowed if order.allowed is not None else ids)
            if None in windows:
                allowed = frozenset()
            needs = [Need(pickup_id=None, load=self._load(order.delivery, 1))] if len(order.tasks) == 1 else []
            if len(order.tasks) == 2:
                name = order.tasks[0].name + suffix
                self.pickups.append(self._pickup(order.tasks[0], name, times[0], windows[0] or ()))
                needs = [Need(pickup_id=name, load=self._load(order.delivery), max_ride_s=order.max_ride_s)]
                if self.counted:
                    needs.append(Need(pickup_id=None, load=self._load((0,) * self.document.dims, 2)))
            self._stop(order, suffix, times[-1], windows[-1] or (), needs=tuple(needs), allowed=allowed)
            for car in cars:
                self._know(order, suffix, car, times)

    def _pickup(self, task: Task, name: str, times: tuple[int, int], windows: tuple[Window, ...]) -> Pickup:
        setup_s, service_s = self._times(task, times)
        location = self.atlas.location(task.place)
        return Pickup(id=name, location=location, windows=windows, service_s=service_s, setup_s=setup_s)

    def _times(self, task: Task, times: tuple[int, int]) -> tuple[int, int]:
        """Setup and service for the problem: a setup that every visit has is service."""
        return (0, sum(times)) if task.path in self.lone else times

    def _stop(
        self, order: Order, suffix: str, times: tuple[int, int], windows: tuple[Window, ...], *,
        needs: tuple[Need, ...], allowed: frozenset[str] | None,
    ) -> None:  # fmt: skip
        task = order.tasks[-1]
        setup_s, service_s = self._times(task, times)
        collects = self._load(order.pickup) if len(order.tasks) == 1 and any(order.pickup) else ()
        name = task.name + suffix
        self.orders[name] = order
        self.stops.append(
            Stop(
                id=name,
                location=self.atlas.location(task.place),
                windows=windows,
                service_s=service_s,
                setup_s=setup_s,
                needs=needs,
                collects=collects,
                required_skills=order.skills,
                allowed_vehicles=allowed,
                forbidden_vehicles=order.forbidden,
                choice=task.name if suffix else None,
            )
        )

    def _know(self, order: Order, suffix: str, car: Car, times: tuple[tuple[int, int], ...]) -> None:
        """What each task of the order means on this vehicle, and what its working time costs."""
        stop = Visit(VisitKind.STOP, order.name + suffix)
        for task in order.tasks:
            visit = stop if task is order.tasks[-1] else Visit(VisitKind.PICKUP, task.name + suffix)
            self.visits[str(car.id)][task.kind, task.id] = (visit,)
        rate = car.costs.per_task_hour
        work_s = sum(map(sum, times))
        for task, (setup_s, _) in zip(order.tasks, times, strict=True):
            if rate and setup_s and task.path not in self.lone:
                text = f"cannot be priced: the setup of {task.path} falls away where another task at its place comes before"
                raise ProblemError(f"{car.path}.costs.per_task_hour", text)
        cost = self.atlas.scale * (order.vehicle_costs.get(str(car.id), 0)) + round(
            rate * work_s * self.atlas.scale / 3600
        )
        if cost:
            self.likes[stop.id, str(car.id)] = cost

    def _vehicle(self, car: Car) -> Vehicle:
        ruler = self.atlas.ruler(car)
        shift = Window(0, MAX_TIME_S)
        if car.shift is not None:
            shift = Window(car.shift.start_s - self.origin_s, min(car.shift.end_s - self.origin_s, MAX_TIME_S))
        breaks = tuple(self._break(car, rest, shift) for rest in car.breaks)
        return Vehicle(
            id=str(car.id),
            profile=ruler.matrix.profile,
            start=self.atlas.nowhere if car.start is None else self.atlas.location(car.start),
            end=None if car.end is None else self.atlas.location(car.end),
            shift=shift,
            capacity=self._load(car.capacity, MAX_QUANTITY if car.max_tasks is None else car.max_tasks),
            skills=car.skills,
            max_duration_s=_cut(car.max_duration_s),
            max_distance_m=_cut(ruler.max_distance_m),
            max_travel_s=_cut(ruler.max_travel_s),
            fixed_cost=car.costs.fixed * self.atlas.scale,
            cost_per_m=ruler.cost_per_m,
            breaks=breaks,
        )

    def _break(self, car: Car, rest: Rest, shift: Window) -> Break:
        windows = self._windows(rest.windows)
        last_s = shift.end_s - rest.service_s
        if windows is None or not any(a <= last_s and b >= shift.start_s for a, b in windows or (shift,)):
            text = f"break {rest.id} cannot be taken within the vehicle's time_window"
            raise ProblemError(f"{car.path}.breaks", text)
        most = None if rest.max_load is None else self._load(rest.max_load, MAX_QUANTITY)
        return Break(id=str(rest.id), windows=windows, service_s=rest.service_s, max_load=most)

    def _prizes(self, vehicles: tuple[Vehicle, ...]) -> "_Prizes":
        tasks = [task for order in self.document.orders for task in order.tasks]
        places = [self.atlas.location(task.place) for task in tasks]
        used = min(len(vehicles), len(tasks))
        legs, longest = self.atlas.dearest_legs(places, self.document.cars)
        fixed = sum(sorted((vehicle.fixed_cost for vehicle in vehicles), reverse=True)[:used])
        wishes = sum(abs(cost) for cost in self.likes.values())
        unit = legs + used * longest + fixed + wishes + 1
        most = max((order.priority for order in self.document.orders), default=0)
        steps = MAX_COST // (2 * unit) - 1
        if steps < max(0, most):
            raise ProblemError(
                "document", "its costs are so large that serving cannot come first: state them in a larger unit"
            )
        return _Prizes(unit, min(len(tasks) + 1, steps // most) if most else 0)


@dataclass(frozen=True, slots=True)
class _Prizes:
    """`unit` is more than any routes can cost; one step of priority weighs `priority_weight` tasks."""

    unit: int
    priority_weight: int

    def __call__(self, order: Order) -> int | None:
        """What leaving the order out costs; None: it must be served."""
        return None if order.must else len(order.tasks) * (1 + self.priority_weight * order.priority) * self.unit


def _cut(limit: int | None) -> int | None:
    return None if limit is None else min(limit, MAX_COST)


def _axis(document: Document) -> tuple[int, int]:
    """What the document calls second 0, and the last second of interest. Raises ProblemError."""
    shifts = [car.shift for car in document.cars if car.shift is not None]
    windows = [(task.path, window) for order in document.orders for task in order.tasks for window in task.windows]
    bounded = bool(shifts) and len(shifts) == len(document.cars)
    starts = [shift.start_s for shift in shifts]
    if not bounded:
        starts += [window.start_s for _, window in windows]
        starts += [window.start_s for car in document.cars for rest in car.breaks for window in rest.windows]
    origin_s = min(starts, default=0) if max(starts, default=0) > MAX_TIME_S // 2 else 0
    for car in document.cars:
        if car.shift is not None and car.shift.start_s - origin_s > MAX_TIME_S:
            raise ProblemError(f"{car.path}.time_window", "begins more than 200 days after the first")
    for path, window in windows if not bounded else ():
        if window.start_s - origin_s > MAX_TIME_S:
            raise ProblemError(f"{path}.time_windows", "begins more than 200 days after the first time stated")
    last = max(shift.end_s for shift in shifts) - origin_s if bounded else MAX_TIME_S
    return origin_s, min(last, MAX_TIME_S)
