"""The front door: solve a problem, and hand out nothing that the checker has not passed."""

from time import monotonic

from routing.checker import Violation, check
from routing.compiled import Compiled
from routing.decomposition import needs_parts
from routing.decomposition.engine import Decomposed
from routing.engines.insertion import Insertion
from routing.engines.kernel import Kernel
from routing.engines.ortools_routing import OrToolsRouting
from routing.engines.plan import plan_from
from routing.engines.portfolio import Portfolio
from routing.engines.protocol import Engine, OnProgress, ShouldCancel, StopCriterion
from routing.engines.ruin import RuinRecreate
from routing.engines.turn import FirstPlan, Turn
from routing.errors import EngineError
from routing.problem import Problem
from routing.rules import Rule
from routing.solution import Solution

ENGINES: dict[str, type[Engine]] = {
    engine.name: engine for engine in (Portfolio, Insertion, Kernel, RuinRecreate, OrToolsRouting, Decomposed)
}


class UncheckedError(EngineError):
    """An engine's answer breaks rules. `violations` says which; a must-stop left out is the usual one."""

    def __init__(self, solution: Solution, violations: tuple[Violation, ...]) -> None:
        texts = "; ".join(violation.message for violation in violations[:3])
        super().__init__(f"the answer of {solution.engine} breaks {len(violations)} rules: {texts}")
        self.solution = solution
        self.violations = violations

    @property
    def only_must(self) -> bool:
        """Whether the routes are sound and only must-stops are left out."""
        return all(violation.rule is Rule.MUST for violation in self.violations)


def solve(
    problem: Problem,
    *,
    stop: StopCriterion,
    seed: int = 0,
    engine: str = "portfolio",
    initial: Solution | None = None,
    on_progress: OnProgress | None = None,
    should_cancel: ShouldCancel | None = None,
    threads: int | None = None,
) -> Solution:
    """The best solution found when `stop` or `should_cancel` says so, checked.

    `initial` may be a solution of last week's problem: what of its sequences still keeps the rules is kept. `threads`
    are the cores to use, for the engines that can use several; None: one, and all where a problem is solved in parts. Raises
    EngineError for an unknown engine or an impossible fixed part, UncheckedError when the answer breaks a rule.
    """
    if engine not in ENGINES:
        raise EngineError(f"there is no engine {engine}; there are {', '.join(ENGINES)}")
    if threads is not None and threads < 1:
        raise EngineError(f"{threads} threads cannot plan: give 1 or more")
    began = monotonic()
    if initial is not None and check(problem, initial):
        if needs_parts(problem):  # insertion looks at every vehicle for every stop
            kept = plan_from(Compiled(problem), initial.sequences)[0]
            initial = kept.solution(engine=initial.engine, seed=seed, iterations=0, elapsed_s=0.0)
        else:
            initial = Insertion().solve(
                problem, stop=FirstPlan(stop), seed=seed, initial=initial, should_cancel=should_cancel
            )
        stop = Turn(stop, monotonic() - began, 0)
    solution = _made(engine, threads).solve(
        problem, stop=stop, seed=seed, initial=initial, on_progress=on_progress, should_cancel=should_cancel
    )
    violations = check(problem, solution)
    if violations:
        raise UncheckedError(solution, violations)
    return solution


def _made(engine: str, threads: int | None) -> Engine:
    if engine == Portfolio.name:
        return Portfolio(threads=threads)
    if engine == Kernel.name:
        return Kernel(threads=threads or 1)
    if engine == Decomposed.name:
        return Decomposed(threads)
    return ENGINES[engine]()
