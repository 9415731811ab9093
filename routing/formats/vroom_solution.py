"""A solution as a VROOM solution document, and a VROOM solution document as routes of ours.

Times, loads, travel and costs are those of the document the problem was made of: its axis, its quantities, its unit of
cost. What VROOM's document has no field for stands under `about`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from routing.compiled import Compiled
from routing.engines.plan import plan_from
from routing.errors import ProblemError
from routing.formats.vroom_document import Car, Order, Place, Task
from routing.formats.vroom_fields import Fields
from routing.formats.vroom_problem import VroomProblem
from routing.formats.vroom_reading import TASK_KINDS
from routing.problem import Visit
from routing.solution import Route, Solution, Step, StepKind

type Json = dict[str, Any]


def solution_to_vroom(vroom: VroomProblem, solution: Solution, *, loading_ms: int = 0) -> Json:
    """The VROOM document of a checked solution."""
    routes = [_Writer(vroom, route).written() for route in solution.routes]
    served = {stop_id for route in solution.routes for stop_id in route.stop_ids}
    done = {vroom.orders[stop_id].name for stop_id in served}
    missing = [task for order in vroom.document.orders if order.name not in done for task in order.tasks]
    summary: Json = {"cost": sum(route["cost"] for route in routes), "routes": len(routes), "unassigned": len(missing)}
    for key in ("setup", "service", "duration", "waiting_time", "priority"):
        summary[key] = sum(route[key] for route in routes)
    if all("distance" in route for route in routes):
        summary["distance"] = sum(route["distance"] for route in routes)
    for key in ("delivery", "pickup"):
        summary[key] = [sum(amounts) for amounts in zip(*(route[key] for route in routes), strict=True)] or (
            [0] * vroom.document.dims
        )
    summary["violations"] = []
    summary["computing_times"] = {"loading": loading_ms, "solving": round(1000 * solution.elapsed_s), "routing": 0}
    about: Json = {"engine": solution.engine, "notes": list(solution.notes), "ignored": vroom.document.ignored}
    if vroom.atlas.estimated is not None:
        about["travel"] = vroom.atlas.estimated
    return {
        "code": 0,
        "summary": summary,
        "unassigned": [{"id": task.id, "type": task.kind, **_where(task.place), **_told(task)} for task in missing],
        "routes": routes,
        "about": about,
    }


def _where(place: Place | None) -> Json:
    found: Json = {}
    if place is not None and place.point is not None:
        found["location"] = [place.point[1], place.point[0]]
    if place is not None and place.index is not None:
        found["location_index"] = place.index
    return found


def _told(thing: Task | Car) -> Json:
    return {} if thing.description is None else {"description": thing.description}


@dataclass(slots=True)
class _Sums:
    """What a route comes to so far."""

    travel_s: int = 0
    metres: int = 0
    setup_s: int = 0
    service_s: int = 0
    waiting_s: int = 0
    priority: int = 0
    cost: int = 0
    orders: dict[str, Order] = field(default_factory=dict)


class _Writer:
    """Writes one route."""

    def __init__(self, vroom: VroomProblem, route: Route) -> None:
        self.vroom, self.route = vroom, route
        self.car = next(car for car in vroom.document.cars if str(car.id) == route.vehicle_id)
        self.travel = vroom.atlas.travel(self.car)
        self.legs = vroom.atlas.leg_costs(self.car)
        self.sums = _Sums()
        self.steps: list[Json] = []

    def written(self) -> Json:
        """The route's object."""
        first = self.route.steps[0]
        if self.car.start is not None:
            self._step("start", _where(self.car.start), first.departure_s, waiting_s=0, load=first.load)
        for number, (before, after) in enumerate(zip(self.route.steps, self.route.steps[1:], strict=False)):
            self._gap(number, before, after)
        sums, dims = self.sums, self.vroom.document.dims
        cost = sums.cost + self.car.costs.fixed * self.vroom.scale
        work = self.car.costs.per_task_hour * (sums.setup_s + sums.service_s - self._rested())
        made: Json = {
            "vehicle": self.car.id,
            "cost": round((cost + work * self.vroom.scale / 3600) / self.vroom.scale),
            **_told(self.car),
            "delivery": [sum(order.delivery[dim] for order in sums.orders.values()) for dim in range(dims)],
            "pickup": [sum(order.pickup[dim] for order in sums.orders.values()) for dim in range(dims)],
            "setup": sums.setup_s,
            "service": sums.service_s,
            "duration": sums.travel_s,
            "waiting_time": sums.waiting_s,
            "priority": sums.priority,
        }
        if self.travel.metres is not None:
            made["distance"] = sums.metres
        return {**made, "steps": self.steps, "violations": []}

    def _rested(self) -> int:
        return sum(rest.end_s - rest.start_s for rest in self.route.rests)

    def _gap(self, number: int, before: Step, after: Step) -> None:
        """The breaks and the travel between two steps, and the later of them."""
        open_end = after.kind is StepKind.END and self.car.end is None
        leg = (before.location, after.location)
        left_s = 0 if open_end else int(self.travel.seconds[leg])
        now = before.departure_s
        for rest in (rest for rest in self.route.rests if rest.after_step == number):
            driven = min(left_s, rest.start_s - now)
            self.sums.travel_s, left_s = self.sums.travel_s + driven, left_s - driven
            idle = rest.start_s - now - driven
            kind = next(one for one in self.car.breaks if str(one.id) == rest.break_id)
            more = {"id": kind.id, **({} if kind.description is None else {"description": kind.description})}
            self._step("break", more, rest.start_s - idle, waiting_s=idle, load=before.load, service_s=kind.service_s)
            now = rest.end_s
        self.sums.travel_s += left_s
        if not open_end:
            self.sums.cost += int(self.legs[leg])
            self.sums.metres += 0 if self.travel.metres is None else int(self.travel.metres[leg])
        arrival = now + left_s
        if after.kind is StepKind.END:
            if self.car.end is not None:
                self._step("end", _where(self.car.end), arrival, waiting_s=0, load=after.load)
            return
        task, order = self._task(after)
        setup_s, service_s = task.times(self.car.type)
        setup_s = setup_s if before.location != after.location else 0
        self.sums.priority += order.priority
        self.sums.orders[order.name] = order
        more = {"id": task.id, "job": task.id, **_where(task.place), **_told(task)}
        waiting_s = after.service_start_s - arrival
        self._step(task.kind, more, arrival, waiting_s=waiting_s, load=after.load, setup_s=setup_s, service_s=service_s)

    def _task(self, step: Step) -> tuple[Task, Order]:
        """The task that a step is; a pickup belongs to the order whose stop needs it."""
        if step.kind is StepKind.STOP:
            order = self.vroom.orders[step.id]
            return order.tasks[-1], order
        problem = self.vroom.problem
        stop_id = next(s.id for s in problem.stops if any(need.pickup_id == step.id for need in s.needs))
        return self.vroom.orders[stop_id].tasks[0], self.vroom.orders[stop_id]

    def _step(
        self, kind: str, more: Json, arrival_s: int, *, waiting_s: int, load: tuple[int, ...], setup_s: int = 0,
        service_s: int = 0,
    ) -> None:  # fmt: skip
        self.sums.setup_s += setup_s
        self.sums.service_s += service_s
        self.sums.waiting_s += waiting_s
        made: Json = {"type": kind, **more, "setup": setup_s, "service": service_s, "waiting_time": waiting_s}
        made |= {"load": list(load[: self.vroom.document.dims]), "arrival": arrival_s + self.vroom.origin_s}
        made["duration"] = self.sums.travel_s
        if self.travel.metres is not None:
            made["distance"] = self.sums.metres
        self.steps.append({**made, "violations": []})


def sequences_from_vroom(vroom: VroomProblem, document: object) -> dict[str, tuple[Visit, ...]]:
    """Vehicle id to its visits, of a VROOM solution document. Raises ProblemError naming the field."""
    found: dict[str, tuple[Visit, ...]] = {}
    top = Fields(document, "")
    top.need("routes")
    for route in top.objects("routes"):
        car_id = str(route.whole("vehicle"))
        if car_id not in vroom.visits:
            raise ProblemError(route.at("vehicle"), f"is {car_id}, which is not in the problem")
        if car_id in found:
            raise ProblemError(route.at("vehicle"), f"is {car_id}, which has a route already")
        visits: list[Visit] = []
        for step in route.objects("steps"):
            kind = step.text("type") or ""
            if kind not in TASK_KINDS:
                continue
            task = (kind, step.whole("id" if step.has("id") else "job"))
            if task not in vroom.visits[car_id]:
                raise ProblemError(step.path, f"does {kind} {task[1]}, which is not in the problem")
            visits += vroom.visits[car_id][task]
        found[car_id] = tuple(visits)
    return found


def first_routes(vroom: VroomProblem) -> Solution | None:
    """The routes that the vehicles' steps describe, as far as they keep the rules; None where there are none."""
    sequences = {str(car.id): vroom.sequence(str(car.id), car.steps) for car in vroom.document.cars if car.steps}
    return routes_of(vroom, sequences) if sequences else None


def routes_of(vroom: VroomProblem, sequences: Mapping[str, Iterable[Visit]]) -> Solution:
    """A solution of these sequences, stops that break a rule left out."""
    plan, _ = plan_from(Compiled(vroom.problem), {name: tuple(visits) for name, visits in sequences.items()})
    return plan.solution(engine="steps", seed=0, iterations=0, elapsed_s=0.0)
