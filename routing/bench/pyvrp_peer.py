"""PyVRP: iterated local search; knows shipments, windows, prizes, mixed fleets and several depots. One thread."""

import time

from routing.bench.peers import NoAnswerError, package, plainly
from routing.engines.plain import Sequences, plain
from routing.engines.pyvrp_model import PyVrpModel
from routing.problem import Problem


class PyVrpPeer:
    """PyVRP with its default parameters."""

    name = "pyvrp"

    def __init__(self) -> None:
        self._pyvrp, self.version = package("pyvrp")

    def refusal(self, problem: Problem) -> str | None:
        """Whatever is not plain."""
        return plainly(problem)

    def solve(self, problem: Problem, *, seconds: float, seed: int, threads: int) -> Sequences:  # noqa: ARG002 - it has one
        """Its best answer, if it keeps the rules. Raises NoAnswerError, CannotExpressError."""
        deadline = time.perf_counter() + seconds
        world = plain(problem)
        model = PyVrpModel(self._pyvrp, world)
        result = self._pyvrp.solve(
            model.data,
            stop=lambda best_cost: time.perf_counter() >= deadline,  # noqa: ARG005 - PyVRP's own shape of a criterion
            seed=seed,
            collect_stats=False,
            display=False,
        )
        if not result.is_feasible():
            raise NoAnswerError("its best answer breaks rules")
        return model.sequences(result.best)
