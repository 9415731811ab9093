"""Reads a VROOM problem document: every field checked, every error naming it, every field without meaning told."""

from collections import Counter
from typing import Any

from routing.errors import ProblemError
from routing.formats.vroom_document import Car, Costs, Document, Matrices, Order, Place, Rest, Rows, Task
from routing.formats.vroom_fields import Fields, whole, window
from routing.matrix import MAX_LEG
from routing.problem import MAX_COST, MAX_TIME_S
from routing.validation import MAX_BREAKS, MAX_QUANTITY

TASK_KINDS = ("job", "pickup", "delivery")
STEP_KINDS = (*TASK_KINDS, "start", "break", "end")
MAX_PRIORITY = 100
MAX_RATE = 10**7
"""The largest cost an hour or a kilometre."""


def read_document(document: object) -> Document:
    """The values of a VROOM problem document. Raises ProblemError naming the field and the rule."""
    return _Reader(document).document()


class _Reader:
    def __init__(self, document: object) -> None:
        self.top = Fields(document, "")
        self.dims: tuple[int, str] | None = None
        self.matrices: dict[str, Matrices] = {}
        self.seen: list[Fields] = [self.top]

    def document(self) -> Document:
        top = self.top
        if not top.has("jobs") and not top.has("shipments"):
            raise ProblemError("document", "has neither jobs nor shipments")
        top.need("vehicles")
        self._matrices()
        self._find_dims()
        cars = tuple(self._car(fields) for fields in self._objects(top, "vehicles"))
        orders = [self._job(fields) for fields in self._objects(top, "jobs")]
        orders += [self._shipment(fields) for fields in self._objects(top, "shipments")]
        _unique(cars, orders)
        _known_vehicles(cars, orders)
        ignored = [name for fields in self.seen for name in fields.ignored()]
        dims = 0 if self.dims is None else self.dims[0]
        return Document(orders=tuple(orders), cars=cars, matrices=self.matrices, dims=dims, ignored=ignored)

    def _seen(self, fields: Fields) -> Fields:
        self.seen.append(fields)
        return fields

    def _objects(self, fields: Fields, key: str) -> list[Fields]:
        return [self._seen(item) for item in fields.objects(key)]

    def _matrices(self) -> None:
        top = self.top
        if top.has("matrix"):
            self.matrices["car"] = Matrices(durations=_rows(top, "matrix"), distances=None, costs=None)
        matrices = self._seen(top.inner("matrices"))
        for profile in list(matrices.value):
            one = self._seen(matrices.inner(profile))
            if not one.has("durations"):
                raise ProblemError(one.at("durations"), "is missing: times are needed whatever the costs are")
            found = Matrices(
                durations=_rows(one, "durations"),
                distances=_rows(one, "distances") if one.has("distances") else None,
                costs=_rows(one, "costs") if one.has("costs") else None,
            )
            for name, rows in (("distances", found.distances), ("costs", found.costs)):
                if rows is not None and len(rows) != len(found.durations):
                    raise ProblemError(one.at(name), f"has {len(rows)} rows, durations {len(found.durations)}")
            self.matrices[profile] = found
        sizes = {profile: len(one.durations) for profile, one in self.matrices.items()}
        if len(set(sizes.values())) > 1:
            raise ProblemError("matrices", f"differ in size: {sizes}")

    def _find_dims(self) -> None:
        """How many quantities there are: as many as in the first list of amounts; all others must have as many."""
        for key, names in (("vehicles", ["capacity"]), ("jobs", ["delivery", "pickup"]), ("shipments", ["amount"])):
            for fields in self.top.objects(key):
                for name in names:
                    if self.dims is None and fields.has(name):
                        self.dims = (len(fields.elements(name)), fields.at(name))

    def _amounts(self, fields: Fields, key: str) -> tuple[int, ...]:
        dims = 0 if self.dims is None else self.dims[0]
        found = fields.wholes(key, most=MAX_QUANTITY)
        if found is None:
            return (0,) * dims
        if len(found) != dims:
            first = self.dims[1] if self.dims else ""
            raise ProblemError(fields.at(key), f"has {len(found)} quantities, {first} has {dims}")
        return found

    def _place(self, fields: Fields, key: str, index_key: str) -> Place:
        point = fields.place(key)
        if self.matrices:
            size = len(next(iter(self.matrices.values())).durations)
            return Place(path=fields.at(index_key), index=fields.whole(index_key, most=size - 1), point=point)
        if point is None:
            raise ProblemError(fields.at(key), "is missing: without custom matrices, places are needed")
        return Place(path=fields.at(key), index=None, point=point)

    def _task(self, fields: Fields, kind: str) -> Task:
        return Task(
            path=fields.path,
            kind=kind,
            id=fields.whole("id"),
            description=fields.text("description"),
            place=self._place(fields, "location", "location_index"),
            setup_s=fields.whole("setup", 0, most=MAX_TIME_S),
            service_s=fields.whole("service", 0, most=MAX_TIME_S),
            setup_per_type=_per_type(fields, "setup_per_type"),
            service_per_type=_per_type(fields, "service_per_type"),
            windows=fields.windows("time_windows"),
        )

    def _shared(self, fields: Fields) -> dict[str, Any]:
        costs = fields.inner("vehicle_costs")
        return {
            "skills": fields.names("skills"),
            "priority": fields.whole("priority", 0, most=MAX_PRIORITY),
            "must": fields.flag("must"),
            "allowed": fields.names("allowed_vehicles") if fields.has("allowed_vehicles") else None,
            "forbidden": fields.names("forbidden_vehicles"),
            "vehicle_costs": {name: costs.whole(name, least=-MAX_RATE, most=MAX_RATE) for name in costs.value},
        }

    def _job(self, fields: Fields) -> Order:
        old = "amount" if fields.has("amount") and not fields.has("delivery") else "delivery"
        delivery, pickup = self._amounts(fields, old), self._amounts(fields, "pickup")
        return Order(tasks=(self._task(fields, "job"),), delivery=delivery, pickup=pickup, **self._shared(fields))

    def _shipment(self, fields: Fields) -> Order:
        ends = []
        for kind in ("pickup", "delivery"):
            fields.need(kind)
            ends.append(self._task(self._seen(fields.inner(kind)), kind))
        amount = self._amounts(fields, "amount")
        longest = fields.maybe("max_ride", most=MAX_TIME_S)
        return Order(tasks=tuple(ends), delivery=amount, pickup=amount, max_ride_s=longest, **self._shared(fields))

    def _car(self, fields: Fields) -> Car:
        costs = self._seen(fields.inner("costs"))
        shift = window(fields.value["time_window"], fields.at("time_window")) if fields.has("time_window") else None
        places = {
            key: self._place(fields, key, f"{key}_index")
            if fields.has(f"{key}_index" if self.matrices else key)
            else None
            for key in ("start", "end")
        }
        if places["start"] is None and places["end"] is None:
            keys = "start_index nor end_index" if self.matrices else "start nor end"
            raise ProblemError(fields.path, f"has neither {keys}")
        steps = [self._step(item) for item in self._objects(fields, "steps")]
        fixed = fields.whole("fixed_steps", 0, most=len(steps))
        return Car(
            path=fields.path,
            id=fields.whole("id"),
            profile=fields.text("profile") or "car",
            description=fields.text("description"),
            start=places["start"],
            end=places["end"],
            capacity=self._amounts(fields, "capacity"),
            costs=Costs(
                fixed=costs.whole("fixed", 0, most=MAX_COST),
                per_hour=costs.whole("per_hour", 3600, most=MAX_RATE),
                per_km=costs.whole("per_km", 0, most=MAX_RATE),
                per_task_hour=costs.whole("per_task_hour", 0, most=MAX_RATE),
            ),
            skills=fields.names("skills"),
            type=fields.text("type"),
            shift=shift,
            breaks=self._breaks(fields),
            speed_factor=fields.number("speed_factor", 1.0, most=5),
            max_tasks=fields.maybe("max_tasks", most=MAX_QUANTITY),
            max_travel_s=fields.maybe("max_travel_time"),
            max_distance_m=fields.maybe("max_distance"),
            max_duration_s=fields.maybe("max_duration"),
            steps=tuple(step for step in steps if step[0] in TASK_KINDS),
            fixed_steps=sum(kind in TASK_KINDS for kind, _ in steps[:fixed]),
        )

    def _breaks(self, fields: Fields) -> tuple[Rest, ...]:
        """In the order of their windows, as VROOM takes them."""
        found = []
        for item in self._objects(fields, "breaks"):
            most = self._amounts(item, "max_load") if item.has("max_load") else None
            found.append(
                Rest(
                    id=item.whole("id"),
                    description=item.text("description"),
                    windows=item.windows("time_windows"),
                    service_s=item.whole("service", 0, most=MAX_TIME_S),
                    max_load=most,
                )
            )
        if len(found) > MAX_BREAKS:
            raise ProblemError(fields.at("breaks"), f"has {len(found)} breaks, at most {MAX_BREAKS} are allowed")
        for number, count in Counter(rest.id for rest in found).items():
            if count > 1:
                raise ProblemError(fields.at("breaks"), f"has two breaks of id {number}")
        return tuple(sorted(found, key=lambda rest: rest.windows[0] if rest.windows else (0, 0)))

    def _step(self, fields: Fields) -> tuple[str, int]:
        kind = fields.text("type")
        if kind not in STEP_KINDS:
            raise ProblemError(fields.at("type"), f"must be one of {', '.join(STEP_KINDS)}")
        return kind, fields.whole("id") if kind in TASK_KINDS else 0


def _per_type(fields: Fields, key: str) -> dict[str, int]:
    found = fields.inner(key)
    return {name: found.whole(name, most=MAX_TIME_S) for name in found.value}


def _rows(fields: Fields, key: str) -> Rows:
    """A square matrix; null is no way, which VROOM does not know."""
    rows: Rows = []
    for row, path in fields.elements(key):
        if not isinstance(row, list):
            raise ProblemError(path, "must be a list")
        if any(value is not None and (type(value) is not int or not 0 <= value <= MAX_LEG) for value in row):
            for number, value in enumerate(row):
                if value is not None:
                    whole(value, f"{path}[{number}]", most=MAX_LEG)
        rows.append(row)
    for number, row in enumerate(rows):
        if len(row) != len(rows):
            raise ProblemError(f"{fields.at(key)}[{number}]", f"has {len(row)} numbers, the matrix {len(rows)} rows")
    if not rows:
        raise ProblemError(fields.at(key), "is empty")
    return rows


def _unique(cars: tuple[Car, ...], orders: list[Order]) -> None:
    seen: dict[tuple[str, int], str] = {}
    named = [("vehicle", car.id, car.path) for car in cars]
    named += [(task.kind, task.id, task.path) for order in orders for task in order.tasks]
    for kind, number, path in named:
        first = seen.setdefault((kind, number), path)
        if first != path:
            raise ProblemError(f"{path}.id", f"is {number}, as is that of {first}: each {kind} needs an id of its own")


def _known_vehicles(cars: tuple[Car, ...], orders: list[Order]) -> None:
    """Vehicles that our own fields name, and tasks that steps name, are in the document."""
    known = {str(car.id) for car in cars}
    for order in orders:
        for name in (order.allowed or frozenset()) | order.forbidden | set(order.vehicle_costs):
            if name not in known:
                raise ProblemError(order.tasks[0].path, f"names vehicle {name}, which is not in the document")
    tasks = {(task.kind, task.id) for order in orders for task in order.tasks}
    for car in cars:
        for number, step in enumerate(car.steps):
            if step not in tasks:
                raise ProblemError(
                    f"{car.path}.steps", f"names {step[0]} {step[1]} (task {number + 1}), which is not there"
                )
