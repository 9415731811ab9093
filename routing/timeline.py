"""A route drawn as text on a time line: what the vehicle does, and the rules that bind it, one row each.

    minute      0         10        20
    car         =====-aa-bb
    a                 [==============]

`=` loading, letters or `#` service, `-` travel, `p` parking, `.` waiting, `~` a break. A window is `[===]`: service may
begin under any of its marks. A clock is `|-->|`: from its start to the last moment.
"""

import itertools

from routing.errors import ProblemError
from routing.problem import Need, Pickup, Problem, RideFrom, Stop, Window
from routing.solution import Route, Step, StepKind

TICK = 10
"""Characters between two numbers of the axis."""
MOST_COLUMNS = 400


def draw(problem: Problem, route: Route, *, step_s: int = 60, until_s: int | None = None, loads: bool = False) -> str:
    """The route as rows of text, one character for each `step_s` from the shift's start to `until_s`, or its end.

    Each character tells what is done in the middle of its time. With `loads`, a row for each dimension tells what is on
    board (9: nine or more). Raises ProblemError where that would be wider than 400
    characters.
    """
    return _Drawing(problem, route, step_s, until_s).text(loads=loads)


class _Drawing:
    def __init__(self, problem: Problem, route: Route, step_s: int, until_s: int | None) -> None:
        self.problem, self.route, self.step_s = problem, route, step_s
        self.car = problem.vehicle(route.vehicle_id)
        self.begin_s = self.car.shift.start_s
        end_s = min(self.car.shift.end_s, until_s if until_s is not None else route.end_s)
        self.columns = max(1, -(-(end_s - self.begin_s) // step_s))
        if self.columns > MOST_COLUMNS:
            raise ProblemError(
                f"drawing of vehicle {self.car.id}", f"is {self.columns} characters wide: widen its step"
            )
        names = [*(step.id for step in route.steps), *(rest.id for rest in self.car.breaks), "minute"]
        names += problem.dimensions
        self.indent = max(map(len, names)) + 2

    def text(self, *, loads: bool) -> str:
        rows = [self._axis(), self._row(self.car.id, "".join(map(self._doing, range(self.columns))))]
        for dim, name in enumerate(self.problem.dimensions if loads else ()):
            rows.append(self._row(name, "".join(self._aboard(dim, column) for column in range(self.columns))))
        for step in self.route.steps[1:-1]:
            place = self._place(step)
            if place.windows:
                rows.append(self._row(step.id, self._windows(place.windows)))
            for need in place.needs if isinstance(place, Stop) else ():
                rows += self._clock(step, need)
        rows += [self._row(rest.id, self._windows(rest.windows)) for rest in self.car.breaks if rest.windows]
        return "\n".join(row.rstrip() for row in rows)

    def _axis(self) -> str:
        ticks = (str((self.begin_s + at * self.step_s) // 60).ljust(TICK) for at in range(0, self.columns + 1, TICK))
        return self._row("minute", "".join(ticks))

    def _row(self, name: str, drawn: str) -> str:
        return name.ljust(self.indent) + drawn

    def _at(self, moment_s: int) -> int:
        return (moment_s - self.begin_s) // self.step_s

    def _place(self, step: Step) -> Stop | Pickup:
        return self.problem.stop(step.id) if step.kind is StepKind.STOP else self.problem.pickup(step.id)

    def _doing(self, column: int) -> str:
        """What the vehicle does in the middle of that character's time."""
        now = self.begin_s + column * self.step_s + self.step_s // 2
        steps = self.route.steps
        if not steps[0].departure_s <= now < steps[-1].arrival_s:
            return " "
        if any(rest.start_s <= now < rest.end_s for rest in self.route.rests):
            return "~"
        for before, step in itertools.pairwise(steps):
            if step.service_start_s <= now < step.departure_s:
                return "=" if step.kind is StepKind.PICKUP else step.id if len(step.id) == 1 else "#"
            if before.departure_s <= now < step.service_start_s:
                return self._between(before, step, now)
        return "-"

    def _aboard(self, dim: int, column: int) -> str:
        """What is on board then: a load changes when the service that changes it is over."""
        now = self.begin_s + column * self.step_s + self.step_s // 2
        steps = self.route.steps
        if not steps[0].departure_s <= now < steps[-1].arrival_s:
            return " "
        last = max((step for step in steps if step.departure_s <= now), key=lambda step: step.departure_s)
        return str(min(9, last.load[dim]))

    def _between(self, before: Step, step: Step, now: int) -> str:
        if now < step.arrival_s:
            return "-"
        place = self._place(step)
        parking = place.parking_s if isinstance(place, Stop) else 0
        if before.kind is StepKind.STOP and isinstance(place, Stop) and place.building is not None:
            parking = 0 if self.problem.stop(before.id).building == place.building else parking
        return "p" if now < step.arrival_s + parking else "."

    def _windows(self, windows: tuple[Window, ...]) -> str:
        drawn = [" "] * self.columns
        for start_s, end_s in windows:
            for column in range(max(0, self._at(start_s)), min(self.columns, self._at(end_s) + 1)):
                drawn[column] = "="
            for edge, mark in ((start_s, "["), (end_s, "]")):
                if 0 <= self._at(edge) < self.columns:
                    drawn[self._at(edge)] = mark
        return "".join(drawn)

    def _clock(self, step: Step, need: Need) -> list[str]:
        """The row of a clock of that need, if it has one."""
        last = [] if need.latest_start_s is None else [need.latest_start_s]
        start_s = self.begin_s
        if need.max_ride_s is not None:
            loading = next(
                s for s in reversed(self.route.steps[: self.route.steps.index(step)]) if s.id == need.pickup_id
            )
            start_s = loading.service_start_s if need.ride_from is RideFrom.LOADING else loading.departure_s
            start_s = start_s if need.hold_until_s is None else min(start_s, need.hold_until_s)
            last.append(start_s + need.max_ride_s)
        if not last:
            return []
        first, end = self._at(start_s), min(self._at(min(last)), self.columns - 1)
        drawn = "|" + "-" * max(0, end - first - 2) + ">|" if end - first > 1 else "|"
        return [self._row(f"{step.id}", " " * first + drawn)]
