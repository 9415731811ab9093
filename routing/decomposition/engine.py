"""The engine for problems too large for one model: cut, solve the parts side by side, cut elsewhere, and again."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic

from routing.compiled import Compiled
from routing.decomposition import PART_STOPS
from routing.decomposition.components import Component, components
from routing.decomposition.crew import Crew, CrewLostError, Task
from routing.decomposition.cutting import Cutting
from routing.decomposition.part import Cut, Part, part_of
from routing.decomposition.reach import Reach
from routing.decomposition.sharing import share_out
from routing.decomposition.state import State
from routing.engines.plan import plan_from, start_plan
from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion
from routing.errors import EngineError
from routing.problem import Problem
from routing.replay import build_route
from routing.solution import Solution

SHARES = (0.4, 0.6, 0.8, 1.0)
"""The part of the whole allowance that is spent when each round ends."""
UNTIMED = 20
"""Iterations for each stop of a part in one round, when neither time nor iterations are limited."""
SLACK = 1.3
"""A component this much larger than a part is still one part."""
ALONE_STOPS = 400
"""With fewer stops than this one process does it: starting others takes longer."""
TOLD_S = 0.15


class Decomposed:
    """Components, a first cut by a master model, and re-cut rounds over processes. See `routing.decomposition`."""

    name = "decomposed"

    def __init__(self, processes: int | None = None, part_stops: int = PART_STOPS) -> None:
        self.processes = processes or cores()
        self.part_stops = part_stops

    def solve(
        self,
        problem: Problem,
        *,
        stop: StopCriterion,
        seed: int = 0,
        initial: Solution | None = None,
        on_progress: OnProgress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Solution:
        """See `Engine.solve`. Under an iteration limit the same seed gives the same answer, with any processes.

        Raises EngineError when a process dies before every stop has been tried once.
        """
        world = Compiled(problem)
        plan = start_plan(world) if initial is None else plan_from(world, initial.sequences)[0]
        routes = [build_route(world, vehicle, built.nodes, built.timing) for vehicle, built in plan.routes.items()]
        run = _Run(world, State(world, routes), stop=stop, seed=seed, part_stops=self.part_stops)
        run.on_progress, run.should_cancel = on_progress, should_cancel
        processes = self.processes if len(problem.stops) >= ALONE_STOPS else 1
        if problem.stops and problem.vehicles:
            run.rounds(processes, fresh=initial is None)
        found = run.state.solution(
            engine=self.name, seed=seed, iterations=run.iterations, elapsed_s=run.elapsed_s, notes=tuple(run.notes)
        )
        return found if initial is None or found.cost.total < initial.cost.total else initial


@dataclass(slots=True)
class _Open:
    """A part that is being solved."""

    cut: Cut
    part: Part


class _Run:
    """One solve: the plan so far, the allowance, and who is to be told."""

    def __init__(self, world: Compiled, state: State, *, stop: StopCriterion, seed: int, part_stops: int) -> None:
        self.world, self.state, self.stop, self.seed, self.part_stops = world, state, stop, seed, part_stops
        self.on_progress: OnProgress | None = None
        self.should_cancel: ShouldCancel | None = None
        self.began = self.told = monotonic()
        self.iterations = self.parts = 0
        self.notes: list[str] = []
        self.patient = True
        """In the first round only a cancel ends it: without it stops would be left that nobody has tried."""

    @property
    def elapsed_s(self) -> float:
        """Seconds since the solve began."""
        return monotonic() - self.began

    def rounds(self, processes: int, *, fresh: bool) -> None:
        """Rounds until the allowance is spent; a problem that is cut into nothing but components needs one."""
        reach = Reach(self.world)
        wholes = components(self.world, reach)
        large = [each for each in wholes if len(each.stops) > SLACK * self.part_stops]
        small = _packed([each for each in wholes if len(each.stops) <= SLACK * self.part_stops], self.part_stops)
        cuttings = [
            Cutting(self.world, reach, each, self.part_stops, self.seed + number) for number, each in enumerate(large)
        ]
        self.notes.append(f"{len(wholes)} components, {len(large)} of them cut into parts")
        limited = self.stop.seconds is not None or self.stop.iterations is not None
        shares = SHARES if cuttings else (1.0,)
        with Crew(processes) as crew:
            number = 0
            while number < len(shares) or not limited:
                share = (shares[min(number, len(shares) - 1)], shares[number - 1] if 0 < number < len(shares) else 0.0)
                self.patient = number == 0
                if number and self.over():
                    return
                cuts = share_out(self.world, self.state, [(each.stops, each.vehicles) for each in small], {})
                for cutting in cuttings:
                    cuts += cutting.first(self.state) if fresh and not number else cutting.again(self.state, number)
                if not self._round(crew, cuts, *share, number=number):
                    return
                number += 1

    def over(self) -> bool:
        """Whether to end now; tells of progress on the way."""
        if self.on_progress is not None and monotonic() - self.told > TOLD_S:
            self.told = monotonic()
            served = len(self.state.where)
            self.on_progress(
                Progress(
                    elapsed_s=self.elapsed_s, iterations=self.iterations, best_cost=self.state.cost, served=served,
                    unserved=self.world.stop_count - served, engine=Decomposed.name,
                )
            )  # fmt: skip
        if self.should_cancel is not None and self.should_cancel():
            return True
        return not self.patient and self.stop(self.elapsed_s, self.iterations)

    def _round(self, crew: Crew, cuts: list[Cut], until: float, since: float, *, number: int) -> bool:
        """Solve these parts and take what they gained; False when a process was lost."""
        cuts.sort(key=lambda cut: (-len(cut.stops), cut.stops))
        opened: dict[int, _Open] = {}
        gained, before = 0, self.state.cost
        tasks = self._tasks(cuts, opened, until, since, crew.processes)
        try:
            for done in crew.work(tasks, self.over, alone=len(cuts) == 1):
                ended = opened.pop(done.key)
                gained += self.state.replace(ended.cut.vehicles, [ended.part.home(route) for route in done.routes])
                self.iterations += done.iterations
        except CrewLostError as error:
            if self.patient:
                raise EngineError(f"the plan of {self.world.stop_count} stops was given up: {error}") from error
            self.notes.append(f"round {number}: {error}; the plan is the best until then")
            return False
        self.notes.append(
            f"round {number}: {len(cuts)} parts, {gained} of them changed, {before} to {self.state.cost}, "
            f"{self.elapsed_s:.0f} s"
        )
        return True

    def _tasks(
        self, cuts: list[Cut], opened: dict[int, _Open], until: float, since: float, processes: int
    ) -> Iterator[Task]:  # fmt: skip
        """The parts' problems, made when somebody is free to solve them."""
        total = left = sum(len(cut.stops) for cut in cuts)
        for cut in cuts:
            size, seconds, iterations = len(cut.stops), None, None
            if self.stop.seconds is not None:
                remaining = max(0.0, self.stop.seconds * until - self.elapsed_s)
                seconds = min(remaining, remaining * processes * size / max(1, left))
            if self.stop.iterations is not None:
                iterations = max(1, int(self.stop.iterations * (until - since) * size / max(1, total)))
            if seconds is None and iterations is None:
                iterations = UNTIMED * size
            left -= size
            part = part_of(self.world.problem, cut)
            self.parts += 1
            opened[self.parts] = _Open(cut, part)
            yield Task(
                key=self.parts,
                problem=part.problem,
                sequences=self.state.sequences(cut.vehicles),
                seconds=seconds,
                iterations=iterations,
                seed=self.seed + self.parts,
            )


def _packed(wholes: list[Component], most: int) -> list[Component]:
    """Small components put together, so that a street by itself does not cost a part of its own."""
    packed: list[Component] = []
    for each in wholes:
        last = packed[-1] if packed else None
        if last is not None and len(last.stops) + len(each.stops) <= most // 2:
            packed[-1] = Component(last.stops + each.stops, last.vehicles + each.vehicles)
        else:
            packed.append(each)
    return packed


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
